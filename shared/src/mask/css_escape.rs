//! Escapes in style sheets: `\40 ` and `\@`. In: the text of a name or a string as a sheet has it, or as it is meant. Out: the
//! other.

use super::kinds::{Kinds, find, has, kind, next, signs};
use super::read::{byte, hex, part};
use alloc::borrow::Cow;
use alloc::string::String;

/// What makes a sign of the next character; as text, since pushing a `char` is more code.
const BACKSLASH: &str = "\\";
const BACKSLASH_KIND: Kinds = signs(b"\\");

/// Where the character here ends, written out or as an escape.
#[inline(never)]
fn character_end(text: &str, at: usize) -> usize {
    let mut end = next(text, at);
    if byte(text, at) == b'\\' {
        while end < at + 7 && hex(text, end) < 16 {
            end += 1;
        }
        if end == at + 1 {
            return next(text, end).min(text.len());
        }
        end += usize::from(byte(text, end).is_ascii_whitespace());
    }
    end
}

/// The offset of the first character of the kinds that is no escape, at or after `at`.
#[inline(never)]
pub(super) fn skip(text: &str, mut at: usize, kinds: Kinds) -> usize {
    loop {
        at = find(text, at, text.len(), kinds | BACKSLASH_KIND);
        if kind(text, at) & BACKSLASH_KIND & !kinds == 0 {
            return at;
        }
        at = character_end(text, at);
    }
}

/// A name or a string with its escapes read.
#[inline(never)]
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if !has(text, 0, text.len(), BACKSLASH_KIND) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let end = character_end(text, at);
        if byte(text, at) != b'\\' {
            plain.push_str(part(text, at, end));
        } else if hex(text, at + 1) > 15 {
            // An escaped line break goes.
            plain.push_str(if byte(text, at + 1) == b'\n' { "" } else { part(text, at + 1, end) });
        } else {
            let mut code = 0;
            while hex(text, at + 1) < 16 && at + 1 < end {
                at += 1;
                code = code << 4 | u32::from(hex(text, at));
            }
            plain.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        at = end;
    }
    Cow::Owned(plain)
}

/// A text that can stand in a string of either quote, and in `url()`.
#[inline(never)]
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let end = next(text, at);
        if byte(text, at) == b'\n' {
            out.push_str("\\a ");
        } else {
            if matches!(byte(text, at), b'"' | b'\'' | b'\\' | b'(' | b')') {
                out.push_str(BACKSLASH);
            }
            out.push_str(part(text, at, end));
        }
        at = end;
    }
    out
}
