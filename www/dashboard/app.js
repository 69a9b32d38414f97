// @ts-check
// The dashboard: signs in, chooses site and view by the address, shows it. In: the address. Out: the page. The address
// always says what is shown, so that it can be shared and gone back to; names, e-mails and IP addresses stay out of it.

import { ApiProblem, call } from "../api.js";
import { el, fill } from "../markup.js";
import { filterBar } from "./filter-bar.js";
import { parseFilters, printFilters } from "./filters.js";
import { installPanel } from "./install.js";
import { peoplePanel } from "./people.js";
import { privacyPanel } from "./privacy.js";
import { RecordingList } from "./recording-list.js";
import { settingsPanel } from "./settings.js";
import { signInPage, signInWith, takeClaim } from "./sign-in.js";
import { usageMeter } from "./usage-meter.js";

/** @typedef {import("./settings.js").Site} Site */
/** @typedef {import("./filters.js").Filters} Filters */

const VIEWS = [
  { name: "recordings", label: "Recordings" },
  { name: "install", label: "Install" },
  { name: "settings", label: "Settings" },
  { name: "people", label: "People" },
  { name: "privacy", label: "Privacy" },
];

const page = /** @type {HTMLElement} */ (document.querySelector("#page"));
/** @type {Site[]} */
let sites = [];
/** Who is signed in. @type {import("./people.js").Session} */
let session;
/** What may not stand in the address. @type {string | undefined} */
let who;
/** @type {RecordingList | null} */
let list = null;

async function start() {
  const claim = takeClaim();
  let problem;
  if (claim) {
    await signInWith(claim).catch((refused) => {
      problem = refused instanceof ApiProblem && refused.status === 0 ? refused.message : "That sign-in link is not valid, or was used before.";
    });
  }
  await enter(problem);
}

/** @param {string} [problem] what went wrong with the link */
async function enter(problem) {
  try {
    const [answer, signedIn] = await Promise.all([call("GET", "/api/v1/sites"), call("GET", "/api/v1/session")]);
    session = signedIn;
    sites = Array.isArray(answer) ? answer : (answer.items ?? answer.sites ?? []);
  } catch (refused) {
    if (refused instanceof ApiProblem && (refused.status === 401 || refused.status === 403)) {
      document.title = "Sign in – Revisit";
      fill(page, signInPage(() => void enter(), problem));
    } else {
      fill(page, el("main", { class: "sign-in card", id: "main" }, el("p", { class: "message is-error", role: "alert" }, String(/** @type {Error} */ (refused).message)),
        el("button", { type: "button", class: "button", onclick: () => void enter() }, "Try again")));
    }
    return;
  }
  const next = new URLSearchParams(location.search).get("next");
  if (next && /^\/(recordings|beside)\/[^/]+$/.test(next.split("?")[0])) {
    location.replace(next);
    return;
  }
  show();
}

/** Brings the page in line with the address. */
function show() {
  list?.close();
  list = null;
  const query = new URLSearchParams(location.search);
  const site = sites.find(({ id }) => id === query.get("site")) ?? sites[0];
  const view = VIEWS.find(({ name }) => name === query.get("view")) ?? VIEWS[0];
  if (!site) {
    document.title = "Revisit";
    fill(page, header(null, view.name), el("main", { id: "main", class: "page" }, noSite()));
    return;
  }
  document.title = `${view.label} – ${site.name} – Revisit`;
  const filters = { ...parseFilters(query), ...(who ? { who } : {}) };
  fill(page, header(site, view.name), el("main", { id: "main", class: "page", tabindex: -1 }, content(view.name, site, filters)));
}

