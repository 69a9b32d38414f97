// @ts-check
// The recorded page, rebuilt node by node in the sandboxed iframe. In: a snapshot, then events. Out: the iframe's DOM.
// The document there is the recorded one and nothing else: looks are adopted sheets and animations, marks are drawn
// outside. No listener of ours is inside, no script runs, nothing is loaded (see stage-attributes.js).

import { removeAttribute, setAttribute } from "./stage-attributes.js";
import { quiet } from "./stage-css.js";
import { paintBlocked, paintField, paintInline, paintPicture } from "./stage-paint.js";
import { StageStyles } from "./stage-style.js";

/**
 * @typedef {import("./model.js").Node} RecordedNode
 * @typedef {import("./model.js").What} What
 * @typedef {import("./model.js").Input} Input
 * @typedef {import("./model.js").Snapshot} Snapshot
 */

const TOP = 1;
const NAMESPACES = ["http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"];
const MASK = "•";
const STANDARD = "<!doctype html>";

export class Stage {
  /** @param {HTMLIFrameElement} frame loaded with the stage's page */
  constructor(frame) {
    this.frame = frame;
    /** @type {Map<number, Node>} */
    this.nodes = new Map();
    /** @type {WeakMap<Node, number>} */
    this.ids = new WeakMap();
    /** @type {Map<number, { host: HTMLIFrameElement, mode: string }>} documents of recorded iframes */
    this.inner = new Map();
    /** @type {Set<HTMLIFrameElement>} iframes whose inside was not recorded, while they wait for their place */
    this.sealed = new Set();
    /** @type {(() => void)[]} looks to be made once the elements stand in the page */
    this.looks = [];
    /** @type {Map<number, [number, number]>} scroll places not reached yet: the page may still grow */
    this.unscrolled = new Map();
    this.styles = new StageStyles();
    this.focused = 0;
    /** Events that did not fit; a sound recording has none. */
    this.misfits = 0;
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
    const [first, ...rest] = snapshot.nodes;
    if (!first) return;
    const doctype = rest.find((node) => node.kind === "doctype" && node.parent === TOP);
    const top = setMode(this.document, modeOf(doctype));
    this.register(TOP, top);
    this.styles.addRoot(top);
    for (const child of this.plant(rest, top)) this.guard(() => top.append(child));
    this.openInner(rest);
    // The stage's window stays the same over pages, and so would its place.
    this.unscrolled.set(TOP, [0, 0]);
    for (const what of snapshot.state) this.apply(what);
    this.settle();
  }

  clear() {
    this.nodes.clear();
    this.ids = new WeakMap();
    this.inner.clear();
    this.sealed.clear();
    this.looks = [];
    this.unscrolled.clear();
    this.styles.reset();
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
    this.guard(() => this.change(what));
  }

  /** What waits for the end of a batch: styles, then sizes, then what was scrolled. */
  settle() {
    this.rehome();
    this.styles.settle();
    const looks = this.looks;
    this.looks = [];
    for (const look of looks) this.guard(look);
    for (const [id, [x, y]] of this.unscrolled) {
      this.guard(() => {
        if (this.scroll(id, x, y)) this.unscrolled.delete(id);
      });
    }
  }

