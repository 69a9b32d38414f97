// @ts-check
// Where visitors of a site opt out of being recorded; to be linked from its privacy policy as `/opt-out?site=KEY`, with
// `&page=/shop/` where the site's first page has no script of ours. In: the site's key. Out: a link for each address of the site, on which the site's script keeps the choice (only a page of that
// address can), and comes back here. Never: keeps anything itself, or knows who reads it.

import { call } from "../api.js";
import { el, fill } from "../markup.js";

const page = /** @type {HTMLElement} */ (document.querySelector("#page"));
const query = new URLSearchParams(location.search);
const key = query.get("site") ?? "";
/** A path of the site. */
const path = /^\/(?!\/)/.test(query.get("page") ?? "") ? query.get("page") : "/";

async function show() {
  // What the site's script says when it sends the visitor back.
  if (location.hash) return fill(page, location.hash === "#1" ? done() : failed());
  try {
    const { origins } = await call("GET", `v1/opt-out/${encodeURIComponent(key)}`);
    fill(page, ask(origins));
  } catch {
    fill(page, el("div", null, el("h1", null, "No such site"), el("p", null, "The link that led here is wrong or out of date.")));
  }
}

/** @param {string[]} origins */
function ask(origins) {
  return el("div", null,
    el("h1", null, "Do not record my visits"),
    el("p", null, "This website records what visitors do on its pages, to find out what does not work. What you type, numbers and e-mail addresses are hidden before anything leaves your browser, unless the website has chosen otherwise."),
    el("p", null, "If you do not want that, choose the website. Your browser will remember it:"),
    el("ul", null, origins.map((origin) => el("li", null, el("a", { class: "button is-primary", href: `${origin}${path}#rv:out` }, `Do not record me on ${host(origin)}`)))),
    origins.length ? null : el("p", null, "This site has no address of its own that could be named here. Add #rv:out to the address of any of its pages."),
    notes());
}

function done() {
  return el("div", null,
    el("h1", null, "Done"),
    el("p", { role: "status" }, "Your visits with this browser will not be recorded."),
    notes());
}

function failed() {
  return el("div", null,
    el("h1", null, "Your browser keeps nothing for this website"),
    el("p", { role: "alert" }, "It refused to remember the choice, as in some private windows. You are not recorded on the page you came from; on the next one you may be. Switch on Global Privacy Control in your browser, which this website may respect."),
    notes());
}

function notes() {
  return el("p", { class: "hint" }, "It holds for this browser, and for this website's address. Clearing the website's data forgets it, and Safari does so by itself after seven days without a visit.");
}

/** @param {string} origin */
const host = (origin) => origin.replace(/^https?:\/\//, "");

void show();
