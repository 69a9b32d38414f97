// The map inside the home page's iframe. In: a pin pressed. Out: its words. Never: speaks to the page around it.

import { need } from "./element.js";

const words = need("[role=status]", HTMLElement);
const pins = [...document.querySelectorAll("button")];
for (const pin of pins) {
  pin.addEventListener("click", () => {
    for (const other of pins) other.setAttribute("aria-pressed", String(other === pin));
    words.textContent = pin.dataset.words ?? "";
  });
}
