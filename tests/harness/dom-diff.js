// Compares the facts of a live page with those of its replay.
// In: two facts documents; whether the site masks. Out: the first differences as lines with paths, none when they are equal.
// Never: accepts a replay that shows more than the page, or less than the masking rules hide.

/** @typedef {import("./dom.js").DocumentFacts} DocumentFacts */
/** @typedef {import("./dom.js").ElementFacts} ElementFacts */

const URLS = new Set(["href", "src", "action", "formaction", "poster", "cite", "data", "xlink:href", "background", "ping"]);
const MASK_ONLY = /^[•*0\s@.,:;/?&=#_+()[\]{}'"-]*$/u;
/** Fields whose value is hidden whatever the settings. */
const SECRET = /cc-|password|one-time-code/;

/**
 * @param {DocumentFacts} live
 * @param {DocumentFacts} replayed
 * @param {{masked: boolean, limit?: number, ignoreAttributes?: RegExp, slack?: number}} options `slack`: pixels by which a place or scroll may differ
 * @returns {string[]}
 */
export function diffDom(live, replayed, { masked, limit = 12, ignoreAttributes, slack = 1 }) {
  /** @type {string[]} */
  const differences = [];
  /** @param {string} path @param {string} what @param {unknown} a @param {unknown} b */
  const differ = (path, what, a, b) => {
    if (differences.length < limit) differences.push(`${path} ${what}: live ${show(a)}, replay ${show(b)}`);
  };

  /** @param {string} path @param {DocumentFacts} a @param {DocumentFacts} b */
  const documents = (path, a, b) => {
    if (a.doctype !== b.doctype) differ(path, "doctype", a.doctype, b.doctype);
    if (a.mode !== b.mode) differ(path, "mode", a.mode, b.mode);
    if (far(a.scroll, b.scroll, slack)) differ(path, "scroll", a.scroll, b.scroll);
    if (a.front !== b.front) differ(path, "in front", a.front, b.front);
    children(path, a.children, b.children, false);
  };

  /** @param {string} path @param {(ElementFacts | string)[]} a @param {(ElementFacts | string)[]} b @param {boolean} field inside a form field */
  const children = (path, a, b, field) => {
    const count = Math.max(a.length, b.length);
    /** @type {Map<string, number>} */
    const seen = new Map();
    for (let index = 0; index < count; index += 1) {
      const [one, two] = [a[index], b[index]];
      const name = typeof one === "object" ? one.tag : "text";
      seen.set(name, (seen.get(name) ?? 0) + 1);
      const here = `${path}/${name}${seen.get(name) === 1 ? "" : `[${seen.get(name)}]`}`;
      if (typeof one === "string" && typeof two === "string") {
        if (!textFits(one, two, masked, field)) differ(here, "text", one, two);
      } else if (typeof one === "object" && typeof two === "object" && one.tag === two.tag) {
        elements(here, one, two, field);
      } else {
        differ(here, `child ${index} of ${a.length}/${b.length}`, brief(one), brief(two));
        return;
      }
    }
  };

  /** @param {string} path @param {ElementFacts} a @param {ElementFacts} b @param {boolean} field */
  const elements = (path, a, b, field) => {
    if (a.namespace !== b.namespace) differ(path, "namespace", a.namespace, b.namespace);
    const secret = a.tag === "input" && (a.attributes.type === "password" || SECRET.test(a.attributes.autocomplete ?? ""));
    for (const name of new Set([...Object.keys(a.attributes), ...Object.keys(b.attributes)])) {
      if (ignoreAttributes?.test(name)) continue;
      // Handlers and script addresses must not come back at all; whether their names do is the player's choice.
      if (name.startsWith("on") || (a.tag === "script" && name !== "type")) continue;
      const [one, two] = [a.attributes[name], b.attributes[name]];
      if (one === undefined || two === undefined) differ(path, `@${name}`, one, two);
      else if (!attributeFits(name, one, two, masked, secret && name === "value")) differ(path, `@${name}`, one, two);
    }
    const inField = field || a.tag === "textarea" || a.tag === "select" || a.tag === "datalist" || editable(a);
    if (a.value !== undefined || b.value !== undefined) {
      const [one, two] = [a.value ?? "", b.value ?? ""];
      if (!(secret ? hidden(one, two) : valueFits(a, one, two, masked))) differ(path, "value", a.value, b.value);
    }
    // Whether a box is ticked is form input: where that is masked, nothing is owed.
    if (!masked) {
      if (a.checked !== b.checked) differ(path, "checked", a.checked, b.checked);
      if (a.selectedIndex !== b.selectedIndex) differ(path, "selectedIndex", a.selectedIndex, b.selectedIndex);
    }
    const [one, two] = [a.states ?? [], b.states ?? []].map((states) => states.join(" "));
    if (one !== two) differ(path, "states", one, two);
    if (a.style !== b.style) differ(path, "style", a.style, b.style);
    if (far(a.scroll ?? [0, 0], b.scroll ?? [0, 0], slack)) differ(path, "scroll", a.scroll, b.scroll);
    if (a.place && b.place && far(a.place, b.place, slack)) differ(path, "place", a.place, b.place);
    if (a.css !== undefined && b.css !== undefined && a.css !== b.css && !(masked && sameShape(a.css, b.css))) differ(path, "css", a.css, b.css);
    if (Boolean(a.shadow) !== Boolean(b.shadow)) differ(path, "shadow root", Boolean(a.shadow), Boolean(b.shadow));
    else if (a.shadow && b.shadow) {
      if (a.shadow.sheets.join("\n") !== b.shadow.sheets.join("\n")) differ(path, "adopted sheets", a.shadow.sheets, b.shadow.sheets);
      children(`${path}/#shadow`, a.shadow.children, b.shadow.children, inField);
    }
    if (Boolean(a.document) !== Boolean(b.document)) differ(path, "iframe document", Boolean(a.document), Boolean(b.document));
    else if (a.document && b.document) documents(`${path}/#document`, a.document, b.document);
    children(path, a.children, b.children, inField);
  };

  documents("", live, replayed);
  return differences;
}

/** @param {ElementFacts} facts */
function editable({ attributes }) {
  return attributes.contenteditable !== undefined && attributes.contenteditable !== "false";
}

/** @param {string} live @param {string} shown @param {boolean} masked @param {boolean} field */
function textFits(live, shown, masked, field) {
  if (live === shown) return true;
  if (!masked) return false;
  if (field) return hidden(live, shown);
  return tokensFit(live, shown);
}

/** @param {ElementFacts} element @param {string} live @param {string} shown @param {boolean} masked */
function valueFits(element, live, shown, masked) {
  if (!masked) return live === shown;
  // A slider has no masked form that it could take, and a select none but its options: any may show.
  if (element.tag === "select" || element.attributes.type === "range" || element.attributes.type === "color") return true;
  return hidden(live, shown) || (element.attributes.type === "number" && digits(live) === digits(shown)) || (element.attributes.type === "number" && shown === "");
}

/** @param {string} name @param {string} live @param {string} shown @param {boolean} masked @param {boolean} secret */
function attributeFits(name, live, shown, masked, secret) {
  if (secret) return hidden(live, shown);
  if (live === shown) return true;
  if (URLS.has(name)) return addressFits(live, shown, masked);
  if (!masked) return false;
  if (name === "id" || name === "class" || name === "for" || name.startsWith("aria-")) {
    const [one, two] = [live.split(/\s+/), shown.split(/\s+/)];
    if (one.length === two.length && one.every((token, index) => token === two[index] || /@|\d{5}/.test(token))) return true;
  }
  return hidden(live, shown) || tokensFit(live, shown);
}

/**
 * An address keeps its place and path; its query and fragment may be hidden or gone, in every mode, since they may hold secrets.
 * @param {string} live @param {string} shown @param {boolean} masked
 */
function addressFits(live, shown, masked) {
  if (/^(javascript|data|blob):/i.test(live)) return true;
  const cut = (/** @type {string} */ address) => address.replace(/[?#].*$/s, "");
  const [one, two] = [cut(live), cut(shown)];
  if (one !== two && !segmentsFit(one, two, masked) && !(masked && tokensFit(one, two))) return false;
  const query = shown.slice(two.length);
  return query === "" || masked || live.startsWith(shown) || /[•0]/u.test(query);
}

/**
 * Path segment by path segment: one that looks like a key may be hidden in every mode, one with an `@` or digits where the site masks.
 * @param {string} live @param {string} shown @param {boolean} masked
 */
function segmentsFit(live, shown, masked) {
  const [one, two] = [live.split("/"), shown.split("/")];
  const fits = (/** @type {string} */ segment, /** @type {string} */ seen) => {
    if (segment === seen) return true;
    const key = /^[\w-]{20,}$/.test(segment) && /\d/.test(segment);
    return (key && MASK_ONLY.test(seen)) || (masked && /[@\d]/.test(segment) && (digits(segment) === seen || MASK_ONLY.test(seen)));
  };
  return one.length === two.length && one.every((segment, index) => fits(segment, two[index] ?? ""));
}

/** A hidden value: empty stays empty, and of the rest nothing is left. @param {string} live @param {string} shown */
function hidden(live, shown) {
  return live === "" ? shown === "" : shown !== "" && MASK_ONLY.test(shown);
}

/** Word for word the same, but for digits and for words with an `@` in them. @param {string} live @param {string} shown */
function tokensFit(live, shown) {
  if (digits(live) === shown) return true;
  if (!live.includes("@")) return false;
  const [one, two] = [live.split(/\s+/), shown.split(/\s+/)];
  return one.length === two.length && one.every((word, index) => digits(word) === digits(two[index] ?? "") || (word.includes("@") && /•/u.test(two[index] ?? "")));
}

/** @param {string} text */
function digits(text) {
  return text.replace(/\p{Nd}/gu, "0");
}

/** Rules whose strings and addresses were masked. @param {string} live @param {string} shown */
function sameShape(live, shown) {
  const bare = (/** @type {string} */ css) => css.replace(/"[^"]*"|url\([^)]*\)/g, "…");
  return bare(live) === bare(shown);
}

/** @param {number[]} a @param {number[]} b @param {number} slack */
function far(a, b, slack) {
  return a.some((value, index) => Math.abs(value - (b[index] ?? 0)) > slack);
}

/** @param {ElementFacts | string | undefined} child */
function brief(child) {
  if (child === undefined) return "nothing";
  return typeof child === "string" ? child : `<${child.tag} ${show(child.attributes)}>`;
}

/** @param {unknown} value */
function show(value) {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
