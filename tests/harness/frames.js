// Opens what the recorder sent, far enough to search it.
// In: a body as POSTed to the intake. Out: the frames' payloads, inflated. Never: trusts a length without checking it.

import { inflateRawSync } from "node:zlib";

const DEFLATE = 1;

/**
 * The layout is that of shared/src/frame.rs.
 * @param {Buffer} body
 * @returns {{recording: string, secret: Buffer, frames: {page: string, seq: number, flags: number, payload: Buffer}[]}}
 */
export function openBody(body) {
  let at = 0;
  const bytes = (/** @type {number} */ count) => {
    if (at + count > body.length) throw new Error("the body is cut short");
    const part = body.subarray(at, at + count);
    at += count;
    return part;
  };
  const number = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes(1)[0] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  if (bytes(3).toString("latin1") !== "RV\x01") throw new Error("not a body of version 1");
  const recording = bytes(16).toString("hex");
  const secret = Buffer.from(bytes(16));
  number(); // when it was sent
  const count = number();
  const frames = [];
  for (let index = 0; index < count; index += 1) {
    const end = number() + at;
    const version = bytes(1)[0];
    if (version !== 1) throw new Error(`a frame of version ${version}`);
    const page = bytes(8).toString("hex");
    const seq = number();
    const flags = bytes(1)[0] ?? 0;
    number(); // epoch
    number(); // at
    number(); // checksum
    const sent = bytes(number());
    if (at !== end) throw new Error("a frame has bytes left over");
    frames.push({ page, seq, flags, payload: flags & DEFLATE ? inflateRawSync(sent) : sent });
  }
  if (at !== body.length) throw new Error("the body has bytes left over");
  return { recording, secret, frames };
}
