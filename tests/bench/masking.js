// `cargo xtask bench masking`: what masking costs, as a share of the recorder's script time. The same workloads with all
// masks and with all that a site can switch off, in turn in one run, both net of a page without a recorder.
// Usage: node tests/bench/masking.js [rounds] [part of a workload's name]

import { launch } from "../harness/browser.js";
import { measure, median, UNMASKED } from "./measure.js";
import { serve } from "./site.js";
import { workloads } from "./workloads.js";

const rounds = Number(process.argv[2] ?? 5);
const part = process.argv[3] ?? "";
const cell = (/** @type {string} */ text) => text.padStart(12);

const masked = await serve({});
const unmasked = await serve(UNMASKED);
const browser = await launch();
console.log(`script time in ms, net, medians of ${rounds} interleaved rounds`);
console.log(`${"workload".padEnd(28)}${["all masks", "masks off", "of it masks"].map(cell).join("")}`);
let [all, off] = [0, 0];
for (const name of [...Object.keys(workloads), "large snapshot"].filter((name) => name.includes(part))) {
  /** @type {Record<"none" | "all" | "off", number[]>} */
  const taken = { none: [], all: [], off: [] };
  for (let round = 0; round < rounds; round += 1) {
    taken.none.push((await measure(browser, masked, "none", name)).ms);
    taken.all.push((await measure(browser, masked, "revisit", name)).ms);
    taken.off.push((await measure(browser, unmasked, "revisit", name)).ms);
  }
  const none = median(taken.none);
  const [withMasks, without] = [Math.max(0.1, median(taken.all) - none), Math.max(0.1, median(taken.off) - none)];
  all += withMasks;
  off += without;
  console.log(`${name.padEnd(28)}${[withMasks.toFixed(1), without.toFixed(1), `${((1 - without / withMasks) * 100).toFixed(1)} %`].map(cell).join("")}`);
}
console.log(`${"all".padEnd(28)}${[all.toFixed(1), off.toFixed(1), `${((1 - off / all) * 100).toFixed(1)} %`].map(cell).join("")}`);
await browser.close();
masked.close();
unmasked.close();
