// @ts-check
// Plays: moves the clock, asks the decoder what happened, shows it on the stage and the overlay. In: requests. Out: the
// store's state. Goes on over pages and tabs by itself; every seek is clamped; what is shown is always one whole state.

import { advanced, moved, paused, started, stopped } from "./clock.js";
import { jumpFrom, stretchAt } from "./skip.js";
import { nextSpeed } from "./store.js";
import { spokenTime } from "./time-words.js";
import { clamp, nextMark, previousMark, segmentAt } from "./timeline-model.js";

/**
 * @typedef {import("./model.js").Decoder} Decoder
 * @typedef {import("./model.js").Event} Event
 * @typedef {import("./model.js").Overview} Overview
 * @typedef {import("./stage.js").Stage} Stage
 * @typedef {import("./overlay.js").Overlay} Overlay
 * @typedef {import("./store.js").PlayerState} PlayerState
 */

/** Going further than this at once is a seek: from a checkpoint instead of through every event. */
const SEEK_AHEAD_MS = 10_000;
/** How long after a page's start its first state may come and still stand for the time before. */
const FIRST_STATE_MS = 5_000;
const STEP_MS = 100;
const NOTICE_MS = 4_000;
const SAID_OF_CLIPBOARD = ["Copied", "Cut", "Pasted"];

export class Playback {
  /**
   * @param {Decoder} decoder @param {Stage} stage @param {Overlay} overlay
   * @param {import("./store.js").Store<PlayerState>} store
   */
  constructor(decoder, stage, overlay, store) {
    this.decoder = decoder;
    this.stage = stage;
    this.overlay = overlay;
    this.store = store;
    /** @type {Overview} */
    this.overview = decoder.overview();
    /** Clicks that say something, by their time. */
    this.telling = new Map(this.overview.marks.filter(({ kind }) => kind === "rage" || kind === "dead").map(({ atMs, kind }) => [atMs, kind]));
    this.clock = { ...stopped(), speed: store.state.speed };
    /** The page on the stage, and the recording time that it shows. */
    this.page = -1;
    this.shownMs = -1;
    /** Until then the page's first state is shown, which was not known yet. */
    this.heldMs = 0;
    this.noticedMs = 0;
    this.request = 0;
    store.set({ durationMs: this.overview.durationMs });
  }

  play() {
    if (this.store.state.timeMs >= this.overview.durationMs) this.seek(0);
    this.clock = started(this.clock, performance.now());
    this.store.set({ playing: true, ended: false });
    this.schedule();
  }

  pause() {
    this.clock = paused(this.clock);
    this.store.set({ playing: false });
  }

  toggle() {
    if (this.store.state.playing) this.pause();
    else this.play();
  }

  /** @param {number} timeMs */
  seek(timeMs) {
    const target = clamp(Number.isFinite(timeMs) ? timeMs : 0, 0, this.overview.durationMs);
    this.clock = moved(this.clock, target);
    this.show(target);
    this.overlay.forget();
    this.store.set({ timeMs: target, ended: false });
  }

  /** @param {number} byMs */
  go(byMs) {
    this.seek(this.clock.timeMs + byMs);
  }

  /** @param {1 | -1} direction */
  step(direction) {
    this.pause();
    this.go(direction * STEP_MS);
  }

  /** @param {1 | -1} direction */
  goToMark(direction) {
    const { marks, durationMs } = this.overview;
    const found = direction === 1 ? nextMark(marks, this.clock.timeMs) : previousMark(marks, this.clock.timeMs);
    this.seek(found ?? (direction === 1 ? durationMs : 0));
  }

  /** @param {number} speed */
  setSpeed(speed) {
    this.clock = { ...this.clock, speed };
    this.store.set({ speed });
  }

  /** @param {1 | -1} direction */
  changeSpeed(direction) {
    this.setSpeed(nextSpeed(this.clock.speed, direction));
  }

  /** @param {boolean} skips */
  setSkips(skips) {
    this.store.set({ skips });
  }

  /** After the stage was lost (its document went away): everything again. */
  rebuild() {
    this.page = -1;
    this.show(this.clock.timeMs);
  }

  close() {
    cancelAnimationFrame(this.request);
  }

  schedule() {
    cancelAnimationFrame(this.request);
    this.request = requestAnimationFrame((nowMs) => this.frame(nowMs));
  }

