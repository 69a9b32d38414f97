// Taps that a site must ask for. In: the settings of each capture. Out: the modules loaded that are wanted, once each, and
// every step handed to those that are wanted now. Never: loads what nobody asked for, or says so when one does not come.

import { guarded, setTimeout } from "./seam.js";

/** @typedef {import("./late.js").Tap} Tap */

/**
 * By setting.
 * @type {Record<string, () => Promise<{start(seam: import("../capture.js").Seam): Tap}>>}
 */
const MODULES = {
  record_canvas: () => import("../modules/canvas.js"),
  record_web_vitals: () => import("../modules/vitals.js"),
  record_console: () => import("../modules/console.js"),
};

/** Those that were asked for; null until they have come, or for good. @type {Map<string, Tap | null>} */
const taps = new Map();
/** Those that hear now. @type {Set<Tap>} */
const hearing = new Set();
/** @type {Set<any>} documents and shadow roots of the page */
const roots = new Set();
/** @type {import("../capture.js").Ears | null} */
let ears = null;

/** @param {import("../capture.js").Seam} seam */
export function optional(seam) {
  /** @param {string} setting */
  async function load(setting) {
    if (taps.has(setting)) return;
    taps.set(setting, null);
    try {
      taps.set(setting, (await MODULES[setting]()).start(seam));
    } catch {
      return;
    }
    // Not from within this promise: an error there would be the page's.
    setTimeout(guarded(() => join(setting)), 0);
  }

  /** @param {string} setting */
  function join(setting) {
    const tap = taps.get(setting);
    if (!tap || !ears?.settings[setting] || hearing.has(tap)) return;
    hearing.add(tap);
    tap.open?.(ears);
    for (const root of roots) tap.root?.(root);
  }

  /** @param {keyof Tap} step @param {...any} args */
  const each = (step, ...args) => hearing.forEach((tap) => /** @type {any} */ (tap[step])?.(...args));

  /** @type {Tap} */
  return {
    open(receiver) {
      ears = receiver;
      for (const setting in MODULES) {
        if (!ears.settings[setting]) continue;
        join(setting);
        load(setting);
      }
    },
    root(root) {
      roots.add(root);
      each("root", root);
    },
    gone(root) {
      roots.delete(root);
      each("gone", root);
    },
    before: () => each("before"),
    close() {
      each("close");
      hearing.clear();
      roots.clear();
      ears = null;
    },
  };
}
