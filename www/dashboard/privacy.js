// @ts-check
// The site's privacy: who is held, what is stored of them, what left a page, what was done. In: the site. Out: an element.
// Never: puts the name, address or id of a person into an address of this page.

import { call } from "../api.js";
import { el, fill } from "../markup.js";
import { addressText, counted, whenText } from "../words.js";

/** @typedef {import("./settings.js").Site} Site */

const WAYS = [
  ["email", "E-mail address"],
  ["identity", "Id given to identify"],
  ["visitor", "Visitor's id"],
  ["recording", "Recording's id"],
  ["ip", "Full IP address"],
];

/** @param {Site} site */
export function privacyPanel(site) {
  return el("section", { class: "settings privacy", "aria-labelledby": "privacy-title" },
    el("h1", { id: "privacy-title" }, `Privacy of ${site.name}`),
    personCard(site), besideCard(site), auditCard(site), optOutCard(site), logCard());
}

/** @param {Site} site */
function personCard(site) {
  const way = el("select", { class: "select", id: "person-way" }, WAYS.filter(([name]) => name !== "ip" || site.record_ip === true).map(([name, label]) => el("option", { value: name }, label)));
  const value = el("input", { class: "input", id: "person-value", required: true, autocomplete: "off", spellcheck: "false" });
  const status = el("p", { class: "settings-status", role: "status" });
  const body = () => ({ site: site.id, [way.value]: value.value.trim() });
  const erase = el("button", { type: "button", class: "button is-danger", onclick: () => {
    if (!value.reportValidity()) return;
    const sure = el("button", { type: "button", class: "button is-danger", onclick: () => void attempt(status, async () => {
      const { erased, verified } = await call("POST", "/api/v1/erase", body());
      return erased.length ? `Erased ${counted(erased.length, "recording")}. Nothing of them is left in ${counted(verified.chunks, "chunk")} and ${counted(verified.recordings, "stored recording")}.` : "Nothing is held on this person.";
    }) }, "Erase for good");
    fill(status, "All recordings of this person go, with their links. ", sure);
    sure.focus();
  } }, "Erase…");
  return el("form", { class: "card settings-form", "aria-label": "A person's data", onsubmit: (/** @type {Event} */ event) => {
    event.preventDefault();
    void attempt(status, async () => {
      const held = await call("POST", "/api/v1/access", body());
      if (held.count === 0) return "Nothing is held on this person.";
      save(held, "held-data.json");
      return `Saved everything that is held: ${counted(held.count, "recording")}, with what they show and say.`;
    });
  } },
    el("h2", null, "A person's data"),
    el("p", { class: "hint" }, "For whoever asks what you hold on them, or wants it gone. Erasing reaches the recordings that are still going on, and leaves a note in the log without the person's name."),
    el("div", { class: "setting" }, el("label", { class: "label", for: way.id }, "Known by"), way),
    el("div", { class: "setting" }, el("label", { class: "label", for: value.id }, "Value"), value),
    el("div", { class: "settings-foot" }, el("button", { type: "submit", class: "button is-primary" }, "Save everything held"), erase),
    status);
}

/** @param {Site} site */
function besideCard(site) {
  const list = el("ul", { class: "privacy-list" });
  void call("GET", `/api/v1/recordings?site=${encodeURIComponent(site.id)}&state=ready&limit=5`).then(({ items }) => {
    fill(list, items.length ? items.map((/** @type {import("../api.js").Recording} */ one) =>
      el("li", null, el("a", { href: `/beside/${one.id}` }, `${whenText(one.started_at)}, ${addressText(one.entry_url ?? "")}`))) : el("li", null, "No finished recording yet. Visit the site yourself, leave it, and look here again."));
  }, () => fill(list, el("li", null, "Cannot be listed now.")));
  return el("section", { class: "card settings-form", "aria-label": "What left the page" },
    el("h2", null, "What left the page"),
    el("p", { class: "hint" }, "A page as you see it beside what was sent of it, and every text that left it. Look here before your visitors come, and after each change of the settings."),
    list);
}

