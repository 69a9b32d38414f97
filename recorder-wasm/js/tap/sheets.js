// Style sheets that are not the text of a <style>: linked ones, rules inserted by scripts, constructed sheets. In: owners
// and roots that the walk found, calls of the CSSOM. Out: SHEET, RULE and ADOPTED operations after the lists of a flush.
// A sheet that the page may not read (another origin without CORS) is left out.

import * as nodes from "./nodes.js";
import { ADOPTED, RULE, SHEET } from "./ops.js";
import { wrapMethod } from "./wraps.js";
import { put, putText } from "./writer.js";

/** @type {WeakMap<CSSStyleSheet, number>} numbers of constructed sheets */
let numbers = new WeakMap();
let lastNumber = 0;
/** @type {WeakSet<CSSStyleSheet>} sheets of <style> that scripts changed */
let touched = new WeakSet();
/** @type {Set<any>} owners whose whole sheet is to be written */
let owners = new Set();
/** @type {Set<CSSStyleSheet>} constructed sheets whose whole text is to be written */
let rewritten = new Set();
/** @type {Set<any>} roots whose list of constructed sheets is to be written */
export const roots = new Set();
/** @type {WeakMap<any, CSSStyleSheet[]>} what was told of the roots' lists */
let told = new WeakMap();
/** Owners of sheets that the browser cannot write down as they are. @type {Set<any>} */
export const unwritten = new Set();
/** @type {[CSSStyleSheet, number, string | null][]} single rules, in order */
let rules = [];

/**
 * Hears what the scripts of a window do to style sheets.
 * @param {any} view the window
 * @param {() => void} dirty plans a flush
 * @returns {(() => void)[]} give the window's prototypes back
 */
export function wrap(view, dirty) {
  const prototype = view.CSSStyleSheet.prototype;
  const whole = (/** @type {CSSStyleSheet} */ sheet) => {
    noteWhole(sheet);
    dirty();
  };
  const inserted = (/** @type {CSSStyleSheet} */ sheet, /** @type {any[]} */ _args, /** @type {number} */ index) => {
    noteRule(sheet, index, sheet.cssRules[index]?.cssText ?? "");
    dirty();
  };
  const deleted = (/** @type {CSSStyleSheet} */ sheet, /** @type {any[]} */ [index]) => {
    noteRule(sheet, index >>> 0, null);
    dirty();
  };
  return [
    wrapMethod(prototype, "insertRule", inserted),
    wrapMethod(prototype, "deleteRule", deleted),
    wrapMethod(prototype, "replaceSync", whole),
    wrapMethod(prototype, "replace", (sheet, _args, done) => done.then(() => whole(sheet), () => {})),
  ];
}

/** Nothing has been told yet, as at a checkpoint. */
export function clear() {
  numbers = new WeakMap();
  lastNumber = 0;
  owners = new Set();
  rewritten = new Set();
  roots.clear();
  told = new WeakMap();
  rules = [];
}

/** @param {CSSStyleSheet} sheet */
function noteWhole(sheet) {
  const owner = sheet.ownerNode;
  if (owner) {
    touched.add(sheet);
    if (nodes.idOf(owner) !== 0) owners.add(owner);
  } else if (numbers.has(sheet)) rewritten.add(sheet);
}

/**
 * @param {CSSStyleSheet} sheet
 * @param {number} index
 * @param {string | null} text
 */
export function noteRule(sheet, index, text) {
  const owner = sheet.ownerNode;
  if (owner) touched.add(sheet);
  const isKnown = owner ? nodes.idOf(owner) !== 0 : numbers.has(sheet);
  if (isKnown) rules.push([sheet, index, text]);
}

/**
 * The walk found a style or link element, or a linked sheet has loaded.
 * @param {any} owner
 */
export function find(owner) {
  const sheet = owner.sheet;
  if (!sheet) return;
  const isText = owner.localName === "style" && !touched.has(sheet) && (owner.textContent.trim() !== "" || sheet.cssRules.length === 0);
  if (!isText) owners.add(owner);
}

/**
 * A text or a child list changed. In a <style> the browser has then thrown away the rules that scripts inserted before.
 * @param {Node} node
 */
export function textChanged(node) {
  for (const [{ ownerNode }] of rules) if (ownerNode && (ownerNode === node || ownerNode === node.parentNode)) owners.add(ownerNode);
}

/** @param {any} root document or shadow root that the walk found */
export function findRoot(root) {
  if (root.adoptedStyleSheets?.length > 0) roots.add(root);
}

/**
 * The constructed sheets that were told of a root.
 * @param {any} root
 */
export const adoptedBy = (root) => told.get(root) ?? [];

/**
 * Writes what there is to tell. To be called after the lists of a flush.
 * @param {number} time
 */
export function write(time) {
  for (const owner of owners) {
    const text = nodes.idOf(owner) === 0 || !owner.sheet ? null : textOf(owner.sheet);
    if (text === null) continue;
    if (text.includes(": ;")) unwritten.add(owner);
    whole(time, nodes.idOf(owner), 0, text);
  }
  for (const root of roots) adoption(root, time);
  for (const sheet of rewritten) whole(time, 0, numbers.get(sheet) ?? 0, textOf(sheet) ?? "");
  for (const [sheet, index, text] of rules) {
    const owner = sheet.ownerNode;
    if ((owner && (owners.has(owner) || nodes.idOf(owner) === 0)) || rewritten.has(sheet)) continue;
    put(RULE);
    put(time);
    put(owner ? nodes.idOf(owner) : 0);
    put(owner ? 0 : (numbers.get(sheet) ?? 0));
    put(index);
    put(text === null ? 0 : 1);
    putText(text ?? "");
  }
  owners.clear();
  roots.clear();
  rewritten.clear();
  rules = [];
}

/**
 * @param {any} root
 * @param {number} time
 */
function adoption(root, time) {
  if (nodes.idOf(root) === 0) return;
  const sheets = [...root.adoptedStyleSheets];
  told.set(root, sheets);
  for (const sheet of sheets) {
    if (numbers.has(sheet)) continue;
    numbers.set(sheet, ++lastNumber);
    rewritten.delete(sheet);
    whole(time, 0, lastNumber, textOf(sheet) ?? "");
  }
  put(ADOPTED);
  put(time);
  put(nodes.idOf(root));
  put(sheets.length);
  for (const sheet of sheets) put(numbers.get(sheet) ?? 0);
}

/**
 * @param {number} time
 * @param {number} node
 * @param {number} sheet
 * @param {string} text
 */
function whole(time, node, sheet, text) {
  put(SHEET);
  put(time);
  put(node);
  put(sheet);
  putText(text);
}

/**
 * @param {CSSStyleSheet} sheet
 * @returns {string | null} nothing when the page may not read it
 */
function textOf(sheet) {
  try {
    let text = "";
    for (const rule of sheet.cssRules) text += rule.cssText + "\n";
    return text;
  } catch {
    return null;
  }
}
