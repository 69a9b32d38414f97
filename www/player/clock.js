// @ts-check
// The player's clock: wall time in, recording time out. Pure; it never looks at the time itself.
// A frame that came late (a slow build, a hidden tab) moves the clock by little: nothing is passed over unshown.

/** The most that one frame may move the clock, in wall milliseconds. */
export const FRAME_MAX_MS = 250;

/** @typedef {{ timeMs: number, speed: number, running: boolean, seenMs: number }} Clock */

/** @returns {Clock} */
export function stopped() {
  return { timeMs: 0, speed: 1, running: false, seenMs: 0 };
}

/** @param {Clock} clock @param {number} nowMs @returns {Clock} */
export function started(clock, nowMs) {
  return clock.running ? clock : { ...clock, running: true, seenMs: nowMs };
}

/** @param {Clock} clock @returns {Clock} */
export function paused(clock) {
  return { ...clock, running: false };
}

/** @param {Clock} clock @param {number} timeMs @returns {Clock} */
export function moved(clock, timeMs) {
  return { ...clock, timeMs };
}

/** @param {Clock} clock @param {number} nowMs @param {number} endMs @returns {Clock} */
export function advanced(clock, nowMs, endMs) {
  if (!clock.running) return clock;
  const passed = Math.min(Math.max(0, nowMs - clock.seenMs), FRAME_MAX_MS);
  const timeMs = Math.min(endMs, clock.timeMs + passed * clock.speed);
  return { ...clock, timeMs, seenMs: nowMs, running: timeMs < endMs };
}
