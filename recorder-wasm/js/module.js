// The wasm module without glue: its functions take and give numbers, bytes go through its memory.
// In: the answer that carries the module, compiled while it streams. Out: its functions, and `seal` and `body` over bytes.

/** @typedef {Awaited<ReturnType<typeof load>>} Module */

/** @param {Response | Promise<Response>} answer */
export async function load(answer) {
  const { instance } = await WebAssembly.instantiateStreaming(answer, { "./recorder_bg.js": {} });
  const exports = /** @type {any} */ (instance.exports);
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
