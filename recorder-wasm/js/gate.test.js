// Gate: which pages are left out, what the page's options may change, and the word for each refusal.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isMobile, leftOut, refusal, tighten } from "./gate.js";

/** @type {any} */
const SITE = {
  record: true, recorder: "assets/r.js", wasm: "assets/r.wasm",
  record_mobile: false, record_form_inputs: true, record_numbers: true, record_emails: false, record_properties: false, record_canvas: false,
  excluded_pages: ["/private*"], included_pages: [], sample_rate: 1, consent: "none", respect_gpc: true, skip_bots: false, visitor_days: 30,
  block_selectors: [".chat"], mask_selectors: [], unmask_selectors: [".open"], allow_unmask: true,
};
const PERSON = { path: "/", mobile: false, gpc: undefined, bot: false, consent: undefined, visiting: false, dice: 0.999 };

/** @param {import("./gate.js").Pattern} pattern @param {string} path @param {boolean} expected */
const check = (pattern, path, expected) => assert.equal(leftOut([pattern], [], path), expected, `${pattern} ${path}`);

test("a glob is the whole path, its stars any characters", () => {
  check("/account", "/account", true);
  check("/account", "/account/x", false);
  check("/account", "/my/account", false);
  check("/account/*", "/account/x/y", true);
  check("*/pay*", "/de/pay/card", true);
  check("/**/pay", "/de/pay", true);
  check("/a.b", "/axb", false);
  check("/a(b)+[c]", "/a(b)+[c]", true);
  check("", "/", false);
});

test("re: is a regular expression, a RegExp too", () => {
  check("re:^/(a|b)$", "/b", true);
  check("re:^/(a|b)$", "/c", false);
  check(/order/g, "/order", true);
  check(/order/g, "/order", true);
});

test("a path is matched as it is sent and as it is read", () => {
  check("/konto/übersicht", "/konto/%C3%BCbersicht", true);
  check("/a%20b", "/a%20b", true);
  check("/x", "/%", false);
});

test("a pattern that cannot be read leaves everything out", () => {
  check("re:(", "/", true);
  assert.equal(leftOut([], ["re:("], "/"), true);
  assert.equal(leftOut([/** @type {any} */ (undefined)], [], "/"), true);
});

test("with included pages all others are left out, and excluded ones still are", () => {
  assert.equal(leftOut([], ["/shop*"], "/shop/1"), false);
  assert.equal(leftOut([], ["/shop*"], "/about"), true);
  assert.equal(leftOut(["/shop/pay"], ["/shop*"], "/shop/pay"), true);
});

test("options only make the site's settings stricter", () => {
  const strict = tighten(SITE, {
    record_form_inputs: false, record_emails: true, record_mobile: true, sample_rate: 0.2, skip_bots: true, respect_gpc: false,
    consent: "required", visitor_days: 365, mask_selectors: ".name", block_selectors: [".a"], excluded_pages: [], allow_unmask: false,
  });
  assert.equal(strict.record_form_inputs, false);
  assert.equal(strict.record_emails, false);
  assert.equal(strict.record_mobile, false);
  assert.equal(strict.record_numbers, true);
  assert.equal(strict.sample_rate, 0.2);
  assert.equal(strict.skip_bots, true);
  assert.equal(strict.respect_gpc, true);
  assert.equal(strict.consent, "required");
  assert.equal(strict.visitor_days, 30);
  assert.deepEqual(strict.mask_selectors, [".name"]);
  assert.deepEqual(strict.block_selectors, [".chat", ".a"]);
  assert.deepEqual(strict.excluded_pages, ["/private*"]);
  assert.equal(strict.allow_unmask, false);
  assert.equal(tighten(strict, { consent: "none" }).consent, "required");
});

test("maskAll masks all, and records as many visits as before", () => {
  const strict = tighten({ ...SITE, record_mobile: true, record_emails: true, record_properties: true }, { maskAll: true });
  for (const name of ["record_form_inputs", "record_numbers", "record_emails", "record_properties", "record_canvas", "allow_unmask"]) {
    assert.equal(/** @type {any} */ (strict)[name], false, name);
  }
  assert.deepEqual(strict.unmask_selectors, []);
  assert.equal(strict.record_mobile, true);
  assert.equal(strict.record, true);
});

/** @param {object} settings @param {object} facts @param {string} expected */
const refused = (settings, facts, expected) => assert.equal(refusal({ ...SITE, ...settings }, { ...PERSON, ...facts }), expected);

test("every refusal has its word", () => {
  refused({}, {}, "");
  refused({ record: false, reason: "plan" }, {}, "plan");
  refused({ record: false, reason: "never_record" }, {}, "never_record");
  refused({}, { mobile: true }, "mobile");
  refused({ record_mobile: true }, { mobile: true }, "");
  refused({}, { path: "/private/1" }, "excluded");
  refused({}, { gpc: true }, "gpc");
  refused({ respect_gpc: false }, { gpc: true }, "");
  refused({}, { bot: true }, "");
  refused({ skip_bots: true }, { bot: true }, "bot");
  refused({ consent: "required" }, {}, "consent");
  refused({ consent: "required" }, { consent: true }, "");
  refused({ sample_rate: 0 }, { dice: 0 }, "sample");
  refused({ sample_rate: 0.5 }, { dice: 0.5 }, "sample");
  refused({ sample_rate: 0.5 }, { dice: 0.49 }, "");
  refused({ sample_rate: 0.5 }, { dice: 0.9, visiting: true }, "");
  refused({ sample_rate: 1 }, { dice: 1 }, "");
});

test("a visit that is being recorded goes on when the month's recordings are used up", () => {
  refused({ record: false, reason: "quota" }, { visiting: true }, "");
  refused({ record: false, reason: "quota" }, {}, "quota");
  refused({ record: false, reason: "disabled" }, { visiting: true }, "disabled");
});

test("phones and tablets are mobile, also an iPad that says it is a Macintosh", () => {
  assert.equal(isMobile("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148", 5), true);
  assert.equal(isMobile("Mozilla/5.0 (Linux; Android 14; SM-X200) Chrome/130 Safari/537.36", 5), true);
  assert.equal(isMobile("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18 Safari/605", 5), true);
  assert.equal(isMobile("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18 Safari/605", 0), false);
  assert.equal(isMobile("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130", 10), false);
});
