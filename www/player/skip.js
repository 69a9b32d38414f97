// @ts-check
// Where to go on when nothing happens. In: stretches without input and without knowledge, a time. Out: a time. Pure.

/** @typedef {import("./model.js").Stretch} Stretch */

/** How much of a stretch is shown at its start and before its end, so that a jump can be followed. */
const LEAD_MS = 1_000;
/** Shorter jumps would only irritate. */
const WORTH_MS = 2_000;

/**
 * The time to jump to from `timeMs`, or nothing when there is something to see.
 * @param {readonly Stretch[]} stretches by start @param {number} timeMs @returns {number | null}
 */
export function jumpFrom(stretches, timeMs) {
  const stretch = stretchAt(stretches, timeMs);
  if (!stretch) return null;
  const target = stretch[1] - LEAD_MS;
  const isDue = timeMs >= stretch[0] + LEAD_MS && target - timeMs >= WORTH_MS;
  return isDue ? target : null;
}

/** @param {readonly Stretch[]} stretches @param {number} timeMs @returns {Stretch | undefined} */
export function stretchAt(stretches, timeMs) {
  return stretches.find(([from, to]) => timeMs >= from && timeMs < to);
}
