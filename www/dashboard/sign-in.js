// @ts-check
// Signing in: by the one-time link of the terminal, whose token is in the fragment and so in no log, or by pasting it.
// In: the address, a form. Out: a session cookie by the collector.

import { ApiProblem, call } from "../api.js";
import { el, fill } from "../markup.js";

/** The token of a sign-in link; it leaves the address bar and the history at once. @returns {string | null} */
export function takeClaim() {
  const claim = new URLSearchParams(location.hash.slice(1)).get("claim");
  if (claim) history.replaceState(null, "", location.pathname + location.search);
  return claim;
}

/** @param {string} secret a sign-in link's, or an API token */
export function signInWith(secret) {
  return call("POST", "/api/v1/login", secret.startsWith("rvt_") ? { token: secret } : { claim: secret });
}

/** By login and password. @param {() => void} done @param {HTMLElement} message */
function passwordForm(done, message) {
  const login = el("input", { class: "input", name: "login", type: "text", autocomplete: "username", required: true });
  const password = el("input", { class: "input", name: "password", type: "password", autocomplete: "current-password", required: true });
  const submit = el("button", { type: "submit", class: "button is-primary" }, "Sign in");
  return el("form", {
    "aria-label": "Sign in with a password",
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      submit.disabled = true;
      try {
        await call("POST", "/api/v1/login", { login: login.value, password: password.value });
        done();
      } catch (refused) {
        message.hidden = false;
        fill(message, refused instanceof ApiProblem && refused.code === "wrong_password" ? "That login and password do not fit." : String(/** @type {Error} */ (refused).message));
      }
      submit.disabled = false;
    },
  },
    el("label", { class: "field" }, el("span", null, "Login"), login),
    el("label", { class: "field" }, el("span", null, "Password"), password),
    submit);
}

/** @param {() => void} done @param {string} [problem] */
export function signInPage(done, problem) {
  const message = el("p", { class: "message is-error", role: "alert", hidden: !problem }, problem ?? "");
  const field = el("input", { class: "input", name: "link", type: "password", autocomplete: "off", required: true, "aria-describedby": "sign-in-hint" });
  const submit = el("button", { type: "submit", class: "button is-primary" }, "Sign in");
  return el("main", { class: "sign-in card", id: "main" },
    el("h1", null, "Sign in to Revisit"),
    message,
    el("details", { class: "sign-in-password" }, el("summary", null, "With login and password"), passwordForm(done, message)),
    el("form", {
      onsubmit: async (/** @type {Event} */ event) => {
        event.preventDefault();
        submit.disabled = true;
        try {
          await signInWith(claimIn(field.value));
          done();
        } catch (refused) {
          message.hidden = false;
          fill(message, refused instanceof ApiProblem && refused.status !== 0 ? "That link is not valid, or was used before." : String(/** @type {Error} */ (refused).message));
        }
        submit.disabled = false;
      },
    },
      el("label", { class: "field" }, el("span", null, "Sign-in link or token"), field),
      el("p", { class: "hint", id: "sign-in-hint" }, "The terminal showed a link when Revisit was started for the first time. For a new one run ", el("code", null, "revisit user add"), "."),
      submit));
}

/** @param {string} text a whole link, or its token */
function claimIn(text) {
  const hash = text.trim().split("#").at(-1) ?? "";
  return new URLSearchParams(hash).get("claim") ?? hash;
}
