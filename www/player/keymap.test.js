// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { commandOf, KEYMAP } from "./keymap.js";

/** @param {string} key @param {object} [held] */
const press = (key, held) => ({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...held });
/** @param {string} kind a word of the selector that this element matches */
const focused = (kind) => ({ matches: (/** @type {string} */ selector) => selector.split(", ").some((part) => part.startsWith(kind)) });

test("keys have their commands, in either case", () => {
  assert.equal(commandOf(press(" "), null), "toggle");
  assert.equal(commandOf(press("K"), null), "toggle");
  assert.equal(commandOf(press("ArrowLeft"), null), "back");
  assert.equal(commandOf(press("ArrowRight", { shiftKey: true }), null), "nextMark");
  assert.equal(commandOf(press("?", { shiftKey: true }), null), "help");
  assert.equal(commandOf(press("<", { shiftKey: true }), null), "slower");
  assert.equal(commandOf(press("x"), null), null);
});

test("the browser's own combinations stay the browser's", () => {
  for (const held of ["ctrlKey", "altKey", "metaKey"]) assert.equal(commandOf(press("f", { [held]: true }), null), null);
});

test("whoever has the focus keeps the keys it needs", () => {
  assert.equal(commandOf(press("k"), focused("textarea")), null);
  assert.equal(commandOf(press(" "), focused("button")), null);
  assert.equal(commandOf(press("k"), focused("button")), "toggle");
  assert.equal(commandOf(press("ArrowLeft"), focused("input[type=range]")), null);
  assert.equal(commandOf(press("s"), focused("input[type=range]")), "skip");
  assert.equal(commandOf(press("k"), focused("dialog[open]")), null);
});

test("no key has two commands", () => {
  const keys = KEYMAP.flatMap((binding) => binding.keys);
  assert.equal(new Set(keys).size, keys.length);
});
