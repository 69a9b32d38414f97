// @ts-check
// The page of one recording: at /recordings/{id}, and shared at /s/{token}. In: the address. Out: the player, or in words
// why there is nothing to play yet or any more. A visit that still goes on becomes the player by itself.

import { ApiProblem } from "../api.js";
import { el, fill, icon } from "../markup.js";
import init, { Decoder } from "../pkg/decoder.js";
import { addressText, counted, isHere, joined, untilText, whenText, whoText } from "../words.js";
import { cover } from "./cover.js";
import { ReplayPlayer } from "./player.js";
import { shareDialog } from "./share-dialog.js";
import { sourceOf } from "./source.js";
import { parseTime, shortTime } from "./time-words.js";

/**
 * @typedef {import("./source.js").Source} Source
 * @typedef {import("./source.js").Facts} Facts
 */

const POLL_MS = 3_000;
/** What is said about a recording that cannot be played. */
const GONE = {
  expired: "This recording has reached the end of its time and was deleted.",
  erased: "This recording was erased.",
};

const head = /** @type {HTMLElement} */ (document.querySelector("#head"));
const main = /** @type {HTMLElement} */ (document.querySelector("#main"));

async function start() {
  const source = sourceOf(location.pathname);
  if (!source) {
    say("There is no recording at this address.");
    return;
  }
  const decoderLoaded = init();
  try {
    let facts = await ready(source);
    if (!facts) return;
    describe(facts, source);
    let ticket;
    if (source.play && (facts.needs_password || facts.once)) {
      const { element, pressed } = cover(facts, source.play);
      fill(main, element);
      facts = { ...facts, ...(await pressed) };
      ticket = /** @type {Facts & { ticket: string }} */ (facts).ticket;
      fill(main, el("div", { class: "player-wait" }, el("div", { class: "spinner" })));
      describe(facts, source);
    }
    const [recording] = await Promise.all([source.bytes(ticket), decoderLoaded]);
    await show(new Decoder(recording), facts, source, ticket !== undefined);
  } catch (problem) {
    explain(problem, source);
  }
}

