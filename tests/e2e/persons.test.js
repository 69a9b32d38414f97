// What a visitor decides, and what a site decides about visitors, holds on the page at once and lasts as long as it should.
// In: a site with the settings in question, a real browser. Out: what is stored, what is sent, what the collector keeps.
// Never: waits for a minute to pass; the page's clock is put forward.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertQuiet, closeTab, newPage } from "../harness/browser.js";
import { openBody } from "../harness/frames.js";
import { browser, collector, site } from "../harness/scene.js";
import { embed, STUB } from "../harness/site.js";
import { pause, until } from "../harness/until.js";

/** @typedef {import("../harness/browser.js").Page} Page */

/** @param {Record<string, unknown>} settings */
async function addSite(settings) {
  const owner = await collector.addSite(site.origin, settings);
  site.setTag(STUB + embed(collector, owner.key));
  return owner;
}

/** A browser without a past. */
const visitor = () => browser.createBrowserContext();

/** @param {Page} page @returns {Promise<import("../../recorder-wasm/js/revisit.js").State>} */
const state = (page) => page.evaluate(() => /** @type {any} */ (window).revisit("state"));
/** @param {Page} page @param {...any} call */
const revisit = (page, ...call) => page.evaluate((call) => /** @type {any} */ (window).revisit(...call), call);
/** @param {Page} page */
const recording = (page) => until("the recording", async () => ((await state(page)).recording ? state(page) : undefined));
/** @param {Page} page @param {string} reason */
const reason = (page, reason) => until(`the reason ${reason}`, async () => (await state(page)).reason === reason);

/** @param {Page} page everything that a script of the site could have kept */
const kept = (page) => page.evaluate(async () => ({
  local: { ...localStorage }, session: { ...sessionStorage }, cookies: document.cookie, databases: (await indexedDB.databases()).length,
}));
const NOTHING = { local: {}, session: {}, cookies: "", databases: 0 };

/** @param {number} from which request @returns {string[]} */
const asked = (from) => collector.requests.slice(from).map(({ method, url }) => `${method} ${url.replace(/[?].*/, "")}`);
/** @param {number} from */
const sentSince = (from) => asked(from).filter((line) => line === "POST /v1/frames").length;

test("where consent is required nothing is kept or sent before it, and withdrawn it takes the recording back", async () => {
  const owner = await addSite({ consent: "required" });
  const context = await visitor();
  const page = await newPage(context);
  const from = collector.requests.length;
  await page.goto(site.origin);
  await reason(page, "consent");
  await page.mouse.click(100, 100);
  await page.mouse.move(200, 200);
  await pause(300);
  assert.deepEqual(await kept(page), NOTHING);
  assert.deepEqual(asked(from), ["GET /revisit.js", `GET /v1/site/${owner.key}`]);

  await revisit(page, "consent", true);
  const { id } = await recording(page);
  await revisit(page, "flush");
  assert.ok(sentSince(from) > 0);
  assert.equal((await collector.api("GET", `/api/v1/recordings/${id}`)).state, "open");

  await revisit(page, "erase");
  await reason(page, "consent");
  await until("the recording to be erased", async () => (await collector.request("GET", `/api/v1/recordings/${id}`)).status === 404);
  assert.deepEqual(await kept(page), NOTHING);
  await pause(200);
  const after = collector.requests.length;
  await page.mouse.click(150, 150);
  await page.evaluate(() => document.body.append("after the withdrawal"));
  await revisit(page, "flush");
  await pause(300);
  assert.equal(sentSince(after), 0);
  for (const { path, bytes } of await collector.files()) {
    if (path.includes("blobs")) assert.ok(!bytes.includes(Buffer.from(id ?? "", "hex")), path);
  }

  // Consent may come again: another recording, with nothing of the first.
  await revisit(page, "consent", true);
  const again = await recording(page);
  assert.notEqual(again.id, id);
  assertQuiet(page);
  await context.close();
});

