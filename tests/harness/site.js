// A customer's website: the pages of one folder of tests/pages on their own origin, with the embed tag pointed at a collector.
// In: the folder's name, the tag, more headers. Out: an origin to visit. Never: is the collector's origin.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const PAGES = resolve(fileURLToPath(import.meta.url), "../../pages");

/** @type {Record<string, string>} */
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/**
 * The embed as the contract has it.
 * @param {{address: string}} collector
 * @param {string} key
 */
export function embed(collector, key) {
  return `<script async src="${collector.address}/revisit.js" data-site="${key}" referrerpolicy="no-referrer"></script>`;
}

/** The stub that lets a page call the API before the script has come. */
export const STUB = "<script>window.revisit=window.revisit||function(){(revisit.q=revisit.q||[]).push(arguments)}</script>";

/**
 * Pages hold `<!-- revisit -->` where the tag goes.
 * @param {string} folder
 */
export async function startSite(folder) {
  let tag = "";
  /** @type {Map<string, string>} */
  const made = new Map();
  /** @type {Record<string, string>} */
  let headers = {};
  const server = createServer(async (incoming, outgoing) => {
    const path = normalize(decodeURIComponent(new URL(incoming.url ?? "/", "http://x").pathname));
    const name = path.endsWith("/") ? `${path}index.html` : path;
    try {
      const bytes = Buffer.from(made.get(name) ?? (await found(folder, name)));
      const type = (made.has(name) ? undefined : TYPES[extname(name)]) ?? TYPES[".html"];
      const body = type.startsWith("text/html") ? bytes.toString("utf8").replace("<!-- revisit -->", () => tag) : bytes;
      outgoing.writeHead(200, { "content-type": type, ...headers });
      outgoing.end(body);
    } catch {
      outgoing.writeHead(name === "/favicon.ico" ? 204 : 404);
      outgoing.end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
  const place = server.address();
  if (!place || typeof place === "string") throw new Error("the site has no port");
  return {
    origin: `http://127.0.0.1:${place.port}`,
    /** @param {string} html what stands for `<!-- revisit -->` from now on */
    setTag(html) { tag = html; },
    /** @param {string} path @param {string} html a page that is no file; what stands for its tag too */
    setPage(path, html) { made.set(path, html); },
    /** @param {Record<string, string>} more sent with every answer from now on */
    setHeaders(more) { headers = more; },
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/**
 * A path that is no file (`/account/4111-…`) is answered by the folder's index, as single-page apps do.
 * @param {string} folder
 * @param {string} name
 */
async function found(folder, name) {
  try {
    return await readFile(join(PAGES, folder, name));
  } catch (problem) {
    if (extname(name) in TYPES || name === "/favicon.ico") throw problem;
    return readFile(join(PAGES, folder, "index.html"));
  }
}