/** @param {Site} site */
function auditCard(site) {
  const result = el("div");
  const status = el("p", { class: "settings-status", role: "status" });
  const look = el("button", { type: "button", class: "button is-primary", onclick: () => void attempt(status, async () => {
    look.disabled = true;
    try {
      return await audit(site, result, (words) => fill(status, words));
    } finally {
      look.disabled = false;
    }
  }) }, "Look for personal data");
  return el("section", { class: "card settings-form", "aria-label": "Audit of what is stored" },
    el("h2", null, "Audit of what is stored"),
    el("p", { class: "hint" }, "Reads every stored recording and looks for e-mail addresses, numbers, card numbers and random secrets, without the rules that mask them. It says where, never what."),
    el("div", { class: "settings-foot" }, look, status), result);
}

/** @param {Site} site @param {HTMLElement} result @param {(words: string) => void} say */
async function audit(site, result, say) {
  /** @type {any[]} */
  const items = [];
  let scanned = 0;
  for (let after; ;) {
    const answer = await call("POST", "/api/v1/audit", after ? { site: site.id, after } : { site: site.id });
    items.push(...answer.items);
    scanned += answer.scanned;
    say(`${counted(scanned, "recording")} read…`);
    after = answer.next;
    if (!after) break;
  }
  const hidden = items.filter(({ allowed }) => !allowed);
  const shown = [...hidden, ...items.filter(({ allowed }) => allowed)].slice(0, 200);
  fill(result, shown.length ? el("table", { class: "recordings" },
    el("thead", null, el("tr", null, ["Recording", "Page", "What", "Where", "Settings"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", null, shown.map((one) => el("tr", null,
      el("th", { scope: "row" }, el("a", { href: `/beside/${one.recording}` }, one.recording.slice(0, 8))),
      el("td", null, one.page),
      el("td", null, `${one.kind}${one.count > 1 ? `, ${one.count} times` : ""}`),
      el("td", null, one.place, one.element ? el("span", { class: "second" }, one.element) : null),
      el("td", null, one.allowed ? "allow it" : el("span", { class: "badge is-warn" }, "hide it")))))) : null);
  return `${counted(scanned, "recording")} read: ${hidden.length ? `${counted(hidden.length, "place")} with something that the settings hide` : "nothing that the settings hide"}.`;
}

/** @param {Site} site */
function optOutCard(site) {
  const address = `${location.origin}/opt-out?site=${encodeURIComponent(site.key)}`;
  return el("section", { class: "card settings-form", "aria-label": "Opting out" },
    el("h2", null, "Opting out"),
    el("p", { class: "hint" }, "For your privacy policy: a page on which visitors choose not to be recorded. A colleague who opens the link of that page once is not recorded in that browser any more, either."),
    el("pre", { tabindex: 0 }, el("code", null, address)));
}

function logCard() {
  const rows = el("tbody");
  void call("GET", "/api/v1/audit-log?limit=50").then(({ items }) => fill(rows, items.length === 0 ? el("tr", null, el("td", { colspan: 4 }, "Nothing yet.")) : items.map((/** @type {any} */ deed) =>
    el("tr", null, el("td", null, whenText(deed.at)), el("td", null, deed.action), el("td", null, deed.object), el("td", null, deed.actor)))), () => undefined);
  return el("section", { class: "card settings-form", "aria-label": "Log" },
    el("h2", null, "Log"),
    el("p", { class: "hint" }, "Who did what to the data of visitors, without that data."),
    el("table", { class: "recordings" }, el("thead", null, el("tr", null, ["When", "What", "Which", "Who"].map((name) => el("th", { scope: "col" }, name)))), rows));
}

/** Tells what came of it. @param {HTMLElement} status @param {() => Promise<string>} run */
async function attempt(status, run) {
  fill(status, "…");
  try {
    fill(status, await run());
  } catch (problem) {
    fill(status, el("span", { class: "message is-error" }, String(/** @type {Error} */ (problem).message)));
  }
}

/** @param {unknown} value @param {string} name of the file */
function save(value, name) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(value, null, 1)], { type: "application/json" }));
  const link = el("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
