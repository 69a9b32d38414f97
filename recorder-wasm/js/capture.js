// Captures one page: starts the tap's parts, plans flushes, hands each flush to the wasm module, and emits the payloads that
// it makes. In: settings, the page's identity. Out: payloads, each the records of one frame. Never sends, never stores,
// never throws into the page, and gives everything back at the end.

import { clearTimeout, fetch, listen, setTimeout } from "./natives.js";
import { hold, release as releaseEarly, rescue } from "./tap/early.js";
import * as fields from "./tap/fields.js";
import { guarded, open as guard } from "./tap/guard.js";
import * as marks from "./tap/marks.js";
import * as nodes from "./tap/nodes.js";
import * as observe from "./tap/observe.js";
import * as op from "./tap/ops.js";
import * as sheets from "./tap/sheets.js";
import * as walk from "./tap/walk.js";
import { wrapMethod, wrapSetter } from "./tap/wraps.js";
import { close as closeWriter, hasWords, ingest, open as openWriter, put, putString, putText, told } from "./tap/writer.js";

/**
 * Milliseconds from the first mark to the flush. Every state that stood for 50 ms must be in the recording, within 50 ms
 * of its time, and a timer may be late.
 */
const FLUSH_AFTER_MS = 30;
/** Milliseconds that one slice of a walk may take. */
const SLICE_MS = 4;
/** Milliseconds between two reports of activity, at most: each reads the browser's storage, milliseconds where the disk is busy. */
const ACTIVITY_EVERY_MS = 10_000;
/** Attributes that can change how much of an element's inside may be shown: the element is then read anew. */
const LEVEL_ATTRIBUTES = /^(contenteditable|role|autocomplete|type)$/;

/** The END record and the flag of its frame, as in `shared`: the one record that may have to be made without it. */
const END_TAG = 14, END_FLAG = 4;

/**
 * What the late module writes through, see js/late/seam.js.
 * @typedef {typeof seam} Seam
 */
export const seam = {
  listen,
  fetch,
  setTimeout,
  guarded,
  wrapMethod,
  wrapSetter,
  idOf: nodes.idOf,
  nodeOf: nodes.nodeOf,
  idCount: nodes.idCount,
  ignoresEvents: walk.ignoresEvents,
  isMarked: walk.isMarked,
  inside: walk.inside,
  forget: nodes.forget,
  matches: marks.matches,
  put,
  putString,
  putText,
  hasWords,
  typed: fields.typed,
  reset: fields.reset,
  noteRule: sheets.noteRule,
  adoptedBy: sheets.adoptedBy,
  adopting: sheets.roots,
  unwritten: sheets.unwritten,
};

/**
 * The late module once it is there: a step of `Tap` in js/late/late.js, and what belongs to it.
 * @typedef {(step: keyof import("./late/late.js").Tap, ...args: any[]) => void} Late
 */

/**
 * What a capture gives to the late module.
 * @typedef {object} Ears
 * @property {any} settings of the site
 * @property {number} zero performance.now() at the page's time 0
 * @property {() => number} now milliseconds of the page's clock
 * @property {() => void} dirty plans a flush
 * @property {() => void} flush reads the document now
 * @property {() => void} active the visitor did something
 * @property {(owner: any) => void} sheetLoaded
 * @property {(frame: any) => void} frameLoaded
 * @property {(record: Uint8Array, at: number) => void} emit a record as it is, with no text in it, after all that was written before
 */

/** @typedef {ReturnType<typeof observe.take>} Changes what a flush found changed */

/** @typedef {{records: Uint8Array, at: number, flags: number}} Payload records of one frame; `at` in ms of the page's clock */

/**
 * @typedef {object} CaptureOptions
 * @property {any} settings of the site, see the settings answer
 * @property {Uint8Array | null} visitor 16 bytes
 * @property {[number, number]} salt two random numbers of the recording, never sent
 * @property {number} tab
 * @property {0 | 1 | 2} start why the page starts, see `record::Hello`
 * @property {(payload: Payload) => void} emit
 * @property {() => void} activity the visitor did something; not told each time
 * @property {() => boolean} navigated the address changed without a load; false when the page may not be recorded there:
 *   nothing of it is read, and the capture is ended soon
 * @property {() => void} failed an error of ours: nothing more is captured
 * @property {Late} [late]
 * @property {Pick<import("./module.js").Module, "exports" | "memory">} wasm
 */