  /**
   * Where a node is drawn, in CSS pixels of the recorded window.
   * @param {number} id @returns {{ x: number, y: number, width: number, height: number } | null}
   */
  place(id) {
    const node = this.nodes.get(id);
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
        this.insert(what.parent, what.before, what.nodes);
        break;
      case "move":
        this.put(what.parent, what.before, this.known(what.id));
        break;
      case "remove":
        this.remove(what.id);
        break;
      case "attribute":
        this.attribute(/** @type {Element} */ (this.known(what.id)), what.name, what.value ?? null);
        break;
      case "text": {
        const text = this.known(what.id);
        text.nodeValue = what.value;
        this.ownerChanged(text.parentNode, true);
        break;
      }
      case "input":
        this.fill(what);
        break;
      case "scroll":
        this.unscrolled.set(what.node, [what.x, what.y]);
        break;
      case "viewport":
        this.resize(what.width, what.height);
        break;
      case "focus":
        this.focused = what.node;
        break;
      case "sheet":
        this.styles.setText(what, what.node ? /** @type {Element} */ (this.known(what.node)) : null);
        break;
      case "rule":
        this.styles.editRule(what, what.node ? /** @type {Element} */ (this.known(what.node)) : null);
        break;
      case "adopted":
        this.styles.adopt(/** @type {Document | ShadowRoot} */ (this.known(what.node)), what.sheets);
        break;
      case "naturalSize":
        this.look(what.node, (element) => paintPicture(element, what.width, what.height));
        break;
      default:
    }
  }

  /** @param {number} parent @param {number} before @param {RecordedNode[]} nodes */
  insert(parent, before, nodes) {
    const [first, ...rest] = nodes;
    if (!first) return;
    if (first.kind === "document" || first.kind === "shadowRoot") {
      this.plant(nodes, this.known(parent));
    } else {
      const [root] = this.plant([{ ...first, parent: 0 }, ...rest], this.known(parent));
      if (root) this.put(parent, before, root);
    }
    this.openInner(nodes);
  }

  /**
   * Makes nodes and links them to each other. Gives those whose parent is not among them, still to be placed.
   * @param {RecordedNode[]} nodes parents before children @param {Node} target whose document they are for
   */
  plant(nodes, target) {
    const made = target.nodeType === Node.DOCUMENT_NODE ? /** @type {Document} */ (target) : /** @type {Document} */ (target.ownerDocument);
    /** @type {Node[]} */
    const roots = [];
    for (const recorded of nodes) {
      this.guard(() => {
        const node = this.make(recorded, made);
        if (!node) return;
        const parent = recorded.parent === TOP || recorded.parent === 0 ? null : this.nodes.get(recorded.parent);
        if (!parent) roots.push(node);
        else this.link(parent, node);
      });
    }
    return roots;
  }

  /** @param {Node} parent @param {Node} node */
  link(parent, node) {
    parent.appendChild(node);
    this.ownerChanged(parent, true);
  }

  /** @param {RecordedNode} recorded @param {Document} made @returns {Node | null} nothing for what is not a child */
  make(recorded, made) {
    switch (recorded.kind) {
      case "moved":
        return this.known(recorded.id);
      case "text":
        return this.register(recorded.id, made.createTextNode(recorded.value));
      case "comment":
        return this.register(recorded.id, made.createComment(""));
      case "doctype":
        return this.register(recorded.id, made.implementation.createDocumentType(recorded.name || "html", recorded.publicId, recorded.systemId));
      case "element":
        return this.element(recorded, made);
      case "shadowRoot": {
        const host = /** @type {Element} */ (this.known(recorded.parent));
        const root = host.shadowRoot ?? host.attachShadow({ mode: "open", delegatesFocus: recorded.delegatesFocus });
        root.replaceChildren();
        this.register(recorded.id, root);
        this.styles.addRoot(root);
        return null;
      }
      case "document": {
        // Built aside: an iframe has a document only once it stands in the page (see openInner).
        const aside = made.implementation.createHTMLDocument("");
        aside.replaceChildren();
        this.unseal(/** @type {HTMLIFrameElement} */ (this.known(recorded.parent)));
        this.register(recorded.id, aside);
        return null;
      }
    }
  }

  /** @param {Extract<RecordedNode, { kind: "element" }>} recorded @param {Document} made */
  element(recorded, made) {
    const element = createElement(made, NAMESPACES[recorded.namespace] ?? NAMESPACES[0], recorded.tag);
    this.register(recorded.id, element);
    for (const [name, value] of recorded.attributes) this.attribute(element, name, value);
    const size = recorded.blocked;
    if (size) this.look(recorded.id, (blocked) => paintBlocked(blocked, ...size));
    if (isOwner(element)) this.styles.addOwner(element);
    else if (recorded.tag === "a") this.styles.isDirty = true;
    else if (recorded.tag === "iframe") this.seal(/** @type {HTMLIFrameElement} */ (element));
    return element;
  }

  /** An iframe whose inside was not read has none for anybody: it starts in an origin of its own. @param {HTMLIFrameElement} frame */
  seal(frame) {
    if (frame.hasAttribute("sandbox")) return;
    frame.setAttribute("sandbox", "");
    this.sealed.add(frame);
  }

  /** Its inside comes after all. @param {HTMLIFrameElement} frame */
  unseal(frame) {
    if (this.sealed.delete(frame)) frame.removeAttribute("sandbox");
    // It stands in the page without one: put there again, it gets a document that can be reached.
    if (frame.isConnected && !frame.contentDocument) {
      const [parent, next] = [frame.parentNode, frame.nextSibling];
      frame.remove();
      parent?.insertBefore(frame, next);
    }
  }

  /** @param {number} id @param {(element: Element) => void} make */
  look(id, make) {
    const element = /** @type {Element} */ (this.known(id));
    this.looks.push(() => make(element));
  }

  /** @param {RecordedNode[]} nodes */
  openInner(nodes) {
    for (const recorded of nodes) {
      if (recorded.kind !== "document" || recorded.id === TOP) continue;
      this.guard(() => {
        const host = /** @type {HTMLIFrameElement} */ (this.known(recorded.parent));
        const doctype = nodes.find((node) => node.kind === "doctype" && node.parent === recorded.id);
        this.inner.set(recorded.id, { host, mode: doctype || recorded.quirks ? modeOf(doctype) : STANDARD });
      });
    }
    this.rehome();
    for (const frame of this.sealed) {
      if (frame.isConnected) {
        frame.removeAttribute("sandbox");
        this.sealed.delete(frame);
      }
    }
  }

  /** Brings documents of iframes to where their iframe is: just inserted, or moved, which gave it a new document. */
  rehome() {
    for (const [id, { host, mode }] of this.inner) {
      const old = /** @type {Document} */ (this.nodes.get(id));
      if (!host.isConnected || !host.contentDocument || host.contentDocument === old) continue;
      this.guard(() => {
        const opened = setMode(/** @type {Document} */ (host.contentDocument), mode);
        const children = [...old.childNodes];
        for (const child of children) opened.append(opened.adoptNode(child));
        this.styles.replaceRoot(old, opened);
        this.register(id, opened);
      });
    }
  }

  /** @param {number} parentId @param {number} before @param {Node} node */
  put(parentId, before, node) {
    const parent = this.known(parentId);
    const reference = before ? this.known(before) : null;
    if (parent.nodeType === Node.DOCUMENT_NODE && node.nodeType === Node.ELEMENT_NODE) {
      const old = /** @type {Document} */ (parent).documentElement;
      if (old && old !== node) old.remove();
    }
    parent.insertBefore(node, reference?.parentNode === parent ? reference : null);
    this.ownerChanged(parent, true);
    if (node.nodeType === Node.ELEMENT_NODE) this.styles.isDirty ||= holdsSheets(/** @type {Element} */ (node));
  }

  /** @param {number} id */
  remove(id) {
    const node = this.known(id);
    const parent = node.parentNode;
    this.forget(node);
    if (node.nodeType === Node.DOCUMENT_NODE) /** @type {Document} */ (node).replaceChildren();
    else parent?.removeChild(node);
    this.ownerChanged(parent, true);
  }

  /** @param {Node} root */
  forget(root) {
    const open = [root];
    for (let node = open.pop(); node; node = open.pop()) {
      const id = this.ids.get(node);
      if (id !== undefined && this.nodes.get(id) === node) {
        this.nodes.delete(id);
        this.inner.delete(id);
        this.unscrolled.delete(id);
      }
      if (node.nodeType === Node.ELEMENT_NODE) {
        const element = /** @type {Element} */ (node);
        if (isOwner(element)) this.styles.forgetOwner(element);
        if (element.shadowRoot) open.push(element.shadowRoot);
        if (element.localName === "iframe") {
          const inside = /** @type {HTMLIFrameElement} */ (element).contentDocument;
          if (inside) open.push(inside);
        }
      } else if (node.nodeType === Node.DOCUMENT_NODE || node.nodeType === Node.DOCUMENT_FRAGMENT_NODE) {
        this.styles.forgetRoot(/** @type {Document | ShadowRoot} */ (node));
      }
      open.push(...node.childNodes);
    }
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
    this.ownerChanged(element, false);
  }

  /** @param {Node | null} node @param {boolean} isText */
  ownerChanged(node, isText) {
    if (node?.nodeType === Node.ELEMENT_NODE && isOwner(/** @type {Element} */ (node))) this.styles.ownerChanged(/** @type {Element} */ (node), isText);
  }

  /** @param {Input} input */
  fill(input) {
    const node = this.known(input.node);
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
    const node = this.known(id);
    if (node.nodeType === Node.DOCUMENT_NODE) {
      const view = /** @type {Document} */ (node).defaultView;
      view?.scrollTo({ left: x, top: y, behavior: "instant" });
      return !view || (near(view.scrollX, x) && near(view.scrollY, y));
    }
    const element = /** @type {Element} */ (node);
    element.scrollTo({ left: x, top: y, behavior: "instant" });
    return near(element.scrollLeft, x) && near(element.scrollTop, y);
  }

  /** @template {Node} T @param {number} id @param {T} node @returns {T} */
  register(id, node) {
    this.nodes.set(id, node);
    this.ids.set(node, id);
    return node;
  }

  /** @param {number} id @returns {Node} */
  known(id) {
    const node = this.nodes.get(id);
    if (!node) throw new Error(`no node ${id}`);
    return node;
  }

  /** One event that does not fit must not keep the others from being shown. @param {() => void} step */
  guard(step) {
    try {
      step();
    } catch {
      this.misfits += 1;
    }
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

/** @param {Element} element */
function isOwner(element) {
  return element.localName === "style" || element.localName === "link";
}

/** Whether moving an element moves sheets, which counts where order counts. @param {Element} element */
function holdsSheets(element) {
  return isOwner(element) || element.querySelector("style, link") !== null;
}

/** @param {Document} made @param {string} namespace @param {string} tag @returns {Element} */
function createElement(made, namespace, tag) {
  try {
    return made.createElementNS(namespace, tag);
  } catch {
    // The parser accepts names that `createElementNS` refuses.
    const template = made.createElement("template");
    template.innerHTML = /[\s<>/]/.test(tag) ? "<span>" : `<${tag}>`;
    return template.content.firstElementChild ?? made.createElement("span");
  }
}

/** @param {RecordedNode | undefined} doctype @returns {string} what a parser must read to be in the same mode */
function modeOf(doctype) {
  if (doctype?.kind !== "doctype") return "";
  const clean = (/** @type {string} */ part) => part.replace(/["<>]/g, "");
  const name = clean(doctype.name) || "html";
  if (doctype.publicId) return `<!doctype ${name} public "${clean(doctype.publicId)}" "${clean(doctype.systemId)}">`;
  return `<!doctype ${name}${doctype.systemId ? ` system "${clean(doctype.systemId)}"` : ""}>`;
}

/**
 * Empties a document and puts it into the mode that a doctype asks for. Only a parser can do that; the document stays
 * the same object with the same policy.
 * @param {Document} inside @param {string} mode
 */
function setMode(inside, mode) {
  if (!(mode === STANDARD && inside.compatMode === "CSS1Compat")) {
    inside.open();
    inside.write(mode);
    inside.close();
  }
  inside.replaceChildren();
  return inside;
}
