// @ts-check
// How to put the recorder on the site, and whether it has arrived. In: the site. Out: an element that watches for the
// first visit by itself.

import { call } from "../api.js";
import { el, fill, icon } from "../markup.js";

const CHECK_MS = 3_000;

/** @param {{ id: string, key: string, allowed_origins?: string[] }} site @param {string} collector the collector's address, without the last slash */
export function installPanel(site, collector) {
  const forms = [
    { label: "HTML", note: "Into the <head> of every page that is to be recorded:", text: `<script async src="${collector}/revisit.js" data-site="${site.key}" referrerpolicy="no-referrer"></script>` },
    { label: "Tag manager", note: "As a custom HTML tag on all pages. Tag managers strip data attributes, so the key stands in the address:", text: `<script async src="${collector}/revisit.js?site=${site.key}" referrerpolicy="no-referrer"></script>` },
  ];
  const shown = el("div", { class: "install-form" });
  const tabs = el("div", { class: "chips", role: "group", "aria-label": "Where it goes" });
  /** @param {typeof forms[number]} form */
  const choose = (form) => {
    for (const tab of tabs.children) tab.setAttribute("aria-pressed", String(tab.textContent === form.label));
    fill(shown, el("p", null, form.note), code(form.text));
  };
  tabs.append(...forms.map((form) => el("button", { type: "button", class: "chip", onclick: () => choose(form) }, form.label)));
  choose(forms[0]);
  const origins = site.allowed_origins ?? [];
  return el("section", { class: "install card", "aria-labelledby": "install-title" },
    el("h2", { id: "install-title" }, "Put Revisit on your site"),
    el("p", { class: "soft" }, "One line of markup. Form fields, e-mail addresses and numbers are masked in the visitor’s browser before anything is sent."),
    el("ol", { class: "install-steps" },
      el("li", null, el("h3", null, "Paste the snippet"), tabs, shown),
      el("li", null, el("h3", null, "If your site has a Content Security Policy"),
        el("p", null, "add these sources to it:"),
        code(`script-src ${collector} 'wasm-unsafe-eval'; connect-src ${collector}`)),
      el("li", null, el("h3", null, "Visit your site"),
        origins.length > 0 ? el("p", null, "Recordings are accepted from ", origins.flatMap((origin, i) => [i > 0 ? ", " : null, el("code", null, origin)]), ".") : null,
        el("p", null, "Click around, then close the tab. The recording is here within half a minute."),
        liveCheck(site.id))));
}

/** @param {string} text */
function code(text) {
  const copy = el("button", { type: "button", class: "button", onclick: () => void copied() }, icon("copy"), "Copy");
  const copied = async () => {
    try {
      await navigator.clipboard.writeText(text);
      fill(copy, icon("check"), "Copied");
    } catch {
      getSelection()?.selectAllChildren(block);
    }
  };
  const block = el("code", null, text);
  return el("div", { class: "code" }, el("pre", { tabindex: 0 }, block), copy);
}

/** @param {string} site */
function liveCheck(site) {
  const line = el("p", { class: "live-check", role: "status" }, el("span", { class: "spinner", "aria-hidden": "true" }), "Waiting for the first visit…");
  const check = async () => {
    const found = await call("GET", `/api/v1/recordings?site=${encodeURIComponent(site)}&limit=1`).catch(() => null);
    const first = found?.items?.[0];
    if (first) {
      fill(line, icon("check"), first.state === "open" ? "A visit is being recorded now. " : "The first recording has arrived. ", el("a", { href: `/recordings/${encodeURIComponent(first.id)}` }, "Open it"));
      line.classList.add("is-done");
    } else if (line.isConnected) {
      setTimeout(() => void check(), CHECK_MS);
    }
  };
  setTimeout(() => void check(), 500);
  return line;
}
