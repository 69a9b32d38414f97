// Whether this page may be recorded, and if not, the one word that says why.
// In: the site's settings, the page's own options, plain facts of browser and visit. Out: a reason, or "" for yes; settings made stricter.
// Never: touches the page, storage or network; lets an option of the page loosen a setting of the site.

/**
 * What `GET /v1/site/{key}` answers. A permission (`record_…`, `allow_…`) is named only where it is given.
 * @typedef {object} Settings
 * @property {boolean} record
 * @property {string} reason why not
 * @property {string} recorder path of the recorder's bundle from the collector's address
 * @property {string} wasm path of the WebAssembly module, likewise
 * @property {boolean} [record_mobile]
 * @property {boolean} [record_form_inputs]
 * @property {boolean} [record_numbers]
 * @property {boolean} [record_emails]
 * @property {boolean} [record_properties]
 * @property {boolean} [record_canvas]
 * @property {boolean} [record_console]
 * @property {boolean} [record_web_vitals]
 * @property {string[]} excluded_pages
 * @property {string[]} included_pages
 * @property {number} sample_rate
 * @property {"none" | "required"} consent
 * @property {boolean} respect_gpc
 * @property {boolean} skip_bots
 * @property {number} visitor_days
 * @property {string[]} block_selectors
 * @property {string[]} mask_selectors
 * @property {string[]} unmask_selectors
 * @property {boolean} [allow_unmask]
 * @property {number} heartbeat_ms
 * @property {number} idle_ms
 * @property {number} max_ms
 */

/** @typedef {string | RegExp} Pattern */

/**
 * @typedef {object} Facts
 * @property {string} path
 * @property {boolean} mobile
 * @property {unknown} gpc
 * @property {unknown} bot
 * @property {unknown} consent given, for this page or earlier in this visit
 * @property {unknown} visiting a recording of this visit is alive
 * @property {number} dice 0 … 1, thrown once
 */

/** @param {string} path */
const readable = (path) => {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
};

/**
 * A glob (`*` stands for any characters), `re:` and a regular expression, or a RegExp, on the path as sent and as read.
 * @param {Pattern} pattern
 * @param {string} path
 * @param {boolean} broken the answer for a pattern that cannot be read
 */
function matches(pattern, path, broken) {
  try {
    const test = pattern instanceof RegExp ? pattern
      : RegExp(pattern.startsWith("re:") ? pattern.slice(3) : `^${pattern.replace(/[^*\w]/g, "\\$&").replace(/\*+/g, ".*")}$`, "s");
    return path.search(test) >= 0 || readable(path).search(test) >= 0;
  } catch {
    return broken;
  }
}

/**
 * Whether the patterns leave this path out. One that cannot be read leaves everything out: rather nothing than too much.
 * @param {Pattern[]} excluded
 * @param {Pattern[]} included none: all
 * @param {string} path
 */
export const leftOut = (excluded, included, path) =>
  excluded.some((pattern) => matches(pattern, path, true)) ||
  (!!included[0] && !included.some((pattern) => matches(pattern, path, false)));

/**
 * @param {any} settings the site's
 * @param {any} options the page's
 * @returns {Settings}
 */
export function tighten(settings, options) {
  const strict = { ...settings };
  for (const name in settings) {
    const [own, given] = [settings[name], options[name]];
    // What the page's options may only switch off, and what they may only switch on.
    if (/^(record|allow)_/.test(name)) strict[name] = own && given != 0 && (!options.maskAll || name == "record_mobile");
    else if (/^(respect|skip)_/.test(name)) strict[name] = own || given === true;
    else if (/^(block|mask)_/.test(name)) strict[name] = own.concat(given || []);
    else if (/^unmask_/.test(name)) strict[name] = options.maskAll ? [] : own;
    else if (typeof given == "number" && given < own) strict[name] = given;
  }
  if (options.consent == "required") strict.consent = options.consent;
  return strict;
}

/**
 * @param {Settings} settings
 * @param {Facts} facts
 * @returns {string} "" when the page may be recorded
 */
export function refusal(settings, facts) {
  // Running recordings go on when the month's recordings are used up.
  return !settings.record && !(facts.visiting && settings.reason == "quota") ? settings.reason
    : facts.mobile && !settings.record_mobile ? "mobile"
    : leftOut(settings.excluded_pages, settings.included_pages, facts.path) ? "excluded"
    : settings.respect_gpc && facts.gpc ? "gpc"
    : settings.skip_bots && facts.bot ? "bot"
    : settings.consent == "required" && !facts.consent ? "consent"
    : !facts.visiting && settings.sample_rate < 1 && facts.dice >= settings.sample_rate ? "sample"
    : "";
}

/**
 * @param {string} userAgent "Mobi" is in that of every telephone
 * @param {number} touchPoints tells an iPad, which calls itself a Macintosh
 */
export const isMobile = (userAgent, touchPoints) =>
  /Mobi|Android/.test(userAgent) || (/Macintosh/.test(userAgent) && touchPoints > 1);
