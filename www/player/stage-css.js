// @ts-check
// Text of style sheets made fit for the stage: no address that would be asked for, and selectors that find inert
// attributes (stage-attributes.js). In: text, rules. Out: text, the same rules changed.

/** Addresses outside the page, in all forms in which CSS writes one that is loaded. */
const OUTSIDE = /url\(\s*(?!["']?\s*(?:data:|#))(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^)'"]*)\s*\)/gi;
const IMAGE_SET = /((?:-webkit-)?image-set\(\s*)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/gi;
/** A font that cannot be had is none; its rule stays, since rules are counted. */
const FONT = /@font-face\s*\{[^{}]*\}/gi;
const IMPORT = /@import\s+(?:url\([^)]*\)|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')[^;]*(?:;|$)/gi;
const IMPORTED = /(@import\s+)(?:url\(\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^)]*)\s*\)|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/gi;
const ACTING = /:(?:any-)?link\b|:defined\b|\[\s*(?:href|src|srcset|action|poster|autofocus|autoplay|rel|on[a-z]+)\s*[\]~|^$*=]/i;
const DEFINED = /:defined\b/gi;
const LINK = /:(?:any-)?link\b/gi;
const ACTING_ATTRIBUTE = /\[\s*(?=(?:href|src|srcset|action|poster|autofocus|autoplay|rel|on[a-z]+)\s*[\]~|^$*=])/gi;

/** @param {string} text @returns {string} the same rules, loading nothing */
export function quiet(text) {
  if (!/url\(|image-set\(|@import/i.test(text)) return text;
  return text.replace(IMPORT, "").replace(FONT, (face) => (face.match(OUTSIDE) ? "@font-face{}" : face)).replace(OUTSIDE, 'url("data:,")').replace(IMAGE_SET, '$1"data:,"');
}

/**
 * The same text with imports of nothing: their rules stay, since rules are counted, and no address is tried.
 * @param {string} text of a `<style>` @returns {string}
 */
export function withoutImports(text) {
  return /@import/i.test(text) ? text.replace(IMPORTED, '$1"data:text/css,"') : text;
}

/** @param {string} text @returns {boolean} whether some rule may ask about an attribute that is inert here */
export function mentionsActing(text) {
  return ACTING.test(text);
}

/** @param {string} text @returns {boolean} whether some rule may ask which custom elements are defined */
export function mentionsDefined(text) {
  return /:defined\b/i.test(text);
}

/**
 * @param {string} selector @param {string} [undefinedNames] of custom elements that the page had not defined; here none is
 * @returns {string}
 */
export function inertSelector(selector, undefinedNames = "") {
  // `:not(.revisit-none)` is always so, and weighs what a pseudo-class weighs.
  const defined = `${undefinedNames ? `:where(:not(${undefinedNames}))` : ""}:not(.revisit-none)`;
  return selector.replace(DEFINED, defined).replace(LINK, ":where(a, area)[*|href]").replace(ACTING_ATTRIBUTE, "[*|");
}

/** @param {Iterable<CSSRule>} rules @param {string} [undefinedNames] */
export function inertSelectors(rules, undefinedNames) {
  for (const rule of rules) {
    const style = /** @type {{ selectorText?: string, cssRules?: CSSRuleList }} */ (/** @type {unknown} */ (rule));
    if (typeof style.selectorText === "string" && mentionsActing(style.selectorText)) {
      style.selectorText = inertSelector(style.selectorText, undefinedNames);
    }
    if (style.cssRules) inertSelectors(style.cssRules, undefinedNames);
  }
}
