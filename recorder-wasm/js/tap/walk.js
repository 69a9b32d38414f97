// Reads the document: child lists of known parents, new subtrees, attributes and texts of nodes that changed. Reads live
// state at the time of the flush, never old values. Does not read what is blocked, scripts, or what secret inputs hold.

import * as marks from "./marks.js";
import * as nodes from "./nodes.js";
import * as op from "./ops.js";
import { hold, fill, isFull, put, putString, putText } from "./writer.js";

const XHTML = "http://www.w3.org/1999/xhtml";
const SVG = "http://www.w3.org/2000/svg";
/** Children from which a parent is wide; so is one whose list goes on in the next slice. */
const WIDE_FROM = 64;
/** Levels that one slice descends: deeper ones go on in the next, so that the stack is never in danger. */
const DEPTH_MAX = 400;
/** As much of the text beside another is looked at, in characters and in steps from node to node. */
const LINE_LENGTH = 64;
const LINE_STEPS = 16;
/** Elements that a line of text goes through, as in `shared/src/mask/element.rs`. */
const INLINE = /^(a|abbr|b|bd[io]|big|cite|code|data|del|dfn|em|font|i|ins|kbd|label|mark|q|ruby|s|samp|small|span|strike|strong|su[bp]|time|tt|u|var|wbr|tspan)$|-/;
/** Written instead of what a secret input holds; the same sign as the masking rules'. */
const SECRET_VALUE = "•••••";

/**
 * What the walk tells others about nodes that are new. All calls come while operations are being written: note, do not write.
 * @typedef {object} Finds
 * @property {(root: any) => void} root a document or shadow root
 * @property {(field: any) => void} field an input, textarea or select
 * @property {(owner: any) => void} sheet a style or link element
 * @property {(media: any) => void} media an image or video
 */

/** @type {Finds} */
let finds;
/** @type {WeakMap<Element, ShadowRoot>} closed shadow roots seen when they were attached */
let closedRoots = new WeakMap();
/** @type {Map<number, number>} marks by node id, where there are any */
let marked = new Map();
/** @type {Map<any, any>} wide parents that only got appends: their last child before these */
export const appendedAfter = new Map();
let deadline = Infinity;
let counter = 0;
let depth = 0;
let over = false;
let skipped = false;

/** @param {Finds} receiver */
export function open(receiver) {
  finds = receiver;
  marked = new Map();
  appendedAfter.clear();
}

/**
 * @param {Element} host
 * @param {ShadowRoot} root
 */
export const noteClosedRoot = (host, root) => closedRoots.set(host, root);

/**
 * The document inside an iframe, where this page may read it.
 * @param {any} frame
 * @returns {Document | null}
 */
export function innerDocument(frame) {
  try {
    return frame.contentDocument;
  } catch {
    return null;
  }
}

/**
 * The shadow root or the inner document of an element.
 * @param {any} node
 * @returns {any}
 */
export function inside(node) {
  if (node.nodeType !== 1) return null;
  const name = node.localName;
  if (name === "iframe" || name === "frame") return innerDocument(node);
  return node.shadowRoot ?? closedRoots.get(node) ?? null;
}

/**
 * Starts a slice: past `time` (performance.now), or past a frame's size, new nodes are left for the next one.
 * @param {number} time Infinity for no limit of time
 */
export function limit(time) {
  deadline = time;
  counter = 0;
  over = false;
  skipped = false;
}

/** Whether the slice left something out. */
export const hasSkipped = () => skipped;

/** @param {any} node */
const isInline = (node) => node?.nodeType === 1 && INLINE.test(node.localName);

function isOver() {
  if (over || depth > DEPTH_MAX) return true;
  over = isFull() || ((++counter & 31) === 0 && performance.now() > deadline);
  return over;
}

/**
 * Writes the child list of a known parent.
 * @param {any} parent
 * @param {(parent: any) => void} again gets a parent whose list is not complete yet
 */
export function list(parent, again) {
  const after = nodes.has(parent, nodes.APPENDED) ? appendedAfter.get(parent) : undefined;
  nodes.unmark(parent, nodes.CHILDREN | nodes.APPENDED);
  appendedAfter.delete(parent);
  const appends = after !== undefined && after.parentNode === parent && nodes.idOf(after) !== 0;
  put(appends ? op.APPEND : op.LIST);
  put(nodes.idOf(parent));
  children(parent, appends ? after.nextSibling : undefined, again);
}

