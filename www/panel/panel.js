// @ts-check
// The recordings of one conversation, inside of a chat tool. In: the signed link that the chat tool's server made. Out: a
// list that keeps itself fresh, and the player in its place. No cookie, no storage, no word to the page around it.

import { el, fill, icon } from "../markup.js";
import init, { Decoder } from "../pkg/decoder.js";
import { ReplayPlayer } from "../player/player.js";
import { shortTime } from "../player/time-words.js";
import { addressText, counted, isHere, joined, whenText } from "../words.js";

/** @typedef {Partial<import("../api.js").Recording> & { id: string, verified: boolean }} Item */

const REFRESH_MS = 5_000;
const token = new URLSearchParams(location.search).get("t") ?? "";
const head = /** @type {HTMLElement} */ (document.querySelector("#head"));
const main = /** @type {HTMLElement} */ (document.querySelector("#main"));
let timer = 0;
let shown = "";

/** @param {string} path @returns {Promise<Response>} */
async function ask(path) {
  const answer = await fetch(`/api/v1/panel${path}`, { credentials: "omit", headers: { "revisit-panel": token } });
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new Error(answer.status === 403 ? "This panel has ended. Open the conversation again." : (problem.detail ?? `The collector answered ${answer.status}.`));
}

async function list() {
  clearTimeout(timer);
  try {
    const { items } = await (await ask("")).json();
    const now = JSON.stringify(items);
    if (now !== shown) show(items);
    shown = now;
    timer = window.setTimeout(list, REFRESH_MS);
  } catch (problem) {
    shown = "";
    say(problem);
  }
}

/** @param {Item[]} items */
function show(items) {
  fill(head, el("h1", null, items.length > 0 ? counted(items.length, "recording") : "Recordings"));
  fill(main, items.length > 0
    ? el("ul", { class: "panel-list" }, items.map(row))
    : el("p", { class: "panel-none" }, "No recording of this visitor yet. It appears here by itself after they left the site."));
}

/** @param {Item} item */
function row(item) {
  const state = isHere(item) ? el("span", { class: "badge is-live" }, "on the site now")
    : item.state === "open" || item.state === "ended" ? el("span", { class: "badge" }, "just left")
    : null;
  return el("li", null,
    el("div", { class: "line" },
      el("b", null, whenText(item.started_at)),
      el("span", null, shortTime(item.duration_ms ?? 0)),
      el("span", { class: "soft" }, counted(item.pages ?? 0, "page")),
      state ?? el("button", { type: "button", class: "button", onclick: () => void open(item) }, icon("play"), "Open")),
    el("div", { class: "address-text" }, addressText(item.entry_url)),
    el("div", { class: "line" },
      el("span", { class: "soft" }, joined(item.device, item.browser, item.os)),
      item.rage_clicks ? el("span", { class: "badge is-rage" }, counted(item.rage_clicks, "rage click")) : null,
      item.errors ? el("span", { class: "badge is-warn" }, counted(item.errors, "error")) : null,
      item.verified ? null : el("span", { class: "badge is-warn", title: "The page itself said that it belongs to this conversation; your server has not." }, "unverified")));
}

/** @param {Item} item */
async function open(item) {
  clearTimeout(timer);
  const back = el("button", { type: "button", class: "button is-plain", onclick: () => {
    shown = "";
    void list();
  } }, icon("back"), "All");
  fill(head, back, el("h1", null, whenText(item.started_at)));
  fill(main, el("div", { class: "player-wait" }, el("div", { class: "spinner" })));
  try {
    const [answer] = await Promise.all([ask(`/recordings/${item.id}`), init()]);
    const recording = new Uint8Array(await answer.arrayBuffer());
    const player = new ReplayPlayer();
    fill(main, player);
    await player.open(new Decoder(recording), { stageUrl: `/embed/stage?t=${encodeURIComponent(token)}` });
    back.focus();
  } catch (problem) {
    say(problem);
  }
}

/** @param {unknown} problem */
function say(problem) {
  fill(main, el("p", { class: "message is-error", role: "alert" }, problem instanceof Error ? problem.message : String(problem)));
}

void list();
