// @ts-check
// Shows a page of the site beside what was sent of it, and every text that left it, so that the owner sees the mask before
// visitors come. In: a recording's id in the address. Out: the live page, the recorded one, the list. Never: sends what the
// live page shows anywhere; it is a frame that this page cannot read.

import { ApiProblem, bytes, call } from "../api.js";
import { el, fill } from "../markup.js";
import init, { Decoder } from "../pkg/decoder.js";
import { Stage } from "../player/stage.js";
import { addressText } from "../words.js";

/** @typedef {{ page: number, place: string, text: string }} Text */
/** @typedef {import("../player/model.js").PageOverview} PageOverview */

const main = /** @type {HTMLElement} */ (document.querySelector("#main"));
const id = /^\/beside\/([^/]+)\/?$/.exec(location.pathname)?.[1] ?? "";
const MASK = /[•]|(^|[^1-9])0{3,}/;

async function start() {
  try {
    const at = `/api/v1/recordings/${encodeURIComponent(id)}`;
    const [facts, texts, blob] = await Promise.all([call("GET", at), call("GET", `${at}/texts`), bytes(`${at}/export?format=revisit`), init()]);
    await show(new Decoder(blob), facts, texts.items, texts.complete);
  } catch (problem) {
    const words = problem instanceof ApiProblem && problem.status === 401 ? "Sign in first." : String(/** @type {Error} */ (problem).message);
    fill(main, el("p", { class: "message is-error", role: "alert" }, words), el("a", { class: "button", href: "/" }, "To the dashboard"));
  }
}

/** @param {import("../player/model.js").Decoder} decoder @param {any} facts @param {Text[]} texts @param {boolean} complete */
async function show(decoder, facts, texts, complete) {
  const { pages } = decoder.overview();
  const stageFrame = el("iframe", { src: "/stage", sandbox: "allow-same-origin", title: "What was sent", tabindex: -1 });
  const live = el("iframe", { title: "On the page", referrerpolicy: "no-referrer" });
  const loaded = new Promise((done) => stageFrame.addEventListener("load", done, { once: true }));
  const address = el("input", { class: "input", type: "url", value: "" });
  const choice = el("select", { class: "select" }, pages.map((page, at) => el("option", { value: at }, `${at + 1}. ${addressText(page.url) || page.title || "page"}`)));
  const wanted = el("input", { class: "input", type: "search", placeholder: "jane, 0171, …" });
  const rows = el("tbody");
  const count = el("p", { class: "hint", role: "status" });
  const table = el("table", { class: "beside-texts" }, el("thead", null, el("tr", null, el("th", { scope: "col" }, "Place"), el("th", { scope: "col" }, "Text as it was sent"))), rows);

  const list = () => {
    const page = Number(choice.value) + 1;
    const part = wanted.value.trim().toLowerCase();
    const ofPage = texts.filter((text) => text.page === page);
    const shown = ofPage.filter(({ text }) => text.toLowerCase().includes(part));
    const hidden = ofPage.filter(({ text }) => MASK.test(text)).length;
    fill(count, `${shown.length} of ${ofPage.length} different texts of this page; ${hidden} hold something that was masked.`, complete ? "" : " The recording has more.");
    fill(rows, shown.slice(0, 1000).map(({ place, text }) => el("tr", null, el("td", null, place), el("td", null, text))));
  };
  const open = async () => {
    const page = /** @type {PageOverview} */ (pages[Number(choice.value)]);
    address.value = page.url;
    await loaded;
    const stage = new Stage(stageFrame);
    stage.build(decoder.seek(Number(choice.value), page.endMs - page.offsetMs));
    go();
    list();
  };
  const go = () => {
    if (!/^https?:\/\//.test(address.value)) return;
    live.src = address.value;
    fit();
  };
  const fit = () => {
    const [width, height] = [Number(stageFrame.width) || 1200, Number(stageFrame.height) || 800];
    live.width = String(width);
    live.height = String(height);
    for (const frame of [live, stageFrame]) {
      const box = /** @type {HTMLElement} */ (frame.parentElement);
      const scale = Math.min(1, box.clientWidth / width);
      frame.style.transform = `scale(${scale})`;
      box.style.height = `${height * scale}px`;
    }
  };

  fill(main,
    el("div", { class: "beside-head" },
      el("a", { class: "button is-plain", href: `/?site=${encodeURIComponent(facts.site)}&view=privacy` }, "Privacy"),
      el("h1", null, "What left the page"),
      el("a", { href: `/recordings/${id}` }, "Play the recording")),
    el("form", { class: "beside-controls", onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); go(); } },
      el("label", null, "Page of the recording", choice),
      el("label", { class: "is-address" }, "Address of the live page", address),
      el("button", { class: "button", type: "submit" }, "Show")),
    el("div", { class: "beside-pair" },
      el("section", { "aria-label": "On the page" }, el("h2", null, "On the page"), el("p", { class: "hint" }, "As your browser shows it now; the visit in this frame is recorded, too. Empty where the site forbids to be shown in a frame."), el("div", { class: "beside-frame" }, live)),
      el("section", { "aria-label": "What was sent" }, el("h2", null, "What was sent"), el("p", { class: "hint" }, "As it was when the page was left, with nothing but what is stored."), el("div", { class: "beside-frame" }, stageFrame))),
    el("form", { class: "beside-controls", onsubmit: (/** @type {Event} */ event) => event.preventDefault() },
      el("label", null, "Look for a name, a number, an address", wanted)),
    count, table);
  choice.addEventListener("change", () => void open());
  wanted.addEventListener("input", list);
  addEventListener("resize", fit);
  await open();
}

void start();
