// The stories: one document whose address changes by history.pushState, as single-page apps do.
// In: the address, a tab pressed, the back button. Out: the story and the tab's state. Never: loads a page.

import { drawing } from "./art.js";
import { element, need } from "./element.js";
import { findProduct } from "./products.js";

const ROOT = new URL("../stories/", import.meta.url).pathname;

/** @typedef {{id: string, tab: string, title: string, art: string, text: string[]}} Story */

/** @type {Story[]} */
const STORIES = [
  {
    id: "", tab: "The marsh", title: "Why we are here", art: "tidepool-cup",
    text: [
      "The road to the workshop is under water twice a day. This is a bad place for a shop and a good place for clay, which is why there are four potters here and one bus.",
      "We dig the clay in winter, when the birds are away, and we let it lie for a year. In the second spring it is ready, and so are we.",
      "The tea came later. It came because people who miss the tide need something to drink.",
    ],
  },
  {
    id: "water", tab: "Water", title: "Let the kettle rest", art: "first-flush",
    text: [
      "Green leaves do not like boiling water. Let the kettle stand with its lid off while you warm the cup, and pour when the steam stops hurrying.",
      "Black leaves are the opposite: pour at once, and do not look away.",
    ],
  },
  {
    id: "glaze", tab: "Glaze", title: "Ash, sand and luck", art: "ember-cup",
    text: [
      "A glaze is glass that has agreed to stay on a pot. Ours is ash from the stove, sand from the creek, and whatever the kiln adds at night.",
      "We write every recipe down, and we have never got the same colour twice.",
    ],
  },
  {
    id: "tide", tab: "The tide table", title: "When to come", art: "night-bowl",
    text: [
      "Come two hours after high water and leave before the next one. The bell on the causeway rings when you should already be gone.",
      "If you hear it with a cup in your hand, finish the cup. There is a bed in the loft.",
    ],
  },
];

const tabs = need("[data-tabs]", HTMLElement);
const place = need("[data-story]", HTMLElement);

/** @param {string} id */
const address = (id) => ROOT + (id ? `${id}/` : "");

/** @returns {Story} */
function current() {
  const id = location.pathname.slice(ROOT.length).replace(/\/$/, "");
  return STORIES.find((story) => story.id === id) ?? /** @type {Story} */ (STORIES[0]);
}

function show() {
  const story = current();
  document.title = `${story.title} – Saltmarsh`;
  tabs.replaceChildren(
    ...STORIES.map((other) => element("a", { href: address(other.id), "data-tab": other.id || "marsh", "aria-current": other === story ? "page" : null }, other.tab)),
  );
  const product = findProduct(story.art);
  place.replaceChildren(
    ...(product ? [drawing(product)] : []),
    element("h2", {}, story.title),
    ...story.text.map((words, index) => element("p", { class: index === 0 ? "drop" : null }, words)),
  );
}

tabs.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  show();
});
window.addEventListener("popstate", show);

const wanted = new URLSearchParams(location.search).get("open");
if (wanted !== null) history.replaceState(null, "", address(STORIES.some((story) => story.id === wanted) ? wanted : ""));
show();
