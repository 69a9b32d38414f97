// What the page tells about the visit: `revisit('identify' | 'tag' | 'event' | 'conversation', …)`.
// In: the calls, and each new capture. Out: records of the capture; what describes the visit is told again to every later one.
// Never: reads the page, or keeps what was told past a withdrawn consent.

/** @typedef {import("./capture.js").Capture} Capture */

/** The calls there are. All but an event, which happened once, are told again. */
const CALLS = /^(event|identify|tag|conversation)$/;

export function createTold() {
  /** @type {Map<string, [string, ...any]>} */
  const lasting = new Map();

  /** @param {any} capture @param {[string, ...any]} call */
  const tell = (capture, [name, one, two]) => capture?.[name](one, two);

  return {
    /** @param {Capture | null} capture @param {[string, ...any]} call */
    call(capture, call) {
      const [name, key] = call;
      if (!CALLS.test(name)) return;
      if (name != "event") lasting.set(name == "tag" ? ` ${key}` : name, call);
      tell(capture, call);
    },

    /** @param {Capture} capture */
    again: (capture) => lasting.forEach((call) => tell(capture, call)),

    forget: () => lasting.clear(),
  };
}
