// The page's own script. In: nothing. Out: `window.change(step)` for the tests, `window.thrown`. Never: knows that it is recorded.

/** @param {string} selector @returns {any} what this page surely has */
const need = (selector) => document.querySelector(selector);
/** @param {string} tag @param {string} id @param {string} [text] @returns {any} */
const make = (tag, id, text = "") => Object.assign(document.createElement(tag), { id, textContent: text });
/** @param {number} milliseconds */
const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
/** @param {HTMLIFrameElement} frame */
const loaded = (frame) => new Promise((done) => frame.addEventListener("load", done, { once: true }));

const sheet = new CSSStyleSheet();
sheet.replaceSync("b { color: rgb(7, 7, 7); }");
/** @type {any} */
let frame;
/** @type {any} */
let host;

const steps = [
  // Put in, filled, taken out and put in again before anybody looks.
  () => {
    const one = make("div", "el_1");
    need("#tree").append(one);
    one.append(make("i", "el_2", "two"));
    one.remove();
    need("#tree").append(one);
  },
  () => {
    const box = need("#comments");
    box.insertBefore(make("u", "new", "before the comment"), box.firstChild);
    box.insertBefore(make("u", "newer", "before the script"), box.querySelector("script"));
  },
  () => {
    const doomed = need("#doomed");
    doomed.setAttribute("title", "never seen");
    doomed.firstChild.data = "never seen either";
    doomed.remove();
    const short = make("i", "short", "lived");
    need("#batch").append(short);
    short.title = "gone";
    short.remove();
  },
  () => {
    const main = need("#sections");
    const [one, two, three] = main.children;
    main.replaceChildren(three, make("section", "s0", "0"), one);
    two.textContent = "2 again";
    main.append(two);
  },
  // Blocked, then not: while it was, a child went and another came.
  async () => {
    const blocked = make("div", "blocked");
    blocked.className = "ph-no-capture";
    blocked.innerHTML = "<p id='goes'>goes</p><p id='stays'>stays</p>";
    need("#blocking").append(blocked);
    await wait(150);
    blocked.className = "seen";
    blocked.querySelector("#goes").remove();
    blocked.append(make("p", "comes", "comes"));
    need("#blocking").append(make("p", "beside", "beside"));
  },
  // What libraries do: they rely on the exception.
  () => {
    const rules = need("#speedy").sheet;
    try {
      rules.insertRule("this is no rule");
    } catch (problem) {
      Object.assign(window, { thrown: /** @type {Error} */ (problem).name });
    }
    rules.insertRule("#styled { letter-spacing: 1px; }", 0);
    rules.insertRule("#styled { word-spacing: 2px; }", 1);
    rules.insertRule("#styled { text-indent: 3px; }", 1);
  },
  () => {
    need("#dev").append("#styled { color: rgb(2, ", "2, 2); }");
    need("#dev").sheet.insertRule("#styled { color: rgb(3, 3, 3); }", 2);
  },
  () => {
    need("#dev").append(" #never { color: red; }");
    need("#speedy").sheet.deleteRule(0);
  },
  // A host that exists before its root does.
  () => {
    host = document.createElement("x-card");
    need("#hosts").append(host);
    customElements.define("x-card", class extends HTMLElement {
      connectedCallback() {
        if (this.shadowRoot) return;
        const root = this.attachShadow({ mode: "open" });
        root.innerHTML = "<b data-probe='color'>one</b><b>two</b><slot></slot>";
        root.adoptedStyleSheets = [sheet];
      }
    });
    const closed = make("div", "closed");
    need("#hosts").append(closed);
    const root = closed.attachShadow({ mode: "closed" });
    Object.assign(window, { closedRoots: new Map([[closed, root]]) });
    root.innerHTML = "<p>nobody else can see this</p><p>nor this</p>";
  },
  async () => {
    host.remove();
    await wait(100);
    host.append("slotted");
    need("#hosts").append(host);
  },
  // A frame: empty, by address, loaded again, of another origin, and back.
  async () => {
    const box = make("div", "box");
    frame = make("iframe", "frame");
    frame.title = "frame";
    box.append(frame);
    need("#frames").append(box);
    await wait(50);
    frame.src = "/inside.html";
    await loaded(frame);
  },
  async () => {
    frame.contentDocument.querySelector("#word").textContent = "changed and lost again";
    frame.contentWindow.location.reload();
    await loaded(frame);
  },
  async () => {
    frame.src = "data:text/html,<p>another origin";
    await loaded(frame);
  },
  async () => {
    frame.src = "/inside.html";
    await loaded(frame);
    frame.contentDocument.body.append("back");
  },
  async () => {
    for (let count = 0; count < 30; count += 1) {
      const other = make("iframe", `f${count}`);
      other.title = "short";
      other.srcdoc = "<p>short</p>";
      need("#frames").append(other);
      if (count % 3 === 0) await wait(10);
      other.remove();
    }
  },
  // Ten thousand writes, a canvas that nobody may read, a prototype that somebody has broken.
  async () => {
    Node.prototype.contains = () => { throw new Error("not ours"); };
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent("<svg xmlns='http://www.w3.org/2000/svg' width='5' height='5'><foreignObject width='5' height='5'><p xmlns='http://www.w3.org/1999/xhtml'>x</p></foreignObject></svg>")}`;
    await image.decode().catch(() => {});
    need("#canvas").getContext("2d")?.drawImage(image, 0, 0);
    for (let turn = 0; turn < 10; turn += 1) {
      for (let count = 0; count < 1000; count += 1) need("#dot").setAttribute("cx", String(turn * 1000 + count));
      await wait(10);
    }
    need("#storm").append(document.createElementNS("http://www.w3.org/2000/svg", "rect"));
  },
  // Half a sign, then the other half.
  () => {
    const text = need("#emoji").firstChild;
    text.appendData("\ud83c");
    queueMicrotask(() => text.appendData("\udf75"));
  },
];
Object.assign(window, { change: (/** @type {number} */ step) => steps[step]?.() });
