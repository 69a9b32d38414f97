// Random changes of the page. In: a seed, by `oracle.begin(seed)`; `oracle.burst(count)` does so many operations, in several
// microtasks and some timers. Out: a changed page, and its closed shadow roots in `closedRoots`, for who compares it.
// Never: knows that it is recorded, or does the same to two seeds.

const TAGS = "div p span ul li b i section table td a em".split(" ");
const WORDS = "amber birch cedar dune ember fjord grove heath inlet jetty knoll ledge marsh north ocean pine".split(" ");
const NAMES = "title class id data-state lang hidden aria-label style".split(" ");
const SVG = "http://www.w3.org/2000/svg";
/** Nodes from which more goes than comes. */
const MANY = 260;
const FRAMES_MAX = 3;

let state = 1;
/** @param {number} bound */
const below = (bound) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * bound);
};
/** @template T @param {ArrayLike<T>} list @returns {T} */
const of = (list) => /** @type {T} */ (list[below(list.length)]);
const words = () => Array.from({ length: 1 + below(4) }, () => of(WORDS)).join(" ");
const value = (/** @type {string} */ name) => (name === "style" ? `color: rgb(${below(9)}, 0, ${below(9)}); width: ${below(90)}px;` : words());

/** @type {Map<Element, ShadowRoot>} */
const closedRoots = new Map();
/** Taken out of the page, to be put back some time. @type {Element[]} */
let limbo = [];
/** @type {any} */
let stage;
const root = () => (stage ??= document.getElementById("root"));

/** Every element of the page below the root, through shadow roots and frames. @returns {any[]} */
function elements() {
  const found = [];
  const open = [root()];
  while (open.length > 0) {
    const parent = /** @type {any} */ (open.pop());
    for (const child of parent.children ?? []) {
      found.push(child);
      open.push(child);
      const shadow = child.shadowRoot ?? closedRoots.get(child);
      if (shadow) open.push(shadow);
      const inside = child.localName === "iframe" ? child.contentDocument?.body : null;
      if (inside) {
        found.push(inside);
        open.push(inside);
      }
    }
  }
  return found;
}

const isPlain = (/** @type {any} */ element) => element.localName !== "iframe" && element.localName !== "body";

/** Where something may be put: an element, a shadow root or a frame's body. */
function place() {
  const all = elements().filter((element) => element.localName !== "iframe");
  const chosen = all.length === 0 || below(8) === 0 ? root() : of(all);
  const shadow = chosen.shadowRoot ?? closedRoots.get(chosen);
  return shadow && below(2) === 0 ? shadow : chosen;
}

/** An element that may be moved or thrown away, or nothing. */
function victim() {
  const all = elements().filter((element) => element.localName !== "body");
  return all.length > 0 ? of(all) : null;
}

/** @param {any} parent @param {Node} node */
function put(parent, node) {
  if (node.contains(parent) || holds(node, parent)) return;
  const before = below(3) === 0 ? null : (parent.childNodes[below(parent.childNodes.length + 1)] ?? null);
  parent.insertBefore(node, before);
}

/** Whether `inner` is in a shadow root or a frame somewhere below `node`. @param {Node} node @param {any} inner */
function holds(node, inner) {
  for (let at = inner; at; at = at.parentNode ?? at.host ?? at.defaultView?.frameElement) if (at === node) return true;
  return false;
}

function fresh(depth = 0) {
  const element = below(10) === 0 ? document.createElementNS(SVG, of(["svg", "g", "circle"])) : document.createElement(of(TAGS));
  for (let count = below(3); count > 0; count -= 1) set(element);
  for (let count = below(3); count > 0; count -= 1) element.append(below(2) === 0 || depth > 3 ? words() : fresh(depth + 1));
  return element;
}

/** @param {any} element */
function set(element) {
  const name = of(NAMES);
  element.setAttribute(name, value(name));
}

const markup = () => `<p class="${of(WORDS)}">${words()}<b>${words()}</b><!-- ${of(WORDS)} --></p>${below(2) ? `<ul><li>${words()}<li>${words()}</ul>` : words()}`;
const inlay = () => [...elements(), root()].filter(isPlain);