/**
 * @param {any} parent
 * @param {any} from the first child to write; undefined for all, with what is inside
 * @param {(parent: any) => void} again
 */
function children(parent, from, again) {
  const name = parent.localName;
  let count = 0;
  /** @type {any} */
  let last = null;
  let left = false;
  let knownAfter = false;
  // Beside what is new in a known parent stands what is known.
  const isKnown = depth === 0;
  /** @type {any} the node before, if it was new */
  let fresh = isKnown ? null : parent;
  if (from === undefined) {
    const inner = inside(parent);
    if (inner) left = !item(inner, nodes.idOf(inner), again);
    if (name === "iframe" || name === "frame" || name === "script" || name === "noscript") from = null;
    else from = nodes.firstChild(parent);
  }
  for (let child = from; child; child = child.nextSibling) {
    const known = nodes.idOf(child);
    const isNew = known === 0;
    if (isNew && !fresh) context(child, lineBefore);
    if (!isNew && fresh && last) context(last, lineBehind);
    fresh = isNew ? child : null;
    if (item(child, known, again)) {
      last = child;
      knownAfter = left;
    } else {
      if (!left) context(child, lineOf);
      left = true;
      fresh = null;
    }
    count++;
  }
  if (fresh && last && isKnown) context(last, lineBehind);
  put(op.ITEM_END);
  if (left || count > WIDE_FROM) nodes.mark(parent, nodes.WIDE);
  if (!left) return;
  skipped = true;
  again(parent);
  if (!knownAfter && last) {
    appendedAfter.set(parent, last);
    nodes.mark(parent, nodes.APPENDED);
  }
}

/**
 * Writes one child. False when it has to wait for the next slice.
 * @param {any} node
 * @param {number} known its number, 0 for a new one
 * @param {(parent: any) => void} again
 */
function item(node, known, again) {
  if (known !== 0) {
    put((known << 3) | op.ITEM_KNOWN);
    return true;
  }
  const type = node.nodeType;
  if (type !== 1 && type !== 3 && type !== 8 && type !== 9 && type !== 10 && type !== 11 && type !== 4) return true;
  if (isOver()) return false;
  const id = nodes.know(node);
  if (id === 0) return true;
  if (type === 3 || type === 4) {
    put((id << 3) | op.ITEM_TEXT);
    putText(node.data);
  } else if (type === 1) element(node, id, again);
  else if (type === 8) put((id << 3) | op.ITEM_COMMENT);
  else if (type === 10) {
    put((id << 3) | op.ITEM_DOCTYPE);
    putString(`${node.name}\n${node.publicId}\n${node.systemId}`);
  } else root(node, id, type === 9, again);
  return true;
}

/**
 * The line of text that goes on before or behind a node, through inline elements: an e-mail address may.
 * @param {any} node
 * @param {"nextSibling" | "previousSibling"} sibling
 * @param {"firstChild" | "lastChild"} child
 */
function lineFrom(node, sibling, child) {
  let line = "";
  for (let steps = 0; steps < LINE_STEPS && line.length < LINE_LENGTH; steps++) {
    let next = node[sibling];
    if (!next) {
      if (!isInline((next = node.parentNode))) break;
    } else {
      while (isInline(next) && next[child]) next = next[child];
      if (next.nodeType === 3) line = sibling === "nextSibling" ? line + next.data : next.data + line;
      else if (next.nodeType === 1 && !isInline(next)) break;
    }
    node = next;
  }
  return sibling === "nextSibling" ? line.slice(0, LINE_LENGTH) : line.slice(-LINE_LENGTH);
}

const lineBefore = (/** @type {any} */ node) => lineFrom(node, "previousSibling", "lastChild");
const lineBehind = (/** @type {any} */ node) => lineFrom(node, "nextSibling", "firstChild");
/** With the node, which has to wait for the next slice. */
const lineOf = (/** @type {any} */ node) => node.textContent.slice(0, LINE_LENGTH) + lineBehind(node);

/**
 * Writes what is there already beside what is new, for the rules to see both together.
 * @param {any} node that is new
 * @param {(node: any) => string} line
 */
function context(node, line) {
  const text = node.nodeType === 3 || isInline(node) ? line(node) : "";
  if (text === "") return;
  put(op.ITEM_TEXT);
  putText(text);
}

/**
 * @param {any} node a shadow root or an inner document
 * @param {number} id
 * @param {boolean} isDocument
 * @param {(parent: any) => void} again
 */
