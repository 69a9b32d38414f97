// The player's controls, and the stage that nothing runs in.
// In: a short visit to a page with scripts and handlers. Out: play, pause, seek, speeds, skipping, keys; no script, no request by the stage.
// Never: uses the player's own modules.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertQuiet, closeTab, launch, newPage } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { openPlayer, signIn } from "../harness/player.js";
import { embed, startSite } from "../harness/site.js";
import { pause, until } from "../harness/until.js";

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {import("../harness/collector.js").Collector} */
let collector;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;
/** @type {import("../harness/player.js").Player} */
let player;
const QUIET_MS = 12_000;

before(async () => {
  browser = await launch();
  collector = await startCollector({ env: { REVISIT_SILENT_AFTER: "60s" } });
  site = await startSite("hostile");
  const owner = await collector.addSite(site.origin);
  site.setTag(embed(collector, owner.key));
  const page = await newPage(browser);
  await page.goto(`${site.origin}/`);
  await pause(700);
  await page.mouse.move(100, 100);
  await page.click("#button");
  await pause(QUIET_MS);
  await page.mouse.move(400, 300, { steps: 10 });
  await page.click("#button");
  await pause(1500);
  await page.click("#button");
  await pause(500);
  await closeTab(page);
  const [recording] = await collector.waitReady(owner);
  await signIn(browser, collector);
  player = await openPlayer(browser, collector, recording?.id);
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await collector?.stop();
});

/** @param {string} name */
async function press(name) {
  const button = await player.page.waitForSelector(`aria/${name}[role='button']`);
  await button?.click();
}

/** @param {boolean} wanted */
async function setSkip(wanted) {
  const skip = await player.page.waitForSelector("aria/Skip inactivity[role='button']");
  if ((await skip?.evaluate((button) => button.getAttribute("aria-pressed"))) !== String(wanted)) await skip?.click();
}

test("play goes on with the clock, pause stops", async () => {
  await setSkip(false);
  await player.seek(0);
  await press("Play");
  const [from, began] = [await player.time(), Date.now()];
  await pause(1500);
  const [to, now] = [await player.time(), Date.now()];
  const rate = (to - from) / (now - began);
  assert.ok(rate > 0.75 && rate < 1.25, `${rate} times the clock`);
  await press("Pause");
  const stood = await player.time();
  await pause(400);
  assert.equal(await player.time(), stood);
});

test("seeking goes anywhere and never past the end", async () => {
  const end = await player.duration();
  assert.ok(end >= QUIET_MS);
  for (const place of [end / 2, 0, end, 100]) {
    await player.seek(place);
    assert.ok(Math.abs((await player.time()) - place) <= 60, `${place}: ${await player.time()}`);
  }
  await player.seek(end * 3);
  assert.ok((await player.time()) <= end);
});

test("each speed from a half to eight is as fast as it says", async () => {
  for (const speed of [0.5, 1, 2, 4, 8]) {
    await player.seek(1000);
    await setSpeed(speed);
    await press("Play");
    await pause(200);
    const [from, began] = [await player.time(), Date.now()];
    await pause(800);
    const [to, now] = [await player.time(), Date.now()];
    await press("Pause");
    const rate = (to - from) / (now - began);
    assert.ok(rate > speed * 0.75 && rate < speed * 1.25, `${speed}: ${rate}`);
  }
  await setSpeed(1);
});

/** @param {number} speed */
async function setSpeed(speed) {
  const select = await player.page.waitForSelector("aria/Speed");
  const value = await select?.evaluate((element, wanted) => {
    const options = [.../** @type {HTMLSelectElement} */ (element).options];
    return options.find((option) => Number.parseFloat(option.value) === wanted)?.value;
  }, speed);
  assert.ok(value, `a speed of ${speed} is offered`);
  await select?.select(value);
}

test("skipping inactivity jumps over the quiet stretch", async () => {
  await setSkip(true);
  await player.seek(2000);
  const began = Date.now();
  await press("Play");
  await until("the other side of the quiet stretch", async () => (await player.time()) > QUIET_MS, { timeout: QUIET_MS });
  assert.ok(Date.now() - began < QUIET_MS / 2, `took ${Date.now() - began} ms`);
  if (await player.page.$("aria/Pause[role='button']")) await press("Pause");
});

test("the keyboard plays, pauses and seeks", async () => {
  await player.seek(3000);
  await player.page.evaluate(() => { /** @type {HTMLElement | null} */ (document.activeElement)?.blur(); });
  await player.page.keyboard.press("Space");
  await player.page.waitForSelector("aria/Pause[role='button']");
  await player.page.keyboard.press("Space");
  await player.page.waitForSelector("aria/Play[role='button']");
  const before_ = await player.time();
  await player.page.keyboard.press("ArrowRight");
  await until("a step forward", async () => (await player.time()) > before_ + 500);
  await player.page.keyboard.press("ArrowLeft");
  await until("a step back", async () => (await player.time()) < before_ + 500);
});

test("the seek bar has a name and says the time in words", async () => {
  const said = await player.bar.evaluate((bar) => ({
    name: bar.getAttribute("aria-label") ?? bar.getAttribute("aria-labelledby"),
    text: bar.getAttribute("aria-valuetext"),
  }));
  assert.ok(said.name);
  assert.ok(said.text);
});

test("the stage is a sandbox without scripts", async () => {
  const sandbox = await player.stageElement.evaluate((frame) => frame.getAttribute("sandbox"));
  assert.equal(sandbox, "allow-same-origin");
});

test("no script of the page runs on the stage and the stage asks nothing of the network", async () => {
  await player.seek((await player.duration()) - 100);
  await pause(500);
  const ran = await player.page.evaluate(() => "hostile" in window);
  assert.equal(ran, false);
  const frame = await player.stageElement.contentFrame();
  assert.equal(await frame.evaluate(() => "hostile" in window), false);
  const host = new URL(site.origin).host;
  assert.deepEqual(player.requests.filter(({ url }) => url.includes(host)), [], "nothing is asked of the visited site");
  const own = /^\/(www|assets|api|recordings|stage|v1)(\/|$)/;
  assert.deepEqual(
    player.requests.filter(({ url }) => !/^(about|data|blob):/.test(url) && !(url.startsWith(collector.own) && own.test(new URL(url).pathname))),
    [],
    "nor of anybody else, nor of the collector by a relative address",
  );
});

test("links and forms on the stage are inert", async () => {
  const frame = await player.stageElement.contentFrame();
  const before_ = frame.url();
  await frame.evaluate(() => {
    document.querySelector("a")?.click();
    document.querySelector("form")?.submit();
  }).catch(() => {});
  await pause(500);
  assert.equal(frame.url(), before_);
  assert.equal(player.page.url().includes("/recordings/"), true);
  const host = new URL(site.origin).host;
  assert.deepEqual(player.requests.filter(({ url }) => url.includes(host)), []);
});

test("the console says nothing, though a recorded style sheet imports another", () => {
  assertQuiet(player.page, [/sandboxed/i]);
});
