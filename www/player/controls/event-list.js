// @ts-check
// What happened, as a list that can be read instead of watched; each entry goes to its time. In: the playback. Out: an element.

import { el, fill } from "../../markup.js";
import { clockText, spokenTime } from "../time-words.js";
import { markBefore, sentence, shortAddress } from "../timeline-model.js";

/** @typedef {import("../model.js").Mark} Mark */

const KINDS = [
  { label: "All", kinds: null },
  { label: "Clicks", kinds: ["click", "double", "rage", "dead"] },
  { label: "Input", kinds: ["input", "key", "clipboard", "submit"] },
  { label: "Pages", kinds: ["page", "navigate"] },
  { label: "Trouble", kinds: ["error", "console", "rage", "dead"] },
  { label: "Media", kinds: ["media"] },
  { label: "Events", kinds: ["event", "tag"] },
  { label: "Speed", kinds: ["vital"] },
];

/** @param {import("../playback.js").Playback} playback */
export function eventList(playback) {
  const { marks } = playback.overview;
  const offered = KINDS.filter(({ kinds }) => !kinds || marks.some((mark) => kinds.includes(mark.kind)));
  const list = el("ol", { class: "event-list", "aria-label": "Events" });
  /** @type {{ mark: Mark, button: HTMLButtonElement }[]} */
  let shown = [];
  let current = -1;

  /** @param {string[] | null} kinds */
  const show = (kinds) => {
    shown = marks.filter((mark) => !kinds || kinds.includes(mark.kind)).map((mark) => ({ mark, button: entry(mark, playback) }));
    current = -1;
    fill(list, shown.map(({ button }) => el("li", null, button)));
    if (shown.length === 0) fill(list, el("li", { class: "event-none" }, "Nothing happened that could be listed."));
    follow(playback.store.state.timeMs);
  };
  /** @param {number} timeMs */
  const follow = (timeMs) => {
    const index = markBefore(shown.map(({ mark }) => mark), timeMs);
    if (index === current) return;
    shown[current]?.button.removeAttribute("aria-current");
    current = index;
    const button = shown[index]?.button;
    button?.setAttribute("aria-current", "true");
    if (button && !list.matches(":hover, :focus-within")) keepInView(list, button);
  };

  const chosen = el("div", { class: "chips", role: "group", "aria-label": "Kinds of events" });
  for (const { label, kinds } of offered) {
    chosen.append(el("button", {
      type: "button",
      class: "chip",
      "aria-pressed": String(kinds === null),
      onclick: (/** @type {Event} */ event) => {
        for (const chip of chosen.children) chip.setAttribute("aria-pressed", String(chip === event.currentTarget));
        show(kinds);
      },
    }, label));
  }
  show(null);
  playback.store.watch(({ timeMs }) => follow(timeMs));
  return el("section", { class: "side-section is-events", "aria-label": "Events" }, el("h2", null, "Events"), chosen, list);
}

/** @param {Mark} mark @param {import("../playback.js").Playback} playback */
function entry(mark, playback) {
  const isAddress = mark.kind === "page" || mark.kind === "navigate";
  const words = sentence(isAddress ? { ...mark, label: shortAddress(mark.label) } : mark);
  return el("button", { type: "button", class: "event", "data-kind": mark.kind, onclick: () => playback.seek(mark.atMs) },
    el("time", { datetime: `PT${(mark.atMs / 1_000).toFixed(1)}S`, title: spokenTime(mark.atMs) }, clockText(mark.atMs)),
    el("span", { class: "event-words" }, words));
}

/** Scrolls the list alone, never the page. @param {HTMLElement} list @param {HTMLElement} entry_ */
function keepInView(list, entry_) {
  const [top, height] = [entry_.offsetTop - list.offsetTop, entry_.offsetHeight];
  if (top < list.scrollTop || top + height > list.scrollTop + list.clientHeight) {
    list.scrollTop = Math.max(0, top - list.clientHeight / 3);
  }
}
