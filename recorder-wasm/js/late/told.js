// What the page tells about the visit: `revisit('identify' | 'tag' | 'event' | 'conversation', …)`.
// In: the calls. Out: their operations; what describes the visit is told again to every later capture.
// Never: reads the page, or keeps what was told past a withdrawn consent.

import * as op from "../tap/ops.js";
import { put, putString, putText } from "./seam.js";

/** @typedef {[name: string, one?: any, two?: any]} Call */

/** @type {import("./seam.js").Ears | null} */
let ears = null;
/** All but events, which happened once. @type {Map<string, Call>} */
const lasting = new Map();

/** @type {Record<string, number>} */
const OPERATIONS = { event: op.EVENT, tag: op.TAG, identify: op.IDENTIFY, conversation: op.CONVERSATION };

/** @param {import("./seam.js").Ears} receiver */
export function open(receiver) {
  ears = receiver;
  lasting.forEach(write);
}

export function close() {
  ears = null;
}

export const forget = () => lasting.clear();

/** @param {Call} told */
export function call(told) {
  const [name, key] = told;
  if (!Object.hasOwn(OPERATIONS, name)) return;
  if (name != "event") lasting.set(name == "tag" ? ` ${key}` : name, told);
  write(told);
}

/** @param {Call} call */
function write([name, one, two]) {
  if (!ears) return;
  // All that may fail with what the page gave comes before the first word.
  const key = name == "event" || name == "tag" ? String(one) : null;
  const text = name == "tag" ? String(two) : name == "conversation" ? String(one) : null;
  const pairs = text === null ? Object.entries((name == "event" ? two : one) ?? {}).map(([trait, value]) => [trait, textOf(value)]) : null;
  put(OPERATIONS[name]);
  put(ears.now());
  if (key !== null) putString(key);
  if (text !== null) putText(text);
  if (pairs) {
    put(pairs.length);
    for (const [trait, value] of pairs) {
      putString(trait);
      putText(value);
    }
  }
  ears.dirty();
}

/** @param {unknown} value */
const textOf = (value) => String(typeof value === "object" ? JSON.stringify(value) : value);
