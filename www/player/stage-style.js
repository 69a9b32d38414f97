// @ts-check
// The style sheets of the stage. In: sheet records and the elements that own sheets. Out: `adoptedStyleSheets`, nothing
// in the recorded DOM. A document's sheets (linked, written, changed by script) are all adopted in document order and the
// native ones disabled, so that the cascade is the recorded one while links stay inert; native ones keep the recorded
// rules for whoever looks. A shadow root is left to its native sheets unless it has links or linked sheets.

import { inertSelectors, mentionsActing, mentionsDefined, quiet } from "./stage-css.js";
import { HIGHLIGHT } from "./stage-selection.js";

/**
 * @typedef {import("./model.js").SheetText} SheetText
 * @typedef {import("./model.js").SheetRule} SheetRule
 * @typedef {Document | ShadowRoot} Root
 * @typedef {Window & typeof globalThis} Realm
 * @typedef {{ text: string, edits: SheetRule[], built: CSSStyleSheet | null, realm: Realm | null, media: string, names: string }} Recorded
 * @typedef {{ base: CSSStyleSheet, texts: Map<string, CSSStyleSheet> }} Shelf
 */

/** What replay needs and the page did not say, and what browsers say about links that are links. */
const BASE =
  "@layer revisit-base{*{overflow-anchor:none!important}noscript{display:none!important}" +
  ":where(a,area)[*|href]{color:LinkText;text-decoration:underline;cursor:pointer}}" +
  `::highlight(${HIGHLIGHT}){background-color:#3367d1;color:#fff}`;
/** Parsed sheets kept for the next seek. */
const SHELF_MAX = 300;
const LEADING_IMPORTS = /^(?:\s*(?:\/\*[\s\S]*?\*\/|@charset[^;]*;|@import[^;]*;))*/i;

export class StageStyles {
  constructor() {
    /** @type {Set<Element>} `<style>` and `<link>` */
    this.owners = new Set();
    /** @type {Map<Root, number[]>} the recorded adopted sheets of each root */
    this.roots = new Map();
    /** @type {Map<Root, Set<string>>} the rules of fonts that scripts gave to a document */
    this.fonts = new Map();
    /** @type {Map<number, Recorded>} */
    this.ofNumber = new Map();
    /** @type {WeakMap<Element, Recorded>} rules that are not those of the element's text */
    this.ofOwner = new WeakMap();
    /** @type {WeakMap<Element, Recorded>} rules of the element's text */
    this.written = new WeakMap();
    /** @type {WeakMap<Element, CSSStyleSheet>} native sheets that hold the recorded rules */
    this.mirrored = new WeakMap();
    /** @type {WeakMap<Realm, Shelf>} */
    this.shelves = new WeakMap();
    /** @type {Set<string>} names of custom elements that the page had not defined */
    this.undefinedNames = new Set();
    this.isDirty = false;
  }

  /** A new page: nothing of the old one is left but parsed sheets, which the next seek will want again. */
  reset() {
    this.owners.clear();
    this.roots.clear();
    this.fonts.clear();
    this.undefinedNames.clear();
    this.ofNumber.clear();
    this.ofOwner = new WeakMap();
    this.written = new WeakMap();
    this.mirrored = new WeakMap();
    this.isDirty = true;
  }

  /** @param {Root} root */
  addRoot(root) {
    if (!this.roots.has(root)) this.roots.set(root, []);
    this.isDirty = true;
  }

  /** The same root in another document. @param {Root} old @param {Root} root */
  replaceRoot(old, root) {
    this.roots.set(root, this.roots.get(old) ?? []);
    this.roots.delete(old);
    const fonts = this.fonts.get(old);
    if (fonts) this.fonts.set(root, fonts);
    this.fonts.delete(old);
    this.isDirty = true;
  }

  /** @param {Root} root */
  forgetRoot(root) {
    this.roots.delete(root);
    this.fonts.delete(root);
  }

  /** @param {Root} root @param {string} face an `@font-face` rule */
  addFont(root, face) {
    const faces = this.fonts.get(root) ?? new Set();
    this.fonts.set(root, faces.add(face));
    this.isDirty = true;
  }

  /** @param {Element} owner */
  addOwner(owner) {
    this.owners.add(owner);
    this.isDirty = true;
  }

  /** @param {Element} owner */
  forgetOwner(owner) {
    this.owners.delete(owner);
    this.isDirty = true;
  }

