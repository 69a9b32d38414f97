// Looks for planted personal data in bytes, in every dress that it could wear.
// In: bytes and the canaries. Out: what was found. Never: is fooled by UTF-16, percent signs, base64 or spaces between digits.

/**
 * @param {string} text
 * @returns {Buffer[]} the byte forms that would give it away
 */
function dresses(text) {
  const forms = [
    Buffer.from(text, "utf8"),
    Buffer.from(text, "utf16le"),
    Buffer.from(encodeURIComponent(text), "utf8"),
    Buffer.from(JSON.stringify(text).slice(1, -1), "utf8"),
  ];
  // Base64 of the text at each of the three alignments, without the characters that its neighbours share.
  for (let shift = 0; shift < 3; shift += 1) {
    const padded = Buffer.concat([Buffer.alloc(shift), Buffer.from(text, "utf8")]);
    const whole = padded.toString("base64").replace(/=+$/, "");
    const from = Math.ceil((shift * 8) / 6);
    const to = Math.floor((padded.length * 8) / 6);
    forms.push(Buffer.from(whole.slice(from, to), "latin1"));
  }
  return forms;
}

/**
 * @param {Buffer} bytes
 * @param {Record<string, string>} canaries by name
 * @returns {string[]} names of those that are in there
 */
export function findCanaries(bytes, canaries) {
  const lower = Buffer.from(bytes.toString("latin1").toLowerCase(), "latin1");
  /** @type {string | undefined} */
  let digits;
  return Object.entries(canaries)
    .filter(([, text]) => {
      if (dresses(text).some((form) => bytes.includes(form))) return true;
      if (lower.includes(Buffer.from(text.toLowerCase(), "utf8"))) return true;
      const number = text.replace(/\D/g, "");
      if (number.length < 9 || /[a-z]/i.test(text)) return false;
      digits ??= bytes.toString("latin1").replace(/[\s().+/-]/g, "");
      return digits.includes(number);
    })
    .map(([name]) => name);
}
