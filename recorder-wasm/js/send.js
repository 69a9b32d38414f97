// Frames to the collector, each until it is acknowledged or given up.
// In: payloads of a page. Out: bodies by fetch, by keepalive when the page is left, by sendBeacon as a last resort; what the collector refuses.
// Never: changes a frame once it is sealed, sends a page's frames out of order while the page lives, tries for ever.

import { createQueue } from "./queue.js";

/**
 * @typedef {object} Page
 * @property {import("./session.js").Visit} visit
 * @property {Uint8Array} id
 * @property {string} name its id in hexadecimal digits
 * @property {number} seq of its next frame
 * @property {number} epochMs
 */

/** @typedef {import("./queue.js").Item<Page>} Item */

/**
 * What the sender needs of its surroundings.
 * @typedef {object} Ports
 * @property {string} url
 * @property {(url: string, options: RequestInit) => Promise<Response>} fetch
 * @property {(run: () => void, milliseconds: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => boolean} offline the browser knows that there is no network
 * @property {(page: Uint8Array, seq: number, flags: number, epochMs: number, atMs: number, payload: Uint8Array) => Uint8Array} seal
 * @property {(recording: Uint8Array, secret: Uint8Array, sentAtMs: number, frames: Uint8Array[]) => Uint8Array} body
 * @property {(status: number, page: Page, active: boolean) => void} refused the collector wants no more of this page's recording (402, 403, 409, 410), or was given up (0)
 * @property {() => void} lost frames were given up: a fresh checkpoint is needed
 */

const DEFLATE = 1;
const END = 4;
const ACTIVE = 8;
/** Smaller payloads are sent as they are. */
const DEFLATE_OVER = 512;
/** Bytes of all keepalive requests in flight; browsers allow 65,536 and the page may have some of its own. */
const KEEPALIVE_MAX = 63 << 10;
/** Bytes of the first of them, so that the last click goes even if the browser refuses the bigger one. */
const URGENT_MAX = 16 << 10;
/** Bytes of a body before its frames, at most. */
const BODY_COST = 64;
const ATTEMPTS = 10;
/** How often frames may be lost before the page's recording ends. */
const LOSSES = 5;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 300_000;
const REQUEST_TIMEOUT = 60_000;

/**
 * Milliseconds before the next attempt.
 * @param {number} failures so far, at least one
 * @param {number} dice 0 … 1
 */
export const backoff = (failures, dice) => Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failures - 1) * (1 + dice));

/** @param {Uint8Array} bytes */
async function deflate(bytes) {
  const stream = new CompressionStream("deflate-raw");
  const writer = stream.writable.getWriter();
  writer.write(/** @type {any} */ (bytes));
  writer.close();
  return new Uint8Array(await new Response(stream.readable).arrayBuffer());
}

