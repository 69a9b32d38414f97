// Changes of the address without a load, as soon as they happen: without one in the page nothing else would look.
// In: the browser's navigation events. Out: a flush, which notices the address.

import { hear } from "./roots.js";

/** @type {(() => void)[]} */
let stops = [];

/** @param {import("./seam.js").Ears} ears */
export function open(ears) {
  const { navigation } = /** @type {any} */ (window);
  stops = ["popstate", "hashchange"].map((type) => hear(window, type, ears.dirty));
  if (navigation) stops.push(hear(navigation, "currententrychange", ears.dirty));
}

export function close() {
  stops.forEach((stop) => stop());
}
