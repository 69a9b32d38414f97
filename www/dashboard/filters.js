// @ts-check
// What the list is filtered by. In: the address's query. Out: the address's query, and the question for the API. Pure.
// Names, e-mail addresses and IP addresses never stand in an address: they live in `who` until the page is left.

/**
 * @typedef {object} Filters
 * @property {string} [from]  a day, `2026-11-03`
 * @property {string} [to]  a day, included
 * @property {string} [page]
 * @property {string} [event]
 * @property {string} [tag]
 * @property {string} [conversation]
 * @property {string} [visitor]
 * @property {string} [device]
 * @property {string} [browser]
 * @property {string} [os]
 * @property {string} [country]
 * @property {number} [min_duration]  seconds
 * @property {true} [rage]
 * @property {true} [errors]
 * @property {boolean} [watched]
 * @property {true} [starred]
 * @property {string} [who]  a name, e-mail or IP address
 */

export const DEVICES = ["desktop", "mobile", "tablet"];
const TEXTS = /** @type {const} */ (["page", "event", "tag", "conversation", "visitor", "browser", "os", "country"]);
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
  const seconds = Number(query.get("min_duration"));
  if (Number.isInteger(seconds) && seconds > 0) filters.min_duration = seconds;
  for (const name of /** @type {const} */ (["rage", "errors", "starred"])) {
    if (query.get(name) === "true") filters[name] = true;
  }
  const watched = query.get("watched");
  if (watched === "true" || watched === "false") filters.watched = watched === "true";
  return filters;
}

/** @param {Filters} filters @returns {[string, string][]} name and value, always in the same order, without `who` */
export function printFilters(filters) {
  /** @type {(keyof Filters)[]} */
  const order = ["from", "to", ...TEXTS, "device", "min_duration", "rage", "errors", "starred", "watched"];
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

/** @param {Filters} filters */
export function isFiltered(filters) {
  return Object.keys(filters).length > 0;
}
