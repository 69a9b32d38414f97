// Writes records that hold nothing but numbers (shared/src/record.rs). In: a tag, numbers. Out: one operation.

import { NUMBERS } from "../tap/ops.js";
import { put } from "./seam.js";

// Tags, as in `record::tag`.
export const STATE = 26;
export const MEDIA = 27;
export const SELECTION = 28;
export const KEY = 29;
export const CLIPBOARD = 30;
export const SUBMIT = 31;
export const TOUCH = 32;
export const ZOOM = 33;
export const DEAD = 34;
export const VITAL = 51;

/**
 * @param {number} tag
 * @param {number} time milliseconds of the page's clock
 * @param {number[]} numbers none below 0
 */
export function write(tag, time, ...numbers) {
  put(NUMBERS);
  put(time);
  put(tag);
  put(numbers.length);
  numbers.forEach(put);
}

/** A number that may be below 0, as one that is not. @param {number} number */
export const signed = (number) => ((number << 1) ^ (number >> 31)) >>> 0;
