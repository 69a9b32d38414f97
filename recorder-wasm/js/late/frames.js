// Frames whose document is another than before: one that is taken out and put back starts anew, and its first document
// stands there long before anything says that it has loaded. In: the frames at each flush. Out: those to be read again.

import { framesOf } from "./ask.js";
import { onRoots } from "./roots.js";
import { forget, idOf, inside } from "./seam.js";

/** @type {import("./seam.js").Ears} */
let ears;
/** @type {WeakMap<Element, any>} */
let seen = new WeakMap();

const { roots, root, gone, close } = onRoots({});
export { root, gone, close };

/** @param {import("./seam.js").Ears} receiver */
export function open(receiver) {
  ears = receiver;
  seen = new WeakMap();
}

export function before() {
  for (const found of roots()) {
    const isShown = found.nodeType === 9 ? found.defaultView : found.host.isConnected;
    // A document that has lost its frame is about to be told as gone: what happened in it last must not be told after that.
    if (!isShown) {
      forget(found, inside);
      continue;
    }
    for (const frame of framesOf(found)) {
      const page = inside(frame);
      if (idOf(frame) === 0 || seen.get(frame) === page) continue;
      const before = seen.get(frame);
      if (before) forget(before, inside);
      if (seen.has(frame)) ears.frameLoaded(frame);
      seen.set(frame, page);
    }
  }
}
