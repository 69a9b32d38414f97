// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { advanced, FRAME_MAX_MS, moved, paused, started, stopped } from "./clock.js";

test("time passes at its speed, and only while running", () => {
  const clock = started({ ...stopped(), speed: 4 }, 1_000);
  assert.equal(advanced(clock, 1_100, 60_000).timeMs, 400);
  assert.equal(advanced(paused(clock), 1_100, 60_000).timeMs, 0);
  assert.equal(advanced(moved(clock, 5_000), 1_100, 60_000).timeMs, 5_400);
});

test("a late frame moves the clock by little", () => {
  assert.equal(advanced(started(stopped(), 0), 60_000, 90_000).timeMs, FRAME_MAX_MS);
});

test("starting twice does not lose time", () => {
  const clock = started(started(stopped(), 0), 100);
  assert.equal(advanced(clock, 200, 60_000).timeMs, 200);
});

test("the clock stops at the end and never passes it", () => {
  const clock = advanced(started(moved(stopped(), 990), 0), 200, 1_000);
  assert.deepEqual([clock.timeMs, clock.running], [1_000, false]);
});

test("a clock that goes backward does not take time back", () => {
  assert.equal(advanced(started(stopped(), 500), 100, 1_000).timeMs, 0);
});
