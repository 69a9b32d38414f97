// What the page does by itself: each kind of change that a recorder has to hook something for.
// In: a call of `change()`. Out: nodes, rules, shadow roots, fields. Never: knows that it is recorded.

let round = 0;
const one = (/** @type {string} */ selector) => /** @type {any} */ (document.querySelector(selector));

const change = () => {
  round++;
  one("#word").textContent = `round ${round}`;
  const item = document.createElement("li");
  item.className = "new";
  item.textContent = `item ${round}`;
  one("#list").prepend(item);
  document.styleSheets[0].insertRule(`.round-${round} { color: red }`, 0);
  const root = one("#host").shadowRoot ?? one("#host").attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`b { font-size: ${20 + round}px }`);
  root.adoptedStyleSheets = [sheet];
  const bold = document.createElement("b");
  bold.textContent = `shadow ${round}`;
  root.replaceChildren(bold);
  one("[name=who]").value = `set ${round}`;
  one("select").selectedIndex = round % 2;
};

/** @type {any} */ (window).change = change;
one("#button").addEventListener("click", change);
