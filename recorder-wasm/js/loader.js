// What every page of the site loads: the page's API, the decision whether to record, and only then the recorder.
// In: the script tag or `revisit('init', …)`, the page's calls, the settings of the site. Out: one recorder, or none and a reason.
// Never: stores anything while it does not record (but an opt-out), asks for more than the settings then, writes to the console.

import { isMobile, leftOut, refusal, tighten } from "./gate.js";

/** @typedef {{recording: boolean, reason: string | null, id: string | null, page: string | null}} State */
/** @typedef {[name: string, one?: any, two?: any]} Call */

/** @type {any} */
const page = window;
/** @type {any} */
const current = document.currentScript;
/** @type {HTMLScriptElement | null} */
const tag = current?.src ? current : document.querySelector('script[src*="revisit.js"]');
const address = tag?.src || "";
/** @type {RequestInit} */
const ANONYMOUS = { credentials: "omit", referrerPolicy: "no-referrer" };

/** @type {Record<string, any>} the page's own, which only make recording stricter */
const options = {
  site: tag?.dataset.site || /[?&]site=([^&#]*)/.exec(address)?.[1],
  collector: address.replace(/[^/]*([?#].*)?$/, ""),
};

const start = () => {
  /** @type {import("./gate.js").Pattern[]} */
  let excluded = [];
  /** @type {import("./gate.js").Pattern[]} */
  let included = [];
  const dice = Math.random();
  /** @type {any} the site's settings as answered */
  let answer;
  /** @type {import("./gate.js").Settings | undefined} the same made stricter */
  let settings;
  /** @type {import("./recorder.js").Recorder | undefined} */
  let recorder;
  /** It has recorded, so that calls go there. */
  let begun = false;
  /** @type {boolean | undefined} */
  let consent;
  /** Said by the page before anything is recorded: "stopped", "paused". */
  let halted = "";
  let failed = "";
  let optedOut = false;
  /** Ends the listeners: an AbortController is options enough, for its `signal`. @type {any} */
  let routes;
  let asking = false;
  let loading = false;
  /** @type {Call[]} */
  let calls = [];
  /** @type {State} */
  let state;

  /** @type {import("./recorder.js").Host["report"]} */
  const report = (reason, id = null, page = null) => {
    state = { recording: !reason, reason, id, page };
  };

  /** @returns {any} the visit's entry in storage, see session.js */
  const stored = () => {
    try {
      return JSON.parse(localStorage[host.key]);
    } catch {
      // Nothing, or blocked.
    }
  };
  /** @param {string} [value] */
  const store = (value) => {
    try {
      if (value) host.key && (localStorage[host.key] = value);
      else delete localStorage[host.key];
    } catch {
      // Blocked: for this page only.
    }
  };

  /** Why this page may not be recorded now, as far as is known; "" when it may. */
  const reasonNow = () => {
    const path = location.pathname;
    const entry = stored();
    const reason = optedOut || entry?.out ? "opted_out"
      // The page around this frame records it too.
      : page.frameElement && page.parent.revisit ? "framed"
      : halted || (consent === false ? "consent" : leftOut(excluded, included, path) ? "excluded" : failed);
    if (reason || !settings) return reason;
    const visiting = Date.now() - entry?.last < settings.idle_ms;
    /** @type {any} */
    const browser = navigator;
    return refusal(settings, {
      path,
      mobile: isMobile(browser.userAgent, browser.maxTouchPoints),
      gpc: browser.globalPrivacyControl,
      bot: browser.webdriver,
      consent: consent || (visiting && entry.consent),
      visiting: visiting || state.recording,
      // A visit that was not chosen on its first page is not chosen on a later one; nothing is stored to know that.
      dice: !entry && document.referrer.startsWith(location.origin) ? 1 : dice,
    });
  };

  /** Starts, goes on or stops, as the page may be recorded or not. */
  const check = () => {
    // A page that is only prepared may never be seen.
    if (!host.site || /** @type {any} */ (document).prerendering) return;
    const reason = reasonNow();
    if (reason) {
      report(reason);
      host.late = true;
      recorder?.stop(reason);
      // Nothing waits for an end, and what happens now is not to be recorded, or erased, later: events and `erase`.
      calls = calls.filter(([name, done]) => (name == "flush" ? done() : !/^e/.test(name)));
    } else if (!settings) {
      ask();
    } else if (!recorder) {
      load();
    } else {
      begun = true;
      recorder.run(settings);
      calls.splice(0).forEach((call) => recorder?.call(...call));
    }
  };

  const apply = () => {
    const next = tighten(answer, options);
    // Another object is another page of the recording.
    if (JSON.stringify(next) != JSON.stringify(settings)) settings = next;
  };

  const ask = async () => {
    if (asking) return;
    asking = true;
    try {
      const response = await fetch(`${host.collector}v1/site/${host.site}`, ANONYMOUS);
      const next = response.ok && (await response.json());
      // Running recordings go on when the month's recordings are used up.
      if (next && (!answer || next.record || next.reason != "quota")) {
        answer = next;
        apply();
      }
    } catch {
      // Said below.
    }
    asking = false;
    if (!settings) failed = "unavailable";
    check();
  };

  const load = async () => {
    if (loading || !settings) return;
    loading = true;
    report("starting");
    try {
      const module = fetch(host.collector + settings.wasm, ANONYMOUS);
      module.catch(() => {});
      recorder = await (await import(host.collector + settings.recorder)).start(host, module);
    } catch {
      failed = "blocked";
    }
    check();
  };

  /** @type {import("./recorder.js").Host} */
  const host = {
    site: "",
    key: "",
    collector: "",
    late: false,
    consent: () => consent,
    allowed: () => !reasonNow(),
    check,
    ask,
    report,
  };

  /** @type {Record<string, (one?: any) => any>} */
  const own = {
    init(given) {
      Object.assign(options, given);
      excluded = excluded.concat(options.exclude || []);
      included = included.concat(options.include || []);
      options.exclude = options.include = 0;
      if (answer) apply();
    },
    exclude(patterns) {
      excluded = excluded.concat(patterns);
    },
    include(patterns) {
      included = included.concat(patterns);
    },
    start() {
      halted = "";
    },
    stop() {
      halted = "stopped";
      routes = routes?.abort();
    },
    consent(given) {
      consent = !!given;
      if (!consent && !stored()?.out) store();
    },
    optOut() {
      optedOut = true;
      store('{"out":1}');
      return stored()?.out;
    },
    optIn() {
      optedOut = false;
      if (stored()?.out) store();
    },
    state: () => ({ ...state }),
    flush: () => new Promise((done) => forward("flush", done)),
  };

  /** @type {(...call: Call) => void} */
  const forward = (...call) => {
    const [name] = call;
    if (begun) recorder?.call(...call);
    else if (name == "pause") halted = "paused";
    else if (name == "resume") halted = "";
    else calls.push(call);
  };

  /** @type {(...call: Call) => any} */
  const answerTo = (...call) => {
    const [name, one] = call;
    try {
      settle();
      return own[name] ? own[name](one) : forward(...call);
    } catch {
      // The page must not see an error of ours.
    }
  };

  /** The address changes before the page does: what an excluded route showed must be gone first. */
  const moved = () => (reasonNow() ? check() : setTimeout(check, 100));

  /** Knows where things are kept as soon as the site is known. */
  const settle = () => {
    const { site } = options;
    if (site && !host.site) {
      host.site = site;
      host.key = `rv:${site}`;
      host.collector = options.collector.replace(/\/?$/, "/");
      // The link of the collector's page for those who want to opt out, which says whether the browser has kept it.
      if (optedOut) own.optOut();
      if (location.hash == "#rv:out") location.replace(host.collector + "opt-out#" + own.optOut());
    }
  };

  const begin = () => {
    settle();
    if (!halted && !routes) {
      // Routes of a single-page app, while the recorder does not run.
      routes = new AbortController();
      page.navigation?.addEventListener("currententrychange", moved, routes);
      addEventListener("popstate", moved, routes);
      document.addEventListener("prerenderingchange", check, routes);
    }
    check();
  };

  report("starting");
  (page.revisit?.q || []).forEach((/** @type {Call} */ call) => answerTo(...call));
  page.revisit = (/** @type {Call} */ ...call) => {
    const answered = answerTo(...call);
    begin();
    return answered;
  };
  page.revisit.on = 1;
  begin();
};

// A second tag, or a late one, is the same recorder.
if (page.revisit?.on) page.revisit("init", options);
else start();
