// The page's API: `revisit(…)`, before the script has come and after.
// In: calls on a customer's page. Out: what they promise, seen at the collector. Never: looks into the recorder.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertQuiet, closeTab, newPage } from "../harness/browser.js";
import { browser, collector, site } from "../harness/scene.js";
import { embed, STUB } from "../harness/site.js";
import { pause, until } from "../harness/until.js";

/**
 * @param {{settings?: Record<string, unknown>, before?: string, tag?: (key: string) => string}} [how]
 */
async function open({ settings = {}, before: script = "", tag } = {}) {
  const owner = await collector.addSite(site.origin, settings);
  site.setTag(`${STUB}<script>${script}</script>${tag ? tag(owner.key) : embed(collector, owner.key)}`);
  const context = await browser.createBrowserContext();
  const page = await newPage(context);
  await page.goto(`${site.origin}/`);
  return { owner, page };
}

/** @param {import("../harness/browser.js").Page} page @returns {Promise<{recording: boolean, reason: string | null, id: string, page: string}>} */
function state(page) {
  return page.evaluate(() => /** @type {any} */ (window).revisit("state"));
}

/** @param {import("../harness/browser.js").Page} page */
async function recordingNow(page) {
  return until("the recording to begin", async () => {
    const now = await state(page);
    return now?.recording && now.id ? now : undefined;
  });
}

/** @param {import("../harness/browser.js").Page} page @param {...unknown} args */
function call(page, ...args) {
  return page.evaluate((all) => { /** @type {any} */ (window).revisit(...all); }, args);
}

/** @param {import("../harness/browser.js").Page} page @param {string} text */
function setWord(page, text) {
  return page.evaluate((words) => { /** @type {Element} */ (document.querySelector("#word")).textContent = words; }, text);
}

/** @param {import("../harness/browser.js").Page} page */
function flush(page) {
  return page.evaluate(async () => { await /** @type {any} */ (window).revisit("flush"); });
}

/** @param {string} id */
async function exported(id) {
  return (await collector.export(id, "rrweb")).toString("utf8");
}

test("state names the recording by the API's id", async () => {
  const { owner, page } = await open();
  const { id, page: pageId, reason } = await recordingNow(page);
  assert.ok(pageId);
  assert.ok(reason === null || reason === undefined || typeof reason === "string");
  await flush(page);
  const open_ = await collector.api("GET", `/api/v1/recordings/${id}`);
  assert.equal(open_.state, "open");
  assert.equal(open_.site, owner.id);
  await closeTab(page);
  const [ready] = await collector.waitReady(owner);
  assert.equal(ready?.id, id);
});

test("calls queued before the script came are made when it comes", async () => {
  const { owner, page } = await open({
    settings: { record_properties: true },
    before: "revisit('conversation', 'chat-77'); revisit('tag', 'plan', 'gold'); revisit('event', 'greeted', {by: 'stub'}); revisit('link', function (url) { window.linked = url })",
  });
  const { id } = await recordingNow(page);
  await page.waitForFunction(() => "linked" in window);
  const link = await page.evaluate(() => /** @type {any} */ (window).linked);
  assert.equal(link, `${collector.address}/recordings/${id}`);
  // What is told goes with the late module; whoever leaves before that has come leaves it behind.
  await flush(page);
  await closeTab(page);
  const [ready] = await collector.waitReady(owner);
  assert.equal(ready?.conversation, "chat-77");
  for (const filter of ["conversation=chat-77", "event=greeted", "tag=plan"]) {
    const { items } = await collector.api("GET", `/api/v1/recordings?site=${owner.id}&${filter}`);
    assert.deepEqual(items.map((/** @type {{id: string}} */ item) => item.id), [id], filter);
  }
});

test("flush resolves once all that was captured is durable", async () => {
  const { owner, page } = await open();
  const { id } = await recordingNow(page);
  await setWord(page, "written just before the flush");
  await flush(page);
  await collector.kill9();
  await collector.restart();
  await closeTab(page);
  await collector.waitReady(owner);
  assert.match(await exported(id), /written just before the flush/);
});

