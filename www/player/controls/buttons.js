// @ts-check
// The small controls: play, speed, skipping, full screen, the link at this time. In: the playback. Out: elements.

import { el, fill, icon } from "../../markup.js";
import { SPEEDS } from "../store.js";
import { clockText } from "../time-words.js";

/** @typedef {import("../playback.js").Playback} Playback */

/** @param {Playback} playback */
export function playButton(playback) {
  const button = el("button", { type: "button", class: "button is-primary play-button", onclick: () => playback.toggle() });
  playback.store.watch(({ playing, ended }, before) => {
    if (button.hasChildNodes() && playing === before.playing && ended === before.ended) return;
    fill(button, icon(playing ? "pause" : ended ? "replay" : "play"), playing ? "Pause" : "Play");
  });
  return button;
}

/** @param {Playback} playback */
export function clock(playback) {
  const now = el("span", { class: "clock-now" });
  playback.store.watch(({ timeMs }) => {
    const text = clockText(timeMs);
    if (now.textContent !== text) now.textContent = text;
  });
  return el("span", { class: "clock" }, now, ` / ${clockText(playback.overview.durationMs)}`);
}

/** @param {Playback} playback */
export function speedMenu(playback) {
  const options = SPEEDS.map((speed) => el("option", { value: speed }, `${speed}×`));
  const select = el("select", { class: "select", "aria-label": "Speed", onchange: () => playback.setSpeed(Number(select.value)) }, options);
  playback.store.watch(({ speed }) => {
    select.value = String(speed);
  });
  return select;
}

/** @param {Playback} playback */
export function skipToggle(playback) {
  const button = el("button", {
    type: "button",
    class: "button is-toggle",
    onclick: () => playback.setSkips(!playback.store.state.skips),
  }, "Skip inactivity");
  playback.store.watch(({ skips }) => button.setAttribute("aria-pressed", String(skips)));
  return button;
}

/** @param {() => void} toggle */
export function fullscreenButton(toggle) {
  return el("button", { type: "button", class: "button is-plain", title: "Full screen (F)", "aria-label": "Full screen", onclick: toggle }, icon("fullscreen"));
}

/** @param {() => void} show */
export function helpButton(show) {
  return el("button", { type: "button", class: "button is-plain", title: "Keyboard (?)", "aria-label": "Keyboard shortcuts", onclick: show }, icon("help"));
}

/** @param {Playback} playback */
export function linkButton(playback) {
  const button = el("button", {
    type: "button",
    class: "button is-plain",
    title: "Copy the link at this time",
    "aria-label": "Copy the link at this time",
    onclick: async () => {
      const address = new URL(location.href);
      address.searchParams.set("t", String(Math.floor(playback.store.state.timeMs / 1_000)));
      await navigator.clipboard.writeText(address.href).then(
        () => playback.notice("Link copied", performance.now()),
        () => playback.notice(address.href, performance.now()),
      );
    },
  }, icon("link"));
  return button;
}