  /** @param {number} nowMs */
  frame(nowMs) {
    if (!this.store.state.playing) return;
    const { durationMs, inactive, gaps } = this.overview;
    this.clock = advanced(this.clock, nowMs, durationMs);
    if (this.store.state.skips) {
      const { timeMs } = this.clock;
      const target = jumpFrom(inactive, timeMs) ?? jumpFrom(gaps, timeMs);
      if (target !== null) {
        this.clock = moved(this.clock, Math.min(target, durationMs));
        this.overlay.forget();
        this.notice(`Skipped ${spokenTime(target - timeMs)} without activity`, nowMs);
      }
    }
    if (this.store.state.notice && nowMs - this.noticedMs > NOTICE_MS) this.store.set({ notice: "" });
    this.show(this.clock.timeMs);
    const isEnd = this.clock.timeMs >= durationMs;
    this.store.set({ timeMs: this.clock.timeMs, playing: !isEnd, ended: isEnd });
    if (!isEnd) this.schedule();
  }

  /** @param {string} notice @param {number} nowMs */
  notice(notice, nowMs) {
    this.noticedMs = nowMs;
    this.store.set({ notice });
  }

  /** Brings stage and overlay to a time of the recording. @param {number} timeMs */
  show(timeMs) {
    const segment = segmentAt(this.overview.segments, timeMs);
    const page = segment && this.overview.pages[segment.page];
    if (!segment || !page) return;
    const pageMs = Math.max(0, Math.floor(timeMs - page.offsetMs));
    const isNear = segment.page === this.page && timeMs >= this.shownMs && timeMs - this.shownMs <= SEEK_AHEAD_MS;
    if (!isNear) this.enter(segment.page, pageMs);
    else if (timeMs >= this.heldMs) this.advance(pageMs, page.offsetMs);
    this.shownMs = timeMs;
    this.overlay.show(timeMs, this.stage);
    this.store.set({ page: segment.page, inGap: stretchAt(this.overview.gaps, timeMs) !== undefined });
  }

  /** @param {number} page @param {number} pageMs */
  enter(page, pageMs) {
    const { offsetMs } = this.overview.pages[page];
    let snapshot = this.decoder.seek(page, pageMs);
    this.heldMs = 0;
    if (snapshot.nodes.length === 0) {
      // The recorder cannot know a page before it has read it: the first state stands for the moments before.
      const first = this.decoder.next(pageMs + FIRST_STATE_MS).find((event) => event.type === "checkpointEnd");
      snapshot = this.decoder.seek(page, first?.at ?? pageMs);
      if (first) this.heldMs = first.at + offsetMs;
    }
    const isNewPage = page !== this.page;
    this.page = page;
    this.stage.build(snapshot);
    this.overlay.resize(...snapshot.viewport);
    this.overlay.put(snapshot.pointer ?? null, isNewPage);
    this.overlay.signs.offsetMs = offsetMs;
    for (const what of snapshot.state) if (what.type === "zoom") this.overlay.signs.setZoom(what, snapshot.viewport);
    this.store.set({ url: snapshot.url, title: snapshot.title });
  }

  /** @param {number} pageMs @param {number} offsetMs */
  advance(pageMs, offsetMs) {
    const events = this.decoder.next(pageMs);
    if (events.length === 0) return;
    const begins = events.some((event) => event.type === "checkpoint");
    const completes = events.some((event) => event.type === "checkpointEnd");
    if (begins || completes) {
      // A document read anew is shown when it is whole; until then the old one stays.
      if (completes) this.stage.build(this.decoder.seek(this.page, pageMs));
    } else {
      for (const event of events) this.stage.apply(event);
      this.stage.settle();
    }
    for (const event of events) this.tell(event, offsetMs);
  }

  /** What is drawn beside the recorded page. @param {Event} event @param {number} offsetMs */
  tell(event, offsetMs) {
    const atMs = event.at + offsetMs;
    switch (event.type) {
      case "pointer":
        this.overlay.path(atMs, event.kind, event.points);
        break;
      case "click":
        this.overlay.click(atMs, event.x, event.y, this.telling.get(atMs));
        break;
      case "touch":
        this.overlay.signs.touch(event.finger, atMs, event.points, event.isUp);
        break;
      case "zoom":
        this.overlay.signs.setZoom(event, [this.overlay.width, this.overlay.height]);
        break;
      case "key":
        this.overlay.signs.say(event.name, true);
        break;
      case "clipboard":
        this.overlay.signs.say(SAID_OF_CLIPBOARD[event.kind] ?? "", false);
        break;
      case "submit":
        this.overlay.signs.say("Form sent", false);
        break;
      case "viewport":
        this.overlay.resize(event.width, event.height);
        break;
      case "hello":
        this.overlay.resize(...event.viewport);
        this.store.set({ url: event.url, title: event.title });
        break;
      case "navigate":
        this.store.set({ url: event.url, title: event.title });
        break;
      default:
    }
  }
}
