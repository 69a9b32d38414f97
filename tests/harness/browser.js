// Chromium or Firefox, driven as a visitor's browser.
// In: nothing but the machine's browsers (CHROME, FIREFOX, or the usual places); REVISIT_BROWSER names the one that a test does
// not name itself. Out: pages whose console is kept, and real closing of tabs. Never: reaches the network beyond this machine.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import puppeteer from "puppeteer-core";
import { until } from "./until.js";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/** Nothing is looked up by name, as in the flags above. @type {Record<string, unknown>} */
const PREFERENCES = {
  "network.dns.disabled": true,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
};

/** @typedef {"chromium" | "firefox"} BrowserName */

/** Where each of them is looked for: a variable with its path, then programs. */
const PROGRAMS = {
  chromium: { variable: "CHROME", names: ["chromium", "chromium-browser", "google-chrome"] },
  firefox: { variable: "FIREFOX", names: ["firefox-esr", "firefox"] },
};

/** The browser of a test that runs in whichever it is told to. */
export const browserName = /** @type {BrowserName} */ (process.env.REVISIT_BROWSER ?? "chromium");

/** @param {BrowserName} name @returns {string} */
function program(name) {
  const { variable, names } = PROGRAMS[name];
  const given = process.env[variable];
  if (given) return given;
  const folders = ["/usr/bin", ...(process.env.PATH ?? "").split(delimiter)];
  for (const file of names) {
    for (const folder of folders) if (existsSync(join(folder, file))) return join(folder, file);
  }
  throw new Error(`no ${name} found: set ${variable} to its path`);
}

/**
 * @typedef {import("puppeteer-core").Page} Page
 * @typedef {import("puppeteer-core").Browser} Browser
 * @typedef {import("puppeteer-core").BrowserContext} BrowserContext
 */

/**
 * @param {BrowserName} [name]
 * @returns {Promise<Browser>} a fresh profile each time
 */
export function launch(name = browserName) {
  const executablePath = program(name);
  if (name === "firefox") return puppeteer.launch({ browser: "firefox", executablePath, headless: true, extraPrefsFirefox: PREFERENCES });
  return puppeteer.launch({ executablePath, headless: true, args: FLAGS });
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
