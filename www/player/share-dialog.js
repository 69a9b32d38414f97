// @ts-check
// Makes a link with an end for someone without an account. In: how to ask for one. Out: a dialog element.

import { el, fill, icon } from "../markup.js";
import { untilText } from "../words.js";

const HOUR = 3_600;
const SPANS = [
  { seconds: HOUR, label: "1 hour" },
  { seconds: 24 * HOUR, label: "1 day" },
  { seconds: 7 * 24 * HOUR, label: "7 days" },
];

/** @param {(seconds: number) => Promise<{ url: string, expires_at: string }>} share */
export function shareDialog(share) {
  const span = el("select", { class: "select", name: "span" }, SPANS.map(({ seconds, label }) => el("option", { value: seconds }, label)));
  span.value = String(24 * HOUR);
  const result = el("div", { role: "status", class: "share-result" });
  const form = el("form", {
    class: "share-form",
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      try {
        const { url, expires_at } = await share(Number(span.value));
        fill(result, linkField(url), el("p", { class: "hint" }, `Ends ${untilText(expires_at)}, or when the recording is deleted.`));
      } catch (problem) {
        fill(result, el("p", { class: "message is-error" }, String(/** @type {Error} */ (problem).message)));
      }
    },
  },
    el("label", { class: "field" }, el("span", null, "The link works for"), span),
    el("button", { type: "submit", class: "button is-primary" }, "Create a link"));
  const dialog = el("dialog", { class: "dialog", "aria-labelledby": "share-title" },
    el("div", { class: "dialog-head" },
      el("h2", { id: "share-title" }, "Share this recording"),
      el("button", { type: "button", class: "button is-plain", "aria-label": "Close", onclick: () => dialog.close() }, icon("close"))),
    el("p", { class: "hint" }, "Whoever has the link can watch this recording without an account, and nothing else. Mind that it may show personal data."),
    form, result);
  return dialog;
}

/** @param {string} url */
function linkField(url) {
  const field = el("input", { class: "input", readonly: true, value: url, "aria-label": "Link", onfocus: () => field.select() });
  const copy = el("button", { type: "button", class: "button", onclick: () => copied() }, icon("copy"), "Copy");
  const copied = async () => {
    await navigator.clipboard.writeText(url).catch(() => field.select());
    fill(copy, icon("check"), "Copied");
  };
  return el("div", { class: "share-link" }, field, copy);
}
