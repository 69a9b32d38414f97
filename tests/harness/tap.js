// A reverse proxy that keeps what passes: the request lines, and every body sent to the intake as raw bytes.
// In: where the collector is, how slow the way there is. Out: an address to give to pages, `bodies`, `requests`.
// Never: changes a byte of a body or an answer.

import { createServer, request as send } from "node:http";
import { pause } from "./until.js";

/**
 * @typedef {{method: string, url: string, headers: import("node:http").IncomingHttpHeaders, body: Buffer, status: number}} Passed
 */

/**
 * @param {() => string} target the collector's address, asked for at each request since it may be started anew
 * @param {() => number} slowness milliseconds that a body is on its way; whoever gives up meanwhile has sent nothing
 */
export async function startTap(target, slowness) {
  /** @type {Passed[]} */
  const requests = [];
  const server = createServer((incoming, outgoing) => {
    /** @type {Buffer[]} */
    const parts = [];
    incoming.on("data", (part) => parts.push(part));
    let isGone = false;
    outgoing.on("close", () => { isGone = !outgoing.writableFinished; });
    incoming.on("end", async () => {
      const wait = incoming.method === "POST" ? slowness() : 0;
      if (wait > 0) await pause(wait);
      if (isGone) return;
      const body = Buffer.concat(parts);
      /** @type {Passed} */
      const passed = { method: incoming.method ?? "", url: incoming.url ?? "", headers: incoming.headers, body, status: 0 };
      requests.push(passed);
      const onward = send(new URL(target()), { path: incoming.url, method: incoming.method, headers: incoming.headers }, (answer) => {
        passed.status = answer.statusCode ?? 0;
        outgoing.writeHead(passed.status, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on("error", () => outgoing.destroy());
      onward.end(body);
    });
    incoming.on("error", () => outgoing.destroy());
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
  const place = server.address();
  if (!place || typeof place === "string") throw new Error("the tap has no port");
  return {
    address: `http://127.0.0.1:${place.port}`,
    requests,
    get bodies() {
      return requests.filter(({ method, url }) => method === "POST" && url.startsWith("/v1/frames"));
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
