// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { jumpFrom, stretchAt } from "./skip.js";

/** @type {[number, number][]} */
const STRETCHES = [
  [10_000, 70_000],
  [80_000, 83_000],
  [100_000, 86_500_000],
];

test("a stretch is seen for a second, then jumped to a second before its end", () => {
  assert.equal(jumpFrom(STRETCHES, 9_999), null);
  assert.equal(jumpFrom(STRETCHES, 10_500), null);
  assert.equal(jumpFrom(STRETCHES, 11_000), 69_000);
  assert.equal(jumpFrom(STRETCHES, 68_000), null);
});

test("a day is one jump", () => {
  assert.equal(jumpFrom(STRETCHES, 101_000), 86_499_000);
});

test("a short stretch is not worth a jump", () => {
  assert.equal(jumpFrom(STRETCHES, 81_000), null);
});

test("a stretch holds its start and not its end", () => {
  assert.deepEqual(stretchAt(STRETCHES, 80_000), [80_000, 83_000]);
  assert.equal(stretchAt(STRETCHES, 83_000), undefined);
});
