// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { addressText, counted, isHere, joined, untilText, whenText, whoText } from "./words.js";

const NOW = new Date(2026, 10, 24, 18, 0);
/** @param {number} day @param {number} hour */
const november = (day, hour) => new Date(2026, 10, day, hour, 5).toISOString();

test("times are said as near as they are", () => {
  assert.match(whenText(november(24, 14), NOW), /^Today /);
  assert.match(whenText(november(23, 23), NOW), /^Yesterday /);
  assert.match(whenText(november(20, 14), NOW), /^Fri /);
  assert.match(whenText(november(3, 14), NOW), /3/);
  assert.equal(whenText(null, NOW), "–");
});

test("the end is said in hours, then days", () => {
  assert.equal(untilText(november(24, 17), NOW), "now");
  assert.equal(untilText(november(25, 3), NOW), "in 9 hours");
  assert.equal(untilText(november(30, 18), NOW), "in 6 days");
});

test("a person is named as well as known", () => {
  assert.equal(whoText({ identity: { name: "Ada" }, visitor: "abcdef99" }), "Ada");
  assert.equal(whoText({ identity: { id: "7", email: "a@b.example" } }), "a@b.example");
  assert.equal(whoText({ identity: null }), "Visitor");
  assert.equal(whoText({ visitor: "abcdef99" }), "Visitor abcdef");
  assert.equal(whoText({}), "Visitor");
});

test("small words", () => {
  assert.equal(addressText("https://shop.example/a?b=c"), "shop.example/a?b=c");
  assert.equal(addressText("https://shop.example/"), "shop.example");
  assert.equal(joined("a", null, "", "b"), "a · b");
  assert.equal(counted(1, "page"), "1 page");
  assert.equal(counted(2, "error"), "2 errors");
});

test("a visitor whose pages are all left is not there, though the recording is open for a moment more", () => {
  assert.equal(isHere({ state: "open", live: true }), true);
  assert.equal(isHere({ state: "open", live: false }), false);
  assert.equal(isHere({ state: "open" }), true);
  assert.equal(isHere({ state: "ended" }), false);
});
