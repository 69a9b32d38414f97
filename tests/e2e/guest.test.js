// A recorder is a guest on the customer's page: it leaves the document and the globals alone, shares the page with other
// patches and recorders, obeys the page's policies, and gives everything back.
// In: pages with a ledger of what scripts take, with zone.js, patched prototypes, rrweb, policies. Out: recordings that
// are right, and nothing taken. Never: forgives a console line.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { assertQuiet, closeTab, launch, newPage } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { diffDom } from "../harness/dom-diff.js";
import { keepLedger } from "../harness/ledger.js";
import { moment } from "../harness/moment.js";
import { openPlayer, signIn } from "../harness/player.js";
import { embed, startSite, STUB } from "../harness/site.js";
import { pause, until } from "../harness/until.js";

const MODULES = new URL("../node_modules/", import.meta.url);
const ZONE = await readFile(new URL("zone.js/bundles/zone.umd.min.js", MODULES), "utf8");
const RRWEB = await readFile(new URL("@rrweb/record/umd/record.min.js", MODULES), "utf8");

/** @typedef {import("../harness/browser.js").Page} Page */

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {import("../harness/collector.js").Collector} */
let collector;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;
/** @type {any} */
let owner;

before(async () => {
  browser = await launch();
  collector = await startCollector();
  site = await startSite("guest");
  await signIn(browser, collector);
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await collector?.stop();
});

/** @param {Page} page @param {...any} call */
const revisit = (page, ...call) => page.evaluate((args) => /** @type {any} */ (window).revisit(...args), call);
/** @param {Page} page */
const recording = (page) => until("the recording to begin", async () => {
  const now = await page.evaluate(() => /** @type {any} */ (window).revisit?.("state"));
  return now?.recording ? now : undefined;
});
/** @param {Page} page */
const change = (page) => page.evaluate(() => /** @type {any} */ (window).change());
/** @param {Page} page @param {string} question */
const ledger = (page, question) => page.evaluate((name) => /** @type {any} */ (window).ledger[name](), question);

/**
 * @param {{before?: (string | (() => void))[], tag?: (key: string) => string, policy?: string}} [how] `before`: what runs before every script of the page
 */
async function open({ before: scripts = [], tag = (key) => embed(collector, key), policy } = {}) {
  owner = await collector.addSite(site.origin, { record_numbers: true, record_emails: true, record_form_inputs: true });
  site.setTag(tag(owner.key));
  site.setHeaders(policy ? { "content-security-policy": policy } : {});
  const page = await newPage(await browser.createBrowserContext());
  for (const script of scripts) await page.evaluateOnNewDocument(/** @type {any} */ (script));
  await page.goto(`${site.origin}/`);
  return page;
}

/**
 * Changes the page in every way twice, and compares the replay.
 * @param {Page} page
 * @param {RegExp[]} [allowed] console lines of others
 */
async function recordsExactly(page, allowed) {
  await recording(page);
  const moments = [await moment(page, "as it was loaded")];
  await page.click("#button");
  moments.push(await moment(page, "pressed"));
  await change(page);
  moments.push(await moment(page, "changed by script"));
  await revisit(page, "flush");
  assertQuiet(page, allowed);
  await closeTab(page);
  const recordings = await collector.waitReady(owner);
  assert.equal(recordings.length, 1);
  assert.equal(recordings[0].clicks, 1);
  const player = await openPlayer(browser, collector, recordings[0].id);
  for (const { name, wall, facts } of moments) {
    await player.seekToWall(wall);
    assert.deepEqual(diffDom(facts, await player.facts(), { masked: false }), [], name);
  }
  await player.page.close();
}

test("the document and the globals are what they are without us", async () => {
  const look = () => ({
    html: document.documentElement.outerHTML.replace(/<script async.*?<\/script>/, "").replace(/\s+/g, " "),
    scripts: document.scripts.length,
    globals: Object.getOwnPropertyNames(window).filter((name) => !/^\d+$/.test(name)).sort(),
  });
  const bare = await open({ tag: () => "" });
  await change(bare);
  const without = await bare.evaluate(look);
  const page = await open();
  await recording(page);
  await page.waitForNetworkIdle({ idleTime: 300 });
  await change(page);
  await revisit(page, "flush");
  const recorded = await page.evaluate(look);
  assert.equal(recorded.html, without.html);
  assert.equal(recorded.scripts, without.scripts + 1);
  assert.deepEqual(recorded.globals.filter((name) => !without.globals.includes(name)), ["revisit"]);
  await revisit(page, "stop");
  assert.equal((await page.evaluate(look)).html, without.html);
  assertQuiet(page);
  await page.close();
  await bare.close();
});

