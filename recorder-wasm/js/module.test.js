// What module.js writes itself: the body around the frames, held to the golden one. In: golden files. Out: the same bytes.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { body } from "./module.js";

test("it writes the golden body as it was written", async () => {
  const golden = await readFile(new URL("../../shared/tests/golden/v1/body.bin", import.meta.url));
  let at = 35;
  const number = () => {
    for (let [value, scale] = [0, 1]; ; scale *= 128) {
      const byte = golden[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const sentAt = number();
  const frames = [];
  for (let count = number(); count > 0; count--) {
    const length = number();
    frames.push(golden.subarray(at, (at += length)));
  }
  assert.ok(frames.length > 1 && sentAt > 2 ** 32);
  assert.deepEqual(Buffer.from(body(golden.subarray(3, 19), golden.subarray(19, 35), sentAt, frames)), golden);
});
