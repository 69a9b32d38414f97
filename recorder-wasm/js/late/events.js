// What the visitor does and what happens to the window: clicks, the pointer's path, scrolling, focus, size, visibility,
// errors. In: events of every document and shadow root that is recorded, in the capture phase, passive, and those kept
// before this module came. Out: operations, written at once while the nodes are known. Keys and clipboard contents are
// never read.

import * as op from "../tap/ops.js";
import { guarded, hasWords, idCount, idOf, ignoresEvents, listen, nodeOf, put, putText, reset, setTimeout, typed } from "./seam.js";

/** Milliseconds between two points of the pointer's path. */
const POINTER_EVERY_MS = 50;
/** Milliseconds of one slice of the scan, and between two. */
const SLICE_MS = 4, SCAN_EVERY_MS = 30;

/** @typedef {import("./seam.js").Ears} Ears */

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

let isCatchingUp = false;
/** How many nodes the scan has looked at; the rest is still to come. */
let scanned = Infinity;
/** Only the first scan looks for what the walk found before this module came. */
let wasHere = false;

/** What is heard on the window. @type {Record<string, (event: any) => void>} */
const ON_WINDOW = {
  resize(event) {
    put(op.VIEWPORT);
    put(timeOf(event));
    put(innerWidth);
    put(innerHeight);
    ears.dirty();
  },
  error: (event) => event instanceof ErrorEvent && error(event, event.message),
  unhandledrejection: (event) => error(event, String(event.reason?.message ?? event.reason ?? "")),
  visibilitychange(event) {
    put(op.VISIBILITY);
    put(timeOf(event));
    put(document.visibilityState === "visible" ? 1 : 0);
    ears.dirty();
  },
};

/** What is heard on every root. @type {Record<string, (event: any, target: any) => void>} */
const ON_ROOT = { scroll: scrolled, load: loaded, change: changed };

/** What comes out of shadow roots by itself, and so is heard on documents only. @type {typeof ON_ROOT} */
const ON_DOCUMENT = {
  input: changed,
  reset(_event, form) {
    // The fields change after the event.
    const read = guarded(() => {
      reset(form);
      ears.dirty();
    });
    Promise.resolve().then(read);
  },
  click: (event, target) => pressed(event, target, 0),
  dblclick: (event, target) => pressed(event, target, 1),
  contextmenu: (event, target) => pressed(event, target, 2),
  auxclick: (event, target) => event.button === 1 && pressed(event, target, 3),
  pointermove: moved,
  pointerdown: moved,
  focusin: focused,
  focusout: (event) => event.relatedTarget === null && focused(event, null),
  keydown: () => ears.active(),
};

/** @param {Ears} receiver */
export function open(receiver) {
  ears = receiver;
  path = [];
  scrolls = new Map();
  sizes = new Map();
  for (const type in ON_WINDOW) undo.push(hear(window, type, ON_WINDOW[type]));
}

/** @param {[Event, any][]} early events with their targets, from before this module came */
export function catchUp(early) {
  isCatchingUp = true;
  for (const [event, target] of early) {
    const { type } = event;
    (ON_ROOT[type] ?? ON_DOCUMENT[type] ?? ON_WINDOW[type])(event, target);
  }
  isCatchingUp = false;
}

/** The document was read completely. */
export function complete() {
  scanned = 0;
  setTimeout(guarded(scan), 0);
}

/**
 * @param {EventTarget} target
 * @param {string} type
 * @param {(event: any, target: any) => void} hears
 */
const hear = (target, type, hears) =>
  listen(target, type, guarded((event) => hears(event, event.composedPath()[0] ?? event.target)), { capture: true, passive: true });

/**
 * When it happened, in milliseconds of the page's clock. What was just read of the document stands before what is heard now.
 * @param {Event} event
 */
const timeOf = (event) => (isCatchingUp ? Math.max(0, Math.round(event.timeStamp - ears.zero)) : ears.now());

/** Hears nothing any more. */
export function close() {
  undo.forEach((stop) => stop());
  undo = [];
  scanned = Infinity;
  for (const root of [...heard.keys()]) gone(root);
}

/**
 * Stops listening on a root that is gone.
 * @param {any} root
 */
export function gone(root) {
  heard.get(root)?.forEach((stop) => stop());
  heard.delete(root);
}

/**
 * @param {Event} event
 * @param {string} message
 */
function error(event, message) {
  put(op.ERROR);
  put(timeOf(event));
  putText(message.slice(0, 500));
  ears.dirty();
}

