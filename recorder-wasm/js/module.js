// The wasm module without glue: its functions take and give numbers, bytes go through its memory.
// In: the answer that carries the module, compiled while it streams. Out: its functions, and `seal` and `body` over bytes.
// Where the page or the browser refuses WebAssembly: its twin, the same code as JavaScript (wasm2js, see xtask/src/wasm.rs).

/** @typedef {Awaited<ReturnType<typeof load>>} Module */

/** The refusal is remembered for the tab: each one is a report to whoever wrote the page's policy. */
const REFUSED = "rv:js";

/** @param {number} [refused] */
const remembered = (refused) => {
  try {
    return refused ? (sessionStorage[REFUSED] = refused) : sessionStorage[REFUSED];
  } catch {
    // Blocked: refused on each page.
  }
};

/**
 * @param {Response | Promise<Response>} answer
 * @returns {Promise<any>} the exports
 */
async function instantiate(answer) {
  try {
    if (!remembered()) return (await WebAssembly.instantiateStreaming(answer, { "./recorder_bg.js": {} })).instance.exports;
  } catch (problem) {
    // No answer, or one of another type.
    if (problem instanceof TypeError) throw problem;
    remembered(1);
  }
  return import("./twin.js");
}

/** @param {Response | Promise<Response>} answer */
export async function load(answer) {
  const exports = await instantiate(answer);
  /** @type {WebAssembly.Memory} */
  const memory = exports.memory;

  /** @param {Uint8Array[]} parts */
  const give = (parts) => {
    let at = exports.transfer(parts.reduce((sum, part) => sum + part.length, 0));
    for (const part of parts) {
      new Uint8Array(memory.buffer, at).set(part);
      at += part.length;
    }
  };
  const taken = (/** @type {number} */ length) =>
    new Uint8Array(memory.buffer, exports.transfer_at(), length).slice();

  return {
    exports,
    memory,
    /**
     * One sealed frame.
     * @param {Uint8Array} page 8 bytes
     * @param {number} seq
     * @param {number} flags
     * @param {number} epochMs
     * @param {number} atMs
     * @param {Uint8Array} payload
     */
    seal(page, seq, flags, epochMs, atMs, payload) {
      give([page, payload]);
      return taken(exports.seal(seq, flags, epochMs, atMs));
    },
    /**
     * A body for the intake.
     * @param {Uint8Array} recording 16 bytes
     * @param {Uint8Array} secret 16 bytes
     * @param {number} sentAtMs
     * @param {Uint8Array[]} frames sealed
     */
    body(recording, secret, sentAtMs, frames) {
      give([recording, secret, ...frames.flatMap((frame) => [length(frame), frame])]);
      return taken(exports.body(sentAtMs));
    },
  };
}

/** @param {Uint8Array} frame */
const length = (frame) => new Uint8Array(new Uint32Array([frame.length]).buffer);
