// One product, by the address's `id`. In: the address. Out: the article, its reviews and its size dialog.
// Never: keeps a rating.

import { drawing } from "./art.js";
import { add } from "./cart.js";
import { element, need } from "./element.js";
import { findProduct, priceText } from "./products.js";
import "./rating-stars.js";

const REVIEWS = [
  ["Maren", 5, "Came wrapped in newspaper from the marsh. Perfect, and the newspaper was interesting too."],
  ["Oskar", 4, "Lovely in the hand. I wish there were a second size."],
  ["Lien", 5, "The third I have bought. The first two are in daily use."],
  ["Tomas", 3, "Slower than the post promised, but the tide was high that week."],
  ["Adaeze", 5, "My mother asked where it is from. That never happens."],
  ["Jonas", 4, "The colour is warmer than in the drawing."],
];

/** @param {number} value @param {boolean} editable */
function stars(value, editable) {
  const made = document.createElement("rating-stars");
  made.setAttribute("value", String(value));
  made.toggleAttribute("editable", editable);
  return made;
}

/** @param {import("./products.js").Product} product */
function show(product) {
  document.title = `${product.name} – Saltmarsh`;
  const style = document.createElement("style");
  document.head.append(style);
  style.sheet?.insertRule(`.big-price { color: ${product.glaze}; filter: brightness(.75); }`);

  const amount = element("input", { type: "number", name: "amount", min: 1, max: Math.max(product.stock, 1), value: 1 });
  const buy = element("button", { class: "button", type: "button", disabled: product.stock === 0, "data-buy": true }, product.stock ? "Add to the cart" : "Sold out");
  const toast = element("p", { class: "toast", role: "status", "data-toast": true });
  buy.addEventListener("click", () => {
    add(product.id, Math.max(1, Number(amount.value) || 1));
    toast.replaceChildren("In your cart. ", element("a", { href: "cart.html" }, "Go to the cart"));
  });
  const sizes = element("button", { class: "button quiet", type: "button", "data-open-sizes": true }, "How big is it?");
  sizes.addEventListener("click", () => need("[data-sizes]", HTMLDialogElement).showModal());
  const mine = stars(0, true);
  const thanks = element("span", { role: "status" });
  mine.addEventListener("rate", () => {
    thanks.textContent = " Thank you!";
  });

  need("[data-product]", HTMLElement).append(
    drawing(product),
    element(
      "div",
      {},
      element("p", { class: "count" }, `by ${product.maker}`),
      element("h1", {}, product.name),
      stars(product.rating, false),
      element("p", { class: "big-price" }, priceText(product.price)),
      element("p", {}, product.story),
      element("div", { class: "product-buy" }, element("label", { class: "field" }, element("span", {}, "How many"), amount), buy, sizes),
      toast,
      element("details", { "data-care": true }, element("summary", {}, "Care"), element("p", {}, "Warm water, a soft cloth, no machine. Small cracks in the glaze are normal and will colour with time.")),
      element("details", {}, element("summary", {}, "Posting"), element("p", {}, "Packed in wool and newspaper. Three days by post, one by bicycle.")),
      element("p", {}, "Yours already? Rate it: ", mine, thanks),
    ),
  );
  need("[data-reviews]", HTMLElement).append(
    ...REVIEWS.map(([who, value, words]) =>
      element("div", { class: "review" }, element("strong", {}, String(who)), " ", stars(Number(value), false), element("p", {}, String(words))),
    ),
  );
}

const product = findProduct(new URLSearchParams(location.search).get("id"));
if (product) show(product);
else need("[data-product]", HTMLElement).append(element("p", {}, "We do not have that one."));
