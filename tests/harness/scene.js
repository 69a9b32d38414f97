// What most browser tests stand on: one browser, one collector, one site with the plain page. In: being imported.
// Out: the three, from the first test on until after the last. Never: shared by two test files, which run apart.

import { after, before } from "node:test";
import { launch } from "./browser.js";
import { startCollector } from "./collector.js";
import { startSite } from "./site.js";

/** @type {import("./browser.js").Browser} */
export let browser;
/** It notes what its intake is sent. @type {import("./collector.js").Collector} */
export let collector;
/** @type {Awaited<ReturnType<typeof startSite>>} */
export let site;

before(async () => {
  browser = await launch();
  collector = await startCollector({ tap: true });
  site = await startSite("plain");
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await collector?.stop();
});
