// What every page of the shop shares: header, footer, the live cart count, the season's colours.
// In: <header data-shop> and <footer data-shop>. Out: their content. Never: knows which page it is on beyond its address.

import { count } from "./cart.js";
import { element, need } from "./element.js";
import { showVisit } from "./visit.js";
import "./tide-letter.js";

const ROOT = new URL("../", import.meta.url).pathname;

/** @param {string} path @param {string} words */
function navLink(path, words) {
  const here = location.pathname === ROOT + path || (path === "stories/" && location.pathname.startsWith(ROOT + path));
  return element("a", { href: ROOT + path, "aria-current": here ? "page" : null }, words);
}

function header() {
  const number = element("span", { class: "cart-count", "data-count": true }, String(count()));
  const cart = element("a", { class: "cart-link", href: `${ROOT}cart.html` }, "Cart ", number);
  window.addEventListener("cart", () => {
    number.textContent = String(count());
    number.animate([{ transform: "scale(1.5)" }, { transform: "scale(1)" }], 250);
  });
  need("header[data-shop]", HTMLElement).append(
    element("a", { class: "skip", href: "#main" }, "Skip to the content"),
    element("a", { class: "brand", href: ROOT }, element("img", { src: `${ROOT}art/mark.svg`, alt: "", width: 34, height: 34 }), "Saltmarsh"),
    element("nav", { "aria-label": "Shop" }, navLink("", "Shop"), navLink("stories/", "Stories"), cart),
  );
}

function footer() {
  const visit = element("p", { class: "visit", "data-visit": true });
  need("footer[data-shop]", HTMLElement).append(
    element("div", { class: "letter-place" }, document.createElement("tide-letter")),
    element(
      "div",
      { class: "footer-line" },
      element("p", {}, "Saltmarsh Tea & Clay. A demo shop: nothing here is for sale, and no order goes anywhere."),
      visit,
      element("p", {}, element("a", { href: "/" }, "Revisit dashboard")),
    ),
  );
  showVisit(visit);
}

/** The season tints the shop through CSSOM rules, the way style libraries do. */
function season() {
  const style = document.createElement("style");
  style.dataset.season = "autumn";
  document.head.append(style);
  style.sheet?.insertRule(":root { --season: #c4653a; --season-soft: #f6e2d5; }", 0);
  style.sheet?.insertRule(".tag-season { background: var(--season-soft); color: #7b3513; }", 1);
}

season();
header();
footer();
