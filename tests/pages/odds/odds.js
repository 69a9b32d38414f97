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

/** Changes of the tree that recorders have been known to lose, one step after the other. */
const steps = [
  () => {
    const list = document.querySelector("#list");
    list.append(...[...list.children].reverse());
    const late = document.createElement("li");
    late.textContent = "late";
    list.prepend(late);
  },
  () => {
    const p = document.querySelector("p");
    p.remove();
    p.title = "moved";
    p.append(" and more");
    document.querySelector("#form").after(p);
  },
  () => {
    const style = document.createElement("style");
    document.head.append(style);
    style.sheet.insertRule("li { letter-spacing: 1px; }");
    style.sheet.insertRule("li { word-spacing: 2px; }", 1);
    document.querySelector("#more").open = true;
    document.querySelector("#ask").show();
  },
  () => {
    const host = document.createElement("div");
    host.id = "made";
    document.querySelector("#list").before(host);
    const inner = host.attachShadow({ mode: "open" });
    inner.append(document.createElement("i"), "late shadow");
    const again = document.querySelector("host-open");
    again.remove();
    document.body.prepend(again);
    again.shadowRoot.querySelector("b").textContent = "moved shadow";
  },
  () => {
    const frame = document.querySelector("#frame").contentDocument;
    frame.querySelector("#word").textContent = "changed inside";
    frame.body.append(frame.createElement("hr"));
    frame.querySelector("input").value = "typed by script";
    document.querySelector("select").selectedIndex = 2;
    document.querySelector("textarea").value = "set by script";
    document.querySelector("[name=tick]").checked = true;
    document.querySelector("[value=b]").checked = true;
  },
];
window.change = (step) => steps[step]();
