// A real collector for one test file: the built binary on a fresh data folder and a free port.
// In: options (short times by default, the demo site if wanted). Out: its address, its CLI, its API, its log, the bodies its intake was sent.
// Never: shares a data folder or a port with another test.

import { execFile, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startTap } from "./tap.js";
import { until } from "./until.js";

const ROOT = resolve(fileURLToPath(import.meta.url), "../../..");
export const BINARY = process.env.REVISIT_BINARY ?? join(ROOT, "target/release/revisit");
const run = promisify(execFile);

/** Short times, so that a visit is over within a test. */
const SHORT = { REVISIT_END_AFTER: "800ms", REVISIT_SILENT_AFTER: "8s" };

/**
 * @typedef {object} Site as the API has it
 * @property {string} id
 * @property {string} key
 *
 * @typedef {Record<string, any>} Recording as the API has it
 *
 * @typedef {object} Options
 * @property {boolean} [demo] start with the demo site (key `demo`)
 * @property {boolean} [tap] put a byte-recording tap before it; `address` is then the tap's
 * @property {Record<string, string>} [env] more settings
 * @property {string} [binary] another one than was built
 */

/** @param {Options} [options] */
export async function startCollector({ demo = false, tap = false, env = {}, binary = BINARY } = {}) {
  const data = await mkdtemp(join(tmpdir(), "revisit-test-"));
  const settings = { ...process.env, ...SHORT, ...env };
  /** @type {import("node:child_process").ChildProcess} */
  let child;
  let log = "";
  let own = "";
  let slowness = 0;

  /** @param {string} listen */
  async function serve(listen) {
    const said = log.length;
    const args = ["serve", "--listen", listen, "--data", data, ...(demo ? ["--demo"] : [])];
    child = spawn(binary, args, { env: settings, stdio: ["ignore", "pipe", "pipe"] });
    const heard = (/** @type {Buffer} */ bytes) => { log += bytes.toString("utf8"); };
    child.stdout?.on("data", heard);
    child.stderr?.on("data", heard);
    const line = await until("the collector to listen", () => {
      if (child.exitCode !== null) throw new Error(`the collector ended with ${child.exitCode}:\n${log.slice(said)}`);
      return /listening on (http:\/\/[\d.]+:\d+)/.exec(log.slice(said))?.[1];
    });
    own = line;
  }

  /** @param {...string} args a command and its flags; answers what it printed as JSON */
  async function cli(...args) {
    const { stdout } = await run(binary, [...args, "--data", data, "--json"], { env: settings, maxBuffer: 1 << 28 });
    return stdout.trim() ? JSON.parse(stdout) : null;
  }

  await serve("127.0.0.1:0");
  const between = tap ? await startTap(() => own, () => slowness) : null;
  const { token } = await cli("token", "create");

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   */
  async function request(method, path, body) {
    return fetch(own + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @returns {Promise<any>} the answer's JSON; throws on anything but success
   */
  async function api(method, path, body) {
    const answer = await request(method, path, body);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  return {
    data,
    token: /** @type {string} */ (token),
    /** Where pages find it. */
    get address() { return between?.address ?? own; },
    /** The process itself, past the tap. */
    get own() { return own; },
    /** All that it printed since the start. */
    get log() { return log; },
    /** Bodies POSTed to the intake, as raw bytes, and their answers. */
    get bodies() { return between?.bodies ?? []; },
    /** @param {number} milliseconds that each body needs from now on to get through the tap */
    slowDown(milliseconds) { slowness = milliseconds; },
    /** Every request line that passed the tap. */
    get requests() { return between?.requests ?? []; },
    /** The one-time link that the first start shows on the terminal. */
    get signInLink() {
      const link = [...log.matchAll(/http:\/\/127\.0\.0\.1:\d+\/\S+/g)].map(([url]) => url).find((url) => /sign|login|claim/.test(url));
      if (!link) throw new Error(`no sign-in link on the terminal:\n${log}`);
      return link;
    },
    cli,
    api,
    request,

    /**
     * @param {string} origin
     * @param {Record<string, unknown>} [settings] beyond the defaults
     * @returns {Promise<Site>}
     */
    async addSite(origin, settings = {}) {
      const { plan, ...rest } = settings;
      const site = await cli("site", "add", "--name", "Test", "--origin", origin, ...(plan ? ["--plan", String(plan)] : []));
      if (Object.keys(rest).length) await api("PATCH", `/api/v1/sites/${site.id}`, rest);
      return site;
    },

    /** @returns {Promise<Site>} the seeded demo site */
    async demoSite() {
      const sites = await api("GET", "/api/v1/sites");
      const site = (sites.items ?? sites).find((/** @type {Site} */ one) => one.key === "demo");
      if (!site) throw new Error("no site has the key demo");
      return site;
    },

    /**
     * @param {Site} site
     * @returns {Promise<Recording[]>}
     */
    async recordings(site) {
      return (await api("GET", `/api/v1/recordings?site=${site.id}`)).items;
    },

    /**
     * @param {Site} site
     * @param {{count?: number, timeout?: number}} [options]
     * @returns {Promise<Recording[]>} once as many as wanted are ready
     */
    async waitReady(site, { count = 1, timeout = 30_000 } = {}) {
      return until(
        `${count} ready recording(s)`,
        async () => {
          const ready = (await this.recordings(site)).filter((recording) => recording.state === "ready");
          return ready.length >= count ? ready : undefined;
        },
        { timeout },
      );
    },

    /**
     * @param {string} id
     * @param {"rrweb" | "html" | "revisit"} format
     * @returns {Promise<Buffer>}
     */
    async export(id, format) {
      const answer = await request("GET", `/api/v1/recordings/${id}/export?format=${format}`);
      if (!answer.ok) throw new Error(`export ${format}: ${answer.status} ${await answer.text()}`);
      return Buffer.from(await answer.arrayBuffer());
    },

    /** @returns {Promise<{path: string, bytes: Buffer}[]>} every file of the data folder */
    async files() {
      const entries = await readdir(data, { recursive: true, withFileTypes: true });
      const read = await Promise.all(
        entries
          .filter((entry) => entry.isFile())
          .map(async (entry) => {
            const path = join(entry.parentPath ?? entry.path, entry.name);
            // What the collector has taken away meanwhile, or put in its place under another name, is no file any more.
            const bytes = await readFile(path).catch((problem) => {
              if (problem.code !== "ENOENT") throw problem;
            });
            return bytes ? [{ path, bytes }] : [];
          }),
      );
      return read.flat();
    },

    /** Ends the process as a power cut would. */
    async kill9() {
      const gone = new Promise((done) => child.once("exit", done));
      child.kill("SIGKILL");
      await gone;
    },

    /** Starts it again on the same data and the same address. */
    async restart() {
      await serve(new URL(own).host);
    },

    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = new Promise((done) => child.once("exit", done));
        child.kill("SIGTERM");
        const hard = setTimeout(() => child.kill("SIGKILL"), 5000);
        await gone;
        clearTimeout(hard);
      }
      await between?.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof startCollector>>} Collector */
