// Opens what the recorder sent, far enough to search it.
// In: a body as POSTed to the intake, a file of the data folder. Out: the frames' payloads, inflated, and the strings in them. Never: trusts a length without checking it.

import { inflateRawSync } from "node:zlib";

const DEFLATE = 1;
/** Tags of shared/src/record.rs. */
const CHECKPOINT = 3;
const PHRASES = 40;

/** @param {Buffer} bytes */
function reader(bytes) {
  let at = 0;
  return {
    get left() { return bytes.length - at; },
    take(/** @type {number} */ count) {
      if (at + count > bytes.length) throw new Error("cut short");
      const part = bytes.subarray(at, at + count);
      at += count;
      return part;
    },
    number() {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = this.take(1)[0] ?? 0;
        value += (byte & 127) * scale;
        if (byte < 128) return value;
      }
    },
  };
}

/** @param {Buffer} bytes one frame, as in shared/src/frame.rs */
function openFrame(bytes) {
  const from = reader(bytes);
  const version = from.take(1)[0];
  if (version !== 1) throw new Error(`a frame of version ${version}`);
  const page = from.take(8).toString("hex");
  const seq = from.number();
  const flags = from.take(1)[0] ?? 0;
  from.number(); // epoch
  from.number(); // at
  from.number(); // checksum
  const sent = from.take(from.number());
  if (from.left) throw new Error("a frame has bytes left over");
  const payload = flags & DEFLATE ? inflateRawSync(sent) : sent;
  return { page, seq, flags, payload, text: Buffer.from(strings(payload)) };
}

/**
 * The layout is that of shared/src/frame.rs.
 * @param {Buffer} body
 * @returns {{recording: string, secret: Buffer, sentAt: number, frames: {page: string, seq: number, flags: number, payload: Buffer, text: Buffer}[]}}
 */
export function openBody(body) {
  const from = reader(body);
  if (from.take(3).toString("latin1") !== "RV\x01") throw new Error("not a body of version 1");
  const recording = from.take(16).toString("hex");
  const secret = Buffer.from(from.take(16));
  const sentAt = from.number();
  const frames = [];
  for (let count = from.number(); count > 0; count -= 1) frames.push(openFrame(from.take(from.number())));
  if (from.left) throw new Error("the body has bytes left over");
  return { recording, secret, sentAt, frames };
}

/**
 * A file of the data folder with everything in it that is compressed; see collector/src/log/chunk.rs, shared/src/recording.rs.
 * @param {Buffer} file
 */
export function openFile(file) {
  const from = reader(file);
  const parts = [file];
  const magic = file.subarray(0, 4).toString("latin1");
  if (magic === "RVC\x01") {
    from.take(4);
    while (from.left) {
      from.take(16);
      const { payload, text } = openFrame(from.take(from.take(4).readUInt32LE()));
      parts.push(payload, text);
    }
  } else if (magic === "RVR\x01") {
    from.take(4 + 16);
    from.number(); // when it started
    for (let pages = from.number(); pages > 0; pages -= 1) {
      from.take(8);
      from.number(); // its offset
      parts.push(inflateRawSync(from.take(from.number())));
    }
  }
  return Buffer.concat(parts);
}

/**
 * Every string of a payload, one a line: its words put together as shared/src/phrases.rs says.
 * @param {Buffer} payload
 */
function strings(payload) {
  let at = 0;
  const number = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = payload[at++];
      if (byte === undefined) throw new Error("the payload is cut short");
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  /** @type {string[]} */
  const lines = [];
  /** @type {string[]} */
  let known = [];
  while (at < payload.length) {
    const tag = number();
    const length = number();
    const end = at + length;
    if (tag === CHECKPOINT) known = [];
    if (tag !== PHRASES) at = end;
    else number(); // of the first string
    while (at < end) {
      at++; // its kind
      const words = [];
      for (let word = number(); word !== 0; word = number()) {
        if (word > 1) words.push(known[word - 2] ?? "");
        else {
          const length = number();
          const spelled = payload.toString("utf8", at, (at += length)).split(" ");
          words.push(...spelled);
          known.push(...spelled.filter((word) => Buffer.byteLength(word) <= 32));
        }
      }
      lines.push(words.join(" "));
    }
  }
  return lines.join("\n");
}
