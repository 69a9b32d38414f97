// @ts-check
// The recorded page, rebuilt node by node in the sandboxed iframe. In: a snapshot, then events. Out: the iframe's DOM.
// The document there is the recorded one and nothing else: looks are adopted sheets and animations, marks are drawn
// outside. No listener of ours is inside, no script runs, nothing is loaded (see stage-attributes.js).

import { removeAttribute, setAttribute } from "./stage-attributes.js";
import { quiet } from "./stage-css.js";
import { paintCanvas } from "./stage-canvas.js";
import { paintBlocked, paintField, paintInline, paintPicture } from "./stage-paint.js";
import { StageSelection } from "./stage-selection.js";
import { StageStyles } from "./stage-style.js";
import { StageTop } from "./stage-top.js";
import { StageTree, TOP } from "./stage-tree.js";

/**
 * @typedef {import("./model.js").What} What
 * @typedef {import("./model.js").Input} Input
 * @typedef {import("./model.js").Snapshot} Snapshot
 * @typedef {import("./model.js").Media} Media
 */

const MASK = "•";
/** Kinds of states, as `record::State` has them. */
const TOP_LAYER = 0;
const INDETERMINATE = 1;
const UNREAD_SHADOW = 2;

export class Stage {
  /** @param {HTMLIFrameElement} frame loaded with the stage's page */
  constructor(frame) {
    this.frame = frame;
    this.styles = new StageStyles();
    this.tree = new StageTree(this.styles, {
      attribute: (element, name, value) => this.attribute(element, name, value),
      blocked: (element, width, height) => this.looks.push(() => paintBlocked(element, width, height)),
    });
    /** @type {(() => void)[]} looks to be made once the elements stand in the page */
    this.looks = [];
    /** @type {Map<number, [number, number]>} scroll places not reached yet: the page may still grow */
    this.unscrolled = new Map();
    /** @type {Map<number, [number, number]>} where everything was scrolled to last */
    this.scrolled = new Map();
    this.top = new StageTop();
    this.selection = new StageSelection();
    /** @type {Map<number, Media>} sound and film; nothing of it is here, the overlay says what it does */
    this.media = new Map();
    this.focused = 0;
  }

  /** @returns {Document} */
  get document() {
    const inside = this.frame.contentDocument;
    if (!inside) throw new Error("the stage is not loaded");
    return inside;
  }

  /** Shows another state, from nothing. @param {Snapshot} snapshot */
  build(snapshot) {
    this.clear();
    this.resize(...snapshot.viewport);
    if (snapshot.nodes.length === 0) return;
    this.tree.build(snapshot.nodes, this.document);
    // The stage's window stays the same over pages, and so would its place.
    this.unscrolled.set(TOP, [0, 0]);
    for (const what of snapshot.state) this.apply(what);
    this.tree.hasMoved = false;
    this.settle();
  }

  clear() {
    this.tree.clear();
    this.looks = [];
    this.unscrolled.clear();
    this.scrolled.clear();
    this.styles.reset();
    this.top.clear();
    this.selection.set(null);
    this.media.clear();
    this.focused = 0;
    this.document.replaceChildren();
  }

  /** @param {number} width @param {number} height */
  resize(width, height) {
    if (width > 0 && height > 0) {
      this.frame.width = String(width);
      this.frame.height = String(height);
    }
  }

  /** Applies one event; {@link settle} ends a batch of them. @param {What} what */
  apply(what) {
    this.tree.guard(() => this.change(what));
  }

  /** What waits for the end of a batch: styles, then sizes, then what was scrolled. */
  settle() {
    this.tree.rehome();
    this.tree.guard(() => this.tree.close());
    this.styles.settle();
    const looks = this.looks;
    this.looks = [];
    for (const look of looks) this.tree.guard(look);
    this.tree.guard(() => this.top.settle(this.tree.nodes));
    this.tree.guard(() => this.selection.settle(this.tree.nodes));
    if (this.tree.hasMoved) {
      // Our steps are not those of the page: what they moved lost its place here, and only here.
      this.tree.hasMoved = false;
      for (const [id, place] of this.scrolled) if (!this.unscrolled.has(id)) this.unscrolled.set(id, place);
    }
    for (const [id, [x, y]] of this.unscrolled) {
      const isDone = !this.tree.nodes.has(id) || this.scroll(id, x, y);
      if (isDone) this.unscrolled.delete(id);
      if (!this.tree.nodes.has(id)) this.scrolled.delete(id);
    }
  }

  /**
   * Where a node is drawn, in CSS pixels of the recorded window.
   * @param {number} id @returns {{ x: number, y: number, width: number, height: number } | null}
   */
  place(id) {
    const node = this.tree.nodes.get(id);
    if (!node || node.nodeType !== Node.ELEMENT_NODE || !node.isConnected) return null;
    let { x, y, width, height } = /** @type {Element} */ (node).getBoundingClientRect();
    let host = node.ownerDocument?.defaultView?.frameElement;
    while (host && host !== this.frame) {
      const outer = host.getBoundingClientRect();
      x += outer.x + host.clientLeft;
      y += outer.y + host.clientTop;
      host = host.ownerDocument.defaultView?.frameElement;
    }
    return { x, y, width, height };
  }

