// What the visitor does and what happens to the window: clicks, the pointer's path, scrolling, focus, size, visibility,
// errors. In: events of every document and shadow root that is recorded, in the capture phase, passive. Out: operations,
// written at once while the nodes are known. Keys and clipboard contents are never read.

import { listen } from "../natives.js";
import * as fields from "./fields.js";
import { guarded } from "./guard.js";
import * as nodes from "./nodes.js";
import * as op from "./ops.js";
import { ignoresEvents } from "./walk.js";
import { hasWords, put, putText } from "./writer.js";

/** Milliseconds between two points of the pointer's path. */
const POINTER_EVERY_MS = 50;

/**
 * @typedef {object} Ears
 * @property {() => number} now milliseconds of the page's clock
 * @property {() => void} dirty plans a flush
 * @property {() => void} flush reads the document now
 * @property {() => void} active the visitor did something
 * @property {(owner: any) => void} sheetLoaded
 * @property {(frame: any) => void} frameLoaded
 */

/** @type {Ears} */
let ears;
/** @type {(() => void)[]} */
let undo = [];
/** @type {Map<any, (() => void)[]>} how to stop listening, by root */
let heard = new Map();
/** Time and place of the pointer since the last flush. */
let path = /** @type {[number, number, number][]} */ ([]);
let pathKind = 0;
/** @type {Map<any, [number, number]>} */
let scrolls = new Map();
/** @type {Map<any, [number, number]>} */
let sizes = new Map();

/** @param {Ears} receiver */
export function open(receiver) {
  ears = receiver;
  path = [];
  scrolls = new Map();
  sizes = new Map();
  const onWindow = (/** @type {string} */ type, /** @type {(event: any) => void} */ hears) =>
    undo.push(listen(window, type, guarded(hears), { capture: true, passive: true }));
  onWindow("resize", () => {
    put(op.VIEWPORT);
    put(ears.now());
    put(innerWidth);
    put(innerHeight);
    ears.dirty();
  });
  onWindow("error", (event) => {
    if (!(event instanceof ErrorEvent)) return;
    error(event.message);
  });
  onWindow("unhandledrejection", (event) => error(String(event.reason?.message ?? event.reason ?? "")));
  undo.push(
    listen(
      document,
      "visibilitychange",
      guarded(() => {
        put(op.VISIBILITY);
        put(ears.now());
        put(document.visibilityState === "visible" ? 1 : 0);
        ears.dirty();
      }),
    ),
  );
}

/** Hears nothing any more. */
export function close() {
  undo.forEach((stop) => stop());
  undo = [];
  for (const root of [...heard.keys()]) ignore(root);
}

/**
 * Stops listening on a root that is gone.
 * @param {any} root
 */
export function ignore(root) {
  heard.get(root)?.forEach((stop) => stop());
  heard.delete(root);
}

/** @param {string} message */
function error(message) {
  put(op.ERROR);
  put(ears.now());
  putText(message.slice(0, 500));
  ears.dirty();
}

/**
 * Listens on a document or shadow root. The page's own document and its frames hear everything; a shadow root only what
 * does not leave it.
 * @param {any} root
 */
export function hear(root) {
  if (heard.has(root)) return;
  /** @type {(() => void)[]} */
  const stops = [];
  heard.set(root, stops);
  const on = (/** @type {string} */ type, /** @type {(event: any) => void} */ hears) =>
    stops.push(listen(root, type, guarded(hears), { capture: true, passive: true }));
  on("scroll", scrolled);
  on("load", loaded);
  on("change", changed);
  if (root.nodeType !== 9) return;
  on("input", changed);
  on("reset", (event) => {
    const form = targetOf(event);
    // The fields change after the event.
    const read = guarded(() => {
      fields.reset(form);
      ears.dirty();
    });
    Promise.resolve().then(read);
  });
  on("click", (event) => pressed(event, 0));
  on("dblclick", (event) => pressed(event, 1));
  on("contextmenu", (event) => pressed(event, 2));
  on("auxclick", (event) => event.button === 1 && pressed(event, 3));
  on("pointermove", moved);
  on("pointerdown", moved);
  on("focusin", (event) => focused(targetOf(event)));
  on("focusout", (event) => event.relatedTarget === null && focused(null));
  on("keydown", () => ears.active());
}

/** @param {Event} event */
const targetOf = (event) => /** @type {any} */ (event.composedPath()[0] ?? event.target);

/**
 * Where an event of an inner document lies in the top window.
 * @param {any} event
 * @returns {[number, number]}
 */
