// @ts-check
// What the list is filtered by. In: the address's query. Out: the address's query, and the question for the API. Pure.
// Names, e-mail addresses and IP addresses never stand in an address: they live in `who` until the page is left.

/**
 * @typedef {object} Filters
 * @property {string} [from]  a day, `2026-11-03`
 * @property {string} [to]  a day, included
 * @property {string} [page]
 * @property {string} [entry]
 * @property {string} [exit]
 * @property {string} [steps]  `/cart > /checkout`
 * @property {string} [click]
 * @property {string} [event]
 * @property {string} [property]
 * @property {string} [tag]
 * @property {string} [referrer]
 * @property {string} [utm_source]
 * @property {string} [utm_medium]
 * @property {string} [utm_campaign]
 * @property {string} [conversation]
 * @property {string} [visitor]
 * @property {string} [device]
 * @property {string} [browser]
 * @property {string} [os]
 * @property {string} [country]
 * @property {string} [language]
 * @property {string} [screen]
 * @property {number} [min_duration]  seconds
 * @property {number} [max_duration]  seconds
 * @property {number} [min_active]  seconds
 * @property {number} [min_pages]
 * @property {true} [rage]
 * @property {true} [dead]
 * @property {true} [errors]
 * @property {true} [chat]
 * @property {boolean} [watched]
 * @property {true} [starred]
 * @property {string} [sort]
 * @property {string} [who]  words, a name, an e-mail or IP address
 */

export const DEVICES = ["desktop", "mobile", "tablet"];
/** The API's words for the orders of the list, and ours. The first is the usual one. */
export const SORTS = /** @type {const} */ ([
  ["newest", "newest first"],
  ["trouble", "most trouble first"],
  ["longest", "longest first"],
  ["most_active", "most active first"],
  ["most_pages", "most pages first"],
  ["oldest", "oldest first"],
]);
const TEXTS = /** @type {const} */ (["page", "entry", "exit", "steps", "click", "event", "property", "tag", "referrer", "utm_source", "utm_medium",
  "utm_campaign", "conversation", "visitor", "browser", "os", "country", "language", "screen"]);
const NUMBERS = /** @type {const} */ (["min_duration", "max_duration", "min_active", "min_pages"]);
const FLAGS = /** @type {const} */ (["rage", "dead", "errors", "chat", "starred"]);
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const IP = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]+)$/i;

/** Reads what it understands and leaves the rest out. @param {URLSearchParams} query @returns {Filters} */
export function parseFilters(query) {
  /** @type {Filters} */
  const filters = {};
  for (const name of /** @type {const} */ (["from", "to"])) {
    const day = query.get(name) ?? "";
    if (DAY.test(day) && !Number.isNaN(Date.parse(day))) filters[name] = day;
  }
  for (const name of TEXTS) {
    const text = query.get(name)?.trim();
    if (text) filters[name] = text;
  }
  const device = query.get("device") ?? "";
  if (DEVICES.includes(device)) filters.device = device;
  for (const name of NUMBERS) {
    const number = Number(query.get(name));
    if (Number.isInteger(number) && number > 0) filters[name] = number;
  }
  for (const name of FLAGS) {
    if (query.get(name) === "true") filters[name] = true;
  }
  const watched = query.get("watched");
  if (watched === "true" || watched === "false") filters.watched = watched === "true";
  const sort = query.get("sort");
  if (sort !== SORTS[0][0] && SORTS.some(([name]) => name === sort)) filters.sort = /** @type {string} */ (sort);
  return filters;
}

/** @param {Filters} filters @returns {[string, string][]} name and value, always in the same order, without `who` */
export function printFilters(filters) {
  /** @type {(keyof Filters)[]} */
  const order = ["from", "to", ...TEXTS, "device", ...NUMBERS, ...FLAGS, "watched", "sort"];
  return order.flatMap((name) => (filters[name] === undefined ? [] : [/** @type {[string, string]} */ ([name, String(filters[name])])]));
}

/**
 * The body of `POST /api/v1/recordings/search`.
 * @param {string} site @param {Filters} filters @returns {Record<string, string | number | boolean>}
 */
export function question(site, filters) {
  const { from, to, who, ...rest } = filters;
  /** @type {Record<string, string | number | boolean>} */
  const asked = { site, ...rest };
  if (from) asked.from = new Date(`${from}T00:00:00`).toISOString();
  if (to) asked.to = new Date(`${to}T23:59:59.999`).toISOString();
  if (who) asked[IP.test(who) ? "ip" : who.includes("@") ? "email" : "q"] = who;
  return asked;
}

/** @param {Filters} filters whether anything is left out of the list */
export function isFiltered(filters) {
  return Object.keys(filters).some((name) => name !== "sort");
}

/** What may be kept under a name: days pass, and nobody is named. @param {Filters} filters @returns {Record<string, unknown>} */
export function keepable(filters) {
  const { from, to, who, visitor, conversation, ...kept } = filters;
  return kept;
}
