// @ts-check
// Where the recording of this address comes from. In: a path. Out: how to ask for its facts and bytes, and what a person
// may do with it here: someone with a share link, or in a chat tool's panel, may only watch.

import { bytes, call } from "../api.js";

/** @typedef {import("../api.js").Recording} Recording */
/** @typedef {Partial<Recording> & { needs_password?: boolean, once?: boolean, start_ms?: number, share_expires_at?: string }} Facts */

/**
 * @typedef {object} Share  a link as the API lists it
 * @property {string} id
 * @property {string} [url]
 * @property {string} created_at
 * @property {string} expires_at
 * @property {boolean} password
 * @property {boolean} once
 * @property {boolean} masked
 * @property {number} start_ms
 * @property {number} plays
 * @property {string | null} played_at
 * @property {string | null} [warning]
 */

/**
 * @typedef {object} Source
 * @property {boolean} isShared
 * @property {() => Promise<Facts>} facts
 * @property {(ticket?: string) => Promise<Uint8Array>} bytes
 * @property {(change: object) => Promise<unknown>} change
 * @property {((password?: string) => Promise<Facts & { ticket: string }>) | null} play  tells that Play was pressed; gives a ticket for the bytes
 * @property {Sharing | null} sharing
 * @property {string} exportAt  where its files are
 *
 * @typedef {object} Sharing
 * @property {() => Promise<Share[]>} list
 * @property {(how: object) => Promise<Share & { url: string }>} add
 * @property {(id: string) => Promise<unknown>} end
 * @property {(site: string) => Promise<{ kind: string, count: number }[]>} audit  what looks personal in what is stored
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
      play: null,
      sharing: {
        list: async () => (await call("GET", `${at}/shares`)).items,
        add: (how) => call("POST", `${at}/shares`, how),
        end: (id) => call("DELETE", `${at}/shares/${id}`),
        audit: async (site) => (await call("POST", "/api/v1/audit", { site, recording: own })).items,
      },
      exportAt: `${at}/export`,
    };
  }
  if (shared) {
    const at = `/api/v1/shares/${shared}`;
    return {
      isShared: true,
      facts: () => call("GET", at),
      bytes: (ticket) => bytes(`${at}/recording`, ticket ? { "revisit-ticket": ticket } : {}),
      change: never,
      play: (password) => call("POST", `${at}/play`, password === undefined ? {} : { password }),
      sharing: null,
      exportAt: "",
    };
  }
  return null;
}
