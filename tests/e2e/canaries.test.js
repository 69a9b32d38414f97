// Personal data never leaves the page: planted everywhere, it is searched for in every byte.
// In: a page full of canaries, a visit with typing. Out: none of them at the intake, on disk, in logs, in exports.
// Never: trusts the search without a control that it must find.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertQuiet, closeTab, launch, newPage } from "../harness/browser.js";
import { findCanaries } from "../harness/canary.js";
import { startCollector } from "../harness/collector.js";
import { openBody } from "../harness/frames.js";
import { embed, startSite, STUB } from "../harness/site.js";
import { pause } from "../harness/until.js";

const CANARIES = {
  email: "jane.canary@example.org",
  phone: "+49 171 5550199",
  card: "4929 1234 5678 9012",
  password: "Xq7-velvet-Otter",
  name: "Quillon Zephyrine",
  noteWord: "heliotropium",
};
/** A word of the page that nothing hides: the search must find it. */
const CONTROL = { control: "Marigold account" };

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {import("../harness/collector.js").Collector} */
let collector;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;
/** @type {import("../harness/collector.js").Recording} */
let recording;

before(async () => {
  browser = await launch();
  collector = await startCollector({ tap: true });
  site = await startSite("canaries");
  const owner = await collector.addSite(site.origin);
  site.setTag(STUB + embed(collector, owner.key));

  const page = await newPage(browser);
  await page.goto(`${site.origin}/account/${CANARIES.email}/4929123456789012?mail=${encodeURIComponent(CANARIES.email)}&card=4929123456789012#tel=+491715550199`);
  await pause(800);
  await page.evaluate((email) => {
    const revisit = /** @type {any} */ (window).revisit;
    revisit("tag", "mail", email);
    revisit("event", "ordered", { mail: email, card: "4929 1234 5678 9012" });
  }, CANARIES.email);
  await page.type("[name=name]", CANARIES.name);
  await page.type("[name=phone]", CANARIES.phone);
  await page.type("[name=card]", CANARIES.card);
  await page.type("[name=plain]", CANARIES.email);
  await page.type("[name=password]", CANARIES.password.slice(0, 6));
  await page.click("#show");
  await page.type("[name=password]", CANARIES.password.slice(6));
  await page.type("[name=note]", ` ${CANARIES.noteWord} `);
  await page.type("#editable", `${CANARIES.name} ${CANARIES.email}`);
  await page.select("[name=pick]", CANARIES.email);
  await page.click("p");
  await page.evaluate(() => /** @type {any} */ (window).late());
  await pause(800);
  await page.click("#late p");
  await pause(400);
  assertQuiet(page);
  await closeTab(page);
  [recording] = await collector.waitReady(owner);
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await collector?.stop();
});

test("no canary reaches the intake, not even inside a deflated frame", () => {
  assert.ok(collector.bodies.length > 0);
  const frames = collector.bodies.flatMap(({ body }) => openBody(body).frames);
  const texts = Buffer.concat(frames.map(({ text }) => text));
  assert.deepEqual(findCanaries(texts, CONTROL), ["control"], "the search sees into the frames");
  const seen = Buffer.concat([...collector.bodies.map(({ body }) => body), ...frames.flatMap(({ payload, text }) => [payload, text])]);
  assert.deepEqual(findCanaries(seen, CANARIES), []);
});

test("no canary is in a request's address or headers", () => {
  for (const { method, url, headers } of collector.requests) {
    assert.deepEqual(findCanaries(Buffer.from(`${method} ${url} ${JSON.stringify(headers)}`), CANARIES), [], url);
  }
});

test("no canary is in a file of the data folder, the database included", async () => {
  const files = await collector.files();
  assert.ok(files.length > 0);
  for (const { path, bytes } of files) assert.deepEqual(findCanaries(bytes, CANARIES), [], path);
});

test("no canary is on the collector's terminal", () => {
  assert.ok(collector.log.length > 0);
  assert.deepEqual(findCanaries(Buffer.from(collector.log), CANARIES), []);
});

test("no canary is in the API's answers", async () => {
  const kept = await collector.api("GET", `/api/v1/recordings/${recording.id}`);
  assert.deepEqual(findCanaries(Buffer.from(JSON.stringify(kept)), CANARIES), []);
});

test("no canary is in the rrweb export", async () => {
  const bytes = await collector.export(recording.id, "rrweb");
  assert.deepEqual(findCanaries(bytes, CONTROL), ["control"]);
  assert.deepEqual(findCanaries(bytes, CANARIES), []);
});

test("the write secret is in no answer, file or log", async () => {
  const { secret } = openBody(collector.bodies[0]?.body ?? Buffer.alloc(0));
  const forms = [secret, Buffer.from(secret.toString("hex")), Buffer.from(secret.toString("base64").replace(/=+$/, "")), Buffer.from(secret.toString("base64url"))];
  const places = [
    ...(await collector.files()),
    { path: "log", bytes: Buffer.from(collector.log) },
    { path: "rrweb export", bytes: await collector.export(recording.id, "rrweb") },
  ];
  for (const { path, bytes } of places) assert.ok(!forms.some((form) => bytes.includes(form)), path);
});
