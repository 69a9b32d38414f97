// @ts-check
// The text that the visitor had selected, as a highlight: a real selection would take the focus from the player.
// In: recorded places. Out: a highlight in the stage's documents, drawn by stage-style.js's base sheet.

/** @typedef {{ anchor: number, anchorOffset: number, focus: number, focusOffset: number }} Selected */

export const HIGHLIGHT = "revisit-selection";

export class StageSelection {
  constructor() {
    /** @type {any} the registry of the window that shows one */
    this.registry = null;
    /** @type {Selected | null} */
    this.wanted = null;
    this.isDirty = false;
  }

  /** @param {Selected | null} selected */
  set(selected) {
    this.wanted = selected?.anchor ? selected : null;
    this.isDirty = true;
  }

  /** @param {Map<number, Node>} nodes by id */
  settle(nodes) {
    if (!this.isDirty) return;
    this.isDirty = false;
    this.registry?.delete(HIGHLIGHT);
    this.registry = null;
    const range = this.wanted && rangeOf(this.wanted, nodes);
    const view = /** @type {any} */ (range?.startContainer.ownerDocument?.defaultView);
    if (!range || range.collapsed || !view?.CSS.highlights) return;
    this.registry = view.CSS.highlights;
    this.registry.set(HIGHLIGHT, new view.Highlight(range));
  }
}

/** @param {Selected} selected @param {Map<number, Node>} nodes @returns {Range | null} */
function rangeOf({ anchor, anchorOffset, focus, focusOffset }, nodes) {
  const [from, to] = [nodes.get(anchor), nodes.get(focus)];
  const made = from?.ownerDocument;
  if (!from || !to || !made || !from.isConnected || !to.isConnected) return null;
  const range = made.createRange();
  range.setStart(from, within(from, anchorOffset));
  range.setEnd(to, within(to, focusOffset));
  // Set backwards, the end has taken the start with it.
  if (range.collapsed) range.setEnd(from, within(from, anchorOffset));
  return range;
}

/** @param {Node} node @param {number} offset what is hidden may be shorter, and its end is beyond every length */
function within(node, offset) {
  const length = node.nodeType === Node.TEXT_NODE ? (node.nodeValue ?? "").length : node.childNodes.length;
  return Math.min(offset, length);
}
