// Keeps the events that come before the late module does, which reads them (js/late/events.js).
// In: the documents and shadow roots that the walk found. Out: each event with its target, in order, once.
// Never: reads more of an event than the page's leaving demands, or keeps more than a bound.

import { listen } from "../natives.js";
import { guarded } from "./guard.js";
import { idOf } from "./nodes.js";
import { CLICK } from "./ops.js";
import { ignoresEvents } from "./walk.js";
import { put } from "./writer.js";

/** What says something that is not read from the document later. */
const TYPES =
  "click,dblclick,contextmenu,auxclick,pointermove,pointerdown,keydown,focusin,focusout,input,change,reset,scroll,load".split(",");
const WINDOW_TYPES = ["error", "unhandledrejection", "resize", "visibilitychange"];
const KEPT_MAX = 1000;

/** @type {[Event, any][]} */
let kept = [];
/** @type {(() => void)[]} */
let stops = [];

/**
 * @param {any} root a document, a shadow root, or the window
 */
export function hold(root) {
  const keep = guarded((/** @type {Event} */ event) => {
    if (kept.length < KEPT_MAX) kept.push([event, event.composedPath()[0]]);
  });
  for (const type of root === window ? WINDOW_TYPES : TYPES) {
    stops.push(listen(root, type, keep, { capture: true, passive: true }));
  }
}

/** Keeps nothing any more. */
export function release() {
  const events = kept;
  stops.forEach((stop) => stop());
  kept = [];
  stops = [];
  return events;
}

/**
 * Everything that can go goes now, perhaps for the last time, and the late module is not here: the clicks at least.
 * @param {number} zero performance.now() at the page's time 0
 */
export function rescue(zero) {
  kept = kept.filter(([event, target]) => {
    if (event.type !== "click") return true;
    if (ignoresEvents(target)) return;
    while (target && !idOf(target)) target = target.parentNode ?? target.host;
    const { timeStamp, clientX, clientY } = /** @type {MouseEvent} */ (event);
    for (const word of [CLICK, Math.max(0, timeStamp - zero), target ? idOf(target) : 0, clientX, clientY, 0, 0, 0]) put(word);
  });
}
