//! E-mail addresses in running text. In: a text and one word of it. Out: where the address that begins there ends.
//!
//! Every word with an `@` in it is one, however it is written: wide, percent-encoded, as an entity, beside a space, with a
//! quoted name, or spelled: "name (at) host [dot] tld", "name at host dot tld".

use super::kinds::{AT, BREAK, CLOSING, DIGIT, LETTER, MARK, OPENING, OTHER, SPACE, find, has, kind, next, signs};
use super::read::{begins_with_any, byte, look_up, starts};

/// Ways to spell `@`.
const AT_WORDS: &str = "at ät arroba arobase @ ＠";
/// Ways to spell the dot.
const DOT_WORDS: &str = "dot punkt punto point .";
/// What stands between "at" and "dot" in prose.
const NO_HOSTS: &str = "the a this that";
/// The first byte of `ä`, with the bit that makes letters lowercase.
const UMLAUT: u8 = 0xC3 | 0x20;

/// Where the word that begins at `start` ends: `start` itself, when none begins there.
pub(super) fn word_end(text: &str, start: usize) -> usize {
    find(text, start, text.len(), BREAK)
}

/// Whether an `@` in any writing stands between two offsets.
#[inline(never)]
pub(super) fn has_at(text: &str, mut at: usize, end: usize) -> bool {
    loop {
        at = find(text, at, end, AT | const { signs(b"%&\\") });
        if at >= end {
            return false;
        }
        let mark = byte(text, at);
        let mut code = at + 1;
        // Encoded once or more often.
        while mark == b'%' && starts(text, code, "25") {
            code += 2;
        }
        let writings = match mark {
            b'%' => "40 EF%BC%A0 EF%B9%AB",
            b'&' => "#64 #x40 commat",
            b'\\' => "u0040",
            _ => return true,
        };
        // The first letters of all writings.
        let may_be = matches!(byte(text, code) | 0x20, b'4' | b'e' | b'#' | b'c' | b'u');
        if may_be && begins_with_any(text, code, writings) {
            return true;
        }
        at = code;
    }
}

/// Where the address ends that begins with the word between two offsets; 0 when none does. Looks at most a few words ahead,
/// never back.
#[inline(never)]
pub(super) fn address(text: &str, start: usize, end: usize) -> usize {
    let mut found = address_end(text, start, end);
    // "anna@example [dot] com", as often as it goes on.
    loop {
        let next = if found > 0 { spelled(text, found, DOT_WORDS) } else { 0 };
        if next == 0 {
            return found;
        }
        found = trimmed_end(text, next);
    }
}

fn address_end(text: &str, start: usize, end: usize) -> usize {
    // "anna smith"@example.com, at the first word after the opening quote.
    if start > 0 && byte(text, start - 1) == b'"' {
        // No further than to the next quote, so nothing is looked at twice.
        let host = find(text, end, text.len(), const { signs(b"\"") }) + 1;
        let name = next(text, host);
        if kind(text, host) & AT != 0 && kind(text, name) & !BREAK != 0 {
            return trimmed_end(text, name);
        }
    }
    if has_at(text, start, end) {
        if byte(text, end) == b';' && has(text, start, end, const { signs(b"&") }) {
            // An entity.
            return trimmed_end(text, end + 1);
        }
        let at = find(text, start, end, AT);
        if next(text, at) == end {
            // "anna@ example.com". An `@` alone is none, unless a host follows it.
            let host = gap_end(text, end);
            let host_end = trimmed_end(text, host);
            if is_host(text, host, host_end) {
                return host_end;
            }
            if at == start {
                return 0;
            }
        }
        return trimmed_end(text, start);
    }
    let host = spelled(text, end, AT_WORDS);
    if host == 0 {
        return 0;
    }
    let host_end = trimmed_end(text, host);
    let is_address = match kind(text, gap_end(text, end)) {
        // "anna @ example.com", but not "2 apples @ 3 each".
        AT => is_host(text, host, host_end),
        kind if kind & OPENING != 0 => true,
        _ => spelled(text, host_end, DOT_WORDS) > 0 && look_up(NO_HOSTS, text, host, host_end) == 0,
    };
    if is_address { host_end } else { 0 }
}

/// Where the word begins that follows one of `words` after an offset: "(at)host", " [ at ] host", " at host", " @host".
/// 0 when none does.
#[inline(never)]
fn spelled(text: &str, from: usize, words: &str) -> usize {
    let open = gap_end(text, from);
    let opening = kind(text, open);
    let is_bracket = opening & OPENING != 0;
    let word = if is_bracket { gap_end(text, open + 1) } else { open };
    let end = if kind(text, word) & AT != 0 { next(text, word) } else { word_end(text, word) };
    // Few words begin as these do: a list is read only where it may hold the word.
    let may_be = is_bracket || opening == AT || matches!(byte(text, word) | 0x20, b'a' | b'd' | b'p' | UMLAUT);
    if !may_be || look_up(words, text, word, end) == 0 {
        return 0;
    }
    let close = if is_bracket { gap_end(text, end) + 1 } else { end };
    let next = gap_end(text, close);
    let is_apart = match opening {
        _ if is_bracket => kind(text, close - 1) & CLOSING != 0,
        AT => true,
        _ => open > from && next > close && opening & (LETTER | OTHER) != 0,
    };
    if is_apart && kind(text, next) & !BREAK != 0 { next } else { 0 }
}

/// Whether a word is a host: a dot inside, and no number.
fn is_host(text: &str, start: usize, end: usize) -> bool {
    let dot = find(text, start, end, const { signs(b".") });
    start < dot && dot < end && kind(text, end - 1) & DIGIT == 0
}

/// At most two characters of white space: more is a layout, not an address.
fn gap_end(text: &str, at: usize) -> usize {
    let mut end = at;
    for _ in 0..2 {
        if kind(text, end) & SPACE != 0 {
            end = next(text, end);
        }
    }
    end
}

/// Where the word that begins at `start` ends without what ends a sentence. A word of nothing else has no end to cut.
#[inline(never)]
fn trimmed_end(text: &str, start: usize) -> usize {
    let end = word_end(text, start);
    let mut trimmed = end;
    while trimmed > start && kind(text, trimmed - 1) & (MARK | const { signs(b".?:'") }) != 0 {
        trimmed -= 1;
    }
    if trimmed == start { end } else { trimmed }
}
