// @ts-check
// Looks that replay adds to single elements: the size of a picture that is not loaded, the hatch of what was never read
// or is masked, the part of a `style` that loads nothing. As paused animations, which leave no trace in the page's DOM.

/** @type {WeakMap<Element, Map<string, Animation>>} */
const painted = new WeakMap();

const HATCH = "repeating-linear-gradient(-45deg, rgb(110 120 130 / .3) 0 6px, rgb(110 120 130 / .12) 6px 12px)";
const FIELD_HATCH = "repeating-linear-gradient(-45deg, rgb(15 110 110 / .22) 0 4px, transparent 4px 9px)";

/** @param {Element} element @param {string} why each reason has one look @param {Keyframe | null} look */
function paint(element, why, look) {
  const looks = painted.get(element) ?? new Map();
  looks.get(why)?.cancel();
  looks.delete(why);
  if (look) {
    const animation = element.animate([look, look], { duration: 1, fill: "both" });
    animation.pause();
    looks.set(why, animation);
    painted.set(element, looks);
  }
}

/** @param {number} width @param {number} height */
function placeholder(width, height) {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" preserveAspectRatio="none">` +
    `<defs><pattern id="h" width="12" height="12" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">` +
    `<rect width="12" height="12" fill="#e7eaec"/><rect width="6" height="12" fill="#dde1e4"/></pattern></defs>` +
    `<rect width="100%" height="100%" fill="url(#h)"/></svg>`;
  return `url("data:image/svg+xml,${encodeURIComponent(svg)}")`;
}

/** A picture or video with the size it gave itself. @param {Element} element @param {number} width @param {number} height */
export function paintPicture(element, width, height) {
  if (width <= 0 || height <= 0) return;
  const isVideo = element.localName === "video";
  paint(element, "picture", isVideo ? { aspectRatio: `${width} / ${height}`, backgroundImage: HATCH } : { content: placeholder(width, height) });
}

/** The place of something that was never read. @param {Element} element @param {number} width @param {number} height */
export function paintBlocked(element, width, height) {
  const size = { width: `${width}px`, height: `${height}px`, minWidth: "0", minHeight: "0", maxWidth: "none", maxHeight: "none", boxSizing: "border-box" };
  if (element.localName === "img") {
    paint(element, "blocked", { ...size, content: placeholder(width, height) });
    return;
  }
  const display = element.ownerDocument.defaultView?.getComputedStyle(element).display;
  const block = display === "inline" && width > 0 ? { display: "inline-block" } : {};
  paint(element, "blocked", { ...size, ...block, backgroundImage: HATCH });
}

/** An element that fills the screen. @param {Element} element @param {boolean} isFull */
export function paintFullscreen(element, isFull) {
  const look = { position: "fixed", top: "0", left: "0", width: "100%", height: "100%", maxWidth: "100%", maxHeight: "100%", margin: "0", boxSizing: "border-box", zIndex: "2147483647" };
  paint(element, "fullscreen", isFull ? look : null);
}

/** A field whose value is masked, or no longer. @param {Element} element @param {boolean} isMasked */
export function paintField(element, isMasked) {
  paint(element, "field", isMasked ? { backgroundImage: FIELD_HATCH } : null);
}

/** Declarations as if they stood in the element's `style`. @param {Element} element @param {string} text nothing takes them away */
export function paintInline(element, text) {
  if (text === "") {
    if (painted.has(element)) paint(element, "inline", null);
    return;
  }
  const { style } = document.createElement("i");
  style.cssText = text;
  /** @type {Keyframe} */
  const look = {};
  for (const property of style) {
    const name = property.startsWith("--") ? property : property.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
    look[name === "float" ? "cssFloat" : name] = style.getPropertyValue(property);
  }
  paint(element, "inline", look);
}
