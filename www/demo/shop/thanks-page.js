// The page after an order. In: the buyer's first name, from this tab's storage. Out: a greeting. Never: shows it to anyone else.

import { need } from "./element.js";

const buyer = sessionStorage.getItem("saltmarsh.buyer");
if (buyer) {
  const place = need("[data-buyer]", HTMLElement);
  // The name is the visitor's own: it is masked in the recording by the mark, as any shop should do it.
  place.dataset.revisit = "mask";
  place.textContent = `, ${buyer}`;
}
