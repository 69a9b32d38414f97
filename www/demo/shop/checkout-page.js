// The checkout form. In: what the visitor types. Out: a check in place, then the thank-you page.
// Never: sends anything or keeps anything but the first name, for the next page.

import { empty, lines, total } from "./cart.js";
import { element, need } from "./element.js";
import { priceText } from "./products.js";

const form = need("[data-checkout]", HTMLFormElement);
const wrong = need("[data-wrong]", HTMLElement);
const account = need("[data-account]", HTMLInputElement);
const passwordPlace = need("[data-password]", HTMLElement);
const password = need("input[name=password]", HTMLInputElement);
const showPassword = need("[data-show-password]", HTMLButtonElement);

account.addEventListener("change", () => {
  passwordPlace.hidden = !account.checked;
});
showPassword.addEventListener("click", () => {
  const visible = password.type === "text";
  password.type = visible ? "password" : "text";
  showPassword.setAttribute("aria-pressed", String(!visible));
  showPassword.textContent = visible ? "Show" : "Hide";
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const missing = [...form.elements].find((field) => field instanceof HTMLInputElement && !field.checkValidity());
  if (missing instanceof HTMLInputElement) {
    const label = missing.closest("label")?.querySelector("span")?.textContent ?? "A field";
    wrong.textContent = `“${label}” still needs something.`;
    missing.focus();
    return;
  }
  sessionStorage.setItem("saltmarsh.buyer", String(new FormData(form).get("name")).split(" ")[0] ?? "");
  empty();
  location.href = "thanks.html";
});

need("[data-summary]", HTMLElement).append(
  element(
    "ul",
    {},
    ...lines().map(({ product, amount }) =>
      element("li", {}, element("span", {}, `${amount} × ${product.name}`), element("span", { class: "price" }, priceText(product.price * amount))),
    ),
  ),
  element("strong", {}, `Together ${priceText(total())}`),
);