/** @typedef {ReturnType<typeof capture>} Capture */

/** @param {CaptureOptions} options */
export function capture(options) {
  const { settings, emit } = options;
  let { late } = options;
  const { exports: wasm, memory } = options.wasm;
  const zero = performance.now();
  const epochMs = Date.now();
  /** @type {any} */
  let timer = null;
  /** What gives the prototypes of each document's window back. @type {Map<any, (() => void)[]>} */
  const wrapped = new Map();
  let isCheckpoint = false;
  let isOn = true;
  let isReading = false;
  let lastActivity = -Infinity;
  let address = location.href;
  let isLeftOut = false;
  /** Documents and shadow roots. @type {Set<any>} */
  const roots = new Set();

  const now = () => Math.max(0, Math.round(performance.now() - zero));

  function dirty() {
    if (timer === null && isOn) timer = setTimeout(guarded(tick), FLUSH_AFTER_MS);
  }

  function tick() {
    timer = null;
    if (!isOn) return;
    read(performance.now() + SLICE_MS);
    if (walk.hasSkipped()) timer ??= setTimeout(guarded(tick), 0);
  }

  function active() {
    const time = performance.now();
    if (time - lastActivity < Math.min(ACTIVITY_EVERY_MS, settings.idle_ms / 20)) return;
    lastActivity = time;
    options.activity();
  }

  /** @type {walk.Finds} */
  const finds = {
    root(root) {
      observe.observe(root);
      if (!roots.has(root)) found(root);
      sheets.findRoot(root);
      if (root.defaultView) wrap(root);
    },
    field: fields.find,
    sheet: sheets.find,
    media: (media) => late?.("media", media),
  };

  /** @param {any} root */
  function found(root) {
    roots.add(root);
    if (late) late("root", root);
    else hold(root);
  }

  /**
   * Reads what changed and hands it over.
   * @param {number} deadline performance.now at which new nodes are left for later
   */
  function read(deadline) {
    if (isReading) return;
    isReading = true;
    try {
      const time = now();
      late?.("before");
      isLeftOut = !checkAddress(time);
      if (isLeftOut) return;
      observe.pull();
      walk.limit(deadline);
      const changed = observe.take();
      changes(changed);
      late?.("changed", changed);
      put(op.DOM_END);
      put(time);
      sheets.write(time);
      fields.write(time);
      late?.("after", time);
      const complete = isCheckpoint && !walk.hasSkipped();
      if (complete) {
        isCheckpoint = false;
        put(op.CHECKPOINT_END);
        put(time);
      }
      ingest(release);
      drain(complete);
      if (complete) {
        late?.("complete");
      }
    } finally {
      isReading = false;
    }
  }

  /** @param {ReturnType<typeof observe.take>} changed */
  function changes(changed) {
    const styled = [];
    for (const element of changed.styled) {
      if (nodes.has(element, nodes.CLASS) && changesMarks(element)) renew(element);
      else styled.push(element);
    }
    for (const [name, elements] of changed.others) {
      if (!LEVEL_ATTRIBUTES.test(name) && !marks.isMarkName(name)) continue;
      for (const element of elements) if (mustRenew(element, name)) renew(element);
    }
    const renewed = observe.take();
    // Before the walk: what was forgotten meanwhile has lost its mark, and is read anew with what holds it.
    const parents = changed.parents.concat(renewed.parents).filter((parent) => nodes.has(parent, nodes.CHILDREN) && !isOrphan(parent));
    for (const parent of parents) {
      sheets.textChanged(parent);
      walk.list(parent, observe.childrenOf);
    }
    // Changes of one name beside each other pack best.
    for (const element of styled) if (nodes.has(element, nodes.CLASS)) walk.attribute(element, "class");
    for (const element of styled) {
      if (nodes.has(element, nodes.STYLE)) walk.attribute(element, "style");
      nodes.unmark(element, nodes.CLASS | nodes.STYLE);
    }
    for (const [name, elements] of changed.others) {
      for (const element of elements) if (nodes.idOf(element) !== 0) walk.attribute(element, name);
    }
    for (const text of changed.texts) {
      if (!nodes.has(text, nodes.TEXT)) continue;
      nodes.unmark(text, nodes.TEXT);
      sheets.textChanged(text);
      walk.changedText(text);
    }
  }

  /**
   * Whether a node's document is that of a frame which shows another now. Its frame's list says so, if not in this flush.
   * @param {any} node
   */
  const isOrphan = (node) => wrapped.size > 1 && (node.ownerDocument ?? node).defaultView === null;

  /** @param {any} element known, with another class than before */
  function changesMarks(element) {
    const known = walk.marksAt(nodes.idOf(element));
    if (known === 0 && !marks.hasSelectors() && marks.classMarks(element.getAttribute("class") ?? "") === 0) return false;
    return marks.marksOf(element) !== known;
  }

  /**
   * @param {any} element
   * @param {string} name of an attribute that changed
   */
  function mustRenew(element, name) {
    if (nodes.idOf(element) === 0) return false;
    if (marks.isMarkName(name)) return marks.marksOf(element) !== walk.marksAt(nodes.idOf(element));
    return name !== "type" || element.localName === "input";
  }

  /**
   * Reads an element anew, because how much of it may be shown has changed.
   * @param {any} element
   */
  function renew(element) {
    const parent = element.parentNode;
    if (!parent || nodes.idOf(parent) === 0) return;
    nodes.forget(element, walk.inside);
    nodes.unmark(parent, nodes.APPENDED);
    observe.childrenOf(parent);
  }

  /** @param {number} id */
  function release(id) {
    const node = nodes.release(id);
    walk.released(id);
    // A document that was opened anew goes by another id already.
    if ((node?.nodeType !== 9 && node?.nodeType !== 11) || nodes.idOf(node)) return;
    roots.delete(node);
    late?.("gone", node);
    unwrap(node);
  }

  /** @param {Document} page of this window or of a frame's */
  function wrap(page) {
    if (wrapped.has(page)) return;
    const view = /** @type {any} */ (page.defaultView);
    wrapped.set(page, [
      ...fields.wrap(view, dirty),
      ...sheets.wrap(view, dirty),
      wrapMethod(view.Element.prototype, "attachShadow", shadowAttached),
    ]);
  }

  /** @param {any} page */
  function unwrap(page) {
    wrapped.get(page)?.forEach((give) => give());
    wrapped.delete(page);
  }

  /**
   * @param {Element} host
   * @param {any[]} _args
   * @param {ShadowRoot} root
   */
  function shadowAttached(host, _args, root) {
    if (root.mode === "closed") walk.noteClosedRoot(host, root);
    observe.childrenOf(host);
  }

  /** @param {boolean} all the payload under way too */
  function drain(all) {
    while (wasm.next_payload(all)) {
      const [, , place, length, at, flags] = told();
      emit({ records: new Uint8Array(memory.buffer, place, length).slice(), at, flags });
    }
  }

  /** @param {number} time */
  function checkAddress(time) {
    if (location.href === address) return true;
    if (!options.navigated()) return false;
    address = location.href;
    put(op.NAVIGATE);
    put(time);
    putText(address);
    putText(document.title);
    return true;
  }

  /** Reads the whole document anew: everything told before is void. */
  function checkpoint() {
    nodes.clear();
    walk.open(finds);
    sheets.clear();
    fields.clear();
    observe.take();
    put(op.CHECKPOINT);
    put(now());
    nodes.know(document);
    finds.root(document);
    observe.childrenOf(document);
    isCheckpoint = true;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(guarded(tick), 0);
  }

  function hello() {
    put(op.HELLO);
    put(now());
    putText(address);
    putText(document.referrer);
    putText(document.title);
    putText(navigator.language);
    for (const size of [innerWidth, innerHeight, screen.width, screen.height]) put(size);
    put(Math.round(devicePixelRatio * 100));
    put(options.visitor ? 1 : 0);
    const visitor = new DataView((options.visitor ?? new Uint8Array(16)).slice().buffer);
    for (let at = 0; at < 16; at += 4) put(visitor.getUint32(at, true));
    put(options.tab);
    put(options.start);
    put(op.VISIBILITY);
    put(now());
    put(document.visibilityState === "visible" ? 1 : 0);
  }

  /** @type {Ears} */
  const ears = {
    settings,
    zero,
    now,
    dirty,
    flush: () => read(performance.now() + SLICE_MS * 2),
    active,
    sheetLoaded,
    frameLoaded: observe.childrenOf,
    emit(records, at) {
      handOver();
      emit({ records, at, flags: 0 });
    },
  };

  function hear() {
    if (late) late("open", ears);
    else hold(window);
    observe.open(dirty);
  }

  /** @param {any} owner of a sheet */
  function sheetLoaded(owner) {
    if (nodes.idOf(owner) !== 0) sheets.find(owner);
  }

  function deafen() {
    isOn = false;
    clearTimeout(timer);
    timer = null;
    observe.close();
    roots.clear();
    if (late) late("close");
    else releaseEarly();
    [...wrapped.keys()].forEach(unwrap);
  }

  /** Everything captured so far is emitted. */
  function flush() {
    if (!isOn) return;
    do read(Infinity);
    while (!isLeftOut && walk.hasSkipped());
    if (!late && !isLeftOut) rescue(zero);
    handOver();
  }

  /** Emits what was written, without reading the document. */
  function handOver() {
    ingest(release);
    drain(true);
  }

  guard(() => {
    deafen();
    options.failed();
  });
  openWriter(wasm, wasm.start(policyBits(settings), options.salt[0], options.salt[1]));
  marks.open(settings);
  hello();
  hear();
  checkpoint();

  return {
    epochMs,
    now,
    flush,
    /**
     * @param {number} reason see `record::End`
     * @param {boolean} [blind] nothing more is read or kept: not even what was read and not emitted
     */
    end(reason, blind) {
      if (blind) {
        this.abandon(reason);
      } else {
        // First what is written already: the browser may stop us on the way.
        drain(true);
        flush();
        put(op.END);
        put(now());
        put(reason);
        handOver();
      }
      if (isOn) deafen();
      nodes.clear();
      closeWriter();
    },
    /**
     * Ends a capture whose `end` the browser stopped halfway: nothing can be read or handed over any more.
     * @param {number} reason see `record::End`
     */
    abandon: (reason) => emit({ records: Uint8Array.of(END_TAG, 2, 0, reason), at: now(), flags: END_FLAG }),
    pause() {
      if (!isOn) return;
      flush();
      gap(1);
      ingest(release);
      deafen();
    },
    resume() {
      if (isOn) return;
      isOn = true;
      hear();
      checkpoint();
    },
    /** @param {number} reason why what was told before is lost, see `record::Gap` */
    checkpoint(reason) {
      if (!isOn) return;
      gap(reason);
      checkpoint();
    },
    heartbeat() {
      put(op.HEARTBEAT);
      put(now());
      flush();
      // The visit goes on while it is paused.
      if (!isOn) handOver();
    },
    /** The late module has come. */
    attach: guarded((/** @type {Late} */ module) => {
      const early = releaseEarly();
      late = module;
      if (!isOn) return;
      late("open", ears);
      for (const root of roots) late("root", root);
      late("catchUp", early);
      if (!isCheckpoint) late("complete");
      dirty();
    }),
  };

  /** @param {number} reason */
  function gap(reason) {
    put(op.GAP);
    put(now());
    put(reason);
  }
}

/** @param {any} settings */
const policyBits = (settings) =>
  (settings.record_numbers ? 1 : 0) |
  (settings.record_emails ? 2 : 0) |
  (settings.record_form_inputs ? 4 : 0) |
  (settings.record_properties ? 8 : 0) |
  (settings.allow_unmask ? 16 : 0);
