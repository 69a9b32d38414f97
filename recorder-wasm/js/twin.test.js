// The twin: the wasm module as JavaScript must give the same bytes for the same input, and seal what released versions sealed.
// In: both as built, operations as the tap writes them, the golden frames. Out: byte for byte the same. Never: a browser.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import * as op from "./tap/ops.js";

const GOLDEN = new URL("../../shared/tests/golden/v1/", import.meta.url);
const INLINE = 2 ** 31;
const encoder = new TextEncoder();

/** @returns {Promise<any[]>} the exports of both, in the same state */
async function both() {
  const { instance } = await WebAssembly.instantiate(await readFile(new URL("pkg/recorder_bg.wasm", import.meta.url)));
  // A query makes it another module, with a memory of its own.
  return [instance.exports, await import(new URL(`pkg/twin.js?${Math.random()}`, import.meta.url).href)];
}

/** What the tap writes: words, and strings behind each other. */
function operations() {
  /** @type {number[]} */
  const words = [];
  /** @type {Uint8Array[]} */
  const parts = [];
  return {
    words,
    get bytes() {
      return Buffer.concat(parts);
    },
    /** @param {...(number | string)} given */
    put(...given) {
      for (const one of given) {
        if (typeof one === "number") words.push(one);
        else if (one === "") words.push(0);
        else {
          const bytes = encoder.encode(one);
          parts.push(bytes);
          words.push(INLINE + bytes.length);
        }
      }
    },
  };
}

/** What the module tells of itself, see `Told` in src/exports.rs. @param {any} code @param {number} at */
const told = (code, at) => [...new Uint32Array(code.memory.buffer, at, 6)];

/** @param {any} code @param {number} at @param {ReturnType<typeof operations>} given */
function ingest(code, at, { words, bytes }) {
  code.reserve(words.length, bytes.length);
  const [wordsAt, bytesAt] = told(code, at);
  new Uint32Array(code.memory.buffer, wordsAt, words.length).set(words);
  new Uint8Array(code.memory.buffer, bytesAt, bytes.length).set(bytes);
  const freed = code.ingest(words.length, bytes.length);
  return [...new Uint32Array(code.memory.buffer, told(code, at)[0], freed)];
}

/** @param {any} code @param {number} at */
function payloads(code, at) {
  const all = [];
  while (code.next_payload(1)) {
    const [, , place, length, time, flags] = told(code, at);
    all.push([Buffer.from(new Uint8Array(code.memory.buffer, place, length)).toString("hex"), time, flags]);
  }
  return all;
}

/** @param {any} code @param {Buffer} bytes */
function transfer(code, bytes) {
  const at = code.transfer(bytes.length);
  new Uint8Array(code.memory.buffer, at, bytes.length).set(bytes);
}

/** @param {any} code @param {number} length */
const transferred = (code, length) => Buffer.from(new Uint8Array(code.memory.buffer, code.sealed(), length));

const STRINGS = [
  "Jane Doe, jane.doe@example.com, +49 170 5550100",
  "naïve — ½ € 日本 🙂 \ud83d",
  "4111 1111 1111 1111",
  "a{color:red}b::after{content:'a@b.example 12345'}@media(max-width:600px){c{background:url(https://x.example/a?t=1)}}",
  "https://shop.example/orders/12345?token=abcdef#top",
  "",
];

