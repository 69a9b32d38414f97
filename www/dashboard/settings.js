// @ts-check
// The site's settings, a form for each part. In: the site. Out: an element; each form saves what changed in it.

import { call } from "../api.js";
import { el, fill } from "../markup.js";
import { changes, offered, SECTIONS, unreadable, written } from "./settings-fields.js";
import { webhookPanel } from "./webhook.js";

/**
 * @typedef {import("./settings-fields.js").Field} Field
 * @typedef {Record<string, any> & { id: string }} Site
 */

/** @param {Site} site @param {(site: Site) => void} saved */
export function settingsPanel(site, saved) {
  return el("section", { class: "settings", "aria-labelledby": "settings-title" },
    el("h1", { id: "settings-title" }, `Settings of ${site.name}`),
    SECTIONS.map((section) => form(section, site, saved)),
    webhookPanel(site.id));
}

/** @param {typeof SECTIONS[number]} section @param {Site} site @param {(site: Site) => void} saved */
function form({ title, fields }, site, saved) {
  let current = site;
  const known = offered(fields).filter((field) => field.name in site);
  const controls = new Map(known.map((field) => [field, control(field, current[field.name])]));
  const status = el("span", { class: "settings-status", role: "status" });
  const refuse = (/** @type {string} */ why) => fill(status, el("span", { class: "message is-error" }, why));
  const save = el("button", { type: "submit", class: "button is-primary" }, "Save");
  /** @param {Field} field */
  const valueOf = (field) => {
    const input = /** @type {HTMLInputElement} */ (controls.get(field));
    return field.kind === "switch" ? input.checked : input.value;
  };
  return el("form", {
    class: "card settings-form",
    "aria-label": title,
    oninput: () => fill(status),
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      const changed = changes(known, current, valueOf);
      if (Object.keys(changed).length === 0) {
        fill(status, "Nothing has changed.");
        return;
      }
      const wrong = known.map((field) => unreadable(field, changed[field.name], isSelector)).find((sentence) => sentence !== "");
      if (wrong !== undefined) {
        refuse(wrong);
        return;
      }
      save.disabled = true;
      try {
        current = { ...current, ...(await call("PATCH", `/api/v1/sites/${encodeURIComponent(site.id)}`, changed)) };
        fill(status, "Saved.");
        saved(current);
      } catch (problem) {
        refuse(String(/** @type {Error} */ (problem).message));
      }
      save.disabled = false;
    },
  },
    el("h2", null, title),
    known.map((field) => labelled(field, /** @type {HTMLElement} */ (controls.get(field)))),
    el("div", { class: "settings-foot" }, save, status));
}

/** @param {string} text */
function isSelector(text) {
  try {
    document.createDocumentFragment().querySelector(text);
    return true;
  } catch {
    return false;
  }
}

/** @param {Field} field @param {unknown} value */
function control(field, value) {
  const shown = written(field, value);
  const described = { id: `setting-${field.name}`, name: field.name, "aria-describedby": field.hint ? `hint-${field.name}` : null };
  if (field.kind === "switch") return el("input", { ...described, type: "checkbox", role: "switch", checked: shown === true });
  if (field.kind === "lines") return el("textarea", { ...described, class: "textarea", rows: 3, spellcheck: "false" }, String(shown));
  if (field.kind === "choice") {
    const choices = field.choices?.includes(String(shown)) ? field.choices : [...(field.choices ?? []), String(shown)];
    return el("select", { ...described, class: "select" }, choices.map((choice) => el("option", { value: choice, selected: choice === shown }, choice)));
  }
  const number = field.kind === "number" ? { type: "number", min: 0, max: field.max } : field.kind === "percent" ? { type: "number", min: 0, max: 100, step: "any" } : { type: "text" };
  return el("input", { ...described, ...number, class: "input", value: shown });
}

/** @param {Field} field @param {HTMLElement} input */
function labelled(field, input) {
  const label = el("label", { for: input.id, class: "label" }, field.label);
  const hint = field.hint ? el("p", { class: "hint", id: `hint-${field.name}` }, field.hint) : null;
  return field.kind === "switch"
    ? el("div", { class: "setting is-switch" }, input, el("div", null, label, hint))
    : el("div", { class: "setting" }, label, hint, input);
}
