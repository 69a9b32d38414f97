// Notes that something changed, and reads nothing of it: the flush reads live state. In: mutation records. Out: dirty bits
// on known nodes and the lists of nodes that have some. What is not known yet needs no mark: it is read when it is found.

import { MutationObserver } from "../natives.js";
import { guarded } from "./guard.js";
import * as nodes from "./nodes.js";
import { appendedAfter, inside } from "./walk.js";

/** @type {any[]} known parents whose child list changed */
let parents = [];
/** @type {any[]} known texts */
let texts = [];
/** @type {any[]} known elements whose class or style changed, see their bits */
let styled = [];
/** Known nodes that were taken out of their parents, but not of the page. @type {Set<any>} */
const moved = new Set();
/** @type {Map<string, Set<any>>} other attributes: by name, the known elements */
let others = new Map();
/** @type {() => void} */
let dirty = () => {};

const childObserver = new MutationObserver(guarded(childrenChanged));
const attributeObserver = new MutationObserver(guarded(attributesChanged));
const textObserver = new MutationObserver(guarded(textsChanged));

/** @param {() => void} onDirty called at each mark, so that a flush is planned */
export function open(onDirty) {
  dirty = onDirty;
  take();
}

/**
 * @param {Node} root document or shadow root
 */
export function observe(root) {
  childObserver.observe(root, { childList: true, subtree: true });
  attributeObserver.observe(root, { attributes: true, subtree: true });
  textObserver.observe(root, { characterData: true, subtree: true });
}

/** Observes nothing any more. */
export function close() {
  childObserver.disconnect();
  attributeObserver.disconnect();
  textObserver.disconnect();
  take();
}

/** Brings in what the browser has not reported yet. */
export function pull() {
  childrenChanged(childObserver.takeRecords());
  attributesChanged(attributeObserver.takeRecords());
  textsChanged(textObserver.takeRecords());
  strays();
}

/**
 * Whether nobody observes what happens to a node: it is out of the page, or in a root that the walk has not found yet.
 * @param {Node} node
 */
const isUnseen = (node) => !node.isConnected || nodes.idOf(node.getRootNode()) === 0;

/** Forgets what was put into something new and has left the page with that: it may come back changed unseen. */
function strays() {
  for (const node of moved) if (isUnseen(node)) nodes.forget(node, inside);
}

/** Everything noted since the last call. */
export function take() {
  const taken = { parents, texts, styled, others };
  parents = [];
  texts = [];
  styled = [];
  others = new Map();
  moved.clear();
  return taken;
}

/** @param {any} parent whose children are to be read again */
export function childrenOf(parent) {
  if (nodes.mark(parent, nodes.CHILDREN)) {
    parents.push(parent);
    dirty();
  }
}

/** @param {MutationRecord[]} records */
function childrenChanged(records) {
  let hasLeft = false;
  for (const record of records) {
    const parent = record.target;
    const removed = record.removedNodes;
    for (let i = 0; i < removed.length; i++) {
      const node = /** @type {Node} */ (removed[i]);
      if (isUnseen(node)) {
        hasLeft = true;
        nodes.forget(node, inside);
      } else if (nodes.idOf(node) !== 0) moved.add(node);
    }
    if (nodes.has(parent, nodes.WIDE)) noteWide(parent, record, removed.length > 0);
    else childrenOf(parent);
  }
  if (hasLeft) strays();
}

/**
 * An append to a long list needs no walk over the list.
 * @param {any} parent
 * @param {MutationRecord} record
 * @param {boolean} removes
 */
function noteWide(parent, record, removes) {
  const appends = !removes && record.nextSibling === null;
  const isFirst = !nodes.has(parent, nodes.CHILDREN);
  childrenOf(parent);
  if (!appends) nodes.unmark(parent, nodes.APPENDED);
  else if (isFirst && record.previousSibling) {
    nodes.mark(parent, nodes.APPENDED);
    appendedAfter.set(parent, record.previousSibling);
  }
}

/** @param {MutationRecord[]} records */
function attributesChanged(records) {
  for (const record of records) {
    const element = record.target;
    const name = /** @type {string} */ (record.attributeName);
    if (name === "class" || name === "style") {
      const before = nodes.has(element, nodes.CLASS | nodes.STYLE);
      if (nodes.mark(element, name === "class" ? nodes.CLASS : nodes.STYLE) && !before) styled.push(element);
    } else if (nodes.idOf(element) !== 0) {
      const namespaced = record.attributeNamespace ? qualifiedName(element, record) : name;
      let elements = others.get(namespaced);
      if (!elements) others.set(namespaced, (elements = new Set()));
      elements.add(element);
    }
  }
  if (records.length > 0) dirty();
}

/**
 * A namespaced attribute (xlink:href) goes by its qualified name.
 * @param {any} element
 * @param {MutationRecord} record
 */
function qualifiedName(element, record) {
  const name = /** @type {string} */ (record.attributeName);
  return element.getAttributeNodeNS(record.attributeNamespace, name)?.name ?? (name === "href" ? "xlink:href" : name);
}

/** @param {MutationRecord[]} records */
function textsChanged(records) {
  for (const record of records) {
    if (record.target.nodeType === 3 && nodes.mark(record.target, nodes.TEXT)) texts.push(record.target);
  }
  if (records.length > 0) dirty();
}
