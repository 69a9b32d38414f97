// @ts-check
// The filters above the list: what is asked for most in one row, switches under it, all the rest in a panel, and what is
// set now as chips that can be taken away one by one. In: filters, what to do with new ones. Out: a form element.

import { el, icon } from "../markup.js";
import { DEVICES, isFiltered, SORTS } from "./filters.js";
import { savedFilters } from "./saved-filters.js";

/** @typedef {import("./filters.js").Filters} Filters */

const LENGTHS = [10, 30, 60, 300, 900];
const FLAGS = /** @type {const} */ ([
  { name: "rage", value: true, label: "Rage clicks" },
  { name: "dead", value: true, label: "Dead clicks" },
  { name: "errors", value: true, label: "Errors" },
  { name: "chat", value: true, label: "With a chat" },
  { name: "watched", value: false, label: "Not watched" },
  { name: "starred", value: true, label: "Starred" },
]);
/** @type {readonly { title: string, fields: readonly { name: keyof Filters, label: string, like?: string, number?: true }[] }[]} */
const GROUPS = [
  {
    title: "What they did",
    fields: [
      { name: "entry", label: "First page", like: "/" },
      { name: "exit", label: "Last page", like: "/checkout" },
      { name: "steps", label: "Pages in this order", like: "/cart > /checkout" },
      { name: "click", label: "Clicked", like: "Add to cart" },
      { name: "event", label: "Event", like: "order" },
      { name: "property", label: "Event property", like: "size:large" },
      { name: "tag", label: "Tag", like: "plan:gold" },
      { name: "min_pages", label: "At least pages", like: "3", number: true },
      { name: "min_active", label: "Active for at least (s)", like: "30", number: true },
      { name: "max_duration", label: "Not longer than (s)", like: "600", number: true },
    ],
  },
  {
    title: "Where they came from",
    fields: [
      { name: "referrer", label: "Referring site", like: "google" },
      { name: "utm_source", label: "UTM source" },
      { name: "utm_medium", label: "UTM medium" },
      { name: "utm_campaign", label: "UTM campaign" },
      { name: "country", label: "Country", like: "CZ" },
      { name: "language", label: "Language", like: "cs" },
    ],
  },
  {
    title: "With what, and who",
    fields: [
      { name: "browser", label: "Browser", like: "Firefox" },
      { name: "os", label: "System", like: "Windows" },
      { name: "screen", label: "Screen", like: "1920x1080" },
      { name: "conversation", label: "Conversation" },
      { name: "visitor", label: "Visitor" },
    ],
  },
];

/** What a condition is called on its chip. @type {Partial<Record<keyof Filters, string>>} */
const CALLED = {
  who: "About", from: "From", to: "To", page: "Page", device: "Device", min_duration: "Longer than (s)",
  ...Object.fromEntries(GROUPS.flatMap(({ fields }) => fields.map(({ name, label }) => [name, label]))),
};

