// The page's own script. In: nothing. Out: `window.change(step)` for the tests. Never: knows that it is recorded.

/** @param {string} selector @returns {any} what this page surely has */
const need = (selector) => document.querySelector(selector);

const root = need("#host").attachShadow({ mode: "open" });
root.innerHTML = "<b data-probe='color'>in the shadow</b>";
const [one, two] = ["#pushed { text-decoration: underline; }", "#pushed { font-style: italic; } b { color: rgb(6, 6, 6); }"].map((text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
});
/** @type {CSSStyleDeclaration} a rule's style, kept */
let kept;

const steps = [
  () => {
    need("#first").showModal();
    need("#second").showModal();
  },
  () => {
    need("#first").close();
    need("#first").showModal();
    need("#pop").showPopover();
  },
  () => {
    need("#second").close();
    need("#first").close();
    need("#first").show();
    need("#auto").showPopover();
    need("#mixed").indeterminate = true;
  },
  () => {
    need("#pop").hidePopover();
    need("#auto").hidePopover();
    need("#first").close();
    need("#first").showModal();
  },
  // Taken out and put back, a modal dialog is on top no more, and what was scrolled is at its start.
  () => {
    document.body.append(need("#first"));
    need("#mixed").indeterminate = false;
    need("#scroller").scrollTop = 120;
    need("#still").scrollTop = 90;
  },
  () => {
    need("#right").append(need("#scroller"));
    need("#left").append(need("#one"));
    need("#left").prepend(need("#two"));
  },
  // A frame that is written anew, in quirks mode.
  () => {
    const page = need("#frame").contentDocument;
    page.open();
    page.write("<title>q</title><input id=field size=60><p id=tall style='height: 600px'>quirks</p>");
    page.close();
  },
  () => {
    const page = need("#frame").contentDocument;
    page.querySelector("#field").value = "set after it was written";
    need("#frame").contentWindow.scrollTo(0, 80);
  },
  // Declarations set on rules, and sheets pushed into the list.
  () => {
    kept = need("link").sheet.cssRules[2].style;
    kept.color = "rgb(50, 50, 50)";
    need("style").sheet.cssRules[3].style.setProperty("word-spacing", "5px");
    need("style").sheet.cssRules[4].cssRules[0].style.textIndent = "11px";
    document.adoptedStyleSheets.push(one);
    root.adoptedStyleSheets.push(two);
  },
  () => {
    kept.setProperty("letter-spacing", "2px");
    document.adoptedStyleSheets.splice(0, 1, two);
    need("style").sheet.cssRules[3].style.removeProperty("color");
  },
  () => {
    customElements.define("x-late", class extends HTMLElement {});
  },
  // Made, put in and opened before anybody looks.
  () => {
    const made = document.createElement("dialog");
    made.id = "made";
    made.textContent = "made and opened at once";
    document.body.append(made);
    made.showModal();
  },
];
Object.assign(window, { change: (/** @type {number} */ step) => steps[step]?.() });
