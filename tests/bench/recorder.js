// `cargo xtask bench recorder`: what recording costs the visitor's page, side by side in one run, against rrweb 2.1.6
// (JSON + gzip) and against a floor that only walks and reads. Script time is the browser's own clock, net of a page
// without a recorder; medians of interleaved rounds, printed as ratios. Nothing here asserts a time.
// Usage: node tests/bench/recorder.js [rounds] [part of a workload's name]

import { launch } from "../harness/browser.js";
import { measure, median, UNMASKED } from "./measure.js";
import { serve } from "./site.js";
import { workloads } from "./workloads.js";

const RECORDERS = ["none", "floor", "rrweb", "revisit"];
const rounds = Number(process.argv[2] ?? 3);
const part = process.argv[3] ?? "";

const geometricMean = (/** @type {number[]} */ values) => Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
const fixed = (/** @type {number} */ value, /** @type {number} */ digits) => value.toFixed(digits).padStart(9);

/**
 * @param {string} title
 * @param {Record<string, unknown>} settings
 */
async function compare(title, settings) {
  const site = await serve(settings);
  const browser = await launch();
  const ratios = /** @type {{time: number[], bytes: number[]}} */ ({ time: [], bytes: [] });
  console.log(`\n${title}: net script time in ms and bytes sent, medians of ${rounds} interleaved rounds`);
  console.log(`${"workload".padEnd(28)}${["floor", "rrweb", "revisit", "/rrweb", "/floor", "rrweb B", "revisit B", "/rrweb"].map((head) => head.padStart(10)).join("")}`);
  for (const name of [...Object.keys(workloads), "large snapshot"].filter((name) => name.includes(part))) {
    /** @type {Record<string, {ms: number[], bytes: number[]}>} */
    const taken = Object.fromEntries(RECORDERS.map((recorder) => [recorder, { ms: [], bytes: [] }]));
    for (let round = 0; round < rounds; round++) {
      for (const recorder of RECORDERS) {
        const { ms, bytes } = await measure(browser, site, recorder, name);
        taken[recorder]?.ms.push(ms);
        taken[recorder]?.bytes.push(bytes);
      }
    }
    const ms = (/** @type {string} */ recorder) => median(taken[recorder]?.ms ?? []);
    const net = (/** @type {string} */ recorder) => Math.max(0.1, ms(recorder) - ms("none"));
    const bytes = (/** @type {string} */ recorder) => Math.max(1, median(taken[recorder]?.bytes ?? []));
    const [time, size] = [net("revisit") / net("rrweb"), bytes("revisit") / bytes("rrweb")];
    ratios.time.push(time);
    ratios.bytes.push(size);
    const cells = [fixed(net("floor"), 1), fixed(net("rrweb"), 1), fixed(net("revisit"), 1), fixed(time, 3), fixed(net("revisit") / net("floor"), 2), fixed(bytes("rrweb"), 0), fixed(bytes("revisit"), 0), fixed(size, 4)];
    console.log(`${name.padEnd(28)}${cells.map((cell) => ` ${cell}`).join("")}`);
  }
  console.log(`${"geometric mean".padEnd(28)}${" ".repeat(30)} ${fixed(geometricMean(ratios.time), 3)}${" ".repeat(30)} ${fixed(geometricMean(ratios.bytes), 4)}`);
  await browser.close();
  site.close();
}

await compare("default masks", {});
if (!process.env.REVISIT_DEFAULTS_ONLY) await compare("all masks off", UNMASKED);
