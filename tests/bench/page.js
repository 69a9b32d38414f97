// The bench page's side: starts one recorder, runs one workload, and says when the recorder has nothing more to send.
// Everything that is measured runs in tasks of the page itself, so that the browser's script clock counts it.

import * as floor from "./floor.js";
import { largeDocument, workloads } from "./workloads.js";

const query = new URLSearchParams(location.search);
const recorder = query.get("recorder") ?? "none";
/** @type {any} */
const page = window;
/** @type {unknown[]} */
let events = [];

/** JSON and gzip, as rrweb's users send it. */
async function sendEvents() {
  const json = JSON.stringify(events);
  events = [];
  const zip = new CompressionStream("gzip");
  const writer = zip.writable.getWriter();
  writer.write(new TextEncoder().encode(json));
  writer.close();
  const body = await new Response(zip.readable).arrayBuffer();
  await fetch("/v1/frames", { method: "POST", body });
}

const starts = /** @type {Record<string, () => Promise<void>>} */ ({
  none: async () => {},
  floor: async () => floor.start(),
  rrweb: async () => {
    page.rrwebRecord.record({ emit: (/** @type {unknown} */ event) => events.push(event) });
  },
  revisit: async () => {
    page.revisit("init", { site: "bench", collector: `${location.origin}/` });
    while (!page.revisit("state").recording) await new Promise((done) => setTimeout(done, 20));
    await page.revisit("flush");
  },
});

const settles = /** @type {Record<string, () => Promise<void>>} */ ({
  none: async () => {},
  floor: async () => {},
  rrweb: sendEvents,
  revisit: () => page.revisit("flush"),
});

const inTask = (/** @type {() => Promise<void>} */ run) =>
  new Promise((done) => setTimeout(async () => done(await run()), 0));

page.bench = {
  start: () => inTask(/** @type {any} */ (starts[recorder])),
  settle: () => inTask(/** @type {any} */ (settles[recorder])),
  large: largeDocument,
  /** @param {string} name */
  prepare: async (name) => (page.prepared = await workloads[name]?.prepare?.()),
  /** @param {string} name */
  run: (name) => inTask(async () => void (await workloads[name]?.run(page.prepared))),
};
page.isReady = true;
