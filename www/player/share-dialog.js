// @ts-check
// Makes links with an end for someone without an account, and ends them. In: how to ask for one, where the replay stands.
// Out: a dialog element.

import { el, fill, icon } from "../markup.js";
import { counted, untilText, whenText } from "../words.js";
import { shortTime } from "./time-words.js";

/** @typedef {import("./source.js").Share} Share */

const HOUR = 3_600;
const SPANS = [
  { seconds: HOUR, label: "1 hour" },
  { seconds: 24 * HOUR, label: "1 day" },
  { seconds: 7 * 24 * HOUR, label: "7 days" },
];

/**
 * @param {import("./source.js").Sharing} sharing
 * @param {string} site the recording's
 * @param {() => number} nowMs where the replay stands
 */
export function shareDialog(sharing, site, nowMs) {
  const startMs = Math.floor(nowMs());
  const span = el("select", { class: "select", name: "span" }, SPANS.map(({ seconds, label }) => el("option", { value: seconds }, label)));
  span.value = String(24 * HOUR);
  const password = el("input", { class: "input", type: "text", name: "password", autocomplete: "off", maxlength: 200, placeholder: "none" });
  const once = el("input", { type: "checkbox", name: "once" });
  const masked = el("input", { type: "checkbox", name: "masked" });
  const start = el("input", { type: "checkbox", name: "start" });
  const result = el("div", { role: "status", class: "share-result" });
  const links = el("div", { class: "share-links" });
  const found = el("div", { class: "share-audit", role: "status" }, el("p", { class: "hint" }, "Looking for personal data in it…"));
  sharing.audit(site).then((findings) => fill(found, warning(findings)), () => fill(found, el("p", { class: "message is-warn" }, "Whether it holds personal data cannot be told now.")));
  const showLinks = async () => {
    const shares = await sharing.list().catch(() => []);
    fill(links, shares.length > 0 ? el("h3", null, "Links that work now") : null,
      el("ul", null, shares.map((share) => el("li", null, line(share), el("button", { type: "button", class: "button is-plain", onclick: async () => {
        await sharing.end(share.id).catch(() => undefined);
        await showLinks();
      } }, "End")))));
  };
  const form = el("form", {
    class: "share-form",
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      try {
        const made = await sharing.add({
          expires_in: Number(span.value),
          ...(password.value ? { password: password.value } : {}),
          ...(once.checked ? { once: true } : {}),
          ...(masked.checked ? { masked: true } : {}),
          ...(start.checked ? { start_ms: startMs } : {}),
        });
        fill(result, linkField(made.url),
          el("p", { class: "hint" }, `Ends ${untilText(made.expires_at)}, or when the recording is deleted.`, made.password ? " Tell the password by another way." : ""),
          made.warning ? el("p", { class: "message is-warn" }, made.warning) : null);
        await showLinks();
      } catch (problem) {
        fill(result, el("p", { class: "message is-error" }, String(/** @type {Error} */ (problem).message)));
      }
    },
  },
    el("label", { class: "field" }, el("span", null, "The link works for"), span),
    el("label", { class: "field" }, el("span", null, "Password"), password),
    choice(once, "Plays once", "for whoever presses Play first; looking at the link does not use it up"),
    choice(masked, "Masked further", "numbers, e-mail addresses and form inputs hidden, whatever was recorded"),
    startMs >= 1000 ? choice(start, `Starts at ${shortTime(startMs)}`, "where the replay stands now") : null,
    el("button", { type: "submit", class: "button is-primary" }, "Create a link"));
  const dialog = el("dialog", { class: "dialog", "aria-labelledby": "share-title" },
    el("div", { class: "dialog-head" },
      el("h2", { id: "share-title" }, "Share this recording"),
      el("button", { type: "button", class: "button is-plain", "aria-label": "Close", onclick: () => dialog.close() }, icon("close"))),
    el("p", { class: "hint" }, "Whoever has the link can watch this recording without an account, and nothing else. Mind that it may show personal data."),
    found, form, result, links);
  void showLinks();
  return dialog;
}

/** What the reader of a link will see. @param {{ kind: string, count: number }[]} findings */
function warning(findings) {
  if (findings.length === 0) return el("p", { class: "hint" }, "Looked through: no e-mail address, number, card number or secret was found in it. Names are words, and are not looked for.");
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { kind, count } of findings) counts.set(kind, (counts.get(kind) ?? 0) + count);
  const list = [...counts].map(([kind, count]) => counted(count, kind)).join(", ");
  return el("p", { class: "message is-warn" }, `What looks personal was found in it: ${list}. Share it masked further, or look at it first.`);
}

/** @param {HTMLInputElement} input @param {string} label @param {string} hint */
function choice(input, label, hint) {
  return el("label", { class: "choice" }, input, el("span", null, label, el("span", { class: "hint" }, ` ${hint}`)));
}

/** @param {Share} share */
function line(share) {
  const kinds = [share.password ? "password" : null, share.once ? "plays once" : null, share.masked ? "masked further" : null].filter((kind) => kind);
  const played = share.plays > 0 ? `played ${counted(share.plays, "time")}, last ${whenText(share.played_at)}` : "not played yet";
  return el("span", null, `Made ${whenText(share.created_at)}, ends ${untilText(share.expires_at)}`,
    el("span", { class: "soft second" }, [played, ...kinds].join(" · ")));
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
