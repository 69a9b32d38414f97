// @ts-check
// People and what each may do, tokens for programs, what was done; and one's own login and password.
// In: who is signed in, the sites. Out: an element.

import { call } from "../api.js";
import { el, fill, icon } from "../markup.js";
import { whenText } from "../words.js";

/**
 * @typedef {object} Session
 * @property {string | null} user
 * @property {string | null} name
 * @property {string | null} login
 * @property {boolean} has_password
 * @property {Record<string, string>} roles
 *
 * @typedef {{ id: string, name: string }} Named
 * @typedef {{ id: string, name: string, login: string | null, has_password: boolean, roles: Record<string, string>, sign_in?: string }} User
 * @typedef {{ id: string, name: string, site: string, role: string, token?: string }} Token
 */

const ROLES = [
  ["viewer", "viewer: lists and watches"],
  ["member", "member: also shares, exports, notes"],
  ["owner", "owner: everything"],
];

/** @param {Session} session */
export const ownsEverything = (session) => session.roles["*"] === "owner";

/** @param {Session} session @param {Named[]} sites */
export function peoplePanel(session, sites) {
  const parts = [session.user ? account(session) : null, ...(ownsEverything(session) ? [users(sites), tokens(sites), log()] : [])];
  return el("section", { class: "settings", "aria-labelledby": "people-title" }, el("h1", { id: "people-title" }, "People"), parts);
}

/** @param {Session} session */
function account(session) {
  const login = el("input", { class: "input", type: "text", name: "login", autocomplete: "username", value: session.login ?? "", required: true });
  const password = el("input", { class: "input", type: "password", name: "new-password", autocomplete: "new-password", minlength: 10, maxlength: 200, required: true });
  const status = el("span", { role: "status" });
  return el("form", {
    class: "card settings-form",
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      await call("PATCH", `/api/v1/users/${session.user}`, { login: login.value, password: password.value }).then(
        () => fill(status, "Saved. Your other sessions are signed out."),
        (problem) => fill(status, el("span", { class: "message is-error" }, problem.message)));
      password.value = "";
    },
  },
    el("h2", null, `You: ${session.name ?? "signed in"}`),
    el("p", { class: "hint" }, session.has_password ? "You can sign in with your login and password." : "You signed in by a link. Set a login and a password to sign in again."),
    el("label", { class: "setting" }, el("span", { class: "label" }, "Login"), login),
    el("label", { class: "setting" }, el("span", { class: "label" }, "New password"), password),
    el("div", { class: "settings-foot" }, el("button", { type: "submit", class: "button is-primary" }, "Save"), status));
}

/** @param {Named[]} sites @param {string} site */
const siteName = (sites, site) => (site === "*" ? "all sites" : (sites.find(({ id }) => id === site)?.name ?? site));

/** @param {Named[]} sites */
function siteChoice(sites) {
  return el("select", { class: "select", "aria-label": "Site" }, el("option", { value: "*" }, "all sites"), sites.map(({ id, name }) => el("option", { value: id }, name)));
}

/** @param {string[][]} roles */
function roleChoice(roles) {
  return el("select", { class: "select", "aria-label": "Role" }, roles.map(([name, label]) => el("option", { value: name }, label)));
}

/** Something that is shown once. @param {string} label @param {string} text */
function once(label, text) {
  const field = el("input", { class: "input", readonly: true, value: text, "aria-label": label, onfocus: () => field.select() });
  const copy = el("button", { type: "button", class: "button", onclick: async () => {
    await navigator.clipboard.writeText(text).catch(() => field.select());
    fill(copy, icon("check"), "Copied");
  } }, icon("copy"), "Copy");
  return el("div", { class: "share-once" }, el("p", { class: "hint" }, `${label}, shown only now:`), el("div", { class: "code" }, field, copy));
}

