// Session: one recording per visit across pages and tabs, how it dies, what stays in storage.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, openSession, toHex } from "./session.js";

const LIMITS = { idle: 30 * 60_000, max: 2 * 60 * 60_000 };
const MINUTE = 60_000;
const T = 1_800_000_000_000;

function memory() {
  /** @type {Map<string, string>} */
  const map = new Map();
  return {
    map,
    getItem: (/** @type {string} */ key) => map.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void map.set(key, value),
    removeItem: (/** @type {string} */ key) => void map.delete(key),
  };
}

test("hexadecimal digits there and back", () => {
  assert.equal(toHex(Uint8Array.of(0, 9, 255)), "0009ff");
  assert.deepEqual(fromHex("0009ff"), Uint8Array.of(0, 9, 255));
});

test("pages and tabs of a visit share id, secret, visitor and salt", () => {
  const store = memory();
  const one = openSession(store, "k").join(T, LIMITS, 0, false);
  const two = openSession(store, "k").join(T + 29 * MINUTE, LIMITS, 0, false);
  assert.deepEqual(two, one);
  assert.match(one.id, /^[0-9a-f]{32}$/);
  assert.equal(one.recording.length, 16);
  assert.equal(one.secret.length, 16);
  assert.equal(one.visitor.length, 16);
  assert.equal(one.salt.length, 2);
  assert.notDeepEqual(one.secret, one.recording);
});

test("after 30 minutes without input it is another recording by another visitor", () => {
  const store = memory();
  const one = openSession(store, "k").join(T, LIMITS, 0, false);
  const two = openSession(store, "k").join(T + 30 * MINUTE, LIMITS, 0, false);
  assert.notEqual(two.id, one.id);
  assert.notDeepEqual(two.secret, one.secret);
  assert.notDeepEqual(two.visitor, one.visitor);
});

test("input keeps it alive, for two hours", () => {
  const session = openSession(memory(), "k");
  session.join(T, LIMITS, 0, false);
  for (let minute = 20; minute < 120; minute += 20) assert.equal(session.over(T + minute * MINUTE, LIMITS, true), 0, String(minute));
  assert.equal(session.over(T + 120 * MINUTE, LIMITS, true), 3);
});

test("looking does not keep it alive", () => {
  const session = openSession(memory(), "k");
  session.join(T, LIMITS, 0, false);
  assert.equal(session.over(T + 29 * MINUTE, LIMITS), 0);
  assert.equal(session.over(T + 30 * MINUTE, LIMITS), 2);
  assert.equal(session.over(T - 31 * MINUTE, LIMITS), 2, "a clock set back by more than that");
});

test("what another tab began or removed ends it here", () => {
  const store = memory();
  const session = openSession(store, "k");
  const { id } = session.join(T, LIMITS, 0, false);
  openSession(store, "k").end(id, T);
  assert.equal(session.over(T + 1, LIMITS), 2);
  assert.equal(store.map.size, 0);
  const other = openSession(store, "k").join(T + 2, LIMITS, 0, false);
  assert.equal(session.over(T + 3, LIMITS), 2);
  session.end(id, T + 4);
  assert.equal(openSession(store, "k").join(T + 5, LIMITS, 0, false).id, other.id, "another's recording is left alone");
});

test("the visitor's id lives for the site's days, and neither id nor secret is left with it", () => {
  const store = memory();
  const session = openSession(store, "k");
  const one = session.join(T, LIMITS, 2, false);
  session.end(one.id, T + MINUTE);
  assert.doesNotMatch(String(store.map.get("k")), new RegExp(`${one.id}|${toHex(one.secret)}|secret`));
  const two = session.join(T + 47 * 60 * MINUTE, LIMITS, 2, false);
  assert.deepEqual(two.visitor, one.visitor);
  assert.notEqual(two.id, one.id);
  const three = session.join(T + 49 * 60 * MINUTE, LIMITS, 2, false);
  assert.notDeepEqual(three.visitor, one.visitor);
});

test("consent given makes the visitor of this visit one that lasts", () => {
  const store = memory();
  const session = openSession(store, "k");
  const one = session.join(T, LIMITS, 0, false);
  session.consent(T + MINUTE, 0);
  const two = session.join(T + 24 * 60 * MINUTE, LIMITS, 0, false);
  assert.deepEqual(two.visitor, one.visitor);
});

test("withdrawn consent leaves nothing", () => {
  const store = memory();
  const session = openSession(store, "k");
  const { id } = session.join(T, LIMITS, 30, true);
  session.end(id, Infinity);
  assert.equal(store.map.size, 0);
});

test("storage that holds something else is a visit of its own", () => {
  for (const text of ["{", "7", "null", "[]", '"x"', '{"id":5}']) {
    const store = memory();
    store.map.set("k", text);
    assert.match(openSession(store, "k").join(T, LIMITS, 0, false).id, /^[0-9a-f]{32}$/, text);
  }
});

test("storage that is full or forbidden does not stop the recording", () => {
  const deny = () => {
    throw new Error("denied");
  };
  const session = openSession({ getItem: deny, setItem: deny, removeItem: deny }, "k");
  assert.match(session.join(T, LIMITS, 0, false).id, /^[0-9a-f]{32}$/);
});
