// The text that the visitor has selected, as places: never what stands there. In: the documents' selections. Out: SELECTION
// records. Where a text is hidden, so is how long it is: a place in it is its start or its end.

import { MARK_BLOCK, MARK_IGNORE_EVENTS, MARK_MASK } from "../tap/ops.js";
import { around, isField } from "./ask.js";
import * as numbers from "./numbers.js";
import { onRoots } from "./roots.js";
import { idOf, isMarked } from "./seam.js";

const END = 0xffffffff;

/** @type {import("./seam.js").Ears} */
let ears;
/** @type {any} the document whose selection changed last */
let changedIn = null;
/** What was told last, so that what stands is told once; empty for none. */
let told = "";

const { root, gone, close } = onRoots({}, {
  selectionchange(event) {
    changedIn = event.currentTarget;
    ears.dirty();
  },
});
export { root, gone, close };

/** @param {import("./seam.js").Ears} receiver */
export function open(receiver) {
  ears = receiver;
  changedIn = null;
  told = "";
}

/** The document was read completely: nothing has been told of it yet. */
export function complete() {
  told = "";
  changedIn = document;
  ears.dirty();
}

/** @param {number} time */
export function after(time) {
  const selection = changedIn?.getSelection();
  changedIn = null;
  if (!selection) return;
  const { anchorNode, focusNode, anchorOffset, focusOffset, isCollapsed } = selection;
  const isShown = !isCollapsed && anchorNode && focusNode && isTold(anchorNode) && isTold(focusNode);
  const forward = isShown && isForward(anchorNode, anchorOffset, focusNode, focusOffset);
  const from = isShown ? idOf(anchorNode) : 0;
  const fromPlace = isShown ? place(anchorNode, anchorOffset, forward) : 0;
  const to = isShown ? idOf(focusNode) : 0;
  const toPlace = isShown ? place(focusNode, focusOffset, !forward) : 0;
  const now = isShown ? `${from} ${fromPlace} ${to} ${toPlace}` : "";
  if (now === told) return;
  told = now;
  numbers.write(numbers.SELECTION, time, from, fromPlace, to, toPlace);
}

/**
 * Whether it was drawn in the document's order.
 * @param {any} anchor
 * @param {number} anchorOffset
 * @param {any} focus
 * @param {number} focusOffset
 */
function isForward(anchor, anchorOffset, focus, focusOffset) {
  const position = anchor.compareDocumentPosition(focus);
  return position === 0 ? anchorOffset < focusOffset : (position & 4) !== 0 || (position & 16) !== 0;
}

/** @param {any} node */
const isTold = (node) => idOf(node) !== 0 && !isMarked(node, MARK_BLOCK | MARK_IGNORE_EVENTS);

/**
 * @param {any} node
 * @param {number} offset
 * @param {boolean} isStart of the selection
 */
function place(node, offset, isStart) {
  if (node.nodeType !== 3) return offset;
  const isHidden = node.data.includes("@") || around(node, isField) || isMarked(node, MARK_MASK);
  return isHidden ? (isStart ? 0 : END) : offset;
}
