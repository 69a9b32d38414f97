// @ts-check
// Times as people read, hear and write them. In: milliseconds, or the text of `?t=`. Out: text, or milliseconds.

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** @param {number} ms @returns {string} `2:05`, `1:02:05` */
export function clockText(ms) {
  const seconds = Math.floor(Math.max(0, ms) / SECOND_MS);
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** @param {number} ms @returns {string} `2 minutes 5 seconds`, for screen readers and sentences */
export function spokenTime(ms) {
  const seconds = Math.floor(Math.max(0, ms) / SECOND_MS);
  const parts = [
    [Math.floor(seconds / 3600), "hour"],
    [Math.floor(seconds / 60) % 60, "minute"],
    [seconds % 60, "second"],
  ];
  const said = parts.filter(([count]) => Number(count) > 0);
  const shown = said.length > 0 ? said : [parts[2]];
  return shown.map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`).join(" ");
}

/**
 * @param {number} ms @param {number} durationMs
 * @returns {string} `2 minutes 5 seconds of 8 minutes`
 */
export function spokenPosition(ms, durationMs) {
  return `${spokenTime(ms)} of ${spokenTime(durationMs)}`;
}

/** @param {number} ms @returns {string} `8 s`, `4 min 10 s`, `1 h 2 min`: for table cells */
export function shortTime(ms) {
  const seconds = Math.round(Math.max(0, ms) / SECOND_MS);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return seconds % 60 ? `${Math.floor(seconds / 60)} min ${seconds % 60} s` : `${seconds / 60} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`;
}

/**
 * The time of a link: `90`, `90.5`, `1m30s`, `1h2m`, `1:30`, `1:02:05`. Anything else is nothing.
 * @param {string | null} text @returns {number | null}
 */
export function parseTime(text) {
  const written = (text ?? "").trim().toLowerCase();
  if (/^\d+(\.\d+)?$/.test(written)) return Math.round(Number(written) * SECOND_MS);
  if (/^\d+(:\d{1,2}){1,2}$/.test(written)) {
    return written.split(":").reduce((total, part) => total * 60 + Number(part), 0) * SECOND_MS;
  }
  const units = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?$/.exec(written);
  if (written === "" || !units) return null;
  const [hours, minutes, seconds] = units.slice(1).map((part) => Number(part ?? 0));
  return Math.round(hours * HOUR_MS + minutes * MINUTE_MS + seconds * SECOND_MS);
}