/** A page of 2,000 elements with texts, fields, sheets and events. */
function page() {
  const made = operations();
  const { put } = made;
  put(op.HELLO, 3, STRINGS[4], "", STRINGS[0], "en-GB", 1200, 800, 1920, 1080, 150, 1, 1, 2, 3, 4, 99, 0);
  put(op.CHECKPOINT, 5, op.LIST, 1, (2 << 3) | op.ITEM_ELEMENT, "main", 0, 0);
  let id = 3;
  for (let row = 0; row < 2000; row++) {
    const text = STRINGS[row % STRINGS.length];
    put((id++ << 3) | op.ITEM_ELEMENT, row % 7 === 0 ? "input" : "p", row % 11 === 0 ? op.MARK_MASK << op.MARKS_SHIFT : 0, 3);
    put("class", `row r${row}`, "title", text, row % 7 === 0 ? "value" : "style", `${text} ${row}`);
    if (row % 7 !== 0) put((id++ << 3) | op.ITEM_TEXT, `${text} ${row * 7919}`);
    put(op.ITEM_END);
  }
  put(op.ITEM_END, op.ITEM_END, op.DOM_END, 9);
  for (const text of STRINGS) {
    put(op.SHEET, 10, 2, 0, text, op.INPUT, 11, 3, 1, text, 0, 1, 0);
    put(op.EVENT, 12, text, 1, text, text, op.IDENTIFY, 13, 1, "name", text, op.ERROR, 14, text, op.CLICK, 15, 3, 40, 2 ** 32 - 50, 0, 500, 1000);
  }
  put(op.CHECKPOINT_END, 20, op.POINTER, 21, 0, 2, 0, 100, 50, 60, 2 ** 32 - 3, 4);
  return made;
}

/** The rows turned around, every third gone, texts and attributes changed. */
function changes() {
  const made = operations();
  const { put } = made;
  put(op.LIST, 2);
  let id = 3;
  /** @type {number[]} */
  const rows = [];
  for (let row = 0; row < 2000; row++) {
    if (row % 3 !== 0) rows.push(id);
    id += row % 7 === 0 ? 1 : 2;
  }
  for (const row of rows.reverse()) put((row << 3) | op.ITEM_KNOWN);
  put(op.ITEM_END);
  for (const row of rows.slice(0, 300)) put(op.ATTRIBUTE, row, "p", "title", `${STRINGS[row % 5]} ${row}`);
  put(op.DOM_END, 400, op.END, 500, 0);
  return made;
}

for (const policy of [0, 31]) {
  test(`a page and its changes give the same bytes with the policy ${policy}`, async () => {
    const [wasm, twin] = await both();
    const [one, two] = [wasm, twin].map((code) => {
      const at = code.start(policy, 0x89abcdef, 0x1234567);
      const freed = [ingest(code, at, page()), ingest(code, at, changes())];
      return { freed, sent: payloads(code, at) };
    });
    assert.ok(one.sent.length > 2 && one.freed[1].length > 500, "it is a page of some size");
    assert.deepEqual(two, one);
  });
}

test("marks are the same", async () => {
  const [wasm, twin] = await both();
  for (const [name, value] of [["", "a rr-mask b"], ["", "ph-no-capture"], ["data-revisit", "block"], ["data-private", ""], ["data-x", "mask"]]) {
    const [one, two] = [wasm, twin].map((code) => {
      const bytes = encoder.encode(name + value);
      const at = code.start(0, 0, 0);
      code.reserve(1, bytes.length);
      new Uint8Array(code.memory.buffer, told(code, at)[1], bytes.length).set(bytes);
      return code.marks(0, name.length, value.length);
    });
    assert.equal(two, one, `${name}=${value}`);
  }
});

test("memory that grows takes the views of before with it", async () => {
  const [, twin] = await both();
  const view = new Uint8Array(twin.memory.buffer);
  twin.transfer(64 << 20);
  assert.equal(view.length, 0);
});

/** @param {Buffer} bytes @param {{at: number}} place */
function number(bytes, place) {
  for (let [value, scale] = [0, 1]; ; scale *= 128) {
    const byte = bytes[place.at++];
    value += (byte & 127) * scale;
    if (byte < 128) return value;
  }
}

test("it seals the golden frames as they were sealed", async () => {
  const [, twin] = await both();
  const names = (await readdir(GOLDEN)).filter((name) => name.endsWith(".bin") && !/^(body|recording)/.test(name));
  assert.ok(names.length > 0);
  for (const name of names) {
    const golden = await readFile(new URL(name, GOLDEN));
    const place = { at: 9 };
    const seq = number(golden, place);
    const flags = golden[place.at++];
    const [epochMs, atMs] = [number(golden, place), number(golden, place)];
    number(golden, place); // checksum
    const length = number(golden, place);
    transfer(twin, Buffer.concat([golden.subarray(1, 9), golden.subarray(place.at, place.at + length)]));
    assert.deepEqual(transferred(twin, twin.seal(seq, flags, epochMs, atMs)), golden, name);
  }
});
