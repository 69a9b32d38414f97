// What a visitor does, and what of it is told: clicks and those without effect, keys, the clipboard, forms, selection, sound,
// fingers, addresses, errors. In: two visits by hand. Out: the recording's facts, the player's list and stage, the export.
// Never: finds a letter that was typed, a text that was copied, or how long a hidden one is.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertQuiet, closeTab, launch, newPage } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { openPlayer, signIn } from "../harness/player.js";
import { embed, startSite } from "../harness/site.js";
import { pause } from "../harness/until.js";

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {import("../harness/collector.js").Collector} */
let collector;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;
/** @type {import("../harness/player.js").Player} */
let player;
/** @type {import("../harness/collector.js").Recording} */
let recording;
/** @type {any[]} the recording as rrweb events */
let events;
/** @type {any[]} that of the visit with fingers */
let touched;
/** Wall-clock times of what was done. @type {Record<string, number>} */
const done = {};
/** More than a page has to answer a click. */
const ANSWER_MS = 1900;

/** @param {string} tag @returns {any[]} payloads of the custom events with that tag */
const told = (tag) => events.filter((event) => event.type === 5 && event.data.tag === tag).map((event) => event.data.payload);
/** @param {any[]} all @param {number} source of rrweb's incremental events */
const ofSource = (all, source) => all.filter((event) => event.type === 3 && event.data.source === source).map((event) => event.data);

before(async () => {
  browser = await launch();
  collector = await startCollector({ env: { REVISIT_SILENT_AFTER: "60s" } });
  site = await startSite("signals");
  const owner = await collector.addSite(site.origin, { record_form_inputs: true });
  site.setTag(embed(collector, owner.key));
  await signIn(browser, collector);

  const page = await newPage(browser);
  await page.goto(`${site.origin}/`);
  await pause(1200);
  const now = () => page.evaluate(() => performance.timeOrigin + performance.now());
  for (const selector of ["#nothing", "#count", "#tick"]) {
    await page.click(selector);
    await pause(ANSWER_MS);
  }
  await page.click("#twice", { count: 2 });
  await page.focus("#who");
  await page.keyboard.type("velvet otter");
  for (const key of /** @type {const} */ (["ArrowLeft", "Backspace", "Enter"])) await page.keyboard.press(key);
  await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).blur());
  await page.keyboard.down("Control");
  await page.keyboard.press("k");
  await page.keyboard.up("Control");
  await page.keyboard.press("Escape");
  await page.keyboard.press("q");
  /** @param {string} selector @param {number} from @param {number} to */
  const select = async (selector, from, to) => {
    await page.evaluate((where, start, end) => {
      const text = /** @type {Text} */ (document.querySelector(where)?.firstChild);
      document.getSelection()?.setBaseAndExtent(text, start, text, end);
    }, selector, from, to);
    await pause(200);
    done[selector] = await now();
    await pause(200);
  };
  await select("#words", 11, 5);
  await select("#mail", 9, 17);
  await select("#edit", 3, 9);
  await page.evaluate(() => document.getSelection()?.removeAllRanges());
  await page.evaluate(() => document.execCommand("copy"));
  await page.$eval("#who", (field) => field.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, composed: true })));
  await page.$eval("#sound", (sound) => Object.assign(sound, { muted: true, volume: 0.5, playbackRate: 0.5 }));
  await page.$eval("#sound", (sound) => /** @type {HTMLAudioElement} */ (sound).play());
  await pause(300);
  done.playing = await now();
  await page.$eval("#sound", (sound) => /** @type {HTMLAudioElement} */ (sound).pause());
  await page.evaluate(() => { document.fonts.add(new FontFace("Probe", "local(Arial)", { weight: "700" })); });
  await page.evaluate(() => /** @type {any} */ (window).fail());
  // Nothing else happens then that would make the recorder look.
  await pause(400);
  await page.evaluate(() => history.pushState(null, "", "/elsewhere"));
  await pause(600);
  await page.mouse.click(600, 600);
  await pause(300);
  assertQuiet(page, [/card 4111/]);
  await closeTab(page);
  [recording] = await collector.waitReady(owner);
  events = JSON.parse((await collector.export(recording?.id, "rrweb")).toString("utf8"));

  const fingers = await newPage(browser);
  await fingers.setViewport({ width: 500, height: 700, hasTouch: true, isMobile: true });
  const second = await collector.addSite(site.origin, { record_mobile: true });
  site.setTag(embed(collector, second.key));
  await fingers.goto(`${site.origin}/`);
  await pause(1200);
  await fingers.touchscreen.touchStart(100, 300);
  for (const y of [280, 240, 200]) {
    await pause(80);
    await fingers.touchscreen.touchMove(110, y);
  }
  await fingers.touchscreen.touchEnd();
  const session = await fingers.createCDPSession();
  await session.send("Input.synthesizePinchGesture", { x: 200, y: 300, scaleFactor: 2 });
  await pause(500);
  await closeTab(fingers);
  const [third] = await collector.waitReady(second);
  touched = JSON.parse((await collector.export(third?.id, "rrweb")).toString("utf8"));
  player = await openPlayer(browser, collector, recording.id);
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await collector?.stop();
});

