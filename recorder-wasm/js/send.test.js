// Send: what reaches the collector, how often it is tried, and what each answer leads to. fetch, the clock and the wasm
// module's sealing are fakes: a "sealed" frame is its facts as JSON, a body a JSON list of frames.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { backoff, createSender } from "./send.js";

const [DEFLATE, END, ACTIVE] = [1, 4, 8];
const [text, read] = [new TextEncoder(), new TextDecoder()];

/** Lets everything that waits for nothing but promises happen. */
const settle = () => new Promise((done) => setImmediate(() => setImmediate(done)));

/** @typedef {{seq: number, flags: number, page: string, payload: string}} Sent */

/** @param {(attempt: number) => number | "hang"} answers status of each request, 0 for none */
function fixture(answers = () => 204) {
  const log = {
    /** @type {{frames: Sent[], keepalive: boolean, bytes: string, options: RequestInit}[]} */
    requests: [],
    /** @type {unknown[][]} */
    refused: [],
    lost: 0,
    /** @type {{run: () => void, wait: number}[]} */
    timers: [],
    /** @type {Record<string, string>} */
    headers: {},
  };
  const sender = createSender({
    url: "https://collector/v1/frames?k=key",
    async fetch(_url, options) {
      const bytes = read.decode(/** @type {any} */ (options.body));
      log.requests.push({ frames: JSON.parse(bytes), keepalive: !!options.keepalive, bytes, options });
      const status = answers(log.requests.length);
      if (status == "hang") return new Promise(() => {});
      await undefined;
      if (!status) throw new TypeError("no network");
      return new Response(status == 204 ? null : "", { status, headers: log.headers });
    },
    setTimeout: (run, wait) => log.timers.push({ run, wait }),
    clearTimeout() {},
    offline: () => false,
    seal(page, seq, flags, _epochMs, _at, payload) {
      return text.encode(JSON.stringify({ page: String(page), seq, flags, payload: flags & DEFLATE ? inflateRawSync(payload).toString() : read.decode(payload) }));
    },
    body: (_recording, _secret, _sentAt, frames) => text.encode(`[${frames.map((frame) => read.decode(frame)).join()}]`),
    refused: (...all) => log.refused.push(all),
    lost: () => log.lost++,
  });
  /** @type {any} */
  const visit = { id: "r", recording: new Uint8Array(16), secret: new Uint8Array(16) };
  const page = { visit, id: Uint8Array.of(1), name: "01", seq: 0, epochMs: 0 };
  /** @param {string} records @param {{flags?: number, leaving?: boolean}} [how] */
  const push = (records, { flags = 0, leaving = false } = {}) => sender.push(page, { records: text.encode(records), at: 0, flags }, leaving);
  const seqs = () => log.requests.map(({ frames }) => frames.map(({ seq }) => seq));
  return { log, sender, push, page, seqs };
}

test("frames of one moment share a body, and one body is in flight at a time", async () => {
  const { push, seqs, log } = fixture(() => "hang");
  push("a");
  push("b");
  await settle();
  push("c");
  await settle();
  assert.deepEqual(seqs(), [[0, 1]]);
  const { mode = "cors", credentials, referrerPolicy, headers, method } = /** @type {any} */ (log.requests[0]?.options);
  assert.deepEqual({ mode, credentials, referrerPolicy, method, ...headers }, { mode: "cors", credentials: "omit", referrerPolicy: "no-referrer", method: "POST", "content-type": "text/plain" });
});

test("what is acknowledged is not sent again", async () => {
  const { push, seqs } = fixture();
  push("a");
  await settle();
  push("b");
  await settle();
  assert.deepEqual(seqs(), [[0], [1]]);
});

test("what comes while a body is in flight is not taken for sent", async () => {
  const { push, seqs } = fixture();
  push("a");
  await undefined;
  await undefined;
  assert.deepEqual(seqs(), [[0]]);
  push("b");
  await settle();
  assert.deepEqual(seqs(), [[0], [1]]);
});

test("big payloads are deflated, small ones and last ones are not", async () => {
  const { push, log } = fixture();
  const big = "abc".repeat(2000);
  push(big);
  push("small");
  await new Promise((done) => setTimeout(done, 30));
  push(big, { leaving: true });
  await settle();
  const frames = log.requests.flatMap((request) => request.frames);
  assert.deepEqual(frames.map(({ flags }) => flags), [DEFLATE, 0, 0]);
  assert.deepEqual(frames.map(({ payload }) => payload), [big, "small", big]);
});

test("the same bytes are tried again, later each time, ten times in all", async () => {
  const { push, log } = fixture(() => 503);
  push("a");
  for (let attempt = 1; attempt <= 12; attempt++) {
    await settle();
    log.timers.at(-1)?.run();
  }
  assert.equal(log.requests.length, 10);
  assert.equal(new Set(log.requests.map(({ bytes }) => bytes)).size, 1);
  assert.equal(log.timers.length, 9);
  const waits = log.timers.map(({ wait }) => wait);
  waits.forEach((wait, index) => assert.ok(wait >= 1000 * 2 ** index && wait <= 2000 * 2 ** index, String(waits)));
  assert.deepEqual(log.refused.map(([status]) => status), [0]);
});

