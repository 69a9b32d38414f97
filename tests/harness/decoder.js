// The player's decoder, in Node. In: a recording as the collector stores it (`export --format revisit`). Out: its pages and
// what happens on them. Never: draws.

import { readFile } from "node:fs/promises";
import init, { Decoder } from "../../www/pkg/decoder.js";

const module = new URL("../../www/pkg/decoder_bg.wasm", import.meta.url);

/**
 * @typedef {{id: string, offsetMs: number, startMs: number, endMs: number, url: string, tab: number}} PageOverview
 * @typedef {Record<string, any> & {at: number, type: string}} Event
 * @typedef {{nodes: any[], state: any[], gap: boolean}} Snapshot
 */

/** @type {Promise<unknown> | undefined} */
let ready;

/** @param {Uint8Array} bytes */
export async function openRecording(bytes) {
  await (ready ??= readFile(module).then((bytes) => init({ module_or_path: bytes })));
  const decoder = new Decoder(bytes);
  const overview = /** @type {{durationMs: number, pages: PageOverview[], gaps: [number, number][]}} */ (decoder.overview());
  return {
    ...overview,
    /**
     * Everything that happens on a page after its first instant.
     * @param {number} page
     * @returns {Event[]}
     */
    events(page) {
      decoder.seek(page, 0);
      return decoder.next(2 ** 31);
    },
    /**
     * @param {number} page
     * @param {number} at milliseconds of the page
     * @returns {Snapshot}
     */
    seek: (page, at) => decoder.seek(page, at),
    close: () => decoder.free(),
  };
}
