// @ts-check
// What the timeline says, without drawing it: places in percent, who is in front, the marks around a time. Pure.

/**
 * @typedef {import("./model.js").Mark} Mark
 * @typedef {import("./model.js").Overview} Overview
 * @typedef {import("./model.js").Segment} Segment
 * @typedef {import("./model.js").Stretch} Stretch
 */

/** Marks nearer to each other than this part of the timeline are drawn as one. */
const MERGE = 0.004;
/** Going back right after a mark means the mark before it. */
const BACK_MS = 1_500;
/** What is drawn where several marks fall together. */
const WEIGHT = ["error", "rage", "dead", "console", "event", "tag", "submit", "navigate", "page", "media", "clipboard", "key", "input", "double", "click", "scroll", "vital"];
const SAID = {
  click: "Clicked",
  double: "Double-clicked",
  rage: "Rage click",
  dead: "Clicked without effect",
  submit: "Sent a form",
  key: "Pressed",
  clipboard: "Clipboard",
  media: "Sound or film",
  input: "Typed in a field",
  error: "Error",
  console: "Console",
  vital: "Measured",
  navigate: "Address changed",
  page: "Page",
  event: "Event",
  tag: "Tag",
  scroll: "Scrolled",
};

/** @param {number} value @param {number} low @param {number} high */
export function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

/** @param {number} timeMs @param {number} durationMs @returns {number} percent */
export function place(timeMs, durationMs) {
  return durationMs > 0 ? clamp((timeMs / durationMs) * 100, 0, 100) : 0;
}

/** @param {readonly Stretch[]} stretches @param {number} durationMs @returns {{ left: number, width: number }[]} percent */
export function bands(stretches, durationMs) {
  return stretches.map(([from, to]) => {
    const left = place(from, durationMs);
    return { left, width: place(to, durationMs) - left };
  });
}

/**
 * The marks worth drawing: near ones become one, of the weightiest kind.
 * @param {readonly Mark[]} marks by time @param {number} durationMs @returns {{ left: number, kind: string, count: number }[]}
 */
export function ticks(marks, durationMs) {
  /** @type {{ left: number, kind: string, count: number }[]} */
  const drawn = [];
  for (const mark of marks) {
    const left = place(mark.atMs, durationMs);
    const last = drawn.at(-1);
    if (last && left - last.left < MERGE * 100) {
      last.count += 1;
      if (WEIGHT.indexOf(mark.kind) < WEIGHT.indexOf(last.kind)) last.kind = mark.kind;
    } else {
      drawn.push({ left, kind: mark.kind, count: 1 });
    }
  }
  return drawn;
}

/**
 * The page in front at a time. Before the first and after the last segment it is theirs.
 * @param {readonly Segment[]} segments in order @param {number} timeMs @returns {Segment | undefined}
 */
export function segmentAt(segments, timeMs) {
  let found = segments[0];
  for (const segment of segments) {
    if (segment.fromMs > timeMs) break;
    found = segment;
  }
  return found;
}

/** @param {readonly Mark[]} marks by time @param {number} timeMs @returns {number} index of the last mark at or before, or -1 */
export function markBefore(marks, timeMs) {
  let index = -1;
  for (const mark of marks) {
    if (mark.atMs > timeMs) break;
    index += 1;
  }
  return index;
}

/** @param {readonly Mark[]} marks by time @param {number} timeMs @returns {number | null} */
export function nextMark(marks, timeMs) {
  return marks.find((mark) => mark.atMs > timeMs)?.atMs ?? null;
}

/** @param {readonly Mark[]} marks by time @param {number} timeMs @returns {number | null} */
export function previousMark(marks, timeMs) {
  return marks.findLast((mark) => mark.atMs < timeMs - BACK_MS)?.atMs ?? null;
}

/** What the colours of the timeline mean: kinds that look alike, in words. */
export const LEGEND = [
  { kinds: ["error", "rage", "dead"], words: "Error, rage click, click without effect" },
  { kinds: ["click", "double"], words: "Click" },
  { kinds: ["input", "key", "clipboard", "scroll"], words: "Typing, keys, clipboard" },
  { kinds: ["page", "navigate", "submit"], words: "Page, address, form sent" },
  { kinds: ["event", "tag", "media"], words: "Event, tag, sound and film" },
];

/** @param {Mark} mark @returns {string} what happened, as a sentence for the list */
export function sentence(mark) {
  const said = SAID[/** @type {keyof typeof SAID} */ (mark.kind)] ?? mark.kind;
  if (mark.label === "") return mark.kind === "click" ? "Clicked something" : said;
  if (mark.kind === "clipboard") return `${mark.label[0]?.toUpperCase()}${mark.label.slice(1)} something`;
  if (mark.kind === "key" || mark.kind === "media") return `${said} ${mark.label}`;
  if (/^(click|double|rage|dead|submit)$/.test(mark.kind)) return `${said} “${mark.label}”`;
  return `${said}: ${mark.label}`;
}

/**
 * An address without its origin, when another one has the same: what differs is what people look for.
 * @param {string} url @returns {string}
 */
export function shortAddress(url) {
  try {
    const { pathname, search, hash } = new URL(url);
    return decodeURI(pathname + search + hash);
  } catch {
    return url;
  }
}
