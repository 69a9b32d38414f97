// Thousands of canaries, of every kind, in every place, under each combination of the four settings.
// In: the page of harness/canary-page.js in a real browser. Out: on the wire, on disk and in logs is none that the settings
// hide, and each place shows what they allow. Never: takes silence for privacy: what may be seen must be found.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { closeTab, launch, newPage } from "../harness/browser.js";
import { marksIn } from "../harness/canary-code.js";
import { canaryPage } from "../harness/canary-page.js";
import { BINARY, startCollector } from "../harness/collector.js";
import { openBody, openFile } from "../harness/frames.js";
import { embed, startSite, STUB } from "../harness/site.js";
import { until } from "../harness/until.js";

const PHONE = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36";
/** Places that a recording never shows although a setting would allow it: what they hold is a token, or not shown anywhere. */
const UNSEEN = /^(closed shadow root|(data address|style sheet comment)(, inserted)?)$/;
/** Changes that the page makes at once: more than a visitor's page would, fewer than fill a keepalive. */
const STEP = 400;

/** @typedef {import("../harness/canary-page.js").Setting} Setting */

const planted = canaryPage();
const byIndex = new Map(planted.canaries.map((canary) => [canary.index, canary]));

const plain = (/** @type {string} */ html) => html.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(code));
/** Every mark that there is: others that are found are digits of several numbers in a row. */
const PLANTED = marksIn(Buffer.from(`${plain(plain(planted.html))} ${planted.path} ${Object.values(planted.typed).join(" ")}`));

/** @param {Buffer} bytes */
const canariesIn = (bytes) => new Set([...marksIn(bytes)].filter((mark) => PLANTED.has(mark)).map(Math.abs));

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;

