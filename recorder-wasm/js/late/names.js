// What scripts give a name to: custom elements that are defined, fonts that are loaded. In: the registries' calls, the page
// once it is read. Out: DEFINED and FONT operations. Never: defines anything, or reads a font's data.

import { DEFINED, FONT } from "../tap/ops.js";
import { all } from "./ask.js";
import { onRoots } from "./roots.js";
import { guarded, idOf, put, putString, putText, wrapMethod } from "./seam.js";

/** @type {import("./seam.js").Ears} */
let ears;
/** Names of elements on the page that nobody has defined yet. @type {Set<string>} */
let waiting = new Set();
/** What fonts were made of. @type {WeakMap<object, string>} */
const sources = new WeakMap();
/** @type {[document: any, face: any][]} */
let added = [];

/** @param {any} view */
function wrap(view) {
  const isDefined = (/** @type {any} */ _registry, /** @type {any[]} */ [name]) => {
    if (waiting.delete(name)) tell(name, true);
  };
  const hasAdded = (/** @type {any} */ fonts, /** @type {any[]} */ [face]) => {
    if (fonts !== view.document.fonts) return;
    added.push([view.document, face]);
    ears.dirty();
  };
  const undo = [wrapMethod(view.CustomElementRegistry.prototype, "define", isDefined)];
  if (!view.FontFace || !view.FontFaceSet) return undo;
  undo.push(wrapMethod(view.FontFaceSet.prototype, "add", hasAdded));
  const descriptor = Object.getOwnPropertyDescriptor(view, "FontFace");
  const remember = guarded((/** @type {any} */ face, /** @type {any} */ source) => {
    if (typeof source === "string" && source.length < 10_000) sources.set(face, source);
  });
  const heard = new Proxy(view.FontFace, {
    construct(original, args, asked) {
      const face = Reflect.construct(original, args, asked);
      remember(face, args[1]);
      return face;
    },
  });
  Object.defineProperty(view, "FontFace", { ...descriptor, value: heard });
  undo.push(() => {
    try {
      if (view.FontFace === heard) Object.defineProperty(view, "FontFace", /** @type {PropertyDescriptor} */ (descriptor));
    } catch {
      // The frame has gone to another origin, and what was wrapped with it.
    }
  });
  return undo;
}

const { roots, root, gone, close } = onRoots({}, {}, wrap);
export { root, gone, close };

/** @param {import("./seam.js").Ears} receiver */
export function open(receiver) {
  ears = receiver;
  waiting = new Set();
}

/** @param {string} name @param {boolean} isDefined */
function tell(name, isDefined) {
  put(DEFINED);
  put(ears.now());
  putString(name);
  put(isDefined ? 1 : 0);
  ears.dirty();
}

/** The document was read completely: nothing has been told of it yet. */
export function complete() {
  waiting = new Set();
  for (const found of roots()) {
    for (const { localName } of all(found, ":not(:defined)")) {
      if (!localName.includes("-") || waiting.has(localName)) continue;
      waiting.add(localName);
      tell(localName, false);
    }
    if (found.nodeType !== 9) continue;
    // What was told of fonts is void, too.
    for (const face of found.fonts ?? []) if (sources.has(face)) added.push([found, face]);
  }
}

/** @param {number} time */
export function after(time) {
  const fonts = added;
  added = [];
  for (const [owner, face] of fonts) {
    if (idOf(owner) === 0) continue;
    put(FONT);
    put(time);
    put(idOf(owner));
    putText(ruleOf(face));
  }
}

/** @param {any} face */
function ruleOf(face) {
  const source = sources.get(face) ?? 'url("data:,")';
  const { family, style, weight, stretch, unicodeRange } = face;
  return `@font-face{font-family:${family};src:${source};font-style:${style};font-weight:${weight};font-stretch:${stretch};unicode-range:${unicodeRange}}`;
}
