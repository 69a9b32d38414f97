// Frames on their way, oldest first, within a bound.
// In: items with their sizes. Out: what goes into the next body, what goes first when the page is left, what was given up.
// Never: sends, seals, or knows the time.

/** Bytes of frames kept while the collector cannot be reached. */
const QUEUE_MAX = 4 << 20;
/** Bytes and frames of an ordinary body. */
const BODY_BYTES = 64 << 10;
const BODY_FRAMES = 64;
/** What a frame costs beside its payload, at most. */
const FRAME_COST = 48;
/** Flags of a page's last frame, and of one with input. */
const END = 4, ACTIVE = 8;
/** Bytes of a frame that is small. One with a click always is, see `src/payload.rs`. */
const SMALL = 4 << 10;

/**
 * @template Page
 * @typedef {object} Item
 * @property {Page} page
 * @property {number} seq
 * @property {number} at
 * @property {number} flags
 * @property {Uint8Array} bytes the records, then the sealed frame
 * @property {boolean} sealed its bytes never change again
 * @property {boolean} packing is being compressed
 * @property {boolean} leaving is on its way in a request that outlives the page
 */

/**
 * @template Page
 * @typedef {ReturnType<typeof createQueue<Page>>} Queue
 */

/**
 * @template Page
 * @param {(page: Page) => unknown} recording two pages' frames share a body only when this is the same for both
 */
export function createQueue(recording) {
  /** @type {Item<Page>[]} */
  let items = [];

  /**
   * The longest start of `from` that one body holds.
   * @param {Item<Page>[]} from
   */
  const body = (from) => {
    let room = BODY_BYTES;
    const end = from.findIndex(
      (item, index) =>
        recording(item.page) != recording(from[0].page) || index >= BODY_FRAMES || ((room -= item.bytes.length + FRAME_COST) < 0 && index > 0),
    );
    // A copy: more frames come while a body is on its way.
    return from.slice(0, end < 0 ? undefined : end);
  };

  return {
    /** @param {Item<Page>} item */
    add: (item) => void items.push(item),

    all: () => items,

    /** The next ordinary body: nothing while its first frame is not ready. */
    next() {
      const end = items.findIndex((item) => item.packing || item.leaving);
      return body(end < 0 ? items : items.slice(0, end));
    },

    /**
     * Bodies for the last requests of a page. The first is small: ends and clicks. Then the others from the oldest on, since
     * what follows a gap is of no use, and what is on its way already (`sent`) only if there is room.
     * @param {number} budget bytes in all
     * @param {number} urgent bytes of the first body
     * @param {Item<Page>[]} sent
     * @returns {Item<Page>[][]}
     */
    leave(budget, urgent, sent) {
      const isUrgent = (/** @type {Item<Page>} */ { flags, bytes }) => flags & END || (flags & ACTIVE && bytes.length < SMALL);
      const rank = (/** @type {Item<Page>} */ item) => (isUrgent(item) ? 0 : sent.includes(item) ? 2 : 1);
      // The newest of the urgent first, should there be too many.
      const order = items.filter((item) => !rank(item)).reverse().concat(items.filter((item) => rank(item) == 1), items.filter((item) => rank(item) > 1));
      /** @type {Item<Page>[][]} */
      const bodies = [];
      for (const item of order) {
        const cost = item.bytes.length + FRAME_COST;
        if (cost > budget || item.leaving) continue;
        budget -= cost;
        urgent -= cost;
        const last = bodies[bodies.length - 1];
        const fits = last && last.length < BODY_FRAMES && recording(last[0].page) == recording(item.page) && (urgent >= 0 || bodies.length > 1);
        if (fits) last.push(item);
        else bodies.push([item]);
      }
      return bodies;
    },

    /** @param {Item<Page>[]} done */
    remove(done) {
      items = items.filter((item) => !done.includes(item));
    },

    /**
     * Gives frames up when there are too many: all but the next body and last frames, since what follows a gap is of no use.
     * @returns {boolean} whether any was
     */
    trim() {
      if (items.reduce((sum, item) => sum + item.bytes.length, 0) <= QUEUE_MAX) return false;
      const kept = body(items);
      items = items.filter((item) => kept.includes(item) || item.leaving || item.flags & END);
      return true;
    },
  };
}