test("stop gives everything back: listeners, observers, timers, built-ins", async () => {
  const page = await open({ before: [keepLedger], tag: (key) => `${STUB}${embed(collector, key)}` });
  await page.evaluate(() => /** @type {any} */ (window).before = /** @type {any} */ (window).ledger.listeners());
  await recording(page);
  await page.waitForNetworkIdle({ idleTime: 300 });
  await change(page);
  await revisit(page, "flush");
  const wrapped = await ledger(page, "changed");
  assert.ok(wrapped.length >= 10, "built-ins are wrapped");
  assert.deepEqual(wrapped.filter((/** @type {any} */ { looksAlike }) => !looksAlike), [], "each looks like the browser's own");
  assert.ok((await ledger(page, "observers")) >= 3);
  assert.ok(Object.keys(await ledger(page, "listeners")).length > 10);
  assert.ok((await ledger(page, "timers")) >= 1);
  await revisit(page, "stop");
  await revisit(page, "flush");
  await pause(300);
  assert.deepEqual(await ledger(page, "changed"), []);
  assert.equal(await ledger(page, "observers"), 0);
  // The page's own.
  assert.deepEqual(await ledger(page, "listeners"), { [Object.keys(await ledger(page, "listeners"))[0]]: 1 });
  assert.match(Object.keys(await ledger(page, "listeners"))[0], /^BUTTON#\d+ click $/);
  assert.equal(await ledger(page, "timers"), 0);
  await revisit(page, "start");
  await recording(page);
  assert.ok((await ledger(page, "changed")).length >= 10, "and started again it takes them again");
  await revisit(page, "stop");
  assertQuiet(page);
  await page.close();
});

test("a wrapped built-in throws what the browser throws, and hooks set after ours stay", async () => {
  const page = await open();
  await recording(page);
  const thrown = await page.evaluate(() => {
    const kept = [];
    for (const act of [
      () => document.styleSheets[0].insertRule("not a rule", 0),
      () => document.styleSheets[0].deleteRule(99),
      () => CSSStyleSheet.prototype.insertRule.call(/** @type {any} */ ({}), "a {}"),
      () => document.querySelector("#word")?.attachShadow(/** @type {any} */ ({ mode: "half" })),
      () => { /** @type {any} */ (document).adoptedStyleSheets = [1]; },
      () => Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call({}, "x"),
    ]) {
      try {
        act();
        kept.push("nothing");
      } catch (problem) {
        kept.push(/** @type {any} */ (problem).name);
      }
    }
    return kept;
  });
  assert.deepEqual(thrown, ["SyntaxError", "IndexSizeError", "TypeError", "TypeError", "TypeError", "TypeError"]);
  const hooks = () => page.evaluate(() => {
    const before = /** @type {any} */ (window).heard.length;
    document.styleSheets[0].insertRule(".late { color: blue }", 0);
    return { heard: /** @type {any} */ (window).heard.length - before, own: CSSStyleSheet.prototype.insertRule === /** @type {any} */ (window).hook };
  });
  await page.evaluate(() => {
    /** @type {any} */ (window).heard = [];
    const ours = CSSStyleSheet.prototype.insertRule;
    CSSStyleSheet.prototype.insertRule = /** @type {any} */ (window).hook = function (/** @type {any[]} */ ...args) {
      /** @type {any} */ (window).heard.push(args[0]);
      return Reflect.apply(ours, this, args);
    };
  });
  assert.deepEqual(await hooks(), { heard: 1, own: true });
  await revisit(page, "stop");
  assert.deepEqual(await hooks(), { heard: 1, own: true });
  assertQuiet(page);
  await page.close();
});

test("beside zone.js it records exactly, and asks zone.js for nothing", async () => {
  /** Notes who calls what zone.js has put in the browser's place. */
  const witness = () => {
    /** @type {any} */
    const page = window;
    page.through = [];
    const note = (/** @type {any} */ owner, /** @type {string} */ name) => {
      owner[name] = new Proxy(owner[name], {
        apply(original, receiver, args) {
          if (/\/assets\//.test(new Error().stack ?? "")) page.through.push(name);
          return Reflect.apply(original, receiver, args);
        },
        construct(original, args, target) {
          if (/\/assets\//.test(new Error().stack ?? "")) page.through.push(name);
          return Reflect.construct(original, args, target);
        },
      });
    };
    for (const name of ["setTimeout", "setInterval", "requestAnimationFrame", "MutationObserver", "fetch"]) note(page, name);
    note(EventTarget.prototype, "addEventListener");
  };
  const page = await open({ before: [ZONE, witness] });
  assert.equal(await page.evaluate(() => typeof (/** @type {any} */ (window).Zone)), "function");
  await recording(page);
  await change(page);
  await revisit(page, "flush");
  assert.deepEqual(await page.evaluate(() => /** @type {any} */ (window).through), []);
  await recordsExactly(page);
});

test("with prototypes that others have patched it records exactly", async () => {
  const page = await open({
    before: [() => {
      /** @type {any} */ (Object.prototype).extend = function () {};
      /** @type {any} */ (Array.prototype).toJSON = function () { return "an array"; };
      /** @type {any} */ (Array.prototype).first = function () { return this[0]; };
      Node.prototype.contains = () => { throw new Error("patched"); };
      /** @type {any} */ (window).ownMatches = Element.prototype.matches;
      /** @type {any} */ (Element.prototype).matches = () => true;
      Element.prototype.closest = () => { throw new Error("patched"); };
      /** @type {any} */ (document).getElementsByTagName = null;
      /** @type {any} */ (Element.prototype).remove = function () { this.parentNode?.removeChild(this); };
    }],
  });
  await recordsExactly(page);
});

for (const first of ["us", "rrweb"]) {
  test(`with rrweb on the same page, stopped after ${first}, both record`, async () => {
    const page = await open({ before: [RRWEB] });
    await recording(page);
    await page.evaluate(() => {
      /** @type {any} */ (window).seen = [];
      /** @type {any} */ (window).stopRrweb = /** @type {any} */ (window).rrwebRecord.record({ emit: (/** @type {any} */ event) => /** @type {any} */ (window).seen.push(event) });
    });
    await change(page);
    await revisit(page, "flush");
    assert.ok((await page.evaluate(() => /** @type {any} */ (window).seen.length)) > 3);
    const stops = [() => revisit(page, "stop"), () => page.evaluate(() => /** @type {any} */ (window).stopRrweb())];
    if (first === "us") {
      await stops[0]();
      const seen = await page.evaluate(() => /** @type {any} */ (window).seen.length);
      await change(page);
      await pause(200);
      const since = await page.evaluate((from) => /** @type {any} */ (window).seen.slice(from).map((/** @type {any} */ { data }) => data.source), seen);
      for (const source of [0, 5, 8]) assert.ok(since.includes(source), `rrweb goes on, its hooks too: mutations, inputs, rules (${source} in ${since})`);
      await stops[1]();
      assertQuiet(page);
      await page.close();
    } else {
      await stops[1]();
      await recordsExactly(page);
    }
  });
}

for (const [name, policy] of [
  ["the policy that the documentation asks for", "script-src 'self' COLLECTOR 'wasm-unsafe-eval'; connect-src COLLECTOR; default-src 'self'"],
  ["Trusted Types", "require-trusted-types-for 'script'; trusted-types 'none'"],
]) {
  test(`under ${name} it records exactly and breaks no rule`, async () => {
    const page = await open({
      before: [() => addEventListener("securitypolicyviolation", (event) => (/** @type {any} */ (window).broken ||= []).push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`))],
      policy: policy.replaceAll("COLLECTOR", collector.address),
    });
    await recording(page);
    await page.waitForNetworkIdle({ idleTime: 300 });
    assert.equal(await page.evaluate(() => sessionStorage["rv:js"]), undefined, "as WebAssembly");
    assert.equal(await page.evaluate(() => /** @type {any} */ (window).broken), undefined);
    await recordsExactly(page);
  });
}

test("an app that runs its snippet again and again has one recorder", async () => {
  const page = await open({ tag: (key) => STUB + embed(collector, key) });
  const { page: name } = await recording(page);
  for (let round = 0; round < 3; round++) {
    await page.evaluate((key, address) => {
      document.querySelector("script[data-site]")?.remove();
      const script = document.createElement("script");
      script.async = true;
      script.src = `${address}/revisit.js`;
      script.dataset.site = key;
      document.head.append(script);
      /** @type {any} */ (window).revisit("init", { site: key });
      history.pushState(null, "", `/route-${Math.random()}`);
    }, owner.key, collector.address);
    await pause(200);
  }
  assert.equal((await recording(page)).page, name);
  await revisit(page, "flush");
  assertQuiet(page);
  await closeTab(page);
  const recordings = await collector.waitReady(owner);
  assert.equal(recordings.length, 1);
  assert.equal(recordings[0].pages, 1);
});
