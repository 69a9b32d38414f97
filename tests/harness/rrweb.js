// rrweb's own Replayer as a second opinion on our export.
// In: an rrweb event array. Out: the DOM facts of what it shows at a time. Never: uses our player or our decoder.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { newPage } from "./browser.js";
import { domFacts } from "./dom.js";
import { pause, until } from "./until.js";

/**
 * @typedef {import("./dom.js").DocumentFacts} DocumentFacts
 * @typedef {import("./dom.js").ElementFacts} ElementFacts
 * @typedef {{type: number, timestamp: number, data: any}} RrwebEvent
 */

const HTML = "http://www.w3.org/1999/xhtml";
const MATHML = "http://www.w3.org/1998/Math/MathML";

const folder = dirname(createRequire(import.meta.url).resolve("@rrweb/replay"));

/**
 * @param {import("puppeteer-core").Browser} browser
 * @param {RrwebEvent[]} events
 */
export async function openReplayer(browser, events) {
  const page = await newPage(browser);
  /** @type {string[]} */
  const asked = [];
  page.on("request", (request) => {
    if (!/^(about|data|blob):/.test(request.url())) asked.push(request.url());
  });
  await page.setContent("<!doctype html><title>rrweb</title><body></body>");
  await page.addScriptTag({ content: await readFile(join(folder, "../umd/replay.js"), "utf8") });
  await page.addStyleTag({ content: await readFile(join(folder, "style.css"), "utf8") });
  const kept = await page.evaluate((all) => {
    const { Replayer } = /** @type {any} */ (window).rrwebReplay;
    const replayer = new Replayer(all, { root: document.body, mouseTail: false, showWarning: true, UNSAFE_replayCanvas: false });
    Object.assign(window, { replayer });
    return replayer.getMetaData();
  }, /** @type {any} */ (events));

  return {
    page,
    /** Addresses that the replay asked for: there must be none. */
    asked,
    /** Milliseconds since 1970 of its first event and its last. */
    startTime: /** @type {number} */ (kept.startTime),
    endTime: /** @type {number} */ (kept.endTime),

    /**
     * @param {number} wall milliseconds since 1970
     * @returns {Promise<DocumentFacts>}
     */
    async at(wall) {
      await page.evaluate((offset) => /** @type {any} */ (window).replayer.pause(offset), wall - kept.startTime + 1);
      // It builds iframes and adopts sheets in timers of its own: the stage is read once it stays as it is.
      let before = "";
      return until("the Replayer to settle", async () => {
        await pause(250);
        const frame = await page.$("iframe");
        assert.ok(frame, "the Replayer has made its iframe");
        const inside = await frame.contentFrame();
        const facts = await inside.evaluate(domFacts);
        const now = JSON.stringify(facts);
        const same = now === before;
        before = now;
        return same ? normalise(facts) : undefined;
      });
    },
  };
}

/** A frame of another origin has an empty document there. @param {DocumentFacts} facts */
const isEmpty = ({ children }) => !/"tag":"(?!html|head|body|style)/.test(JSON.stringify(children)) && textOf(children).trim() === "";
/** @param {(ElementFacts | string)[]} children @returns {string} */
const textOf = (children) => children.map((child) => (typeof child === "string" ? child : textOf(child.children))).join("");

/**
 * Takes away what rrweb adds of itself: `rr_` attributes, `:hover` classes, its own style element, <style> for <link>,
 * <noscript> for <script>, form state as attributes, `autocomplete="off"`; and what it cannot hold: the namespace of MathML, the
 * mode of an iframe's document, an iframe's own address, popovers, mixed boxes, which elements are defined, the order on top.
 * @param {DocumentFacts} facts
 * @returns {DocumentFacts}
 */
export function normalise(facts) {
  /** @param {(ElementFacts | string)[]} list @returns {(ElementFacts | string)[]} */
  const children = (list) => {
    /** @type {(ElementFacts | string)[]} */
    const kept = [];
    for (const child of list) {
      const last = kept.at(-1);
      if (typeof child === "object") {
        if (child.tag !== "script" && child.tag !== "noscript") kept.push(element(child));
      } else if (typeof last === "string") kept[kept.length - 1] = last + child;
      else kept.push(child);
    }
    return kept;
  };

  /** @param {ElementFacts} one @returns {ElementFacts} */
  const element = (one) => {
    const { css: _css, states: _states, ...rest } = one;
    const states = one.states?.filter((state) => state === "modal") ?? [];
    const sheet = one.tag === "style" || (one.tag === "link" && /stylesheet/i.test(one.attributes.rel ?? ""));
    const attributes = Object.fromEntries(
      Object.entries(one.attributes)
        .filter(([name]) => !/^(rr_|rrweb)|^(value|checked|selected|autocomplete)$/.test(name))
        .filter(([name]) => !(sheet && (name === "href" || name === "crossorigin" || name === "rel")))
        .filter(([name]) => !(one.tag === "iframe" && /^(src|srcdoc|sandbox)$/.test(name)))
        .map(([name, value]) => [name, name === "class" ? value.replace(/(^|\s)(:hover|rrweb-paused)(?=\s|$)/g, "").trim() : value])
        .filter(([name, value]) => !(name === "class" && value === "")),
    );
    return {
      ...rest,
      ...(states.length > 0 ? { states } : {}),
      // Every custom element is defined there.
      ...(one.tag.includes("-") ? { style: "" } : {}),
      tag: sheet ? "style" : one.tag,
      namespace: one.namespace === MATHML ? HTML : one.namespace,
      attributes,
      children: sheet ? [] : children(one.children),
      ...(one.shadow ? { shadow: { ...one.shadow, children: children(one.shadow.children) } } : {}),
      ...(one.document && !isEmpty(one.document) ? { document: { ...normalise(one.document), mode: "" } } : { document: undefined }),
    };
  };

  const result = { ...facts, front: "", children: children(facts.children) };
  for (const root of result.children) {
    if (typeof root !== "object" || root.tag !== "html") continue;
    // The Replayer puts a style element of its own between <html> and <head>.
    const own = root.children.findIndex((child) => typeof child === "object" && child.tag === "style" && Object.keys(child.attributes).length === 0);
    const head = root.children.findIndex((child) => typeof child === "object" && child.tag === "head");
    if (own >= 0 && own < head) root.children.splice(own, 1);
  }
  return result;
}
