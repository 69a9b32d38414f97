// <rating-stars value="4" editable>: five stars in a shadow root, styled by an adopted style sheet.
// In: the attributes. Out: a "rate" event with the chosen number. Never: touches the page around it.

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  :host { display: inline-flex; gap: .1em; font-size: 1.05rem; line-height: 1; vertical-align: middle; }
  button { all: unset; cursor: pointer; padding: .1em; color: var(--star-off, #d8cdb8); transition: color .15s, transform .15s; }
  button[aria-pressed="true"] { color: var(--star-on, #c4653a); }
  button:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; border-radius: 4px; }
  :host([editable]) button:hover { transform: scale(1.2); }
  :host(:not([editable])) button { cursor: default; pointer-events: none; }
`);

export class RatingStars extends HTMLElement {
  static observedAttributes = ["value", "editable"];

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    for (let star = 1; star <= 5; star += 1) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "★";
      button.addEventListener("click", () => {
        if (!this.hasAttribute("editable")) return;
        this.setAttribute("value", String(star));
        this.dispatchEvent(new CustomEvent("rate", { detail: star, bubbles: true }));
      });
      root.append(button);
    }
  }

  connectedCallback() {
    this.show();
  }

  attributeChangedCallback() {
    this.show();
  }

  show() {
    const value = Number(this.getAttribute("value") ?? 0);
    const editable = this.hasAttribute("editable");
    this.setAttribute("role", editable ? "group" : "img");
    this.setAttribute("aria-label", editable ? "Your rating" : `${value} of 5 stars`);
    this.shadowRoot?.querySelectorAll("button").forEach((button, index) => {
      button.setAttribute("aria-pressed", String(index < value));
      button.setAttribute("aria-label", `${index + 1} of 5`);
      button.tabIndex = editable ? 0 : -1;
    });
  }
}

customElements.define("rating-stars", RatingStars);
