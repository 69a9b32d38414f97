// How a recording lives in the browser: heartbeats, rest, other tabs, what the collector refuses, settings that change,
// a network that fails. In: a scripted collector, real pages. Out: the frames that come. Never: looks into the recorder.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { assertQuiet, closeTab, launch, newPage } from "../harness/browser.js";
import { ACTIVE, CHECKPOINT, DEFLATE, END, startScripted } from "../harness/scripted.js";
import { embed, startSite, STUB } from "../harness/site.js";
import { pause, until } from "../harness/until.js";

/** @typedef {import("../harness/browser.js").Page} Page */

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof startScripted>>} */
let collector;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;

before(async () => {
  browser = await launch();
  collector = await startScripted();
  site = await startSite("plain");
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await collector?.stop();
});
beforeEach(() => {
  collector.set();
  collector.status = 204;
  collector.frames = [];
  collector.asked = 0;
  site.setTag(STUB + embed(collector, "key"));
  site.setHeaders({});
});

/** @param {Page} page */
const state = (page) => page.evaluate(() => /** @type {any} */ (window).revisit("state"));
/** @param {Page} page */
const stored = (page) => page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
/** @param {Page} page */
const flush = (page) => page.evaluate(() => /** @type {any} */ (window).revisit("flush"));
/** @param {Page} page @param {string} text */
const setWord = (page, text) => page.evaluate((words) => { /** @type {Element} */ (document.querySelector("#word")).textContent = words; }, text);
/** @param {Page} page Lets a minute pass for whoever asks for the time. */
const aMinuteLater = (page) => page.evaluate(() => { const now = Date.now; Date.now = () => now() + 61_000; });

/** @param {Page} page */
const recording = (page) => until("the recording to begin", async () => {
  const now = await state(page);
  return now.recording ? now : undefined;
});

/** @param {{where?: import("../harness/browser.js").BrowserContext, path?: string}} [how] */
async function open({ where, path = "/" } = {}) {
  const page = await newPage(where ?? (await browser.createBrowserContext()));
  await page.goto(site.origin + path);
  return page;
}

/** @param {string} page */
const framesOf = (page) => collector.frames.filter((frame) => frame.page === page);

test("a tab that lives sends heartbeats until nobody has done anything for long; then the next input begins another recording", async () => {
  collector.set({ heartbeat_ms: 300, idle_ms: 1500 });
  const page = await open();
  const first = await recording(page);
  await until("rest", async () => (await state(page)).reason === "idle");
  const frames = framesOf(first.page);
  assert.ok(frames.length >= 4, `${frames.length} frames`);
  await until("the last frame", () => framesOf(first.page).at(-1)?.flags === END);
  const count = collector.frames.length;
  await setWord(page, "unseen");
  await pause(700);
  assert.equal(collector.frames.length, count, "silence while resting");
  assert.equal(await stored(page), "[{},{}]");
  await page.mouse.move(80, 80);
  const second = await recording(page);
  assert.notEqual(second.id, first.id);
  assert.notEqual(second.page, first.page);
  await until("its checkpoint", () => (framesOf(second.page)[0]?.flags ?? 0) & CHECKPOINT);
  assertQuiet(page);
  await page.close();
});

test("a recording ends at its longest even if the visitor never rests", async () => {
  collector.set({ heartbeat_ms: 200, max_ms: 1200 });
  const page = await open();
  const first = await recording(page);
  for (let step = 0; step < 12; step++) {
    await page.mouse.move(50 + step, 50 + step * 5);
    await pause(200);
  }
  const recordings = [...new Set(collector.frames.map((frame) => frame.recording))];
  assert.equal(recordings[0], first.id);
  assert.ok(recordings.length >= 2);
  assert.equal(framesOf(first.page).at(-1)?.flags, END);
  await page.close();
});

test("pages of two tabs share the recording, and a tab follows where the other has begun a new one", async () => {
  const where = await browser.createBrowserContext();
  const one = await open({ where });
  const first = await recording(one);
  const two = await open({ where, path: "/other" });
  const other = await recording(two);
  assert.equal(other.id, first.id);
  assert.notEqual(other.page, first.page);
  await two.evaluate(() => localStorage.clear());
  await two.click("#button");
  const renewed = await until("another recording", async () => {
    const now = await state(two);
    return now.id !== first.id && now.recording ? now : undefined;
  });
  await one.bringToFront();
  await pause(1100);
  await one.click("#button");
  await until("the first tab to follow", async () => (await state(one)).id === renewed.id);
  await where.close();
});

