// Queue: what goes into the next body, what goes first on leaving, what is given up.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createQueue } from "./queue.js";

/** @typedef {{recording: string}} Page */

const [END, ACTIVE] = [4, 8];
const PAGE = { recording: "a" };

/** @param {number} seq @param {number} size @param {Partial<import("./queue.js").Item<Page>>} [more] */
const frame = (seq, size, more) => ({ page: PAGE, seq, at: 0, flags: 0, bytes: new Uint8Array(size), sealed: true, packing: false, leaving: false, ...more });

/** @param {import("./queue.js").Item<Page>[]} frames */
function queueOf(...frames) {
  const queue = createQueue((/** @type {Page} */ page) => page.recording);
  frames.forEach(queue.add);
  return queue;
}

/** @param {import("./queue.js").Item<Page>[]} items */
const seqs = (items) => items.map(({ seq }) => seq);

test("a body holds frames in order up to its size and count", () => {
  assert.deepEqual(seqs(queueOf(frame(0, 30_000), frame(1, 30_000), frame(2, 30_000)).next()), [0, 1]);
  assert.deepEqual(seqs(queueOf(frame(0, 90_000), frame(1, 10)).next()), [0], "one frame always goes");
  assert.equal(queueOf(...Array.from({ length: 100 }, (_, seq) => frame(seq, 10))).next().length, 64);
  assert.deepEqual(queueOf().next(), []);
});

test("a body holds frames of one recording", () => {
  assert.deepEqual(seqs(queueOf(frame(0, 9), frame(1, 9), frame(0, 9, { page: { recording: "b" } })).next()), [0, 1]);
});

test("nothing overtakes a frame that is being compressed or is on its way", () => {
  assert.deepEqual(seqs(queueOf(frame(0, 9), frame(1, 9, { packing: true }), frame(2, 9)).next()), [0]);
  assert.deepEqual(seqs(queueOf(frame(0, 9, { leaving: true }), frame(1, 9)).next()), []);
});

test("on leaving all goes in one body when it is small", () => {
  const bodies = queueOf(frame(0, 3000), frame(1, 3000), frame(2, 30)).leave(64_000, 16_000, []);
  assert.deepEqual(bodies.map(seqs), [[0, 1, 2]]);
});

test("on leaving clicks and ends go first and apart from the bulk, which goes from the oldest on", () => {
  const queue = queueOf(frame(0, 20_000), frame(1, 500, { flags: ACTIVE }), frame(2, 20_000), frame(3, 20_000, { flags: ACTIVE }), frame(4, 30, { flags: END }));
  assert.deepEqual(queue.leave(64_000, 16_000, []).map(seqs), [[4, 1], [0, 2, 3]]);
});

test("on leaving no click is lost to a big page", () => {
  const bulk = Array.from({ length: 20 }, (_, at) => frame(2 * at, 32_000));
  const clicks = Array.from({ length: 20 }, (_, at) => frame(2 * at + 1, 2000, { flags: ACTIVE }));
  const [first, second] = queueOf(...bulk.flatMap((one, at) => [one, clicks[at] ?? one])).leave(64_000, 48_000, []);
  assert.deepEqual(seqs(first ?? []), clicks.map(({ seq }) => seq).reverse());
  assert.deepEqual(second, undefined, "and what remains is too small for a frame of the page");
});

test("on leaving what does not fit stays, and what is newer and fits goes", () => {
  const queue = queueOf(frame(0, 5000), frame(1, 50_000), frame(2, 40_000), frame(3, 30, { flags: END }));
  assert.deepEqual(queue.leave(64_000, 16_000, []).map(seqs), [[3, 0], [1]]);
  assert.equal(queue.all().length, 4);
});

test("on leaving what an ordinary request carries is repeated in the room left, a click in any case", () => {
  const [first, second, third] = [frame(0, 30_000), frame(1, 30_000), frame(2, 20_000)];
  assert.deepEqual(queueOf(first, second, third).leave(64_000, 16_000, [first, second]).map(seqs), [[2], [0]]);
  const click = frame(3, 900, { flags: ACTIVE });
  assert.deepEqual(queueOf(first, click, third).leave(64_000, 16_000, [first, click]).map(seqs), [[3], [2, 0]]);
  const queue = queueOf(first, third);
  queue.remove([first]);
  assert.deepEqual(queue.leave(64_000, 16_000, [first]).map(seqs), [[2]], "not when it was acknowledged");
});

test("on leaving what left already does not leave again", () => {
  assert.deepEqual(queueOf(frame(0, 9, { leaving: true }), frame(1, 9)).leave(64_000, 16_000, []).map(seqs), [[1]]);
});

test("on leaving recordings are kept apart, and no body holds more than 64 frames", () => {
  const mixed = queueOf(frame(7, 9, { page: { recording: "old" } }), frame(0, 9)).leave(64_000, 16_000, []);
  assert.deepEqual(mixed.map(seqs), [[7], [0]]);
  const many = queueOf(...Array.from({ length: 100 }, (_, seq) => frame(seq, 10))).leave(64_000, 16_000, []);
  assert.deepEqual(many.map((items) => items.length), [64, 36]);
  assert.equal(many[1]?.at(-1)?.seq, 99);
});

test("over 4 MiB all but the next body and last frames are given up", () => {
  const queue = queueOf(...Array.from({ length: 128 }, (_, seq) => frame(seq, 32 << 10)));
  assert.equal(queue.trim(), false);
  queue.add(frame(128, 1, { flags: 4 }));
  assert.equal(queue.trim(), true);
  assert.deepEqual(seqs(queue.all()), [0, 128]);
});
