// @ts-check
// The pages of the visit; each goes to its start. In: the playback. Out: an element.

import { el } from "../../markup.js";
import { clockText } from "../time-words.js";
import { shortAddress } from "../timeline-model.js";

/** @param {import("../playback.js").Playback} playback */
export function pageList(playback) {
  const { pages } = playback.overview;
  const tabs = [...new Set(pages.map((page) => page.tab))];
  const buttons = pages.map((page) =>
    el("button", { type: "button", class: "page", title: page.url, onclick: () => playback.seek(page.startMs) },
      el("time", null, clockText(page.startMs)),
      el("span", { class: "page-words" },
        el("span", { class: "page-title" }, page.title || shortAddress(page.url)),
        el("span", { class: "page-address" }, shortAddress(page.url), tabs.length > 1 ? ` · tab ${tabs.indexOf(page.tab) + 1}` : null))),
  );
  playback.store.watch(({ page }) => {
    for (const [index, button] of buttons.entries()) {
      if (index === page) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
    }
  });
  return el("section", { class: "side-section is-pages", "aria-label": "Pages" },
    el("h2", null, pages.length === 1 ? "1 page" : `${pages.length} pages`),
    el("ol", { class: "page-list" }, buttons.map((button) => el("li", null, button))));
}
