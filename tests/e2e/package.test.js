// The package folder: what an app imports and bundles is the same recorder. In: an app that imports `revisit` from a
// `node_modules`, bundled by esbuild. Out: a recording; types that hold; no second recorder beside a tag's.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { assertQuiet, closeTab, launch, newPage } from "../harness/browser.js";
import { startCollector } from "../harness/collector.js";
import { embed, startSite } from "../harness/site.js";
import { until } from "../harness/until.js";

const run = promisify(execFile);
const PACKAGE = fileURLToPath(new URL("../../recorder-wasm", import.meta.url));
const TSC = fileURLToPath(new URL("../node_modules/.bin/tsc", import.meta.url));

/** @type {import("../harness/browser.js").Browser} */
let browser;
/** @type {import("../harness/collector.js").Collector} */
let collector;
/** @type {Awaited<ReturnType<typeof startSite>>} */
let site;
/** An app's folder. */
let app = "";

before(async () => {
  browser = await launch();
  collector = await startCollector();
  site = await startSite("plain");
  app = await mkdtemp(join(tmpdir(), "revisit-app-"));
  await mkdir(join(app, "node_modules"));
  await symlink(PACKAGE, join(app, "node_modules/revisit"));
  await writeFile(join(app, "package.json"), '{"type":"module"}');
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await collector?.stop();
  await rm(app, { recursive: true, force: true });
});

/** @param {string} code @returns {Promise<string>} the bundle */
async function bundled(code) {
  await writeFile(join(app, "app.js"), code);
  const { outputFiles } = await build({ entryPoints: [join(app, "app.js")], bundle: true, minify: true, format: "iife", write: false, logLevel: "silent" });
  return outputFiles[0].text;
}

test("an app that imports it is recorded, whatever it calls first", async () => {
  const owner = await collector.addSite(site.origin);
  site.setTag("");
  const page = await newPage(await browser.createBrowserContext());
  await page.goto(`${site.origin}/`);
  await page.addScriptTag({ content: await bundled(`
    import revisit from "revisit";
    revisit("event", "imported");
    revisit("init", { site: ${JSON.stringify(owner.key)}, collector: ${JSON.stringify(collector.address)} });
    window.ask = () => revisit("state");
  `) });
  const state = await until("the recording to begin", async () => {
    const now = await page.evaluate(() => /** @type {any} */ (window).ask());
    return now?.recording ? now : undefined;
  });
  await page.click("#button");
  await page.evaluate(() => /** @type {any} */ (window).revisit("flush"));
  assertQuiet(page);
  await closeTab(page);
  const [recording] = await collector.waitReady(owner);
  assert.equal(recording.id, state.id);
  assert.equal(recording.clicks, 1);
  const found = await collector.api("GET", `/api/v1/recordings?site=${owner.id}&event=imported`);
  assert.equal(found.items.length, 1);
});

test("beside a tag it is the tag's recorder", async () => {
  const owner = await collector.addSite(site.origin);
  site.setTag(embed(collector, owner.key));
  const page = await newPage(await browser.createBrowserContext());
  await page.goto(`${site.origin}/`);
  const state = () => page.evaluate(() => /** @type {any} */ (window).revisit("state"));
  await until("the recording to begin", async () => (await state()).recording);
  const first = await state();
  await page.addScriptTag({ content: await bundled(`
    import revisit from "revisit";
    revisit("init", { site: ${JSON.stringify(owner.key)}, collector: ${JSON.stringify(collector.address)} });
    window.answer = revisit("state");
  `) });
  assert.deepEqual(await page.evaluate(() => /** @type {any} */ (window).answer), first);
  await page.evaluate(() => /** @type {any} */ (window).revisit("flush"));
  assert.deepEqual(await state(), first);
  assertQuiet(page);
  await closeTab(page);
  assert.equal((await collector.waitReady(owner)).length, 1);
});

test("on a server it does nothing, without an error", async () => {
  await writeFile(join(app, "server.mjs"), 'import revisit from "revisit"; revisit("init", { site: "x" }); console.log(typeof revisit, revisit("state"));');
  const { stdout, stderr } = await run(process.execPath, [join(app, "server.mjs")]);
  assert.equal(stdout.trim(), "function undefined");
  assert.equal(stderr, "");
});

test("its types let right calls pass and wrong ones not", async () => {
  await writeFile(join(app, "app.ts"), `
    import revisit, { type State } from "revisit";
    revisit("init", { site: "key", collector: "https://c.example/", exclude: ["/a*", /b/] });
    const state: State = revisit("state");
    const done: Promise<void> = revisit("flush");
    // @ts-expect-error options only make recording stricter
    revisit("init", { record_numbers: true });
    // @ts-expect-error there is no such call
    revisit("begin");
    export { state, done };
  `);
  const options = ["--noEmit", "--strict", "--module", "esnext", "--moduleResolution", "bundler", "--target", "es2022", "--lib", "es2022,dom", "--types", ""];
  await run(TSC, [...options, join(app, "app.ts")], { cwd: app }).catch((problem) => assert.fail(problem.stdout));
});
