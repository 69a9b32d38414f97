// Fingers on the screen and what they do to the window: the path of each, and the part that is seen after pinching.
// In: touch events, the visual viewport. Out: TOUCH and ZOOM records. Never: cancels a gesture.

import * as numbers from "./numbers.js";
import { hear, onRoots } from "./roots.js";
import { ignoresEvents } from "./seam.js";

/** Milliseconds between two points of a path. */
const POINT_EVERY_MS = 50;

/** @type {import("./seam.js").Ears} */
let ears;
/** @type {Map<number, [number, number, number][]>} time and place of each finger since the last flush */
let paths = new Map();
/** @type {() => void} */
let stop = () => {};
let hasZoomed = false;

const on = onRoots({}, { touchstart: moved, touchmove: moved, touchend: lifted, touchcancel: lifted });
export const { root, gone } = on;

/** @param {import("./seam.js").Ears} receiver */
export function open(receiver) {
  ears = receiver;
  paths = new Map();
  const seen = window.visualViewport;
  if (!seen) return;
  hasZoomed = seen.scale !== 1;
  const zoomed = () => {
    hasZoomed = true;
    ears.dirty();
  };
  const stops = ["resize", "scroll"].map((type) => hear(seen, type, zoomed));
  stop = () => stops.forEach((end) => end());
}

export function close() {
  on.close();
  stop();
}

/** @param {TouchEvent} event @param {any} target */
function moved(event, target) {
  if (ignoresEvents(target)) return;
  ears.active();
  for (const touch of event.changedTouches) add(event, touch, event.type === "touchstart");
}

/** @param {TouchEvent} event @param {any} target */
function lifted(event, target) {
  if (ignoresEvents(target)) return;
  for (const touch of event.changedTouches) {
    add(event, touch, true);
    write(touch.identifier, true);
  }
  ears.dirty();
}

/** @param {any} event @param {Touch} touch @param {boolean} always */
function add(event, touch, always) {
  const path = paths.get(touch.identifier) ?? [];
  paths.set(touch.identifier, path);
  const time = ears.now();
  const last = path[path.length - 1];
  if (last && !always && time - last[0] < POINT_EVERY_MS) return;
  let [x, y] = [touch.clientX, touch.clientY];
  const box = event.view !== window && event.view?.frameElement?.getBoundingClientRect();
  if (box) [x, y] = [x + box.left, y + box.top];
  path.push([time, Math.round(x), Math.round(y)]);
  if (path.length >= 5) ears.dirty();
}

/** @param {number} finger @param {boolean} isUp */
function write(finger, isUp) {
  const path = paths.get(finger) ?? [];
  paths.delete(finger);
  if (!path[0]) return;
  let [time, x, y] = [path[0][0], 0, 0];
  const points = path.flatMap((point) => {
    const step = [point[0] - time, numbers.signed(point[1] - x), numbers.signed(point[2] - y)];
    [time, x, y] = point;
    return step;
  });
  // Browsers count fingers as they like; seven bits are enough to tell them apart.
  numbers.write(numbers.TOUCH, path[0][0], finger & 127, isUp ? 1 : 0, path.length, ...points);
}

/** Before the flush: it happened on the document as it was. */
export function before() {
  for (const finger of [...paths.keys()]) write(finger, false);
}

/** @param {number} time */
export function after(time) {
  const seen = window.visualViewport;
  if (!hasZoomed || !seen) return;
  hasZoomed = false;
  const whole = (/** @type {number} */ number) => Math.max(0, Math.round(number));
  numbers.write(numbers.ZOOM, time, whole(seen.offsetLeft), whole(seen.offsetTop), whole(seen.scale * 100));
}
