// The panel of a conversation inside of a chat tool: an iframe on another origin, without a cookie.
// In: a visit that names its conversation. Out: what the agent sees in the chat tool. Never: signs in.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { closeTab, launch, newPage } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { pause, until } from "../harness/until.js";

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {import("../harness/collector.js").Collector} */
let collector;
/** @type {import("../harness/collector.js").Site} */
let site;
/** The chat tool, and somebody else's website. @type {import("node:http").Server} */
let tool;
/** @type {import("node:http").Server} */
let foreign;
/** What the chat tool shows in its visitor tab. */
let shown = "";

before(async () => {
  browser = await launch();
  collector = await startCollector({ demo: true });
  site = await collector.demoSite();
  tool = await serve();
  foreign = await serve();
  await collector.api("PATCH", `/api/v1/sites/${site.id}`, { embed_origins: [origin(tool)] });
});
after(async () => {
  await browser?.close();
  tool?.close();
  foreign?.close();
  await collector?.stop();
});

/** @returns {Promise<import("node:http").Server>} a page with the tab in a frame */
async function serve() {
  const server = createServer((_, answer) => {
    answer.setHeader("content-type", "text/html");
    answer.end(`<!doctype html><title>Chat</title><h1>Chat 7</h1><iframe id="tab" src="${shown}" width="420" height="700"></iframe>`);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  return server;
}

/** @param {import("node:http").Server} server */
const origin = (server) => `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;

/** The frame in a page that shows the tab. @param {import("node:http").Server} server @returns {Promise<import("puppeteer-core").Frame>} */
async function openTool(server) {
  const page = await newPage(await browser.createBrowserContext(), { width: 900, height: 900 });
  await page.goto(origin(server));
  const frame = await (await page.waitForSelector("#tab"))?.contentFrame();
  assert.ok(frame);
  return frame;
}

test("the agent sees the visit while it goes on, and watches it when it is over", async () => {
  const visitor = await newPage(await browser.createBrowserContext());
  await visitor.goto(`${collector.address}/demo/`);
  await visitor.waitForSelector('[data-visit][data-recording="true"]', { timeout: 10_000 });
  await visitor.evaluate(async () => {
    /** @type {any} */ (window).revisit("conversation", "chat 7");
    await /** @type {any} */ (window).revisit("flush");
  });
  shown = (await collector.api("POST", "/api/v1/conversations/chat%207/panel", { site: site.id })).url;
  const frame = await openTool(tool);
  await frame.waitForFunction(() => document.body.textContent?.includes("on the site now"));
  await visitor.click("input[name=kind][value=cup]");
  await pause(500);
  await closeTab(visitor);
  const open = await frame.waitForSelector("aria/Open[role='button']", { timeout: 30_000 });
  assert.match(await frame.evaluate(() => document.body.textContent ?? ""), /unverified/);
  await open?.click();
  const play = await frame.waitForSelector("aria/Play[role='button']", { timeout: 15_000 });
  const stage = await frame.waitForSelector(">>> iframe[sandbox]");
  const inside = await stage?.contentFrame();
  await until("the shop on the stage", () => inside?.evaluate(() => document.querySelectorAll(".card").length || undefined));
  await play?.click();
  const bar = await frame.waitForSelector(">>> input[type=range]");
  await until("it to play", () => bar?.evaluate((input) => Number(/** @type {HTMLInputElement} */ (input).value) > 0 || undefined));
  assert.deepEqual(await frame.page().cookies(collector.own), []);
});

test("what the site's server says is not marked", async () => {
  const [recording] = await collector.waitReady(site);
  await collector.api("PATCH", `/api/v1/recordings/${recording.id}`, { conversation: "chat 7" });
  const frame = await openTool(tool);
  await frame.waitForSelector("aria/Open[role='button']");
  assert.doesNotMatch(await frame.evaluate(() => document.body.textContent ?? ""), /unverified/);
});

test("no other website can frame the panel", async () => {
  const frame = await openTool(foreign);
  await pause(800);
  assert.equal(await frame.$("aria/Open[role='button']"), null);
  assert.doesNotMatch(await frame.evaluate(() => document.body?.textContent ?? ""), /recording/);
});