  /** @param {What} what */
  change(what) {
    switch (what.type) {
      case "insert":
        this.tree.insert(what.parent, what.before, what.nodes);
        break;
      case "move":
        this.tree.put(what.parent, what.before, this.tree.known(what.id));
        break;
      case "remove":
        this.tree.remove(what.id);
        break;
      case "attribute":
        this.attribute(this.element(what.id), what.name, what.value ?? null);
        break;
      case "text": {
        const text = this.tree.known(what.id);
        text.nodeValue = this.tree.textIn(this.tree.ids.get(/** @type {Node} */ (text.parentNode)) ?? 0, what.value);
        this.tree.ownerChanged(text.parentNode, true);
        break;
      }
      case "input":
        this.fill(what);
        break;
      case "scroll":
        this.unscrolled.set(what.node, [what.x, what.y]);
        this.scrolled.set(what.node, [what.x, what.y]);
        break;
      case "viewport":
        this.resize(what.width, what.height);
        break;
      case "focus":
        this.focused = what.node;
        break;
      case "sheet":
        this.styles.setText(what, what.node ? this.element(what.node) : null);
        break;
      case "rule":
        this.styles.editRule(what, what.node ? this.element(what.node) : null);
        break;
      case "adopted":
        this.styles.adopt(/** @type {Document | ShadowRoot} */ (this.tree.known(what.node)), what.sheets);
        break;
      case "state":
        this.setState(what);
        break;
      case "media":
        this.media.set(what.node, what);
        break;
      case "selection":
        this.selection.set(what);
        break;
      case "defined":
        this.styles.define(what.name, what.isDefined);
        break;
      case "font":
        this.styles.addFont(/** @type {Document} */ (this.tree.known(what.node)), what.text);
        break;
      case "naturalSize":
        this.look(what.node, (element) => paintPicture(element, what.width, what.height));
        break;
      case "canvas":
        this.look(what.node, (element) => void paintCanvas(element, what.picture));
        break;
      default:
    }
  }

  /** @param {{ node: number, state: number, value: number }} state */
  setState({ node, state, value }) {
    if (state === TOP_LAYER) this.top.set(node, value);
    else if (state === INDETERMINATE) /** @type {HTMLInputElement} */ (this.element(node)).indeterminate = value !== 0;
    else if (state === UNREAD_SHADOW) this.look(node, (element) => paintBlocked(element, value >>> 16, value & 0xffff));
  }

  /** @param {Element} element @param {string} name @param {string | null} value */
  attribute(element, name, value) {
    if (value === null) removeAttribute(element, name);
    else setAttribute(element, name, value);
    if (name === "style") {
      const shown = value === null ? "" : quiet(value);
      if (shown !== (value ?? "")) this.looks.push(() => paintInline(element, shown));
      else paintInline(element, "");
    }
    this.tree.ownerChanged(element, false);
  }

  /** @param {Input} input */
  fill(input) {
    const node = this.tree.known(input.node);
    if (/** @type {Element} */ (node).localName === "select") {
      select(/** @type {HTMLSelectElement} */ (node), input.selected ?? null);
      return;
    }
    const field = /** @type {HTMLInputElement} */ (node);
    if (typeof input.checked === "boolean") field.checked = input.checked;
    if (typeof input.value !== "string" || field.type === "checkbox" || field.type === "radio") return;
    // Only an empty value can be given to a file field.
    if (field.type !== "file") field.value = input.value;
    const isMasked = input.value.includes(MASK);
    this.look(input.node, (element) => paintField(element, isMasked));
  }

  /** @param {number} id @param {number} x @param {number} y @returns {boolean} whether it is there now */
  scroll(id, x, y) {
    const node = this.tree.known(id);
    if (node.nodeType === Node.DOCUMENT_NODE) {
      const view = /** @type {Document} */ (node).defaultView;
      view?.scrollTo({ left: x, top: y, behavior: "instant" });
      return !view || (near(view.scrollX, x) && near(view.scrollY, y));
    }
    const element = /** @type {Element} */ (node);
    element.scrollTo({ left: x, top: y, behavior: "instant" });
    return near(element.scrollLeft, x) && near(element.scrollTop, y);
  }

  /** @param {number} id @param {(element: Element) => void} make */
  look(id, make) {
    const element = this.element(id);
    this.looks.push(() => make(element));
  }

  /** @param {number} id @returns {Element} */
  element(id) {
    return /** @type {Element} */ (this.tree.known(id));
  }
}

/** @param {number} is @param {number} wanted browsers round, and clip at the end by less than a pixel */
function near(is, wanted) {
  return Math.abs(is - wanted) < 1;
}

/** @param {HTMLSelectElement} field @param {number[] | null} indexes nothing when they may not be told */
function select(field, indexes) {
  if (!indexes) return;
  const selected = new Set(indexes);
  for (const [index, option] of [...field.options].entries()) option.selected = selected.has(index);
  if (selected.size === 0) field.selectedIndex = -1;
}

