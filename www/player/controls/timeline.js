// @ts-check
// The seek bar: a native range over what happened when. In: the playback. Out: an element that asks it to seek.

import { el } from "../../markup.js";
import { clockText, spokenPosition } from "../time-words.js";
import { bands, clamp, place, ticks } from "../timeline-model.js";

const ARROW_MS = 5_000;
const PAGE_MS = 30_000;
/** Keys of a slider, in milliseconds. */
const KEYS = new Map([
  ["ArrowLeft", -ARROW_MS],
  ["ArrowDown", -ARROW_MS],
  ["ArrowRight", ARROW_MS],
  ["ArrowUp", ARROW_MS],
  ["PageDown", -PAGE_MS],
  ["PageUp", PAGE_MS],
]);

/** @param {import("../playback.js").Playback} playback */
export function timeline(playback) {
  const { overview, store } = playback;
  const { durationMs } = overview;
  const range = el("input", {
    type: "range",
    class: "timeline-range",
    min: 0,
    max: durationMs,
    step: 1,
    value: 0,
    "aria-label": "Seek",
    oninput: () => playback.seek(Number(range.value)),
    onchange: () => playback.seek(Number(range.value)),
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      const by = KEYS.get(event.key);
      if (by === undefined || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      playback.go(by);
    },
  });
  const hover = el("span", { class: "timeline-hover", "aria-hidden": "true", hidden: true });
  const track = el("div", { class: "timeline-track", "aria-hidden": "true" });
  const played = el("div", { class: "timeline-played" });
  track.append(played, ...drawn(overview));
  const element = el("div", {
    class: "timeline",
    onpointermove: (/** @type {PointerEvent} */ event) => {
      const box = track.getBoundingClientRect();
      const part = clamp((event.clientX - box.left) / Math.max(1, box.width), 0, 1);
      hover.hidden = false;
      hover.textContent = clockText(part * durationMs);
      hover.style.left = `${part * 100}%`;
    },
    onpointerleave: () => {
      hover.hidden = true;
    },
  }, track, range, hover);
  let saidSecond = -1;
  store.watch(({ timeMs }) => {
    range.value = String(Math.round(timeMs));
    played.style.width = `${place(timeMs, durationMs)}%`;
    const second = Math.floor(timeMs / 1_000);
    if (second === saidSecond) return;
    saidSecond = second;
    range.setAttribute("aria-valuetext", spokenPosition(timeMs, durationMs));
  });
  return element;
}

/** @param {import("../model.js").Overview} overview */
function drawn({ marks, inactive, gaps, durationMs }) {
  const band = (/** @type {string} */ kind) => (/** @type {{ left: number, width: number }} */ { left, width }) => {
    const element = el("span", { class: `timeline-band is-${kind}` });
    element.style.left = `${left}%`;
    element.style.width = `${width}%`;
    return element;
  };
  const tick = (/** @type {{ left: number, kind: string }} */ { left, kind }) => {
    const element = el("span", { class: "timeline-tick", "data-kind": kind });
    element.style.left = `${left}%`;
    return element;
  };
  return [...bands(inactive, durationMs).map(band("inactive")), ...bands(gaps, durationMs).map(band("gap")), ...ticks(marks, durationMs).map(tick)];
}
