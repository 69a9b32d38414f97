// Which nodes of the page are known, by which number, and what has changed about them. The number and the dirty bits
// stand on the node itself under a symbol (measured: a third of a WeakMap's cost); clones do not carry them.

const KEY = Symbol();

// Dirty bits below the id.
export const CHILDREN = 1;
export const CLASS = 2; // of an element
export const TEXT = 2; // of a text node
export const STYLE = 4;
/** Has so many children that appends are told from other changes. */
export const WIDE = 8;
/** The only change to the children is an append. */
export const APPENDED = 16;
const BITS = 5;

const firstChildOf = /** @type {() => Node | null} */ (
  /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(Node.prototype, "firstChild")).get
);

/**
 * The first child. A form's properties may be hidden by fields of the same name; only the prototype's getter tells the truth.
 * @param {any} node
 * @returns {any}
 */
export const firstChild = (node) =>
  typeof node.localName === "object" || node.localName === "form" ? firstChildOf.call(node) : node.firstChild;

/** @type {(any | undefined)[]} */
let nodes = [];
/** @type {number[]} */
let free = [];

/** Forgets everything. */
export function clear() {
  for (const node of nodes) if (node) node[KEY] = 0;
  nodes = [undefined];
  free = [];
}

/**
 * The node's id, 0 when it is not known.
 * @param {any} node
 * @returns {number}
 */
export const idOf = (node) => node[KEY] >>> BITS;

/**
 * Gives a new node an id; 0 when the page forbids it (a frozen object).
 * @param {any} node
 * @returns {number}
 */
export function know(node) {
  const id = free.length > 0 ? /** @type {number} */ (free.pop()) : nodes.length;
  try {
    node[KEY] = id << BITS;
  } catch {
    free.push(id);
    return 0;
  }
  nodes[id] = node;
  return id;
}

/**
 * @param {any} node
 * @param {number} bit
 */
export const has = (node, bit) => (node[KEY] & bit) !== 0;

/**
 * Sets a bit. False when it was set or the node is not known.
 * @param {any} node
 * @param {number} bit
 */
export function mark(node, bit) {
  const key = node[KEY];
  if (key === undefined || key < 1 << BITS || (key & bit) !== 0) return false;
  node[KEY] = key | bit;
  return true;
}

/**
 * @param {any} node
 * @param {number} bit
 */
export function unmark(node, bit) {
  if (node[KEY]) node[KEY] &= ~bit;
}

/**
 * The node with that id.
 * @param {number} id
 * @returns {any}
 */
export const nodeOf = (id) => nodes[id];

/** How many ids have been given out. */
export const idCount = () => nodes.length;

/**
 * A subtree left the document: what happens to it there is not seen, so nothing of it counts as known any more. The
 * numbers come back through {@link release} when the other side has let go of them.
 * @param {any} root
 * @param {(node: any) => any} inside shadow root or inner document
 */
export function forget(root, inside) {
  const open = [root];
  while (open.length > 0) {
    const node = open.pop();
    if (!node[KEY]) continue;
    node[KEY] = 0;
    const inner = inside(node);
    if (inner) open.push(inner);
    for (let child = firstChild(node); child; child = child.nextSibling) open.push(child);
  }
}

/**
 * The other side has forgotten this id.
 * @param {number} id
 */
export function release(id) {
  const node = nodes[id];
  nodes[id] = undefined;
  if (node && node[KEY] >>> BITS === id) node[KEY] = 0;
  free.push(id);
  return node;
}
