// Pictures of canvases, where the site asks for them (`record_canvas`): 2D and WebGL, at a bounded rate and size.
// In: the documents and shadow roots of the page. Out: a CANVAS record for each picture that differs from the one before.
// Never: changes a canvas or its context, reads one that is marked, hidden, or tainted by another origin, or says a word.

import { all } from "../late/ask.js";
import { guarded, idOf, isMarked, open as join, setTimeout } from "../late/seam.js";
import { MARK_BLOCK, MARK_MASK } from "../tap/ops.js";

/** Milliseconds between two looks, and between two pictures of one canvas at least. */
const LOOK_EVERY_MS = 500;
/** Longest side of a picture, in pixels. */
const SIDE_MAX = 640;
/** A bigger picture is made smaller. */
const BYTES_MAX = 24 << 10;
/** Bytes a second that all canvases of a page may take together. */
const BYTES_PER_SECOND = 20 << 10;
/** Canvases looked at in one go. */
const AT_ONCE = 4;
/** `shared::record::tag::CANVAS`. */
const CANVAS = 50;

/**
 * @typedef {object} Known
 * @property {number} hash of the picture sent last
 * @property {number} node its id then: a checkpoint gives it another
 * @property {number} scale
 * @property {boolean} refused its pixels may not be read
 */

/** @type {import("../late/seam.js").Ears | null} */
let ears = null;
/** @type {Set<any>} */
let roots = new Set();
/** @type {WeakMap<HTMLCanvasElement, Known>} */
let known = new WeakMap();
/** How many turns there were: what the last capture started is not gone on with. */
let turn = 0;
let next = 0;

/**
 * @param {import("../late/seam.js").Seam} seam
 * @returns {import("../late/late.js").Tap}
 */
export function start(seam) {
  join(seam);
  return {
    open(receiver) {
      ears = receiver;
      plan(++turn, LOOK_EVERY_MS);
    },
    root: (root) => void roots.add(root),
    gone: (root) => void roots.delete(root),
    close() {
      ears = null;
      roots = new Set();
      turn++;
    },
  };
}

/** @param {number} mine @param {number} wait */
const plan = (mine, wait) => setTimeout(guarded(() => void look(mine)), wait);

/** @param {number} mine */
async function look(mine) {
  if (mine !== turn || !ears) return;
  let bytes = 0;
  try {
    if (document.visibilityState === "visible") {
      // A WebGL picture is there only until it is shown: after the page's own drawing of this frame.
      await new Promise(requestAnimationFrame);
      bytes = await pictures(mine);
    }
  } catch {
    // Without pictures, then.
  }
  plan(mine, Math.max(LOOK_EVERY_MS, (bytes / BYTES_PER_SECOND) * 1000));
}

/** @param {number} mine */
async function pictures(mine) {
  const canvases = [...roots].flatMap((root) => all(root, "canvas")).filter(isWorthIt);
  if (next >= canvases.length) next = 0;
  const some = canvases.slice(next, next + AT_ONCE);
  next += AT_ONCE;
  const drawn = some.map(draw);
  let bytes = 0;
  for (const [index, picture] of drawn.entries()) {
    if (picture) bytes += await send(some[index], picture, mine);
  }
  return bytes;
}

/** @param {any} canvas */
function isWorthIt(canvas) {
  if (idOf(canvas) === 0 || !canvas.width || !canvas.height || known.get(canvas)?.refused || isMarked(canvas, MARK_MASK | MARK_BLOCK)) return false;
  const box = canvas.getBoundingClientRect();
  return box.width > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
}

/**
 * A copy, where the canvas shows something else than last time.
 * @param {HTMLCanvasElement} canvas
 * @returns {OffscreenCanvas | undefined}
 */
function draw(canvas) {
  const last = known.get(canvas) ?? { hash: 0, node: 0, scale: 1, refused: false };
  known.set(canvas, last);
  const scale = last.scale * Math.min(1, SIDE_MAX / Math.max(canvas.width, canvas.height));
  const copy = new OffscreenCanvas(Math.max(1, Math.round(canvas.width * scale)), Math.max(1, Math.round(canvas.height * scale)));
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (copy.getContext("2d", { willReadFrequently: true }));
  try {
    context.drawImage(canvas, 0, 0, copy.width, copy.height);
    const hash = hashOf(context.getImageData(0, 0, copy.width, copy.height).data);
    const node = idOf(canvas);
    // Nothing drawn yet, or a WebGL picture that is gone already.
    if (hash === 0 || (hash === last.hash && node === last.node)) return;
    Object.assign(last, { hash, node });
    return copy;
  } catch {
    last.refused = true;
  }
}

/**
 * @param {Uint8ClampedArray} pixels
 * @returns {number} 0 when nothing is drawn
 */
function hashOf(pixels) {
  const words = new Uint32Array(pixels.buffer);
  let hash = 0x811c9dc5;
  let seen = 0;
  for (let at = 0; at < words.length; at++) {
    hash = Math.imul(hash ^ words[at], 0x01000193);
    seen |= words[at];
  }
  return seen === 0 ? 0 : hash | 1;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {OffscreenCanvas} copy
 * @param {number} mine
 * @returns {Promise<number>} bytes sent
 */
async function send(canvas, copy, mine) {
  const at = ears?.now() ?? 0;
  const blob = await copy.convertToBlob({ type: "image/webp", quality: 0.6 });
  const picture = new Uint8Array(await blob.arrayBuffer());
  const last = known.get(canvas);
  // The page may have gone on, or another capture begun.
  if (mine !== turn || !ears || !last || idOf(canvas) !== last.node) return 0;
  if (picture.length > BYTES_MAX) {
    last.scale *= 0.7;
    last.hash = 0;
    return 0;
  }
  const body = [...number(0), ...number(last.node), ...number(copy.width), ...number(copy.height), ...number(picture.length), ...picture];
  ears.emit(Uint8Array.from([...number(CANVAS), ...number(body.length), ...body]), at);
  return picture.length;
}

/** As postcard writes it. @param {number} value */
function number(value) {
  const bytes = [];
  for (; value >= 128; value >>>= 7) bytes.push((value & 127) | 128);
  bytes.push(value);
  return bytes;
}
