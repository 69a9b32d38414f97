// Questions about the document that hold whatever the page has done to its own: methods hidden by a form's or a document's
// named elements, `closest` and `matches` replaced by a library's. In: nodes. Out: elements, answers.
// Never: calls a method that stands on the node itself, where the prototype has it as well.

/**
 * What `root.querySelectorAll` gives.
 * @param {any} root a document or shadow root
 * @param {string} selector
 * @returns {any[]}
 */
export const all = (root, selector) => Array.from((root.nodeType === 9 ? Document : DocumentFragment).prototype.querySelectorAll.call(root, selector));

/**
 * The frames of a document or shadow root: of a document, a list that the browser keeps, since this is asked in every flush.
 * @param {any} root
 * @returns {Iterable<any>}
 */
export const framesOf = (root) => (root.nodeType === 9 ? Document.prototype.getElementsByTagName.call(root, "iframe") : all(root, "iframe"));

/**
 * The node itself or the nearest element around it that is so, as `closest` would find it.
 * @param {any} node
 * @param {(element: any) => unknown} isSo
 * @returns {any} nothing when there is none
 */
export function around(node, isSo) {
  let element = node.nodeType === 1 ? node : node.parentElement;
  while (element && !isSo(element)) element = element.parentElement;
  return element;
}

/** @param {any} element @param {string} name */
const attribute = (element, name) => Element.prototype.getAttribute.call(element, name);

/**
 * Whether the visitor writes or chooses in it.
 * @param {any} element
 */
export const isField = (element) =>
  /^(input|textarea|select|option|datalist)$/.test(element.localName) ||
  /^(|true|plaintext-only)$/i.test(attribute(element, "contenteditable") ?? "false") ||
  /^(textbox|searchbox|combobox)$/.test(attribute(element, "role") ?? "");

/**
 * Whether it answers a click by itself, without the page's doing.
 * @param {any} element
 */
export const isPlain = (element) =>
  isField(element) ||
  /^(label|summary|video|audio|iframe|embed|object|area)$/.test(element.localName) ||
  (element.localName === "a" &&
    (/^(mailto|tel|sms):/.test(attribute(element, "href") ?? "") || ["target", "download"].some((name) => attribute(element, name) !== null)));

/**
 * Whether it leads to another page.
 * @param {any} element
 */
export const isLink = (element) => element.localName === "a" && attribute(element, "href") !== null;

/**
 * Where it leads.
 * @param {any} link
 * @returns {string}
 */
export const addressOf = (link) => attribute(link, "href") ?? "";
