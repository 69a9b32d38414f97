// <tide-letter>: the newsletter box, a form in a shadow root with an adopted style sheet.
// In: what the visitor types. Out: a thank-you in its place. Never: sends or keeps the address.

import { element } from "./element.js";

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  :host { display: block; background: #20302a; color: #f6f1e7; border-radius: 14px; padding: 1.4rem 1.5rem; }
  h2 { font: 500 1.35rem/1.2 Georgia, "Iowan Old Style", serif; margin: 0 0 .35rem; }
  p { margin: 0 0 1rem; opacity: .85; }
  form { display: flex; gap: .5rem; flex-wrap: wrap; align-items: end; }
  label { display: grid; gap: .25rem; flex: 1 1 14rem; font-size: .85rem; }
  input { font: inherit; font-size: 1rem; padding: .6rem .8rem; border-radius: 8px; border: 1px solid #6f8579; background: #2c3f37; color: inherit; }
  button { font: inherit; padding: .65rem 1.1rem; border: 0; border-radius: 8px; background: #e0a37f; color: #20302a; cursor: pointer; font-weight: 600; }
  input:focus-visible, button:focus-visible { outline: 2px solid #f6f1e7; outline-offset: 2px; }
`);

export class TideLetter extends HTMLElement {
  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    const email = element("input", { type: "email", name: "letter", autocomplete: "email", required: true, placeholder: "you@example.org" });
    const form = element("form", {}, element("label", {}, "Your e-mail", email), element("button", {}, "Send me the letter"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      form.replaceWith(element("p", { role: "status" }, "Thank you. (This is a demo: nothing was sent.)"));
    });
    root.append(
      element("h2", {}, "The tide letter"),
      element("p", {}, "Four times a year: what we fired, what we picked, what broke."),
      form,
    );
  }
}

customElements.define("tide-letter", TideLetter);
