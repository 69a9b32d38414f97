// A site that records numbers, e-mails and form inputs gets its pages back exactly.
// In: a page of odds and ends on a customer's own origin, changed step by step. Out: a replay equal at every step.
// Never: forgives a difference, but for passwords, payment fields and script content.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertQuiet, closeTab, launch, newPage } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { diffDom } from "../harness/dom-diff.js";
import { moment } from "../harness/moment.js";
import { openPlayer, signIn } from "../harness/player.js";
import { openReplayer, normalise } from "../harness/rrweb.js";
import { embed, startSite } from "../harness/site.js";
import { pause } from "../harness/until.js";

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {import("../harness/collector.js").Collector} */
let collector;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;
/** @type {import("../harness/collector.js").Recording} */
let recording;
/** @type {import("../harness/moment.js").Moment[]} */
const moments = [];

before(async () => {
  browser = await launch();
  collector = await startCollector();
  site = await startSite("odds");
  const owner = await collector.addSite(site.origin, { record_numbers: true, record_emails: true, record_form_inputs: true });
  site.setTag(embed(collector, owner.key));

  const page = await newPage(browser);
  await page.goto(`${site.origin}/`);
  moments.push(await moment(page, "as it was loaded"));
  const steps = ["a list reversed, an item added", "a paragraph changed while it was out", "rules inserted, details and dialog opened", "a late shadow root, a host moved", "a change inside the iframe, fields set by script"];
  for (const [step, name] of steps.entries()) {
    await page.evaluate((number) => /** @type {any} */ (window).change(number), step);
    moments.push(await moment(page, name));
  }
  await page.type("[name=who]", "Jane 42 jane@example.org");
  await page.select("[name=colour]", "green");
  await page.click("[name=tick]");
  await page.type("[name=secret]", "Xq7-velvet-Otter");
  await page.locator("host-open >>> input").fill("typed in the shadow");
  const inside = await (await page.$("#frame"))?.contentFrame();
  await inside?.type("[name=inner]", " and by hand");
  moments.push(await moment(page, "fields filled in by hand"));
  await page.$eval("#box", (box) => box.scrollTo(40, 300));
  await page.evaluate(() => scrollTo(0, 700));
  moments.push(await moment(page, "scrolled"));
  assertQuiet(page);
  await closeTab(page);
  [recording] = await collector.waitReady(owner);
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await collector?.stop();
});

test("the player shows every moment exactly", async () => {
  await signIn(browser, collector);
  const player = await openPlayer(browser, collector, recording.id);
  for (const { name, wall, facts } of moments) {
    await player.seekToWall(wall);
    assert.deepEqual(diffDom(facts, await player.facts(), { masked: false }), [], name);
  }
  await pause(100);
  assertQuiet(player.page);
});

test("going back in time shows it as exactly", async () => {
  const player = await openPlayer(browser, collector, recording.id);
  for (const { name, wall, facts } of moments.toReversed()) {
    await player.seekToWall(wall);
    assert.deepEqual(diffDom(facts, await player.facts(), { masked: false }), [], name);
  }
});

test("rrweb's own player shows every moment of the export exactly", async () => {
  const events = JSON.parse((await collector.export(recording.id, "rrweb")).toString("utf8"));
  const replayer = await openReplayer(browser, events);
  for (const { name, wall, facts } of moments) {
    assert.deepEqual(diffDom(normalise(facts), await replayer.at(wall), { masked: false }), [], name);
  }
  assert.deepEqual(replayer.asked, [], "without network");
});
