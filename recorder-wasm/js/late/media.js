// Sound, film and pictures: whether one plays, where it is, how loud and how fast; which of its addresses a picture took.
// In: events of media elements. Out: MEDIA and SOURCE operations. Never: reads a sample or a pixel.

import { SOURCE } from "../tap/ops.js";
import { all } from "./ask.js";
import * as numbers from "./numbers.js";
import { onRoots } from "./roots.js";
import { idOf, ignoresEvents, put, putText } from "./seam.js";

/** @type {import("./seam.js").Ears} */
let ears;
/** @type {Set<any>} */
let pending = new Set();
/** @type {WeakMap<any, string>} addresses told */
let told = new WeakMap();

/** @param {any} _event @param {any} target */
function note(_event, target) {
  if (!/^(audio|video|img)$/.test(target.localName) || ignoresEvents(target)) return;
  pending.add(target);
  ears.dirty();
}

const TYPES = "play,pause,ended,seeked,volumechange,ratechange,loadedmetadata,emptied,load".split(",");
const { roots, root, gone, close } = onRoots(Object.fromEntries(TYPES.map((type) => [type, note])));
export { root, gone, close };

/** @param {import("./seam.js").Ears} receiver */
export function open(receiver) {
  ears = receiver;
  pending = new Set();
}

/** The document was read completely: nothing has been told of it yet. */
export function complete() {
  told = new WeakMap();
  for (const found of roots()) {
    for (const element of all(found, "audio,video,picture>img,img[srcset],img[loading=lazy]")) note(null, element);
  }
}

/** @param {number} time */
export function after(time) {
  const looked = pending;
  pending = new Set();
  for (const element of looked) {
    const id = idOf(element);
    if (id === 0) continue;
    if (element.localName !== "img") state(element, id, time);
    source(element, id, time);
  }
}

/** @param {HTMLMediaElement} media @param {number} id @param {number} time */
function state(media, id, time) {
  const flags = (media.paused ? 1 : 0) | (media.muted ? 2 : 0) | (media.ended ? 4 : 0);
  const whole = (/** @type {number} */ number) => Math.min(0x7fffffff, Math.max(0, Math.round(number) || 0));
  numbers.write(numbers.MEDIA, time, id, flags, whole(media.currentTime * 1000), whole(media.volume * 100), whole(media.playbackRate * 100));
}

/**
 * Only what the `src` does not say.
 * @param {any} element
 * @param {number} id
 * @param {number} time
 */
function source(element, id, time) {
  const address = element.currentSrc;
  if (!address || address === element.src || /^(data|blob):/.test(address) || told.get(element) === address) return;
  told.set(element, address);
  put(SOURCE);
  put(time);
  put(id);
  putText(address);
}
