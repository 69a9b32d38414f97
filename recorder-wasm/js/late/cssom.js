// Changes of style sheets that no call announces: declarations set on a rule, adopted sheets pushed into their list, and
// rules that the browser cannot write down. In: who got hold of a rule's style or of a list. Out: what changed since it was
// told, noted with the other sheets (js/tap/sheets.js). Never: reads a sheet that nobody touched.

import { SHEET } from "../tap/ops.js";
import { wrapGetter } from "./getter.js";
import { onRoots } from "./roots.js";
import { adoptedBy, adopting, idOf, noteRule, put, putText, unwritten, wrapMethod, wrapSetter } from "./seam.js";

/** Rules whose text is kept to compare: a page that looks at all its rules changes few. */
const HANDED_MAX = 500;
/** So few are looked at in every flush, for those who keep a rule's style. */
const FEW = 50;

/** Rules that hold others, and what changes those. */
const NESTING = [
  ["CSSGroupingRule", "insertRule", "deleteRule"],
  ["CSSStyleRule", "insertRule", "deleteRule"],
  ["CSSKeyframesRule", "appendRule", "deleteRule"],
];

/** @type {import("./seam.js").Ears} */
let ears;
/** Rules whose style the page has, and their text as told. @type {Map<any, string>} */
let handed = new Map();
/** @type {Set<any>} */
let suspects = new Set();
/** Roots whose list the page has. @type {Set<any>} */
let lists = new Set();
/** The prototypes' own getters, since ours would hear us. @type {((root: any) => any) | null} */
let adoptedOf = null;

/** @param {any} rule */
function handOver(rule) {
  if (!rule.parentStyleSheet) return;
  if (!handed.has(rule)) {
    if (handed.size >= HANDED_MAX) return;
    handed.set(rule, rule.cssText);
  }
  suspects.add(rule);
  ears.dirty();
}

/** @param {any} root */
function handOverList(root) {
  lists.add(root);
  ears.dirty();
}

/** @param {any} view */
function wrap(view) {
  const undo = [];
  const declared = (/** @type {any} */ style) => style.parentRule && handOver(style.parentRule);
  for (const name of ["setProperty", "removeProperty"]) undo.push(wrapMethod(view.CSSStyleDeclaration.prototype, name, declared));
  for (const name of ["CSSStyleRule", "CSSKeyframeRule", "CSSFontFaceRule", "CSSNestedDeclarations"]) {
    if (view[name]) undo.push(wrapGetter(view[name].prototype, "style", handOver));
  }
  for (const { prototype } of [view.Document, view.ShadowRoot]) {
    const own = Object.getOwnPropertyDescriptor(prototype, "adoptedStyleSheets")?.get;
    if (view === window && prototype === Document.prototype && own) {
      const shadow = Object.getOwnPropertyDescriptor(ShadowRoot.prototype, "adoptedStyleSheets")?.get;
      adoptedOf = (root) => (root.nodeType === 9 ? own : (shadow ?? own)).call(root);
    }
    undo.push(wrapSetter(prototype, "adoptedStyleSheets", handOverList));
    undo.push(wrapGetter(prototype, "adoptedStyleSheets", handOverList));
  }
  const nested = (/** @type {any} */ rule) => {
    handed.set(rule, "");
    handOver(rule);
  };
  for (const [owner, ...names] of NESTING) {
    for (const name of names) if (view[owner]) undo.push(wrapMethod(view[owner].prototype, name, nested));
  }
  return undo;
}

const { roots, root, gone, close } = onRoots({}, {}, wrap);
export { root, gone, close };

/** @param {import("./seam.js").Ears} receiver */
export function open(receiver) {
  ears = receiver;
  handed = new Map();
  suspects = new Set();
  lists = new Set();
}

/** The document was read completely: lists that changed before this module came, and what could not be written down. */
export function complete() {
  for (const found of roots()) lists.add(found);
  ears.dirty();
}

/** @param {number} time */
export function after(time) {
  for (const owner of unwritten) mend(owner, time);
  unwritten.clear();
}

export function before() {
  if (handed.size <= FEW) for (const rule of handed.keys()) suspects.add(rule);
  for (const rule of suspects) compare(rule);
  suspects = new Set();
  for (const root of lists) {
    const now = adoptedOf?.(root) ?? [];
    const told = adoptedBy(root);
    if (now.length !== told.length || told.some((sheet, index) => sheet !== now[index])) adopting.add(root);
  }
  lists = new Set();
}

/** @param {any} rule */
function compare(rule) {
  const sheet = rule.parentStyleSheet;
  const text = sheet && rule.cssText;
  if (!sheet) handed.delete(rule);
  if (!sheet || text === handed.get(rule)) return;
  handed.set(rule, text);
  let outer = rule;
  while (outer.parentRule) outer = outer.parentRule;
  const index = Array.prototype.indexOf.call(sheet.cssRules, outer);
  if (index < 0) return;
  noteRule(sheet, index, null);
  noteRule(sheet, index, outer.cssText);
}

/**
 * Chromium writes a shorthand of a variable as nothing once one of its sides is set by itself (`border-top-color: ;`). What
 * an element that the rule is for shows says more than nothing. It is told after what the browser wrote, and replaces that.
 * @param {any} owner of a sheet
 * @param {number} time
 */
function mend(owner, time) {
  const sheet = owner.sheet;
  if (!sheet || idOf(owner) === 0) return;
  let text = "";
  for (const rule of sheet.cssRules) text += `${mended(rule, owner.getRootNode())}\n`;
  put(SHEET);
  put(time);
  put(idOf(owner));
  put(0);
  putText(text);
}

/** @param {any} rule @param {any} root @returns {string} */
function mended(rule, root) {
  let text = /** @type {string} */ (rule.cssText);
  if (!text.includes(": ;")) return text;
  for (const inner of rule.cssRules ?? []) {
    const [from, to] = [inner.cssText, mended(inner, root)];
    if (from !== to) text = text.split(from).join(to);
  }
  if (!rule.selectorText) return text;
  /** @type {CSSStyleDeclaration | null} */
  let shown = null;
  try {
    const element = root.querySelector(rule.selectorText);
    shown = element && getComputedStyle(element);
  } catch {
    // A selector that only style sheets know.
  }
  return text.replace(/([\w-]+): ;/g, (empty, name) => (shown ? `${name}: ${shown.getPropertyValue(name)};` : empty));
}
