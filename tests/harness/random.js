// Numbers that are the same in every run. In: a seed. Out: random numbers, below a bound or out of a list. Never: is
// fit for secrets.

/** @param {number} seed */
export function randomOf(seed) {
  let state = seed >>> 0;
  /** @returns {number} 0 … 1 (mulberry32) */
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    /** @param {number} bound @returns {number} a whole number below it */
    below: (bound) => Math.floor(next() * bound),
    /** @template T @param {readonly T[]} list @returns {T} */
    of: (list) => /** @type {T} */ (list[Math.floor(next() * list.length)]),
  };
}
