// What elements are in beside their attributes: the top layer (modal dialogs, popovers, full screen), check boxes that are
// neither ticked nor not, closed shadow roots from before the recorder. In: toggles, attributes, assignments, the page once
// it is read. Out: STATE records. Never: opens a shadow root, or reads what is in one that is closed.

import { all } from "./ask.js";
import * as numbers from "./numbers.js";
import { onRoots } from "./roots.js";
import { idOf, inside, matches, wrapSetter } from "./seam.js";

// Kinds and values, as in `record::State`.
const TOP_LAYER = 0, MIXED = 1, UNREAD_SHADOW = 2;
const MODAL = 1, POPOVER = 2, FULLSCREEN = 3;
/** `:is` passes over what this browser does not know. */
const ON_TOP = ":is(:modal, :popover-open, :fullscreen)";

/** @type {import("./seam.js").Ears} */
let ears;
/** @type {Map<any, number>} what was told to be in the top layer, the topmost last */
let tops = new Map();
/** @type {Set<any>} what was told to be mixed */
let mixed = new Set();
/** To be looked at in the next flush, and whether it was closed and opened again meanwhile. @type {Map<any, boolean>} */
let pending = new Map();

/** @param {any} element */
function look(element, isAgain = false) {
  pending.set(element, isAgain || pending.get(element) === true);
}

/** @param {any} element */
function note(element) {
  if (element.nodeType !== 1) return;
  look(element);
  ears.dirty();
}

const { roots, root, gone, close } = onRoots(
  {
    toggle(event, target) {
      // In which order dialogs came, their attribute has said already; of one that was opened before it was known only this does.
      look(target, target.localName !== "dialog" && event.oldState === event.newState);
      ears.dirty();
    },
    input: (_event, target) => mixed.has(target) && note(target),
    change: (_event, target) => mixed.has(target) && note(target),
  },
  { fullscreenchange: (_event, target) => [target, ...tops.keys()].forEach(note) },
  (view) => [wrapSetter(view.HTMLInputElement.prototype, "indeterminate", note)],
);
export { root, gone, close };

/** @param {import("./seam.js").Ears} receiver */
export function open(receiver) {
  ears = receiver;
  tops = new Map();
  mixed = new Set();
  pending = new Map();
}

/** @param {import("../capture.js").Changes} changes */
export function changed({ parents, others }) {
  others.get("open")?.forEach((element) => element.localName === "dialog" && look(element, true));
  // Taken out and put back, an element is not on top any more.
  if (parents.length > 0) for (const element of tops.keys()) look(element);
}

/** @param {number} time */
export function after(time) {
  if (pending.size === 0) return;
  const looked = pending;
  pending = new Map();
  for (const [element, isAgain] of looked) {
    const id = idOf(element);
    if (id === 0) {
      tops.delete(element);
      mixed.delete(element);
      // Changed before it was put in: it comes with a later flush.
      if (element.isConnected || element.indeterminate) look(element);
      continue;
    }
    const value = topOf(element);
    if (value !== (tops.get(element) ?? 0) || (isAgain && value !== 0)) {
      tops.delete(element);
      if (value !== 0) tops.set(element, value);
      numbers.write(numbers.STATE, time, id, TOP_LAYER, value);
    }
    const isMixed = element.indeterminate === true && element.type === "checkbox";
    if (isMixed !== mixed.has(element)) {
      mixed[isMixed ? "add" : "delete"](element);
      numbers.write(numbers.STATE, time, id, MIXED, isMixed ? 1 : 0);
    }
  }
  if (pending.size > 1000) pending.clear();
}

/** @param {Element} element */
function topOf(element) {
  if (!matches.call(element, ON_TOP)) return 0;
  return matches.call(element, ":is(:fullscreen)") ? FULLSCREEN : matches.call(element, ":is(:modal)") ? MODAL : POPOVER;
}

/** The document was read completely: nothing has been told of it yet. */
export function complete() {
  const known = tops;
  tops = new Map();
  mixed = new Set();
  // Those whose order is known stand in it; of the others the document's order is the best guess.
  for (const element of known.keys()) look(element);
  for (const found of roots()) {
    for (const element of all(found, `${ON_TOP}, input[type=checkbox]`)) {
      if (element.indeterminate !== false) look(element);
    }
    for (const element of all(found, ":defined")) if (element.localName.includes("-")) unread(element);
  }
  ears.dirty();
}

/**
 * A custom element that shows something, though there is nothing in it that anybody could read: a closed shadow root,
 * attached before the recorder came.
 * @param {any} element
 */
function unread(element) {
  if (idOf(element) === 0 || inside(element)) return;
  const box = element.getBoundingClientRect();
  if (box.width < 1 || box.height < 1) return;
  for (const child of element.childNodes) {
    if (child.nodeType === 1 ? child.getClientRects().length > 0 : child.nodeType === 3 && child.data.trim() !== "") return;
  }
  const style = getComputedStyle(element);
  // A size that the page's styles give says nothing; one that comes from inside does.
  const sized = element.computedStyleMap?.().get("height")?.toString() ?? "";
  const outer = element.parentElement ? getComputedStyle(element.parentElement).display : "";
  const padded = parseFloat(style.paddingTop) + parseFloat(style.paddingBottom);
  const isFromInside = style.display === "inline" || (sized === "auto" && !/flex|grid/.test(outer) && element.clientHeight - padded > 1 && !(parseFloat(style.minHeight) > 0));
  const isGenerated = ["::before", "::after"].some((part) => !/^(none|normal)$/.test(getComputedStyle(element, part).content));
  if (!isFromInside || isGenerated) return;
  numbers.write(numbers.STATE, ears.now(), idOf(element), UNREAD_SHADOW, (Math.min(0x7fff, Math.round(box.width)) << 16) | Math.min(0xffff, Math.round(box.height)));
}
