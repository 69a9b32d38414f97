// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { isFiltered, keepable, parseFilters, printFilters, question } from "./filters.js";

/** @type {import("./filters.js").Filters} */
const ALL = {
  from: "2026-11-01", to: "2026-11-24", page: "/checkout", event: "paid", tag: "plan:pro", conversation: "c-1", visitor: "abc",
  browser: "Firefox", os: "Linux", country: "DK", device: "mobile", min_duration: 30, rage: true, dead: true, chat: true, sort: "trouble", entry: "/", exit: "/thanks", steps: "/cart > /thanks",
  click: "Pay", property: "size:xl", referrer: "search.example", utm_source: "news", utm_medium: "mail", utm_campaign: "may", language: "de",
  screen: "1920x1080", max_duration: 600, min_active: 5, min_pages: 2, errors: true, starred: true, watched: false,
};

test("what is printed is read again", () => {
  assert.deepEqual(parseFilters(new URLSearchParams(printFilters(ALL))), ALL);
  for (const name of /** @type {(keyof typeof ALL)[]} */ (Object.keys(ALL))) {
    const one = { [name]: ALL[name] };
    assert.deepEqual(parseFilters(new URLSearchParams(printFilters(one))), one, name);
  }
});

test("what is not understood is left out", () => {
  const query = new URLSearchParams("from=yesterday&to=2026-99-01&device=toaster&min_duration=-4&rage=maybe&watched=&page=%20&else=1");
  assert.deepEqual(parseFilters(query), {});
});

test("whom it is about stands in no address", () => {
  assert.deepEqual(printFilters({ who: "jane@shop.example" }), []);
});

test("the question says what kind of person was meant", () => {
  assert.deepEqual(question("s", { who: "Jane" }), { site: "s", q: "Jane" });
  assert.deepEqual(question("s", { who: "jane@shop.example" }), { site: "s", email: "jane@shop.example" });
  assert.deepEqual(question("s", { who: "192.0.2.7" }), { site: "s", ip: "192.0.2.7" });
  assert.deepEqual(question("s", { who: "2001:db8::1" }), { site: "s", ip: "2001:db8::1" });
});

test("days become times, both days included", () => {
  const { from, to } = question("s", { from: "2026-11-03", to: "2026-11-03" });
  const span = Date.parse(String(to)) - Date.parse(String(from));
  assert.equal(span, 86_400_000 - 1);
});

test("no filter is no filter", () => {
  assert.equal(isFiltered(parseFilters(new URLSearchParams("site=s&view=settings"))), false);
  assert.equal(isFiltered({ watched: false }), true);
  assert.equal(isFiltered({ sort: "longest" }), false);
});

test("what is kept under a name names nobody", () => {
  assert.deepEqual(keepable({ who: "Jane", visitor: "abc", conversation: "c-1", from: "2026-11-01", rage: true, page: "/cart" }), { rage: true, page: "/cart" });
});
