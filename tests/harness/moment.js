// A moment of a live page: what it was made of, and when. To be compared with the replay of that moment.
// In: a page. Out: facts and wall-clock time, taken while the page stands still. Never: changes the page.

import { domFacts } from "./dom.js";
import { pause } from "./until.js";

/** The replay owes every state that stood for 50 ms within 50 ms of its time: a moment stands still for longer on both sides. */
const STILL_MS = 250;

/** @typedef {{name: string, wall: number, facts: import("./dom.js").DocumentFacts}} Moment */

/**
 * @param {import("puppeteer-core").Page} page
 * @param {string} name
 * @param {{places?: boolean}} [options] `places`: where each element stands as well
 * @returns {Promise<Moment>}
 */
export async function moment(page, name, { places = false } = {}) {
  await pause(STILL_MS);
  const facts = await page.evaluate(domFacts, undefined, { places });
  const wall = await page.evaluate(() => performance.timeOrigin + performance.now());
  await pause(STILL_MS);
  return { name, wall, facts };
}