/** @param {string} view @param {Site} site @param {Filters} filters @returns {Node[]} */
function content(view, site, filters) {
  const install = () => installPanel(/** @type {any} */ (site), location.origin);
  if (view === "install") return [install()];
  if (view === "people") return [peoplePanel(session, /** @type {any} */ (sites))];
  if (view === "settings") {
    return [settingsPanel(site, (saved) => {
      sites = sites.map((one) => (one.id === saved.id ? saved : one));
    })];
  }
  if (view === "privacy") return [privacyPanel(site)];
  list = new RecordingList(site.id, filters, install);
  return [
    el("h1", { class: "for-readers" }, `Recordings of ${site.name}`),
    usageMeter(site.id),
    site.enabled === false ? el("p", { class: "message is-warn", role: "status" }, "Recording is switched off for this site. ", el("a", { href: address(site.id, "settings"), onclick: follow }, "Settings")) : "",
    filterBar(site.id, filters, (changed) => {
      who = changed.who;
      go(address(site.id, "recordings", changed));
    }),
    list.element,
  ].filter((part) => typeof part !== "string");
}

/** @param {Site | null} site @param {string} view */
function header(site, view) {
  const switcher = el("select", { class: "select", "aria-label": "Site", onchange: () => {
    who = undefined;
    go(address(switcher.value, view));
  } }, sites.map(({ id, name }) => el("option", { value: id, selected: id === site?.id }, name)));
  return el("header", { class: "top" },
    el("a", { class: "skip-link", href: "#main" }, "Skip to content"),
    el("a", { class: "brand", href: "/", onclick: follow }, el("img", { src: "/www/styles/mark.svg", alt: "", width: 28, height: 28 }), "Revisit"),
    site ? switcher : null,
    site ? el("nav", { "aria-label": "Main" }, visible(site).map(({ name, label }) =>
      el("a", { href: address(site.id, name), "aria-current": name === view ? "page" : null, onclick: follow }, label))) : null,
    el("button", { type: "button", class: "button is-plain sign-out", onclick: () => void signOut() }, "Sign out"));
}

/** Views for what this person may do here. @param {Site} site */
function visible(site) {
  const role = session.roles["*"] === "owner" ? "owner" : (session.roles[site.id] ?? session.roles["*"]);
  return VIEWS.filter(({ name }) => (name === "settings" || name === "install" || name === "privacy" ? role === "owner" : name === "people" ? session.user !== null || session.roles["*"] === "owner" : true));
}

async function signOut() {
  list?.close();
  await call("POST", "/api/v1/logout").catch(() => undefined);
  await enter();
}

function noSite() {
  return el("section", { class: "card install" },
    el("h1", null, "No site yet"),
    el("p", null, "A site is one website that is recorded. Add the first one on the machine that runs Revisit:"),
    el("pre", { tabindex: 0 }, el("code", null, "revisit site add --name \"My shop\" --origin https://shop.example")),
    el("button", { type: "button", class: "button is-primary", onclick: () => void enter() }, "Look again"));
}

/** @param {string} site @param {string} view @param {Filters} [filters] */
function address(site, view, filters = {}) {
  const query = new URLSearchParams([["site", site], ...(view === "recordings" ? [] : [["view", view]]), ...printFilters(filters)]);
  return `/?${query}`;
}

/** @param {string} to */
function go(to) {
  const place = focusPlace();
  history.pushState(null, "", to);
  show();
  place?.().focus();
}

/** How to find the control that was just used again, since its form is made anew. @returns {(() => HTMLElement) | null} */
function focusPlace() {
  const active = document.activeElement;
  const within = active?.closest("form.filters, header");
  if (!active || !within) return null;
  const [form, tag] = [within.matches("header") ? "header" : "form.filters", active.tagName];
  const index = [...within.querySelectorAll(tag)].indexOf(active);
  return () => /** @type {HTMLElement} */ (page.querySelectorAll(`${form} ${tag}`)[index] ?? page);
}

/** @param {MouseEvent} event */
function follow(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  who = undefined;
  history.pushState(null, "", /** @type {HTMLAnchorElement} */ (event.currentTarget).href);
  show();
  document.querySelector("main")?.focus();
}

addEventListener("popstate", show);
void start();