test("erased on a later page of the visit, as soon as the script is there, the whole recording goes", async () => {
  await addSite({ consent: "required" });
  const context = await visitor();
  const page = await newPage(context);
  await page.goto(site.origin);
  await revisit(page, "consent", true);
  const { id } = await recording(page);
  await revisit(page, "flush");
  await page.evaluateOnNewDocument(() => {
    /** @type {any} */
    const early = window;
    early.revisit = function () { (early.revisit.q = early.revisit.q || []).push(arguments); };
    early.revisit("erase");
  });
  await page.reload();
  await until("the recording to be erased", async () => (await collector.request("GET", `/api/v1/recordings/${id}`)).status === 404);
  assert.deepEqual((await kept(page)).local, {});
  // Where nothing is recorded there is nothing to erase, now or later.
  await revisit(page, "consent", true);
  await recording(page);
  assertQuiet(page);
  await context.close();
});

test("consent withdrawn before the script has come is withdrawn", async () => {
  await addSite({});
  const context = await visitor();
  const page = await newPage(context);
  await page.goto(site.origin);
  await revisit(page, "consent", true);
  await recording(page);
  await page.evaluateOnNewDocument(() => {
    /** @type {any} */
    const early = window;
    early.revisit = function () { (early.revisit.q = early.revisit.q || []).push(arguments); };
    early.revisit("consent", false);
  });
  await page.reload();
  await reason(page, "consent");
  assert.deepEqual((await kept(page)).local, {}, "no id outlives it");
  await context.close();
});

test("opted out by the hosted page's link, a browser is never recorded again until it opts in", async () => {
  const owner = await addSite({});
  const context = await visitor();
  const page = await newPage(context);
  await page.goto(site.origin);
  await recording(page);
  // As linked from a privacy policy.
  await page.goto(`${collector.address}/opt-out?site=${owner.key}`);
  const link = await page.waitForSelector("a[href$='#rv:out']");
  assert.equal(await link?.evaluate((a) => /** @type {HTMLAnchorElement} */ (a).href), `${site.origin}/#rv:out`);
  await link?.click();
  await until("the page that says so", () => page.url().endsWith("/opt-out#1"));
  await until("what it says", () => page.evaluate(() => /will not be recorded/.test(document.body.innerText)));

  const from = collector.requests.length;
  for (const open of [page, await newPage(context)]) {
    await open.goto(site.origin);
    await reason(open, "opted_out");
    await open.mouse.click(50, 50);
  }
  await pause(200);
  assert.equal(sentSince(from), 0);
  assert.deepEqual(Object.values((await kept(page)).local), ['{"out":1}'], "the choice, and nothing else");
  assert.deepEqual(await context.cookies(), [], "recorded or not, no cookie of anybody");
  await revisit(page, "optIn");
  await recording(page);
  await context.close();
});

test("Global Privacy Control is respected, unless the site says otherwise", async () => {
  for (const respect of [true, false]) {
    await addSite({ respect_gpc: respect });
    const context = await visitor();
    const page = await newPage(context);
    await page.evaluateOnNewDocument(() => Object.defineProperty(navigator, "globalPrivacyControl", { value: true }));
    const from = collector.requests.length;
    await page.goto(site.origin);
    if (respect) {
      await reason(page, "gpc");
      await pause(200);
      assert.equal(sentSince(from), 0);
      assert.deepEqual(await kept(page), NOTHING);
    } else {
      await recording(page);
    }
    await context.close();
  }
});

test("a visitor's id lasts as long as the site says, and without that no longer than the visit", async () => {
  for (const [days, consent, minutes, lasts] of /** @type {const} */ ([[0, false, 31, false], [2, false, 31, true], [2, false, 3 * 24 * 60, false], [0, true, 31, true]])) {
    const owner = await addSite({ visitor_days: days });
    const context = await visitor();
    const visitors = [];
    for (const shift of [0, minutes * 60_000]) {
      const page = await newPage(context);
      await page.evaluateOnNewDocument((shift) => {
        const real = Date.now;
        Date.now = () => real() + shift;
      }, shift);
      await page.goto(site.origin);
      if (consent) await revisit(page, "consent", true);
      const { id } = await recording(page);
      await revisit(page, "flush");
      visitors.push((await collector.api("GET", `/api/v1/recordings/${id}`)).visitor);
      await closeTab(page);
    }
    assert.ok(visitors[0], "there is one");
    assert.equal(visitors[0] === visitors[1], lasts, `${days} days, consent ${consent}, ${minutes} minutes later`);
    assert.equal((await collector.recordings(owner)).length, 2);
    await context.close();
  }
});

