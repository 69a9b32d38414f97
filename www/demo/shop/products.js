// The demo shop's goods.
// In: nothing. Out: the fixed list of products and the words for their kinds.
// Never: reads the page, the network or the visitor.

/**
 * @typedef {"cup" | "bowl" | "pot" | "tea" | "tool"} Kind
 * @typedef {object} Product
 * @property {string} id
 * @property {string} name
 * @property {Kind} kind
 * @property {string} maker
 * @property {number} price whole euros
 * @property {number} rating one to five
 * @property {number} stock
 * @property {string} glaze the art's main colour
 * @property {string} wash the art's background
 * @property {string} line one sentence for the card
 * @property {string} story a paragraph for the product's page
 */

/** @type {Record<Kind, string>} */
export const KINDS = { cup: "Cups", bowl: "Bowls", pot: "Pots", tea: "Tea", tool: "Tools" };

/** @type {readonly Product[]} */
export const PRODUCTS = [
  {
    id: "tidepool-cup", name: "Tidepool cup", kind: "cup", maker: "Ines Aalto", price: 34, rating: 5, stock: 14,
    glaze: "#3f7f86", wash: "#dfeae6",
    line: "Celadon over dark clay; the glaze gathers in the foot like water.",
    story: "Thrown in one pull and dipped twice, so that the second glaze breaks over the first. No two pools are alike. It holds a generous morning cup and keeps its warmth in the thick foot.",
  },
  {
    id: "heron-pot", name: "Heron teapot", kind: "pot", maker: "Ines Aalto", price: 118, rating: 5, stock: 3,
    glaze: "#5d6f78", wash: "#e6e8e3",
    line: "A long-necked pot that pours without a drip.",
    story: "The spout took eleven tries to get right. It is cut at a slant so that the last drop runs back in, and the handle stays cool because it is hollow.",
  },
  {
    id: "first-flush", name: "First flush, hill garden", kind: "tea", maker: "Saltmarsh", price: 19, rating: 4, stock: 60,
    glaze: "#7d9a4a", wash: "#edeed7",
    line: "Bright, grassy, a little sweet. The first leaves of the year.",
    story: "Picked in the second week of March from one steep garden, withered overnight and rolled by hand. Brew it cooler than you think and it will stay sweet for three cups.",
  },
  {
    id: "dune-bowl", name: "Dune bowl", kind: "bowl", maker: "Pell & Daughters", price: 46, rating: 4, stock: 8,
    glaze: "#c9a26b", wash: "#f3e8d6",
    line: "Wide and low, sand-coloured, for matcha or for soup.",
    story: "Unglazed on the outside so that the fingers find the clay. The inside is a single wash of ash glaze, fired for twenty hours with driftwood.",
  },
  {
    id: "smoke-oolong", name: "Smoked oolong", kind: "tea", maker: "Saltmarsh", price: 24, rating: 5, stock: 41,
    glaze: "#8a4b32", wash: "#f1e0d6",
    line: "Roasted twice over alder. Toast, plum, a cold beach fire.",
    story: "An oolong for the evening. The second roast is over alder chips from the marsh itself, which is where our name comes from, and where the smoke goes.",
  },
  {
    id: "chasen", name: "Bamboo whisk", kind: "tool", maker: "Kubo workshop", price: 28, rating: 4, stock: 22,
    glaze: "#b99a52", wash: "#f2ecd9",
    line: "Eighty tines, split by knife from one piece of bamboo.",
    story: "Soak it before you use it and dry it standing up. It lasts about a year of daily whisking, and when it is worn it makes a very good brush for the garden.",
  },
  {
    id: "ember-cup", name: "Ember cup", kind: "cup", maker: "Pell & Daughters", price: 31, rating: 4, stock: 0,
    glaze: "#c4653a", wash: "#f6e2d5",
    line: "Copper red that turns to ash at the rim.",
    story: "Red is the hardest glaze to keep. One firing in four comes out grey, and we sell those too, at the door, for the price of the clay.",
  },
  {
    id: "night-bowl", name: "Night bowl", kind: "bowl", maker: "Ines Aalto", price: 52, rating: 5, stock: 5,
    glaze: "#2b3a55", wash: "#dfe2ea",
    line: "Cobalt so deep that it is nearly black, with one star.",
    story: "The star is a grain of feldspar that melts through the glaze. We place it by hand, and we never know where it will end up.",
  },
  {
    id: "marsh-mint", name: "Marsh mint", kind: "tea", maker: "Saltmarsh", price: 14, rating: 3, stock: 77,
    glaze: "#4d8a67", wash: "#deece2",
    line: "Water mint and green tea, for after lunch.",
    story: "Cut with scissors at low tide and dried in the loft. It tastes of cold water and pepper. Children like it with honey.",
  },
  {
    id: "pebble-pot", name: "Pebble pot", kind: "pot", maker: "Pell & Daughters", price: 84, rating: 4, stock: 6,
    glaze: "#8d8f86", wash: "#e9e8e2",
    line: "A small round pot for one, the size of two hands.",
    story: "Made to be held. It has no handle at all: the walls are double, and the space between them keeps the tea hot and your palms happy.",
  },
  {
    id: "tide-scoop", name: "Tide scoop", kind: "tool", maker: "Kubo workshop", price: 12, rating: 5, stock: 34,
    glaze: "#a0714d", wash: "#efe3d8",
    line: "Cherry wood. One level scoop is one good cup.",
    story: "Carved green, dried slowly, oiled once. It is measured against our own tins, so one level scoop is always right.",
  },
  {
    id: "fog-cup", name: "Fog cup", kind: "cup", maker: "Ines Aalto", price: 29, rating: 4, stock: 19,
    glaze: "#a9b8b4", wash: "#edf0ec",
    line: "Pale, matt, quiet. Good company for a white tea.",
    story: "The matt glaze is a little rough, like fog on wool. It shows the colour of the tea better than any other cup we make.",
  },
];

/**
 * @param {string | null} id
 * @returns {Product | undefined}
 */
export function findProduct(id) {
  return PRODUCTS.find((product) => product.id === id);
}

/**
 * @param {number} euros
 * @returns {string}
 */
export function priceText(euros) {
  return `€ ${euros.toFixed(2)}`;
}