test("what is closed is not written to any more; with input a new recording begins", async () => {
  const page = await open();
  const first = await recording(page);
  await flush(page);
  collector.status = (id) => (id === first.id ? 409 : 204);
  await page.click("#button");
  await flush(page);
  const second = await until("another recording", async () => {
    const now = await state(page);
    return now.recording && now.id !== first.id ? now : undefined;
  });
  await until("its checkpoint", () => (framesOf(second.page)[0]?.flags ?? 0) & CHECKPOINT);
  assert.equal(framesOf(first.page).at(-1)?.flags, ACTIVE, "not even its last frame");
  await page.close();
});

for (const [status, reason] of /** @type {const} */ ([[402, "quota"], [403, "refused"], [410, "erased"]])) {
  test(`${status} stops the recording: ${reason}`, async () => {
    const page = await open();
    const { id } = await recording(page);
    await flush(page);
    collector.status = status;
    await page.click("#button");
    await flush(page);
    const now = await state(page);
    assert.deepEqual([now.recording, now.reason], [false, reason]);
    assert.equal((await stored(page)).includes(id), status === 402, "a refused recording's id is forgotten");
    const count = collector.frames.length;
    await page.click("#button");
    await flush(page);
    await closeTab(page);
    await pause(200);
    assert.equal(collector.frames.length, count);
  });
}

test("what fails is tried again with the same bytes", async () => {
  const page = await open();
  const { page: name } = await recording(page);
  await flush(page);
  collector.status = 503;
  await setWord(page, "once more");
  const waiting = flush(page);
  await until("two attempts", () => framesOf(name).filter(({ status }) => status === 503).length >= 2);
  collector.status = 204;
  await waiting;
  const attempts = framesOf(name).filter(({ seq }) => seq === 1);
  assert.ok(attempts.length >= 3);
  assert.equal(new Set(attempts.map(({ bytes }) => bytes)).size, 1);
  await page.close();
});

test("what was captured without a network is sent when it is back", async () => {
  const page = await open();
  const { page: name } = await recording(page);
  await flush(page);
  await page.setOfflineMode(true);
  await setWord(page, "in the tunnel");
  const waiting = flush(page);
  await pause(1500);
  assert.equal(framesOf(name).length, 1);
  await page.setOfflineMode(false);
  await waiting;
  assert.equal(framesOf(name).length, 2);
  await page.close();
});

test("leaving repeats what an ordinary request carries, whose fate is unknown", async () => {
  const page = await open();
  const { page: name } = await recording(page);
  await flush(page);
  collector.status = -1;
  await page.click("#button");
  flush(page).catch(() => {});
  await until("a body without an answer", () => framesOf(name).some(({ status }) => status === -1));
  collector.status = 204;
  await closeTab(page);
  await until("the last frame", () => framesOf(name).some(({ flags, status }) => flags & END && status === 204));
  assert.ok(framesOf(name).some(({ flags, status }) => flags & ACTIVE && status === 204), "the click too");
});

test("a big page is compressed, in frames that each fit a last request", async () => {
  const page = await open();
  await recording(page);
  const words = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor".split(" ");
  await page.evaluate((all) => {
    for (let count = 0; count < 3000; count++) {
      const line = document.body.appendChild(document.createElement("p"));
      line.textContent = Array.from({ length: 12 }, (_, at) => all[(count * 7 + at * at * 3) % all.length] + count).join(" ");
    }
  }, words);
  await flush(page);
  assert.ok(collector.frames.some(({ flags }) => flags & DEFLATE));
  for (const { bytes } of collector.frames) assert.ok(bytes.length / 2 <= 48 << 10, `${bytes.length / 2} bytes`);
  await page.close();
});

test("switched off in the dashboard, an open page stops within a minute", async () => {
  collector.set({ heartbeat_ms: 300 });
  const page = await open();
  await recording(page);
  collector.settings = { record: false, reason: "disabled", until: null, version: 1 };
  await aMinuteLater(page);
  await until("the stop", async () => (await state(page)).reason === "disabled");
  await until("the last frame", () => collector.frames.at(-1)?.flags === END);
  assert.equal(collector.asked, 2);
  const count = collector.frames.length;
  await page.click("#button");
  await pause(700);
  assert.equal(collector.frames.length, count);
  assertQuiet(page);
  await page.close();
});

test("stricter settings end the page and begin one under them; a used-up month changes nothing", async () => {
  collector.set({ heartbeat_ms: 300, record_emails: true });
  const page = await open();
  const first = await recording(page);
  collector.set({ heartbeat_ms: 300, record_emails: false });
  await aMinuteLater(page);
  const second = await until("another page", async () => {
    const now = await state(page);
    return now.recording && now.page !== first.page ? now : undefined;
  });
  assert.equal(second.id, first.id);
  collector.settings = { record: false, reason: "quota", until: null, version: 1 };
  await aMinuteLater(page);
  await until("a third question", () => collector.asked === 3);
  await pause(500);
  assert.equal((await state(page)).page, second.page);
  await page.close();
});