function place(event) {
  let x = event.clientX;
  let y = event.clientY;
  try {
    for (let view = event.view; view && view !== window; view = view.parent) {
      const box = view.frameElement.getBoundingClientRect();
      x += box.left + view.frameElement.clientLeft;
      y += box.top + view.frameElement.clientTop;
    }
  } catch {
    // A frame between us belongs to another origin: the place inside the frame is the best there is.
  }
  return [Math.round(x), Math.round(y)];
}

/**
 * @param {any} event
 * @param {number} kind
 */
function pressed(event, kind) {
  ears.active();
  let target = targetOf(event);
  if (ignoresEvents(target)) return;
  // The listeners of the page may take the target away: read the document now when it is not known yet.
  if (nodes.idOf(target) === 0) ears.flush();
  while (target && nodes.idOf(target) === 0) target = target.parentNode ?? target.host;
  writePath();
  const [x, y] = place(event);
  const box = target?.getBoundingClientRect?.();
  const within = (/** @type {number} */ at, /** @type {number} */ size) =>
    size > 0 ? Math.min(1000, Math.max(0, Math.round((at / size) * 1000))) : 0;
  put(op.CLICK);
  put(ears.now());
  put(target ? nodes.idOf(target) : 0);
  put(x);
  put(y);
  put(kind);
  put(box ? within(event.clientX - box.left, box.width) : 0);
  put(box ? within(event.clientY - box.top, box.height) : 0);
  ears.dirty();
}

/** @param {any} event */
function moved(event) {
  const time = ears.now();
  const last = path[path.length - 1];
  if (last && time - last[0] < POINTER_EVERY_MS) return;
  const [x, y] = place(event);
  if (last && last[1] === x && last[2] === y) return;
  const kind = event.pointerType === "touch" ? 1 : event.pointerType === "pen" ? 2 : 0;
  if (kind !== pathKind) writePath();
  pathKind = kind;
  path.push([time, x, y]);
  ears.active();
  if (path.length >= 10) ears.dirty();
}

/** Writes the pointer's path so far. */
function writePath() {
  const first = path[0];
  if (!first) return;
  put(op.POINTER);
  put(first[0]);
  put(pathKind);
  put(path.length);
  let [time, x, y] = [first[0], 0, 0];
  for (const point of path) {
    put(point[0] - time);
    put(point[1] - x);
    put(point[2] - y);
    [time, x, y] = point;
  }
  path = [];
}

/** @param {Event} event */
function scrolled(event) {
  noteScroll(targetOf(event));
  ears.active();
  ears.dirty();
}

/**
 * @param {any} target document or element
 */
export function noteScroll(target) {
  const box = target.nodeType === 9 ? target.scrollingElement : target;
  if (box) scrolls.set(target, [Math.round(box.scrollLeft), Math.round(box.scrollTop)]);
}

/** @param {Event} event */
function changed(event) {
  if (!fields.typed(targetOf(event))) return;
  ears.active();
  ears.dirty();
}

/** @param {any} target */
function focused(target) {
  if (target && ignoresEvents(target)) return;
  if (target && nodes.idOf(target) === 0) ears.flush();
  put(op.FOCUS);
  put(ears.now());
  put(target ? nodes.idOf(target) : 0);
  ears.dirty();
}

/** @param {Event} event */
function loaded(event) {
  const target = targetOf(event);
  switch (target.localName) {
    case "link":
    case "style":
      ears.sheetLoaded(target);
      break;
    case "iframe":
    case "frame":
      ears.frameLoaded(target);
      break;
    case "img":
      noteSize(target);
      break;
    default:
      return;
  }
  ears.dirty();
}

/**
 * An image or video has a size of its own.
 * @param {any} media
 */
export function noteSize(media) {
  const width = media.naturalWidth ?? media.videoWidth;
  const height = media.naturalHeight ?? media.videoHeight;
  if (width > 0 && height > 0) sizes.set(media, [width, height]);
}

/** Writes what came before the flush: it happened on the document as it was. */
export function writeBefore() {
  writePath();
}

/**
 * Writes what needs the nodes that the flush found.
 * @param {number} time
 */
export function writeAfter(time) {
  for (const [media, [width, height]] of sizes) {
    if (nodes.idOf(media) === 0) continue;
    put(op.NATURAL_SIZE);
    put(time);
    put(nodes.idOf(media));
    put(width);
    put(height);
  }
  for (const [target, [x, y]] of scrolls) {
    if (nodes.idOf(target) === 0) continue;
    put(op.SCROLL);
    put(time);
    put(nodes.idOf(target));
    put(x);
    put(y);
  }
  sizes.clear();
  scrolls.clear();
}

/** Whether anything waits to be written. */
export const isWaiting = () => path.length > 0 || scrolls.size > 0 || sizes.size > 0 || hasWords();
