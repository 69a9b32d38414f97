// The footer's live line: whether this visit is being recorded, and where to see it.
// In: the recorder's public API, `revisit('state')` and `revisit('link', callback)`. Out: text and a link in the footer.
// Never: starts, stops or changes the recording.

import { element } from "./element.js";

/**
 * @typedef {{recording: boolean, reason?: string | null, id?: string | null, page?: string | null}} VisitState
 */

/** @returns {VisitState | null} null while the recorder has not loaded */
function state() {
  const revisit = /** @type {{revisit?: (...args: unknown[]) => unknown}} */ (/** @type {unknown} */ (window)).revisit;
  if (!revisit) return null;
  const said = revisit("state");
  return said && typeof said === "object" ? /** @type {VisitState} */ (said) : null;
}

/** @param {HTMLElement} place */
export function showVisit(place) {
  const dot = element("span", { class: "visit-dot", "aria-hidden": "true" });
  const words = element("span", {}, "The recorder is not here yet");
  const link = element("a", { href: "/", hidden: true }, "watch it");
  place.append(dot, words, " ", link);

  let shown = "";
  const look = () => {
    const now = state();
    const key = JSON.stringify([now?.recording, now?.reason, now?.id]);
    if (!now || key === shown) return;
    shown = key;
    place.dataset.recording = String(now.recording);
    words.textContent = now.recording
      ? "This visit is being recorded:"
      : `This visit is not recorded${now.reason ? ` (${now.reason})` : ""}`;
    link.hidden = !now.recording;
    if (now.recording && now.id) link.href = `/recordings/${now.id}`;
  };
  look();
  setInterval(look, 1000);
}
