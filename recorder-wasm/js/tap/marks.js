// What is marked on an element (mask, unmask, block, ignore events), and which inputs are or were secret. In: attributes
// and the site's selectors. The rules themselves are in Rust; here their answers are only kept.

import { MARK_BLOCK, MARK_MASK, MARK_UNMASK } from "./ops.js";
import { marksIn } from "./writer.js";

/** Names that may be marks: a cheap test before the rules are asked. */
const MARK_NAME = /^data-(revisit|rr-|ph-|hj-|clarity-|recording-|openreplay|private|sentry|dd-)/;

/** @type {Map<string, number>} by class attribute */
let classes = new Map();
/** As it was when the recorder came. @type {(this: Element, selector: string) => boolean} */
export const matches = Element.prototype.matches;

/** @type {[string, number][]} */
let selectors = [];
/** @type {WeakSet<object>} inputs that were a password once */
let secrets = new WeakSet();
/** @type {Set<string>} what such inputs are called: a clone or a re-created one is the same secret */
let secretNames = new Set();

/** @param {{block_selectors?: string[], mask_selectors?: string[], unmask_selectors?: string[]}} settings */
export function open(settings) {
  classes = new Map();
  selectors = [];
  for (const [list, mark] of /** @type {[string[] | undefined, number][]} */ ([
    [settings.block_selectors, MARK_BLOCK],
    [settings.mask_selectors, MARK_MASK],
    [settings.unmask_selectors, MARK_UNMASK],
  ])) {
    for (const selector of list ?? []) {
      try {
        document.createDocumentFragment().querySelector(selector);
        selectors.push([selector, mark]);
      } catch {
        // A selector that this browser does not know marks nothing when it unmasks, everything when it hides.
        if (mark !== MARK_UNMASK) selectors.push(["*", mark]);
      }
    }
  }
}

/** Whether the class attribute alone can change an element's marks. */
export const hasSelectors = () => selectors.length > 0;

/**
 * @param {string} value of a class attribute
 * @returns {number}
 */
export function classMarks(value) {
  const known = classes.get(value);
  if (known !== undefined) return known;
  const marks = marksIn("", value);
  if (classes.size < 4096) classes.set(value, marks);
  return marks;
}

/** @param {string} name of an attribute */
export const isMarkName = (name) => name.charCodeAt(0) === 100 && MARK_NAME.test(name);

/**
 * @param {string} name
 * @param {string} value
 */
export const attributeMarks = (name, value) => marksIn(name, value);

/**
 * @param {Element} element
 * @returns {number}
 */
export function selectorMarks(element) {
  let marks = 0;
  for (const [selector, mark] of selectors) if (matches.call(element, selector)) marks |= mark;
  return marks;
}

/**
 * All marks on an element.
 * @param {Element} element
 */
export function marksOf(element) {
  let marks = selectorMarks(element);
  for (const name of element.getAttributeNames()) {
    const value = () => element.getAttribute(name) ?? "";
    if (name === "class") marks |= classMarks(value());
    else if (isMarkName(name)) marks |= attributeMarks(name, value());
  }
  return marks;
}

/**
 * Whether an input is a password or was one, in this form or in another.
 * @param {any} input
 */
export function isSecret(input) {
  if (secrets.has(input)) return true;
  const name = `${input.getAttribute("name") ?? ""}|${input.getAttribute("id") ?? ""}`;
  const known = input.getAttribute("type")?.toLowerCase() === "password" || (name !== "|" && secretNames.has(name));
  if (known) {
    secrets.add(input);
    if (name !== "|") secretNames.add(name);
  }
  return known;
}
