// @ts-check
// What the player is doing. In: requests of the controls (through playback.js) and what the stage reports. Out: one state
// and calls of those who watch it. Controls never change it themselves: they ask, and show what comes back.

/**
 * @typedef {object} PlayerState
 * @property {boolean} playing
 * @property {boolean} ended  stands at the end
 * @property {number} timeMs
 * @property {number} durationMs
 * @property {number} speed
 * @property {boolean} skips  jumps over inactive stretches
 * @property {number} page  index of the page in front, -1 before the first
 * @property {string} url
 * @property {string} title
 * @property {boolean} inGap  nothing is known about this moment
 * @property {string} notice  what just happened by itself, in words
 */

export const SPEEDS = [0.5, 1, 2, 4, 8];

/** @returns {PlayerState} */
export function initialState() {
  return { playing: false, ended: false, timeMs: 0, durationMs: 0, speed: 1, skips: true, page: -1, url: "", title: "", inGap: false, notice: "" };
}

/** @template {object} S */
export class Store {
  /** @param {S} state */
  constructor(state) {
    this.state = state;
    /** @type {Set<(state: S, before: S) => void>} */
    this.watchers = new Set();
  }

  /** @param {Partial<S>} change */
  set(change) {
    const before = this.state;
    const isNews = Object.entries(change).some(([name, value]) => before[/** @type {keyof S} */ (name)] !== value);
    if (!isNews) return;
    this.state = { ...before, ...change };
    for (const watcher of this.watchers) watcher(this.state, before);
  }

  /** Called at once, then at each change. @param {(state: S, before: S) => void} watcher @returns {() => void} ends it */
  watch(watcher) {
    this.watchers.add(watcher);
    watcher(this.state, this.state);
    return () => this.watchers.delete(watcher);
  }
}

/** @param {number} speed @param {1 | -1} step @returns {number} the next one in that direction, or the same */
export function nextSpeed(speed, step) {
  const index = SPEEDS.indexOf(speed);
  return SPEEDS[index + step] ?? speed;
}

/**
 * What a person chose last, from text that anybody could have written.
 * @param {string | null} text @returns {{ speed: number, skips: boolean }}
 */
export function parseChoices(text) {
  const choices = { speed: 1, skips: true };
  try {
    const read = JSON.parse(text ?? "{}");
    if (SPEEDS.includes(read?.speed)) choices.speed = read.speed;
    if (typeof read?.skips === "boolean") choices.skips = read.skips;
  } catch {
    // Not ours: as if nothing had been chosen.
  }
  return choices;
}