function root(node, id, isDocument, again) {
  put((id << 3) | (isDocument ? op.ITEM_DOCUMENT : op.ITEM_SHADOW_ROOT));
  if (isDocument) put(node.compatMode === "BackCompat" ? 1 : 0);
  else put((node.mode === "closed" ? 1 : 0) | (node.delegatesFocus ? 2 : 0));
  finds.root(node);
  depth++;
  children(node, undefined, again);
  depth--;
}

/**
 * @param {any} element
 * @param {number} id
 * @param {(parent: any) => void} again
 */
function element(element, id, again) {
  const name = localName(element);
  put((id << 3) | op.ITEM_ELEMENT);
  putString(name);
  const flagsAt = hold();
  const isInput = name === "input";
  const secret = isInput && marks.isSecret(element);
  let found = marks.hasSelectors() ? marks.selectorMarks(element) : 0;
  const names = element.getAttributeNames();
  put(names.length);
  for (let i = 0; i < names.length; i++) {
    const attribute = names[i];
    const value = element.getAttribute(attribute) ?? "";
    putString(attribute);
    if (secret && attribute === "value") {
      putString(value === "" ? "" : SECRET_VALUE);
      continue;
    }
    if (attribute === "class") found |= marks.classMarks(value);
    else if (marks.isMarkName(attribute)) found |= marks.attributeMarks(attribute, value);
    putString(value);
  }
  const namespace = element.namespaceURI;
  const space = namespace === XHTML ? 0 : namespace === SVG ? 1 : 2;
  fill(flagsAt, space | (found << op.MARKS_SHIFT) | (secret ? op.FLAG_WAS_SECRET : 0));
  if (found !== 0) marked.set(id, found);
  if (found & op.MARK_BLOCK) {
    const box = element.getBoundingClientRect();
    put(Math.round(box.width));
    put(Math.round(box.height));
    return;
  }
  if (space === 0) announce(element, name);
  depth++;
  children(element, undefined, again);
  depth--;
}

/**
 * A form's own properties can be hidden by its fields' names: then only the prototype's getter tells the truth.
 * @param {any} element
 * @returns {string}
 */
function localName(element) {
  const name = element.localName;
  return typeof name === "string" ? name : "form";
}

/**
 * @param {any} element
 * @param {string} name
 */
function announce(element, name) {
  switch (name) {
    case "input":
    case "textarea":
    case "select":
      return finds.field(element);
    case "style":
    case "link":
      return finds.sheet(element);
    case "img":
    case "video":
      return finds.media(element);
  }
}

/**
 * The marks found on a known node when it was written.
 * @param {number} id
 */
export const marksAt = (id) => marked.get(id) ?? 0;

/** @param {number} id that is free again */
export const released = (id) => marked.delete(id);

/**
 * Whether one of these marks is on the node or around it, its frame's element and what is around that among it.
 * @param {any} node
 * @param {number} wanted
 */
export function isMarked(node, wanted) {
  if (marked.size === 0) return false;
  for (let at = node; at; at = at.parentNode ?? at.host ?? at.defaultView?.frameElement) {
    if (marksAt(nodes.idOf(at)) & wanted) return true;
  }
  return false;
}

/**
 * Whether what the visitor does here is not to be recorded: the element or one around it says so.
 * @param {any} node
 */
export const ignoresEvents = (node) => isMarked(node, op.MARK_IGNORE_EVENTS | op.MARK_BLOCK);

/**
 * Writes an attribute of a known element as it is now.
 * @param {any} element
 * @param {string} name
 */
export function attribute(element, name) {
  const value = element.getAttribute(name);
  put(value === null ? op.ATTRIBUTE_REMOVED : op.ATTRIBUTE);
  put(nodes.idOf(element));
  const tag = localName(element);
  putString(tag);
  putString(name);
  if (value === null) return;
  if (name === "value" && tag === "input" && marks.isSecret(element)) putString(value === "" ? "" : SECRET_VALUE);
  else putString(value);
}

/**
 * Writes a known text as it is now, with the texts at its sides.
 * @param {any} node
 */
export function changedText(node) {
  let first = node;
  while (first.previousSibling?.nodeType === 3) first = first.previousSibling;
  put(op.TEXTS);
  const countAt = hold();
  let count = 2;
  put(0);
  putText(lineBefore(first));
  let last = first;
  for (let at = first; at?.nodeType === 3; at = at.nextSibling) {
    put(nodes.idOf(at));
    putText(at.data);
    count++;
    last = at;
  }
  put(0);
  putText(lineBehind(last));
  fill(countAt, count);
}
