// The collector is stopped, killed or never comes back, or the network is gone. In: both browsers, a real collector, a busy
// page. Out: nothing is missing after ten seconds; a dead collector costs the page next to nothing. Never: asserts a time.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertQuiet, closeTab, launch, newPage } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { openRecording } from "../harness/decoder.js";
import { embed, startSite } from "../harness/site.js";
import { pause, until } from "../harness/until.js";

/** What a browser says by itself of a request that failed; no script can keep it from that. */
const BROWSERS_OWN = [/Failed to load resource/, /Cross-Origin Request Blocked/];

/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;
/** @type {import("../harness/collector.js").Collector} */
let collector;

before(async () => {
  site = await startSite("busy");
  collector = await startCollector({ env: { REVISIT_SILENT_AFTER: "30s" } });
});
after(async () => {
  await site?.stop();
  await collector?.stop();
});

/** @param {import("../harness/browser.js").Page} page */
const state = (page) => page.evaluate(() => /** @type {any} */ (window).revisit?.("state"));

/**
 * @param {import("../harness/browser.js").Browser} browser
 * @param {{path?: string, before?: string}} [how]
 */
async function arrive(browser, { path = "/", before: script = "" } = {}) {
  const owner = await collector.addSite(site.origin);
  site.setTag(script + embed(collector, owner.key));
  const page = await newPage(await browser.createBrowserContext());
  await page.goto(site.origin + path);
  const { id } = await until("the recording to begin", async () => {
    const now = await state(page);
    return now?.recording ? now : undefined;
  });
  return { owner, page, id };
}

/**
 * Clicks twice a second, each time somewhere else.
 * @param {import("../harness/browser.js").Page} page
 * @param {number} count
 */
async function clickOn(page, count) {
  const places = [];
  for (let number = 0; number < count; number += 1) {
    const [x, y] = [20 + number * 13, 30 + number * 5];
    await page.mouse.click(x, y);
    places.push(`${x} ${y}`);
    await pause(500);
  }
  return places;
}

/** @param {import("../harness/collector.js").Site} owner @param {string[]} places */
async function assertWhole(owner, places) {
  const [ready] = await collector.waitReady(owner);
  const recording = await openRecording(await collector.export(ready?.id, "revisit"));
  assert.deepEqual(recording.gaps, [], "no gap");
  const clicked = recording.events(0).filter(({ type }) => type === "click").map(({ x, y }) => `${x} ${y}`);
  assert.deepEqual(clicked, places);
  assert.equal(recording.events(0).at(-1)?.type, "end");
  recording.close();
}

for (const name of /** @type {const} */ (["chromium", "firefox"])) {
  test(`${name}: after ten seconds without a network nothing is missing`, async () => {
    const browser = await launch(name);
    const { owner, page } = await arrive(browser);
    const places = await clickOn(page, 4);
    await page.setOfflineMode(true);
    places.push(...(await clickOn(page, 20)));
    await page.setOfflineMode(false);
    places.push(...(await clickOn(page, 4)));
    await closeTab(page);
    await assertWhole(owner, places);
    assertQuiet(page, BROWSERS_OWN);
    await browser.close();
  });

  test(`${name}: a collector that is killed, comes back, and is killed again loses nothing`, async () => {
    const browser = await launch(name);
    const { owner, page } = await arrive(browser);
    const places = [];
    for (const gone of [3, 12, 1]) {
      places.push(...(await clickOn(page, 3)));
      await collector.kill9();
      places.push(...(await clickOn(page, gone)));
      await collector.restart();
    }
    places.push(...(await clickOn(page, 2)));
    await page.evaluate(() => /** @type {any} */ (window).revisit("flush"));
    await closeTab(page);
    await assertWhole(owner, places);
    assertQuiet(page, BROWSERS_OWN);
    await browser.close();
  });
}

/** Waits of a second and more pass a hundred times faster, and are noted. */
const HASTE = `<script>{
  const real = window.setTimeout, asked = window.asked = [];
  window.setTimeout = (run, ms = 0) => (ms >= 500 && asked.push(Math.round(ms)), real(run, ms >= 500 ? ms / 100 : ms));
}</script>`;

test("a collector that never comes back is asked ten times, ever more rarely, and then left alone", async () => {
  const browser = await launch("chromium");
  const { page } = await arrive(browser, { before: HASTE });
  await page.evaluate(() => /** @type {any} */ (window).revisit("flush"));
  /** @type {string[]} */
  const failed = [];
  page.on("requestfailed", (request) => failed.push(request.url()));
  await collector.kill9();
  await page.evaluate(() => { /** @type {any} */ (window).asked.length = 0; });
  await until("the end of patience", async () => (await state(page)).reason === "unavailable", { timeout: 60_000 });
  assert.equal(failed.length, 10, failed.join(" "));
  /** @type {number[]} */
  const waits = (await page.evaluate(() => /** @type {any} */ (window).asked)).filter((/** @type {number} */ ms) => ms !== 5000);
  assert.equal(waits.length, 9);
  waits.forEach((ms, at) => assert.ok(ms >= Math.min(300_000, 1000 * 2 ** at) && ms <= Math.min(300_000, 2000 * 2 ** at), `wait ${at} is ${ms} ms`));
  await pause(1500);
  await page.mouse.click(100, 100);
  await pause(500);
  assert.equal(failed.length, 10, "nothing is asked any more");
  assertQuiet(page, BROWSERS_OWN);
  await browser.close();
  await collector.restart();
});

test("a page that changes by many megabytes while the collector is dead keeps a bounded part of it", async () => {
  const browser = await launch("chromium");
  const { owner, page, id } = await arrive(browser);
  await page.evaluate(() => /** @type {any} */ (window).revisit("flush"));
  const protocol = await page.createCDPSession();
  const heap = async () => {
    await protocol.send("HeapProfiler.collectGarbage");
    const { usedSize, backingStorageSize } = await protocol.send("Runtime.getHeapUsage");
    return usedSize + (backingStorageSize ?? 0);
  };
  await collector.kill9();
  const start = await heap();
  const megabytes = 12;
  for (let number = 0; number < megabytes; number += 1) {
    await page.evaluate(async (round) => {
      const line = /** @type {HTMLElement} */ (document.querySelector("#feed li"));
      for (let part = 0; part < 32; part += 1) {
        const words = Array.from({ length: 4000 }, (_, at) => String.fromCharCode(97 + ((at * 7 + round) % 26), 97 + ((at * part) % 26), 97 + (at % 23)) + (at * 31 + part + round * 37).toString(36).replace(/\d/g, "x"));
        /** @type {HTMLElement} */ (line.lastElementChild).textContent = words.join(" ");
        await new Promise((done) => setTimeout(done, 45));
      }
    }, number);
  }
  const grown = (await heap()) - start;
  assert.ok(grown < 8 << 20, `${grown} bytes kept of ${megabytes} MiB`);
  assert.equal((await state(page)).recording, true);
  await collector.restart();
  await pause(500);
  await page.mouse.click(200, 200);
  await page.evaluate(() => /** @type {any} */ (window).revisit("flush"));
  await page.mouse.click(210, 210);
  await closeTab(page);
  await collector.waitReady(owner);
  const recording = await openRecording(await collector.export(id, "revisit"));
  assert.equal(recording.gaps.length, 1, "the rest is marked as a gap");
  assert.equal(recording.seek(0, 2 ** 31).gap, false, "and after it the page is whole again");
  assert.ok(recording.events(0).some(({ type, x }) => type === "click" && x === 210));
  recording.close();
  await browser.close();
});
