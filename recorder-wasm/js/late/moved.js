// Where elements that were moved are scrolled to: a browser takes the place of what is taken out and put back, without an
// event. In: scrolls, changes of the tree. Out: SCROLL operations. Never: looks when nothing was moved.

import { SCROLL } from "../tap/ops.js";
import { onRoots } from "./roots.js";
import { idOf, put } from "./seam.js";

/** Elements that are looked at in one flush: each look may make the browser lay out the page. */
const LOOKED_MAX = 100;

/** @type {Map<any, [number, number]>} elements scrolled away from their start, and how far */
let scrolled = new Map();
let hasMoved = false;

const on = onRoots({ scroll: (_event, target) => note(target) });
export const { root, gone, close } = on;

export function open() {
  scrolled = new Map();
  hasMoved = false;
}

/** @param {any} element */
function note(element) {
  if (element.nodeType !== 1) return;
  const { scrollLeft, scrollTop } = element;
  scrolled.delete(element);
  if (scrollLeft !== 0 || scrollTop !== 0) scrolled.set(element, [Math.round(scrollLeft), Math.round(scrollTop)]);
}

/** @param {import("../capture.js").Changes} changes */
export function changed({ parents }) {
  hasMoved ||= parents.length > 0;
}

/** @param {number} time */
export function after(time) {
  if (!hasMoved) return;
  hasMoved = false;
  let looked = 0;
  for (const [element, [left, top]] of scrolled) {
    if (idOf(element) === 0) {
      scrolled.delete(element);
      continue;
    }
    // What is not shown keeps its place and says nothing of it.
    if (++looked > LOOKED_MAX || element.getClientRects().length === 0) continue;
    const now = [Math.round(element.scrollLeft), Math.round(element.scrollTop)];
    if (now[0] === left && now[1] === top) continue;
    put(SCROLL);
    put(time);
    put(idOf(element));
    put(now[0]);
    put(now[1]);
    note(element);
  }
}
