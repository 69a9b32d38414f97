// The dashboard as those use it who own a site or answer its chats: filters, people, the webhook.
// In: one recorded visit, a signed-in owner. Out: what they see and what came of what they pressed.
// Never: calls the API for them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { closeTab, launch, newPage } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { signIn } from "../harness/player.js";
import { pause, until } from "../harness/until.js";

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {import("../harness/collector.js").Collector} */
let collector;
/** @type {import("puppeteer-core").BrowserContext} */
let owner;
/** @type {import("../harness/browser.js").Page} */
let page;

before(async () => {
  browser = await launch();
  collector = await startCollector({ demo: true });
  const visitor = await newPage(await browser.createBrowserContext());
  await visitor.goto(`${collector.address}/demo/`);
  await visitor.waitForSelector('[data-visit][data-recording="true"]', { timeout: 10_000 });
  await visitor.evaluate(() => {
    /** @type {any} */ (window).revisit("identify", { id: "7", name: "Jana Nováková", email: "jana@shop.example" });
    /** @type {any} */ (window).revisit("event", "greeted");
  });
  await visitor.click("input[name=kind][value=cup]");
  await pause(500);
  await closeTab(visitor);
  await collector.waitReady(await collector.demoSite());
  owner = await browser.createBrowserContext();
  await signIn(owner, collector);
  page = await newPage(owner, { width: 1400, height: 900 });
});
after(async () => {
  await browser?.close();
  await collector?.stop();
});

const rows = () => page.$$eval(".recordings tbody tr", (all) => all.length).catch(() => 0);
const none = () => page.waitForFunction(() => document.body.textContent?.includes("No recording fits these filters."));

/** @param {string} label @param {string} text */
async function fillIn(label, text) {
  const field = await page.waitForSelector(`aria/${label}[role='textbox']`);
  await field?.evaluate((input) => { /** @type {HTMLInputElement} */ (input).value = ""; });
  await field?.type(text);
  await page.keyboard.press("Enter");
}

test("filters narrow the list, stand in the address and are taken away one by one", async () => {
  await page.goto(`${collector.own}/`);
  await until("the recording", async () => (await rows()) === 1);
  await page.click(".filters-more summary");
  await fillIn("Clicked", "cups");
  await page.waitForSelector('.chosen button[aria-label="Take away: Clicked cups"]');
  assert.match(page.url(), /click=cups/);
  await until("the recording", async () => (await rows()) === 1);
  await fillIn("Event", "ordered");
  await none();
  await page.click('.chosen button[aria-label="Take away: Event ordered"]');
  await until("the recording", async () => (await rows()) === 1);
});

test("a filter is kept under a name and comes back by it", async () => {
  await page.click("aria/Save this filter[role='button']");
  await page.keyboard.type("Looked at cups");
  await page.keyboard.press("Enter");
  const menu = "select[aria-label='Saved filters']";
  await page.waitForSelector(menu);
  await page.goto(`${collector.own}/`);
  await page.waitForSelector(menu);
  const value = await page.$eval(menu, (select) => [.../** @type {HTMLSelectElement} */ (select).options].find(({ label }) => label === "Looked at cups")?.value ?? "");
  await page.select(menu, value);
  await page.waitForSelector('.chosen button[aria-label="Take away: Clicked cups"]');
});

test("a person is found by name, and the name stands in no address", async () => {
  await page.goto(`${collector.own}/`);
  const search = await page.waitForSelector("input[type=search]");
  await search?.type("novakova");
  await page.keyboard.press("Enter");
  await until("the recording", async () => (await rows()) === 1);
  assert.doesNotMatch(page.url(), /novakova/);
  const again = await page.waitForSelector("input[type=search]");
  await again?.evaluate((input) => { /** @type {HTMLInputElement} */ (input).value = ""; });
  await again?.type("somebody else");
  await page.keyboard.press("Enter");
  await none();
});

test("days are shown as bars and as a table", async () => {
  await page.goto(`${collector.own}/`);
  await (await page.waitForSelector(".usage-more summary"))?.click();
  const label = await page.waitForSelector(".usage-chart").then((chart) => chart?.evaluate((svg) => svg.getAttribute("aria-label")));
  assert.equal(label, "1 recording in 30 days, at most 1 on one");
  assert.equal(await page.$$eval(".usage-days tbody tr", (all) => all.length), 30);
});

test("a person is added, signs in by the link, sets a password, signs in by it, and sees no settings", async () => {
  await page.goto(`${collector.own}/?view=people`);
  await page.waitForSelector("form[aria-label=People] input[aria-label=Name]");
  await page.type("form[aria-label=People] input[aria-label=Name]", "Petra");
  await page.click("form[aria-label=People] button[type=submit]");
  const link = await page.waitForSelector("input[aria-label='Sign-in link for Petra']");
  const url = await link?.evaluate((input) => /** @type {HTMLInputElement} */ (input).value);
  const petra = await newPage(await browser.createBrowserContext(), { width: 1200, height: 800 });
  await petra.goto(url ?? "");
  await petra.waitForSelector(".recordings");
  const views = await petra.$$eval(".top nav a", (links) => links.map((link) => link.textContent));
  assert.deepEqual(views, ["Recordings", "People"]);
  await petra.click(".top nav a:last-child");
  await petra.type("input[name=login]", "petra");
  await petra.type("input[name=new-password]", "correct horse battery");
  await petra.click("form button[type=submit]");
  await petra.waitForFunction(() => document.body.textContent?.includes("Saved."));
  await petra.click(".sign-out");
  await (await petra.waitForSelector(".sign-in-password summary"))?.click();
  await petra.type("input[name=login]", "petra");
  await petra.type("input[name=password]", "correct horse battery");
  await petra.click("form[aria-label='Sign in with a password'] button");
  await petra.waitForSelector(".top nav");
  await petra.close();
});

test("a selector that no browser reads is not saved", async () => {
  await page.goto(`${collector.own}/?view=settings`);
  await page.waitForSelector("#setting-mask_selectors");
  await page.type("#setting-mask_selectors", ".name\n[[x");
  await page.$eval("#setting-mask_selectors", (input) => /** @type {HTMLElement} */ (input.closest("form"))?.querySelector("button")?.click());
  await page.waitForFunction(() => document.body.textContent?.includes("“[[x” is no CSS selector."));
  await page.reload();
  assert.equal(await (await page.waitForSelector("#setting-mask_selectors"))?.evaluate((input) => /** @type {HTMLTextAreaElement} */ (input).value), "");
});

test("the webhook shows its secret and what became of a message", async () => {
  await page.goto(`${collector.own}/?view=settings`);
  await page.waitForSelector("#setting-webhook_url");
  await page.type("#setting-webhook_url", "http://127.0.0.1:9/hook");
  await page.$eval("#setting-webhook_url", (input) => /** @type {HTMLElement} */ (input.closest("form"))?.querySelector("button")?.click());
  await page.waitForFunction(() => document.body.textContent?.includes("Saved."));
  await page.reload();
  await (await page.waitForSelector("aria/Send a test message[role='button']"))?.click();
  await until("the refusal", async () => {
    await page.click("aria/Look again[role='button']").catch(() => undefined);
    return (await page.$eval(".webhook", (part) => part.textContent ?? "")).includes("private network") || undefined;
  });
});
