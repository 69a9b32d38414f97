// A site that records numbers, e-mails and form inputs gets its pages back exactly.
// In: a page of odds and ends on a customer's own origin, changed step by step. Out: a replay equal at every step.
// Never: forgives a difference, but for passwords, payment fields and script content.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertQuiet, closeTab, launch, newPage } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { diffDom } from "../harness/dom-diff.js";
import { moment } from "../harness/moment.js";
import { openPlayer, signIn } from "../harness/player.js";
import { openReplayer, normalise } from "../harness/rrweb.js";
import { embed, startSite } from "../harness/site.js";

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {import("../harness/collector.js").Collector} */
let collector;

before(async () => {
  browser = await launch();
  collector = await startCollector();
  await signIn(browser, collector);
});
after(async () => {
  await browser?.close();
  await collector?.stop();
});

/**
 * @typedef {import("../harness/moment.js").Moment} Moment
 * @typedef {{name?: string, folder: string, policy?: (collector: string) => string, steps: string[], more: (page: import("../harness/browser.js").Page, keep: (name: string) => Promise<void>) => Promise<void>}} Case
 */

/** @type {Case[]} */
const CASES = [
  {
    folder: "odds",
    steps: [
      "a list reversed, an item added",
      "a paragraph changed while it was out",
      "rules inserted, details and dialog opened",
      "a late shadow root, a host moved",
      "a change inside the iframe, fields set by script",
    ],
    async more(page, keep) {
      await page.type("[name=who]", "Jane 42 jane@example.org");
      await page.select("[name=colour]", "green");
      await page.click("[name=tick]");
      await page.type("[name=secret]", "Xq7-velvet-Otter");
      await page.locator("host-open >>> input").fill("typed in the shadow");
      const inside = await (await page.$("#frame"))?.contentFrame();
      await inside?.type("[name=inner]", " and by hand");
      await keep("fields filled in by hand");
      await page.$eval("#box", (box) => box.scrollTo(40, 300));
      await page.evaluate(() => scrollTo(0, 700));
      await keep("scrolled");
    },
  },
  {
    folder: "markup",
    steps: [
      "a frame written by script, closed and nested shadow roots",
      "sheets changed in every way",
      "rows sorted, subtrees moved",
      "markup set as a whole, odd text, fields set by script",
      "scrolled inside an element and a frame",
      "a frame taken out and put back, another added",
      "the body replaced by another",
    ],
    async more() {},
  },
  {
    folder: "cases",
    steps: [
      "put in, filled, taken out and put in again",
      "put before a comment and before a script",
      "changed and removed at once",
      "sections in another order, one new",
      "blocked, then not",
      "rules inserted after one that is none",
      "a style sheet's text grown, a rule inserted after it",
      "grown once more, a rule deleted",
      "shadow roots attached late, one of them closed",
      "a host taken out and put back",
      "a frame that was empty, by address",
      "a frame loaded again",
      "a frame of another origin",
      "and back",
      "thirty frames come and gone",
      "a storm of attributes, a canvas that nobody may read, a broken prototype",
      "half a sign, then the other half",
    ],
    async more(page) {
      assert.equal(await page.evaluate(() => /** @type {any} */ (window).thrown), "SyntaxError", "the page gets its exception");
      await page.evaluate(() => /** @type {any} */ (window).revisit("flush"));
    },
  },
  {
    folder: "states",
    steps: [
      "two modal dialogs",
      "the first one on top again, a popover over it",
      "the first one not modal, another popover, a mixed box",
      "one modal dialog alone",
      "the dialog moved, two boxes scrolled",
      "one box moved, the other passed by its siblings",
      "a frame written anew in quirks mode",
      "scrolled there, a field set",
      "declarations set on rules, sheets pushed",
      "a kept style changed, sheets spliced",
      "a custom element defined",
      "a modal dialog made and opened at once",
    ],
    async more(page, keep) {
      const inside = await (await page.$("#frame"))?.contentFrame();
      for (const name of ["#first", "#made"]) await page.$eval(name, (dialog) => /** @type {HTMLDialogElement} */ (dialog).close());
      await inside?.type("#field", " by hand");
      await keep("typed in the frame that was written anew");
    },
  },
];
// The recorder's code as JavaScript.
CASES.push({ ...CASES[0], name: "odds, where WebAssembly is refused", policy: (address) => `script-src 'self' 'unsafe-inline' ${address}; connect-src ${address}` });

/** @param {Case} of @returns {Promise<{recording: import("../harness/collector.js").Recording, moments: Moment[]}>} */
async function visit({ folder, policy, steps, more }) {
  const site = await startSite(folder);
  try {
    const owner = await collector.addSite(site.origin, { record_numbers: true, record_emails: true, record_form_inputs: true });
    site.setTag(embed(collector, owner.key));
    if (policy) site.setHeaders({ "content-security-policy": policy(collector.address) });
    /** @type {Moment[]} */
    const moments = [];
    const page = await newPage(browser);
    await page.goto(`${site.origin}/`);
    moments.push(await moment(page, "as it was loaded"));
    for (const [step, name] of steps.entries()) {
      await page.evaluate((number) => /** @type {any} */ (window).change(number), step);
      moments.push(await moment(page, name));
    }
    await more(page, async (name) => { moments.push(await moment(page, name)); });
    assertQuiet(page);
    assert.equal(await page.evaluate(() => sessionStorage["rv:js"]), policy && "1", "whether WebAssembly was refused");
    await closeTab(page);
    const [recording] = await collector.waitReady(owner);
    assert.ok(recording);
    return { recording, moments };
  } finally {
    await site.stop();
  }
}

for (const one of CASES) {
  const { name: title = one.folder } = one;
  /** @type {Awaited<ReturnType<typeof visit>>} */
  let visited;

  test(`${title}: a visit is recorded step by step`, async () => {
    visited = await visit(one);
    assert.ok(visited.moments.length > one.steps.length);
  });

  test(`${title}: the player shows every moment exactly`, async () => {
    const player = await openPlayer(browser, collector, visited.recording.id);
    for (const { name, wall, facts } of visited.moments) {
      await player.seekToWall(wall);
      assert.deepEqual(diffDom(facts, await player.facts(), { masked: false }), [], name);
    }
    assertQuiet(player.page);
    await player.page.close();
  });

  test(`${title}: going back in time shows it as exactly`, async () => {
    const player = await openPlayer(browser, collector, visited.recording.id);
    for (const { name, wall, facts } of visited.moments.toReversed()) {
      await player.seekToWall(wall);
      assert.deepEqual(diffDom(facts, await player.facts(), { masked: false }), [], name);
    }
    await player.page.close();
  });

  test(`${title}: rrweb's own player shows every moment of the export exactly`, async () => {
    const events = JSON.parse((await collector.export(visited.recording.id, "rrweb")).toString("utf8"));
    const replayer = await openReplayer(browser, events);
    for (const { name, wall, facts } of visited.moments) {
      assert.deepEqual(diffDom(normalise(facts), await replayer.at(wall), { masked: false }), [], name);
    }
    assert.deepEqual(replayer.asked, [], "without network");
    await replayer.page.close();
  });
}
