// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { changes, offered, read, SECTIONS, unreadable, written } from "./settings-fields.js";

const FIELDS = SECTIONS.flatMap((section) => section.fields);
/** @param {string} name */
const field = (name) => /** @type {import("./settings-fields.js").Field} */ (FIELDS.find((one) => one.name === name));

test("what is written is read again", () => {
  /** @type {[string, unknown][]} */
  const values = [["enabled", true], ["excluded_pages", ["/a/*", "re:^/b$"]], ["sample_rate", 0.125], ["min_duration", 5], ["consent", "required"], ["webhook_url", null], ["name", "Shop"]];
  for (const [name, value] of values) assert.deepEqual(read(field(name), written(field(name), value)), value, name);
});

test("what people write is tidied", () => {
  assert.deepEqual(read(field("excluded_pages"), " /a \n\n/b\n"), ["/a", "/b"]);
  assert.equal(read(field("sample_rate"), "250"), 1);
  assert.equal(read(field("min_duration"), "-3"), 0);
});

test("only what changed is sent, and only what the site has", () => {
  const site = { enabled: true, record_mobile: false, name: "Shop" };
  const form = /** @type {Record<string, string | boolean>} */ ({ enabled: true, record_mobile: true, name: "Shop " });
  assert.deepEqual(changes(FIELDS, site, ({ name }) => form[name] ?? ""), { record_mobile: true });
});

test("no setting is there twice", () => {
  assert.equal(new Set(FIELDS.map(({ name }) => name)).size, FIELDS.length);
});

test("a setting that nothing acts on is not offered", () => {
  const names = offered(FIELDS).map(({ name }) => name);
  for (const name of ["assets"]) assert.ok(!names.includes(name), name);
  assert.ok(names.includes("record_form_inputs") && names.includes("block_selectors"));
  assert.ok(names.includes("embed_origins") && names.includes("webhook_url"));
});

test("what no recorder could read is said before it is saved", () => {
  const isSelector = (/** @type {string} */ text) => !text.includes("[[");
  assert.equal(unreadable(field("mask_selectors"), [".name", "[[x"], isSelector), "Elements whose text is masked: “[[x” is no CSS selector.");
  assert.equal(unreadable(field("excluded_pages"), ["/(*", "re:("], isSelector), "Pages that are not recorded: “re:(” is no regular expression.");
  assert.equal(unreadable(field("mask_selectors"), [".name"], isSelector), "");
  assert.equal(unreadable(field("excluded_pages"), ["/(*", "re:^/a"], isSelector), "");
  assert.equal(unreadable(field("never_record"), ["[[x"], isSelector), "");
  assert.equal(unreadable(field("mask_selectors"), undefined, isSelector), "");
});
