// What is recorded only where the site asks for it: canvases, web vitals, the console. In: a page with all of them, and
// sites that ask for one or none. Out: what the player shows, and which files the page fetched. Never: a mocked measurement.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertQuiet, closeTab, launch, newPage } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { openPlayer, signIn } from "../harness/player.js";
import { embed, startSite } from "../harness/site.js";
import { pause, until } from "../harness/until.js";

/** The browser's own line where the machine has no graphics card. */
const WEBGL = [/software WebGL/];

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {import("../harness/collector.js").Collector} */
let collector;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;
/** Another origin. @type {Awaited<ReturnType<typeof startSite>>} */
let elsewhere;

before(async () => {
  browser = await launch();
  collector = await startCollector({ tap: true });
  site = await startSite("canvas");
  elsewhere = await startSite("canvas");
  await signIn(browser, collector);
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await elsewhere?.stop();
  await collector?.stop();
});

/** @param {Record<string, unknown>} settings */
async function open(settings) {
  const owner = await collector.addSite(site.origin, settings);
  site.setTag(embed(collector, owner.key));
  const already = collector.requests.length;
  const page = await newPage(await browser.createBrowserContext());
  await page.goto(`${site.origin}/`);
  await until("the recording to begin", () => page.evaluate(() => /** @type {any} */ (window).revisit?.("state").recording));
  return {
    page,
    owner,
    fetched: () => collector.requests.slice(already).map(({ url }) => /^\/assets\/(\w+)-\w+\.js/.exec(url)?.[1]).filter(Boolean),
    async end() {
      await page.evaluate(() => /** @type {any} */ (window).revisit("flush"));
      await closeTab(page);
      const [{ id }] = await collector.waitReady(owner);
      return openPlayer(browser, collector, id);
    },
  };
}

/** @param {Awaited<ReturnType<typeof openPlayer>>} player @returns {Promise<Record<string, string>>} the middle of each canvas on the stage */
async function shown(player) {
  const frame = await player.stageElement.contentFrame();
  return frame.evaluate(() => Object.fromEntries([...document.querySelectorAll("canvas")].map((canvas) => {
    const [red, green, blue, alpha] = canvas.getContext("2d")?.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data ?? [];
    const near = (/** @type {number} */ part) => (part > 200 ? 1 : part < 50 ? 0 : 0.5);
    return [canvas.id, alpha === 0 ? "nothing" : [red, green, blue].map(near).join(" ")];
  })));
}

/** @param {Awaited<ReturnType<typeof openPlayer>>} player */
const listed = (player) => player.page.$$eval(">>> .event-list li", (items) => items.map((item) => item.textContent ?? ""));

test("nothing of it is loaded or recorded where nobody asks", async () => {
  const { page, fetched, end } = await open({});
  await page.evaluate(() => console.error("a line"));
  await pause(1500);
  assert.deepEqual(fetched().toSorted(), ["late", "recorder"]);
  const player = await end();
  await player.seek(await player.duration());
  assert.deepEqual(new Set(Object.values(await shown(player))), new Set(["nothing"]));
  assert.ok(!(await listed(player)).some((line) => /a line|LCP/.test(line)));
  await player.page.close();
});

test("canvases show what they showed, flat and deep; not those that are marked or tainted", async () => {
  const { page, fetched, end } = await open({ record_canvas: true });
  await page.evaluate((address) => /** @type {any} */ (window).taint(address), `${elsewhere.origin}/dot.svg`);
  await until("the pictures", () => fetched().includes("canvas"));
  const html = await page.evaluate(() => document.body.outerHTML);
  await pause(2500);
  const first = await page.evaluate(() => performance.timeOrigin + performance.now());
  await page.evaluate(() => /** @type {any} */ (window).paint([0, 1, 0]));
  await pause(2500);
  const second = await page.evaluate(() => performance.timeOrigin + performance.now());
  assert.equal(await page.evaluate(() => document.body.outerHTML), html);
  assert.equal(await page.evaluate(() => document.querySelector("canvas")?.getContext("2d")?.getContextAttributes().willReadFrequently), false);
  const bodies = collector.bodies.length;
  await pause(2000);
  assert.ok(collector.bodies.length - bodies <= 1, "a canvas that stands still costs nothing");
  assertQuiet(page, WEBGL);
  const player = await end();
  for (const [wall, flat, deep] of /** @type {const} */ ([[first, "1 0 0", "0 1 0"], [second, "0 1 0", "0 0 1"], [first, "1 0 0", "0 1 0"]])) {
    await player.seekToWall(wall);
    const expected = { flat, deep, marked: "nothing", tainted: "nothing", empty: "nothing" };
    await until(`the pictures of ${flat}`, async () => JSON.stringify(await shown(player)) === JSON.stringify(expected), { timeout: 3000 })
      .catch(async () => assert.deepEqual(await shown(player), expected));
  }
  assertQuiet(player.page, [/willReadFrequently/]);
  await player.page.close();
});

test("web vitals are listed", async () => {
  const { page, fetched, end } = await open({ record_web_vitals: true });
  await until("the module", () => fetched().includes("vitals"));
  await page.click("#button");
  await pause(500);
  assertQuiet(page, WEBGL);
  const player = await end();
  const lines = await listed(player);
  for (const name of ["LCP", "TTFB"]) assert.ok(lines.some((line) => new RegExp(`${name} \\d+ ms`).test(line)), `${name} in ${lines.join(" | ")}`);
  await player.page.close();
});

test("errors and warnings of the console are listed, masked, and still appear there", async () => {
  const { page, fetched, end } = await open({ record_console: true });
  await until("the module", () => fetched().includes("console"));
  await pause(300);
  await page.evaluate(() => {
    console.error("order %s failed", 4711, new Error("no answer for jane@example.org"));
    console.warn("slow", { secret: "hidden" });
    console.log("just said");
  });
  assert.throws(() => assertQuiet(page), /order %s failed 4711/);
  assert.ok(await page.evaluate(() => console.error.name === "error" && /native code/.test(String(console.error))));
  const player = await end();
  const lines = (await listed(player)).join(" | ");
  assert.match(lines, /order %s failed 0000 Error: no answer for •@•/);
  assert.match(lines, /slow object/);
  assert.doesNotMatch(lines, /just said|4711|jane|hidden/);
  const facts = await collector.api("GET", `/api/v1/recordings/${player.page.url().split("/").pop()}`);
  assert.equal(facts.errors, 0, "only what nobody caught counts as an error");
  await player.page.close();
});
