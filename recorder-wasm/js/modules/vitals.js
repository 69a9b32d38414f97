// Web vitals, where the site asks for them (`record_web_vitals`): LCP, CLS, INP, TTFB of this page.
// In: the browser's own measurements. Out: a VITAL record for each value, with the next flush after it changed, the last one
// among them. Never: reads an element, or measures anything itself.

import { VITAL, write } from "../late/numbers.js";
import { open as join } from "../late/seam.js";

/** Numbers of the measurements, as in `shared::record::Vital`. */
const LCP = 0, CLS = 1, INP = 2, TTFB = 3;
/** A session window of layout shifts: milliseconds of its longest pause, and in all. */
const PAUSE_MAX = 1000, WINDOW_MAX = 5000;
/** Of so many interactions one outlier is left out. */
const OUTLIER_EVERY = 50;

/** @type {import("../late/seam.js").Ears | null} */
let ears = null;
/** @type {(() => void)[]} */
let undo = [];
/** In thousandths: of a millisecond, or of a score. @type {Map<number, number>} */
const values = new Map();
/** @type {Map<number, number>} */
const told = new Map();
let shifts = { first: 0, last: 0, sum: 0 };
/** The longest duration of each interaction. @type {Map<number, number>} */
const interactions = new Map();
/** Since the longest of them was looked for. */
let hasInteracted = false;

/** What is done with each kind of entry. @type {Record<string, (entry: any) => void>} */
const HEARS = {
  "largest-contentful-paint": (entry) => set(LCP, entry.startTime * 1000),
  "layout-shift"(entry) {
    if (entry.hadRecentInput) return;
    const { startTime: at, value } = entry;
    const goesOn = shifts.sum > 0 && at - shifts.last < PAUSE_MAX && at - shifts.first < WINDOW_MAX;
    shifts = goesOn ? { ...shifts, last: at, sum: shifts.sum + value } : { first: at, last: at, sum: value };
    set(CLS, Math.max(values.get(CLS) ?? 0, shifts.sum * 1000));
  },
  event(entry) {
    if (!entry.interactionId) return;
    interactions.set(entry.interactionId, Math.max(interactions.get(entry.interactionId) ?? 0, entry.duration));
    hasInteracted = true;
  },
  navigation: (entry) => entry.responseStart > 0 && set(TTFB, entry.responseStart * 1000),
};

/** @param {number} name @param {number} value */
const set = (name, value) => values.set(name, Math.round(value));

/**
 * @param {import("../late/seam.js").Seam} seam
 * @returns {import("../late/late.js").Tap}
 */
export function start(seam) {
  join(seam);
  return {
    open(receiver) {
      ears = receiver;
      told.clear();
      for (const type in HEARS) hear(type);
    },
    before: tell,
    close() {
      undo.forEach((stop) => stop());
      undo = [];
      ears = null;
    },
  };
}

/** @param {string} type */
function hear(type) {
  try {
    const observer = new PerformanceObserver((list) => {
      try {
        list.getEntries().forEach(HEARS[type]);
      } catch {
        // A browser that measures in another way: nothing is known of it.
      }
    });
    observer.observe(/** @type {any} */ ({ type, buffered: true, durationThreshold: 40 }));
    undo.push(() => observer.disconnect());
  } catch {
    // This browser does not measure it.
  }
}

function tell() {
  if (!ears) return;
  if (hasInteracted) {
    hasInteracted = false;
    const longest = [...interactions.values()].sort((a, b) => b - a);
    set(INP, longest[Math.floor(longest.length / OUTLIER_EVERY)] * 1000);
  }
  for (const [name, value] of values) {
    if (told.get(name) === value) continue;
    told.set(name, value);
    write(VITAL, ears.now(), name, value);
  }
}
