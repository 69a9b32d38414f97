// The visit: which recording this page belongs to, who may write to it, how long it lives, which tab this is.
// In: a storage, times, the settings' limits. Out: the recording's id and write secret, shared by the visit's pages and tabs.
// Never: keeps the secret or the recording's id after the visit, or anything else than one entry and one tab number.

/**
 * The entry in storage, as JSON under `rv:{site key}`. The loader reads `consent`, `start` and `last` too.
 * @typedef {object} Entry
 * @property {string} [id] 32 hexadecimal digits
 * @property {string} [secret] 32 hexadecimal digits
 * @property {number} start epoch milliseconds
 * @property {number} last input, epoch milliseconds
 * @property {string} [salt] 16 hexadecimal digits, never sent
 * @property {string} visitor 32 hexadecimal digits
 * @property {number} until when the visitor's id dies; 0: with the visit
 * @property {boolean} [consent] was given in this visit
 */

/**
 * @typedef {object} Visit
 * @property {string} id
 * @property {Uint8Array} recording
 * @property {Uint8Array} secret
 * @property {Uint8Array} visitor
 * @property {[number, number]} salt
 * @property {boolean} over the collector takes nothing of it any more
 */

/** @typedef {{getItem(key: string): string | null, setItem(key: string, value: string): void, removeItem(key: string): void}} Store */

/** @typedef {{idle: number, max: number}} Limits in milliseconds */

const DAY = 864e5;
/** How long a visitor's id lives that was allowed by `consent(true)` only. */
const CONSENTED_DAYS = 365;
/** How stale the time of the last input may be in storage. */
const GRAIN = 5000;

/** @param {Uint8Array} bytes */
export const toHex = (bytes) => Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join("");
/** @param {string} text */
export const fromHex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
/** @param {number} count */
export const random = (count) => crypto.getRandomValues(new Uint8Array(count));

/**
 * @param {Entry | undefined} entry
 * @param {number} now
 * @param {Limits} limits
 * @returns {0 | 2 | 3} 0 alive, else the END record's reason: 2 idle, 3 too long
 */
export const expired = (entry, now, { idle, max }) =>
  !entry?.id || !(Math.abs(now - entry.last) < idle) ? 2 : Math.abs(now - entry.start) < max ? 0 : 3;

/**
 * Storage of this origin that works: across tabs, else in this tab, else in this page.
 * @returns {Store}
 */
export function firstParty() {
  for (const name of /** @type {const} */ (["localStorage", "sessionStorage"])) {
    try {
      const store = globalThis[name];
      store.setItem("rv", "");
      store.removeItem("rv");
      return store;
    } catch {
      // Blocked, or full: the next one.
    }
  }
  /** @type {Map<string, string>} */
  const memory = new Map();
  return {
    getItem: (key) => memory.get(key) ?? null,
    setItem: (key, value) => void memory.set(key, value),
    removeItem: (key) => void memory.delete(key),
  };
}

/**
 * @param {Store} store
 * @param {string} key
 */
export function openSession(store, key) {
  let id = "";

  /** @returns {Entry | undefined} what the visit's tabs agree on now */
  const read = () => {
    try {
      return JSON.parse(store.getItem(key) || "") || undefined;
    } catch {
      // Nothing, or something else: a visit of its own.
    }
  };

  /** @param {Entry} entry */
  const write = (entry) => {
    try {
      store.setItem(key, JSON.stringify(entry));
    } catch {
      // Full: other tabs and pages will be recordings of their own.
    }
  };

  /**
   * @param {Entry} entry
   * @param {number} now
   * @param {number} days
   * @param {boolean} [consent]
   */
  const permit = (entry, now, days, consent) => {
    entry.consent ||= consent;
    if (!entry.until && (days || consent)) entry.until = now + (days || CONSENTED_DAYS) * DAY;
    write(entry);
  };

  return {
    /**
     * Joins the living recording or begins one.
     * @param {number} now
     * @param {Limits} limits
     * @param {number} days that a visitor's id may live
     * @param {boolean} [consent] given
     * @returns {Visit}
     */
    join(now, limits, days, consent) {
      let entry = read();
      if (!entry || expired(entry, now, limits)) {
        const known = entry && entry.until > now ? entry : undefined;
        entry = {
          id: toHex(random(16)),
          secret: toHex(random(16)),
          salt: toHex(random(8)),
          start: now,
          last: now,
          visitor: known?.visitor || toHex(random(16)),
          until: known?.until || 0,
        };
      }
      entry.last = now;
      permit(entry, now, days, consent);
      id = entry.id || "";
      const { secret = "", salt = "", visitor } = entry;
      const [low, high] = new Uint32Array(fromHex(salt).buffer);
      return { id, recording: fromHex(id), secret: fromHex(secret), visitor: fromHex(visitor), salt: [low, high], over: false };
    },

    /**
     * Remembers that consent was given while recording.
     * @param {number} now
     * @param {number} days
     */
    consent(now, days) {
      const entry = read();
      if (entry && !entry.consent) permit(entry, now, days, true);
    },

    /**
     * @param {number} now
     * @param {Limits} limits
     * @param {boolean} [input] the visitor did something just now
     * @returns {0 | 2 | 3} 0 when the recording goes on, else why it is over: expired, or removed, or replaced by another tab
     */
    over(now, limits, input) {
      const entry = read();
      const reason = entry?.id == id ? expired(entry, now, limits) : 2;
      if (input && entry && !reason && now - entry.last >= GRAIN) write({ ...entry, last: now });
      return reason;
    },

    /**
     * Removes the recording's id and secret, and the visitor's too unless it may outlive the visit.
     * @param {string} ended nothing happens when another tab has begun a new one
     * @param {number} now
     */
    end(ended, now) {
      const entry = read();
      if (entry?.id != ended) return;
      const { visitor, until } = entry;
      if (until > now) write({ visitor, until, start: 0, last: 0 });
      else store.removeItem(key);
    },
  };
}

const TAB = "rv:tab";

/**
 * The tab's number. It lies in sessionStorage only between two pages of the tab, so that a duplicated tab,
 * which starts with a copy of the storage, gets one of its own.
 */
export function claimTab() {
  let tab = 0;
  try {
    tab = Number(sessionStorage.getItem(TAB));
    sessionStorage.removeItem(TAB);
  } catch {
    // Blocked: a number for this page only.
  }
  return tab || new DataView(random(4).buffer).getUint32(0) || 1;
}

/** @param {number} tab */
export function releaseTab(tab) {
  try {
    sessionStorage.setItem(TAB, String(tab));
  } catch {
    // Blocked: the next page gets a number of its own.
  }
}
