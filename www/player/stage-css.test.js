// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { inertSelector, mentionsActing, quiet, withoutImports } from "./stage-css.js";

test("nothing outside the page is asked for", () => {
  assert.equal(quiet("a{background:url(/a.png)}"), 'a{background:url("data:,")}');
  assert.equal(quiet("a{background:URL( 'https://x.example/a.png' )}"), 'a{background:url("data:,")}');
  assert.equal(quiet('a{background:url("/a)b.png")}'), 'a{background:url("data:,")}');
  assert.equal(quiet('a{background:image-set("a.png" 1x)}'), 'a{background:image-set("data:," 1x)}');
  assert.equal(quiet("@font-face{font-family:A;src:url(/a.woff2)} a{}"), "@font-face{} a{}");
  assert.equal(quiet('@import url("/x.css") screen;a{color:red}'), "a{color:red}");
  assert.equal(quiet("@import '/x.css';a{color:red}"), "a{color:red}");
});

test("what the page holds itself stays", () => {
  for (const text of ["a{mask:url(#m)}", "a{background:url(data:image/png;base64,AA)}", 'a{background:url("data:image/svg+xml,<svg/>")}']) {
    assert.equal(quiet(text), text);
  }
});

test("selectors find inert attributes", () => {
  assert.equal(inertSelector("a:link:hover"), "a:where(a, area)[*|href]:hover");
  assert.equal(inertSelector(".x a[href^='/a']:not([href])"), ".x a[*|href^='/a']:not([*|href])");
  assert.equal(inertSelector("img[src]"), "img[*|src]");
  assert.equal(inertSelector("[hreflang] [data-src]"), "[hreflang] [data-src]");
});

test("other rules are left alone", () => {
  assert.equal(mentionsActing("a{color:LinkText} [data-href]{} .link{}"), false);
  assert.equal(mentionsActing("a:any-link{}"), true);
});

test("an import keeps its rule and names no address", () => {
  assert.equal(withoutImports('@import url("/x.css") screen;a{}'), '@import "data:text/css," screen;a{}');
  assert.equal(withoutImports("@import '/x.css'; @IMPORT url(y.css)"), '@import "data:text/css,"; @IMPORT "data:text/css,"');
  assert.equal(withoutImports("a{content:'x'}"), "a{content:'x'}");
});

test("custom elements are defined but for those that were not", () => {
  assert.equal(inertSelector("a:defined"), "a:not(.revisit-none)");
  assert.equal(inertSelector("x-a:not(:defined)", "x-a,x-b"), "x-a:not(:where(:not(x-a,x-b)):not(.revisit-none))");
  assert.ok(mentionsActing("x-a:defined{}"));
});
