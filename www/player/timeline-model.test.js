// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { bands, markBefore, nextMark, place, previousMark, segmentAt, sentence, shortAddress, ticks } from "./timeline-model.js";

/** @param {number} atMs @param {string} [kind] @param {string} [label] */
const mark = (atMs, kind = "click", label = "") => ({ atMs, kind, label, page: 0 });

test("places are percent, and stay on the timeline", () => {
  assert.equal(place(25, 100), 25);
  assert.equal(place(500, 100), 100);
  assert.equal(place(5, 0), 0);
  assert.deepEqual(bands([[10, 30], [90, 200]], 100), [{ left: 10, width: 20 }, { left: 90, width: 10 }]);
});

test("marks that fall together are one, of the weightiest kind", () => {
  const drawn = ticks([mark(0, "page"), mark(500), mark(501, "error"), mark(502), mark(900)], 1_000);
  assert.deepEqual(drawn.map((tick) => [tick.kind, tick.count]), [["page", 1], ["error", 3], ["click", 1]]);
});

test("a time before, between and after the segments has a page", () => {
  const segments = [{ fromMs: 100, toMs: 200, page: 0 }, { fromMs: 200, toMs: 300, page: 1 }];
  assert.deepEqual([0, 150, 200, 999].map((time) => segmentAt(segments, time)?.page), [0, 0, 1, 1]);
  assert.equal(segmentAt([], 5), undefined);
});

test("marks around a time", () => {
  const marks = [mark(1_000), mark(5_000), mark(9_000)];
  assert.equal(nextMark(marks, 1_000), 5_000);
  assert.equal(nextMark(marks, 9_000), null);
  assert.equal(previousMark(marks, 9_100), 5_000);
  assert.equal(previousMark(marks, 1_000), null);
  assert.deepEqual([0, 1_000, 8_999].map((time) => markBefore(marks, time)), [-1, 0, 1]);
});

test("the list speaks", () => {
  assert.equal(sentence(mark(0, "click", "Add to cart")), "Clicked “Add to cart”");
  assert.equal(sentence(mark(0, "click")), "Clicked something");
  assert.equal(sentence(mark(0, "error", "x is not a function")), "Error: x is not a function");
  assert.equal(sentence(mark(0, "input")), "Typed in a field");
});

test("addresses are cut to what differs", () => {
  assert.equal(shortAddress("https://shop.example/a/b?c=d#e"), "/a/b?c=d#e");
  assert.equal(shortAddress("https://shop.example/%E2%80%A2?id=%E2%80%A2"), "/•?id=•");
  assert.equal(shortAddress("https://shop.example/%E2"), "https://shop.example/%E2");
  assert.equal(shortAddress("not an address"), "not an address");
});