/** Waits for the end of the visit. @param {Source} source @returns {Promise<Facts | null>} nothing when there is nothing to play */
async function ready(source) {
  for (;;) {
    const facts = await source.facts();
    const gone = GONE[/** @type {keyof typeof GONE} */ (facts.state)];
    if (gone) {
      describe(facts, source);
      say(gone);
      return null;
    }
    if (facts.state !== "open" && facts.state !== "ended") return facts;
    describe(facts, source);
    wait(isHere(facts));
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** @type {ReplayPlayer | null} */
let shown = null;

/**
 * @param {import("../pkg/decoder.js").Decoder} decoder @param {Facts} facts @param {Source} source
 * @param {boolean} isPressed Play was pressed before the player was there
 */
async function show(decoder, facts, source, isPressed) {
  const player = new ReplayPlayer();
  fill(main, player);
  await player.open(decoder, { startMs: parseTime(new URLSearchParams(location.search).get("t")) ?? facts.start_ms ?? 0 });
  shown = player;
  if (isPressed) {
    player.playback?.play();
    return;
  }
  if (!source.play && facts.watched) return;
  const end = player.playback?.store.watch(({ playing }) => {
    if (!playing) return;
    end?.();
    // A link counts how often it was played.
    (source.play ? source.play() : source.change({ watched: true })).catch(() => undefined);
  });
}

/** @param {Facts} facts @param {Source} source */
function describe(facts, source) {
  const who = source.isShared ? "Shared recording" : whoText(facts);
  document.title = `${who}, ${whenText(facts.started_at)} – Revisit`;
  const said = [
    whenText(facts.started_at),
    facts.state === "ready" ? `${shortTime(facts.duration_ms ?? 0)}, ${shortTime(facts.active_ms ?? 0)} active` : null,
    facts.pages ? counted(facts.pages, "page") : null,
    joined(facts.device, facts.browser, facts.os),
    facts.entry_url ? `entered at ${addressText(facts.entry_url)}` : null,
    facts.expires_at ? `deleted ${untilText(facts.expires_at)}` : null,
  ].filter((part) => part);
  fill(head,
    source.isShared ? null : el("a", { class: "button is-plain", href: backAddress(facts) }, icon("back"), "Recordings"),
    el("h1", null, who),
    facts.rage_clicks ? el("span", { class: "badge is-rage" }, counted(facts.rage_clicks, "rage click")) : null,
    facts.dead_clicks ? el("span", { class: "badge is-rage" }, counted(facts.dead_clicks, "click"), " without effect") : null,
    facts.errors ? el("span", { class: "badge is-warn" }, counted(facts.errors, "error")) : null,
    el("div", { class: "player-facts" }, said.map((part) => el("span", null, part))),
    source.isShared ? null : actions(facts, source));
}

/** The list as it was left. @param {Facts} facts */
function backAddress(facts) {
  const last = sessionStorage.getItem("revisit.list");
  return last?.startsWith("/?") ? last : `/?site=${encodeURIComponent(facts.site ?? "")}`;
}

/** @param {Facts} facts @param {Source} source */
function actions(facts, source) {
  const star = el("button", { type: "button", class: "button is-plain", "aria-pressed": String(Boolean(facts.starred)), "aria-label": "Star", title: "Star", onclick: async () => {
    const starred = star.getAttribute("aria-pressed") !== "true";
    await source.change({ starred }).then(() => star.setAttribute("aria-pressed", String(starred)), () => undefined);
  } }, icon("star"));
  if (facts.state !== "ready") return el("div", { class: "player-actions" }, star);
  const share = () => {
    if (!source.sharing) return;
    const dialog = shareDialog(source.sharing, facts.site ?? "", () => shown?.playback?.store.state.timeMs ?? 0);
    document.body.append(dialog);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
  };
  return el("div", { class: "player-actions" }, star, downloads(source), el("button", { type: "button", class: "button", onclick: share }, icon("link"), "Share"));
}

/** @param {Source} source */
function downloads(source) {
  const files = [["html", "A file that plays offline"], ["rrweb", "rrweb events (JSON)"], ["revisit", "Revisit’s own file"]];
  return el("details", { class: "downloads" },
    el("summary", { class: "button" }, "Download"),
    el("ul", { class: "card" }, files.map(([format, label]) => el("li", null, el("a", { href: `${source.exportAt}?format=${format}`, download: "" }, label)))));
}

/** @param {boolean} isStillThere */
function wait(isStillThere) {
  const state = isStillThere ? "visit" : "finish";
  if (main.querySelector(`[data-wait="${state}"]`)) return;
  const words = isStillThere
    ? [el("span", { class: "badge is-live" }, "still on the site"), el("p", null, "The visitor is still on the site. The recording appears here by itself, normally within half a minute after they left.")]
    : [el("div", { class: "spinner" }), el("p", null, "The visitor has just left. The recording is being put together and appears here by itself.")];
  fill(main, el("div", { class: "player-wait", role: "status", "data-wait": state }, words));
}

/** @param {string} words @param {...Node} more */
function say(words, ...more) {
  fill(main, el("div", { class: "player-wait", role: "alert" }, el("p", null, words), more));
}

/** @param {unknown} problem @param {Source} source */
function explain(problem, source) {
  if (!(problem instanceof ApiProblem)) {
    say(`This recording cannot be shown: ${problem instanceof Error ? problem.message : problem}.`);
  } else if (problem.status === 401 && !source.isShared) {
    say("Sign in to watch this recording.", el("a", { class: "button is-primary", href: `/?next=${encodeURIComponent(location.pathname + location.search)}` }, "Sign in"));
  } else if (problem.status === 404 || problem.status === 410) {
    say(source.isShared ? "This link has ended, or the recording was deleted." : "This recording does not exist, or not any more.");
  } else {
    say(problem.message, el("button", { type: "button", class: "button", onclick: () => location.reload() }, "Try again"));
  }
}

void start();