  /** The browser reads the sheet of a `<style>` anew when its text changes, and so do we. @param {Element} owner @param {boolean} isText */
  ownerChanged(owner, isText) {
    if (isText && owner.localName === "style") {
      this.ofOwner.delete(owner);
      this.written.delete(owner);
    }
    this.isDirty = true;
  }

  /** @param {SheetText} event @param {Element | null} owner */
  setText(event, owner) {
    const recorded = record(event.text);
    if (owner) {
      this.ofOwner.set(owner, recorded);
      this.mirrored.delete(owner);
    } else {
      this.ofNumber.set(event.sheet, recorded);
    }
    this.isDirty = true;
  }

  /** @param {SheetRule} event @param {Element | null} owner */
  editRule(event, owner) {
    if (owner?.localName === "style" && !this.ofOwner.has(owner)) this.ofOwner.set(owner, record(owner.textContent ?? ""));
    const recorded = owner ? this.ofOwner.get(owner) : this.ofNumber.get(event.sheet);
    if (!recorded) return;
    // A parsed sheet may stand for several owners with the same text: from the first edit on it is one's own.
    if (recorded.edits.length === 0) recorded.built = null;
    else if (recorded.built) edit(recorded.built, event, importsOf(recorded.text), true);
    recorded.edits.push(event);
    const native = owner && this.mirrored.get(owner);
    if (native) edit(native, event, 0, false);
    this.isDirty = true;
  }

  /** @param {Root} root @param {number[]} sheets */
  adopt(root, sheets) {
    this.roots.set(root, sheets);
    this.isDirty = true;
  }

  /** @param {string} name of custom elements @param {boolean} isDefined */
  define(name, isDefined) {
    if (!/^[a-z][\w.-]*$/.test(name)) return;
    if (isDefined) this.undefinedNames.delete(name);
    else this.undefinedNames.add(name);
    this.isDirty = true;
  }

  /** Brings what changed into effect. Cheap when nothing did. */
  settle() {
    if (!this.isDirty) return;
    this.isDirty = false;
    /** @type {Map<globalThis.Node, Element[]>} */
    const owners = new Map();
    for (const owner of this.owners) {
      const root = owner.getRootNode();
      const known = owners.get(root);
      if (known) known.push(owner);
      else owners.set(root, [owner]);
    }
    for (const [root, numbers] of this.roots) {
      const made = root.nodeType === Node.DOCUMENT_NODE ? /** @type {Document} */ (root) : root.ownerDocument;
      const realm = /** @type {Realm | null} */ (made?.defaultView ?? null);
      if (realm) this.settleRoot(root, realm, numbers, owners.get(root) ?? []);
    }
  }

  /** @param {Root} root @param {Realm} realm @param {number[]} numbers @param {Element[]} owners */
  settleRoot(root, realm, numbers, owners) {
    owners.sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
    const ours = root.nodeType === Node.DOCUMENT_NODE || needsOurs(root, owners);
    /** @type {CSSStyleSheet[]} */
    const wanted = ours ? [this.shelf(realm).base] : [];
    for (const owner of owners) {
      const native = owner.localName === "style" ? /** @type {HTMLStyleElement} */ (owner).sheet : null;
      if (native) {
        native.disabled = ours;
        this.mirror(owner, native, realm);
      }
      const sheet = ours ? this.sheetOf(owner, realm) : null;
      if (sheet) wanted.push(sheet);
    }
    for (const number of numbers) {
      const recorded = this.ofNumber.get(number);
      if (recorded) wanted.push(this.build(recorded, realm, ""));
    }
    const fonts = this.fonts.get(root);
    if (fonts) wanted.push(this.parsed(realm, [...fonts].join("\n"), ""));
    // The same sheet twice counts at its last place.
    const sheets = wanted.filter((sheet, i) => wanted.lastIndexOf(sheet) === i);
    const current = root.adoptedStyleSheets;
    if (current.length === sheets.length && sheets.every((sheet, i) => sheet === current[i])) return;
    root.adoptedStyleSheets = sheets;
  }

  /** Gives the native sheet the rules that script gave the recorded one. @param {Element} owner @param {CSSStyleSheet} native @param {Realm} realm */
  mirror(owner, native, realm) {
    const recorded = this.ofOwner.get(owner);
    if (!recorded || this.mirrored.get(owner) === native) return;
    this.mirrored.set(owner, native);
    const source = new realm.CSSStyleSheet();
    source.replaceSync(quiet(recorded.text));
    if (recorded.text !== owner.textContent) {
      while (native.cssRules.length > 0) native.deleteRule(0);
      for (const rule of source.cssRules) native.insertRule(rule.cssText, native.cssRules.length);
    }
    for (const event of recorded.edits) edit(native, event, 0, false);
  }