/** @param {Ports} ports */
export function createSender(ports) {
  /** @type {import("./queue.js").Queue<Page>} */
  const queue = createQueue((page) => page.visit);
  /** @type {Item[]} on their way in an ordinary request */
  let sending = [];
  let keepalive = 0;
  let failures = 0;
  let losses = 0;
  let lost = false;
  let closed = false;
  let scheduled = false;
  /** @type {any} */
  let waiting;
  /** @type {[Item[], () => void][]} */
  let waiters = [];

  /** @param {Item} item @param {Uint8Array} [packed] */
  const seal = (item, packed) => {
    if (item.sealed) return;
    const smaller = packed && packed.length < item.bytes.length;
    const flags = item.flags | (smaller ? DEFLATE : 0);
    item.bytes = ports.seal(item.page.id, item.seq, flags, item.page.epochMs, item.at, smaller ? packed : item.bytes);
    item.sealed = true;
  };

  /** @param {Item} item */
  const pack = async (item) => {
    try {
      seal(item, await deflate(item.bytes));
    } catch {
      // This browser cannot: it goes as it is.
    }
    item.packing = false;
    pump();
  };

  /** @param {Item[]} items of one recording */
  const bodyOf = (items) => {
    items.forEach((item) => seal(item));
    const { recording, secret } = items[0].page.visit;
    return ports.body(recording, secret, Date.now(), items.map((item) => item.bytes));
  };

  /**
   * @param {Item[]} items of one recording
   * @param {boolean} leaving
   * @returns {Promise<[number, number]>} status, 0 when there was no answer; milliseconds that the collector asks to wait
   */
  const post = async (items, leaving) => {
    let bytes = 0;
    try {
      const body = bodyOf(items);
      if (leaving) keepalive += bytes = body.length;
      const answer = await ports.fetch(ports.url, {
        method: "POST",
        body: /** @type {any} */ (body),
        headers: { "content-type": "text/plain" },
        credentials: "omit",
        referrerPolicy: "no-referrer",
        keepalive: leaving,
        signal: leaving ? undefined : AbortSignal.timeout?.(REQUEST_TIMEOUT),
      });
      return [answer.status, Number(answer.headers.get("retry-after")) * 1000 || 0];
    } catch {
      return [0, 0];
    } finally {
      keepalive -= bytes;
    }
  };

  /** @param {Item[]} done acknowledged or given up */
  const drop = (done) => {
    queue.remove(done);
    const left = queue.all();
    waiters = waiters.filter(([items, resolve]) => items.some((item) => left.includes(item)) || resolve());
  };

  /** @param {Item[]} items the body with which, or after which, frames were lost */
  const lose = (items) => {
    lost = false;
    if (++losses > LOSSES) giveUp(items, 0);
    else ports.lost();
  };

  /**
   * Of this recording nothing will be taken any more.
   * @param {Item[]} items
   * @param {number} status
   */
  const giveUp = (items, status) => {
    const { page } = items[0];
    page.visit.over = true;
    const all = items.concat(queue.all().filter((item) => item.page.visit == page.visit));
    drop(all);
    ports.refused(status, page, all.some((item) => item.flags & ACTIVE));
  };

  /** @param {Item[]} items @param {number} status */
  const settle = (items, status) => {
    if (status >= 200 && status < 300) {
      failures = 0;
      drop(items);
      if (lost) lose(items);
    } else if (status == 400 || status == 413) {
      drop(items);
      lose(items);
    } else {
      giveUp(items, status);
    }
  };

  /** @param {number} status */
  const passing = (status) => !status || status == 408 || status == 429 || status >= 500;

  /** Sends the next body, after what is running now has added its frames. */
  const pump = async () => {
    if (scheduled) return;
    scheduled = true;
    await undefined;
    scheduled = false;
    if (closed || sending[0] || waiting) return;
    const items = queue.next();
    if (!items[0]) return;
    sending = items;
    const [status, wait] = await post(items, false);
    sending = [];
    // The page may have sent the same frames while it was hidden, and know the answer.
    const open = items.filter((item) => queue.all().includes(item));
    if (!open[0]) return pump();
    if (passing(status)) {
      const offline = ports.offline();
      if (!offline && ++failures >= ATTEMPTS) return giveUp(open, 0);
      waiting = ports.setTimeout(wake, offline ? LONGEST_WAIT : Math.max(wait, backoff(failures, Math.random())));
    } else {
      settle(open, status);
      pump();
    }
  };

  /** Tries again at once. */
  const wake = () => {
    ports.clearTimeout(waiting);
    waiting = undefined;
    pump();
  };

  /** @param {Item[]} items */
  const send = async (items) => {
    items.forEach((item) => (item.leaving = true));
    // A beacon has no answer: what it carried stays here, to be repeated should the page live on.
    if (!("keepalive" in Request.prototype)) return navigator.sendBeacon(ports.url, new Blob([/** @type {any} */ (bodyOf(items))], { type: "text/plain" }));
    const [status] = await post(items, true);
    items.forEach((item) => (item.leaving = false));
    const open = items.filter((item) => queue.all().includes(item));
    if (open[0] && !passing(status)) settle(open, status);
    pump();
  };

  return {
    /**
     * @param {Page} page
     * @param {{records: Uint8Array, at: number, flags: number}} payload
     * @param {boolean} leaving there is no time to compress
     */
    push(page, { records, at, flags }, leaving) {
      const seq = page.seq++;
      // What follows a gap cannot be replayed before the next checkpoint; that the page was left can be told.
      if (page.visit.over || closed || (lost && !(flags & END))) return;
      const packing = !leaving && records.length > DEFLATE_OVER && "CompressionStream" in globalThis;
      /** @type {Item} */
      const item = { page, seq, at, flags, bytes: records, sealed: false, packing, leaving: false };
      queue.add(item);
      if (packing) pack(item);
      if (queue.trim()) {
        lost = true;
        drop([]);
      }
      pump();
    },

    /**
     * The page may be gone after this: everything that fits goes now.
     * @param {boolean} [again] the browser stopped the call before: nobody knows what went
     */
    leave(again) {
      if (again) {
        keepalive = 0;
        queue.all().forEach((item) => (item.leaving = false));
      }
      for (const items of queue.leave(KEEPALIVE_MAX - keepalive - 2 * BODY_COST, URGENT_MAX, sending)) send(items);
    },

    /** Beacons were not answered: what they carried is sent again, which is harmless. */
    back() {
      if (!keepalive) queue.all().forEach((item) => (item.leaving = false));
      pump();
    },

    /** The browser is online again: an attempt that waits is made now. */
    wake: () => waiting && wake(),

    /** @returns {Promise<void>} resolved when all frames that are here now are acknowledged or given up */
    flush: () =>
      new Promise((resolve) => {
        waiters.push([[...queue.all()], resolve]);
        drop([]);
        pump();
      }),

    /** Gives up everything that is here now. */
    forget: () => drop(queue.all()),

    /** Gives everything up. */
    close() {
      closed = true;
      drop(queue.all());
    },
  };
}

/** @typedef {ReturnType<typeof createSender>} Sender */
