// The bench's server: the page, the recorders, and an intake that only counts bytes, so that one run compares like with
// like. In: the built recorder (www/pkg) and rrweb's package. Out: an address, and the bytes received so far.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const root = new URL("../../", import.meta.url);
const read = (/** @type {string} */ path) => readFile(new URL(path, root));
const TYPES = /** @type {Record<string, string>} */ ({ js: "text/javascript", wasm: "application/wasm", html: "text/html" });

/** The collector's own. */
const DEFAULTS = {
  sample_rate: 1, consent: "none", excluded_pages: [], included_pages: [], block_selectors: [], mask_selectors: [], unmask_selectors: [],
  heartbeat_ms: 30_000, idle_ms: 1_800_000, max_ms: 7_200_000, version: 1,
};

const html = (/** @type {string} */ recorder) => `<!doctype html><html><head><meta charset="utf-8"><title>Bench</title>
${recorder === "rrweb" ? '<script src="/rrweb.js"></script>' : ""}${recorder === "revisit" ? '<script src="/revisit.js"></script>' : ""}
</head><body><div id="stage"></div><script type="module" src="/bench/page.js"></script></body></html>`;

/**
 * @param {Record<string, unknown>} settings of the recorded site
 */
export async function serve(settings) {
  const assets = JSON.parse(String(await read("www/pkg/assets.json")));
  let received = 0;
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://bench");
    for await (const chunk of request) received += chunk.length;
    const answer = (/** @type {string | Buffer} */ body, type = "html") => {
      response.writeHead(200, { "content-type": TYPES[type] ?? "application/json", "access-control-allow-origin": "*" });
      response.end(body);
    };
    try {
      if (url.pathname === "/") answer(html(url.searchParams.get("recorder") ?? "none"));
      else if (url.pathname === "/revisit.js") answer(await read("www/pkg/revisit.js"), "js");
      else if (url.pathname === "/rrweb.js") answer(await read("tests/node_modules/@rrweb/record/umd/record.min.js"), "js");
      else if (url.pathname === "/v1/frames") response.writeHead(204, { "access-control-allow-origin": "*" }).end();
      else if (url.pathname.startsWith("/v1/site/")) {
        const names = { recorder: `assets/${assets.recorder}`, wasm: `assets/${assets.wasm}` };
        answer(JSON.stringify({ record: true, ...names, ...DEFAULTS, ...settings }), "json");
      } else if (url.pathname.startsWith("/assets/")) {
        answer(await read(`www/pkg/${url.pathname.slice(8)}`), url.pathname.split(".").pop());
      } else if (url.pathname.startsWith("/bench/")) answer(await read(`tests${url.pathname}`), "js");
      else response.writeHead(404).end();
    } catch (problem) {
      response.writeHead(500).end(String(problem));
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { origin: `http://127.0.0.1:${port}`, received: () => received, close: () => server.close() };
}