  /** @param {Element} owner @param {Realm} realm @returns {CSSStyleSheet | null} */
  sheetOf(owner, realm) {
    const media = owner.getAttribute("media") ?? "";
    const recorded = this.ofOwner.get(owner);
    if (owner.localName === "link") {
      const isOn = /(^|\s)stylesheet(\s|$)/i.test(owner.getAttribute("rel") ?? "") && !owner.hasAttribute("disabled");
      return recorded && isOn ? this.build(recorded, realm, media) : null;
    }
    const type = owner.getAttribute("type") ?? "";
    if (type !== "" && type.toLowerCase() !== "text/css") return null;
    const written = recorded ?? this.written.get(owner) ?? record(owner.textContent ?? "");
    if (!recorded) this.written.set(owner, written);
    return this.build(written, realm, media);
  }

  /** @param {Recorded} recorded @param {Realm} realm @param {string} media */
  build(recorded, realm, media) {
    const names = mentionsDefined(recorded.text) ? [...this.undefinedNames].join() : "";
    if (recorded.built && recorded.realm === realm && recorded.media === media && recorded.names === names) return recorded.built;
    const isShared = recorded.edits.length === 0;
    const sheet = isShared ? this.parsed(realm, recorded.text, media, names) : parse(realm, recorded.text, media, names);
    const imports = importsOf(recorded.text);
    for (const event of recorded.edits) edit(sheet, event, imports, true);
    recorded.built = sheet;
    recorded.realm = realm;
    recorded.media = media;
    recorded.names = names;
    return sheet;
  }

  /** @param {Realm} realm @param {string} text @param {string} media @param {string} [names] of custom elements not defined */
  parsed(realm, text, media, names = "") {
    const { texts } = this.shelf(realm);
    const key = `${media}\n${names}\n${text}`;
    const sheet = texts.get(key) ?? parse(realm, text, media, names);
    texts.delete(key);
    texts.set(key, sheet);
    if (texts.size > SHELF_MAX) texts.delete(texts.keys().next().value ?? "");
    return sheet;
  }

  /** @param {Realm} realm @returns {Shelf} */
  shelf(realm) {
    const known = this.shelves.get(realm);
    if (known) return known;
    const shelf = { base: parse(realm, BASE, ""), texts: new Map() };
    this.shelves.set(realm, shelf);
    return shelf;
  }
}

/** @param {string} text @returns {Recorded} */
function record(text) {
  return { text, edits: [], built: null, realm: null, media: "", names: "" };
}

/** @param {Root} root @param {Element[]} owners */
function needsOurs(root, owners) {
  const isAsked = owners.some((owner) => owner.localName === "link" || mentionsActing(owner.textContent ?? ""));
  return isAsked || root.querySelector("a[*|href], area[*|href]") !== null;
}

/** @param {Realm} realm @param {string} text @param {string} media @param {string} [names] of custom elements not defined */
function parse(realm, text, media, names) {
  const sheet = new realm.CSSStyleSheet({ media });
  sheet.replaceSync(quiet(text));
  if (text !== BASE && mentionsActing(text)) inertSelectors(sheet.cssRules, names);
  return sheet;
}

/** A constructed sheet holds no imports, but recorded numbers count them. @param {string} text */
function importsOf(text) {
  return (LEADING_IMPORTS.exec(text)?.[0].match(/@import/gi) ?? []).length;
}

/** @param {CSSStyleSheet} sheet @param {SheetRule} event @param {number} imports @param {boolean} isShown */
function edit(sheet, event, imports, isShown) {
  const index = Math.max(0, Math.min(event.index - imports, sheet.cssRules.length));
  if (typeof event.text !== "string") {
    if (index < sheet.cssRules.length) sheet.deleteRule(index);
    return;
  }
  try {
    sheet.insertRule(quiet(event.text), index);
    if (isShown && mentionsActing(event.text)) inertSelectors([sheet.cssRules[index]]);
  } catch {
    // A rule that this browser does not know: its place is kept, so that later numbers still fit.
    sheet.insertRule("revisit-unknown{}", index);
  }
}
