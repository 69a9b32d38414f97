// Chromium, driven as a visitor's browser.
// In: nothing but the machine's Chromium (CHROME, or the usual places). Out: pages whose console is kept, and real closing of tabs.
// Never: reaches the network beyond this machine.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import puppeteer from "puppeteer-core";
import { until } from "./until.js";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/** @returns {string} */
function chromium() {
  const named = process.env.CHROME;
  if (named) return named;
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const folders = ["/usr/bin", ...(process.env.PATH ?? "").split(delimiter)];
  for (const name of names) {
    for (const folder of folders) if (existsSync(join(folder, name))) return join(folder, name);
  }
  throw new Error("no Chromium found: set CHROME to its path");
}

/**
 * @typedef {import("puppeteer-core").Page} Page
 * @typedef {import("puppeteer-core").Browser} Browser
 * @typedef {import("puppeteer-core").BrowserContext} BrowserContext
 */

/** @returns {Promise<Browser>} a fresh profile each time */
export function launch() {
  return puppeteer.launch({ executablePath: chromium(), headless: true, args: FLAGS });
}

/** @type {WeakMap<Page, string[]>} */
const said = new WeakMap();

/**
 * A tab whose console and errors are kept, for `assertQuiet`.
 * @param {Browser | BrowserContext} where
 * @param {{width?: number, height?: number, userAgent?: string}} [options]
 * @returns {Promise<Page>}
 */
export async function newPage(where, { width = 1200, height = 800, userAgent } = {}) {
  const page = await where.newPage();
  /** @type {string[]} */
  const lines = [];
  said.set(page, lines);
  page.on("console", (message) => {
    // "verbose" is the browser's advice on the page's own markup; no script can write it.
    if (message.type() !== "verbose") lines.push(`${message.type()}: ${message.text()} (${message.location().url ?? ""})`);
  });
  page.on("pageerror", (problem) => lines.push(`error: ${problem instanceof Error ? problem.stack : problem}`));
  await page.setViewport({ width, height });
  if (userAgent) await page.setUserAgent({ userAgent });
  return page;
}

/**
 * Fails when the page has said anything on its console.
 * @param {Page} page
 * @param {RegExp[]} [allowed]
 */
export function assertQuiet(page, allowed = []) {
  const lines = (said.get(page) ?? []).filter((line) => !allowed.some((pattern) => pattern.test(line)));
  assert.deepEqual(lines, [], "the console stays clean");
}

/**
 * Closes the tab the way a visitor does: its pagehide handlers run.
 * @param {Page} page
 */
export async function closeTab(page) {
  const browser = page.browser();
  const target = page.target();
  await page.close({ runBeforeUnload: true });
  await until("the tab to close", () => !browser.targets().includes(target));
}
