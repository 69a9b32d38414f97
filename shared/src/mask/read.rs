//! Reading text by offsets. Every rule is written with these few functions, which are kept out of line: the recorder is
//! downloaded with every page, and the same search written out in thirty places would be most of it.

use super::kinds::{SPACE, find};

/// The byte at an offset, 0 behind the end.
pub(super) fn byte(text: &str, at: usize) -> u8 {
    text.as_bytes().get(at).copied().unwrap_or(0)
}

/// The text between two offsets, nothing when they are none.
#[inline(never)]
pub(super) fn part(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or_default()
}

/// Whether the text at an offset begins with `start`, in any ASCII case.
#[inline(never)]
pub(super) fn starts(text: &str, at: usize, start: &str) -> bool {
    let mut offset = 0;
    while offset < start.len() {
        if !byte(text, at + offset).eq_ignore_ascii_case(&byte(start, offset)) {
            return false;
        }
        offset += 1;
    }
    true
}

/// The start of the next word of a list separated by white space; `end` moves from the end of the last one to its end. Both
/// are the same when there is none.
#[inline(never)]
pub(super) fn next_item(list: &str, end: &mut usize) -> usize {
    let start = find(list, *end, list.len(), !SPACE);
    *end = find(list, start, list.len(), SPACE);
    start
}

/// Whether a word is in a list separated by white space, in any ASCII case.
pub(super) fn is_listed(list: &str, word: &str) -> bool {
    look_up(list, word) != 0
}

/// What a list says of a name, in any ASCII case; 0 when the name is not in there. `=x` stands for all names after it,
/// `name*` for all that begin so.
#[inline(never)]
pub(super) fn look_up(list: &str, name: &str) -> u8 {
    let (mut end, mut says) = (0, 1);
    loop {
        let start = next_item(list, &mut end);
        if start == end {
            return 0;
        }
        let is_open = byte(list, end - 1) == b'*';
        let entry = part(list, start, end - usize::from(is_open));
        if byte(list, start) == b'=' {
            says = byte(list, start + 1);
        } else if (is_open || entry.len() == name.len()) && starts(name, 0, entry) {
            return says;
        }
    }
}

/// Whether one word of a list stands at an offset, whatever follows.
#[inline(never)]
pub(super) fn begins_with_any(text: &str, at: usize, list: &str) -> bool {
    let mut end = 0;
    loop {
        let start = next_item(list, &mut end);
        if start == end || starts(text, at, part(list, start, end)) {
            return start < end;
        }
    }
}

/// What the hexadecimal digit at an offset says; 16 when none is there.
#[inline(never)]
pub(super) fn hex(text: &str, at: usize) -> u8 {
    match byte(text, at) {
        digit @ b'0'..=b'9' => digit - b'0',
        letter @ (b'a'..=b'f' | b'A'..=b'F') => (letter & 7) + 9,
        _ => 16,
    }
}
