// @ts-check
// The top layer of the stage: modal dialogs, popovers, full screen, in their order. In: recorded states, by node. Out: the
// same elements on top. The player's own focus stays where it is: opening a dialog would take it.

import { paintFullscreen } from "./stage-paint.js";

const MODAL = 1;
const POPOVER = 2;
const FULLSCREEN = 3;

export class StageTop {
  constructor() {
    /** @type {Map<number, number>} what each is, by node, the topmost last */
    this.wanted = new Map();
    /** @type {Map<number, number>} left the top layer, and was this in it */
    this.left = new Map();
    /** @type {Set<Element>} painted as full screen */
    this.full = new Set();
  }

  clear() {
    this.wanted.clear();
    this.left.clear();
    this.full.clear();
  }

  /** @param {number} id @param {number} value 0 for not in it any more */
  set(id, value) {
    const was = this.wanted.get(id);
    this.wanted.delete(id);
    if (value !== 0) this.wanted.set(id, value);
    // Told again, it has come to lie on top of the others: down, and up again.
    if (was !== undefined) this.left.set(id, was);
  }

  /** Brings into effect what changed, and what moves in the tree have undone. @param {Map<number, Node>} nodes by id */
  settle(nodes) {
    if (this.wanted.size === 0 && this.left.size === 0) return;
    const focused = document.activeElement;
    for (const [id, was] of this.left) {
      const element = /** @type {HTMLElement | undefined} */ (nodes.get(id));
      if (element) this.lower(element, was);
    }
    this.left.clear();
    let isWrong = false;
    for (const [id, value] of this.wanted) {
      const element = /** @type {HTMLElement | undefined} */ (nodes.get(id));
      if (!element) this.wanted.delete(id);
      if (!element?.isConnected) continue;
      // What lies above one that is raised is raised again after it.
      if (!isWrong && this.isIn(element, value)) continue;
      isWrong = true;
      this.lower(element, value);
      this.raise(element, value);
    }
    if (document.activeElement === focused) return;
    /** @type {HTMLIFrameElement | null} */ (document.activeElement)?.blur();
    /** @type {HTMLElement | null} */ (focused)?.focus({ preventScroll: true });
  }

  /** @param {HTMLElement} element @param {number} value */
  isIn(element, value) {
    if (value === FULLSCREEN) return this.full.has(element);
    return element.matches(value === MODAL ? ":modal" : ":popover-open");
  }

  /** @param {HTMLElement} element @param {number} value */
  raise(element, value) {
    try {
      if (value === MODAL) {
        const dialog = /** @type {HTMLDialogElement} */ (element);
        const open = dialog.getAttribute("open");
        dialog.removeAttribute("open");
        dialog.showModal();
        if (open) dialog.setAttribute("open", open);
      } else if (value === POPOVER) {
        element.showPopover();
      } else if (value === FULLSCREEN) {
        paintFullscreen(element, true);
        this.full.add(element);
      }
    } catch {
      // Not a dialog or a popover any more: it stays where it is.
    }
    // Whatever took the focus: its look is drawn outside.
    /** @type {HTMLElement | null} */ (element.ownerDocument.activeElement)?.blur();
  }

  /** @param {HTMLElement} element @param {number} value */
  lower(element, value) {
    if (value === FULLSCREEN) {
      paintFullscreen(element, false);
      this.full.delete(element);
    } else if (value === POPOVER) {
      if (element.matches(":popover-open")) element.hidePopover();
    } else if (element.matches(":modal")) {
      const dialog = /** @type {HTMLDialogElement} */ (element);
      const open = dialog.getAttribute("open");
      // Only an open dialog can be closed.
      dialog.setAttribute("open", "");
      dialog.close();
      if (open !== null) dialog.setAttribute("open", open);
    }
  }
}
