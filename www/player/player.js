// @ts-check
// <replay-player>: stage, overlay, controls and lists around one open recording. In: a decoder. Out: nothing but what it
// shows. Knows no addresses of the collector but the stage's, so that it plays in every place where a recording plays.

import { el } from "../markup.js";
import { clock, fullscreenButton, helpButton, linkButton, playButton, skipToggle, speedMenu } from "./controls/buttons.js";
import { eventList } from "./controls/event-list.js";
import { helpDialog } from "./controls/help-dialog.js";
import { pageList } from "./controls/page-list.js";
import { timeline } from "./controls/timeline.js";
import { commandOf } from "./keymap.js";
import { Overlay } from "./overlay.js";
import { Playback } from "./playback.js";
import { Stage } from "./stage.js";
import { initialState, parseChoices, Store } from "./store.js";
import { LEGEND } from "./timeline-model.js";

/** @typedef {import("./keymap.js").Command} Command */

const CHOICES_KEY = "revisit.player";
const JUMP_MS = 10_000;

export class ReplayPlayer extends HTMLElement {
  /** @type {Playback | null} */
  playback = null;
  /** @type {AbortController | null} */
  #listening = null;

  /**
   * Shows a recording, standing at a time.
   * @param {import("./model.js").Decoder} decoder @param {{ startMs?: number, stageUrl?: string, stageHtml?: string }} [options] the stage is at an address, or is given as markup
   */
  async open(decoder, { startMs = 0, stageUrl = "/stage", stageHtml } = {}) {
    const store = new Store({ ...initialState(), ...parseChoices(remembered()) });
    const loaded = () => stageLoaded(frame, stageUrl, stageHtml);
    const frame = el("iframe", { class: "stage", title: "Recorded page", sandbox: "allow-same-origin", tabindex: -1, inert: true });
    const overlay = new Overlay();
    const scaler = el("div", { class: "stage-scaler" }, frame);
    const box = el("div", { class: "stage-box" }, scaler, overlay.element);
    const area = el("div", { class: "stage-area" }, box);
    const main = el("div", { class: "player-main" }, area);
    this.replaceChildren(main);
    await loaded();

    const stage = new Stage(frame);
    const playback = new Playback(decoder, stage, overlay, store);
    this.playback = playback;
    const help = helpDialog();
    main.prepend(addressBar(store));
    main.append(
      el("div", { class: "controls", role: "group", "aria-label": "Playback" },
        timeline(playback),
        el("div", { class: "controls-row" },
          playButton(playback), clock(playback),
          el("span", { class: "controls-space" }),
          skipToggle(playback), speedMenu(playback), linkButton(playback), helpButton(() => help.showModal()), fullscreenButton(() => this.toggleFullscreen()))),
      legend(playback.overview.marks));
    box.append(gapBanner(store), noticeLine(store));
    this.append(el("aside", { class: "player-side", "aria-label": "What happened" }, pageList(playback), eventList(playback)), help);

    const fit = () => {
      const { width, height } = overlay;
      if (width === 0) return;
      area.style.setProperty("--ratio", `${width} / ${height}`);
      const scale = Math.min(area.clientWidth / width, area.clientHeight / height, 1);
      scaler.style.transform = `scale(${scale})`;
      box.style.width = `${Math.floor(width * scale)}px`;
      box.style.height = `${Math.floor(height * scale)}px`;
      overlay.setScale(scale);
    };
    overlay.onresize = fit;
    new ResizeObserver(fit).observe(area);
    store.watch(({ speed, skips }, before) => {
      if (speed !== before.speed || skips !== before.skips) remember(JSON.stringify({ speed, skips }));
    });
    this.#listen(playback, help, frame, stage, loaded);
    playback.seek(startMs);
  }

