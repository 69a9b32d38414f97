// The replay looks like the page: every element stands where it stood, with the style sheets of every kind in effect.
// In: a visit to the demo shop with nothing masked, so that no text is wider than it was. Out: the same places and sizes.
// Never: compares pictures, which fonts and smoothing would make differ.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { closeTab, launch, newPage } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { diffDom } from "../harness/dom-diff.js";
import { moment } from "../harness/moment.js";
import { openPlayer, signIn } from "../harness/player.js";

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {import("../harness/collector.js").Collector} */
let collector;

before(async () => {
  browser = await launch();
  collector = await startCollector({ demo: true });
});
after(async () => {
  await browser?.close();
  await collector?.stop();
});

for (const width of [1200, 420]) {
  test(`in a window ${width} pixels wide every element stands where it stood`, async () => {
    const site = await collector.demoSite();
    await collector.api("PATCH", `/api/v1/sites/${site.id}`, { record_numbers: true, record_emails: true, record_form_inputs: true });
    const context = await browser.createBrowserContext();
    const page = await newPage(context, { width, height: 760 });
    const moments = [];
    await page.goto(`${collector.address}/demo/`);
    await page.waitForSelector('[data-visit][data-recording="true"]');
    await page.locator("input[name=kind][value=tea]").click();
    await page.evaluate(() => scrollTo(0, 300));
    moments.push(await moment(page, "the list", { places: true }));
    await page.goto(`${collector.address}/demo/product.html?id=heron-pot`);
    await page.waitForSelector('[data-visit][data-recording="true"]');
    await page.click("[data-care] summary");
    moments.push(await moment(page, "the product", { places: true }));
    await closeTab(page);
    await context.close();

    const known = new Set((await collector.waitReady(site, { count: width === 1200 ? 1 : 2 })).map(({ id }) => id));
    const recordings = (await collector.recordings(site)).filter(({ id }) => known.has(id)).sort((a, b) => Date.parse(b.started_at) - Date.parse(a.started_at));
    if (width === 1200) await signIn(browser, collector);
    const player = await openPlayer(browser, collector, recordings[0]?.id);
    for (const { name, wall, facts } of moments) {
      await player.seekToWall(wall);
      assert.deepEqual(diffDom(facts, await player.facts({ places: true }), { masked: false }), [], name);
    }
    await player.page.close();
  });
}
