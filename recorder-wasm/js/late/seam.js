// What the late module and those that it loads share with the recorder: never imported from there, since each file is a
// bundle of its own and would get a second recorder. In: the recorder's seam, once. Out: the same functions by name.

/** @typedef {import("../capture.js").Seam} Seam */
/** @typedef {import("../capture.js").Ears} Ears */

/** @type {Seam["listen"]} the browser's own addEventListener; returns what stops it */
export let listen;
/** @type {Seam["fetch"]} */
export let fetch;
/** @type {Seam["setTimeout"]} */
export let setTimeout;
/** @type {Seam["guarded"]} keeps errors of ours from the page: for whatever the browser calls */
export let guarded;
/** @type {Seam["wrapMethod"]} */
export let wrapMethod;
/** @type {Seam["wrapSetter"]} */
export let wrapSetter;
/** @type {Seam["idOf"]} a node's number, 0 when it is not known */
export let idOf;
/** @type {Seam["nodeOf"]} */
export let nodeOf;
/** @type {Seam["idCount"]} */
export let idCount;
/** @type {Seam["ignoresEvents"]} */
export let ignoresEvents;
/** @type {Seam["isMarked"]} */
export let isMarked;
/** @type {Seam["inside"]} the shadow root or inner document of an element, as far as it is known */
export let inside;
/** @type {Seam["forget"]} a subtree that has lost its place, see js/tap/nodes.js */
export let forget;
/** @type {Seam["matches"]} to be called on an element */
export let matches;
/** @type {Seam["put"]} writes a word of an operation (js/tap/ops.js) */
export let put;
/** @type {Seam["putString"]} a string that is likely to come again */
export let putString;
/** @type {Seam["putText"]} */
export let putText;
/** @type {Seam["hasWords"]} */
export let hasWords;
/** @type {Seam["typed"]} the visitor changed a field; false when that is not to be recorded */
export let typed;
/** @type {Seam["reset"]} a form's fields may have changed */
export let reset;
/** @type {Seam["noteRule"]} a rule of a sheet is to be told */
export let noteRule;
/** @type {Seam["adoptedBy"]} the constructed sheets that were told of a root */
export let adoptedBy;
/** @type {Seam["adopting"]} roots whose constructed sheets are to be told */
export let adopting;
/** @type {Seam["unwritten"]} owners of sheets that the browser cannot write down as they are */
export let unwritten;

/** @param {Seam} seam */
export function open(seam) {
  ({ listen, fetch, setTimeout, guarded, wrapMethod, wrapSetter } = seam);
  ({ idOf, nodeOf, idCount, ignoresEvents, isMarked, inside, forget, matches, put, putString, putText, hasWords } = seam);
  ({ typed, reset, noteRule, adoptedBy, adopting, unwritten } = seam);
}
