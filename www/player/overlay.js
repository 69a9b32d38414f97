// @ts-check
// Draws over the stage what the page does not show: the pointer with its trail, presses, the focus; overlay-signs.js draws
// fingers, keys, sound and film. In: paths and presses in recorded CSS pixels, times. Out: elements outside the iframe,
// scaled with it. Knows nothing of the recorded DOM.

import { el } from "../markup.js";
import { OverlaySigns } from "./overlay-signs.js";

const TRAIL_MS = 1_200;
const RIPPLE_MS = 900;
const TOUCH = 1;
/** What is said beside a press. */
const PRESSES = { rage: "rage", dead: "no effect" };

/**
 * @typedef {{ atMs: number, x: number, y: number }} Point
 * @typedef {object} Places  of the stage
 * @property {(id: number) => { x: number, y: number, width: number, height: number } | null} place
 * @property {number} focused
 * @property {ReadonlyMap<number, import("./model.js").Media>} media
 */

export class Overlay {
  constructor() {
    this.pointer = el("div", { class: "overlay-pointer", hidden: true });
    this.trail = el("canvas", { class: "overlay-trail" });
    this.focus = el("div", { class: "overlay-focus", hidden: true });
    this.presses = el("div", { class: "overlay-presses" });
    this.signs = new OverlaySigns();
    this.element = el("div", { class: "overlay", "aria-hidden": "true" }, this.signs.zoom, this.trail, this.focus, this.signs.element, this.presses, this.pointer);
    this.scale = 1;
    this.width = 0;
    this.height = 0;
    /** @type {Point[]} places of the pointer, past ones as far as the trail goes, and those to come */
    this.points = [];
    this.focusKey = "";
    this.shownMs = 0;
    this.onresize = () => {};
  }

  /** The recorded window. @param {number} width @param {number} height */
  resize(width, height) {
    if (width <= 0 || height <= 0 || (width === this.width && height === this.height)) return;
    this.width = width;
    this.height = height;
    this.onresize();
  }

  /** How large a recorded pixel is on the screen. @param {number} scale */
  setScale(scale) {
    this.scale = scale;
    const ratio = window.devicePixelRatio || 1;
    this.trail.width = Math.round(this.width * scale * ratio);
    this.trail.height = Math.round(this.height * scale * ratio);
    this.focusKey = "";
    this.signs.setScale(scale);
    const last = this.points.at(-1);
    if (last) this.move(last);
  }

  /** The pointer stands somewhere, or is known nowhere. @param {[number, number] | null} place @param {boolean} isNewPage */
  put(place, isNewPage) {
    if (place) this.points = [{ atMs: -Infinity, x: place[0], y: place[1] }];
    else if (isNewPage) this.points = [];
    this.presses.replaceChildren();
    this.signs.clear();
  }

  /** Another time: what was on its way is void. */
  forget() {
    const last = this.points.findLast((point) => point.atMs <= this.shownMs) ?? this.points[0];
    this.points = last ? [{ ...last, atMs: -Infinity }] : [];
    this.presses.replaceChildren();
    this.signs.forget();
  }

  /** A path to come; each point counts from the one before. @param {number} atMs @param {number} kind @param {[number, number, number][]} points */
  path(atMs, kind, points) {
    this.pointer.classList.toggle("is-touch", kind === TOUCH);
    let [at, x, y] = [atMs, 0, 0];
    for (const [delta, dx, dy] of points) {
      at += delta;
      x += dx;
      y += dy;
      this.points.push({ atMs: at, x, y });
    }
    this.points.sort((a, b) => a.atMs - b.atMs);
  }

  /** @param {number} atMs @param {number} x @param {number} y @param {string | undefined} kind rage, dead, or nothing to say */
  click(atMs, x, y, kind) {
    this.points.push({ atMs, x, y });
    this.points.sort((a, b) => a.atMs - b.atMs);
    const said = kind && PRESSES[/** @type {keyof typeof PRESSES} */ (kind)];
    const ripple = el("span", { class: said ? `overlay-ripple is-${kind}` : "overlay-ripple" }, said);
    ripple.style.left = `${x * this.scale}px`;
    ripple.style.top = `${y * this.scale}px`;
    this.presses.append(ripple);
    setTimeout(() => ripple.remove(), said ? RIPPLE_MS * 2 : RIPPLE_MS);
  }

  /** @param {number} timeMs @param {Places} stage */
  show(timeMs, stage) {
    this.shownMs = timeMs;
    const now = this.points.findLastIndex((point) => point.atMs <= timeMs);
    const from = this.points.findIndex((point) => point.atMs >= timeMs - TRAIL_MS);
    if (now > 0) this.points = this.points.slice(Math.max(0, Math.min(from < 0 ? now : from - 1, now)));
    const place = this.points.findLast((point) => point.atMs <= timeMs);
    this.pointer.hidden = !place;
    if (place) this.move(place);
    this.drawTrail(timeMs);
    this.showFocus(stage);
    this.signs.show(timeMs, stage);
  }

  /** @param {Point} place */
  move({ x, y }) {
    this.pointer.style.transform = `translate(${x * this.scale}px, ${y * this.scale}px)`;
  }

  /** @param {number} timeMs */
  drawTrail(timeMs) {
    const context = this.trail.getContext("2d");
    if (!context) return;
    context.clearRect(0, 0, this.trail.width, this.trail.height);
    const shown = this.points.filter((point) => point.atMs <= timeMs && point.atMs >= timeMs - TRAIL_MS);
    const size = this.scale * (window.devicePixelRatio || 1);
    context.lineCap = "round";
    context.lineWidth = 3 * (window.devicePixelRatio || 1);
    for (let i = 1; i < shown.length; i += 1) {
      const age = (timeMs - shown[i].atMs) / TRAIL_MS;
      context.strokeStyle = `rgb(14 116 116 / ${0.65 * (1 - age)})`;
      context.beginPath();
      context.moveTo(shown[i - 1].x * size, shown[i - 1].y * size);
      context.lineTo(shown[i].x * size, shown[i].y * size);
      context.stroke();
    }
  }

  /** @param {Places} stage */
  showFocus(stage) {
    const place = stage.focused ? stage.place(stage.focused) : null;
    const isDrawn = place !== null && place.width > 0 && place.height > 0 && place.width * place.height < this.width * this.height * 0.8;
    const key = isDrawn ? `${place.x},${place.y},${place.width},${place.height}` : "";
    if (key === this.focusKey) return;
    this.focusKey = key;
    this.focus.hidden = !isDrawn;
    if (!isDrawn) return;
    this.focus.style.transform = `translate(${(place.x - 3) * this.scale}px, ${(place.y - 3) * this.scale}px)`;
    this.focus.style.width = `${(place.width + 6) * this.scale}px`;
    this.focus.style.height = `${(place.height + 6) * this.scale}px`;
  }
}