/** @type {(() => unknown)[]} */
const OPERATIONS = [
  () => put(place(), fresh()),
  () => put(place(), fresh()),
  () => put(place(), document.createTextNode(words())),
  () => put(place(), document.createComment(words())),
  () => put(place(), document.createTextNode("")),
  // Moves.
  () => { const one = victim(); if (one) put(place(), one); },
  () => { const one = victim(); if (one) put(place(), one); },
  () => { const parent = place(); parent.append(...[...parent.childNodes].reverse()); },
  () => { const parent = place(); for (let count = 0; count < 3; count += 1) if (parent.firstChild) put(parent, of(parent.childNodes)); },
  () => { const one = victim(); if (one) { const box = document.createElement("article"); one.replaceWith(box); put(box, one); } },
  () => { const one = victim(); if (one && isPlain(one)) one.replaceWith(...one.childNodes); },
  // Out of the page, changed there, and back.
  () => { const one = victim(); if (one) { one.remove(); limbo.push(one); } },
  () => { for (const one of limbo) { if (isPlain(one)) { set(one); one.append(words(), fresh()); } } },
  () => { const one = limbo.pop(); if (one) put(place(), one); },
  () => { const one = victim(); if (one) { const next = one.nextSibling; const parent = one.parentNode; one.remove(); if (isPlain(one)) one.append(words()); parent.insertBefore(one, next); } },
  // Gone for good.
  () => victim()?.remove(),
  () => { if (below(6) === 0) place().replaceChildren(); },
  () => { const one = victim(); if (one) one.replaceWith(fresh(), words()); },
  // Markup.
  () => { const one = of(inlay()); if (one !== root() || below(9) === 0) one.innerHTML = markup(); },
  () => of(inlay()).insertAdjacentHTML(of(["afterbegin", "beforeend"]), markup()),
  () => { const one = victim(); if (one && isPlain(one) && one.parentNode.nodeType === 1) one.outerHTML = markup(); },
  // Attributes and texts.
  () => set(of(inlay())),
  () => set(of(inlay())),
  () => of(inlay()).removeAttribute(of(NAMES)),
  () => of(inlay()).classList?.toggle(of(WORDS)),
  () => { const one = of(inlay()); if (one.style) one.style.height = `${below(50)}px`; },
  () => text((node) => { node.data = words(); }),
  () => text((node) => node.appendData(` ${of(WORDS)}`)),
  () => text((node) => node.splitText(below(node.data.length + 1))),
  () => of(inlay()).normalize(),
  // Roots.
  () => {
    const host = document.createElement(of(["div", "span"]));
    const shadow = host.attachShadow({ mode: of(["open", "closed"]) });
    if (shadow.mode === "closed") closedRoots.set(host, shadow);
    shadow.append(fresh(), words());
    put(place(), host);
  },
  () => {
    if (elements().filter(({ localName }) => localName === "iframe").length >= FRAMES_MAX) return;
    const frame = document.createElement("iframe");
    if (below(2) === 0) frame.srcdoc = `<p>${words()}</p>`;
    put(place(), frame);
  },
];

/** @param {(node: Text) => void} change */
function text(change) {
  const nodes = inlay().flatMap((element) => [...element.childNodes]).filter((node) => node.nodeType === 3);
  if (nodes.length > 0) change(of(nodes));
}

/** Only what takes away. */
const LESS = [OPERATIONS[11], OPERATIONS[15], OPERATIONS[15], OPERATIONS[16]];

Object.assign(window, {
  closedRoots,
  oracle: {
    /** @param {number} seed */
    begin(seed) { state = seed >>> 0; },
    /** @param {number} count of operations */
    async burst(count) {
      for (let number = 0; number < count; number += 1) {
        if (below(5) === 0) await undefined;
        if (below(25) === 0) await new Promise((done) => setTimeout(done, below(40)));
        /** @type {any} */ (elements().length > MANY ? of(LESS) : of(OPERATIONS))();
        if (limbo.length > 12) limbo = limbo.slice(-6);
      }
      // Frames come by themselves, some time after they were put somewhere.
      const isComing = (/** @type {any} */ { localName, srcdoc, contentDocument }) =>
        localName === "iframe" && (contentDocument?.readyState !== "complete" || (srcdoc && contentDocument.URL !== "about:srcdoc"));
      do await new Promise((done) => setTimeout(done, 5));
      while (elements().some(isComing));
    },
  },
});
