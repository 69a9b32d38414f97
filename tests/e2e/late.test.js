// The late module comes when the first checkpoint is on its way, or never. In: pages whose request for it is held back or
// refused, what visitor and page do meanwhile. Out: all of it is recorded once it has come; the document is, even if it does not.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { assertQuiet, closeTab, newPage } from "../harness/browser.js";
import { browser, collector, site } from "../harness/scene.js";
import { embed, STUB } from "../harness/site.js";
import { pause, until } from "../harness/until.js";

/**
 * A page whose request for the late module waits.
 * @returns {Promise<{owner: any, page: import("../harness/browser.js").Page, asked: () => Promise<import("puppeteer-core").HTTPRequest>}>}
 */
async function open() {
  const owner = await collector.addSite(site.origin, { record_properties: true });
  site.setTag(STUB + embed(collector, owner.key));
  const page = await newPage(await browser.createBrowserContext());
  /** @type {import("puppeteer-core").HTTPRequest | undefined} */
  let request;
  await page.setRequestInterception(true);
  page.on("request", (coming) => {
    if (/\/assets\/late-/.test(coming.url())) request = coming;
    else coming.continue();
  });
  await page.goto(`${site.origin}/`);
  return { owner, page, asked: () => until("the request for the late module", () => request) };
}

/** @param {any} owner */
async function recorded(owner) {
  const [{ id }] = await collector.waitReady(owner);
  const facts = await collector.api("GET", `/api/v1/recordings/${id}`);
  const events = await collector.api("GET", `/api/v1/recordings/${id}/export?format=rrweb`);
  return { facts, clicks: events.filter((/** @type {any} */ { type, data }) => type === 3 && data.source === 2 && data.type === 2), events };
}

test("what comes before the late module is kept for it, with its time", async () => {
  const { owner, page, asked } = await open();
  const request = await asked();
  assert.ok(collector.bodies.length > 0 || (await until("the checkpoint", () => collector.bodies.length)), "the checkpoint did not wait");
  const clicked = await page.evaluate(() => {
    addEventListener("click", () => /** @type {any} */ (window).at = performance.timeOrigin + performance.now(), { capture: true });
    /** @type {any} */ (window).revisit("event", "early", { shape: "round" });
  });
  assert.equal(clicked, undefined);
  await page.click("#button");
  const at = await page.evaluate(() => /** @type {any} */ (window).at);
  await pause(1000);
  request.continue();
  await page.evaluate(() => /** @type {any} */ (window).revisit("flush"));
  assertQuiet(page);
  await closeTab(page);
  const { facts, clicks } = await recorded(owner);
  assert.equal(facts.clicks, 1);
  assert.equal(clicks.length, 1);
  assert.ok(Math.abs(clicks[0].timestamp - at) < 500, `the click's own time, not the module's: ${clicks[0].timestamp - at} ms apart`);
  const found = await collector.api("GET", `/api/v1/recordings?site=${owner.id}&event=early`);
  assert.equal(found.items.length, 1);
});

test("leaving before the late module has come takes the clicks along", async () => {
  const { owner, page, asked } = await open();
  await asked();
  await page.click("#button");
  await pause(100);
  await closeTab(page);
  const { facts, clicks } = await recorded(owner);
  assert.equal(facts.clicks, 1);
  assert.equal(clicks.length, 1);
});

test("without the late module the document is recorded all the same, and flush is answered", async () => {
  const { owner, page, asked } = await open();
  (await asked()).abort();
  await page.evaluate(() => { /** @type {Element} */ (document.querySelector("#word")).textContent = "a last word"; });
  await page.evaluate(() => /** @type {any} */ (window).revisit("event", "unheard"));
  await page.evaluate(() => /** @type {any} */ (window).revisit("flush"));
  await page.click("#button");
  // The browser's own line about the request.
  assertQuiet(page, [/ERR_FAILED/]);
  await closeTab(page);
  const { facts, events } = await recorded(owner);
  assert.equal(facts.clicks, 0, "nobody hears any more");
  assert.ok(JSON.stringify(events).includes("a last word"));
});
