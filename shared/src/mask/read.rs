//! Reading text by offsets. Every rule is written with these few functions, which are kept out of line: the recorder is
//! downloaded with every page, and the same search written out in thirty places would be most of it.

use alloc::string::String;

/// The byte at an offset, 0 behind the end.
pub(super) fn byte(text: &str, at: usize) -> u8 {
    text.as_bytes().get(at).copied().unwrap_or(0)
}

/// The text between two offsets, nothing when they are none.
#[inline(never)]
pub(super) fn part(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or_default()
}

/// The character at an offset, and where it ends.
#[inline(never)]
pub(super) fn char_at(text: &str, at: usize) -> Option<(char, usize)> {
    let first = *text.as_bytes().get(at)?;
    if first.is_ascii() {
        return Some((char::from(first), at + 1));
    }
    let c = part(text, at, text.len()).chars().next()?;
    Some((c, at + c.len_utf8()))
}

/// The offset of the first character at or after `at` for which `is` holds, `end` when there is none before it.
#[inline(never)]
pub(super) fn find(text: &str, mut at: usize, end: usize, is: fn(char) -> bool) -> usize {
    while at < end {
        match char_at(text, at) {
            Some((c, next)) if !is(c) => at = next,
            _ => break,
        }
    }
    at.min(end)
}

/// Whether the text at an offset begins with `start`, in any ASCII case.
#[inline(never)]
pub(super) fn starts(text: &str, at: usize, start: &str) -> bool {
    let bytes = text.as_bytes().get(at..at.saturating_add(start.len()));
    bytes.is_some_and(|bytes| bytes.eq_ignore_ascii_case(start.as_bytes()))
}

/// The next word of a list separated by white space: its start and end.
#[inline(never)]
pub(super) fn next_item(list: &str, at: usize) -> Option<(usize, usize)> {
    let mut start = at;
    while byte(list, start).is_ascii_whitespace() {
        start += 1;
    }
    let mut end = start;
    while end < list.len() && !byte(list, end).is_ascii_whitespace() {
        end += 1;
    }
    (start < end).then_some((start, end))
}

/// What a list of `name=x` says of a name, in any ASCII case: the `x`, 0 when the name is not in there.
pub(super) fn look_up(list: &str, name: &str) -> u8 {
    entry(list, name, "=")
}

/// Whether a word is in a list separated by white space, in any ASCII case.
pub(super) fn is_listed(list: &str, word: &str) -> bool {
    entry(list, word, "") != 0
}

/// The last byte of the list's word that is `name`, `mark` and perhaps one byte more.
#[inline(never)]
fn entry(list: &str, name: &str, mark: &str) -> u8 {
    let mut at = 0;
    while let Some((start, end)) = next_item(list, at) {
        if end - start == name.len() + 2 * mark.len()
            && starts(list, start, name)
            && starts(list, start + name.len(), mark)
        {
            return byte(list, end - 1);
        }
        at = end;
    }
    0
}

/// Appends a character.
#[inline(never)]
pub(super) fn push(text: &mut String, c: char) {
    text.push_str(c.encode_utf8(&mut [0; 4]));
}
