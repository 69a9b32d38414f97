// The part of the recorder that nothing needs before the first checkpoint is on its way: what the visitor does, what the page
// tells. The recorder loads it then, once. In: the recorder's seam, and the steps of each capture. Out: operations written
// through the seam. Never: loads the recorder's own modules, which would be a second recorder.

import * as commands from "./commands.js";
import * as cssom from "./cssom.js";
import * as dead from "./dead.js";
import * as erase from "./erase.js";
import * as events from "./events.js";
import * as frames from "./frames.js";
import * as media from "./media.js";
import * as moved from "./moved.js";
import * as names from "./names.js";
import { optional } from "./optional.js";
import * as reopened from "./reopened.js";
import * as route from "./route.js";
import { open } from "./seam.js";
import * as selection from "./selection.js";
import * as states from "./states.js";
import * as told from "./told.js";
import * as touch from "./touch.js";

/**
 * A tap of the late module: a module that exports some of these steps.
 * @typedef {object} Tap
 * @property {(ears: import("../capture.js").Ears) => void} [open] a capture begins, or goes on after a pause
 * @property {(root: any) => void} [root] a document or shadow root was found; all known ones are told after `open`
 * @property {(root: any) => void} [gone] it is not part of the page any more
 * @property {(media: any) => void} [media] an image or video was found
 * @property {(early: [Event, any][]) => void} [catchUp] events that came before the late module did, with their targets
 * @property {() => void} [before] operations about the document as it was before this flush
 * @property {(changes: import("../capture.js").Changes) => void} [changed] what was observed since the last flush, while it is written
 * @property {(time: number) => void} [after] operations that need the nodes which this flush found
 * @property {() => void} [complete] the document was read completely
 * @property {(call: [string, any?, any?], visit: import("../session.js").Visit, host: import("../recorder.js").Host, sent: () => Promise<void>) => void} [call] of the page's API; `sent` waits for all that is on its way
 * @property {() => void} [forget] consent was withdrawn
 * @property {() => void} [close] gives everything back
 */

/** @param {any} page a document that has lost all its listeners */
reopened.hearAgain((page) => {
  for (const step of /** @type {const} */ (["gone", "root"])) TAPS.forEach((tap) => tap[step]?.(page));
});

/** @type {Tap[]} in the order in which they hear of each step */
const TAPS = [reopened, frames, cssom, names, events, moved, states, media, selection, touch, commands, dead, route, told, erase];

/**
 * @param {import("../capture.js").Seam} seam
 * @returns {import("../capture.js").Late}
 */
export function start(seam) {
  open(seam);
  TAPS.push(optional(seam));
  return (step, ...args) => TAPS.forEach((tap) => /** @type {any} */ (tap[step])?.(...args));
}
