// @ts-check
// What only a parser can do to the stage's documents: their mode, and names that the DOM's own methods refuse.
// In: recorded doctypes and names. Out: an empty document in that mode, elements. Never parses recorded text or markup.

/** @typedef {import("./model.js").Node} RecordedNode */

export const STANDARD = "<!doctype html>";
const HTML = "http://www.w3.org/1999/xhtml";

/** @param {Document} made @param {string} namespace @param {string} tag @returns {Element} */
export function createElement(made, namespace, tag) {
  try {
    // A local name with a colon comes from the parser (`<o:p>`); `createElementNS` would read a prefix.
    if (tag.includes(":") && namespace === HTML) return made.createElement(tag);
    return made.createElementNS(namespace, tag);
  } catch {
    // The parser accepts names that `createElementNS` refuses.
    const template = made.createElement("template");
    template.innerHTML = /[\s<>/]/.test(tag) ? "<span>" : `<${tag}>`;
    return template.content.firstElementChild ?? made.createElement("span");
  }
}

/** @param {RecordedNode | undefined} doctype @returns {string} what a parser must read to be in the same mode */
export function modeOf(doctype) {
  if (doctype?.kind !== "doctype") return "";
  const clean = (/** @type {string} */ part) => part.replace(/["<>]/g, "");
  const name = clean(doctype.name) || "html";
  if (doctype.publicId) return `<!doctype ${name} public "${clean(doctype.publicId)}" "${clean(doctype.systemId)}">`;
  return `<!doctype ${name}${doctype.systemId ? ` system "${clean(doctype.systemId)}"` : ""}>`;
}

/**
 * Empties a document and puts it into the mode that a doctype asks for. Only a parser can do that; the document stays
 * the same object with the same policy.
 * @param {Document} inside @param {string} mode
 */
export function setMode(inside, mode) {
  if (!(mode === STANDARD && inside.compatMode === "CSS1Compat")) {
    inside.open();
    inside.write(mode);
    inside.close();
  }
  inside.replaceChildren();
  return inside;
}