/**
 * Listens on a document or shadow root. The page's own document and its frames hear everything; a shadow root only what
 * does not leave it.
 * @param {any} found
 */
export function root(found) {
  if (heard.has(found)) return;
  const hears = found.nodeType === 9 ? { ...ON_ROOT, ...ON_DOCUMENT } : ON_ROOT;
  heard.set(found, Object.keys(hears).map((type) => hear(found, type, hears[type])));
}

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
 * @param {any} target
 * @param {number} kind
 */
function pressed(event, target, kind) {
  ears.active();
  if (ignoresEvents(target)) return;
  // The listeners of the page may take the target away: read the document now when it is not known yet.
  if (idOf(target) === 0) ears.flush();
  while (target && idOf(target) === 0) target = target.parentNode ?? target.host;
  writePath();
  const [x, y] = place(event);
  const box = target?.getBoundingClientRect?.();
  const within = (/** @type {number} */ at, /** @type {number} */ size) =>
    size > 0 ? Math.min(1000, Math.max(0, Math.round((at / size) * 1000))) : 0;
  put(op.CLICK);
  put(timeOf(event));
  put(target ? idOf(target) : 0);
  put(x);
  put(y);
  put(kind);
  put(box ? within(event.clientX - box.left, box.width) : 0);
  put(box ? within(event.clientY - box.top, box.height) : 0);
  ears.dirty();
}

/** @param {any} event */
function moved(event) {
  // Fingers are told one by one (touch.js).
  if (event.pointerType === "touch" && "ontouchstart" in window) return;
  const time = timeOf(event);
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

/**
 * @param {Event} _event
 * @param {any} target
 */
function scrolled(_event, target) {
  noteScroll(target);
  ears.active();
  ears.dirty();
}

/** What scrolls. @param {any} target document or element */
const boxOf = (target) => (target.nodeType === 9 ? target.scrollingElement : target);

/**
 * @param {any} target document or element
 */
function noteScroll(target) {
  const box = boxOf(target);
  if (box) scrolls.set(target, [Math.round(box.scrollLeft), Math.round(box.scrollTop)]);
}

/**
 * @param {Event} _event
 * @param {any} target
 */
function changed(_event, target) {
  if (!typed(target)) return;
  ears.active();
  ears.dirty();
}

/**
 * @param {Event} event
 * @param {any} target
 */
function focused(event, target) {
  if (target && ignoresEvents(target)) return;
  if (target && idOf(target) === 0) ears.flush();
  put(op.FOCUS);
  put(timeOf(event));
  put(target ? idOf(target) : 0);
  ears.dirty();
}

/**
 * @param {Event} _event
 * @param {any} target
 */
function loaded(_event, target) {
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
      media(target);
      break;
    default:
      return;
  }
  ears.dirty();
}

/**
 * An image or video has a size of its own.
 * @param {any} found
 */
export function media(found) {
  const width = found.naturalWidth ?? found.videoWidth;
  const height = found.naturalHeight ?? found.videoHeight;
  if (width > 0 && height > 0) sizes.set(found, [width, height]);
}

/** Writes what came before the flush: it happened on the document as it was. */
export function before() {
  writePath();
}

/**
 * Writes what needs the nodes that the flush found.
 * @param {number} time
 */
export function after(time) {
  for (const [media, [width, height]] of sizes) {
    if (idOf(media) === 0) continue;
    put(op.NATURAL_SIZE);
    put(time);
    put(idOf(media));
    put(width);
    put(height);
  }
  for (const [target, [x, y]] of scrolls) {
    if (idOf(target) === 0) continue;
    put(op.SCROLL);
    put(time);
    put(idOf(target));
    put(x);
    put(y);
  }
  sizes.clear();
  scrolls.clear();
}

/** Elements may have been scrolled, and images have come, before this module did. */
function scan() {
  const deadline = performance.now() + SLICE_MS;
  const count = idCount();
  while (scanned < count && performance.now() < deadline) {
    for (const end = Math.min(count, scanned + 64); scanned < end; scanned++) {
      const node = nodeOf(scanned);
      const box = node && boxOf(node);
      if (box && (box.scrollTop || box.scrollLeft)) noteScroll(node);
      if (!wasHere && /^(img|video)$/.test(node?.localName)) media(node);
    }
  }
  if (scanned < count) {
    setTimeout(guarded(scan), SCAN_EVERY_MS);
    return;
  }
  wasHere = true;
  if (path.length > 0 || scrolls.size > 0 || sizes.size > 0 || hasWords()) ears.dirty();
}