test("what happens while paused is not recorded, and after resume the page is whole again", async () => {
  const { owner, page } = await open();
  const { id } = await recordingNow(page);
  await setWord(page, "before the pause");
  await pause(200);
  await call(page, "pause");
  await setWord(page, "during the pause");
  await pause(300);
  await setWord(page, "after the pause");
  await call(page, "resume");
  await pause(300);
  await closeTab(page);
  await collector.waitReady(owner);
  const text = await exported(id);
  assert.match(text, /before the pause/);
  assert.doesNotMatch(text, /during the pause/);
  assert.match(text, /after the pause/);
});

test("stop ends the recording and start begins one", async () => {
  const { owner, page } = await open();
  await recordingNow(page);
  await setWord(page, "before the stop");
  await flush(page);
  await call(page, "stop");
  assert.equal((await state(page)).recording, false);
  await setWord(page, "after the stop");
  await pause(400);
  await call(page, "start");
  const { id } = await recordingNow(page);
  await setWord(page, "after the start");
  await closeTab(page);
  await collector.waitReady(owner);
  const text = await exported(id);
  assert.match(text, /after the start/);
});

test("consent given starts, consent withdrawn stops", async () => {
  const { owner, page } = await open({ settings: { consent: "required" } });
  await pause(500);
  assert.equal((await state(page)).recording, false);
  await call(page, "consent", true);
  const { id } = await recordingNow(page);
  await setWord(page, "with consent");
  await flush(page);
  await call(page, "consent", false);
  await pause(200);
  assert.equal((await state(page)).recording, false);
  await setWord(page, "without consent");
  await pause(400);
  await closeTab(page);
  await collector.waitReady(owner);
  const text = await exported(id);
  assert.match(text, /with consent/);
  assert.doesNotMatch(text, /without consent/);
});

test("a route that is excluded is left out, and recording goes on after it", async () => {
  const { owner, page } = await open({ before: "revisit('exclude', ['/secret*'])" });
  const { id } = await recordingNow(page);
  await page.evaluate(() => history.pushState(null, "", "/secret/plans"));
  await pause(200);
  await setWord(page, "on the excluded route");
  await pause(300);
  await page.evaluate(() => history.pushState(null, "", "/open"));
  await setWord(page, "back on an open route");
  await pause(300);
  await closeTab(page);
  await collector.waitReady(owner);
  const text = await exported(id);
  assert.doesNotMatch(text, /on the excluded route/);
  assert.doesNotMatch(text, /secret\/plans/);
  assert.match(text, /back on an open route/);
});

test("opting out stops and lasts, opting in begins again", async () => {
  const { page } = await open();
  await recordingNow(page);
  await call(page, "optOut");
  assert.equal((await state(page)).recording, false);
  await page.reload();
  await pause(600);
  assert.equal((await state(page)).recording, false);
  await call(page, "optIn");
  await recordingNow(page);
  assertQuiet(page);
  await page.close();
});

test("the key is understood in the script's address and by init", async () => {
  const byAddress = await open({ tag: (key) => `<script async src="${collector.address}/revisit.js?site=${key}" referrerpolicy="no-referrer"></script>` });
  await recordingNow(byAddress.page);
  await byAddress.page.close();
  const byInit = await open({ tag: (key) => `<script>revisit('init', {site: '${key}'})</script><script async src="${collector.address}/revisit.js" referrerpolicy="no-referrer"></script>` });
  await recordingNow(byInit.page);
  await byInit.page.close();
});

test("every call is safe when recording is off", async () => {
  const { owner, page } = await open({ settings: { enabled: false } });
  await pause(500);
  const failed = await page.evaluate(async () => {
    const revisit = /** @type {any} */ (window).revisit;
    const calls = [["pause"], ["resume"], ["stop"], ["start"], ["consent", true], ["exclude", "/x"], ["include", "/"], ["identify", { id: "1" }], ["tag", "a", "b"], ["event", "e", {}], ["conversation", "c"], ["link", () => {}], ["state"], ["optOut"], ["optIn"], ["no such call"], []];
    const wrong = [];
    for (const one of calls) {
      try { revisit(...one); } catch (problem) { wrong.push(`${one[0]}: ${problem}`); }
    }
    await revisit("flush");
    return wrong;
  });
  assert.deepEqual(failed, []);
  await pause(300);
  assertQuiet(page);
  assert.deepEqual(await collector.recordings(owner), []);
  await page.close();
});
