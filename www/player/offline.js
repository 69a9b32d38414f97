// @ts-check
// The player inside of a file that needs nothing else: `export?format=html` writes this script, bundled, beside the
// recording and the decoder as data. In: the document's data blocks. Out: the player. Asks for nothing over the network.

import init, { Decoder } from "../pkg/decoder.js";
import { el, fill } from "../markup.js";
import { ReplayPlayer } from "./player.js";

/** As `/stage` is served: nothing runs, nothing is loaded. */
const STAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"><title>Recorded page</title></html>`;

/** @param {string} id of a data block @returns {Uint8Array} */
function data(id) {
  const text = atob(document.getElementById(id)?.textContent ?? "");
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

async function start() {
  const main = /** @type {HTMLElement} */ (document.querySelector("#main"));
  try {
    await init({ module_or_path: data("decoder") });
    const player = new ReplayPlayer();
    fill(main, player);
    await player.open(new Decoder(data("recording")), { stageHtml: STAGE });
  } catch (problem) {
    fill(main, el("div", { class: "player-wait", role: "alert" }, `This recording cannot be shown here: ${problem instanceof Error ? problem.message : problem}`));
  }
}

void start();