before(async () => {
  browser = await launch();
  site = await startSite("plain");
  site.setPage(`${decodeURIComponent(new URL(planted.path, site.origin).pathname)}index.html`, planted.html);
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

/**
 * @param {Set<number>} seen canaries that are somewhere
 * @param {Setting[]} on
 * @returns {string[]} places and kinds of those that should not be
 */
function leaks(seen, on) {
  const leaked = [...seen].flatMap((index) => byIndex.get(index) ?? []).filter(({ needs }) => !needs?.every((setting) => on.includes(setting)));
  return [...new Set(leaked.map(({ place, kind }) => `${place.replace(/, inserted$/, "")}: ${kind}`))];
}

/**
 * @param {Buffer} bytes
 * @param {Setting[]} on
 * @param {string} where
 */
function assertHidden(bytes, on, where) {
  const seen = canariesIn(bytes);
  assert.deepEqual(leaks(seen, on), [], `leaked ${where} with ${on.join(", ") || "nothing"} recorded`);
  return seen;
}

/** @param {import("../harness/collector.js").Collector} collector everything that its intake was sent, inflated */
const sentTo = (collector) => Buffer.concat(collector.bodies.flatMap(({ body }) => openBody(body).frames.flatMap(({ payload, text }) => [payload, text])));

/** @param {import("../harness/browser.js").Page} page */
const flush = (page) => page.evaluate(() => /** @type {any} */ (window).revisit("flush"));

/**
 * One visit: reads, types, and lets the page do all that pages do.
 * @param {import("../harness/browser.js").Page} page
 */
async function visit(page) {
  await page.goto(site.origin + planted.path);
  await until("the recording", () => page.evaluate(() => /** @type {any} */ (window).revisit("state").recording));
  await flush(page);
  await page.click("#clicked");
  for (const [id, text] of Object.entries(planted.typed)) await page.type(`#${id}`, text);
  await flush(page);
  const changes = await page.evaluate(() => /** @type {any} */ (window).changes);
  for (let from = 0; from < changes; from += STEP) {
    await page.evaluate((from, to) => /** @type {any} */ (window).late(from, to), from, from + STEP);
    await flush(page);
  }
  await page.evaluate(() => { location.href = "/second.html"; });
  await page.waitForNavigation().catch(() => {});
  await until("the second page", () => page.evaluate(() => location.pathname === "/second.html" && /** @type {any} */ (window).revisit?.("state")?.recording === true));
  await flush(page);
}

for (let bits = 0; bits < 16; bits += 1) {
  /** @type {Setting[]} */
  const on = /** @type {const} */ (["forms", "numbers", "emails"]).filter((_, at) => bits & (1 << at));
  const mobile = (bits & 8) !== 0;

  test(`${mobile ? "a phone" : "a desktop"}, with ${on.join(", ") || "nothing"} recorded`, async (context) => {
    const collector = await startCollector({ tap: true, env: { REVISIT_END_AFTER: "500ms" } });
    context.after(() => collector.stop());
    const owner = await collector.addSite(site.origin, {
      record_mobile: mobile,
      record_form_inputs: on.includes("forms"),
      record_numbers: on.includes("numbers"),
      record_emails: on.includes("emails"),
    });
    const tag = STUB + embed(collector, owner.key);
    site.setTag(tag);
    site.setPage("/second.html", `<!doctype html><title>Second</title>${tag}<p>Thank you`);

    if (!mobile) {
      const refused = await newPage(browser, { userAgent: PHONE });
      await refused.goto(site.origin + planted.path);
      await until("a reason", () => refused.evaluate(() => /** @type {any} */ (window).revisit("state").reason === "mobile"));
      await closeTab(refused);
      assert.equal(collector.bodies.length, 0, "nothing is sent from a phone");
    }

    const page = await newPage(browser, mobile ? { userAgent: PHONE } : {});
    await visit(page);
    for (const { path, bytes } of await collector.files()) assertHidden(openFile(bytes), on, `in ${path} while the visit lasts`);
    await closeTab(page);
    const [recording, ...others] = await collector.waitReady(owner);
    assert.deepEqual(others.map(({ state, pages, entry_url }) => ({ state, pages, entry_url })), [], "one visit is one recording");

    const seen = assertHidden(sentTo(collector), on, "on the wire");
    for (const { method, url, headers } of collector.requests) {
      assertHidden(Buffer.from(`${method} ${url} ${JSON.stringify(headers)}`), on, "in a request's address or headers");
    }
    for (const { path, bytes } of await collector.files()) assertHidden(openFile(bytes), on, `in ${path}`);
    assertHidden(Buffer.from(collector.log), [], "in the log");
    assertHidden(Buffer.from(JSON.stringify(await collector.api("GET", `/api/v1/recordings/${recording?.id}`))), on, "in the API");
    const exported = assertHidden(await collector.export(recording?.id, "rrweb"), on, "in the rrweb export");

    // The other half: what the settings allow is there, so that the search sees into every place.
    const places = new Map(planted.canaries.filter(({ needs }) => needs?.every((setting) => on.includes(setting))).map(({ place }) => [place, false]));
    for (const index of seen) places.set(byIndex.get(index)?.place ?? "", true);
    const unseen = [...places].filter(([place, found]) => !found && !UNSEEN.test(place)).map(([place]) => place);
    // What is typed into an e-mail field is part of an address before its `@` comes: all of it is hidden with the addresses.
    const hidden = on.includes("forms") && !on.includes("emails") ? ["email input", "email input, inserted"] : [];
    assert.deepEqual(unseen, hidden, "places that hide what may be seen");
    if (on.length) assert.ok(exported.size > 80, `${exported.size} in the export`);
  });
}

/** One entry of the masking rules' lists, what stands in its place, and where the search must then find something. */
const MUTANTS = /** @type {const} */ ([
  ["aria-activedescendant", "aria-label".padEnd("aria-activedescendant".length), "aria-label: name"],
  ["textbox searchbox", "textbux searchbox", "text box: name"],
  ["textarea select option", "textarex select option", "textarea: name"],
]);

test("without one of the masking rules, whichever, the search finds what it hid", async (context) => {
  const built = await readFile(BINARY);
  const folder = await mkdtemp(join(tmpdir(), "revisit-mutant-"));
  context.after(() => rm(folder, { recursive: true }));
  for (const [rule, instead, place] of MUTANTS) {
    const bytes = Buffer.from(built);
    let count = 0;
    for (let at = bytes.indexOf(rule); at >= 0; at = bytes.indexOf(rule, at + 1), count += 1) bytes.write(instead, at, "latin1");
    assert.ok(count > 0, `the program has no rule ${rule}`);
    const binary = join(folder, instead);
    await writeFile(binary, bytes, { mode: 0o755 });
    const collector = await startCollector({ tap: true, binary });
    try {
      site.setTag(STUB + embed(collector, (await collector.addSite(site.origin)).key));
      const page = await newPage(browser);
      await page.goto(site.origin + planted.path);
      await until("the recording", () => page.evaluate(() => /** @type {any} */ (window).revisit("state").recording));
      await flush(page);
      await closeTab(page);
      assert.ok(leaks(canariesIn(sentTo(collector)), []).includes(place), `${instead} in the place of ${rule} goes unseen`);
    } finally {
      await collector.stop();
    }
  }
});

test("the page has thousands of canaries, and the search finds every one of them in the page itself", () => {
  assert.ok(planted.canaries.length > 4000, `${planted.canaries.length}`);
  const found = new Set([...PLANTED].map(Math.abs));
  assert.deepEqual(planted.canaries.filter(({ index }) => !found.has(index)), []);
});