test("a click without effect is one that nothing answers", () => {
  assert.equal(told("dead-click").length, 1, JSON.stringify(told("dead-click")));
  assert.equal(recording.dead_clicks, 1);
  assert.equal(recording.rage_clicks, 0);
});

test("keys that command are told, keys that write are not", () => {
  assert.deepEqual(told("key").map(({ name }) => name), ["Enter", "Ctrl+K", "Escape"]);
});

test("the clipboard and forms are told without what is in them", () => {
  assert.deepEqual(told("clipboard").map(({ kind }) => kind), [0, 2]);
  assert.equal(told("submit").length, 1);
  assert.equal(JSON.stringify(events).includes("jane.doe"), false);
});

test("an address that changes without a load is told at once", () => {
  const moved = events.find((event) => event.type === 5 && event.data.tag === "navigate");
  assert.match(moved.data.payload.href, /\/elsewhere$/);
  const click = events.findLast((event) => event.type === 3 && event.data.source === 2 && event.data.type === 2);
  assert.ok(moved.timestamp < click.timestamp, "before the click that came half a second later");
});

test("an error is told masked, and counted", () => {
  assert.deepEqual(told("error").map(({ message }) => message), ["Uncaught Error: card 0000000000000000 of •@•"]);
  assert.equal(recording.errors, 1);
});

test("what sound does is told", () => {
  const flags = told("media").map(({ paused, muted }) => [paused, muted]);
  assert.deepEqual(flags.at(-1), [true, true]);
  assert.ok(flags.some(([paused]) => paused === false), JSON.stringify(flags));
});

test("a selection has places, but none inside what is hidden", () => {
  const ranges = ofSource(events, 14).map(({ ranges: [range] }) => range && [range.startOffset, range.endOffset]);
  // The text with the address comes out as "Write to •@• today", the one written by hand in a length of its own.
  assert.deepEqual(ranges.slice(0, 2), [[5, 11], [0, "Write to •@• today".length]]);
  assert.equal(ranges[2]?.[0], 0);
  assert.equal(ranges.at(-1), undefined, "nothing in the end");
});

test("fingers are told one by one, and what they magnify", () => {
  const moves = ofSource(touched, 6).flatMap(({ positions }) => positions.map((/** @type {any} */ place) => [place.x, place.y]));
  assert.deepEqual(moves.slice(0, 4), [[100, 300], [110, 280], [110, 240], [110, 200]]);
  assert.equal(ofSource(touched, 1).length, 0, "no pointer beside them");
  const zooms = touched.filter((event) => event.type === 5 && event.data.tag === "zoom").map((event) => event.data.payload);
  const scale = zooms.at(-1)?.scalePercent ?? 0;
  assert.ok(scale > 150 && scale < 250, `${scale}`);
});

test("the player's list says all of it", async () => {
  const list = await player.page.$$eval(".event-words", (entries) => entries.map((entry) => entry.textContent));
  for (const words of [
    "Clicked without effect “Nothing here”", "Double-clicked “Twice”", "Pressed Ctrl+K", "Pressed Escape", "Sent a form “Send it”",
    "Copied something", "Pasted something", "Sound or film plays", "Sound or film stops", "Address changed: /elsewhere",
    "Error: Uncaught Error: card 0000000000000000 of •@•",
  ]) assert.ok(list.includes(words), `${words} is in ${JSON.stringify(list)}`);
});

/** @param {() => any} ask */
const onStage = async (ask) => (await player.stageElement.contentFrame()).evaluate(ask);
const selected = () => onStage(() => {
  const highlight = /** @type {any} */ (CSS).highlights.get("revisit-selection");
  return highlight ? [...highlight].map(String).join() : "";
});

test("the player shows the selection, and takes it away again", async () => {
  await player.seekToWall(done["#words"] ?? 0);
  assert.equal(await selected(), "words ");
  await player.seekToWall(done["#mail"] ?? 0);
  assert.equal(await selected(), "Write to •@• today");
  await player.seek(0);
  assert.equal(await selected(), "");
});

test("the player says what the sound does", async () => {
  await player.seekToWall(done.playing ?? 0);
  const badges = await player.page.$$eval(".overlay-badge:not([hidden])", (all) => all.map((badge) => badge.textContent ?? ""));
  assert.equal(badges.length, 1);
  assert.match(badges[0] ?? "", /^▶ playing 0:00 · muted · 0\.5×$/);
});

test("fonts that scripts add and shadow roots that nobody can read are there", async () => {
  await player.seek(await player.duration());
  const fonts = await onStage(() => document.adoptedStyleSheets.flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText)).filter((rule) => rule.includes("Probe")));
  assert.equal(fonts.length, 1);
  assert.match(fonts[0], /font-family: Probe; src: local\("Arial"\);.* font-weight: 700/);
  const box = await onStage(() => { const { width, height } = document.querySelector("x-secret")?.getBoundingClientRect() ?? {}; return [width, height]; });
  assert.deepEqual(box, [200, 50], "the place of what is in it");
});

test("the player stays silent", () => assertQuiet(player.page));
