// The last moments before leaving, and visits that hardly begin: what other recorders lose.
// In: visitors in a hurry. Out: their last change, their last click, their short pages. Never: waits before it leaves.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { closeTab, launch, newPage } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { embed, startSite } from "../harness/site.js";
import { pause, until } from "../harness/until.js";

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {import("../harness/collector.js").Collector} */
let collector;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;

before(async () => {
  browser = await launch();
  collector = await startCollector();
  site = await startSite("plain");
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await collector?.stop();
});

/** @param {string} path */
async function arrive(path = "/") {
  const owner = await collector.addSite(site.origin);
  site.setTag(embed(collector, owner.key));
  const context = await browser.createBrowserContext();
  const page = await newPage(context);
  await page.goto(site.origin + path);
  await until("the recording to begin", () => page.evaluate(() => /** @type {any} */ (window).revisit?.("state")?.recording));
  return { owner, page, context };
}

/** @param {import("../harness/collector.js").Site} owner */
async function visitOf(owner) {
  const [recording] = await collector.waitReady(owner);
  assert.ok(recording);
  return { recording, text: (await collector.export(recording.id, "rrweb")).toString("utf8") };
}

test("the change and the click just before the tab closes are kept", async () => {
  const { owner, page } = await arrive();
  await pause(1500);
  await page.evaluate(() => { /** @type {Element} */ (document.querySelector("#word")).textContent = "the very last change"; });
  await page.click("#button");
  // What is promised: a click whose listener ran this long before.
  await pause(100);
  await closeTab(page);
  const { recording, text } = await visitOf(owner);
  assert.match(text, /the very last change/);
  assert.equal(recording.clicks, 1);
});

test("a click on a link is kept although the page goes at once", async () => {
  const { owner, page } = await arrive();
  await Promise.all([page.waitForNavigation(), page.click("#next")]);
  await pause(500);
  await closeTab(page);
  const { recording } = await visitOf(owner);
  assert.equal(recording.clicks, 1);
  assert.equal(recording.pages, 2);
  assert.match(recording.exit_url, /\/second$/);
});

test("a visit that leaves as soon as recording has begun is kept", async () => {
  const { owner, page } = await arrive("/short");
  await closeTab(page);
  const { recording, text } = await visitOf(owner);
  assert.match(recording.entry_url, /\/short$/);
  assert.match(text, /A plain page/);
});

test("a second tab belongs to the same recording", async () => {
  const { owner, page, context } = await arrive();
  const second = await newPage(context);
  await second.goto(`${site.origin}/other`);
  await pause(800);
  await closeTab(second);
  await pause(300);
  await closeTab(page);
  const ready = await collector.waitReady(owner);
  assert.equal(ready.length, 1);
  assert.equal(ready[0]?.pages, 2);
});

test("a page brought back by the back button is a page of its own", async () => {
  const { owner, page } = await arrive();
  await page.goto(`${site.origin}/second`);
  await pause(500);
  await page.evaluate(() => history.back());
  await pause(1200);
  await closeTab(page);
  // On a slow machine the visitor has left and come back meanwhile.
  await until("three pages", async () => {
    const [recording] = await collector.recordings(owner);
    return recording?.state === "ready" && recording.pages === 3;
  });
});
