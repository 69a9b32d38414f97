// Writes operations and strings into the wasm module's memory. In: words and strings of the page. Out: two filled buffers,
// handed over by one call of `ingest` for each flush. The strings are raw: they stay in the page's memory, where Rust
// masks them. One writer, because there is one recorder on a page.

import { STRINGS_CLEARED } from "./ops.js";

const DEFINE = 1 << 30;
const INLINE = 1 << 31;
/** Characters of the longest string that gets an id, and how many may have one: page memory stays bounded. */
const INTERN_MAX_LENGTH = 64;
const INTERN_MAX = 1 << 13;
/** Characters from which the browser's encoder beats a loop (measured: its call alone costs 400 ns). */
const ENCODE_FROM = 160;

/** @type {any} the wasm module's exports */
let wasm;
/** Where the module's numbers stand, see `Told` in `src/exports.rs`. */
let toldAt = 0;
let words = new Uint32Array(0);
let bytes = new Uint8Array(0);
let wordCount = 0;
let byteCount = 0;
let wordRoom = 0;
let byteRoom = 0;
/** @type {Map<string, number>} */
const ids = new Map();
const encoder = new TextEncoder();

/**
 * Starts with empty buffers.
 * @param {any} exports
 * @param {number} told what `start` returned
 */
export function open(exports, told) {
  wasm = exports;
  toldAt = told;
  wordCount = byteCount = wordRoom = byteRoom = 0;
  ids.clear();
  reserve(1 << 12, 1 << 14);
}

/** Forgets the page's strings. */
export function close() {
  ids.clear();
  words = new Uint32Array(0);
  bytes = new Uint8Array(0);
  wordCount = byteCount = 0;
}

/**
 * @param {number} needWords
 * @param {number} needBytes
 */
function reserve(needWords, needBytes) {
  wordRoom = Math.max(wordRoom, needWords);
  byteRoom = Math.max(byteRoom, needBytes);
  wasm.reserve(wordRoom, byteRoom);
  look();
}

/** What the module tells of itself. */
export const told = () => new Uint32Array(wasm.memory.buffer, toldAt, 6);

/** Takes new views: the buffers may have moved, and the memory may have grown since. */
function look() {
  const [wordsAt, bytesAt] = told();
  words = new Uint32Array(wasm.memory.buffer, wordsAt, wordRoom);
  bytes = new Uint8Array(wasm.memory.buffer, bytesAt, byteRoom);
}

/** Makes room where the views end: either memory grew and they are detached, or the buffers are full. */
function roomForWords() {
  if (words.length === 0 && wordRoom > 0) look();
  if (wordCount >= words.length) reserve(wordRoom * 2, byteRoom);
}

/** @param {number} word */
export function put(word) {
  if (wordCount >= words.length) roomForWords();
  words[wordCount++] = word;
}

/** A place to be filled later by {@link fill}. */
export function hold() {
  put(0);
  return wordCount - 1;
}

/**
 * @param {number} place from {@link hold}
 * @param {number} word
 */
export function fill(place, word) {
  if (words.length === 0) look();
  words[place] = word;
}

/**
 * A string that is likely to come again: names, classes, attribute values.
 * @param {string} text
 */
export function putString(text) {
  const length = text.length;
  if (length === 0) return put(0);
  if (length > INTERN_MAX_LENGTH) return put(INLINE | write(text));
  const id = ids.get(text);
  if (id !== undefined) return put(id);
  if (ids.size >= INTERN_MAX) return put(INLINE | write(text));
  ids.set(text, ids.size + 1);
  put(DEFINE | write(text));
}

/**
 * A string that is likely not to come again.
 * @param {string} text
 */
export function putText(text) {
  put(text.length === 0 ? 0 : INLINE | write(text));
}

/**
 * Copies a string as UTF-8.
 * @param {string} text
 * @returns {number} bytes written
 */
function write(text) {
  const length = text.length;
  if (byteCount + length * 3 > bytes.length) {
    if (bytes.length === 0 && byteRoom > 0) look();
    if (byteCount + length * 3 > bytes.length) reserve(wordRoom, Math.max(byteRoom * 2, byteCount + length * 3));
  }
  const start = byteCount;
  if (length < ENCODE_FROM) {
    let at = start;
    let seen = 0;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      seen |= code;
      bytes[at++] = code;
    }
    if (seen < 0x80) {
      byteCount = at;
      return length;
    }
  }
  const written = encoder.encodeInto(text, bytes.subarray(start)).written;
  byteCount = start + written;
  return written;
}

/** Whether the buffers hold as much as one frame should: the walk then goes on in the next flush. */
export const isFull = () => byteCount > 20_000 || wordCount > 20_000;

/** Whether there is something to hand over. */
export const hasWords = () => wordCount > 0;

/**
 * The marks that the masking rules see in a class attribute (no name) or in another attribute.
 * @param {string} name
 * @param {string} value
 * @returns {number}
 */
export function marksIn(name, value) {
  const start = byteCount;
  const nameLength = name ? write(name) : 0;
  const valueLength = value ? write(value) : 0;
  byteCount = start;
  return wasm.marks(start, nameLength, valueLength);
}

/**
 * Hands everything over.
 * @param {(id: number) => void} freed gets each id that is free again
 */
export function ingest(freed) {
  const count = wasm.ingest(wordCount, byteCount);
  wordCount = byteCount = 0;
  if (count > words.length) {
    wordRoom = Math.max(wordRoom, count);
    look();
  }
  for (let i = 0; i < count; i++) freed(/** @type {number} */ (words[i]));
  if (ids.size >= INTERN_MAX) {
    ids.clear();
    put(STRINGS_CLEARED);
  }
}
