// @ts-check
// The list of recordings, kept fresh. In: a site, filters. Out: an element; rows keep their place and focus when they change.

import { call } from "../api.js";
import { el, fill, icon } from "../markup.js";
import { shortTime } from "../player/time-words.js";
import { addressText, counted, isHere, joined, whenText, whoText } from "../words.js";
import { isFiltered, question } from "./filters.js";

/**
 * @typedef {import("../api.js").Recording} Recording
 * @typedef {import("./filters.js").Filters} Filters
 * @typedef {{ items: Recording[], next: string | null }} Part
 */

const REFRESH_MS = 5_000;
const PART = 50;
const COLUMNS = ["Who", "When", "Length", "Pages", "Entry page", "With", "Signals", "Star"];

export class RecordingList {
  /** @param {string} site @param {Filters} filters @param {() => Node} empty what to show when the site has none at all */
  constructor(site, filters, empty) {
    this.site = site;
    this.filters = filters;
    this.empty = empty;
    /** @type {Map<string, { row: HTMLTableRowElement, shown: string }>} */
    this.rows = new Map();
    /** @type {Recording[]} */
    this.items = [];
    /** @type {string | null} */
    this.next = null;
    this.timer = 0;
    this.isClosed = false;
    this.body = el("tbody");
    this.table = el("table", { class: "recordings" },
      el("caption", { class: "for-readers" }, "Recordings"),
      el("thead", null, el("tr", null, COLUMNS.map((name) => el("th", { scope: "col" }, name === "Star" ? el("span", { class: "for-readers" }, name) : name)))),
      this.body);
    this.more = el("button", { type: "button", class: "button", hidden: true, onclick: () => void this.loadMore() }, "Show more");
    this.problem = el("p", { class: "message is-error", role: "alert", hidden: true });
    this.place = el("div", null, el("div", { class: "list-wait" }, el("div", { class: "spinner" }), "Loading…"));
    this.element = el("section", { class: "list", "aria-label": "Recordings" }, this.problem, this.place, this.more);
    this.onVisible = () => {
      if (!document.hidden) void this.refresh();
    };
    document.addEventListener("visibilitychange", this.onVisible);
    void this.refresh();
  }

  close() {
    this.isClosed = true;
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.onVisible);
  }

  /** @param {string | null} cursor @returns {Promise<Part>} */
  ask(cursor) {
    const asked = question(this.site, this.filters);
    return call("POST", "/api/v1/recordings/search", { ...asked, limit: PART, ...(cursor ? { cursor } : {}) });
  }

  /** The newest part again; parts loaded before stay below it. */
  async refresh() {
    clearTimeout(this.timer);
    try {
      const part = await this.ask(null);
      const fresh = new Set(part.items.map((item) => item.id));
      const oldest = part.items.at(-1);
      const isWhole = part.next === null;
      const kept = isWhole || !oldest ? [] : this.items.slice(this.items.findIndex((item) => item.id === oldest.id) + 1).filter((item) => !fresh.has(item.id));
      if (kept.length === 0) this.next = part.next;
      this.items = [...part.items, ...kept];
      this.problem.hidden = true;
      this.show();
    } catch (problem) {
      this.complain(problem);
    }
    if (!this.isClosed && !document.hidden) this.timer = window.setTimeout(() => void this.refresh(), REFRESH_MS);
  }

  async loadMore() {
    if (!this.next) return;
    try {
      const part = await this.ask(this.next);
      const known = new Set(this.items.map((item) => item.id));
      this.items.push(...part.items.filter((item) => !known.has(item.id)));
      this.next = part.next;
      this.show();
    } catch (problem) {
      this.complain(problem);
    }
  }

  /** @param {unknown} problem */
  complain(problem) {
    this.problem.hidden = false;
    this.problem.textContent = problem instanceof Error ? problem.message : String(problem);
  }

  show() {
    if (this.isClosed) return;
    this.more.hidden = this.next === null;
    if (this.items.length === 0) {
      this.rows.clear();
      fill(this.place, isFiltered(this.filters) ? el("p", { class: "list-none" }, "No recording fits these filters.") : this.empty());
      return;
    }
    if (this.table.parentNode !== this.place) fill(this.place, this.table);
    const wanted = this.items.map((item) => this.row(item));
    const isSame = wanted.length === this.body.rows.length && wanted.every((row, i) => row === this.body.rows[i]);
    if (!isSame) this.body.replaceChildren(...wanted);
    const ids = new Set(this.items.map((item) => item.id));
    for (const id of this.rows.keys()) if (!ids.has(id)) this.rows.delete(id);
  }

  /** @param {Recording} item */
  row(item) {
    const shown = JSON.stringify([item, whenText(item.started_at)]);
    const known = this.rows.get(item.id);
    if (known?.shown === shown) return known.row;
    const row = known?.row ?? el("tr");
    const hadFocus = row.contains(document.activeElement) ? document.activeElement?.tagName : null;
    row.className = item.watched || item.state !== "ready" ? "" : "is-new";
    fill(row, cells(item));
    if (hadFocus) /** @type {HTMLElement | null} */ (row.querySelector(hadFocus.toLowerCase()))?.focus();
    this.rows.set(item.id, { row, shown });
    return row;
  }
}

