// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { clockText, parseTime, shortTime, spokenPosition, spokenTime } from "./time-words.js";

test("a clock shows hours only when there are some", () => {
  assert.equal(clockText(0), "0:00");
  assert.equal(clockText(125_999), "2:05");
  assert.equal(clockText(3_725_000), "1:02:05");
  assert.equal(clockText(-5), "0:00");
});

test("spoken times leave out what is zero", () => {
  assert.equal(spokenTime(0), "0 seconds");
  assert.equal(spokenTime(61_000), "1 minute 1 second");
  assert.equal(spokenTime(480_000), "8 minutes");
  assert.equal(spokenPosition(125_000, 480_000), "2 minutes 5 seconds of 8 minutes");
});

test("short times fit a table cell", () => {
  assert.equal(shortTime(8_400), "8 s");
  assert.equal(shortTime(250_000), "4 min 10 s");
  assert.equal(shortTime(120_000), "2 min");
  assert.equal(shortTime(3_725_000), "1 h 2 min");
});

test("links say times in the usual ways", () => {
  assert.equal(parseTime("90"), 90_000);
  assert.equal(parseTime("90.5"), 90_500);
  assert.equal(parseTime("1m30s"), 90_000);
  assert.equal(parseTime("1h"), 3_600_000);
  assert.equal(parseTime("1:30"), 90_000);
  assert.equal(parseTime("1:02:05"), 3_725_000);
  for (const nothing of [null, "", "soon", "-5", "1:2:3:4"]) assert.equal(parseTime(nothing), null);
});
