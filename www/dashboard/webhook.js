// @ts-check
// The site's webhook beside its address: what signs the messages, a way to try it, what was sent and became of it.
// In: the site's id. Out: an element.

import { call } from "../api.js";
import { el, fill } from "../markup.js";
import { untilText, whenText } from "../words.js";

/**
 * @typedef {object} Delivery
 * @property {string} id
 * @property {string} type
 * @property {string} created_at
 * @property {"waiting" | "delivered" | "failed"} state
 * @property {number} tries
 * @property {string | null} next_at
 * @property {number | null} status
 * @property {string | null} problem
 */

/** @param {string} site */
export function webhookPanel(site) {
  const at = `/api/v1/sites/${encodeURIComponent(site)}/webhook`;
  const element = el("section", { class: "card webhook", "aria-label": "Webhook" });
  /** @param {unknown} problem */
  const complain = (problem) => fill(element, el("p", { class: "message is-error", role: "alert" }, String(/** @type {Error} */ (problem).message)));
  /** @param {string} path */
  const post = (path) => call("POST", `${at}${path}`).then(() => setTimeout(load, 700), complain);
  const load = () => call("GET", at).then(
    ({ url, secret, deliveries }) => fill(element,
      el("h2", null, "Webhook"),
      url ? null : el("p", { class: "hint" }, "No address is set: nobody is told. Set it above under Site."),
      el("label", { class: "field" }, el("span", null, "Secret that signs the messages"),
        el("input", { class: "input", readonly: true, value: secret, onfocus: (/** @type {any} */ event) => event.currentTarget.select() })),
      el("p", { class: "hint" }, "The header ", el("code", null, "revisit-signature"), " is ", el("code", null, "t=SECONDS,v1=HMAC-SHA-256(secret, SECONDS.BODY)"), "."),
      el("div", { class: "settings-foot" },
        url ? el("button", { type: "button", class: "button", onclick: () => void post("/ping") }, "Send a test message") : null,
        el("button", { type: "button", class: "button is-plain", onclick: () => void post("/secret") }, "Make a new secret"),
        el("button", { type: "button", class: "button is-plain", onclick: () => void load() }, "Look again")),
      deliveries.length > 0 ? sent(deliveries, post) : null),
    complain,
  );
  void load();
  return element;
}

/** @param {Delivery[]} deliveries @param {(path: string) => unknown} post */
function sent(deliveries, post) {
  return el("table", { class: "deliveries" },
    el("caption", { class: "for-readers" }, "Messages"),
    el("thead", null, el("tr", null, ["Message", "When", "State", ""].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", null, deliveries.map((delivery) => el("tr", null,
      el("th", { scope: "row" }, delivery.type),
      el("td", null, whenText(delivery.created_at)),
      el("td", null, el("span", { class: delivery.state === "delivered" ? "badge is-live-plain" : delivery.state === "failed" ? "badge is-rage" : "badge is-warn" }, delivery.state), " ", words(delivery)),
      el("td", null, el("button", { type: "button", class: "button is-plain", onclick: () => post(`/deliveries/${delivery.id}/replay`) }, "Send again"))))));
}

/** @param {Delivery} delivery */
function words({ state, status, problem, tries, next_at }) {
  if (state === "delivered") return `${status}`;
  return [problem, tries > 1 ? `${tries} tries` : null, next_at ? `again ${untilText(next_at)}` : null].filter((part) => part).join(", ");
}
