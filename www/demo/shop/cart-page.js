// The cart as a table. In: the cart. Out: its lines, drawn anew at every change. Never: leaves the browser.

import { drawing } from "./art.js";
import { change, lines, total } from "./cart.js";
import { element, need } from "./element.js";
import { priceText } from "./products.js";

const place = need("[data-cart]", HTMLElement);

/** @param {import("./cart.js").Line} line */
function row({ product, amount }) {
  const number = element("input", { type: "number", min: 0, max: 99, value: amount, "aria-label": `How many of ${product.name}` });
  number.addEventListener("change", () => change(product.id, Number(number.value) || 0));
  const remove = element("button", { class: "button quiet", type: "button", "aria-label": `Remove ${product.name}` }, "Remove");
  remove.addEventListener("click", () => change(product.id, 0));
  return element(
    "tr",
    {},
    element("td", {}, drawing(product)),
    element("td", {}, element("a", { href: `product.html?id=${product.id}` }, product.name)),
    element("td", {}, number),
    element("td", { class: "price" }, priceText(product.price * amount)),
    element("td", {}, remove),
  );
}

function show() {
  const kept = lines();
  if (kept.length === 0) {
    place.replaceChildren(element("p", {}, "Nothing here yet. ", element("a", { href: "./" }, "See the goods")));
    return;
  }
  place.replaceChildren(
    element("table", { class: "cart-lines" }, element("tbody", {}, ...kept.map(row))),
    element(
      "div",
      { class: "cart-sum" },
      element("strong", {}, `Together ${priceText(total())}`),
      element("a", { class: "button", href: "checkout.html", "data-to-checkout": true }, "To the checkout"),
    ),
  );
}

window.addEventListener("cart", show);
show();
