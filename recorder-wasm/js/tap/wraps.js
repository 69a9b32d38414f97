// Wraps built-ins of the page so that changes without a mutation or an event are seen. A wrapper calls the original first
// and lets its exception through, is a proxy of it (same name, length, `[native code]`), and is taken away again unless
// somebody wrapped it meanwhile: then it stays in the chain and only hears nothing any more.

import { guarded } from "./guard.js";

/**
 * @param {any} owner
 * @param {string} name of a method
 * @param {(receiver: any, args: any[], result: any) => void} heard after it returned
 * @returns {() => void} undo
 */
export const wrapMethod = (owner, name, heard) => wrap(owner, name, "value", heard);

/**
 * @param {any} owner
 * @param {string} name of an accessor
 * @param {(receiver: any) => void} heard after the value was set
 * @returns {() => void} undo
 */
export const wrapSetter = (owner, name, heard) => wrap(owner, name, "set", heard);

/**
 * @param {any} owner
 * @param {string} name
 * @param {"value" | "set"} part of the property's descriptor
 * @param {(receiver: any, args: any[], result: any) => void} heard
 * @returns {() => void} undo
 */
function wrap(owner, name, part, heard) {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  if (!descriptor?.configurable || typeof descriptor[part] !== "function") return () => {};
  const hears = guarded(heard);
  let listens = true;
  const wrapper = new Proxy(descriptor[part], {
    apply(original, receiver, args) {
      const result = Reflect.apply(original, receiver, args);
      if (listens) hears(receiver, args, result);
      return result;
    },
  });
  Object.defineProperty(owner, name, { ...descriptor, [part]: wrapper });
  return () => {
    listens = false;
    if (Object.getOwnPropertyDescriptor(owner, name)?.[part] === wrapper) Object.defineProperty(owner, name, descriptor);
  };
}
