// @ts-check
// Signs over the stage of what no page shows: fingers, keys and commands, sound and film, the part of the window that was
// seen after pinching. In: what happened, in recorded CSS pixels and times. Out: elements outside the iframe.

import { el } from "../markup.js";
import { clockText } from "./time-words.js";

/** How long a key is shown, in milliseconds of a person's time. */
const SAID_MS = 1_600;
const SAID_MAX = 3;
/** A finger that is lifted fades. */
const LIFTED_MS = 400;

/**
 * @typedef {import("./model.js").Media} Media
 * @typedef {import("./overlay.js").Places} Places
 * @typedef {{ atMs: number, x: number, y: number }} Point
 */

export class OverlaySigns {
  constructor() {
    this.said = el("div", { class: "overlay-said" });
    this.fingers = el("div", { class: "overlay-fingers" });
    this.badges = el("div", { class: "overlay-badges" });
    this.zoom = el("div", { class: "overlay-zoom", hidden: true });
    this.element = el("div", { class: "overlay-signs" }, this.badges, this.fingers, this.said);
    this.scale = 1;
    /** @type {Map<number, { points: Point[], liftedMs: number, element: HTMLElement }>} */
    this.paths = new Map();
    /** @type {Map<number, HTMLElement>} */
    this.badgeOf = new Map();
    /** @type {import("./model.js").Zoom | null} */
    this.zoomed = null;
    this.size = [0, 0];
    /** Time of the recording at the page's time 0. */
    this.offsetMs = 0;
  }

  /** @param {number} scale */
  setScale(scale) {
    this.scale = scale;
    this.drawZoom();
  }

  /** Another page or state. */
  clear() {
    this.forget();
    this.badgeOf.clear();
    this.badges.replaceChildren();
    this.setZoom(null, [0, 0]);
  }

  /** Another time: what was on its way is void. */
  forget() {
    this.paths.clear();
    this.fingers.replaceChildren();
    this.said.replaceChildren();
  }

  /** A key, or what was done with the clipboard or a form. @param {string} words @param {boolean} isKey */
  say(words, isKey) {
    const chip = isKey ? el("kbd", { class: "overlay-chip" }, words) : el("span", { class: "overlay-chip" }, words);
    this.said.append(chip);
    while (this.said.children.length > SAID_MAX) this.said.firstElementChild?.remove();
    setTimeout(() => chip.remove(), SAID_MS);
  }

  /**
   * The path of a finger; each point counts from the one before.
   * @param {number} finger @param {number} atMs @param {[number, number, number][]} steps @param {boolean} isUp
   */
  touch(finger, atMs, steps, isUp) {
    let path = this.paths.get(finger);
    if (!path) {
      path = { points: [], liftedMs: Infinity, element: el("span", { class: "overlay-finger" }) };
      this.paths.set(finger, path);
      this.fingers.append(path.element);
    }
    let [at, x, y] = [atMs, 0, 0];
    for (const [delta, dx, dy] of steps) {
      at += delta;
      x += dx;
      y += dy;
      path.points.push({ atMs: at, x, y });
    }
    path.liftedMs = isUp ? at : Infinity;
  }

  /** @param {import("./model.js").Zoom | null} zoomed @param {[number, number]} size of the recorded window */
  setZoom(zoomed, size) {
    this.zoomed = zoomed && zoomed.scalePercent > 100 ? zoomed : null;
    this.size = size;
    this.drawZoom();
  }

  drawZoom() {
    this.zoom.hidden = this.zoomed === null;
    if (!this.zoomed) return;
    const { x, y, scalePercent } = this.zoomed;
    const [width, height] = this.size.map((length) => (length * this.scale * 100) / scalePercent);
    this.zoom.style.transform = `translate(${x * this.scale}px, ${y * this.scale}px)`;
    this.zoom.style.width = `${width}px`;
    this.zoom.style.height = `${height}px`;
  }

  /** @param {number} timeMs @param {Places} stage */
  show(timeMs, stage) {
    for (const [finger, path] of this.paths) {
      const place = path.points.findLast((point) => point.atMs <= timeMs);
      path.element.hidden = !place;
      path.element.classList.toggle("is-lifted", timeMs >= path.liftedMs);
      if (place) path.element.style.transform = `translate(${place.x * this.scale}px, ${place.y * this.scale}px)`;
      if (timeMs < path.liftedMs + LIFTED_MS) continue;
      path.element.remove();
      this.paths.delete(finger);
    }
    if (stage.media.size > 0 || this.badgeOf.size > 0) this.showMedia(timeMs, stage);
  }

  /** @param {number} timeMs @param {Places} stage */
  showMedia(timeMs, stage) {
    for (const [id, badge] of this.badgeOf) {
      if (stage.media.has(id)) continue;
      badge.remove();
      this.badgeOf.delete(id);
    }
    for (const [id, media] of stage.media) {
      const place = stage.place(id);
      let badge = this.badgeOf.get(id);
      if (!badge) {
        badge = el("span", { class: "overlay-badge" });
        this.badgeOf.set(id, badge);
        this.badges.append(badge);
      }
      badge.hidden = !place || place.width === 0 || place.height === 0;
      if (!place || badge.hidden) continue;
      const words = mediaWords(media, timeMs - this.offsetMs);
      if (badge.textContent !== words) badge.textContent = words;
      badge.classList.toggle("is-playing", !media.paused && !media.ended);
      badge.style.transform = `translate(${(place.x + 6) * this.scale}px, ${(place.y + 6) * this.scale}px)`;
    }
  }
}

/**
 * What a sound or film does, in words.
 * @param {Media} media @param {number} pageMs now, in milliseconds of the page @returns {string}
 */
export function mediaWords({ paused, muted, ended, timeMs, volumePercent, ratePercent, sinceMs }, pageMs) {
  const plays = !paused && !ended;
  const nowMs = plays ? timeMs + (Math.max(0, pageMs - sinceMs) * ratePercent) / 100 : timeMs;
  const parts = [`${plays ? "▶ playing" : ended ? "■ ended" : "❚❚ paused"} ${clockText(nowMs)}`];
  if (muted || volumePercent === 0) parts.push("muted");
  else if (volumePercent < 100) parts.push(`volume ${volumePercent} %`);
  if (ratePercent !== 100) parts.push(`${ratePercent / 100}×`);
  return parts.join(" · ");
}
