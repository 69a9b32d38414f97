// Counts what scripts take from a page: listeners, observers, timers, intervals, and built-ins that are not the browser's
// own any more. To be put into a page before every script of it. In: the page's globals. Out: `ledger` on the window.
// Never: changes what a built-in does.

/** Runs in the page: holds everything it needs. */
export function keepLedger() {
  /** @type {any} */
  const page = globalThis;
  const counts = { observers: new Set(), timers: new Set() };

  /** @type {Map<string, Map<unknown, number>>} how often each listener is there, by target, type and phase */
  const heard = new Map();
  /** @type {WeakMap<object, number>} */
  const numbers = new WeakMap();
  let last = 0;
  const numberOf = (/** @type {any} */ target) => numbers.get(target) ?? (numbers.set(target, ++last), last);
  const keyOf = (/** @type {any} */ target, /** @type {string} */ type, /** @type {any} */ options) =>
    `${target === page ? "window" : (target.nodeName ?? target.constructor.name)}#${numberOf(target)} ${type} ${(typeof options === "object" ? options?.capture : options) ? "capture" : ""}`;
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = new Proxy(addEventListener, {
    apply(original, target, args) {
      const key = keyOf(target ?? page, args[0], args[2]);
      const own = heard.get(key) ?? new Map();
      heard.set(key, own);
      own.set(args[1], 1);
      args[2]?.signal && Reflect.apply(addEventListener, args[2].signal, ["abort", () => own.delete(args[1])]);
      return Reflect.apply(original, target ?? page, args);
    },
  });
  EventTarget.prototype.removeEventListener = new Proxy(removeEventListener, {
    apply(original, target, args) {
      heard.get(keyOf(target ?? page, args[0], args[2]))?.delete(args[1]);
      return Reflect.apply(original, target ?? page, args);
    },
  });
  for (const name of ["MutationObserver", "ResizeObserver", "IntersectionObserver", "PerformanceObserver"]) {
    const { observe, disconnect } = page[name].prototype;
    page[name].prototype.observe = new Proxy(observe, {
      apply(original, observer, args) {
        counts.observers.add(observer);
        return Reflect.apply(original, observer, args);
      },
    });
    page[name].prototype.disconnect = new Proxy(disconnect, {
      apply(original, observer, args) {
        counts.observers.delete(observer);
        return Reflect.apply(original, observer, args);
      },
    });
  }
  const { setTimeout, clearTimeout, setInterval, clearInterval } = page;
  page.setTimeout = new Proxy(setTimeout, {
    apply(original, receiver, [run, ...rest]) {
      const id = Reflect.apply(original, receiver, [(/** @type {any[]} */ ...args) => {
        counts.timers.delete(id);
        return typeof run === "function" ? run(...args) : undefined;
      }, ...rest]);
      counts.timers.add(id);
      return id;
    },
  });
  page.setInterval = new Proxy(setInterval, {
    apply(original, receiver, args) {
      const id = Reflect.apply(original, receiver, args);
      counts.timers.add(id);
      return id;
    },
  });
  for (const [name, clear] of /** @type {const} */ ([["clearTimeout", clearTimeout], ["clearInterval", clearInterval]])) {
    page[name] = new Proxy(clear, {
      apply(original, receiver, args) {
        counts.timers.delete(args[0]);
        return Reflect.apply(original, receiver, args);
      },
    });
  }

  /** Every function that an object of the browser offers, by name. @returns {Map<string, Function>} */
  const builtIns = () => {
    const found = new Map();
    const look = (/** @type {string} */ owner, /** @type {any} */ object) => {
      for (const key of Reflect.ownKeys(object)) {
        const descriptor = Object.getOwnPropertyDescriptor(object, key);
        for (const part of /** @type {const} */ (["value", "get", "set"])) {
          const made = descriptor?.[part];
          if (typeof made === "function") found.set(`${owner}.${String(key)} ${part}`, made);
        }
      }
    };
    for (const name of Object.getOwnPropertyNames(page)) {
      if (!/^[A-Z]/.test(name) && !/^(console|document|navigator|history|location|performance|navigation|fetch)$/.test(name)) continue;
      const object = page[name];
      if (object === null || (typeof object !== "function" && typeof object !== "object")) continue;
      look(name, object);
      if (object.prototype) look(`${name}.prototype`, object.prototype);
    }
    return found;
  };
  const before = builtIns();

  page.ledger = {
    /** Listeners by target, type and phase. */
    listeners: () => Object.fromEntries([...heard].filter(([, own]) => own.size > 0).map(([key, own]) => [key, own.size])),
    observers: () => counts.observers.size,
    timers: () => counts.timers.size,
    /** Built-ins that are another function than before. */
    changed: () => {
      const now = builtIns();
      return [...now].filter(([name, made]) => before.has(name) && before.get(name) !== made).map(([name, made]) => {
        const own = /** @type {Function} */ (before.get(name));
        return { name, looksAlike: made.name === own.name && made.length === own.length && /\[native code\]/.test(Function.prototype.toString.call(made)) };
      });
    },
  };
}
