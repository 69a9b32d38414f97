// The rrweb export of a visit with several pages, played by rrweb's own Replayer.
// In: a visit to the demo shop. Out: the same documents as the pages had. Never: uses our own player or decoder.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { closeTab, launch, newPage } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { diffDom } from "../harness/dom-diff.js";
import { moment } from "../harness/moment.js";
import { normalise, openReplayer } from "../harness/rrweb.js";

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {import("../harness/collector.js").Collector} */
let collector;
/** @type {import("../harness/rrweb.js").RrwebEvent[]} */
let events;
/** @type {import("../harness/moment.js").Moment[]} */
const moments = [];

before(async () => {
  browser = await launch();
  collector = await startCollector({ demo: true });
  const site = await collector.demoSite();
  const page = await newPage(browser);
  await page.goto(`${collector.address}/demo/`);
  await page.locator("input[name=kind][value=tea]").click();
  moments.push(await moment(page, "the list of teas"));
  await page.goto(`${collector.address}/demo/product.html?id=heron-pot`);
  await page.waitForSelector("[data-buy]");
  await page.click("[data-buy]");
  await page.$eval("[data-reviews]", (reviews) => reviews.scrollTo(0, 100));
  moments.push(await moment(page, "the pot"));
  await page.goto(`${collector.address}/demo/stories/`);
  await page.waitForSelector("[data-tab=tide]");
  await page.click("[data-tab=tide]");
  moments.push(await moment(page, "the tide table"));
  await closeTab(page);
  const [recording] = await collector.waitReady(site);
  events = JSON.parse((await collector.export(recording?.id, "rrweb")).toString("utf8"));
});
after(async () => {
  await browser?.close();
  await collector?.stop();
});

test("the export is a list of rrweb events in order, with a full snapshot per page", () => {
  assert.ok(Array.isArray(events));
  assert.deepEqual(events.map(({ timestamp }) => timestamp), events.map(({ timestamp }) => timestamp).sort((a, b) => a - b));
  assert.ok(events.filter(({ type }) => type === 4).length >= 3, "a Meta event per page");
  assert.ok(events.filter(({ type }) => type === 2).length >= 3, "a FullSnapshot per page");
  assert.ok(events.some(({ type, data }) => type === 3 && data.source === 2), "clicks");
  assert.ok(events.some(({ type, data }) => type === 3 && (data.source === 1 || data.source === 6)), "a pointer's path");
});

test("rrweb's Replayer shows the pages as they were, without network", async () => {
  const replayer = await openReplayer(browser, events);
  for (const { name, wall, facts } of moments) {
    assert.deepEqual(diffDom(normalise(facts), await replayer.at(wall), { masked: true }), [], name);
  }
  assert.deepEqual(replayer.asked, []);
});
