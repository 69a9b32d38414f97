// @ts-check
// The recorded nodes, rebuilt and kept by their ids. In: recorded nodes, moves, removals. Out: nodes in the stage's
// documents, those of iframes and shadow roots included. Knows nothing of time, fields or looks: it tells who does.

import { withoutImports } from "./stage-css.js";
import { createElement, modeOf, setMode, STANDARD } from "./stage-document.js";

/**
 * @typedef {import("./model.js").Node} RecordedNode
 * @typedef {object} Told  who wants to know of what was built
 * @property {(element: Element, name: string, value: string) => void} attribute  writes it
 * @property {(element: Element, width: number, height: number) => void} blocked
 */

export const TOP = 1;
const NAMESPACES = ["http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"];

export class StageTree {
  /** @param {import("./stage-style.js").StageStyles} styles @param {Told} told */
  constructor(styles, told) {
    this.styles = styles;
    this.told = told;
    /** @type {Map<number, Node>} */
    this.nodes = new Map();
    /** @type {WeakMap<Node, number>} */
    this.ids = new WeakMap();
    /** @type {Map<number, { host: HTMLIFrameElement, mode: string }>} documents of recorded iframes */
    this.inner = new Map();
    /** @type {Set<HTMLIFrameElement>} iframes whose inside was not recorded, while they wait for their place */
    this.sealed = new Set();
    /** @type {Set<HTMLIFrameElement>} iframes whose document has gone, as far as none follows */
    this.emptied = new Set();
    /** Something was moved, which takes its scroll place and its place on top. */
    this.hasMoved = false;
    /** Steps that did not fit; a sound recording has none. */
    this.misfits = 0;
  }

  clear() {
    this.nodes.clear();
    this.ids = new WeakMap();
    this.inner.clear();
    this.sealed.clear();
    this.emptied.clear();
  }

  /** Builds a whole page in an empty document. @param {RecordedNode[]} nodes the document first @param {Document} inside */
  build([, ...rest], inside) {
    const doctype = rest.find((node) => node.kind === "doctype" && node.parent === TOP);
    const top = setMode(inside, modeOf(doctype));
    this.register(TOP, top);
    this.styles.addRoot(top);
    for (const child of this.plant(rest, top)) this.guard(() => top.append(child));
    this.openInner(rest);
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
        this.hasMoved = true;
        return this.known(recorded.id);
      case "text":
        return this.register(recorded.id, made.createTextNode(this.textIn(recorded.parent, recorded.value)));
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
        const host = /** @type {HTMLIFrameElement} */ (this.known(recorded.parent));
        this.retire(host);
        this.unseal(host);
        this.register(recorded.id, emptyDocument(made));
        return null;
      }
    }
  }

  /** What a text is where it stands. @param {number} parent @param {string} value */
  textIn(parent, value) {
    return /** @type {Element | undefined} */ (this.nodes.get(parent))?.localName === "style" ? withoutImports(value) : value;
  }

  /** @param {Extract<RecordedNode, { kind: "element" }>} recorded @param {Document} made */
  element(recorded, made) {
    const element = createElement(made, NAMESPACES[recorded.namespace] ?? NAMESPACES[0], recorded.tag);
    this.register(recorded.id, element);
    for (const [name, value] of recorded.attributes) this.told.attribute(element, name, value);
    const size = recorded.blocked;
    if (size) this.told.blocked(element, ...size);
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

  /**
   * An iframe has loaded another document: what is left of the one before waits aside to be removed, which may only be
   * told after the new one has taken its place.
   * @param {HTMLIFrameElement} frame
   */
  retire(frame) {
    for (const [id, { host }] of this.inner) {
      const old = /** @type {Document} */ (this.nodes.get(id));
      if (host !== frame) continue;
      const aside = emptyDocument(old);
      for (const child of [...old.childNodes]) aside.append(aside.adoptNode(child));
      this.styles.replaceRoot(old, aside);
      this.register(id, aside);
      this.inner.delete(id);
    }
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

  /** An iframe that has lost its document for another origin's: nobody can look into it any more. */
  close() {
    for (const frame of this.emptied) {
      const isOpen = [...this.inner.values()].some(({ host }) => host === frame);
      if (isOpen || !frame.isConnected || !frame.contentDocument || frame.hasAttribute("sandbox")) continue;
      const [parent, next] = [frame.parentNode, frame.nextSibling];
      frame.setAttribute("sandbox", "");
      frame.remove();
      parent?.insertBefore(frame, next);
      frame.removeAttribute("sandbox");
    }
    this.emptied.clear();
  }

  /** Brings documents of iframes to where their iframe is: just inserted, or moved, which gave it a new document. */
  rehome() {
    for (const [id, { host, mode }] of this.inner) {
      const old = /** @type {Document} */ (this.nodes.get(id));
      if (!host.isConnected || !host.contentDocument || host.contentDocument === old) continue;
      this.guard(() => {
        const opened = setMode(/** @type {Document} */ (host.contentDocument), mode);
        opened.defaultView?.scrollTo(0, 0);
        const children = [...old.childNodes];
        for (const child of children) opened.append(opened.adoptNode(child));
        this.styles.replaceRoot(old, opened);
        this.register(id, opened);
        this.hasMoved = true;
      });
    }
  }

  /** @param {number} parentId @param {number} before @param {Node} node */
  put(parentId, before, node) {
    const parent = this.known(parentId);
    const reference = before ? this.known(before) : null;
    this.hasMoved ||= node.isConnected;
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
    const host = this.inner.get(id)?.host;
    if (host) this.emptied.add(host);
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

  /** @param {Node | null} node @param {boolean} isText */
  ownerChanged(node, isText) {
    if (node?.nodeType === Node.ELEMENT_NODE && isOwner(/** @type {Element} */ (node))) this.styles.ownerChanged(/** @type {Element} */ (node), isText);
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

/** @param {Document} made */
function emptyDocument(made) {
  const empty = made.implementation.createHTMLDocument("");
  empty.replaceChildren();
  return empty;
}

/** @param {Element} element */
function isOwner(element) {
  return element.localName === "style" || element.localName === "link";
}

/** Whether moving an element moves sheets, which counts where order counts. @param {Element} element */
function holdsSheets(element) {
  return isOwner(element) || element.querySelector("style, link") !== null;
}
