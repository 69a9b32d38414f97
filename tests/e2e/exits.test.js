// To the last click: a busy page is left at random moments, and what was done on it 100 ms before is in the recording.
// In: both browsers, a fixed seed; 200 visits each in `cargo xtask drill exits`, a tenth here. Out: nothing is missing.
// Never: forgives a lost click, but where the process was killed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startCollector } from "../harness/collector.js";
import { exits } from "../harness/exits.js";

const SEED = Number(process.env.REVISIT_SEED ?? 7);
const COUNT = process.env.REVISIT_DRILL ? 200 : 20;

for (const name of /** @type {const} */ (["chromium", "firefox"])) {
  test(`${COUNT} exits in ${name}`, async (context) => {
    const collector = await startCollector({ tap: true, env: { REVISIT_SILENT_AFTER: "12s" } });
    try {
      const { missing, owed, gaps } = await exits(name, collector, { seed: SEED, count: COUNT });
      context.diagnostic(`${owed} clicks owed, ${gaps} recordings with a gap`);
      assert.ok(owed > COUNT, `${owed} clicks are enough to tell`);
      assert.deepEqual(missing, []);
    } finally {
      await collector.stop();
    }
  });
}
