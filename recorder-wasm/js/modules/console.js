// Errors and warnings that the page writes on its console, where the site asks for them (`record_console`).
// In: calls of console.error and console.warn. Out: CONSOLE records, their text masked like all text of the page.
// Never: writes a line itself, reads into objects (a getter of the page could run), or keeps the page from its console.

import * as op from "../tap/ops.js";
import { open as join, put, putText, wrapMethod } from "../late/seam.js";

/** Characters of one line, and lines of one page. */
const TEXT_MAX = 500, LINES_MAX = 200;
/** Methods by the record's level. */
const LEVELS = /** @type {const} */ (["error", "warn"]);

/** @type {(() => void)[]} */
let undo = [];
let lines = 0;

/**
 * @param {import("../late/seam.js").Seam} seam
 * @returns {import("../late/late.js").Tap}
 */
export function start(seam) {
  join(seam);
  return {
    open(ears) {
      lines = 0;
      undo = LEVELS.map((name, level) =>
        wrapMethod(console, name, (_console, args) => {
          if (++lines > LINES_MAX) return;
          const text = args.slice(0, 10).map(wordOf).join(" ").slice(0, TEXT_MAX);
          put(op.CONSOLE);
          put(ears.now());
          put(level);
          putText(text);
          ears.dirty();
        }),
      );
    },
    close() {
      undo.forEach((give) => give());
      undo = [];
    },
  };
}

/** @param {unknown} value */
function wordOf(value) {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return String(value);
  try {
    if (value instanceof Error) return `${value.name}: ${value.message}`;
  } catch {
    // An error of the page's own making.
  }
  return typeof value;
}
