// Keeps every error of ours away from the page: whatever the browser calls (listeners, timers, observers, wrapped
// built-ins) goes through here. In: functions. Out: the same functions, which on an error end the capture and say nothing.

let fail = () => {};

/** @param {() => void} failed called at the first error, once */
export function open(failed) {
  fail = () => {
    fail = () => {};
    failed();
  };
}

/**
 * @template {any[]} Args
 * @param {(...args: Args) => void} run
 * @returns {(...args: Args) => void}
 */
export const guarded =
  (run) =>
  (...args) => {
    try {
      run(...args);
    } catch {
      fail();
    }
  };
