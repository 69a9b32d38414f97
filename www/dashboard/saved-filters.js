// @ts-check
// Filters that are kept under a name, for everybody of the site. In: the site, the filters set now, what to do with others.
// Out: an element: a menu of names, and a way to keep what is set. Persons and days are not kept.

import { call } from "../api.js";
import { el, fill, icon } from "../markup.js";
import { keepable, parseFilters } from "./filters.js";

/** @typedef {import("./filters.js").Filters} Filters */
/** @typedef {{ id: string, name: string, filter: Record<string, unknown> }} Saved */

/** @param {string} site @param {Filters} filters @param {(filters: Filters) => void} change */
export function savedFilters(site, filters, change) {
  const at = `/api/v1/sites/${encodeURIComponent(site)}/filters`;
  const element = el("div", { class: "saved" });
  const problem = el("span", { class: "message is-error", role: "alert", hidden: true });
  /** @param {unknown} refused */
  const complain = (refused) => {
    problem.hidden = false;
    problem.textContent = String(/** @type {Error} */ (refused).message);
  };
  /** @param {Saved[]} items */
  const show = (items) => {
    const kept = JSON.stringify(keepable(filters));
    const current = items.find(({ filter }) => JSON.stringify(keepable(read(filter))) === kept);
    const menu = el("select", { class: "select", "aria-label": "Saved filters", onchange: () => {
      const found = items.find(({ id }) => id === menu.value);
      if (found) change(read(found.filter));
    } },
      el("option", { value: "" }, "Saved filters"), items.map(({ id, name }) => el("option", { value: id, selected: id === current?.id }, name)));
    const canKeep = !current && Object.keys(keepable(filters)).length > 0;
    fill(element,
      items.length > 0 ? menu : null,
      canKeep ? el("button", { type: "button", class: "button is-plain", onclick: () => fill(element, form(items)) }, icon("star"), "Save this filter") : null,
      current ? el("button", { type: "button", class: "button is-plain", onclick: () => void forget(current.id) }, "Delete from saved") : null,
      problem);
  };
  /** @param {Saved[]} items */
  const form = (items) => {
    const name = el("input", { class: "input", type: "text", maxlength: 80, placeholder: "Name of this filter", "aria-label": "Name of this filter" });
    const keep = async () => {
      if (!name.value.trim()) return;
      await call("POST", at, { name: name.value, filter: keepable(filters) }).then(load, complain);
    };
    // A form cannot stand in a form.
    name.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        void keep();
      }
      if (event.key === "Escape") show(items);
    });
    queueMicrotask(() => name.focus());
    return [name, el("button", { type: "button", class: "button is-primary", onclick: () => void keep() }, "Save"), el("button", { type: "button", class: "button is-plain", onclick: () => show(items) }, "Cancel"), problem];
  };
  /** @param {string} id */
  const forget = (id) => call("DELETE", `${at}/${encodeURIComponent(id)}`).then(load, complain);
  const load = () => call("GET", at).then(({ items }) => show(items), () => fill(element));
  void load();
  return element;
}

/** @param {Record<string, unknown>} filter as the API keeps it @returns {Filters} */
function read(filter) {
  return parseFilters(new URLSearchParams(Object.entries(filter).map(([name, value]) => [name, String(value)])));
}
