// @ts-check
// Facts of a recording in words. In: values as the API has them. Out: text. Pure.

/** @param {string | null | undefined} time RFC 3339 @param {Date} [now] @returns {string} `Today 14:05`, `Tue 14:05`, `3 Nov 14:05` */
export function whenText(time, now = new Date()) {
  if (!time) return "–";
  const date = new Date(time);
  const days = Math.round((startOfDay(now) - startOfDay(date)) / 86_400_000);
  const clock = date.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  if (days === 0) return `Today ${clock}`;
  if (days === 1) return `Yesterday ${clock}`;
  const options = /** @type {Intl.DateTimeFormatOptions} */ (days < 7 && days > 0 ? { weekday: "short" } : { day: "numeric", month: "short" });
  return `${date.toLocaleDateString(undefined, options)} ${clock}`;
}

/** @param {Date} date */
function startOfDay(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** @param {string} time RFC 3339 @param {Date} [now] @returns {string} `in 9 days` */
export function untilText(time, now = new Date()) {
  const hours = (new Date(time).getTime() - now.getTime()) / 3_600_000;
  if (hours <= 0) return "now";
  if (hours < 1) return "in less than an hour";
  if (hours < 48) return `in ${Math.round(hours)} hours`;
  return `in ${Math.round(hours / 24)} days`;
}

/** Who it was, as well as that is known. @param {Pick<Partial<import("./api.js").Recording>, "identity" | "visitor">} recording */
export function whoText({ identity, visitor }) {
  const name = identity?.name ?? identity?.email ?? identity?.id;
  if (name) return String(name);
  return visitor ? `Visitor ${visitor.slice(0, 6)}` : "Visitor";
}

/**
 * Whether the visitor is still there. A recording stays open for some seconds after the last page has been left; an answer
 * that does not say `live` says no more than that it is open.
 * @param {Pick<Partial<import("./api.js").Recording>, "live" | "state">} recording
 */
export const isHere = ({ live, state }) => live ?? state === "open";

/** @param {...(string | null | undefined)} parts */
export function joined(...parts) {
  return parts.filter((part) => part).join(" · ");
}

/** @param {string | null | undefined} url @returns {string} the address as people say it */
export function addressText(url) {
  if (!url) return "–";
  try {
    const { host, pathname, search } = new URL(url);
    // As people write it: masked letters are no percent signs.
    return decodeURI(`${host}${pathname === "/" ? "" : pathname}${search}`);
  } catch {
    return url;
  }
}

/** @param {number} count @param {string} one @param {string} [many] */
export function counted(count, one, many = `${one}s`) {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}
