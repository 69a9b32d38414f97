// What is said of sound and film. In: a recorded state, a time. Out: words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { mediaWords } from "./overlay-signs.js";

/** @type {import("./model.js").Media} */
const MEDIA = { type: "media", node: 2, paused: false, muted: false, ended: false, timeMs: 5_000, volumePercent: 100, ratePercent: 100, sinceMs: 1_000 };

test("what plays goes on with the page, at its own speed", () => {
  assert.equal(mediaWords(MEDIA, 4_000), "▶ playing 0:08");
  assert.equal(mediaWords({ ...MEDIA, ratePercent: 200 }, 4_000), "▶ playing 0:11 · 2×");
  assert.equal(mediaWords(MEDIA, 0), "▶ playing 0:05", "never before it began");
});

test("what stands stays where it is", () => {
  assert.equal(mediaWords({ ...MEDIA, paused: true, muted: true }, 9_000), "❚❚ paused 0:05 · muted");
  assert.equal(mediaWords({ ...MEDIA, ended: true, volumePercent: 40 }, 9_000), "■ ended 0:05 · volume 40 %");
});