/** @param {Named[]} sites */
function users(sites) {
  const rows = el("tbody");
  const result = el("div", { role: "status" });
  const name = el("input", { class: "input", required: true, maxlength: 100, "aria-label": "Name", placeholder: "Name" });
  const [site, role] = [siteChoice(sites), roleChoice(ROLES)];
  /** @param {User} user */
  const row = (user) => el("tr", null,
    el("th", { scope: "row" }, user.name, user.login ? el("span", { class: "soft second" }, user.login) : null),
    el("td", null, Object.entries(user.roles).map(([where, what]) => el("div", null, `${what} of ${siteName(sites, where)}`))),
    el("td", null, el("button", { type: "button", class: "button is-plain", "aria-label": `Remove ${user.name}`, onclick: async () => {
      if (!confirm(`Remove ${user.name}? They are signed out at once.`)) return;
      await call("DELETE", `/api/v1/users/${user.id}`).then(load, complain);
    } }, "Remove")));
  const complain = (/** @type {Error} */ problem) => fill(result, el("p", { class: "message is-error" }, problem.message));
  const load = () => call("GET", "/api/v1/users").then(({ items }) => fill(rows, items.map(row)), complain);
  void load();
  return el("form", {
    class: "card settings-form",
    "aria-label": "People",
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      await call("POST", "/api/v1/users", { name: name.value, roles: { [site.value]: role.value } }).then((user) => {
        fill(result, once(`Sign-in link for ${user.name}`, user.sign_in ?? ""));
        name.value = "";
        return load();
      }, complain);
    },
  },
    el("h2", null, "Who may watch"),
    el("table", { class: "deliveries" }, el("thead", null, el("tr", null, ["Person", "May", ""].map((head) => el("th", { scope: "col" }, head)))), rows),
    el("div", { class: "filters-row" }, name, role, site, el("button", { type: "submit", class: "button is-primary" }, "Add a person")),
    result);
}

/** @param {Named[]} sites */
function tokens(sites) {
  const rows = el("tbody");
  const result = el("div", { role: "status" });
  const name = el("input", { class: "input", required: true, maxlength: 100, "aria-label": "What it is for", placeholder: "What it is for" });
  const [site, role] = [siteChoice(sites), roleChoice([["panel", "panel: makes links for a chat tool"], ...ROLES])];
  /** @param {Token} token */
  const row = (token) => el("tr", null,
    el("th", { scope: "row" }, token.name),
    el("td", null, `${token.role} of ${siteName(sites, token.site)}`),
    el("td", null, el("button", { type: "button", class: "button is-plain", "aria-label": `Take back ${token.name}`, onclick: async () => {
      if (!confirm(`Take back ${token.name}? Whatever uses it stops working.`)) return;
      await call("DELETE", `/api/v1/tokens/${token.id}`).then(load, complain);
    } }, "Take back")));
  const complain = (/** @type {Error} */ problem) => fill(result, el("p", { class: "message is-error" }, problem.message));
  const load = () => call("GET", "/api/v1/tokens").then(({ items }) => fill(rows, items.map(row)), complain);
  void load();
  return el("form", {
    class: "card settings-form",
    "aria-label": "Tokens",
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      await call("POST", "/api/v1/tokens", { name: name.value, site: site.value, role: role.value }).then((made) => {
        fill(result, once(`Token for ${made.name}`, made.token ?? ""));
        name.value = "";
        return load();
      }, complain);
    },
  },
    el("h2", null, "Tokens for programs"),
    el("table", { class: "deliveries" }, el("thead", null, el("tr", null, ["For", "May", ""].map((head) => el("th", { scope: "col" }, head)))), rows),
    el("div", { class: "filters-row" }, name, role, site, el("button", { type: "submit", class: "button is-primary" }, "Make a token")),
    result);
}

function log() {
  const rows = el("tbody");
  const more = el("button", { type: "button", class: "button", hidden: true, onclick: () => void load() }, "Show older");
  /** @type {number | null} */
  let before = null;
  const load = () => call("GET", `/api/v1/audit-log?limit=50${before ? `&before=${before}` : ""}`).then(({ items, next }) => {
    rows.append(...items.map((/** @type {Record<string, string>} */ deed) => el("tr", null,
      el("td", null, whenText(deed.at)), el("td", null, deed.action), el("td", { class: "is-object" }, deed.object), el("td", { class: "soft" }, deed.actor))));
    before = next;
    more.hidden = next === null;
  }, () => undefined);
  return el("details", { class: "card", ontoggle: (/** @type {Event} */ event) => {
    if (/** @type {HTMLDetailsElement} */ (event.currentTarget).open && rows.childElementCount === 0) void load();
  } },
    el("summary", null, "What was done"),
    el("table", { class: "deliveries" }, el("thead", null, el("tr", null, ["When", "What", "To", "By"].map((head) => el("th", { scope: "col" }, head)))), rows),
    more);
}
