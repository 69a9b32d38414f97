// @ts-check
// Text of style sheets made fit for the stage: no address that would be asked for, and selectors that find inert
// attributes (stage-attributes.js). In: text, rules. Out: text, the same rules changed.

/** Addresses outside the page, in all forms in which CSS writes one that is loaded. */
const OUTSIDE = /url\(\s*(?!["']?\s*(?:data:|#))(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^)'"]*)\s*\)/gi;
const IMAGE_SET = /((?:-webkit-)?image-set\(\s*)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/gi;
/** A font that cannot be had is none; its rule stays, since rules are counted. */
const FONT = /@font-face\s*\{[^{}]*\}/gi;
const IMPORT = /@import\s+(?:url\([^)]*\)|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')[^;]*(?:;|$)/gi;
const ACTING = /:(?:any-)?link\b|\[\s*(?:href|src|srcset|action|poster|autofocus|autoplay|rel|on[a-z]+)\s*[\]~|^$*=]/i;
const LINK = /:(?:any-)?link\b/gi;
const ACTING_ATTRIBUTE = /\[\s*(?=(?:href|src|srcset|action|poster|autofocus|autoplay|rel|on[a-z]+)\s*[\]~|^$*=])/gi;

/** @param {string} text @returns {string} the same rules, loading nothing */
export function quiet(text) {
  if (!/url\(|image-set\(|@import/i.test(text)) return text;
  return text.replace(IMPORT, "").replace(FONT, (face) => (face.match(OUTSIDE) ? "@font-face{}" : face)).replace(OUTSIDE, 'url("data:,")').replace(IMAGE_SET, '$1"data:,"');
}

/** @param {string} text @returns {boolean} whether some rule may ask about an attribute that is inert here */
export function mentionsActing(text) {
  return ACTING.test(text);
}

/** @param {string} selector @returns {string} */
export function inertSelector(selector) {
  return selector.replace(LINK, ":where(a, area)[*|href]").replace(ACTING_ATTRIBUTE, "[*|");
}

/** @param {Iterable<CSSRule>} rules */
export function inertSelectors(rules) {
  for (const rule of rules) {
    const style = /** @type {{ selectorText?: string, cssRules?: CSSRuleList }} */ (/** @type {unknown} */ (rule));
    if (typeof style.selectorText === "string" && mentionsActing(style.selectorText)) {
      style.selectorText = inertSelector(style.selectorText);
    }
    if (style.cssRules) inertSelectors(style.cssRules);
  }
}
