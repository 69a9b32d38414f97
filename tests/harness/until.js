// Waits for something to become true. In: what is waited for, in words, and a question. Out: its first truthy answer.
// Never: waits for ever.

/**
 * @template T
 * @param {string} what
 * @param {() => T | Promise<T>} ask
 * @param {{timeout?: number, every?: number}} [options] milliseconds
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, ask, { timeout = 15_000, every = 50 } = {}) {
  const end = Date.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer) return /** @type {NonNullable<T>} */ (answer);
    if (Date.now() > end) throw new Error(`waited ${timeout} ms in vain for ${what}`);
    await pause(every);
  }
}

/** @param {number} milliseconds */
export function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}
