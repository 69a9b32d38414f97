// @ts-check
// The player's keys: one table for what they do and for the help that explains them. In: a key press. Out: a command.

/**
 * @typedef {"toggle" | "back" | "forward" | "previousMark" | "nextMark" | "stepBack" | "stepForward" | "slower" | "faster" | "skip" | "fullscreen" | "help"} Command
 * @typedef {{ keys: string[], shown: string[], command: Command, label: string }} Binding
 * @typedef {{ key: string, shiftKey: boolean, ctrlKey: boolean, altKey: boolean, metaKey: boolean }} Press
 */

/** `keys` as `KeyboardEvent.key` has them, in lower case, `Shift+` in front where Shift is part of the key. @type {readonly Binding[]} */
export const KEYMAP = [
  { keys: [" ", "k"], shown: ["Space", "K"], command: "toggle", label: "Play or pause" },
  { keys: ["arrowleft", "j"], shown: ["←", "J"], command: "back", label: "Back 10 seconds" },
  { keys: ["arrowright", "l"], shown: ["→", "L"], command: "forward", label: "Forward 10 seconds" },
  { keys: ["Shift+arrowleft"], shown: ["Shift ←"], command: "previousMark", label: "Previous event" },
  { keys: ["Shift+arrowright"], shown: ["Shift →"], command: "nextMark", label: "Next event" },
  { keys: [","], shown: [","], command: "stepBack", label: "One step back" },
  { keys: ["."], shown: ["."], command: "stepForward", label: "One step forward" },
  { keys: ["<", "Shift+<"], shown: ["<"], command: "slower", label: "Slower" },
  { keys: [">", "Shift+>"], shown: [">"], command: "faster", label: "Faster" },
  { keys: ["s"], shown: ["S"], command: "skip", label: "Skip inactivity, on or off" },
  { keys: ["f"], shown: ["F"], command: "fullscreen", label: "Full screen" },
  { keys: ["?", "Shift+?"], shown: ["?"], command: "help", label: "Show these keys" },
];

/** Elements that need keys of their own, and which. Everything with text to type in needs all. */
const OWN_KEYS = [
  { selector: "input:not([type=range], [type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]", keys: null },
  { selector: "input[type=range]", keys: ["arrowleft", "arrowright"] },
  { selector: "button, a[href], summary, input[type=checkbox]", keys: [" "] },
  { selector: "dialog[open] *", keys: null },
];

/** @param {Press} press @returns {string} */
function name(press) {
  return (press.shiftKey && press.key.length > 0 ? "Shift+" : "") + press.key.toLowerCase();
}

/**
 * What a press means, or nothing: not ours, with a modifier, or needed by the element that has the focus.
 * @param {Press} press @param {{ matches(selector: string): boolean } | null} focused @returns {Command | null}
 */
export function commandOf(press, focused) {
  if (press.ctrlKey || press.altKey || press.metaKey) return null;
  const key = name(press);
  const isTaken = OWN_KEYS.some(({ selector, keys }) => focused?.matches(selector) && (keys === null || keys.includes(key)));
  if (isTaken) return null;
  return KEYMAP.find((binding) => binding.keys.includes(key))?.command ?? null;
}
