// @ts-check
// The filters above the list. In: filters, what to do with new ones. Out: a form element.

import { el, icon } from "../markup.js";
import { DEVICES, isFiltered } from "./filters.js";

/** @typedef {import("./filters.js").Filters} Filters */

const LENGTHS = [10, 30, 60, 300, 900];
const FLAGS = /** @type {const} */ ([
  { name: "rage", value: true, label: "Rage clicks" },
  { name: "errors", value: true, label: "Errors" },
  { name: "watched", value: false, label: "Not watched" },
  { name: "starred", value: true, label: "Starred" },
]);
const MORE = /** @type {const} */ ([
  { name: "browser", label: "Browser" },
  { name: "os", label: "System" },
  { name: "event", label: "Event" },
  { name: "tag", label: "Tag" },
  { name: "conversation", label: "Conversation" },
  { name: "visitor", label: "Visitor" },
]);

/** @param {Filters} filters @param {(filters: Filters) => void} change */
export function filterBar(filters, change) {
  /** @param {keyof Filters} name @param {unknown} value */
  const set = (name, value) => {
    const { [name]: _before, ...rest } = filters;
    change(value === undefined || value === "" ? rest : { ...rest, [name]: value });
  };
  /** @param {keyof Filters} name @param {string} label @param {Record<string, unknown>} [more] */
  const text = (name, label, more) =>
    el("label", { class: "filter" }, el("span", null, label),
      el("input", { class: "input", type: "text", value: filters[name] ?? "", autocomplete: "off", ...more, onchange: (/** @type {any} */ event) => set(name, event.currentTarget.value.trim()) }));
  /** @param {"from" | "to"} name @param {string} label */
  const day = (name, label) =>
    el("label", { class: "filter" }, el("span", null, label),
      el("input", { class: "input", type: "date", value: filters[name] ?? "", onchange: (/** @type {any} */ event) => set(name, event.currentTarget.value) }));
  const device = el("select", { class: "select", onchange: () => set("device", device.value) },
    el("option", { value: "" }, "any"), DEVICES.map((name) => el("option", { value: name, selected: name === filters.device }, name)));
  const length = el("select", { class: "select", onchange: () => set("min_duration", Number(length.value) || undefined) },
    el("option", { value: "" }, "any"),
    LENGTHS.map((seconds) => el("option", { value: seconds, selected: seconds === filters.min_duration }, seconds < 60 ? `${seconds} s` : `${seconds / 60} min`)));
  const flags = FLAGS.map(({ name, value, label }) => {
    const isOn = filters[name] === value;
    return el("button", { type: "button", class: "chip", "aria-pressed": String(isOn), onclick: () => set(name, isOn ? undefined : value) }, label);
  });
  const isMore = MORE.some(({ name }) => filters[name] !== undefined);
  return el("form", { class: "filters", role: "search", "aria-label": "Filter recordings", onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
    el("div", { class: "filters-row" },
      el("label", { class: "filter is-who" }, el("span", null, "Who"),
        el("span", { class: "who-field" }, icon("search"),
          el("input", { class: "input", type: "search", value: filters.who ?? "", placeholder: "name, e-mail or IP", autocomplete: "off", onchange: (/** @type {any} */ event) => set("who", event.currentTarget.value.trim()) }))),
      text("page", "Page", { placeholder: "/checkout" }),
      day("from", "From"), day("to", "To"),
      el("label", { class: "filter" }, el("span", null, "Device"), device),
      el("label", { class: "filter" }, el("span", null, "Longer than"), length)),
    el("div", { class: "filters-row is-chips" },
      el("div", { class: "chips", role: "group", "aria-label": "Only" }, flags),
      el("details", { class: "filters-more", open: isMore }, el("summary", null, "More filters"),
        el("div", { class: "filters-row" }, MORE.map(({ name, label }) => text(name, label)))),
      isFiltered(filters) ? el("button", { type: "button", class: "button is-plain filters-clear", onclick: () => change({}) }, icon("close"), "Clear filters") : null));
}
