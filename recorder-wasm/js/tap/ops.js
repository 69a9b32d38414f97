// The operations that the tap writes and `src/recorder.rs` reads. Numbers only: both sides name them the same.

export const LIST = 1;
export const APPEND = 2;
export const ATTRIBUTE = 3;
export const ATTRIBUTE_REMOVED = 4;
export const TEXTS = 5;
export const DOM_END = 6;
export const STRINGS_CLEARED = 7;
/** A record of nothing but numbers: time, tag, count, numbers; signed ones in zigzag. */
export const NUMBERS = 8;
export const HELLO = 10;
export const CHECKPOINT = 11;
export const CHECKPOINT_END = 12;
export const POINTER = 13;
export const CLICK = 14;
export const INPUT = 15;
export const SCROLL = 16;
export const VIEWPORT = 17;
export const FOCUS = 18;
export const VISIBILITY = 19;
export const NAVIGATE = 20;
export const END = 21;
export const SHEET = 22;
export const RULE = 23;
export const ADOPTED = 24;
export const EVENT = 25;
export const TAG = 26;
export const IDENTIFY = 27;
export const CONVERSATION = 28;
export const ERROR = 29;
export const GAP = 30;
export const HEARTBEAT = 31;
export const NATURAL_SIZE = 32;
export const DEFINED = 33;
export const FONT = 34;
export const SOURCE = 35;
export const CONSOLE = 36;

// Items of a child list: kind in the low three bits, the node's id above. 0 ends a list.
export const ITEM_END = 0;
export const ITEM_KNOWN = 1;
export const ITEM_ELEMENT = 2;
export const ITEM_TEXT = 3;
export const ITEM_DOCTYPE = 4;
export const ITEM_SHADOW_ROOT = 5;
export const ITEM_DOCUMENT = 6;
export const ITEM_COMMENT = 7;

// An element's flags: namespace in bits 0 and 1, marks (mask, unmask, block, ignore events) in bits 2 to 5.
export const MARKS_SHIFT = 2;
export const FLAG_WAS_SECRET = 1 << 6;

// Marks as the masking rules tell them.
export const MARK_MASK = 1;
export const MARK_UNMASK = 2;
export const MARK_BLOCK = 4;
export const MARK_IGNORE_EVENTS = 8;