test("waits are between 1 s and 5 min", () => {
  assert.equal(backoff(1, 0), 1000);
  assert.equal(backoff(3, 0.5), 6000);
  assert.equal(backoff(10, 0.99), 300_000);
});

test("Retry-After is honoured", async () => {
  const { push, log } = fixture(() => 429);
  log.headers = { "retry-after": "40" };
  push("a");
  await settle();
  assert.equal(log.timers[0]?.wait, 40_000);
});

test("a network error, 408, 429 and 5xx are tried again; success starts counting anew", async () => {
  const { push, seqs, log } = fixture((attempt) => /** @type {number} */ ([0, 408, 429, 500, 503][attempt - 1] ?? 204));
  push("a");
  for (let attempt = 1; attempt <= 6; attempt++) {
    await settle();
    log.timers.at(-1)?.run();
  }
  assert.deepEqual(seqs(), [[0], [0], [0], [0], [0], [0]]);
  assert.deepEqual(log.refused, []);
});

test("being online again ends a wait", async () => {
  const { push, sender, seqs } = fixture((attempt) => (attempt == 1 ? 0 : 204));
  push("a");
  await settle();
  sender.wake();
  await settle();
  assert.deepEqual(seqs(), [[0], [0]]);
});

for (const status of [400, 413]) {
  test(`${status} drops the body and asks for a checkpoint, but not for ever`, async () => {
    const { push, seqs, log } = fixture(() => status);
    for (let count = 0; count < 6; count++) {
      push("a");
      await settle();
    }
    assert.deepEqual(seqs(), [[0], [1], [2], [3], [4], [5]]);
    assert.equal(log.lost, 5);
    assert.deepEqual(log.refused.map(([code]) => code), [0]);
  });
}

for (const status of [402, 403, 404, 409, 410]) {
  test(`${status} gives everything of the recording up`, async () => {
    const { push, sender, log, page } = fixture(() => status);
    push("a");
    await settle();
    push("after", { flags: END });
    assert.deepEqual(log.refused, [[status, page, false]]);
    await sender.flush();
    assert.equal(log.requests.length, 1, "not even its last frame");
  });
}

test("a refusal tells whether the visitor was active", async () => {
  const { push, log, page } = fixture(() => 409);
  push("a");
  push("b", { flags: ACTIVE });
  await settle();
  assert.deepEqual(log.refused, [[409, page, true]]);
});

test("flush waits for what was there, not for what comes later", async () => {
  const { push, sender } = fixture((attempt) => (attempt == 1 ? 204 : "hang"));
  push("a");
  const flushed = sender.flush();
  await settle();
  push("b");
  await flushed;
  let done = false;
  sender.flush().then(() => (done = true));
  await settle();
  assert.equal(done, false);
  sender.close();
  await settle();
  assert.equal(done, true);
});

test("on leaving everything goes at once, also what is being compressed or in flight", async () => {
  const { push, sender, log, seqs } = fixture(() => "hang");
  push("a");
  await settle();
  push("abc".repeat(2000));
  push("c", { flags: END, leaving: true });
  sender.leave();
  assert.deepEqual(seqs(), [[0], [2, 1, 0]]);
  assert.deepEqual(log.requests.map(({ keepalive }) => keepalive), [false, true]);
  assert.equal(log.requests[1]?.frames[1]?.flags, 0);
  assert.equal(log.requests[1]?.frames[2]?.payload, log.requests[0]?.frames[0]?.payload);
  sender.leave();
  assert.equal(log.requests.length, 2, "and only once");
});

test("keepalive bodies in flight stay under 64 KiB together", async () => {
  const { push, sender, log } = fixture(() => "hang");
  const big = "x".repeat(30_000);
  push(big, { leaving: true });
  sender.leave();
  push(big, { leaving: true });
  push("last", { flags: END, leaving: true });
  sender.leave();
  push(big, { leaving: true });
  sender.leave();
  const kept = log.requests.filter(({ keepalive }) => keepalive);
  assert.ok(kept.reduce((sum, { bytes }) => sum + bytes.length, 0) <= 65_536);
  assert.deepEqual(kept.map(({ frames }) => frames.map(({ seq }) => seq)), [[0], [2], [1]]);
});

test("what did not get through on leaving is sent when the page lives on", async () => {
  const { push, sender, seqs } = fixture((attempt) => (attempt == 1 ? 0 : 204));
  push("a", { leaving: true });
  sender.leave();
  await settle();
  sender.back();
  await settle();
  assert.deepEqual(seqs(), [[0], [0]]);
});

test("when too much waits, frames are given up and a checkpoint follows the next success", async () => {
  let up = false;
  const { push, seqs, log } = fixture(() => (up ? 204 : 0));
  const chunk = "x".repeat(40 << 10);
  for (let count = 0; count < 110; count++) push(chunk, { leaving: true });
  await settle();
  assert.equal(log.lost, 0);
  up = true;
  log.timers.at(-1)?.run();
  await settle();
  assert.equal(log.lost, 1);
  assert.deepEqual(seqs().at(-1), [0]);
  push("after");
  await settle();
  assert.deepEqual(seqs().at(-1), [110], "the gap shows in the numbers");
});
