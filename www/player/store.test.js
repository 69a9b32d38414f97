// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { nextSpeed, parseChoices, Store } from "./store.js";

test("watchers hear the present and every change, and nothing else", () => {
  const store = new Store({ playing: false, timeMs: 0 });
  /** @type {number[]} */
  const heard = [];
  const end = store.watch((state) => heard.push(state.timeMs));
  store.set({ timeMs: 5 });
  store.set({ timeMs: 5 });
  end();
  store.set({ timeMs: 6 });
  assert.deepEqual(heard, [0, 5]);
});

test("speeds end at both ends", () => {
  assert.equal(nextSpeed(1, 1), 2);
  assert.equal(nextSpeed(8, 1), 8);
  assert.equal(nextSpeed(0.5, -1), 0.5);
});

test("choices are read with care", () => {
  assert.deepEqual(parseChoices('{"speed":4,"skips":false}'), { speed: 4, skips: false });
  for (const text of [null, "", "{", "null", '{"speed":3,"skips":"no"}']) {
    assert.deepEqual(parseChoices(text), { speed: 1, skips: true });
  }
});
