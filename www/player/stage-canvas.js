// @ts-check
// What a canvas showed. In: a canvas on the stage and a picture file. Out: the picture stretched over the canvas, as soon as
// the browser has decoded it. Never: loads anything, or paints an older picture over a newer one.

/** @type {WeakMap<Element, object>} the picture that each canvas waits for */
const latest = new WeakMap();

/** @param {Element} element @param {Uint8Array<ArrayBuffer>} picture */
export async function paintCanvas(element, picture) {
  const mine = {};
  latest.set(element, mine);
  const canvas = /** @type {HTMLCanvasElement} */ (element);
  if (canvas.localName !== "canvas") return;
  try {
    const bitmap = await createImageBitmap(new Blob([picture]));
    if (latest.get(element) !== mine) return;
    const context = canvas.getContext("2d");
    context?.clearRect(0, 0, canvas.width, canvas.height);
    context?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  } catch {
    // Not a picture: the canvas stays empty.
  }
}