test("where the policy refuses WebAssembly its twin records, and the tab is refused once", async () => {
  site.setHeaders({ "content-security-policy": `script-src 'unsafe-inline' ${collector.address}; connect-src ${collector.address}` });
  site.setTag(`<script>addEventListener("securitypolicyviolation", ({ blockedURI }) => (window.refused ||= []).push(blockedURI))</script>${embed(collector, "key")}`);
  const page = await open();
  const refused = () => page.evaluate(() => /** @type {any} */ (window).refused);
  await recording(page);
  assert.deepEqual(await refused(), ["wasm-eval"]);
  await Promise.all([page.waitForNavigation(), page.click("#next")]);
  await recording(page);
  await page.click("#button");
  await flush(page);
  assert.equal(await refused(), undefined);
  assert.equal(new Set(collector.frames.map((frame) => frame.recording)).size, 1);
  assertQuiet(page);
  await page.close();
});

test("a page that does not get the recorder is left alone", async () => {
  collector.set({ recorder: "../none.js" });
  const page = await open();
  await until("the refusal", async () => (await state(page)).reason === "blocked");
  assert.equal(await stored(page), "[{},{}]");
  assert.deepEqual(collector.frames, []);
  await flush(page);
  await page.close();
});

test("two tags, or a late one, are one recorder", async () => {
  site.setTag(STUB + embed(collector, "key") + embed(collector, "key"));
  const page = await open();
  const { page: name } = await recording(page);
  await page.addScriptTag({ url: `${collector.address}/revisit.js?site=key` });
  await pause(500);
  assert.equal((await state(page)).page, name);
  assert.equal(collector.asked, 1);
  assert.deepEqual([...new Set(collector.frames.map((frame) => frame.page))], [name]);
  await page.close();
});

test("a frame of the same site is recorded by the page around it", async () => {
  const page = await open();
  await recording(page);
  await page.evaluate(() => { document.body.append(Object.assign(document.createElement("iframe"), { src: "/inner" })); });
  const frame = await until("the frame", () => page.frames().find((one) => one.url().endsWith("/inner")));
  await until("its loader", () => frame.evaluate(() => "revisit" in window && /** @type {any} */ (window).revisit("state")?.reason === "framed"));
  assert.equal(collector.asked, 1);
  await page.close();
});

test("nothing is stored where nothing is recorded, and an opt-out lasts and is all that is", async () => {
  collector.set({ consent: "required" });
  const page = await open();
  await until("the decision", async () => (await state(page)).reason === "consent");
  assert.equal(await stored(page), "[{},{}]");
  await page.evaluate(() => /** @type {any} */ (window).revisit("consent", true));
  const { id } = await recording(page);
  assert.ok((await stored(page)).includes(id));
  await page.evaluate(() => /** @type {any} */ (window).revisit("consent", false));
  assert.equal(await stored(page), "[{},{}]");
  await page.evaluate(() => /** @type {any} */ (window).revisit("optOut"));
  assert.equal(await stored(page), '[{"rv:key":"{\\"out\\":1}"},{}]');
  await page.reload();
  assert.equal((await state(page)).reason, "opted_out");
  await page.close();
});

test("consent lasts for the visit, and makes the visitor one that lasts", async () => {
  collector.set({ consent: "required", idle_ms: 60_000 });
  const page = await open();
  await page.evaluate(() => /** @type {any} */ (window).revisit("consent", true));
  const first = await recording(page);
  await page.goto(`${site.origin}/second`);
  assert.equal((await recording(page)).id, first.id);
  const entry = JSON.parse(JSON.parse(await stored(page))[0]["rv:key"]);
  assert.ok(entry.until > Date.now());
  await page.close();
});

test("called before the key is known, everything waits for it; paused before the start, nothing is read", async () => {
  site.setTag(`${STUB}<script>revisit("event", "early"); revisit("pause")</script><script async src="${collector.address}/revisit.js"></script>`);
  const page = await open();
  await pause(300);
  assert.equal(collector.asked, 0);
  await page.evaluate((address) => /** @type {any} */ (window).revisit("init", { site: "key", collector: address }), collector.address);
  await until("the pause to be known", async () => (await state(page)).reason === "paused");
  await pause(300);
  assert.deepEqual(collector.frames, []);
  await page.evaluate(() => /** @type {any} */ (window).revisit("resume"));
  await recording(page);
  await page.close();
});
