// Wraps a getter of a prototype, as js/tap/wraps.js does methods and setters: it calls the original first, keeps the name,
// and is taken away again unless somebody wrapped it meanwhile.

import { guarded } from "./seam.js";

/**
 * @param {any} owner
 * @param {string} name of an accessor
 * @param {(receiver: any) => void} heard after the value was read
 * @returns {() => void} undo
 */
export function wrapGetter(owner, name, heard) {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  const original = descriptor?.get;
  if (!descriptor?.configurable || !original) return () => {};
  let listens = true;
  const hears = guarded(heard);
  const wrapper = new Proxy(original, {
    apply(target, self, args) {
      const value = Reflect.apply(target, self, args);
      if (listens) hears(self);
      return value;
    },
  });
  Object.defineProperty(owner, name, { ...descriptor, get: wrapper });
  return () => {
    listens = false;
    const now = Object.getOwnPropertyDescriptor(owner, name);
    if (now?.get === wrapper) Object.defineProperty(owner, name, { ...now, get: original });
  };
}
