// Wraps built-ins of the page so that changes without a mutation or an event are seen. A wrapper calls the original first
// and lets its exception through, keeps name and length, and is taken away again unless somebody wrapped it meanwhile: then
// it stays in the chain and only hears nothing any more.

import { guarded } from "./guard.js";

/**
 * @param {any} owner
 * @param {string} name of a method
 * @param {(receiver: any, args: any[], result: any) => void} heard after it returned
 * @returns {() => void} undo
 */
export function wrapMethod(owner, name, heard) {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  if (!descriptor?.configurable || typeof descriptor.value !== "function") return () => {};
  const original = descriptor.value;
  let listens = true;
  const wrapper = {
    /** @this {any} @param {any[]} args */
    [name](...args) {
      const result = Reflect.apply(original, this, args);
      if (listens) guarded(heard)(this, args, result);
      return result;
    },
  }[name];
  Object.defineProperty(wrapper, "length", { value: original.length, configurable: true });
  Object.defineProperty(owner, name, { ...descriptor, value: wrapper });
  return () => {
    listens = false;
    if (owner[name] === wrapper) Object.defineProperty(owner, name, descriptor);
  };
}

/**
 * @param {any} owner
 * @param {string} name of an accessor
 * @param {(receiver: any) => void} heard after the value was set
 * @returns {() => void} undo
 */
export function wrapSetter(owner, name, heard) {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  if (!descriptor?.configurable || !descriptor.set) return () => {};
  const original = descriptor.set;
  let listens = true;
  const wrapper = /** @type {PropertyDescriptor} */ (
    Object.getOwnPropertyDescriptor(
      {
        set [name](/** @type {any} */ value) {
          Reflect.apply(original, this, [value]);
          if (listens) guarded(heard)(this);
        },
      },
      name,
    )
  ).set;
  Object.defineProperty(owner, name, { ...descriptor, set: wrapper });
  return () => {
    listens = false;
    if (Object.getOwnPropertyDescriptor(owner, name)?.set === wrapper) Object.defineProperty(owner, name, descriptor);
  };
}
