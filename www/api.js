// @ts-check
// Talks to the collector's API. In: method, path, value. Out: what it answered, or an ApiProblem with its stable code.
// Sends nothing anywhere else, and puts nothing personal into an address.

export class ApiProblem extends Error {
  /** @param {number} status 0 when there was no answer @param {string} code @param {string} message */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * @param {string} method @param {string} path below the collector's address @param {unknown} [body]
 * @returns {Promise<any>} the JSON of the answer, nothing for 204
 */
export async function call(method, path, body) {
  const answer = await ask(method, path, body);
  return answer.status === 204 ? undefined : answer.json();
}

/** @param {string} path @param {Record<string, string>} [headers] @returns {Promise<Uint8Array>} */
export async function bytes(path, headers) {
  return new Uint8Array(await (await ask("GET", path, undefined, headers)).arrayBuffer());
}

/** @param {string} method @param {string} path @param {unknown} [body] @param {Record<string, string>} [headers] */
async function ask(method, path, body, headers = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      credentials: "same-origin",
      headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiProblem(0, "unreachable", "The collector cannot be reached. Is it still running?");
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new ApiProblem(answer.status, problem.code ?? "unknown", problem.detail ?? problem.title ?? `The collector answered ${answer.status}.`);
}

/**
 * @typedef {object} Recording  as the API lists it
 * @property {string} id
 * @property {string} site
 * @property {"open" | "ended" | "ready" | "expired" | "erased"} state
 * @property {boolean} [live]  some page of it is still open
 * @property {string | null} started_at
 * @property {string | null} [ended_at]
 * @property {number} duration_ms
 * @property {number} active_ms
 * @property {number} pages
 * @property {string | null} entry_url
 * @property {string | null} [exit_url]
 * @property {string | null} [referrer]
 * @property {string | null} [title]
 * @property {string | null} device
 * @property {string | null} browser
 * @property {string | null} os
 * @property {string | null} [country]
 * @property {string | null} visitor
 * @property {{ id?: string, name?: string, email?: string } | null} [identity]
 * @property {number} clicks
 * @property {number} rage_clicks
 * @property {number} [dead_clicks]
 * @property {number} errors
 * @property {string | null} [conversation]
 * @property {string} expires_at
 * @property {boolean} watched
 * @property {boolean} starred
 */
