// A page that changes at random, and what the recording says it was. In: a browser, a collector, a seed. Out: after each
// burst of changes the first differences between the live tree and the decoded one, and between the live page and the
// player's stage at some of them. Never: compares what neither a tree nor a style of it can show.

import { closeTab, newPage } from "./browser.js";
import { openRecording } from "./decoder.js";
import { domFacts } from "./dom.js";
import { diffDom } from "./dom-diff.js";
import { openPlayer } from "./player.js";
import { embed, startSite } from "./site.js";
import { until } from "./until.js";

const OPERATIONS_IN_BURST = 50;
const NAMESPACES = ["http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"];

/** @typedef {import("./dom.js").DocumentFacts} DocumentFacts */
/** @typedef {import("./dom.js").ElementFacts} ElementFacts */
/** @typedef {{wall: number, facts: DocumentFacts}} Burst */

/**
 * @param {import("puppeteer-core").Browser} browser
 * @param {import("puppeteer-core").Browser} watching signed in at the collector
 * @param {import("./collector.js").Collector} collector
 * @param {{seed: number, operations: number, onStage: number}} run `onStage`: how many bursts are compared on the stage too
 * @returns {Promise<{differences: string[], bursts: number}>}
 */
export async function compareWithReplay(browser, watching, collector, { seed, operations, onStage }) {
  const site = await startSite("oracle");
  try {
    const owner = await collector.addSite(site.origin, { record_numbers: true, record_emails: true, record_form_inputs: true });
    site.setTag(embed(collector, owner.key));
    const bursts = await change(browser, site.origin, seed, Math.ceil(operations / OPERATIONS_IN_BURST));
    const [ready] = await collector.waitReady(owner);
    if (!ready) throw new Error("no recording");
    const differences = await decoded(await collector.export(ready.id, "revisit"), Date.parse(ready.started_at), bursts);
    if (differences.length === 0) differences.push(...(await staged(watching, collector, ready.id, bursts, onStage)));
    return { differences, bursts: bursts.length };
  } finally {
    await site.stop();
  }
}

/**
 * @param {import("puppeteer-core").Browser} browser
 * @param {string} origin
 * @param {number} seed
 * @param {number} count
 * @returns {Promise<Burst[]>}
 */
async function change(browser, origin, seed, count) {
  const page = await newPage(await browser.createBrowserContext());
  await page.goto(`${origin}/`);
  await until("the recording to begin", () => page.evaluate(() => /** @type {any} */ (window).revisit?.("state")?.recording));
  await page.addScriptTag({ content: `window.domFacts = ${domFacts}; oracle.begin(${seed});` });
  /** @type {Burst[]} */
  const bursts = [];
  for (let number = 0; number < count; number += 1) {
    bursts.push(await page.evaluate(async (operations) => {
      const { oracle, revisit, domFacts } = /** @type {any} */ (window);
      await oracle.burst(operations);
      await revisit("flush");
      const burst = { facts: domFacts(), wall: performance.timeOrigin + performance.now() };
      // What comes next is at another millisecond.
      await new Promise((done) => setTimeout(done, 10));
      return burst;
    }, OPERATIONS_IN_BURST));
  }
  await closeTab(page);
  return bursts;
}

/** @param {Uint8Array} bytes @param {number} started @param {Burst[]} bursts */
async function decoded(bytes, started, bursts) {
  const recording = await openRecording(bytes);
  const [page] = recording.pages;
  const zero = started + (page?.offsetMs ?? 0);
  try {
    for (const [number, { wall, facts }] of bursts.entries()) {
      const snapshot = recording.seek(0, Math.floor(wall - zero));
      if (snapshot.gap) return [`burst ${number}: a gap`];
      const lines = diffDom(bare(facts), treeOf(snapshot.nodes), { masked: false });
      if (lines.length > 0) return lines.map((line) => `burst ${number}: ${line}`);
    }
    return [];
  } finally {
    recording.close();
  }
}

/**
 * @param {import("puppeteer-core").Browser} browser
 * @param {import("./collector.js").Collector} collector
 * @param {string} id
 * @param {Burst[]} bursts
 * @param {number} count
 */
async function staged(browser, collector, id, bursts, count) {
  const player = await openPlayer(browser, collector, id);
  try {
    // Every so many, the last one too; forward, then the first once more.
    const chosen = Array.from({ length: count }, (_, at) => Math.floor(((at + 1) * bursts.length) / count) - 1);
    for (const number of [...chosen, chosen[0] ?? 0]) {
      const burst = bursts[number];
      if (!burst) continue;
      await player.seekToWall(burst.wall);
      const lines = diffDom(withoutScroll(burst.facts), withoutScroll(await player.facts()), { masked: false });
      if (lines.length > 0) return lines.map((line) => `burst ${number} on the stage: ${line}`);
    }
    return [];
  } finally {
    await player.page.close();
  }
}

/** Of a document and of a node: what a tree does not tell. */
const OF_DOCUMENT = /^(title|mode|doctype|scroll|front)$/;
/** What a document without any of that is. */
const PLAIN = { scroll: [0, 0], front: "" };
const OF_NODE = /^(css|place|sheets|scroll)$/;

/** What a tree alone tells. @param {any} facts @returns {any} */
function bare(facts) {
  if (typeof facts !== "object") return facts;
  const omitted = "mode" in facts ? OF_DOCUMENT : OF_NODE;
  /** @type {Record<string, any>} */
  const kept = "mode" in facts ? { ...PLAIN } : "sheets" in facts ? { sheets: [] } : {};
  for (const [key, value] of Object.entries(facts)) {
    if (key === "children") kept.children = value.map(bare);
    else if (key === "shadow" || key === "document") kept[key] = bare(value);
    else if (!omitted.test(key)) kept[key] = value;
  }
  return kept;
}

/** Where the page is scrolled follows from its height, which masks do not change but fonts may. @param {DocumentFacts} facts */
const withoutScroll = (facts) => /** @type {DocumentFacts} */ (JSON.parse(JSON.stringify(facts, (key, value) => (key === "scroll" ? [0, 0] : value))));

/** @param {any[]} nodes as the decoder gives them @returns {DocumentFacts} */
function treeOf(nodes) {
  /** @type {Map<number, any>} */
  const made = new Map();
  for (const node of nodes) {
    const parent = made.get(node.parent);
    /** @type {any} */
    let facts = null;
    if (node.kind === "document") facts = { ...PLAIN, children: [] };
    else if (node.kind === "element") {
      facts = { tag: node.tag, namespace: NAMESPACES[node.namespace], attributes: Object.fromEntries(node.attributes), children: [] };
    } else if (node.kind === "shadowRoot") facts = { children: [], sheets: [] };
    else if (node.kind === "text" && node.value !== "" && !/^(script|noscript|template|style)$/.test(parent.tag ?? "")) {
      const text = node.value.replace(/[\ud800-\udfff]/gu, "\ufffd");
      if (typeof parent.children.at(-1) === "string") parent.children[parent.children.length - 1] += text;
      else parent.children.push(text);
    }
    if (!facts) continue;
    made.set(node.id, facts);
    if (node.kind === "shadowRoot") parent.shadow = facts;
    else if (node.kind === "document" && parent) parent.document = facts;
    else if (parent) parent.children.push(facts);
  }
  return made.get(1) ?? { ...PLAIN, children: [] };
}
