// Visits that end at random moments: closed, sent elsewhere, reloaded, killed. In: a browser's name, a collector, a seed.
// Out: what was owed to each recording and is not in it, as lines. Never: waits before it leaves, or asks for the time that
// something took.

import { closeTab, launch, newPage } from "./browser.js";
import { openRecording } from "./decoder.js";
import { killTabs } from "./processes.js";
import { randomOf } from "./random.js";
import { embed, startSite } from "./site.js";
import { pause, until } from "./until.js";

/** A click whose listener ran so long before leaving is owed. */
const OWED_MS = 100;
const WAYS = /** @type {const} */ (["close", "close", "navigate", "reload", "kill"]);
/** Milliseconds to the collector. */
const WAY_MS = [0, 0, 60, 500];
/** Rows that the page has from the start: the last makes a snapshot that no single request may carry. */
const ROWS = [20, 20, 400, 4000];

/**
 * @typedef {object} Exit
 * @property {string} name
 * @property {(typeof WAYS)[number]} way
 * @property {string} id of the recording
 * @property {string} page that was left
 * @property {string[]} owed places of clicks
 */

/**
 * @param {import("./browser.js").BrowserName} name
 * @param {import("./collector.js").Collector} collector
 * @param {{seed: number, count: number}} run
 */
export async function exits(name, collector, { seed, count }) {
  const random = randomOf(seed);
  const site = await startSite("busy");
  const owner = await collector.addSite(site.origin);
  site.setTag(embed(collector, owner.key));
  /** @type {import("./browser.js").Browser | undefined} */
  let browser;
  /** @type {Exit[]} */
  const left = [];
  try {
    for (let number = 0; number < count; number += 1) {
      const way = random.of(WAYS);
      const rows = random.of(ROWS);
      const slow = random.of(WAY_MS);
      collector.slowDown(slow);
      browser ??= await launch(name);
      const context = await browser.createBrowserContext();
      left.push(await visit(context, { name: `${number}: ${way}, ${rows} rows, ${slow} ms away`, way, rows }, site.origin, random));
      if (way !== "kill") continue;
      await close(browser);
      browser = undefined;
    }
    collector.slowDown(0);
    /** @type {string[]} */
    const missing = [];
    let gaps = 0;
    for (const exit of left) {
      const { lines, isTorn } = await check(exit, collector);
      missing.push(...lines);
      gaps += isTorn ? 1 : 0;
    }
    const owed = left.reduce((sum, exit) => sum + exit.owed.length, 0);
    return { missing, owed, gaps };
  } finally {
    if (browser) await close(browser);
    await site.stop();
  }
}

/**
 * Once the last requests are through: they would die with it. A browser whose tabs were killed does not always answer.
 * @param {import("./browser.js").Browser} browser
 */
async function close(browser) {
  await pause(3 * Math.max(...WAY_MS));
  await Promise.race([browser.close(), pause(5000)]);
  browser.process()?.kill("SIGKILL");
}

/**
 * @param {import("./browser.js").BrowserContext} context
 * @param {{name: string, way: (typeof WAYS)[number], rows: number}} exit
 * @param {string} origin
 * @param {ReturnType<typeof randomOf>} random
 * @returns {Promise<Exit>}
 */
async function visit(context, { name, way, rows }, origin, random) {
  const tab = await newPage(context);
  await tab.goto(`${origin}/?rows=${rows}`);
  const { id, page } = await until("the recording to begin", () => tab.evaluate(() => {
    const now = /** @type {any} */ (window).revisit?.("state");
    return now?.recording ? now : undefined;
  }), { every: 10 });
  /** @type {{place: string, at: number}[]} */
  const clicks = [];
  let leaves = false;
  const clicking = (async () => {
    while (!leaves) {
      const [x, y] = [20 + random.below(900), 20 + random.below(350)];
      await tab.mouse.click(x, y);
      // Now at the latest its listener has run.
      clicks.push({ place: `${x} ${y}`, at: Date.now() });
      await pause(random.below(200));
    }
  })().catch(() => {});
  await pause(random.below(10) < 3 ? random.below(300) : 300 + random.below(3000));
  leaves = true;
  const at = Date.now();
  if (way === "kill") await killTabs(context.browser());
  else if (way === "close") await closeTab(tab);
  else if (way === "reload") await tab.reload();
  else await tab.goto(`${origin}/elsewhere`);
  await Promise.race([clicking, pause(1000)]);
  if (way === "reload" || way === "navigate") await closeTab(tab);
  return { name, way, id, page, owed: way === "kill" ? [] : clicks.filter((click) => click.at <= at - OWED_MS).map(({ place }) => place) };
}

/**
 * @param {Exit} exit
 * @param {import("./collector.js").Collector} collector
 */
async function check({ name, way, id, page, owed }, collector) {
  const state = async () => {
    const answer = await collector.request("GET", `/api/v1/recordings/${id}`);
    return answer.ok ? (await answer.json()).state : answer.status;
  };
  // Killed before anything could be sent.
  if (way === "kill" && (await state()) === 404) return { lines: [], isTorn: false };
  await until(`${name}: its recording`, async () => (await state()) === "ready", { timeout: 30_000 });
  const recording = await openRecording(await collector.export(id, "revisit"));
  const number = recording.pages.findIndex((one) => one.id === page);
  const events = number < 0 ? [] : recording.events(number);
  const clicked = events.filter(({ type }) => type === "click").map(({ x, y }) => `${x} ${y}`);
  const lines = owed.filter((place) => !clicked.includes(place)).map((place) => `${name}: the click at ${place} of ${owed.length}`);
  if (number < 0) lines.push(`${name}: the page`);
  else if (way !== "kill" && !events.some(({ type }) => type === "end")) lines.push(`${name}: the end`);
  recording.close();
  return { lines, isTorn: recording.gaps.length > 0 };
}