  /**
   * @param {Playback} playback @param {HTMLDialogElement} help @param {HTMLIFrameElement} frame
   * @param {Stage} stage @param {() => Promise<void>} loaded loads the stage anew
   */
  #listen(playback, help, frame, stage, loaded) {
    this.#listening?.abort();
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    document.addEventListener("keydown", (event) => {
      const command = commandOf(event, document.activeElement);
      if (!command) return;
      event.preventDefault();
      this.#obey(command, playback, help);
    }, { signal });
    let shown = stage.document;
    let isLoading = false;
    frame.addEventListener("load", async () => {
      // Our own building keeps the document; another one means that something led the stage away.
      if (isLoading || frame.contentDocument === shown) return;
      isLoading = true;
      await loaded();
      isLoading = false;
      shown = stage.document;
      playback.rebuild();
    }, { signal });
  }

  /** @param {Command} command @param {Playback} playback @param {HTMLDialogElement} help */
  #obey(command, playback, help) {
    /** @type {Record<Command, () => void>} */
    const commands = {
      toggle: () => playback.toggle(),
      back: () => playback.go(-JUMP_MS),
      forward: () => playback.go(JUMP_MS),
      previousMark: () => playback.goToMark(-1),
      nextMark: () => playback.goToMark(1),
      stepBack: () => playback.step(-1),
      stepForward: () => playback.step(1),
      slower: () => playback.changeSpeed(-1),
      faster: () => playback.changeSpeed(1),
      skip: () => playback.setSkips(!playback.store.state.skips),
      fullscreen: () => this.toggleFullscreen(),
      help: () => help.showModal(),
    };
    commands[command]();
  }

  toggleFullscreen() {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.requestFullscreen();
  }

  disconnectedCallback() {
    this.#listening?.abort();
    this.playback?.close();
  }
}

customElements.define("replay-player", ReplayPlayer);

/** What was chosen last; a file on the disk may remember nothing. @returns {string | null} */
function remembered() {
  try {
    return localStorage.getItem(CHOICES_KEY);
  } catch {
    return null;
  }
}

/** @param {string} choices */
function remember(choices) {
  try {
    localStorage.setItem(CHOICES_KEY, choices);
  } catch {
    // It lasts as long as the page.
  }
}

/** @param {HTMLIFrameElement} frame @param {string} url @param {string} [html] @returns {Promise<void>} */
function stageLoaded(frame, url, html) {
  return new Promise((resolve) => {
    frame.addEventListener("load", () => resolve(), { once: true });
    if (html === undefined) frame.src = url;
    else frame.srcdoc = html;
  });
}

/** @param {Store<import("./store.js").PlayerState>} store */
function addressBar(store) {
  const title = el("span", { class: "address-title" });
  const url = el("span", { class: "address-url" });
  store.watch((state) => {
    if (title.textContent !== state.title) title.textContent = state.title;
    if (url.textContent !== state.url) url.textContent = state.url;
  });
  return el("div", { class: "address" }, title, url);
}

/** @param {Store<import("./store.js").PlayerState>} store */
function gapBanner(store) {
  const banner = el("div", { class: "gap-banner", hidden: true },
    el("strong", null, "Nothing is known about this stretch"),
    el("span", null, "The page could not be recorded here. What you see is its last known state."));
  store.watch(({ inGap }) => {
    banner.hidden = !inGap;
  });
  return banner;
}

/** @param {Store<import("./store.js").PlayerState>} store */
function noticeLine(store) {
  const line = el("div", { class: "notice", role: "status" });
  store.watch(({ notice }, before) => {
    if (notice !== before.notice) line.textContent = notice;
  });
  return line;
}

/** Only what this recording has. @param {import("./model.js").Mark[]} marks */
function legend(marks) {
  const kinds = new Set(marks.map((mark) => mark.kind));
  const drawn = LEGEND.filter((entry) => entry.kinds.some((kind) => kinds.has(kind))).map((entry) => {
    const tick = el("span", { class: "legend-tick", "data-kind": entry.kinds[0], "aria-hidden": "true" });
    return el("li", null, tick, entry.words);
  });
  const entries = [
    ["masked", "Masked before it left the visitor’s browser"],
    ["blocked", "Not recorded"],
    ["inactive", "No activity"],
    ["gap", "Nothing known"],
  ];
  return el("ul", { class: "legend", "aria-label": "Legend" },
    drawn,
    entries.map(([kind, words]) => el("li", null, el("span", { class: `swatch is-${kind}`, "aria-hidden": "true" }), words)));
}
