// A collector that answers what the test tells it, for what a real one does only after hours or by accident.
// In: the recorder's build in www/pkg, settings, a status for bodies. Out: an address; the frames' headers that came.
// Never: stores anything, or checks what it gets.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const PKG = resolve(fileURLToPath(import.meta.url), "../../../www/pkg");

/** Flags of a frame, as in shared/src/frame.rs. */
export const [DEFLATE, CHECKPOINT, END, ACTIVE] = [1, 2, 4, 8];

/**
 * @typedef {object} Frame
 * @property {string} recording
 * @property {string} page
 * @property {number} seq
 * @property {number} flags
 * @property {string} bytes the whole frame in hexadecimal digits
 * @property {number} status what it was answered
 */

/** @param {Buffer} bytes @param {{at: number}} place */
function varint(bytes, place) {
  let [value, scale] = [0, 1];
  for (;;) {
    const byte = bytes[place.at++] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
}

/** @param {Buffer} body @param {number} status @returns {Frame[]} */
function framesOf(body, status) {
  const recording = body.subarray(3, 19).toString("hex");
  const place = { at: 35 };
  varint(body, place);
  return Array.from({ length: varint(body, place) }, () => {
    const length = varint(body, place);
    const frame = body.subarray(place.at, (place.at += length));
    const inside = { at: 9 };
    const seq = varint(frame, inside);
    return { recording, page: frame.subarray(1, 9).toString("hex"), seq, flags: frame[inside.at] ?? 0, bytes: frame.toString("hex"), status };
  });
}

export async function startScripted() {
  const assets = JSON.parse(await readFile(join(PKG, "assets.json"), "utf8"));
  /** What every site has, with an hour's patience. @type {Record<string, unknown>} */
  const defaults = {
    record: true, recorder: `assets/${assets.recorder}`, wasm: `assets/${assets.wasm}`,
    record_mobile: false, record_form_inputs: false, record_numbers: false, record_emails: false, record_properties: false, record_canvas: false,
    excluded_pages: [], included_pages: [], sample_rate: 1, consent: "none", respect_gpc: true, visitor_days: 0, skip_bots: false,
    block_selectors: [], mask_selectors: [], unmask_selectors: [], allow_unmask: false,
    heartbeat_ms: 30_000, idle_ms: 1_800_000, max_ms: 7_200_000, version: 1,
  };
  const script = {
    /** Answer to a body of that recording; 0 closes the connection, -1 lets it wait for ever. @type {number | ((recording: string) => number)} */
    status: 204,
    /** @type {Record<string, unknown>} */
    settings: defaults,
    /** @type {Frame[]} */
    frames: [],
    /** How often the settings were asked for. */
    asked: 0,
    address: "",
    /** @param {Record<string, unknown>} [changed] */
    set(changed = {}) { script.settings = { ...defaults, ...changed }; },
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  const server = createServer((incoming, outgoing) => {
    /** @type {Buffer[]} */
    const parts = [];
    incoming.on("data", (part) => parts.push(part));
    incoming.on("error", () => outgoing.destroy());
    incoming.on("end", async () => {
      const path = (incoming.url ?? "").replace(/\?.*/, "");
      const answer = (/** @type {number} */ status, /** @type {string} */ type, /** @type {string | Buffer} */ body) => {
        outgoing.writeHead(status, { "access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin", "content-type": type });
        outgoing.end(body);
      };
      if (path.startsWith("/v1/site/")) {
        script.asked++;
        answer(200, "application/json", JSON.stringify(script.settings));
      } else if (path === "/v1/frames") {
        const body = Buffer.concat(parts);
        const status = typeof script.status === "number" ? script.status : script.status(body.subarray(3, 19).toString("hex"));
        script.frames.push(...framesOf(body, status));
        if (status > 0) answer(status, "application/problem+json", "");
        else if (status === 0) outgoing.destroy();
      } else {
        const name = path.replace(/^\/(assets\/)?/, "");
        const type = name.endsWith(".wasm") ? "application/wasm" : "text/javascript";
        await readFile(join(PKG, name)).then((bytes) => answer(200, type, bytes), () => answer(404, "text/plain", ""));
      }
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
  const place = server.address();
  if (!place || typeof place === "string") throw new Error("the collector has no port");
  script.address = `http://127.0.0.1:${place.port}`;
  return script;
}
