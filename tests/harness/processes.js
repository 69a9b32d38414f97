// Kills what runs a tab, as a crash or the system's memory killer would. In: a browser that Puppeteer launched (Linux only).
// Out: its content processes are gone. Never: touches a process that is not below that browser's own.

import { readdir, readFile } from "node:fs/promises";

/** Chromium's renderers, and Firefox's content processes. */
const RUNS_TABS = /--type=renderer|-contentproc.*\0tab\0?$/s;

/** @param {import("puppeteer-core").Browser} browser @returns {Promise<number>} how many there were */
export async function killTabs(browser) {
  const root = browser.process()?.pid;
  if (!root) throw new Error("the browser has no process of ours");
  /** @type {Map<number, number>} */
  const parents = new Map();
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, "latin1").catch(() => "");
    const parent = Number(/\) \S (\d+)/.exec(stat)?.[1]);
    if (parent) parents.set(Number(name), parent);
  }
  const isBelow = (/** @type {number | undefined} */ pid) => {
    for (let at = pid; at; at = parents.get(at)) if (at === root) return true;
    return false;
  };
  let killed = 0;
  for (const pid of parents.keys()) {
    if (!isBelow(parents.get(pid))) continue;
    const line = await readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => "");
    if (!RUNS_TABS.test(line)) continue;
    try {
      process.kill(pid, "SIGKILL");
      killed += 1;
    } catch {
      // It went by itself.
    }
  }
  return killed;
}
