// Documents that a script opens anew (`document.open`, a late `document.write`): the browser takes every listener from
// them, and they may get another mode. In: those calls. Out: the document is heard and, in another mode, read anew.

import { onRoots } from "./roots.js";
import { forget, idOf, inside, wrapMethod } from "./seam.js";

/** An event that nobody else knows: it comes back as long as our listeners are there. */
const SIGN = `rv${Math.random()}`;

/** @type {import("./seam.js").Ears} */
let ears;
/** @type {WeakMap<Document, string>} */
let modes = new WeakMap();
/** @type {Set<Document>} */
let opened = new Set();
let isHeard = false;
/** @type {(page: any) => void} */
let again;

/** @param {(page: any) => void} hear every tap listens to it anew */
export const hearAgain = (hear) => {
  again = hear;
};

/** @param {any} page */
function written(page) {
  if (!modes.has(page)) return;
  isHeard = false;
  page.dispatchEvent(new Event(SIGN));
  if (isHeard) return;
  opened.add(page);
  again(page);
}

const on = onRoots({}, { [SIGN]: () => { isHeard = true; } }, (view) =>
  ["open", "write", "writeln"].map((name) => wrapMethod(view.Document.prototype, name, written)));
export const { gone, close } = on;

/** @param {import("./seam.js").Ears} receiver */
export function open(receiver) {
  ears = receiver;
  opened = new Set();
}

/** @param {any} found */
export function root(found) {
  on.root(found);
  if (found.nodeType === 9 && !modes.has(found)) modes.set(found, found.compatMode);
}

/** In the mode that what was written asks for. */
export function before() {
  for (const page of opened) {
    if (page.compatMode === modes.get(page)) continue;
    modes.set(page, page.compatMode);
    const frame = page.defaultView?.frameElement;
    if (!frame || idOf(frame) === 0) continue;
    forget(page, inside);
    ears.frameLoaded(frame);
  }
  opened = new Set();
}
