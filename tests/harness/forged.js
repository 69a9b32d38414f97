// Bodies that no recorder would send: whoever has a site's key can write them.
// In: a page as a small tree, and more records. Out: bytes for the intake, in the layout of shared/src/{frame,record,dom,strings}.rs.
// Never: masks or checks anything.

import { randomBytes } from "node:crypto";

/** Tags of records, as in shared/src/record.rs. */
const [HELLO, STRINGS, CHECKPOINT, DOM, CHECKPOINT_END, NAVIGATE, END, SHEET, RULE, EVENT, TAG, ERROR] = [1, 2, 3, 4, 5, 13, 14, 15, 16, 18, 19, 22];
/** Kinds of strings, as in shared/src/strings.rs. */
const KINDS = { name: 0, text: 1, attribute: 2, url: 3, css: 4 };
const ENDED = 4;

/**
 * @typedef {object} Forged an element, or a text
 * @property {string} [tag]
 * @property {number} [namespace] 0 HTML, 1 SVG, 2 MathML
 * @property {Record<string, string>} [attributes]
 * @property {(Forged | string)[]} [children]
 * @property {"shadow" | "document"} [inside] what the children are put into
 */

/** @param {number | bigint} value */
function varint(value) {
  const bytes = [];
  let rest = BigInt(value);
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

const zigzag = (/** @type {number} */ value) => varint(value < 0 ? -2 * value - 1 : 2 * value);

/** CRC-32C. @param {Buffer} bytes */
function checksum(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** @param {number} tag @param {...Buffer} body */
function record(tag, ...body) {
  const bytes = Buffer.concat(body);
  return Buffer.concat([varint(tag), varint(bytes.length), bytes]);
}

/** The page's dictionary: number 0 is the empty string. */
class Dictionary {
  constructor() {
    /** @type {Buffer[]} */
    this.pieces = [];
  }

  /** @param {keyof typeof KINDS} kind @param {string} text @returns {Buffer} its number */
  add(kind, text) {
    const bytes = Buffer.from(text, "utf8");
    this.pieces.push(Buffer.concat([Buffer.from([KINDS[kind]]), varint(bytes.length), bytes]));
    return varint(this.pieces.length);
  }

  get record() {
    return record(STRINGS, varint(1), varint(this.pieces.length), ...this.pieces);
  }
}

/** @param {Forged} tree @param {Dictionary} strings */
function dom(tree, strings) {
  let [nodes, shapes] = [0, 0];
  /** @param {Forged | string} node @returns {Buffer} */
  const token = (node) => {
    nodes += 1;
    if (typeof node === "string") return Buffer.concat([token_(1, strings.add("text", node))]);
    const attributes = Object.entries(node.attributes ?? {}).map(([name, value]) => {
      const kind = name === "style" ? "css" : /^(?:https?|javascript|data|vbscript):|^\//i.test(value) ? "url" : "attribute";
      return Buffer.concat([strings.add("name", name), strings.add(kind, value)]);
    });
    const shape = Buffer.concat([varint((shapes++) << 3), Buffer.from([node.namespace ?? 0]), strings.add("name", node.tag ?? "div"), varint(attributes.length), ...attributes]);
    const host = node.inside ? [varint(node.inside === "shadow" ? 3 : 4)] : [];
    nodes += host.length;
    const isCss = node.tag === "style";
    const children = (node.children ?? []).map((child) => {
      if (!isCss || typeof child !== "string") return token(child);
      nodes += 1;
      return token_(1, strings.add("css", child));
    });
    return Buffer.concat([shape, ...host, ...children, ...host.map(() => varint(13)), varint(13)]);
  };
  const tokens = token(tree);
  return record(DOM, varint(0), varint(1), zigzag(2), varint(nodes), varint(1), zigzag(1), varint(3), tokens, varint(13), varint(0), varint(0), varint(0));
}

/** @param {number} kind @param {Buffer} number of a string */
function token_(kind, number) {
  const value = number.reduceRight((whole, byte) => whole * 128 + (byte & 127), 0);
  return varint(value * 8 + kind);
}

/**
 * One visit to one page, from its first record to its last.
 * @param {{url: string, title: string, tree: Forged, sheets?: string[], rules?: string[], events?: string[], tags?: string[], errors?: string[], navigations?: string[]}} page
 * @returns {{id: string, body: Buffer}}
 */
export function forgedVisit({ url, title, tree, sheets = [], rules = [], events = [], tags = [], errors = [], navigations = [] }) {
  const strings = new Dictionary();
  const zero = varint(0);
  const late = varint(400);
  const numbers = [1280, 720, 1280, 720, 100].map(varint);
  const named = strings.add("text", title);
  const hello = record(HELLO, zero, strings.add("url", url), strings.add("url", url), named, strings.add("text", title), ...numbers, zero, zero, zero);
  const built = dom(tree, strings);
  const more = [
    ...sheets.map((text, at) => record(SHEET, late, zero, varint(at + 1), strings.add("css", text))),
    // The adopted list would show them; an owner does it without one: the second node is the root element.
    ...sheets.map((text) => record(SHEET, late, varint(2), zero, strings.add("css", text))),
    ...rules.map((text) => record(RULE, late, varint(2), zero, zero, varint(1), strings.add("css", text))),
    ...events.map((text) => record(EVENT, late, strings.add("text", text), varint(1), strings.add("text", text), strings.add("text", text))),
    ...tags.map((text) => record(TAG, late, strings.add("text", text), strings.add("text", text))),
    ...errors.map((text) => record(ERROR, late, strings.add("text", text))),
    ...navigations.map((to) => record(NAVIGATE, late, strings.add("url", to), strings.add("text", title))),
  ];
  const start = record(CHECKPOINT, zero);
  const records = Buffer.concat([start, strings.record, hello, built, record(CHECKPOINT_END, zero), ...more, record(END, varint(900), zero)]);
  const [id, secret, page] = [randomBytes(16), randomBytes(16), randomBytes(8)];
  const now = BigInt(Date.now());
  const epoch = Buffer.alloc(8);
  epoch.writeBigUInt64LE(now);
  // Version, flags, page, then seq, epoch and time at their full width.
  const crc = checksum(Buffer.concat([Buffer.from([1, 2 | ENDED | 8]), page, Buffer.alloc(4), epoch, Buffer.alloc(4), records]));
  const frame = Buffer.concat([Buffer.from([1]), page, zero, Buffer.from([2 | ENDED | 8]), varint(now), zero, varint(crc), varint(records.length), records]);
  const body = Buffer.concat([Buffer.from("RV\x01", "latin1"), id, secret, varint(now), varint(1), varint(frame.length), frame]);
  return { id: id.toString("hex"), body };
}
