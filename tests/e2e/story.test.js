// The main story: a visit to the demo shop through its public embed, then its replay.
// In: a visitor's steps in Chromium. Out: a recording with the right facts, and a replay equal to the page at every moment kept.
// Never: uses anything but the embed, the API and the pages that a user has.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertQuiet, closeTab, launch, newPage } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { diffDom } from "../harness/dom-diff.js";
import { moment } from "../harness/moment.js";
import { openPlayer, signIn } from "../harness/player.js";
import { pause, until } from "../harness/until.js";

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {import("../harness/collector.js").Collector} */
let collector;
/** @type {import("../harness/collector.js").Site} */
let site;
/** @type {import("../harness/browser.js").Page} */
let page;
/** @type {import("../harness/moment.js").Moment[]} */
const moments = [];
/** @type {import("../harness/collector.js").Recording} */
let recording;
/** @type {import("../harness/player.js").Player} */
let player;
let left = 0;

before(async () => {
  browser = await launch();
  collector = await startCollector({ demo: true });
  site = await collector.demoSite();
  page = await newPage(browser);
});
after(async () => {
  await browser?.close();
  await collector?.stop();
});

test("the shop opens and its footer says that the visit is recorded", async () => {
  await page.goto(`${collector.address}/demo/`, { referer: "https://search.example/", referrerPolicy: "unsafe-url" });
  await page.waitForSelector('[data-visit][data-recording="true"]', { timeout: 10_000 });
  assert.equal(await page.evaluate(() => document.referrer), "https://search.example/");
  assert.match(await page.$eval("[data-visit]", (place) => place.textContent ?? ""), /This visit is being recorded/);
});

test("filters and sorting draw the list anew", async () => {
  await page.locator("input[name=kind][value=cup]").click();
  await until("the cups alone", async () => (await page.$$(".card")).length === 3);
  await page.locator("input[name=kind][value=bowl]").click();
  await page.select("[name=sort]", "cheap");
  await page.type("[name=words]", "a");
  assert.equal((await page.$$(".card")).length, 5);
});

test("a pin of the map in the iframe is pressed", async () => {
  const frame = await (await page.$("[data-map]"))?.contentFrame();
  assert.ok(frame);
  await page.$eval("[data-map]", (map) => map.scrollIntoView({ block: "center" }));
  await frame.locator("button").click();
  await frame.waitForSelector('button[aria-pressed="true"]');
});

test("the newsletter's field in the shadow root is typed into", async () => {
  await page.locator("tide-letter >>> input").fill("shadow.visitor@example.org");
  moments.push(await moment(page, "the list, filtered, with map and letter"));
});

test("a product page opens, its dialog and details too, and the cup goes into the cart", async () => {
  await page.$eval(".goods", (goods) => goods.scrollIntoView());
  await Promise.all([page.waitForNavigation(), page.click('[data-id="tidepool-cup"] h3 a')]);
  await page.waitForSelector("[data-buy]");
  await page.click("[data-care] summary");
  await page.click("[data-open-sizes]");
  await pause(200);
  await page.keyboard.press("Escape");
  await page.click("[data-buy]");
  await page.locator("rating-stars[editable] >>> button:nth-child(4)").click();
  await page.$eval("[data-reviews]", (reviews) => reviews.scrollTo(0, 120));
  moments.push(await moment(page, "the product, bought and rated"));
});

test("the stories change their address without a load", async () => {
  await Promise.all([page.waitForNavigation(), page.click('header a[href$="stories/"]')]);
  await page.waitForSelector("[data-tab=glaze]");
  await page.click("[data-tab=water]");
  await page.click("[data-tab=glaze]");
  assert.match(page.url(), /\/demo\/stories\/glaze\/$/);
  moments.push(await moment(page, "the story of the glaze"));
  await page.goBack();
  await until("the story before", () => page.url().endsWith("/water/"));
});

