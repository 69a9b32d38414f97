// The browser's own timers, observers, listeners and fetch, taken once when this module is evaluated.
// In: the page's globals. Out: the same functions past zone.js, which would run the page's change detection for each of our calls.
// Never: patches anything, adds an iframe to fetch clean functions from.

/** @type {any} */
const page = globalThis;
/** @type {((name: string) => string) | undefined} */
const symbol = page.Zone?.__symbol__;

/**
 * What `owner[name]` was before zone.js replaced it.
 * @param {any} owner
 * @param {string} name
 * @returns {any}
 */
export const original = (owner, name) => (symbol && owner[symbol(name)]) || owner[name];

/**
 * @param {string} name of a function of the window
 * @returns {any} it, callable without a receiver
 */
const own = (name) => original(page, name)?.bind(page);

/** @type {(run: () => void, milliseconds?: number) => any} */
export const setTimeout = own("setTimeout");
/** @type {(timer: any) => void} */
export const clearTimeout = own("clearTimeout");
/** @type {typeof globalThis.fetch} */
export const fetch = own("fetch");
/** @type {typeof globalThis.MutationObserver} */
export const MutationObserver = original(page, "MutationObserver");

const add = original(EventTarget.prototype, "addEventListener");
const remove = original(EventTarget.prototype, "removeEventListener");

/**
 * Listens with the browser's own addEventListener.
 * @param {EventTarget} target
 * @param {string} type
 * @param {(event: any) => void} listener
 * @param {boolean | AddEventListenerOptions} [options]
 * @returns {() => void} stops listening
 */
export function listen(target, type, listener, options) {
  add.call(target, type, listener, options);
  return () => remove.call(target, type, listener, options);
}
