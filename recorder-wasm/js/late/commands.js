// What the visitor tells the page to do: command keys, the clipboard, forms. In: events. Out: KEY, CLIPBOARD and SUBMIT
// records. Never: reads a key that writes, what is in the clipboard, or what a form sends.

import { around, isField } from "./ask.js";
import * as numbers from "./numbers.js";
import { onRoots } from "./roots.js";
import { idOf, ignoresEvents } from "./seam.js";

/** As in `record::KEY_NAMES`. */
const NAMES = (
  "Enter,Escape,Tab,Backspace,Delete,ArrowUp,ArrowDown,ArrowLeft,ArrowRight,Home,End,PageUp,PageDown,Insert," +
  "F1,F2,F3,F4,F5,F6,F7,F8,F9,F10,F11,F12"
).split(",");
/** Keys that say nothing of what is being written. */
const ALWAYS = /^(Enter|Escape|Tab|F\d+)$/;

/** @type {import("./seam.js").Ears} */
let ears;

const { root, gone, close } = onRoots(
  { submit: submitted },
  {
    keydown: pressed,
    copy: (_event, target) => clipboard(target, 0),
    cut: (_event, target) => clipboard(target, 1),
    paste: (_event, target) => clipboard(target, 2),
  },
);
export { root, gone, close };

/** @param {import("./seam.js").Ears} receiver */
export function open(receiver) {
  ears = receiver;
}

/**
 * A key that is a command: with Ctrl or Meta, or one that has a name. Alt and Ctrl together write characters on many
 * keyboards, as Alt alone does on some.
 * @param {KeyboardEvent} event
 * @param {any} target
 */
function pressed(event, target) {
  const { key, repeat, isComposing, ctrlKey, shiftKey, altKey, metaKey } = event;
  if (!key || repeat || isComposing || ignoresEvents(target)) return;
  const place = NAMES.indexOf(key);
  const isCommand = (ctrlKey || metaKey) && !altKey && !event.getModifierState("AltGraph");
  if (place < 0 ? !isCommand || !/^[!-~]$/.test(key) : !isCommand && !ALWAYS.test(key) && around(target, isField)) return;
  const modifiers = (ctrlKey ? 1 : 0) | (shiftKey ? 2 : 0) | (altKey ? 4 : 0) | (metaKey ? 8 : 0);
  numbers.write(numbers.KEY, ears.now(), modifiers, place < 0 ? key.toLowerCase().charCodeAt(0) : 256 + place);
  ears.dirty();
}

/** @param {any} target @param {number} kind */
function clipboard(target, kind) {
  if (ignoresEvents(target)) return;
  numbers.write(numbers.CLIPBOARD, ears.now(), idOf(target), kind);
  ears.active();
  ears.dirty();
}

/** @param {SubmitEvent} event @param {any} target */
function submitted(event, target) {
  if (ignoresEvents(target)) return;
  const by = event.submitter;
  numbers.write(numbers.SUBMIT, ears.now(), idOf(target), by ? idOf(by) : 0);
  ears.dirty();
}
