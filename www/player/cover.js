// @ts-check
// What stands before a recording that is asked for only when Play is pressed: a link with a password, or one that plays
// once. In: the link's facts, how to press Play. Out: an element, and the ticket for the bytes.

import { ApiProblem } from "../api.js";
import { el, fill, icon } from "../markup.js";

/** @typedef {import("./source.js").Facts} Facts */

/**
 * @param {Facts} facts @param {(password?: string) => Promise<Facts & { ticket: string }>} play
 * @returns {{ element: HTMLElement, pressed: Promise<Facts & { ticket: string }> }}
 */
export function cover(facts, play) {
  const problem = el("p", { class: "message is-error", role: "alert", hidden: true });
  const password = el("input", { class: "input", type: "password", autocomplete: "off", "aria-label": "Password of the link", required: true });
  const button = el("button", { type: "submit", class: "button is-primary", "aria-label": "Play" }, icon("play"), "Play");
  /** @type {(facts: Facts & { ticket: string }) => void} */
  let done;
  const pressed = new Promise((resolve) => {
    done = resolve;
  });
  const element = el("form", {
    class: "player-wait cover",
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      button.disabled = true;
      try {
        done(await play(facts.needs_password ? password.value : undefined));
      } catch (refused) {
        problem.hidden = false;
        fill(problem, words(refused));
        button.disabled = false;
      }
    },
  },
    el("p", null, facts.needs_password ? "This recording is shared with a password." : "This recording is shared with you."),
    facts.once ? el("p", { class: "hint" }, "It plays once. After you have pressed Play, the link has ended.") : null,
    facts.needs_password ? el("label", { class: "field" }, el("span", null, "Password"), password) : null,
    button, problem);
  return { element, pressed };
}

/** @param {unknown} refused */
function words(refused) {
  if (refused instanceof ApiProblem) {
    if (refused.code === "wrong_password") return "That is not the password.";
    if (refused.code === "too_many_tries") return "Too many tries. Wait some minutes.";
    if (refused.status === 404) return "This link has ended, or the recording was deleted.";
    return refused.message;
  }
  return String(refused);
}