/** @param {string} site @param {Filters} filters @param {(filters: Filters) => void} change */
export function filterBar(site, filters, change) {
  /** @param {keyof Filters} name @param {unknown} value */
  const set = (name, value) => {
    const { [name]: _before, ...rest } = filters;
    change(value === undefined || value === "" ? rest : { ...rest, [name]: value });
  };
  /** @param {keyof Filters} name @param {string} label @param {Record<string, unknown>} [more] */
  const text = (name, label, more) =>
    el("label", { class: "filter" }, el("span", null, label),
      el("input", { class: "input", type: "text", value: filters[name] ?? "", autocomplete: "off", ...more, onchange: (/** @type {any} */ event) => set(name, event.currentTarget.value.trim()) }));
  /** @param {keyof Filters} name @param {string} label @param {string} [like] */
  const number = (name, label, like) =>
    el("label", { class: "filter" }, el("span", null, label),
      el("input", { class: "input", type: "number", min: 0, step: 1, placeholder: like, value: filters[name] ?? "", onchange: (/** @type {any} */ event) => set(name, Math.floor(Number(event.currentTarget.value)) || undefined) }));
  /** @param {"from" | "to"} name @param {string} label */
  const day = (name, label) =>
    el("label", { class: "filter" }, el("span", null, label),
      el("input", { class: "input", type: "date", value: filters[name] ?? "", onchange: (/** @type {any} */ event) => set(name, event.currentTarget.value) }));
  const device = el("select", { class: "select", onchange: () => set("device", device.value) },
    el("option", { value: "" }, "any"), DEVICES.map((name) => el("option", { value: name, selected: name === filters.device }, name)));
  const length = el("select", { class: "select", onchange: () => set("min_duration", Number(length.value) || undefined) },
    el("option", { value: "" }, "any"),
    LENGTHS.map((seconds) => el("option", { value: seconds, selected: seconds === filters.min_duration }, seconds < 60 ? `${seconds} s` : `${seconds / 60} min`)));
  const sort = el("select", { class: "select", onchange: () => set("sort", sort.value === SORTS[0][0] ? undefined : sort.value) },
    SORTS.map(([name, label]) => el("option", { value: name, selected: name === filters.sort }, label)));
  const flags = FLAGS.map(({ name, value, label }) => {
    const isOn = filters[name] === value;
    return el("button", { type: "button", class: "chip", "aria-pressed": String(isOn), onclick: () => set(name, isOn ? undefined : value) }, label);
  });
  const isMore = GROUPS.some(({ fields }) => fields.some(({ name }) => filters[name] !== undefined));
  const groups = GROUPS.map(({ title, fields }) =>
    el("fieldset", { class: "filter-group" }, el("legend", null, title),
      el("div", { class: "filters-row" }, fields.map(({ name, label, like, number: isNumber }) => (isNumber ? number(name, label, like) : text(name, label, { placeholder: like }))))));
  return el("form", { class: "filters", role: "search", "aria-label": "Filter recordings", onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
    el("div", { class: "filters-row" },
      el("label", { class: "filter is-who" }, el("span", null, "Search"),
        el("span", { class: "who-field" }, icon("search"),
          el("input", { class: "input", type: "search", value: filters.who ?? "", placeholder: "name, e-mail, IP, or any words", autocomplete: "off", onchange: (/** @type {any} */ event) => set("who", event.currentTarget.value.trim()) }))),
      text("page", "Page", { placeholder: "/checkout" }),
      day("from", "From"), day("to", "To"),
      el("label", { class: "filter" }, el("span", null, "Device"), device),
      el("label", { class: "filter" }, el("span", null, "Longer than"), length),
      el("label", { class: "filter" }, el("span", null, "Order"), sort)),
    el("div", { class: "filters-row is-chips" },
      el("div", { class: "chips", role: "group", "aria-label": "Only" }, flags),
      el("details", { class: "filters-more", open: isMore }, el("summary", null, "More filters"), groups),
      savedFilters(site, filters, change)),
    chosen(filters, set, change));
}

/**
 * What is set now. @param {Filters} filters @param {(name: keyof Filters, value: unknown) => void} set
 * @param {(filters: Filters) => void} change
 */
function chosen(filters, set, change) {
  if (!isFiltered(filters)) return null;
  const names = /** @type {(keyof Filters)[]} */ (Object.keys(filters)).filter((name) => CALLED[name] !== undefined);
  return el("div", { class: "chosen", role: "group", "aria-label": "Filters that are set" },
    names.map((name) =>
      el("button", { type: "button", class: "chip is-set", "aria-label": `Take away: ${CALLED[name]} ${filters[name]}`, onclick: () => set(name, undefined) },
        `${CALLED[name]}: `, el("b", null, String(filters[name])), icon("close"))),
    el("button", { type: "button", class: "button is-plain filters-clear", onclick: () => change(filters.sort ? { sort: filters.sort } : {}) }, "Clear filters"));
}
