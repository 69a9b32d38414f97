// The owner sees what left a page before visitors come, finds what is stored, gives it out and erases it, on the dashboard.
// In: a visit to a page full of canaries by a person whom the site identifies. Out: what the Privacy page says and does.
// Never: takes the dashboard's word for an erasure.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertQuiet, closeTab, launch, newPage } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { openPlayer, signIn } from "../harness/player.js";
import { embed, startSite, STUB } from "../harness/site.js";
import { until } from "../harness/until.js";

const EMAIL = "jane.canary@example.org";

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {import("../harness/collector.js").Collector} */
let collector;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;
/** @type {import("../harness/collector.js").Site} */
let owner;
/** @type {import("../harness/collector.js").Recording} */
let recording;
/** @type {import("../harness/browser.js").Page} */
let page;

before(async () => {
  browser = await launch();
  collector = await startCollector();
  site = await startSite("canaries");
  owner = await collector.addSite(site.origin);
  site.setTag(STUB + embed(collector, owner.key));
  const visit = await newPage(browser);
  await visit.goto(`${site.origin}/`);
  await until("the recording", () => visit.evaluate(() => /** @type {any} */ (window).revisit("state").recording));
  await visit.evaluate((email) => /** @type {any} */ (window).revisit("identify", { id: "c-17", email, name: "Jane" }), EMAIL);
  await visit.evaluate(() => /** @type {any} */ (window).revisit("flush"));
  await closeTab(visit);
  [recording] = await collector.waitReady(owner);
  await signIn(browser, collector);
  page = await newPage(browser);
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await collector?.stop();
});

/** @param {string} text */
const says = (text) => until(text, () => page.evaluate((text) => document.body.innerText.includes(text), text));
/** @param {string} selector */
const click = (selector) => page.locator(selector).click();

test("a page is shown beside what was sent of it, with every text that left it", async () => {
  await page.goto(`${collector.own}/?site=${owner.id}&view=privacy`);
  await Promise.all([page.waitForNavigation(), click(`a[href="/beside/${recording.id}"]`)]);
  const inFrame = (/** @type {string} */ title) => until(title, async () => {
    const frame = await (await page.$(`iframe[title="${title}"]`))?.contentFrame();
    return frame?.evaluate(() => document.querySelector("h1") && document.body.innerText);
  });
  const [live, sent] = [await inFrame("On the page"), await inFrame("What was sent")];
  assert.ok(live.includes(EMAIL), "the live page shows it");
  assert.ok(sent.includes("Marigold account") && sent.includes("Write to •@•") && !sent.includes("4929"), sent);
  const texts = () => page.$$eval(".beside-texts tbody tr", (rows) => rows.map((row) => /** @type {HTMLElement} */ (row).innerText));
  assert.ok((await texts()).some((text) => text.includes("Marigold account")));
  assert.ok(!(await texts()).some((text) => text.includes("canary@")), "none of them has her address");
  await page.type("input[type=search]", "marigold");
  assert.equal((await texts()).length, 1);
  assertQuiet(page);
});

test("the audit reads what is stored and finds nothing that the settings hide", async () => {
  await page.goto(`${collector.own}/?site=${owner.id}&view=privacy`);
  await click("aria/Look for personal data");
  await says("1 recording read: nothing that the settings hide");
  assertQuiet(page);
});

test("a person's data are found by the address and saved, then erased for good", async () => {
  await page.goto(`${collector.own}/?site=${owner.id}&view=privacy`);
  await page.type("#person-value", EMAIL);
  await click("aria/Save everything held");
  await says("Saved everything that is held: 1 recording");
  await click("aria/Erase…");
  await click("aria/Erase for good");
  await says("Erased 1 recording.");
  assert.equal((await collector.request("GET", `/api/v1/recordings/${recording.id}`)).status, 404);
  for (const { path, bytes } of await collector.files()) assert.ok(!bytes.includes(EMAIL), path);
  assert.ok(!page.url().includes("canary"), "nobody's name is in the address");
  await page.reload();
  await says("erase by email");
  assert.ok(!(await page.evaluate(() => document.body.innerText)).includes("canary"));
  assertQuiet(page);
});

test("whoever shares a recording is told what looks personal in it, and never reads it there", async () => {
  await collector.api("PATCH", `/api/v1/sites/${owner.id}`, { record_emails: true });
  // Another visitor: the browser of the first one knows that its visit was erased.
  const visit = await newPage(await browser.createBrowserContext());
  await visit.goto(`${site.origin}/`);
  await until("the recording", () => visit.evaluate(() => /** @type {any} */ (window).revisit("state").recording));
  await visit.evaluate(() => /** @type {any} */ (window).revisit("flush"));
  await closeTab(visit);
  const [shown] = await collector.waitReady(owner);
  const { page: player } = await openPlayer(browser, collector, shown.id);
  await player.click("aria/Share[role='button']");
  const warning = await player.waitForSelector("dialog[open] .share-audit .is-warn");
  const words = await warning?.evaluate((element) => element.textContent ?? "") ?? "";
  assert.match(words, /^What looks personal was found in it: \d+ e-mails?/);
  assert.ok(!words.includes("@"));
  await player.close();
});
