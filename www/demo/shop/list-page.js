// The goods on the home page: filtered, sorted and drawn anew at every change.
// In: the filter form. Out: the list of cards. Never: asks a server.

import { drawing } from "./art.js";
import { add } from "./cart.js";
import { element, need } from "./element.js";
import { KINDS, PRODUCTS, priceText } from "./products.js";
import "./rating-stars.js";

/** @typedef {import("./products.js").Product} Product */

const form = need("[data-filters]", HTMLFormElement);
const list = need("[data-goods]", HTMLUListElement);

/** @type {Record<string, (a: Product, b: Product) => number>} */
const ORDERS = {
  ours: () => 0,
  cheap: (a, b) => a.price - b.price,
  dear: (a, b) => b.price - a.price,
  rated: (a, b) => b.rating - a.rating,
  name: (a, b) => a.name.localeCompare(b.name),
};

function chosen() {
  const data = new FormData(form);
  const kinds = data.getAll("kind");
  const words = String(data.get("words") ?? "").trim().toLowerCase();
  const price = Number(data.get("price"));
  return PRODUCTS.filter(
    (product) =>
      (kinds.length === 0 || kinds.includes(product.kind)) &&
      product.price <= price &&
      (!data.has("stock") || product.stock > 0) &&
      `${product.name} ${product.line} ${product.maker}`.toLowerCase().includes(words),
  ).sort(ORDERS[String(data.get("sort"))] ?? ORDERS.ours);
}

/** @param {Product} product */
function card(product) {
  const buy = element("button", { class: "button", type: "button", disabled: product.stock === 0 }, product.stock ? "Add" : "Sold out");
  buy.setAttribute("aria-label", product.stock ? `Add ${product.name} to the cart` : `${product.name} is sold out`);
  buy.addEventListener("click", () => add(product.id, 1));
  const stars = document.createElement("rating-stars");
  stars.setAttribute("value", String(product.rating));
  return element(
    "li",
    { class: "card", "data-id": product.id },
    drawing(product),
    ...(product.stock > 0 && product.stock < 6 ? [element("span", { class: "tag tag-season" }, `Only ${product.stock} left`)] : []),
    element(
      "div",
      { class: "card-text" },
      element("h3", {}, element("a", { href: `product.html?id=${product.id}` }, product.name)),
      element("p", {}, product.line),
      element("span", {}, stars),
      element("div", { class: "card-foot" }, element("span", { class: "price" }, priceText(product.price)), buy),
    ),
  );
}

function show() {
  const products = chosen();
  need("[data-price-shown]", HTMLOutputElement).value = priceText(Number(new FormData(form).get("price")));
  need("[data-count-shown]", HTMLElement).textContent = products.length === 1 ? "One thing" : `${products.length} things`;
  list.replaceChildren(
    ...(products.length ? products.map(card) : [element("li", { class: "goods-none" }, "Nothing on this shelf. Try fewer filters.")]),
  );
}

for (const [kind, words] of Object.entries(KINDS)) {
  need("[data-kinds]", HTMLFieldSetElement).append(
    element("label", { class: "chip" }, element("input", { type: "checkbox", name: "kind", value: kind }), element("span", {}, words)),
  );
}
form.addEventListener("input", show);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(show));
show();