/** @param {Recording} item */
function cells(item) {
  const isLive = isHere(item);
  const who = el("th", { scope: "row", "data-column": "Who" },
    el("a", { href: `/recordings/${encodeURIComponent(item.id)}`, class: "row-link", onclick: () => sessionStorage.setItem("revisit.list", location.pathname + location.search) }, whoText(item)),
    isLive ? el("span", { class: "badge is-live" }, "on the site now") : null,
    !isLive && item.state !== "ready" ? el("span", { class: "badge" }, "just left") : null,
    item.conversation ? el("span", { class: "badge", title: `Conversation ${item.conversation}` }, "chat") : null,
    item.watched ? el("span", { class: "watched", title: "Watched" }, icon("check"), el("span", { class: "for-readers" }, "watched")) : null);
  const signals = [
    item.rage_clicks > 0 ? el("span", { class: "badge is-rage" }, counted(item.rage_clicks, "rage click")) : null,
    (item.dead_clicks ?? 0) > 0 ? el("span", { class: "badge" }, counted(item.dead_clicks ?? 0, "dead click")) : null,
    item.errors > 0 ? el("span", { class: "badge is-warn" }, counted(item.errors, "error")) : null,
  ].filter((signal) => signal !== null);
  return [
    who,
    el("td", { "data-column": "When" }, el("time", { datetime: item.started_at ?? "", title: item.started_at ? new Date(item.started_at).toLocaleString() : "" }, whenText(item.started_at))),
    el("td", { "data-column": "Length" }, shortTime(item.duration_ms), el("span", { class: "soft second" }, `${shortTime(item.active_ms)} active`)),
    el("td", { "data-column": "Pages", class: "is-number" }, String(item.pages), el("span", { class: "unit" }, item.pages === 1 ? " page" : " pages")),
    el("td", { "data-column": "Entry page", class: "is-address", title: item.entry_url ?? "" }, addressText(item.entry_url)),
    el("td", { "data-column": "With" }, item.device ?? "–", el("span", { class: "soft second" }, joined(item.browser, item.os, item.country))),
    el("td", { "data-column": "Signals", class: "is-signals" }, signals.length > 0 ? signals : el("span", { class: "soft" }, counted(item.clicks, "click"))),
    el("td", { "data-column": "Star", class: "is-star" }, star(item)),
  ];
}

/** @param {Recording} item */
function star(item) {
  const button = el("button", {
    type: "button",
    class: "button is-plain star",
    "aria-label": "Star",
    "aria-pressed": String(item.starred),
    onclick: async () => {
      const starred = !item.starred;
      try {
        await call("PATCH", `/api/v1/recordings/${encodeURIComponent(item.id)}`, { starred });
        item.starred = starred;
        button.setAttribute("aria-pressed", String(starred));
      } catch {
        // The star stays as it was, which says it.
      }
    },
  }, icon("star"));
  return button;
}
