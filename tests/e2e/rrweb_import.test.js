// A recording that rrweb's own recorder made, taken in by the binary and played.
// In: a page of odds and ends, changed step by step under rrweb's recorder. Out: the same page in our player.
// Never: forgives more than what rrweb has no word for (`normalise`).

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { assertQuiet, launch, newPage } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { diffDom } from "../harness/dom-diff.js";
import { moment } from "../harness/moment.js";
import { openPlayer, signIn } from "../harness/player.js";
import { normalise } from "../harness/rrweb.js";
import { startSite } from "../harness/site.js";

const rrweb = join(dirname(createRequire(import.meta.url).resolve("@rrweb/record")), "../umd/record.min.js");
const CLEAR = { record_numbers: true, record_emails: true, record_form_inputs: true };

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {import("../harness/collector.js").Collector} */
let collector;
/** @type {string} */
let folder;

before(async () => {
  browser = await launch();
  collector = await startCollector();
  folder = await mkdtemp(join(tmpdir(), "revisit-import-"));
  await signIn(browser, collector);
});
after(async () => {
  await browser?.close();
  await collector?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/**
 * Changes the page and keeps a moment after each change.
 * @param {import("../harness/browser.js").Page} page
 * @param {string} origin
 */
async function visit(page, origin) {
  await page.goto(`${origin}/`, { waitUntil: "load" });
  const moments = [await moment(page, "as it was loaded")];
  for (const step of [0, 1, 2, 3, 4]) {
    await page.evaluate((number) => /** @type {any} */ (window).change(number), step);
    moments.push(await moment(page, `step ${step}`));
  }
  await page.type("[name=who]", "Jane 42 jane@example.org");
  await page.select("[name=colour]", "green");
  await page.type("[name=secret]", "Xq7-velvet-Otter");
  moments.push(await moment(page, "fields filled in by hand"));
  await page.$eval("#box", (box) => box.scrollTo(40, 300));
  await page.evaluate(() => scrollTo(0, 700));
  moments.push(await moment(page, "scrolled"));
  return moments;
}

/** @param {string} name @param {string | Buffer} file @returns {Promise<{id: string, skipped: number}>} */
async function take(name, file) {
  const path = join(folder, name);
  await writeFile(path, file);
  const owner = await collector.addSite("https://elsewhere.example", CLEAR);
  return collector.cli("import", path, "--site", owner.key);
}

/** @param {string} id @param {import("../harness/moment.js").Moment[]} moments */
async function compare(id, moments) {
  const player = await openPlayer(browser, collector, id);
  for (const order of [moments, moments.toReversed()]) {
    for (const { name, wall, facts } of order) {
      await player.seekToWall(wall);
      assert.deepEqual(diffDom(normalise(facts), normalise(await player.facts()), { masked: false }), [], name);
    }
  }
  assertQuiet(player.page);
  await player.page.close();
}

test("what rrweb's own recorder recorded plays as it was, at every moment, forward and back", async () => {
  const site = await startSite("odds");
  try {
    const start = "window.taken = []; rrwebRecord.record({ emit: (event) => taken.push(event) });";
    site.setTag(`<script>${(await readFile(rrweb, "utf8")).replaceAll("</script", "<\\/script")}</script><script>${start}</script>`);
    const page = await newPage(browser);
    const moments = await visit(page, site.origin);
    const events = await page.evaluate(() => JSON.stringify(/** @type {any} */ (window).taken));
    await page.close();
    assert.match(events, /"isAttachIframe":true/);
    const { id, skipped } = await take("rrweb.json", events);
    assert.equal(skipped, 0);
    await compare(id, moments);
    for (const { bytes } of await collector.files()) assert.ok(!bytes.includes("velvet"));
  } finally {
    await site.stop();
  }
});
