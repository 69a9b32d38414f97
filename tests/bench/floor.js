// The floor: what reading the page's changes costs at the least. One observer that walks each added node once and reads
// names, attributes and text; it keeps nothing and sends nothing.

/** @type {WeakSet<Node>} */
const seen = new WeakSet();
let length = 0;

/** @param {Node} node */
function read(node) {
  if (seen.has(node)) return;
  seen.add(node);
  if (node instanceof Element) {
    for (const name of node.getAttributeNames()) length += (node.getAttribute(name) ?? "").length;
  } else length += (node.nodeValue ?? "").length;
  for (let child = node.firstChild; child; child = child.nextSibling) read(child);
}

export function start() {
  read(document);
  new MutationObserver((records) => {
    for (const record of records) {
      if (record.type === "childList") record.addedNodes.forEach(read);
      else if (record.type === "attributes") length += /** @type {Element} */ (record.target).getAttribute(/** @type {string} */ (record.attributeName))?.length ?? 0;
      else length += record.target.nodeValue?.length ?? 0;
    }
  }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
}
