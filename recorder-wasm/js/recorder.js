// The recorder of one page: joins the visit, captures, sends, notices when the visitor leaves, rests, or comes back.
// In: what the loader decided (`host`), the wasm module's answer. Out: frames at the collector, the state for the page.
// Never: decides whether the page may be recorded (see gate.js), throws into the page, or says anything on its console.

import { capture, seam } from "./capture.js";
import { body, load } from "./module.js";
import { clearTimeout, fetch, listen, setTimeout } from "./natives.js";
import { createSender } from "./send.js";
import { claimTab, firstParty, openSession, random, releaseTab, toHex } from "./session.js";

/**
 * What the loader gives.
 * @typedef {object} Host
 * @property {string} site the public key
 * @property {string} key of the entry in storage
 * @property {string} collector ends with a slash
 * @property {boolean} late the page was not recorded from its load on
 * @property {() => boolean | undefined} consent was given
 * @property {() => boolean} allowed the page may be recorded at its address of now
 * @property {() => void} check decides anew, and calls `run` or `stop`
 * @property {() => void} ask asks for the settings and then checks
 * @property {(reason: string | null, id?: string | null, page?: string | null) => void} report what `revisit('state')` says; null: recording
 */

/** @typedef {import("./gate.js").Settings} Settings */

/** Milliseconds between two ordinary bodies, and between two looks at the settings: with the first, within a minute. */
const SEND_EVERY = 5000;
const ASK_EVERY = 50_000;
/** Recordings that the collector may close in one page before it is left alone. */
const CLOSED_MAX = 5;
/** Reasons of the END record. */
const LEFT = 0, STOPPED = 1, IDLE = 2, GAVE_UP = 4;
/** What the collector's refusals are called. */
const REASONS = /** @type {Record<number, string>} */ ({ 402: "quota", 403: "refused", 410: "erased" });

const INPUTS = ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"];

/**
 * @param {Host} host
 * @param {Promise<Response>} answer with the wasm module
 */
