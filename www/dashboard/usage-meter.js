// @ts-check
// How much of the plan is used. In: the site's id. Out: an element, and a warning when the end is near or reached.

import { call } from "../api.js";
import { el, fill } from "../markup.js";
import { counted } from "../words.js";
import { usageDays } from "./usage-days.js";

/**
 * @typedef {object} Usage
 * @property {string} plan
 * @property {number} limit
 * @property {number} used
 * @property {number} remaining
 * @property {number} stored
 * @property {string} resets_at
 * @property {unknown} warning
 */

const NEAR = 0.8;

/** @param {string} site */
export function usageMeter(site) {
  const element = el("section", { class: "usage", "aria-label": "Usage" });
  call("GET", `/api/v1/sites/${encodeURIComponent(site)}/usage`).then(
    (usage) => fill(element, shown(usage), usageDays(site)),
    () => fill(element),
  );
  return element;
}

/** @param {Usage} usage */
function shown({ plan, limit, used, remaining, stored, resets_at }) {
  const resets = new Date(resets_at).toLocaleDateString(undefined, { day: "numeric", month: "long", timeZone: "UTC" });
  const part = limit > 0 ? Math.min(1, used / limit) : 1;
  const bar = el("meter", { class: "usage-bar", min: 0, max: Math.max(1, limit), high: Math.max(1, limit * NEAR), optimum: 0, value: Math.min(used, limit), "aria-label": "Recordings used this month" });
  const words = el("p", { class: "usage-words" },
    el("b", null, `${used.toLocaleString()} of ${limit.toLocaleString()}`), " recordings this month",
    el("span", { class: "soft" }, ` · ${remaining.toLocaleString()} left · ${counted(stored, "recording")} stored · plan ${plan}, starts again on ${resets}`));
  let warning = null;
  if (limit === 0) warning = "This site’s plan includes no recordings: nothing is recorded.";
  else if (remaining <= 0) warning = `The plan’s ${limit.toLocaleString()} recordings of this month are used up. New visits are recorded again from ${resets}, or at once with a larger plan.`;
  else if (part >= NEAR) warning = `${Math.floor(part * 100)} % of this month’s recordings are used. At the limit nothing new is recorded until ${resets}.`;
  return [el("div", { class: "usage-line" }, bar, words), warning ? el("p", { class: "message is-warn", role: "status" }, warning) : null];
}
