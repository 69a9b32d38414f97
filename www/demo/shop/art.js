// The shop's drawings: each product is a small inline SVG made from its kind and colours.
// In: a product. Out: an <svg> element. Never: loads a file.

const SVG = "http://www.w3.org/2000/svg";

/** @type {Record<import("./products.js").Kind, (glaze: string) => string>} */
const SHAPES = {
  cup: (glaze) => `
    <ellipse cx="100" cy="166" rx="52" ry="7" fill="#20302a" opacity=".14"/>
    <path d="M52 74h96l-9 72q-3 18-22 18H83q-19 0-22-18z" fill="${glaze}"/>
    <path d="M52 74h96l-3 24q-22 12-46 4t-44 3z" fill="#fff" opacity=".22"/>
    <ellipse cx="100" cy="74" rx="48" ry="10" fill="${glaze}"/><ellipse cx="100" cy="74" rx="48" ry="10" fill="#fff" opacity=".35"/>
    <ellipse cx="100" cy="76" rx="42" ry="7" fill="#7a4a22" opacity=".75"/>
    <path d="M88 56q-8-10 0-18t0-18M108 56q-8-10 0-18t0-18" fill="none" stroke="#20302a" stroke-opacity=".25" stroke-width="3" stroke-linecap="round"/>`,
  bowl: (glaze) => `
    <ellipse cx="100" cy="160" rx="46" ry="7" fill="#20302a" opacity=".14"/>
    <path d="M30 88h140q-6 54-50 66l-3 8H83l-3-8Q36 142 30 88z" fill="${glaze}"/>
    <path d="M30 88h140q-2 14-7 25-30 10-60 0t-66 4q-5-13-7-29z" fill="#fff" opacity=".2"/>
    <ellipse cx="100" cy="88" rx="70" ry="13" fill="${glaze}"/><ellipse cx="100" cy="88" rx="70" ry="13" fill="#fff" opacity=".32"/>
    <ellipse cx="100" cy="91" rx="60" ry="9" fill="${glaze}"/><circle cx="118" cy="128" r="3" fill="#fff" opacity=".8"/>`,
  pot: (glaze) => `
    <ellipse cx="98" cy="164" rx="56" ry="7" fill="#20302a" opacity=".14"/>
    <path d="M150 96q22-2 26-30l10 3q-2 46-38 60z" fill="${glaze}"/>
    <path d="M50 94q-34-4-32 24t36 28" fill="none" stroke="${glaze}" stroke-width="9" stroke-linecap="round"/>
    <path d="M46 112q0-40 54-40t54 40q0 50-54 50t-54-50z" fill="${glaze}"/>
    <path d="M46 112q0-40 54-40t54 40q-24 14-54 5t-54-5z" fill="#fff" opacity=".22"/>
    <path d="M72 76q4-16 28-16t28 16z" fill="${glaze}"/><circle cx="100" cy="54" r="8" fill="${glaze}"/>
    <path d="M72 76h56" stroke="#20302a" stroke-opacity=".3" stroke-width="2"/>`,
  tea: (glaze) => `
    <ellipse cx="100" cy="168" rx="48" ry="7" fill="#20302a" opacity=".14"/>
    <rect x="56" y="56" width="88" height="110" rx="8" fill="${glaze}"/>
    <rect x="52" y="42" width="96" height="22" rx="6" fill="${glaze}"/><rect x="52" y="42" width="96" height="22" rx="6" fill="#fff" opacity=".28"/>
    <rect x="68" y="84" width="64" height="58" rx="3" fill="#fbf8f1"/>
    <path d="M100 134q-18-16 0-40 18 24 0 40zm0 0v-28" fill="${glaze}" stroke="#fbf8f1" stroke-width="2"/>
    <path d="M76 150h48" stroke="#fff" stroke-opacity=".5" stroke-width="3" stroke-linecap="round"/>`,
  tool: (glaze) => `
    <ellipse cx="100" cy="168" rx="34" ry="6" fill="#20302a" opacity=".14"/>
    <rect x="90" y="26" width="20" height="70" rx="9" fill="${glaze}"/>
    <path d="M84 94h32l16 62q-32 16-64 0z" fill="${glaze}" opacity=".85"/>
    <path d="M88 98l-12 58M94 98l-6 62M100 98v64M106 98l6 62M112 98l12 58" stroke="#fbf8f1" stroke-opacity=".7" stroke-width="2"/>
    <rect x="84" y="90" width="32" height="9" rx="4" fill="#20302a" opacity=".65"/>`,
};

/**
 * @param {import("./products.js").Product} product
 * @returns {SVGSVGElement}
 */
export function drawing(product) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 200 200");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", product.name);
  svg.setAttribute("class", "drawing");
  svg.style.background = product.wash;
  svg.innerHTML = `<rect width="200" height="200" fill="${product.wash}"/>
    <circle cx="150" cy="54" r="50" fill="#fff" opacity=".3"/>${SHAPES[product.kind](product.glaze)}`;
  return svg;
}
