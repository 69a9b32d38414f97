// Listens on every document and shadow root that is recorded, in the capture phase, passive: what does not bubble comes
// there too. In: what is to be heard. Out: the steps `root`, `gone` and `close` of a tap. Never: hears a root twice.

import { guarded, listen } from "./seam.js";

/** @typedef {(event: any, target: any) => void} Hears */

/**
 * @param {EventTarget} target
 * @param {string} type
 * @param {Hears} hears gets the event and what it really happened to
 * @returns {() => void} stops
 */
export const hear = (target, type, hears) =>
  listen(target, type, guarded((/** @type {Event} */ event) => hears(event, event.composedPath()[0] ?? event.target)), {
    capture: true,
    passive: true,
  });

/**
 * @param {Record<string, Hears>} onRoot by type
 * @param {Record<string, Hears>} [onDocument] what comes out of shadow roots by itself
 * @param {(view: any) => (() => void)[]} [wrap] what is wrapped in the window of each document
 */
export function onRoots(onRoot, onDocument = {}, wrap = () => []) {
  /** @type {Map<any, (() => void)[]>} */
  const heard = new Map();
  const gone = (/** @type {any} */ root) => {
    heard.get(root)?.forEach((stop) => stop());
    heard.delete(root);
  };
  return {
    roots: () => heard.keys(),
    /** @param {any} root */
    root(root) {
      if (heard.has(root)) return;
      const isDocument = root.nodeType === 9;
      const hears = isDocument ? { ...onRoot, ...onDocument } : onRoot;
      const stops = Object.keys(hears).map((type) => hear(root, type, hears[type]));
      heard.set(root, isDocument && root.defaultView ? stops.concat(wrap(root.defaultView)) : stops);
    },
    gone,
    close: () => [...heard.keys()].forEach(gone),
  };
}
