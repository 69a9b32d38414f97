// What leaves the installation: share links as their readers see them, and the file that plays offline.
// In: one recorded visit. Out: what a stranger sees and can do. Never: signs in where a stranger would not.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { closeTab, launch, newPage } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { domFacts } from "../harness/dom.js";
import { openPlayer, signIn } from "../harness/player.js";
import { pause, until } from "../harness/until.js";

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {import("../harness/collector.js").Collector} */
let collector;
/** @type {string} */
let id;
/** Somebody who is signed in. @type {import("puppeteer-core").BrowserContext} */
let operator;

before(async () => {
  browser = await launch();
  collector = await startCollector({ demo: true });
  const page = await newPage(browser);
  await page.goto(`${collector.address}/demo/`);
  await page.waitForSelector('[data-visit][data-recording="true"]', { timeout: 10_000 });
  await page.click("input[name=kind][value=cup]");
  await pause(600);
  await closeTab(page);
  const [recording] = await collector.waitReady(await collector.demoSite(), { timeout: 30_000 });
  id = recording.id;
  operator = await browser.createBrowserContext();
  await signIn(operator, collector);
});
after(async () => {
  await browser?.close();
  await collector?.stop();
});

/** @param {object} how */
const share = (how) => collector.api("POST", `/api/v1/recordings/${id}/shares`, how);

/** @param {string} url in a browser that knows nobody */
async function stranger(url) {
  const context = await browser.createBrowserContext();
  const page = await newPage(context, { width: 1500, height: 1100 });
  await page.goto(url);
  return page;
}

/** @param {import("../harness/browser.js").Page} page */
async function stageShows(page) {
  const element = await page.waitForSelector(">>> iframe[sandbox]", { timeout: 15_000 });
  const frame = await element?.contentFrame();
  return until("the shop on the stage", () => frame?.evaluate(() => document.querySelectorAll(".card").length || undefined));
}

test("a plain link plays, and counts once Play is pressed", async () => {
  const made = await share({ expires_in: 600 });
  const page = await stranger(made.url);
  const play = await page.waitForSelector("aria/Play[role='button']", { timeout: 15_000 });
  assert.ok(await stageShows(page));
  const plays = async () => (await collector.api("GET", `/api/v1/recordings/${id}/shares`)).items.find((/** @type {any} */ one) => one.id === made.id)?.plays;
  assert.equal(await plays(), 0);
  await play?.click();
  await until("the count", async () => (await plays()) === 1);
  await page.close();
});

test("a link that plays once waits for Play, plays, and has ended", async () => {
  const { url } = await share({ once: true });
  for (let previews = 0; previews < 2; previews += 1) {
    const preview = await stranger(url);
    await preview.waitForSelector("aria/Play[role='button']");
    await preview.close();
  }
  const page = await stranger(url);
  await (await page.waitForSelector("aria/Play[role='button']"))?.click();
  assert.ok(await stageShows(page));
  const late = await stranger(url);
  await late.waitForFunction(() => document.body.textContent?.includes("This link has ended"));
  await page.close();
  await late.close();
});

test("a link with a password asks for it and takes only the right one", async () => {
  const { url } = await share({ password: "tidepool cup" });
  const page = await stranger(url);
  const field = await page.waitForSelector("input[type=password]");
  assert.equal(await page.$(">>> iframe[sandbox]"), null);
  await field?.type("tidepool cap");
  await page.click("aria/Play[role='button']");
  await page.waitForFunction(() => document.body.textContent?.includes("That is not the password."));
  await field?.evaluate((input) => { /** @type {HTMLInputElement} */ (input).value = ""; });
  await field?.type("tidepool cup");
  await page.click("aria/Play[role='button']");
  assert.ok(await stageShows(page));
  await page.close();
});

test("the dialog makes a link that its settings show in, and ends it", async () => {
  const { page } = await openPlayer(operator, collector, id);
  await page.click("aria/Share[role='button']");
  await page.waitForFunction(() => /no e-mail address, number, card number or secret was found/.test(document.querySelector("dialog[open] .share-audit")?.textContent ?? ""));
  await page.click("dialog input[name=once]");
  await page.click("dialog button[type=submit]");
  const field = await page.waitForSelector("dialog input[readonly]");
  assert.match(await field?.evaluate((input) => /** @type {HTMLInputElement} */ (input).value) ?? "", /\/s\/[0-9a-f]{64}$/);
  assert.match(await page.$eval("dialog[open]", (dialog) => dialog.textContent ?? ""), /plays once/);
  assert.match(await page.$eval("dialog[open] .is-warn", (warning) => warning.textContent ?? ""), /names among them/);
  await page.close();
});

test("the exported file plays offline, asks nothing of the network and runs no other script", async () => {
  const file = await collector.export(id, "html");
  const path = join(collector.data, "recording.html");
  await writeFile(path, file);
  const page = await newPage(browser, { width: 1500, height: 1100 });
  await page.setOfflineMode(true);
  /** @type {string[]} */
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(pathToFileURL(path).href);
  assert.ok(await stageShows(page));
  assert.deepEqual(asked.filter((url) => !url.startsWith("file:") && !url.startsWith("data:") && url !== "about:srcdoc"), []);
  const play = await page.waitForSelector("aria/Play[role='button']");
  await play?.click();
  const bar = await page.waitForSelector(">>> input[type=range]");
  await until("it to play", () => bar?.evaluate((input) => Number(/** @type {HTMLInputElement} */ (input).value) > 0 || undefined));
  assert.match(await page.$eval("header", (head) => head.textContent ?? ""), /Delete this file by \d{4}-\d\d-\d\d/);
  // The policy holds: another script does not run, and the stage is as closed as the collector's.
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.foreign = true";
    document.body.append(script);
    return "foreign" in window;
  });
  assert.equal(ran, false);
  const stage = await page.$(">>> iframe[sandbox]");
  assert.equal(await stage?.evaluate((frame) => frame.getAttribute("sandbox")), "allow-same-origin");

  // The same state as in the collector's own player.
  const player = await openPlayer(operator, collector, id);
  const end = await player.duration();
  await player.pause();
  await player.seek(end);
  const pauseOffline = await page.$("aria/Pause[role='button']");
  await pauseOffline?.click();
  await bar?.evaluate((input, value) => {
    const range = /** @type {HTMLInputElement} */ (input);
    range.value = String(value);
    range.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    range.dispatchEvent(new Event("change", { bubbles: true, composed: true }));
  }, end);
  const frame = await stage?.contentFrame();
  await until("the same page on both stages", async () => {
    const offline = await frame?.evaluate(domFacts, undefined, { places: false });
    return JSON.stringify(offline) === JSON.stringify(await player.facts());
  });
  await page.close();
});
