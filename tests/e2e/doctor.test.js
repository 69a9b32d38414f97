// The doctor's page: why there is no recording, in words.
// In: a site whose pages are refused. Out: the reasons, readable, on a page that only somebody signed in can see.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertQuiet, launch, newPage } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { signIn } from "../harness/player.js";

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {import("../harness/collector.js").Collector} */
let collector;

before(async () => {
  browser = await launch();
  collector = await startCollector();
});
after(async () => {
  await browser?.close();
  await collector?.stop();
});

test("who is not signed in is told so", async () => {
  const page = await newPage(await browser.createBrowserContext());
  await page.goto(`${collector.own}/doctor`);
  await page.waitForSelector("[role=alert]");
  assert.match(await page.$eval("#page", (element) => element.textContent ?? ""), /Sign in/);
  await page.close();
});

test("the page says for each site what stands in the way", async () => {
  const owner = await collector.addSite("https://shop.example", { plan: "free" });
  for (let at = 0; at < 3; at += 1) {
    const refused = await fetch(`${collector.own}/v1/frames?k=${owner.key}`, { method: "POST", headers: { origin: "https://other.example" }, body: "x" });
    assert.equal(refused.status, 403);
  }
  await signIn(browser, collector);
  const page = await newPage(browser);
  await page.goto(`${collector.own}/doctor`);
  await page.waitForSelector(".site");
  const text = await page.$eval("#page", (element) => element.textContent ?? "");
  assert.match(text, /of the disk is used/);
  assert.match(text, /the plan `free` has no recordings/);
  assert.match(text, /3 times `origin_not_allowed`/);
  assert.ok(!text.includes("other.example"), "the origin itself is not told");
  if (process.env.REVISIT_SCREENSHOT) await page.screenshot({ path: process.env.REVISIT_SCREENSHOT });
  assertQuiet(page);
  await page.close();
});
