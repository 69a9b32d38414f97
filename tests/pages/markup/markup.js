// The page's own script. In: nothing. Out: `window.change(step)` for the tests. Never: knows that it is recorded.

/** @param {string} selector @returns {any} what this page surely has */
const need = (selector) => document.querySelector(selector);

const shared = new CSSStyleSheet();
shared.replaceSync("i { color: rgb(0, 0, 200); }");
/** @type {ShadowRoot} */
let closed;

const steps = [
  // A frame that is written by script, closed and nested shadow roots, a slot.
  () => {
    const written = need("#written").contentDocument;
    written.open();
    written.write("<title>w</title><p>written by script</p>");
    written.close();
    const outer = document.createElement("section");
    need("#place").append(outer);
    closed = outer.attachShadow({ mode: "closed" });
    Object.assign(window, { closedRoots: new Map([[outer, closed]]) });
    closed.innerHTML = "<i>closed</i><div></div>";
    closed.adoptedStyleSheets = [shared];
    const inner = closed.querySelector("div")?.attachShadow({ mode: "open" });
    if (inner) inner.innerHTML = "<slot></slot><b>nested</b>";
  },
  // Sheets: changed where they are, switched off, moved, nested rules, declarations set on a rule.
  () => {
    shared.insertRule("b { text-decoration: underline; }");
    shared.replaceSync("i { color: rgb(0, 200, 0); } u { color: red; }");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, shared];
    const [media, early] = need("head style").sheet.cssRules;
    media.insertRule(".wide b { color: purple; }");
    early.style.setProperty("letter-spacing", "2px");
    need("head style").sheet.insertRule("#pieces { word-spacing: 3px; }", 2);
    const late = document.createElement("style");
    late.textContent = ".late { color: gold; }";
    document.head.prepend(late);
    late.append(" .later { color: silver; }");
  },
  // Moves: rows sorted, a subtree into a frame's place and back, an ancestor below its own old child.
  () => {
    const table = need("#table");
    for (let row = 0; row < 30; row += 1) table.insertRow().insertCell().textContent = `row ${String.fromCharCode(97 + (row * 7) % 26)}`;
    const rows = [...table.rows].sort((a, b) => (a.textContent ?? "").localeCompare(b.textContent ?? ""));
    rows[0]?.parentNode?.append(...rows);
    const pieces = need("#pieces");
    const wrapper = document.createElement("article");
    pieces.before(wrapper);
    wrapper.append(pieces);
    pieces.normalize();
    need("#place").prepend(need("#svg"));
    need("#svg").append(document.createElementNS("http://www.w3.org/2000/svg", "circle"));
  },
  // Markup set as a whole, attributes taken away, odd text.
  () => {
    need("#edit").innerHTML = "<table><tr><td @here='1'>from <em>markup</em>";
    need("html").removeAttribute("data-theme");
    need("html").className = "changed";
    need("h1").toggleAttribute("hidden");
    need("h1").toggleAttribute("hidden");
    need("pre").textContent = "half an emoji \ud83c and a whole one 🍵, \u0000-free, \u2028 a line separator";
    need("#popover").showPopover();
    need("#mixed").indeterminate = true;
    need("#range").value = "8";
    need("#date").value = "2025-01-01";
    need("#colour").value = "#ff0000";
    need("#many").options[1].selected = true;
    need("#many").options[0].selected = false;
    need("foo\\:bar").setAttribute("plain", "now");
  },
  // Scroll inside: an element, a frame, and back to the top.
  () => {
    need("#scroller").scrollTop = 77;
    need("#nested").contentWindow.scrollTo(0, 120);
    need("#nested").contentDocument.querySelector("iframe").contentDocument.querySelector("#deep").textContent = "changed deep inside";
    closed.append("closed but changed");
  },
  // Frames: taken out and put back, sent elsewhere; the body replaced by another.
  () => {
    const nested = need("#nested");
    nested.remove();
    need("#place").after(nested);
    const again = document.createElement("iframe");
    again.title = "again";
    again.srcdoc = "<p>a frame added inside a new place</p>";
    const box = document.createElement("div");
    box.append(again);
    document.body.append(box);
  },
  () => {
    need("#scroller").scrollTop = 0;
    const body = document.createElement("body");
    body.append(...document.body.childNodes);
    body.id = "another-body";
    document.body.replaceWith(body);
  },
];
Object.assign(window, { change: (/** @type {number} */ step) => steps[step]?.() });
