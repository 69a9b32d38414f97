// Canvases of each kind: drawn flat, drawn by WebGL in each frame, marked, tainted by another origin, empty.
// In: `paint(colour)`. Out: what they show. Never: knows that it is recorded.

const canvasOf = (/** @type {string} */ id) => /** @type {HTMLCanvasElement} */ (document.getElementById(id));
let colour = [1, 0, 0];
const gl = canvasOf("deep").getContext("webgl");

const flat = () => {
  const css = `rgb(${colour.map((part) => part * 255).join(" ")})`;
  for (const id of ["flat", "marked"]) {
    const context = canvasOf(id).getContext("2d");
    if (!context) continue;
    context.fillStyle = css;
    context.fillRect(0, 0, 200, 100);
  }
};
const deep = () => {
  gl?.clearColor(colour[2], colour[0], colour[1], 1);
  gl?.clear(gl.COLOR_BUFFER_BIT);
  requestAnimationFrame(deep);
};

/** @type {any} */ (window).paint = (/** @type {number[]} */ next) => {
  colour = next;
  flat();
};
/** @param {string} address of another origin */
/** @type {any} */ (window).taint = (/** @type {string} */ address) =>
  new Promise((done) => {
    const image = new Image();
    image.onload = () => {
      canvasOf("tainted").getContext("2d")?.drawImage(image, 0, 0, 50, 50);
      done(undefined);
    };
    image.src = address;
  });

flat();
deep();
