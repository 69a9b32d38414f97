// The wasm module without glue: its functions take and give numbers, bytes go through its memory.
// In: the answer that carries the module, compiled while it streams. Out: its functions, `seal` over bytes, and the body around frames.
// Where the page or the browser refuses WebAssembly: its twin, the same code as JavaScript (wasm2js, see xtask/src/wasm.rs).

/** @typedef {Awaited<ReturnType<typeof load>>} Module */

/** The first bytes of a body, see `shared::frame`. */
const BODY = [0x52, 0x56, 1];
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
    if (!remembered()) return (await WebAssembly.instantiateStreaming(answer)).instance.exports;
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
      const at = exports.transfer(page.length + payload.length);
      write(new Uint8Array(memory.buffer, at), [page, payload]);
      const length = exports.seal(seq, flags, epochMs, atMs);
      return new Uint8Array(memory.buffer, exports.sealed(), length).slice();
    },
  };
}

/**
 * A body for the intake.
 * @param {Uint8Array} recording 16 bytes
 * @param {Uint8Array} secret 16 bytes
 * @param {number} sentAtMs
 * @param {Uint8Array[]} frames sealed
 */
export function body(recording, secret, sentAtMs, frames) {
  const parts = [BODY, recording, secret, varint(sentAtMs), varint(frames.length), ...frames.flatMap((frame) => [varint(frame.length), frame])];
  const body = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  write(body, parts);
  return body;
}

/**
 * @param {Uint8Array} into
 * @param {ArrayLike<number>[]} parts one after the other
 */
function write(into, parts) {
  let at = 0;
  for (const part of parts) {
    into.set(part, at);
    at += part.length;
  }
}

/**
 * The low seven bits first, 0x80 says that more follow.
 * @param {number} number
 */
function varint(number) {
  const bytes = [];
  for (; number > 127; number = Math.floor(number / 128)) bytes.push((number % 128) | 128);
  return [...bytes, number];
}