export async function start(host, answer) {
  const wasm = await load(answer);
  const session = openSession(firstParty(), host.key);
  /** @type {Settings} */
  let settings;
  /** @type {import("./capture.js").Capture | null} */
  let tap = null;
  /** @type {import("./send.js").Page} */
  let page;
  const tab = claimTab();
  /** Why the next page of the recording starts: 0 a load, 1 back from the cache, 2 on a page already open. @type {0 | 1 | 2} */
  let beginning = host.late ? 2 : 0;
  /** @type {import("./capture.js").Late | undefined} */
  let late;
  let isLateAsked = false;
  /** Calls of the page for the late module. @type {[name: string, one?: any, two?: any][]} */
  let calls = [];
  /** What was recorded last. */
  let path = "";
  /** Why it was stopped last. */
  let stopped = "";
  let paused = false;
  /** The page lies in the back/forward cache, or is gone. */
  let frozen = false;
  /** It was left with everything done that leaving asks for. */
  let gone = false;
  /** Why nothing starts any more. */
  let dead = "";
  let leaving = false;
  /** What was being ended when the page was left. @type {import("./capture.js").Capture | null} */
  let ending = null;
  let closed = 0;
  let asked = Date.now();
  let pushed = 0;
  let input = 0;
  /** @type {(() => void)[]} stop hearing of the visitor's leaving */
  let attending = [];
  /** @type {(() => void)[]} stop waiting for the visitor to come back */
  let resting = [];
  /** @type {any} */
  let timer;

  const limits = () => ({ idle: settings.idle_ms, max: settings.max_ms });

  const sender = createSender({
    url: `${host.collector}v1/frames?k=${host.site}`,
    fetch,
    setTimeout,
    clearTimeout,
    offline: () => !navigator.onLine,
    seal: wasm.seal,
    body,
    refused,
    lost: () => tap?.checkpoint(0),
  });

  /** Begins a page of the recording. */
  function begin() {
    const visit = session.join(Date.now(), limits(), settings.visitor_days, host.consent());
    const id = random(8);
    /** @type {import("./send.js").Page} */
    const mine = { visit, id, name: toHex(id), seq: 0, epochMs: 0 };
    page = mine;
    tap = capture({
      settings,
      visitor: visit.visitor,
      salt: visit.salt,
      tab,
      start: beginning,
      emit(payload) {
        pushed = Date.now();
        sender.push(mine, payload, leaving);
        loadLate();
      },
      activity,
      navigated() {
        later(host.check);
        if (!host.allowed()) return false;
        path = location.pathname;
        return true;
      },
      failed,
      wasm,
      late,
    });
    mine.epochMs = tap.epochMs;
    beginning = 2;
    path = location.pathname;
    report();
    plan();
  }

  /** The first checkpoint is on its way: what could wait for that comes now, or never. */
  async function loadLate() {
    if (isLateAsked) return;
    isLateAsked = true;
    try {
      // The build puts in the name of the file that is served.
      const module = (await import("./late/late.js")).start(seam);
      late = module;
    } catch {
      late = () => {};
    }
    tap?.attach(late);
    callAgain();
  }

  const callAgain = () => calls.splice(0).forEach((given) => call(...given));

  const report = () => host.report(paused ? "paused" : null, page.visit.id, page.name);

  /**
   * @param {number} reason of the END record
   * @param {boolean} [blind] nothing more is read
   */
  function finish(reason, blind) {
    clearTimeout(timer);
    ending = tap;
    tap = null;
    ending?.end(reason, blind);
    ending = null;
  }

  /**
   * Ends the page. What was captured till now and is not sent never goes: it may not be recorded any more.
   * @param {number} reason of the END record
   */
  function drop(reason) {
    sender.forget();
    finish(reason, true);
  }

  function plan() {
    clearTimeout(timer);
    timer = setTimeout(safely(tick), Math.min(SEND_EVERY, settings.heartbeat_ms));
  }

  function tick() {
    if (!tap) return;
    const now = Date.now();
    const over = session.over(now, limits());
    if (over) return rest(over);
    if (now - pushed >= settings.heartbeat_ms) tap.heartbeat();
    tap.flush();
    sender.back();
    if (now - asked >= ASK_EVERY) look();
    plan();
  }

  function look() {
    asked = Date.now();
    host.ask();
  }

  /** Goes on with settings that are not older than a minute. */
  function resume() {
    if (Date.now() - asked >= ASK_EVERY) look();
    else host.check();
  }

  /**
   * The recording is over; the visitor's next input begins another.
   * @param {number} reason of the END record
   */
  function rest(reason) {
    finish(reason);
    session.end(page.visit.id, Date.now());
    host.report(reason == IDLE ? "idle" : "closed");
    if (!resting[0]) resting = INPUTS.map((type) => on(window, type, wake));
  }

  function awake() {
    resting.splice(0).forEach((give) => give());
  }

  function wake() {
    awake();
    resume();
  }

  function activity() {
    input = Date.now();
    const over = session.over(input, limits(), true);
    if (!over) return;
    // Not from within the capture's own listener.
    later(() => {
      if (!tap) return;
      rest(over);
      wake();
    });
  }

  /**
   * @param {number} status
   * @param {import("./send.js").Page} refusedPage
   * @param {boolean} active its frames held input
   */
  function refused(status, refusedPage, active) {
    const { id } = refusedPage.visit;
    if (status != 402 && status) session.end(id, Date.now());
    // Erased by the visitor who stopped it.
    if (page.visit.id != id || (!tap && status == 410)) return;
    if (status == 409 && ++closed <= CLOSED_MAX) {
      if (!tap) return;
      rest(IDLE);
      if (active || input > pushed) wake();
      return;
    }
    die(REASONS[status] || "unavailable", status ? STOPPED : GAVE_UP);
  }

  /**
   * @param {string} reason
   * @param {number} end reason of the END record
   */
  function die(reason, end) {
    dead = reason;
    stop(reason, end);
    sender.close();
    host.report(reason);
    callAgain();
  }

  /**
   * @param {string} reason
   * @param {number} [end] reason of the END record
   */
  function stop(reason, end = STOPPED) {
    // Said again with each call of the page: the end that is on its way now must not be dropped.
    if (reason == stopped) return;
    stopped = reason;
    awake();
    // What was captured before may still go where only what comes now is not wanted: a call of the page, another route.
    if (/^stop|^pau/.test(reason) || (reason == "excluded" && location.pathname != path)) finish(end);
    else drop(end);
    attending.splice(0).forEach((give) => give());
    if (reason == "opted_out" || reason == "consent") {
      calls = calls.filter(([name]) => name == "flush");
      late?.("forget");
      if (page) session.end(page.visit.id, Infinity);
    }
  }

  /**
   * The page must not see an error of ours.
   * @template {any[]} Args
   * @param {(...args: Args) => void} run
   * @returns {(...args: Args) => void}
   */
  const safely = (run) => (...args) => {
    try {
      run(...args);
    } catch {
      failed();
    }
  };

  /** An error of ours: go silent. */
  function failed() {
    tap = null;
    die("unavailable", GAVE_UP);
  }

  /** @param {() => void} run */
  const later = (run) => void setTimeout(safely(run), 0);

  /** @param {EventTarget} target @param {string} type @param {(event: any) => void} hears */
  const on = (target, type, hears) => listen(target, type, safely(hears), { capture: true, passive: true });

  /** Everything that can go now goes. */
  function leave() {
    leaving = true;
    tap?.flush();
    sender.leave();
    leaving = false;
  }

  /** Hears when the visitor leaves and comes back. */
  function attend() {
    attending = [
      on(document, "visibilitychange", () => {
        if (document.visibilityState == "hidden") return frozen ? left() : leave();
        sender.back();
        if (tap && Date.now() - asked >= ASK_EVERY) look();
      }),
      on(document, "freeze", leave),
      on(window, "pagehide", () => {
        frozen = true;
        leaving = true;
        awake();
        finish(LEFT);
        leave();
        releaseTab(tab);
        gone = true;
      }),
      on(window, "pageshow", (event) => {
        if (!event.persisted) return;
        frozen = gone = false;
        beginning = 1;
        // The same tab, whoever was in it meanwhile.
        claimTab();
        sender.back();
        resume();
      }),
      on(window, "online", sender.wake),
    ];
  }

  /**
   * The page has been left. Firefox stops scripts when it closes a process's last tab, in the midst of a pagehide listener,
   * and lets them run again for this event: what was captured is sent now.
   */
  function left() {
    if (gone) return;
    gone = true;
    ending?.abandon(LEFT);
    finish(LEFT);
    sender.leave(true);
    releaseTab(tab);
  }

  /**
   * @param {Settings} next
   */
  function run(next) {
    if (tap && next != settings) drop(STOPPED);
    settings = next;
    stopped = "";
    if (dead) return host.report(dead);
    if (frozen || resting[0]) return;
    if (!attending[0]) attend();
    if (!tap && !paused) begin();
    if (host.consent()) session.consent(Date.now(), settings.visitor_days);
  }

  /**
   * @param {string} name
   * @param {any} [one]
   * @param {any} [two]
   */
  function act(name, one, two) {
    if (name == "pause" || name == "resume") {
      paused = name == "pause";
      if (tap) {
        tap[name]();
        report();
      } else {
        host.check();
      }
    } else if (name == "link") {
      one(`${host.collector}recordings/${page.visit.id}`);
    } else if (!late && !dead) {
      calls.push([name, one, two]);
    } else if (name == "flush") {
      tap?.flush();
      sender.flush().then(one);
    } else {
      late?.("call", [name, one, two], page.visit, host, sender.flush);
    }
  }

  /**
   * A call of the page that the loader does not answer itself, once it has recorded.
   * @param {string} name
   * @param {any} [one]
   * @param {any} [two]
   */
  function call(name, one, two) {
    try {
      act(name, one, two);
    } catch {
      // An error in the page's callback, or in what it told.
    }
  }

  return {
    /** The page may be recorded with these settings. */
    run: safely(run),
    /** It may not, for this reason. */
    stop: safely((/** @type {string} */ reason) => {
      stop(reason);
      // Nobody hears any more when the page is left.
      leave();
    }),
    call,
  };
}

/** @typedef {Awaited<ReturnType<typeof start>>} Recorder */
