// @ts-check
// Where the recording of this address comes from. In: a path. Out: how to ask for its facts and bytes, and what a person
// may do with it here: someone with a share link may only watch.

import { bytes, call } from "../api.js";

/** @typedef {import("../api.js").Recording} Recording */

/**
 * @typedef {object} Source
 * @property {boolean} isShared
 * @property {() => Promise<Partial<Recording>>} facts
 * @property {() => Promise<Uint8Array>} bytes
 * @property {(change: object) => Promise<unknown>} change
 * @property {(seconds: number) => Promise<{ url: string, expires_at: string }>} share
 */

/** @param {string} path @returns {Source | null} */
export function sourceOf(path) {
  const own = /^\/recordings\/([^/]+)\/?$/.exec(path)?.[1];
  const shared = /^\/s\/([^/]+)\/?$/.exec(path)?.[1];
  const never = () => Promise.reject(new Error("not with a share link"));
  if (own) {
    const at = `/api/v1/recordings/${own}`;
    return {
      isShared: false,
      facts: () => call("GET", at),
      bytes: () => bytes(`${at}/export?format=revisit`),
      change: (change) => call("PATCH", at, change),
      share: (seconds) => call("POST", `${at}/shares`, { expires_in: seconds }),
    };
  }
  if (shared) {
    const at = `/api/v1/shares/${shared}`;
    return { isShared: true, facts: () => call("GET", at), bytes: () => bytes(`${at}/recording`), change: never, share: never };
  }
  return null;
}
