//! Kinds of characters. In: a text and an offset. Out: which one of 32 kinds stands there. All rules ask for sets of them,
//! so that one table and one loop serve every search.

use super::read::byte;
use super::wide;

/// A set of kinds, one bit each.
pub(super) type Kinds = u32;

/// The signs that are a kind of their own, from kind 5 on. `|` counts as `<`.
const SIGNS: &[u8; 26] = b"-_.~=+%:/\\?#&;,@\"'{}()[]<>";

/// Letters of other scripts, and what no rule asks for.
pub(super) const OTHER: Kinds = 1;
pub(super) const LOWER: Kinds = 1 << 1;
pub(super) const UPPER: Kinds = 1 << 2;
/// Digits of every script.
pub(super) const DIGIT: Kinds = 1 << 3;
/// White space of every script, and control characters.
pub(super) const SPACE: Kinds = 1 << 4;
/// `!` and the signs that are no kind of their own.
pub(super) const MARK: Kinds = 1 << 31;

pub(super) const LETTER: Kinds = LOWER | UPPER;
pub(super) const ALPHANUMERIC: Kinds = LETTER | DIGIT;
/// What opens a bracket.
pub(super) const OPENING: Kinds = signs(b"([{<");
/// What closes one.
pub(super) const CLOSING: Kinds = signs(b")]}>");
/// What ends a word: white space, brackets, and quotes and marks of a script that may write no spaces.
pub(super) const BREAK: Kinds = SPACE | signs(b"<>()[]{}\",;");
/// `@` in its widths.
pub(super) const AT: Kinds = signs(b"@");

/// What characters beyond ASCII are.
const WIDE: Kinds = OTHER | DIGIT | SPACE | AT | signs(b"<");

/// The set of some signs.
pub(super) const fn signs(signs: &[u8]) -> Kinds {
    let (mut kinds, mut at) = (0, 0);
    while at < signs.len() {
        kinds |= 1 << OF_ASCII[signs[at] as usize];
        at += 1;
    }
    kinds
}

const OF_ASCII: [u8; 128] = {
    let mut of = [31; 128];
    let mut at = 0;
    while at < 128 {
        of[at] = match at as u8 {
            b'a'..=b'z' => 1,
            b'A'..=b'Z' => 2,
            b'0'..=b'9' => 3,
            0..=b' ' => 4,
            _ => 31,
        };
        at += 1;
    }
    at = 0;
    while at < SIGNS.len() {
        of[SIGNS[at] as usize] = 5 + at as u8;
        at += 1;
    }
    of[b'|' as usize] = of[b'<' as usize];
    of
};

/// The kind of the character at an offset; 0 behind the end.
#[inline(never)]
pub(super) fn kind(text: &str, at: usize) -> Kinds {
    kind_here(text, at)
}

/// The same, written out in the loops that read every character.
#[inline(always)]
pub(super) fn kind_here(text: &str, at: usize) -> Kinds {
    if at >= text.len() {
        return 0;
    }
    let byte = text.as_bytes()[at];
    // The mask tells the compiler that the table is long enough.
    if byte < 0x80 { 1 << OF_ASCII[usize::from(byte & 0x7F)] } else { of_wide(text, at) }
}

#[inline(never)]
fn of_wide(text: &str, at: usize) -> Kinds {
    wide::kind_and_place(code(text, at)).0
}

/// The code of the character at an offset that is not ASCII.
#[inline(never)]
fn code(text: &str, at: usize) -> u32 {
    let more = next(text, at) - at - 1;
    let mut code = u32::from(byte(text, at)) & (0x3F >> more);
    for at in at + 1..=at + more {
        code = code << 6 | u32::from(byte(text, at)) & 0x3F;
    }
    code
}

/// What the digit at an offset counts.
pub(super) fn digit(text: &str, at: usize) -> u32 {
    let first = byte(text, at);
    if first < 0x80 { u32::from(first & 15) } else { wide::kind_and_place(code(text, at)).1 % 10 }
}

/// Where the character at an offset ends.
#[inline(always)]
pub(super) fn next(text: &str, at: usize) -> usize {
    let first = byte(text, at);
    at + 1 + usize::from(first >= 0xC0) + usize::from(first >= 0xE0) + usize::from(first >= 0xF0)
}

/// Which of the kinds the character has that begins at an offset; none inside a character and behind the end. Loops that go
/// byte by byte are shorter and faster than those that go by characters, and most sets have no wide character in them.
#[inline(always)]
fn among(text: &str, at: usize, kinds: Kinds) -> Kinds {
    let byte = byte(text, at);
    if byte >= 0x80 && (byte < 0xC0 || kinds & WIDE == 0) { 0 } else { kind_here(text, at) & kinds }
}

/// The offset of the first character of the kinds at or after `at`, `end` when there is none before it.
#[inline(never)]
pub(super) fn find(text: &str, mut at: usize, end: usize, kinds: Kinds) -> usize {
    while at < end && among(text, at, kinds) == 0 {
        at += 1;
    }
    at.min(end)
}

/// How many characters of the kinds stand between two offsets.
#[inline(never)]
pub(super) fn count(text: &str, mut at: usize, end: usize, kinds: Kinds) -> usize {
    let mut count = 0;
    while at < end {
        count += usize::from(among(text, at, kinds) != 0);
        at += 1;
    }
    count
}

/// Whether a character of the kinds stands between two offsets.
#[inline(never)]
pub(super) fn has(text: &str, start: usize, end: usize, kinds: Kinds) -> bool {
    find(text, start, end, kinds) < end
}
