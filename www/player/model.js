// @ts-check
// The shapes that the decoder gives (`shared/src/replay/event.rs`), as types. No code.

/**
 * @typedef {{ at: number } & What} Event  something that happened; `at` is in milliseconds of the page's own time
 *
 * @typedef {{ type: "hello", url: string, referrer: string, title: string, language: string, viewport: [number, number], screen: [number, number], pixelRatioPercent: number, tab: number, start: number }
 *   | { type: "checkpoint" }
 *   | { type: "checkpointEnd" }
 *   | { type: "insert", parent: number, before: number, nodes: Node[] }
 *   | { type: "move", id: number, parent: number, before: number }
 *   | { type: "remove", id: number }
 *   | { type: "attribute", id: number, name: string, value?: string | null }
 *   | { type: "text", id: number, value: string }
 *   | { type: "pointer", kind: number, points: [number, number, number][] }
 *   | { type: "click", node: number, x: number, y: number, kind: number, within: [number, number], text: string, target: string }
 *   | Input
 *   | { type: "scroll", node: number, x: number, y: number }
 *   | { type: "viewport", width: number, height: number }
 *   | { type: "focus", node: number }
 *   | { type: "visibility", visible: boolean }
 *   | { type: "navigate", url: string, title: string }
 *   | { type: "end", reason: number }
 *   | SheetText
 *   | SheetRule
 *   | { type: "adopted", node: number, sheets: number[] }
 *   | { type: "custom", name: string, props: [string, string][] }
 *   | { type: "tag", key: string, value: string }
 *   | { type: "error", message: string }
 *   | { type: "gap", reason: number }
 *   | { type: "naturalSize", node: number, width: number, height: number }
 *   | { type: "state", node: number, state: number, value: number }
 *   | Media
 *   | { type: "selection", anchor: number, anchorOffset: number, focus: number, focusOffset: number }
 *   | { type: "key", name: string }
 *   | { type: "clipboard", node: number, kind: number }
 *   | { type: "submit", node: number, by: number, text: string }
 *   | { type: "touch", finger: number, isUp: boolean, points: [number, number, number][] }
 *   | Zoom
 *   | { type: "dead", node: number, agoMs: number }
 *   | { type: "defined", name: string, isDefined: boolean }
 *   | { type: "font", node: number, text: string }
 *   | { type: "source", node: number, url: string }
 *   | { type: "canvas", node: number, picture: Uint8Array<ArrayBuffer> }
 *   | { type: "vital", name: string, value: number }
 *   | { type: "console", level: number, text: string }} What
 *
 * @typedef {{ type: "input", node: number, value?: string | null, checked?: boolean | null, selected?: number[] | null, byVisitor: boolean }} Input
 * @typedef {{ type: "media", node: number, paused: boolean, muted: boolean, ended: boolean, timeMs: number, volumePercent: number, ratePercent: number, sinceMs: number }} Media
 * @typedef {{ type: "zoom", x: number, y: number, scalePercent: number }} Zoom  the part of the window that is seen
 * @typedef {{ type: "sheet", node: number, sheet: number, text: string }} SheetText
 * @typedef {{ type: "rule", node: number, sheet: number, index: number, text?: string | null }} SheetRule
 *
 * @typedef {{ id: number, parent: number } & NodeKind} Node
 * @typedef {{ kind: "document", quirks: boolean }
 *   | { kind: "doctype", name: string, publicId: string, systemId: string }
 *   | { kind: "element", namespace: number, tag: string, attributes: [string, string][], blocked?: [number, number] | null }
 *   | { kind: "text", value: string }
 *   | { kind: "comment" }
 *   | { kind: "shadowRoot", closed: boolean, delegatesFocus: boolean }
 *   | { kind: "moved" }} NodeKind
 *
 * @typedef {object} Snapshot
 * @property {number} at
 * @property {Node[]} nodes  parents before children; empty before the first checkpoint
 * @property {What[]} state  to apply after the nodes, in this order
 * @property {[number, number]} viewport
 * @property {string} url
 * @property {string} title
 * @property {[number, number] | null} [pointer]
 * @property {boolean} gap
 *
 * @typedef {[number, number]} Stretch  from, to, in milliseconds of the recording
 *
 * @typedef {object} PageOverview
 * @property {string} id
 * @property {number} offsetMs  page time + this = recording time
 * @property {number} startMs
 * @property {number} endMs
 * @property {string} url
 * @property {string} title
 * @property {[number, number]} viewport
 * @property {number} tab
 *
 * @typedef {{ fromMs: number, toMs: number, page: number }} Segment
 * @typedef {{ atMs: number, page: number, kind: string, label: string }} Mark
 *
 * @typedef {object} Overview
 * @property {number} durationMs
 * @property {PageOverview[]} pages
 * @property {Segment[]} segments
 * @property {Mark[]} marks
 * @property {Stretch[]} inactive
 * @property {Stretch[]} gaps
 *
 * @typedef {object} Decoder  a recording, open at one place
 * @property {() => Overview} overview
 * @property {(page: number, atMs: number) => Snapshot} seek
 * @property {(untilMs: number) => Event[]} next
 */

export {};