test("the checkout is filled in", async () => {
  await page.goto(`${collector.address}/demo/cart.html`);
  await Promise.all([page.waitForNavigation(), page.click("[data-to-checkout]")]);
  await page.waitForSelector("[name=name]");
  await page.type("[name=name]", "Quillon Zephyrine");
  await page.type("[name=email]", "quillon@example.org");
  await page.type("[name=phone]", "+49 171 5550199");
  await page.type("[name=street]", "Long Street 12345");
  await page.select("[name=country]", "DK");
  await page.click("[name=shipping][value=bike]");
  await page.type("[name=note]", "Please ring twice.");
  await page.type("[name=card]", "4929 1234 5678 9012");
  await page.click("[name=account]");
  await page.type("[name=password]", "Xq7-velvet");
  await page.click("[data-show-password]");
  await page.type("[name=password]", "-Otter");
  await page.evaluate(() => scrollTo(0, 150));
  moments.push(await moment(page, "the checkout, filled in"));
});

test("no console line has appeared on any page, and the tab closes", async () => {
  assertQuiet(page);
  await page.click("[name=terms]");
  await closeTab(page);
  left = Date.now();
});

test("the recording is ready within 30 seconds", async () => {
  [recording] = await collector.waitReady(site, { timeout: 30_000 });
  assert.ok(Date.now() - left < 30_000);
});

test("its facts are those of the visit", () => {
  assert.equal(recording.site, site.id);
  assert.equal(recording.pages, 5);
  assert.match(recording.entry_url, /\/demo\/$/);
  assert.match(recording.exit_url, /\/demo\/checkout\.html$/);
  assert.match(recording.referrer ?? "", /search\.example/);
  assert.ok(recording.clicks >= 10 && recording.clicks <= 30, `${recording.clicks} clicks`);
  assert.ok(recording.duration_ms > 3000 && recording.duration_ms < 120_000, `${recording.duration_ms} ms`);
  assert.ok(recording.active_ms > 0 && recording.active_ms <= recording.duration_ms);
  assert.match(recording.browser, /Chrom/);
  assert.equal(recording.device, "desktop");
  assert.equal(recording.errors, 0);
  assert.match(recording.started_at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  const days = (Date.parse(recording.expires_at) - Date.parse(recording.started_at)) / 86_400_000;
  assert.ok(Math.abs(days - 10) < 0.01, `kept ${days} days`);
});

test("it counts once against the plan", async () => {
  const usage = await collector.api("GET", `/api/v1/sites/${site.id}/usage`);
  assert.equal(usage.used, 1);
  assert.equal(usage.remaining, usage.limit - 1);
});

test("the dashboard's list shows it and leads to the player", async () => {
  await signIn(browser, collector);
  const dashboard = await newPage(browser, { width: 1400 });
  await dashboard.goto(`${collector.own}/`);
  const link = await dashboard.waitForSelector(`>>> a[href*="/recordings/${recording.id}"]`, { timeout: 10_000 });
  assert.ok(link);
  await Promise.all([dashboard.waitForNavigation(), link.evaluate((a) => /** @type {HTMLElement} */ (a).click())]);
  await dashboard.waitForSelector("aria/Play[role='button']");
  assertQuiet(dashboard);
  await dashboard.close();
});

test("pressing Play plays it", async () => {
  player = await openPlayer(browser, collector, recording.id);
  const start = await player.time();
  await player.play.click();
  await until("time to go on", async () => (await player.time()) > start + 300);
  await until("the shop on the stage", async () => JSON.stringify(await player.facts()).includes("Saltmarsh"));
  await player.pause();
});

test("at each moment the replayed document equals the page, masked parts excepted", async () => {
  assert.equal(moments.length, 4);
  for (const { name, wall, facts } of moments) {
    await player.seekToWall(wall);
    assert.deepEqual(diffDom(facts, await player.facts(), { masked: true }), [], name);
  }
  assertQuiet(player.page);
});

test("what was masked is masked on the stage", async () => {
  const shown = JSON.stringify(await player.facts());
  for (const secret of ["Quillon", "quillon@", "5550199", "4929", "velvet", "Otter", "ring twice"]) assert.ok(!shown.includes(secret), secret);
});
