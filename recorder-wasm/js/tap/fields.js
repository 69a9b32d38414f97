// The state of form fields: value, checked, selected options. In: fields that the walk found, the visitor's input events,
// assignments by the page's scripts. Out: INPUT operations at the next flush. The value of a secret field is never read;
// whether it is empty is.

import * as nodes from "./nodes.js";
import { isSecret } from "./marks.js";
import { INPUT } from "./ops.js";
import { ignoresEvents } from "./walk.js";
import { wrapSetter } from "./wraps.js";
import { put, putText } from "./writer.js";

const HIDDEN_VALUE = "•••••";
/** Inputs that hold a choice instead of a text. */
const isChoice = (/** @type {any} */ field) => field.type === "checkbox" || field.type === "radio";
/** Inputs whose value is a label of the page or nothing that can be typed. */
const isLabel = (/** @type {any} */ field) => /^(submit|button|reset|image|hidden)$/.test(field.type);

/** @type {Set<any>} found by the walk: told only when they differ from their markup */
let found = new Set();
/** @type {Map<any, boolean>} changed since the last flush; whether the visitor did it */
let changed = new Map();

/** Knows of no field. */
export function clear() {
  found = new Set();
  changed = new Map();
}

/**
 * Hears of assignments by the scripts of a window.
 * @param {any} view the window
 * @param {() => void} dirty plans a flush
 * @returns {(() => void)[]} give the window's prototypes back
 */
export function wrap(view, dirty) {
  const byScript = (/** @type {any} */ field) => {
    while (/^opt/.test(field.localName)) field = field.parentNode ?? {};
    if (!nodes.idOf(field)) return;
    note(field, false);
    dirty();
  };
  return [
    wrapSetter(view.HTMLInputElement.prototype, "value", byScript),
    wrapSetter(view.HTMLInputElement.prototype, "checked", byScript),
    wrapSetter(view.HTMLTextAreaElement.prototype, "value", byScript),
    wrapSetter(view.HTMLSelectElement.prototype, "value", byScript),
    wrapSetter(view.HTMLSelectElement.prototype, "selectedIndex", byScript),
    wrapSetter(view.HTMLOptionElement.prototype, "selected", byScript),
  ];
}

/** @param {any} field that the walk found */
export const find = (field) => found.add(field);

/**
 * @param {any} field
 * @param {boolean} byVisitor
 */
function note(field, byVisitor) {
  changed.set(field, byVisitor || changed.get(field) === true);
  if (field.type !== "radio" || !field.name) return;
  // Choosing one lets go of the others, without an event of their own.
  const group = `input[type="radio"][name="${CSS.escape(field.name)}"]`;
  for (const other of field.getRootNode().querySelectorAll(group)) {
    if (!changed.has(other) && nodes.idOf(other) !== 0) changed.set(other, false);
  }
}

/**
 * The visitor typed or chose.
 * @param {any} field
 * @returns {boolean} whether it is to be recorded
 */
export function typed(field) {
  if (!/^(input|textarea|select)$/.test(field.localName)) return false;
  if (ignoresEvents(field)) return false;
  note(field, true);
  return true;
}

/**
 * A form was reset: every field of it may have changed.
 * @param {HTMLFormElement} form
 */
export function reset(form) {
  for (const field of HTMLFormElement.prototype.querySelectorAll.call(form, "input,textarea,select")) note(field, false);
}

/**
 * Writes what there is to tell. To be called after the lists of a flush.
 * @param {number} time
 */
export function write(time) {
  for (const field of found) if (nodes.idOf(field) !== 0 && !changed.has(field) && differs(field)) state(field, time, false);
  for (const [field, byVisitor] of changed) if (nodes.idOf(field) !== 0) state(field, time, byVisitor);
  found.clear();
  changed.clear();
}

/**
 * Whether a field shows something else than its markup says.
 * @param {any} field
 */
function differs(field) {
  if (field.localName === "select") {
    return Array.prototype.some.call(field.options, (option) => option.selected !== option.defaultSelected);
  }
  if (isLabel(field)) return false;
  if (isChoice(field)) return field.checked !== field.defaultChecked;
  return isSecret(field) ? true : field.value !== field.defaultValue;
}

/**
 * @param {any} field
 * @param {number} time
 * @param {boolean} byVisitor
 */
function state(field, time, byVisitor) {
  const isSelect = field.localName === "select";
  if (!isSelect && isLabel(field)) return;
  const choice = !isSelect && isChoice(field);
  put(INPUT);
  put(time);
  put(nodes.idOf(field));
  put(isSelect || choice ? 0 : 1);
  putText(isSelect || choice ? "" : valueOf(field));
  put(choice ? (field.checked ? 2 : 1) : 0);
  put(byVisitor ? 1 : 0);
  if (!isSelect) return put(0);
  const selected = Array.prototype.filter.call(field.options, (option) => option.selected);
  put(selected.length + 1);
  for (const option of selected) put(option.index);
}

/** @param {any} field */
function valueOf(field) {
  if (field.localName === "input" && (field.type === "file" || isSecret(field))) return field.value === "" ? "" : HIDDEN_VALUE;
  return field.value;
}
