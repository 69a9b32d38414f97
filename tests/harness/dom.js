// What a document is made of, as plain facts that can be compared across documents.
// In: a document in the browser (`domFacts` runs there). Out: JSON of tags, attributes, text, shadow roots, iframes, form state, scroll.
// Never: includes script content, comments, or what differs without being seen (how text is split into nodes).

/**
 * @typedef {object} DocumentFacts
 * @property {string} doctype
 * @property {string} mode `CSS1Compat` or `BackCompat`
 * @property {string} title
 * @property {[number, number]} scroll
 * @property {string} front the dialog or popover in the middle of the window, by its id
 * @property {(ElementFacts | string)[]} children
 *
 * @typedef {object} ElementFacts
 * @property {string} tag
 * @property {string} namespace
 * @property {Record<string, string>} attributes
 * @property {(ElementFacts | string)[]} children
 * @property {{children: (ElementFacts | string)[], sheets: string[]}} [shadow]
 * @property {DocumentFacts} [document] of a same-origin iframe
 * @property {string} [value]
 * @property {boolean} [checked]
 * @property {number} [selectedIndex]
 * @property {[number, number]} [scroll]
 * @property {string} [css] rules of a <style>
 * @property {string[]} [states] what no attribute says: modal, popover, mixed
 * @property {string} [style] computed values of the properties that `data-probe` names
 * @property {[number, number, number, number]} [place] x, y, width, height in whole pixels
 */

/**
 * Runs in the page: holds everything it needs.
 * @param {Document} [root] this page's
 * @param {{places?: boolean}} [options] `places` adds where each element stands
 * @returns {DocumentFacts}
 */
export function domFacts(root = document, { places = false } = {}) {
  /** A page of the tests tells of its closed roots here: nobody else can know them. @type {Map<Element, ShadowRoot> | undefined} */
  const closedRoots = /** @type {any} */ (globalThis).closedRoots;

  /** A page that puts another in its place keeps the browser's own here. @type {Element["matches"]} */
  const matches = /** @type {any} */ (globalThis).ownMatches ?? Element.prototype.matches;

  /** @param {CSSStyleSheet | null} sheet */
  const rules = (sheet) => {
    try {
      return sheet ? [...sheet.cssRules].map((rule) => rule.cssText).join("\n") : "";
    } catch {
      return "(unreadable)";
    }
  };

  /** @param {Node} parent @returns {(ElementFacts | string)[]} */
  const childrenOf = (parent) => {
    /** @type {(ElementFacts | string)[]} */
    const children = [];
    for (const child of parent.childNodes) {
      if (child.nodeType === 3) {
        // Half a surrogate pair cannot be written in UTF-8: it counts as the sign that stands for it.
        const text = (child.nodeValue ?? "").replace(/[\ud800-\udfff]/gu, "\ufffd");
        const last = children.at(-1);
        if (text === "") continue;
        if (typeof last === "string") children[children.length - 1] = last + text;
        else children.push(text);
      } else if (child.nodeType === 1) {
        children.push(elementFacts(/** @type {Element} */ (child)));
      }
    }
    return children;
  };

  /** @param {Element} element @returns {ElementFacts} */
  const elementFacts = (element) => {
    const tag = element.localName;
    const contentSkipped = tag === "script" || tag === "noscript" || tag === "template" || tag === "style";
    /** @type {ElementFacts} */
    const facts = {
      tag,
      namespace: element.namespaceURI ?? "",
      attributes: Object.fromEntries([...element.attributes].map((a) => [a.name, a.value]).sort(([a], [b]) => (a < b ? -1 : 1))),
      children: contentSkipped ? [] : childrenOf(element),
    };
    const view = element.ownerDocument.defaultView;
    const shadow = element.shadowRoot ?? closedRoots?.get(element);
    if (shadow) facts.shadow = { children: childrenOf(shadow), sheets: shadow.adoptedStyleSheets.map(rules) };
    if (tag === "style") facts.css = rules(/** @type {HTMLStyleElement} */ (element).sheet);
    if (tag === "iframe") {
      let inside = null;
      try {
        inside = /** @type {HTMLIFrameElement} */ (element).contentDocument;
      } catch {
        // Another origin's: its inside is nobody's business.
      }
      if (inside) facts.document = documentFacts(inside);
    }
    if (tag === "input" || tag === "textarea" || tag === "select") {
      const field = /** @type {{type: string, value: string, checked: boolean, selectedIndex: number}} */ (/** @type {unknown} */ (element));
      if (field.type === "checkbox" || field.type === "radio") facts.checked = field.checked;
      else if (field.type !== "file") facts.value = field.value;
      if (tag === "select") facts.selectedIndex = field.selectedIndex;
    }
    const ownScroll = element !== element.ownerDocument.scrollingElement && element !== element.ownerDocument.documentElement;
    if (ownScroll && (element.scrollTop !== 0 || element.scrollLeft !== 0)) {
      facts.scroll = [Math.round(element.scrollLeft), Math.round(element.scrollTop)];
    }
    const states = [
      // Without its attribute it may still lie on top, where nobody sees it.
      matches.call(element, "dialog[open]:modal") && "modal",
      matches.call(element, ":popover-open") && "popover",
      /** @type {any} */ (element).indeterminate === true && tag === "input" && "mixed",
    ].filter((state) => typeof state === "string");
    if (states.length > 0) facts.states = states;
    const probe = element.getAttribute("data-probe");
    if (probe !== null && view) {
      const style = view.getComputedStyle(element);
      facts.style = probe.split(" ").map((name) => `${name}: ${style.getPropertyValue(name)}`).join("; ");
    }
    if (places && view) {
      const { x, y, width, height } = element.getBoundingClientRect();
      facts.place = [Math.round(x), Math.round(y), Math.round(width), Math.round(height)];
    }
    return facts;
  };

  /** By hand: a page may have patched `closest`. @param {Document} of */
  const frontOf = (of) => {
    let at = of.elementFromPoint((of.defaultView?.innerWidth ?? 0) / 2, (of.defaultView?.innerHeight ?? 0) / 2);
    while (at && at.localName !== "dialog" && !at.hasAttribute("popover")) at = at.parentElement;
    return at?.id ?? "";
  };

  /** @param {Document} of @returns {DocumentFacts} */
  const documentFacts = (of) => ({
    doctype: of.doctype ? [of.doctype.name, of.doctype.publicId, of.doctype.systemId].join(" ").trim() : "",
    mode: of.compatMode,
    title: of.title,
    scroll: [Math.round(of.defaultView?.scrollX ?? 0), Math.round(of.defaultView?.scrollY ?? 0)],
    front: frontOf(of),
    children: childrenOf(of),
  });

  return documentFacts(root);
}
