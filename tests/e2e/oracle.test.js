// Whatever a page does to itself, the replay is equal to it. In: both browsers, pages that change at random; a short run with
// a fixed seed here, 20 seeds of 5,000 operations each in `cargo xtask fuzz`. Out: equal trees after each flush.
// Never: forgives a difference.

import assert from "node:assert/strict";
import { test } from "node:test";
import { launch } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { compareWithReplay } from "../harness/oracle.js";
import { signIn } from "../harness/player.js";

const VISITS = Number(process.env.REVISIT_VISITS ?? 1);
const FIRST_SEED = Number(process.env.REVISIT_SEED ?? 1);
const OPERATIONS = process.env.REVISIT_VISITS ? 5000 : 1500;

for (const name of /** @type {const} */ (["chromium", "firefox"])) {
  test(`${name}: ${VISITS} times ${OPERATIONS} random operations come back as the same page`, async () => {
    const collector = await startCollector();
    const browser = await launch(name);
    try {
      await signIn(browser, collector);
      /** @type {string[]} */
      const differences = [];
      for (let visit = 0; visit < VISITS; visit += 1) {
        const run = await compareWithReplay(browser, collector, { seed: FIRST_SEED + visit, operations: OPERATIONS, onStage: 4 });
        assert.equal(run.bursts, OPERATIONS / 50);
        differences.push(...run.differences);
      }
      assert.deepEqual(differences, []);
    } finally {
      await browser.close();
      await collector.stop();
    }
  });
}
