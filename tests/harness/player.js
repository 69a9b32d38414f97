// Our player, used as an operator uses it: signed in, at the recording's address, by its controls.
// In: a browser, a collector, a recording's id. Out: play, seek, the facts of the document on the stage.
// Never: reaches into the player's own modules.

import assert from "node:assert/strict";
import { newPage } from "./browser.js";
import { domFacts } from "./dom.js";
import { pause, until } from "./until.js";

/**
 * Uses the link that the terminal showed; the session's cookie stays in the browser's context.
 * @param {import("puppeteer-core").Browser | import("puppeteer-core").BrowserContext} where
 * @param {import("./collector.js").Collector} collector
 */
export async function signIn(where, collector) {
  const page = await newPage(where);
  await page.goto(collector.signInLink, { waitUntil: "networkidle0" });
  await page.close();
}

/**
 * @param {import("puppeteer-core").Browser | import("puppeteer-core").BrowserContext} where signed in
 * @param {import("./collector.js").Collector} collector
 * @param {string} id
 */
export async function openPlayer(where, collector, id) {
  const page = await newPage(where, { width: 1500, height: 1100 });
  /** @type {import("puppeteer-core").HTTPRequest[]} */
  const tried = [];
  page.on("request", (request) => tried.push(request));
  await page.goto(`${collector.own}/recordings/${id}`);
  const play = await page.waitForSelector("aria/Play[role='button']", { timeout: 15_000 });
  assert.ok(play, "there is a button named Play");
  const bar = await page.waitForSelector(">>> input[type=range]", { timeout: 15_000 });
  assert.ok(bar, "there is a seek bar");
  const stageElement = await page.waitForSelector(">>> iframe[sandbox]", { timeout: 15_000 });
  assert.ok(stageElement, "there is a stage");

  const started = Date.parse((await collector.api("GET", `/api/v1/recordings/${id}`)).started_at);

  const facts = async ({ places = false } = {}) => {
    const frame = await stageElement.contentFrame();
    return frame.evaluate(domFacts, undefined, { places });
  };

  return {
    page,
    play,
    bar,
    stageElement,
    facts,

    /** What left the browser: not what the stage's policy refused before that. */
    get requests() {
      return tried
        .filter((request) => !/csp/i.test(request.failure()?.errorText ?? ""))
        .map((request) => ({ url: request.url(), frame: request.frame()?.url() ?? "" }));
    },

    /** Milliseconds of the recording. */
    async time() {
      return bar.evaluate((input) => Number(/** @type {HTMLInputElement} */ (input).value));
    },

    async duration() {
      return bar.evaluate((input) => Number(/** @type {HTMLInputElement} */ (input).max));
    },

    /** @param {number} milliseconds from the recording's start; moves the seek bar as a pointer or a key would */
    async seek(milliseconds) {
      await bar.evaluate((input, value) => {
        const range = /** @type {HTMLInputElement} */ (input);
        range.value = String(value);
        range.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
        range.dispatchEvent(new Event("change", { bubbles: true, composed: true }));
      }, Math.round(milliseconds));
      await this.settled();
    },

    /** Stands still, whether it played or not. */
    async pause() {
      const button = await page.$("aria/Pause[role='button']");
      await button?.click();
    },

    /** @param {number} wall milliseconds since 1970, on the clock that this machine's pages and collector share */
    async seekToWall(wall) {
      await this.seek(wall - started);
    },

    /** Once the stage has not changed for a while. */
    async settled() {
      let before = "";
      await until("the stage to settle", async () => {
        await pause(150);
        const now = JSON.stringify(await facts().catch(() => ""));
        const same = now === before && now !== '""';
        before = now;
        return same;
      });
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof openPlayer>>} Player */
