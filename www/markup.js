// @ts-check
// Builds elements for the viewer's own pages. In: a tag, properties, children. Out: an element. Text is always text.

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * `on…` properties are listeners, `data-…`, `aria-…`, `role` and the like attributes; false and nothing leave one out.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Record<string, any> | null} [properties] @param {...Child | Child[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2).toLowerCase(), value);
    else element.setAttribute(name === "className" ? "class" : name, value === true ? "" : String(value));
  }
  element.append(...shown(children.flat()));
  return element;
}

/** @param {Element} parent @param {...Child | Child[]} children */
export function fill(parent, ...children) {
  parent.replaceChildren(...shown(children.flat()));
}

/** @param {Child[]} children @returns {(Node | string)[]} */
function shown(children) {
  return /** @type {(Node | string)[]} */ (children.filter((child) => child !== null && child !== undefined && child !== false));
}

const SVG = "http://www.w3.org/2000/svg";

/** Paths on a 24 by 24 grid. */
const PATHS = {
  play: "M8 5.5v13l11-6.5z",
  pause: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z",
  replay: "M12 5a7 7 0 1 1-6.6 4.7l1.9.7A5 5 0 1 0 12 7v3.2L7.2 6 12 1.8z",
  back: "M14.5 5.5 8 12l6.5 6.5 1.4-1.4L10.8 12l5.1-5.1z",
  fullscreen: "M4 4h6v2H6v4H4zM14 4h6v6h-2V6h-4zM4 14h2v4h4v2H4zM18 14h2v6h-6v-2h4z",
  help: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zm0 2a7 7 0 1 0 0 14 7 7 0 0 0 0-14zm-1 10.5h2v2h-2zM12 6.8c2 0 3.4 1.2 3.4 3 0 1.3-.8 2-1.5 2.600-.7.5-.9.8-.9 1.400V14h-2v-.5c0-1.400.8-2.100 1.500-2.600.6-.5.9-.7.9-1.200 0-.7-.6-1.100-1.400-1.100s-1.400.5-1.500 1.300l-2-.3C8.700 8 10.100 6.800 12 6.800z",
  link: "M10.600 13.400a1 1 0 0 1 0-1.400l1.400-1.400a1 1 0 1 1 1.400 1.400L12 13.400a1 1 0 0 1-1.400 0zM9 8.500 11.500 6a4.600 4.600 0 0 1 6.500 6.500L15.500 15 14 13.600l2.600-2.500a2.600 2.600 0 0 0-3.700-3.700L10.400 10zM15 15.500 12.500 18A4.600 4.600 0 0 1 6 11.500L8.500 9 10 10.400l-2.600 2.500a2.600 2.600 0 0 0 3.700 3.700l2.500-2.600z",
  star: "m12 3.500 2.600 5.400 5.900.8-4.300 4.100 1 5.900-5.200-2.800-5.200 2.800 1-5.900L3.500 9.700l5.900-.8z",
  copy: "M8 3h11v13h-2V5H8zM5 7h10v14H5zm2 2v10h6V9z",
  check: "m9.500 17.700-5.200-5.200 1.400-1.400 3.800 3.800 8.800-8.800 1.400 1.400z",
  close: "m6.400 5 5.600 5.600L17.600 5 19 6.400 13.400 12l5.600 5.600-1.400 1.400-5.600-5.600L6.400 19 5 17.600l5.600-5.600L5 6.400z",
  search: "M10.500 4a6.500 6.500 0 0 1 5.200 10.400l4.300 4.200-1.400 1.400-4.300-4.300A6.500 6.500 0 1 1 10.500 4zm0 2a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9z",
};

/** A picture beside words that say the same. @param {keyof typeof PATHS} name @returns {SVGSVGElement} */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
