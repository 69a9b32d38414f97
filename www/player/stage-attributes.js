// @ts-check
// Writes recorded attributes so that they can be read and do nothing. In: an element, a name, a value. Out: the attribute.
// An attribute that would load, run, navigate or take the focus goes into a namespace of ours under the same name:
// `getAttribute`, `attributes` and the markup show it as it was, while the browser, which looks for one without a
// namespace, never acts on it. (A `style` that names outside addresses goes there too; stage-paint.js shows the rest of
// it.) The stage's CSP and sandbox say the same a second time.

import { quiet } from "./stage-css.js";

const INERT = "urn:revisit:inert";
const XLINK = "http://www.w3.org/1999/xlink";
const XML = "http://www.w3.org/XML/1998/namespace";
const XMLNS = "http://www.w3.org/2000/xmlns/";

/** Names that act, and on which elements (`*` is all of them). A value that stays inside the page may act. */
const ACTING = new Map(
  Object.entries({
    src: ["*"],
    srcset: ["*"],
    srcdoc: ["iframe"],
    data: ["object"],
    type: ["object", "embed"],
    poster: ["video"],
    background: ["*"],
    action: ["form"],
    formaction: ["*"],
    ping: ["*"],
    archive: ["*"],
    codebase: ["*"],
    classid: ["*"],
    manifest: ["html"],
    imagesrcset: ["link"],
    rel: ["link"],
    "http-equiv": ["meta"],
    content: ["meta"],
    autofocus: ["*"],
    autoplay: ["*"],
  }),
);
/** SVG elements whose `href` may point into the page itself. */
const POINTING = new Set(["image", "use", "feimage", "mpath", "textpath", "pattern", "lineargradient", "radialgradient", "filter", "animate", "animatetransform", "animatemotion", "set"]);

/** Names known to be harmless on every element: nearly all, and asked about for every attribute of a page. @type {Map<string, boolean>} */
const harmless = new Map();

/** @param {string} name */
function isHarmless(name) {
  let known = harmless.get(name);
  if (known === undefined) {
    const lower = name.toLowerCase();
    known = !(lower.startsWith("on") || lower === "style" || lower === "href" || lower === "xlink:href" || ACTING.has(lower));
    if (harmless.size < 10_000) harmless.set(name, known);
  }
  return known;
}

/** @param {Element} element @param {string} name @param {string} value @returns {boolean} */
function acts(element, name, value) {
  const lower = name.toLowerCase();
  const tag = element.localName.toLowerCase();
  if (lower.startsWith("on")) return true;
  if (lower === "style") return quiet(value) !== value;
  if (lower === "href" || lower === "xlink:href") {
    return !(POINTING.has(tag) && (value.startsWith("#") || value.startsWith("data:image/")));
  }
  const on = ACTING.get(lower) ?? [];
  if (!(on.includes("*") || on.includes(tag))) return false;
  return !(lower === "src" && tag === "img" && value.startsWith("data:image/"));
}

/** @param {Element} element @param {string} name */
function namespaceOf(element, name) {
  if (element.namespaceURI === "http://www.w3.org/1999/xhtml") return null;
  if (name.startsWith("xlink:")) return XLINK;
  if (name.startsWith("xml:")) return XML;
  return name === "xmlns" || name.startsWith("xmlns:") ? XMLNS : null;
}

/** @param {Element} element @param {string} name @param {string} value */
export function setAttribute(element, name, value) {
  if (isHarmless(name)) {
    write(element, name, value, namespaceOf(element, name));
    return;
  }
  if (acts(element, name, value)) {
    write(element, name, value, INERT);
    return;
  }
  const inert = element.getAttributeNodeNS(INERT, localName(name));
  if (inert) element.removeAttributeNode(inert);
  write(element, name, value, namespaceOf(element, name));
}

/** @param {Element} element @param {string} name */
export function removeAttribute(element, name) {
  const attribute = [...element.attributes].find((known) => known.name === name);
  if (attribute) element.removeAttributeNode(attribute);
}

/** @param {string} name */
function localName(name) {
  return name.slice(name.indexOf(":") + 1);
}

/** @param {Element} element @param {string} name @param {string} value @param {string | null} namespace */
function write(element, name, value, namespace) {
  try {
    if (namespace === null) {
      element.setAttribute(name, value);
    } else {
      const known = [...element.attributes].find((attribute) => attribute.name === name);
      if (known && known.namespaceURI !== namespace) element.removeAttributeNode(known);
      // A prefix needs a namespace, which ours is too.
      element.setAttributeNS(namespace, name, value);
    }
  } catch {
    writeParsed(element, name, value);
  }
}

/** The parser knows names that `setAttribute` refuses, such as `[hidden]`. @param {Element} element @param {string} name @param {string} value */
function writeParsed(element, name, value) {
  if (/[\s"'>/=]/.test(name) || name.toLowerCase().startsWith("on")) return;
  const template = document.createElement("template");
  template.innerHTML = `<i ${name}="">`;
  const attribute = template.content.firstElementChild?.attributes[0];
  if (!attribute) return;
  attribute.value = value;
  attribute.ownerElement?.removeAttributeNode(attribute);
  element.setAttributeNode(element.ownerDocument.adoptNode(attribute));
}
