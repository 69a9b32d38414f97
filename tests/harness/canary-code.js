// Canaries by the thousand: each has a mark in letters and one in digits, so that one pass over bytes finds them all.
// In: a number; bytes. Out: the marks; the numbers of all marks that are in the bytes, in whatever dress.
// Never: is fooled by upper case, UTF-16, percent signs, base64, digits of other scripts, or separators between digits.

const LETTERS = "bcdfghjklmnprstvwy";
const WORD = /qzx([bcdfghjklmnprstvwy]{5})/g;
const DIGITS_OF_INDEX = "123456789";
const NUMBER = /7531([1-9]{6})([1-9])/g;

/**
 * @param {number} value
 * @param {string} alphabet
 * @param {number} length
 */
function code(value, alphabet, length) {
  let text = "";
  for (let rest = value; text.length < length; rest = Math.floor(rest / alphabet.length)) text = alphabet[rest % alphabet.length] + text;
  return text;
}

/**
 * @param {string} text
 * @param {string} alphabet
 */
const decode = (text, alphabet) => [...text].reduce((value, letter) => value * alphabet.length + alphabet.indexOf(letter), 0);

/** @param {number} index */
export const word = (index) => `qzx${code(index, LETTERS, 5)}`;
/**
 * One more digit, so that digits of two numbers that happen to stand beside each other are not taken for a third.
 * @param {string} digits
 */
const check = (digits) => DIGITS_OF_INDEX[[1, 2, 4, 5, 7, 8].reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0) % 9];

/** @param {number} index eleven digits without a zero, which is what masks leave */
export const number = (index) => {
  const digits = code(index, DIGITS_OF_INDEX, 6);
  return `7531${digits}${check(digits)}`;
};

/** ASCII digits by the digits of every script. @type {Map<string, string>} */
const DIGITS = new Map();
for (let point = 0x660, run = 0; point < 0x20000; point += 1) {
  const letter = String.fromCodePoint(point);
  if (/\p{Nd}/u.test(letter)) DIGITS.set(letter, String(run++ % 10));
  else run = 0;
}

/** @param {string} text */
function* dresses(text) {
  yield text;
  yield text.replaceAll("\0", "");
  yield text.replace(/%(?:25)*([0-9a-f]{2})/gi, (_, pair) => String.fromCharCode(parseInt(pair, 16)));
  yield text.replace(/\\u00([0-9a-f]{2})/gi, (_, pair) => String.fromCharCode(parseInt(pair, 16)));
  const decoded = [];
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{12,}/g)) {
    for (let shift = 0; shift < 4; shift += 1) decoded.push(Buffer.from(run.slice(shift), "base64").toString("latin1"));
  }
  yield decoded.join("\n");
}

/**
 * @param {Buffer} bytes
 * @returns {Set<number>} a number for each mark in letters, its negative for each in digits
 */
export function marksIn(bytes) {
  /** @type {Set<number>} */
  const found = new Set();
  for (const dress of dresses(bytes.toString("latin1"))) {
    for (const [, letters = ""] of dress.toLowerCase().matchAll(WORD)) found.add(decode(letters, LETTERS));
  }
  const digits = bytes.toString("utf8").replace(/[^\x00-\x7f]/gu, (letter) => DIGITS.get(letter) ?? letter);
  for (const dress of dresses(digits)) {
    for (const [, rest = "", last] of dress.replace(/[\s().+/\u00a0-]/g, "").matchAll(NUMBER)) {
      if (last === check(rest)) found.add(-decode(rest, DIGITS_OF_INDEX));
    }
  }
  return found;
}
