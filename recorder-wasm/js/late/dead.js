// Clicks that nothing came of. In: clicks, and everything that may be an answer: a change of the page, of an address, of
// the focus, a scroll, a window of the browser's own. Out: DEAD records, some time after the click.
// Never: counts a click on what answers by itself (fields, links that lead away), or on nothing at all.

import { addressOf, around, isLink, isPlain } from "./ask.js";
import * as numbers from "./numbers.js";
import { hear, onRoots } from "./roots.js";
import { guarded, idOf, ignoresEvents, setTimeout } from "./seam.js";

/** Milliseconds that a page has to answer. Peers wait from 1 to 7 s; most answers come within 0.2. */
const ANSWER_MS = 1500;
/** Clicks that are watched at a time: the others of a storm are rage. */
const WATCHED_MAX = 8;
/** @type {import("./seam.js").Ears} */
let ears;
/** performance.now() of the last thing that may be an answer. */
let answered = 0;
let watched = 0;
/** Which capture it is: what an earlier one waits for is void. */
let epoch = 0;
/** @type {(() => void)[]} */
let stops = [];

const answer = () => {
  answered = performance.now();
};

const on = onRoots(
  { scroll: answer, submit: answer, toggle: answer, change: answer, play: answer, pause: answer },
  { click: clicked, focusin: answer, selectionchange: (event) => event.currentTarget.getSelection()?.isCollapsed || answer(), copy: answer },
);
export const { root, gone } = on;

/** @param {import("./seam.js").Ears} receiver */
export function open(receiver) {
  ears = receiver;
  watched = 0;
  epoch++;
  stops = [hear(window, "blur", answer), hear(document, "visibilitychange", answer)];
}

export function close() {
  epoch++;
  on.close();
  stops.forEach((stop) => stop());
}

/** @param {import("../capture.js").Changes} changes */
export function changed({ parents, texts, styled, others }) {
  if (parents.length + texts.length + styled.length + others.size > 0) answer();
}

/** @param {MouseEvent} event @param {any} target */
function clicked(event, target) {
  if (!event.isTrusted || watched >= WATCHED_MAX || event.button !== 0 || ignoresEvents(target)) return;
  const element = target.nodeType === 1 ? target : target.parentElement;
  if (!element || /^(html|body)$/.test(element.localName) || around(element, isPlain)) return;
  const [clickedAt, time, address, mine] = [performance.now(), ears.now(), location.href, epoch];
  watched++;
  const look = () => {
    watched--;
    if (mine !== epoch) return;
    const isAnswered = answered >= clickedAt || location.href !== address || leaves(event, element) || ignoresEvents(element);
    if (isAnswered || idOf(element) === 0 || document.visibilityState !== "visible") return;
    const now = ears.now();
    numbers.write(numbers.DEAD, now, idOf(element), now - time);
    ears.dirty();
  };
  setTimeout(guarded(look), ANSWER_MS);
}

/**
 * A link that leads to another page may take longer than we wait.
 * @param {MouseEvent} event
 * @param {Element} element
 */
function leaves(event, element) {
  const link = around(element, isLink);
  return link && !event.defaultPrevented && !/^(#|javascript:)/i.test(addressOf(link));
}
