// The page's own script. In: nothing. Out: a custom element with an open shadow root and an adopted sheet; `window.change(step)` for the tests.
// Never: knows that it is recorded.

class HostOpen extends HTMLElement {
  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("b { color: rgb(200, 0, 0); }");
    root.adoptedStyleSheets = [sheet];
    root.innerHTML = "<b>in the shadow</b><input aria-label='shadow field'><slot></slot>";
  }
}
customElements.define("host-open", HostOpen);

/** @param {string} selector @returns {any} what this page surely has */
const need = (selector) => document.querySelector(selector);

/** Changes of the tree that recorders have been known to lose, one step after the other. */
const steps = [
  () => {
    const list = need("#list");
    list.append(...[...list.children].reverse());
    const late = document.createElement("li");
    late.textContent = "late";
    list.prepend(late);
  },
  () => {
    const p = need("p");
    p.remove();
    p.title = "moved";
    p.append(" and more");
    need("#form").after(p);
  },
  () => {
    const style = document.createElement("style");
    document.head.append(style);
    style.sheet?.insertRule("li { letter-spacing: 1px; }");
    style.sheet?.insertRule("li { word-spacing: 2px; }", 1);
    need("#more").open = true;
    need("#ask").show();
  },
  () => {
    const host = document.createElement("div");
    host.id = "made";
    need("#list").before(host);
    const inner = host.attachShadow({ mode: "open" });
    inner.append(document.createElement("i"), "late shadow");
    const again = need("host-open");
    again.remove();
    document.body.prepend(again);
    again.shadowRoot.querySelector("b").textContent = "moved shadow";
  },
  () => {
    const frame = need("#frame").contentDocument;
    frame.querySelector("#word").textContent = "changed inside";
    frame.body.append(frame.createElement("hr"));
    frame.querySelector("input").value = "typed by script";
    need("select").selectedIndex = 2;
    need("textarea").value = "set by script";
    need("[name=tick]").checked = true;
    need("[value=b]").checked = true;
  },
];
Object.assign(window, { change: (/** @type {number} */ step) => steps[step]?.() });
