// @ts-check
// The keys, explained from the table that makes them work. In: nothing. Out: a dialog element.

import { el, icon } from "../../markup.js";
import { KEYMAP } from "../keymap.js";

export function helpDialog() {
  const rows = KEYMAP.map(({ shown, label }) =>
    el("tr", null, el("td", null, shown.flatMap((key, i) => [i > 0 ? " or " : null, el("kbd", null, key)])), el("td", null, label)));
  const dialog = el("dialog", { class: "dialog", "aria-labelledby": "help-title" },
    el("div", { class: "dialog-head" },
      el("h2", { id: "help-title" }, "Keyboard"),
      el("button", { type: "button", class: "button is-plain", "aria-label": "Close", onclick: () => dialog.close() }, icon("close"))),
    el("table", { class: "keys" },
      el("thead", null, el("tr", null, el("th", { scope: "col" }, "Key"), el("th", { scope: "col" }, "What it does"))),
      el("tbody", null, rows)));
  return dialog;
}
