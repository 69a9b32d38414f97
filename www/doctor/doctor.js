// @ts-check
// "Why is there no recording?": the doctor's report. In: `/api/v1/doctor`, the sites' names. Out: a page. Changes nothing.

import { ApiProblem, call } from "../api.js";
import { el, fill } from "../markup.js";
import { counted, whenText } from "../words.js";

/**
 * @typedef {object} SiteReport
 * @property {string} site
 * @property {string | null} last_frame_at
 * @property {string | null} last_asked_at
 * @property {number} open
 * @property {number} stored
 * @property {number} used
 * @property {number} limit
 * @property {string[]} reasons
 * @property {string | null} webhooks
 *
 * @typedef {object} Report
 * @property {string} version
 * @property {string} at
 * @property {{level: "ok" | "warning" | "problem", text: string}[]} findings
 * @property {SiteReport[]} sites
 */

const page = /** @type {HTMLElement} */ (document.querySelector("#page"));

async function show() {
  try {
    const [report, sites] = await Promise.all([call("GET", "/api/v1/doctor"), call("GET", "/api/v1/sites")]);
    /** @type {Map<string, string>} */
    const names = new Map(sites.items.map((/** @type {{id: string, name: string}} */ site) => [site.id, site.name]));
    fill(page, head(report), findings(report), ...report.sites.map((/** @type {SiteReport} */ site) => card(site, names.get(site.site) ?? site.site)));
  } catch (problem) {
    const text = problem instanceof ApiProblem && problem.status === 401 ? "Sign in on the dashboard first." : String(problem instanceof Error ? problem.message : problem);
    fill(page, el("p", { class: "message is-warn", role: "alert" }, text), el("a", { class: "button", href: "/" }, "To the dashboard"));
  }
}

/** @param {Report} report */
function head({ version, at }) {
  return el("header", null, el("h1", null, "Why is there no recording?"),
    el("p", { class: "facts" }, `Revisit ${version}, looked at ${whenText(at)}. `, el("a", { href: "/" }, "Dashboard")));
}

/** @param {Report} report */
function findings({ findings: all }) {
  const line = (/** @type {Report["findings"][number]} */ { level, text }) => el("li", null, el("span", { class: `level is-${level}` }, level), el("span", null, text));
  return el("section", { class: "card", "aria-label": "The installation" }, el("ul", { class: "findings" }, all.map(line)));
}

/** @param {SiteReport} site @param {string} name */
function card(site, name) {
  const last = site.last_frame_at ? `last frame ${whenText(site.last_frame_at)}` : "no frame yet";
  const asked = site.last_asked_at ? `, a page asked ${whenText(site.last_asked_at)}` : "";
  const facts = `${last}${asked} · ${counted(site.open, "visit")} open · ${counted(site.stored, "recording")} stored · ${site.used.toLocaleString()} of ${site.limit.toLocaleString()} this month`;
  const told = site.webhooks ? [...site.reasons, site.webhooks] : site.reasons;
  const reasons = told.map((reason) => el("li", null, reason));
  return el("section", { class: "card site", "aria-label": name }, el("h2", null, name), el("p", { class: "facts" }, facts),
    reasons.length > 0 ? el("ul", { class: "reasons" }, reasons) : el("p", null, "Nothing stands in the way of recordings."));
}

void show();
