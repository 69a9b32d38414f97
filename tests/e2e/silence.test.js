// Where nothing may be recorded, nothing is: no frame, no console line, at most the settings request.
// In: sites and pages with every kind of "no". Out: silence. Never: passes because the embed was missing.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { assertQuiet, closeTab, newPage } from "../harness/browser.js";
import { browser, collector, site } from "../harness/scene.js";
import { embed, STUB } from "../harness/site.js";
import { pause } from "../harness/until.js";

const PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";

/**
 * One visit with clicking and typing on a site with these settings.
 * @param {{settings?: Record<string, unknown>, path?: string, before?: string, userAgent?: string}} how
 */
async function visit({ settings = {}, path = "/", before: script = "", userAgent }) {
  const owner = await collector.addSite(site.origin, settings);
  site.setTag(`${STUB}${script ? `<script>${script}</script>` : ""}${embed(collector, owner.key)}`);
  const already = collector.requests.length;
  const context = await browser.createBrowserContext();
  const page = await newPage(context, { userAgent });
  await page.goto(site.origin + path, { waitUntil: "load" });
  await pause(700);
  await page.click("#button");
  await page.type("[name=who]", "Jane");
  await page.evaluate(() => scrollTo(0, 300));
  await pause(700);
  const state = await page.evaluate(() => /** @type {any} */ (window).revisit("state"));
  assertQuiet(page);
  await closeTab(page);
  await pause(300);
  await context.close();
  return { owner, state, asked: collector.requests.slice(already) };
}

/** @param {Awaited<ReturnType<typeof visit>>} visited @param {number} settingsRequests at most so many */
async function assertSilent({ owner, state, asked }, settingsRequests = 1) {
  assert.ok(asked.some(({ url }) => url.startsWith("/revisit.js")), "the embed was there");
  const rest = asked.filter(({ url }) => !url.startsWith("/revisit.js"));
  assert.deepEqual(rest.filter(({ url }) => !url.startsWith("/v1/site/")).map(({ method, url }) => `${method} ${url}`), []);
  assert.ok(rest.length <= settingsRequests, `${rest.length} settings requests`);
  assert.equal(state?.recording, false);
  assert.deepEqual(await collector.recordings(owner), []);
}

test("the same visit is recorded when nothing forbids it", async () => {
  const { owner, state, asked } = await visit({});
  assert.equal(state.recording, true);
  assert.ok(asked.some(({ method, url, status }) => method === "POST" && url.startsWith("/v1/frames") && status === 204));
  assert.equal((await collector.waitReady(owner)).length, 1);
});

test("an excluded page is not recorded", async () => {
  await assertSilent(await visit({ settings: { excluded_pages: ["/private*"] }, path: "/private" }));
});

test("a page outside the included ones is not recorded", async () => {
  await assertSilent(await visit({ settings: { included_pages: ["/shop*"] }, path: "/about" }));
});

test("a page that the page's own script excludes is not recorded", async () => {
  await assertSilent(await visit({ path: "/private", before: "revisit('exclude', '/private*')" }));
});

test("a mobile browser is not recorded unless the site wants it", async () => {
  await assertSilent(await visit({ userAgent: PHONE }));
  const { state } = await visit({ userAgent: PHONE, settings: { record_mobile: true } });
  assert.equal(state.recording, true);
});

test("a site on the free plan records nothing", async () => {
  await assertSilent(await visit({ settings: { plan: "free" } }));
});

test("a site that is switched off records nothing", async () => {
  await assertSilent(await visit({ settings: { enabled: false } }));
});

test("without the consent that the site requires nothing is recorded", async () => {
  await assertSilent(await visit({ settings: { consent: "required" } }));
});

test("a sample rate of nothing records nothing", async () => {
  await assertSilent(await visit({ settings: { sample_rate: 0 } }));
});

test("a visitor who opted out is not recorded", async () => {
  await assertSilent(await visit({ before: "revisit('optOut')" }));
});

test("an unknown site key leaves the page alone", async () => {
  site.setTag(embed(collector, "no-such-key"));
  const already = collector.requests.length;
  const page = await newPage(browser);
  await page.goto(`${site.origin}/`);
  await pause(700);
  assert.deepEqual(collector.requests.slice(already).filter(({ method }) => method === "POST"), []);
  await page.close();
});
