// @ts-check
// What was recorded on each of the last days, as bars and as a table that can be read without seeing them. In: the site's
// id. Out: an element that asks when it is opened.

import { call } from "../api.js";
import { el, fill } from "../markup.js";
import { counted } from "../words.js";

/** @typedef {{ day: string, recordings: number }} Day */

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, GAP] = [600, 90, 3];

/** @param {string} site */
export function usageDays(site) {
  const place = el("div", { class: "usage-days" });
  const details = el("details", {
    class: "usage-more",
    ontoggle: () => {
      if (!details.open || place.childElementCount > 0) return;
      call("GET", `/api/v1/sites/${encodeURIComponent(site)}/usage/days?days=30`).then(
        ({ items }) => fill(place, bars(items), table(items)),
        (problem) => fill(place, el("p", { class: "message is-error" }, problem.message)),
      );
    },
  }, el("summary", null, "Day by day"), place);
  return details;
}

/** @param {Day[]} days */
function bars(days) {
  const most = Math.max(1, ...days.map(({ recordings }) => recordings));
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("class", "usage-chart");
  svg.setAttribute("role", "img");
  const sum = days.reduce((all, { recordings }) => all + recordings, 0);
  svg.setAttribute("aria-label", `${counted(sum, "recording")} in ${counted(days.length, "day")}, at most ${most} on one`);
  const step = WIDTH / Math.max(1, days.length);
  days.forEach(({ day, recordings }, at) => {
    const height = recordings === 0 ? 1 : Math.max(3, (recordings / most) * (HEIGHT - 4));
    const bar = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ x: at * step + GAP / 2, y: HEIGHT - height, width: Math.max(1, step - GAP), height, rx: 2 })) bar.setAttribute(name, String(value));
    if (recordings === 0) bar.setAttribute("class", "is-none");
    const title = document.createElementNS(SVG, "title");
    title.textContent = `${day}: ${counted(recordings, "recording")}`;
    bar.append(title);
    svg.append(bar);
  });
  return el("div", { class: "usage-figure" }, svg,
    el("div", { class: "usage-axis soft" }, el("span", null, days[0]?.day ?? ""), el("span", null, `most on a day: ${most}`), el("span", null, days.at(-1)?.day ?? "")));
}

/** @param {Day[]} days */
function table(days) {
  return el("table", { class: "for-readers" },
    el("caption", null, "Recordings of each day"),
    el("tbody", null, days.map(({ day, recordings }) => el("tr", null, el("th", { scope: "row" }, day), el("td", null, String(recordings))))));
}