test("a stricter setting reaches an open page within a minute, and what was not sent by then never is", async () => {
  const owner = await addSite({ record_emails: true });
  const page = await newPage(browser);
  await page.evaluateOnNewDocument(() => {
    const real = Date.now;
    /** @type {any} */ (window).shift = 0;
    Date.now = () => real() + /** @type {any} */ (window).shift;
    // When the page heard what its settings are, by the same clock that says when a body was sent.
    const ask = fetch;
    window.fetch = async (...args) => {
      const answer = await ask(...args);
      if (String(args[0]).includes("/v1/site/")) answer.clone().json().then(() => setTimeout(() => { /** @type {any} */ (window).heard = Date.now(); }, 20));
      return answer;
    };
  });
  await page.goto(site.origin);
  await recording(page);
  await page.evaluate(() => document.body.append("jane.before@shop.example "));
  await revisit(page, "flush");
  const sent = (/** @type {number} */ since) => Buffer.concat(collector.bodies.map(({ body }) => openBody(body)).filter(({ sentAt }) => sentAt > since).flatMap((body) => body.frames.flatMap(({ payload, text }) => [payload, text])));
  assert.ok(sent(0).includes("jane.before@shop.example"), "allowed till now");

  await collector.api("PATCH", `/api/v1/sites/${owner.id}`, { record_emails: false });
  // Something new all the time, so that at any moment something has been captured and not been sent.
  await page.evaluate(() => {
    const place = document.body.appendChild(document.createElement("p"));
    let count = 0;
    setInterval(() => place.replaceChildren(`jane.${"abcdefghij"[(count += 1) % 10]}@shop.example`), 5);
  });
  await pause(300);
  const { page: before } = await state(page);
  await page.evaluate(() => { /** @type {any} */ (window).heard = 0; /** @type {any} */ (window).shift = 50_000; });
  const heard = await until("the page to ask", () => page.evaluate(() => /** @type {any} */ (window).heard));
  await until("the page to go on with it", async () => (await state(page)).page !== before && (await state(page)).recording);
  await pause(300);
  await revisit(page, "flush");
  await pause(200);
  assert.ok(!sent(heard).includes("@shop.example"), "nothing of before");
  const { page: now } = await state(page);
  const frames = collector.bodies.flatMap(({ body }) => openBody(body).frames).filter((frame) => frame.page === now);
  const after = Buffer.concat(frames.flatMap(({ payload, text }) => [payload, text]));
  assert.ok(!after.includes("@shop.example") && after.includes("•@•"), "it goes on, with the address hidden");

  // Switched off altogether.
  await collector.api("PATCH", `/api/v1/sites/${owner.id}`, { enabled: false });
  await page.evaluate(() => { /** @type {any} */ (window).shift = 100_000; });
  await reason(page, "disabled");
  await pause(100);
  const off = collector.requests.length;
  await page.mouse.click(60, 60);
  await pause(300);
  assert.equal(sentSince(off), 0);
  // Frames that were on their way when it was switched off.
  assertQuiet(page, [/status of 403/]);
  await closeTab(page);
});

test("a person whom the site never records is forgotten when the page says who it is", async () => {
  await addSite({ never_record: ["Boss@Shop.example"] });
  const context = await visitor();
  const page = await newPage(context);
  await page.goto(site.origin);
  const { id } = await recording(page);
  await revisit(page, "flush");
  await revisit(page, "identify", { email: "boss@shop.example" });
  await revisit(page, "flush");
  await reason(page, "erased");
  assert.equal((await collector.request("GET", `/api/v1/recordings/${id}`)).status, 404);
  assert.deepEqual((await kept(page)).local, {});
  assertQuiet(page, [/410/]);
  await context.close();
});
