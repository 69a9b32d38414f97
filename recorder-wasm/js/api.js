// What the page tells about the visit: `revisit('identify' | 'tag' | 'event' | 'conversation', …)`.
// In: the calls, and each new capture. Out: records of the capture; what describes the visit is told again to every later one.
// Never: reads the page, or keeps what was told past a withdrawn consent.

/** @typedef {import("./capture.js").Capture} Capture */

/** What is kept and told again; an event happened once. */
const LASTING = /^(identify|tag|conversation)$/;

export function createTold() {
  /** @type {Map<string, [string, ...any]>} */
  let lasting = new Map();

  /** @param {Capture} capture @param {[string, ...any]} call */
  const tell = (capture, [name, one, two]) => {
    if (name == "identify") capture.identify(one);
    else if (name == "tag") capture.tag(one, two);
    else if (name == "event") capture.event(one, two);
    else if (name == "conversation") capture.conversation(one);
  };

  return {
    /** @param {Capture | null} capture @param {[string, ...any]} call */
    call(capture, call) {
      if (LASTING.test(call[0])) lasting.set(call[0] == "tag" ? `tag ${call[1]}` : call[0], call);
      if (capture) tell(capture, call);
    },

    /** @param {Capture} capture */
    again(capture) {
      for (const call of lasting.values()) tell(capture, call);
    },

    forget() {
      lasting = new Map();
    },
  };
}
