// The harness is itself put to the test: a comparison that cannot fail proves nothing.
// In: a real page, rrweb's recorder and player, made-up differences. Out: equal is equal, different is told. Never: needs the collector.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { launch, newPage } from "../harness/browser.js";
import { findCanaries } from "../harness/canary.js";
import { domFacts } from "../harness/dom.js";
import { diffDom } from "../harness/dom-diff.js";
import { normalise, openReplayer } from "../harness/rrweb.js";
import { startSite } from "../harness/site.js";
import { pause } from "../harness/until.js";

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;

before(async () => {
  browser = await launch();
  site = await startSite("odds");
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

test("a page equals itself, and every kind of change is found", async () => {
  const page = await newPage(browser);
  await page.goto(`${site.origin}/`);
  const facts = await page.evaluate(domFacts);
  assert.deepEqual(diffDom(facts, await page.evaluate(domFacts), { masked: false }), []);

  const changes = {
    "a text": () => { document.querySelectorAll("b")[0].textContent = "bald"; },
    "an attribute": () => { document.querySelector("span")?.setAttribute("data-note", "lost"); },
    "a missing element": () => { document.querySelector("li")?.remove(); },
    "the order": () => { document.querySelector("#list")?.append(/** @type {Element} */ (document.querySelector("li"))); },
    "a field's value": () => { /** @type {HTMLInputElement} */ (document.querySelector("[name=who]")).value = "x"; },
    "a tick": () => { /** @type {HTMLInputElement} */ (document.querySelector("[name=tick]")).checked = true; },
    "a choice": () => { /** @type {HTMLSelectElement} */ (document.querySelector("select")).selectedIndex = 1; },
    "the page's scroll": () => { scrollTo(0, 200); },
    "a box's scroll": () => { document.querySelector("#box")?.scrollTo(0, 50); },
    "text in a shadow root": () => { /** @type {Element} */ (document.querySelector("host-open")?.shadowRoot?.querySelector("b")).textContent = "out"; },
    "text in an iframe": () => { /** @type {Element} */ (/** @type {HTMLIFrameElement} */ (document.querySelector("iframe")).contentDocument?.querySelector("p")).textContent = "out"; },
    "a rule": () => { document.querySelector("style")?.sheet?.insertRule("b { color: red }"); },
  };
  for (const [what, change] of Object.entries(changes)) {
    await page.reload();
    await page.evaluate(change);
    assert.notDeepEqual(diffDom(facts, await page.evaluate(domFacts), { masked: false }), [], `${what} went unseen`);
  }
  await page.close();
});

test("masked parts may differ, all else may not", () => {
  /** @param {string} text @param {string} value @returns {import("../harness/dom.js").DocumentFacts} */
  const doc = (text, value) => ({
    doctype: "html",
    mode: "CSS1Compat",
    front: "",
    title: "",
    scroll: [0, 0],
    children: [
      { tag: "p", namespace: "", attributes: { title: text }, children: [text] },
      { tag: "input", namespace: "", attributes: {}, children: [], value },
    ],
  });
  const live = doc("Call 555-0100 or ask jane@example.org now", "Jane");
  assert.deepEqual(diffDom(live, doc("Call 000-0000 or ask •@• now", "••••"), { masked: true }), []);
  assert.notDeepEqual(diffDom(live, doc("Call 000-0000 or ask •@• now", "••••"), { masked: false }), []);
  assert.notDeepEqual(diffDom(live, doc("Call 000-0000 or ask •@• then", "••••"), { masked: true }), []);
  assert.notDeepEqual(diffDom(live, doc("Call 000-0000 or ask •@• now", "Jane?"), { masked: true }), []);
  assert.notDeepEqual(diffDom(live, doc("Call 000-0000 or ask •@• now", ""), { masked: true }), []);
});

test("a canary is found in every dress", () => {
  const canaries = { card: "4111 1111 1111 1111", email: "jane.canary@example.org" };
  const dressed = {
    plain: Buffer.from("…jane.canary@example.org…"),
    capitals: Buffer.from("Jane.Canary@Example.org"),
    wide: Buffer.from("jane.canary@example.org", "utf16le"),
    percent: Buffer.from(encodeURIComponent("jane.canary@example.org")),
    base64: Buffer.from(Buffer.from("x=jane.canary@example.org;").toString("base64")),
  };
  for (const [dress, bytes] of Object.entries(dressed)) assert.deepEqual(findCanaries(bytes, canaries), ["email"], dress);
  assert.deepEqual(findCanaries(Buffer.from("4111-1111-1111-1111"), canaries), ["card"]);
  assert.deepEqual(findCanaries(Buffer.from("0000 0000 0000 0000 •@•"), canaries), []);
});

test("what rrweb records and plays is equal by these facts", async () => {
  const page = await newPage(browser);
  await page.goto(`${site.origin}/`);
  const folder = dirname(createRequire(import.meta.url).resolve("@rrweb/record"));
  await page.addScriptTag({ content: await readFile(join(folder, "../umd/record.js"), "utf8") });
  await page.evaluate(() => {
    const { record } = /** @type {any} */ (window).rrwebRecord;
    const events = /** @type {any[]} */ ([]);
    Object.assign(window, { events, stop: record({ emit: (/** @type {any} */ event) => events.push(event), inlineStylesheet: true }) });
  });
  await pause(500);
  await page.evaluate(() => /** @type {any} */ (window).change(0));
  await page.type("[name=who]", "Jane");
  await page.evaluate(() => scrollTo(0, 120));
  await pause(700);
  const facts = normalise(await page.evaluate(domFacts));
  const events = await page.evaluate(() => /** @type {any} */ (window).events);
  const replayer = await openReplayer(browser, events);
  assert.deepEqual(diffDom(facts, await replayer.at(replayer.endTime), { masked: false, ignoreAttributes: /^style$/ }), []);
  await page.close();
  await replayer.page.close();
});
