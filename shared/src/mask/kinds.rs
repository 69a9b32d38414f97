//! Kinds of characters. In: a text and an offset. Out: which one of 32 kinds stands there. All rules ask for sets of them,
//! so that one table and one loop serve every search.

use super::digits;
use super::read::byte;

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
#[inline]
pub(super) fn kind(text: &str, at: usize) -> Kinds {
    match text.as_bytes().get(at) {
        None => 0,
        Some(byte) => OF_ASCII.get(usize::from(*byte)).map_or_else(|| of_wide(text, at), |kind| 1 << kind),
    }
}

#[inline(never)]
fn of_wide(text: &str, at: usize) -> Kinds {
    let more = next(text, at) - at - 1;
    let mut code = u32::from(byte(text, at)) & (0x3F >> more);
    for at in at + 1..=at + more {
        code = code << 6 | u32::from(byte(text, at)) & 0x3F;
    }
    match code {
        0x85 | 0xA0 | 0x1680 | 0x2000..=0x200A | 0x2028 | 0x2029 | 0x202F | 0x205F | 0x3000 => SPACE,
        0xFF20 | 0xFE6B => AT,
        // « » “ ” „ 、 。 〈 to 】 ！ to ， ： to ？
        0xAB | 0xBB | 0x201C..=0x201E | 0x3001 | 0x3002 | 0x3008..=0x3011 | 0xFF01..=0xFF0C | 0xFF1A..=0xFF1F => {
            signs(b"<")
        }
        code if digits::is_wide(code) => DIGIT,
        _ => OTHER,
    }
}

/// Where the character at an offset ends.
#[inline]
pub(super) fn next(text: &str, at: usize) -> usize {
    let first = byte(text, at);
    at + 1 + usize::from(first >= 0xC0) + usize::from(first >= 0xE0) + usize::from(first >= 0xF0)
}

/// The offset of the first character of the kinds at or after `at`, `end` when there is none before it.
#[inline(never)]
pub(super) fn find(text: &str, mut at: usize, end: usize, kinds: Kinds) -> usize {
    while at < end && kind(text, at) & kinds == 0 {
        at = next(text, at);
    }
    at.min(end)
}

/// How many characters of the kinds a text has.
#[inline(never)]
pub(super) fn count(text: &str, kinds: Kinds) -> usize {
    let (mut at, mut count) = (0, 0);
    while at < text.len() {
        count += usize::from(kind(text, at) & kinds != 0);
        at = next(text, at);
    }
    count
}

/// Whether a text has a character of the kinds.
pub(super) fn has(text: &str, kinds: Kinds) -> bool {
    find(text, 0, text.len(), kinds) < text.len()
}
