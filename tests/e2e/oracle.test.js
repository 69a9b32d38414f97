// Whatever a page does to itself, the replay is equal to it. In: pages that change at random; a short run in Chromium with a
// fixed seed here, 20 seeds of 5,000 operations each in both browsers in `cargo xtask fuzz`. Out: equal trees after each flush, equal
// pages on the stage after some. Never: forgives a difference.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { compareWithReplay } from "../harness/oracle.js";
import { signIn } from "../harness/player.js";

const SEEDS = Number(process.env.REVISIT_ORACLE_SEEDS ?? 1);
const FIRST_SEED = Number(process.env.REVISIT_SEED ?? 1);
const OPERATIONS = process.env.REVISIT_ORACLE_SEEDS ? 5000 : 1500;

/** @type {import("../harness/collector.js").Collector} */
let collector;
/** Shows the replay, whichever browser was recorded. @type {import("../harness/browser.js").Browser} */
let watching;

before(async () => {
  collector = await startCollector();
  watching = await launch("chromium");
  await signIn(watching, collector);
});
after(async () => {
  await watching?.close();
  await collector?.stop();
});

/** @type {("chromium" | "firefox")[]} */
const BROWSERS = process.env.REVISIT_ORACLE_SEEDS ? ["chromium", "firefox"] : ["chromium"];

for (const name of BROWSERS) {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
    test(`${name}, seed ${seed}: ${OPERATIONS} random operations come back as the same page`, async () => {
      const browser = await launch(name);
      try {
        const run = await compareWithReplay(browser, watching, collector, { seed, operations: OPERATIONS, onStage: 4 });
        assert.equal(run.bursts, OPERATIONS / 50);
        assert.deepEqual(run.differences, []);
      } finally {
        await browser.close();
      }
    });
  }
}
