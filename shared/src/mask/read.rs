//! Reading text by offsets. Every rule is written with these few functions, which are kept out of line: the recorder is
//! downloaded with every page, and the same search written out in thirty places would be most of it.

/// The byte at an offset, 0 behind the end.
pub(super) fn byte(text: &str, at: usize) -> u8 {
    if at < text.len() { text.as_bytes()[at] } else { 0 }
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
    let mut start = *end;
    while start < list.len() && byte(list, start) <= b' ' {
        start += 1;
    }
    *end = start;
    while byte(list, *end) > b' ' {
        *end += 1;
    }
    start
}

/// Whether a word is in a list separated by white space, in any ASCII case.
pub(super) fn is_listed(list: &str, word: &str) -> bool {
    look_up(list, word, 0, word.len()) != 0
}

/// What a list says of the name between two offsets, in any ASCII case; 0 when the name is not in there. `=x` stands for all
/// names after it, `name*` for all that begin so.
#[inline(never)]
pub(super) fn look_up(list: &str, text: &str, start: usize, end: usize) -> u8 {
    let (mut item, mut says) = (0, 1);
    while item < list.len() && start < end {
        let mut at = start;
        if byte(list, item) == b'=' {
            says = byte(list, item + 1);
        } else {
            while at < end && byte(list, item) > b' ' && byte(text, at).eq_ignore_ascii_case(&byte(list, item)) {
                (at, item) = (at + 1, item + 1);
            }
            let rest = byte(list, item);
            if rest == b'*' || rest <= b' ' && at == end {
                return says;
            }
        }
        while byte(list, item) > b' ' {
            item += 1;
        }
        item += 1;
    }
    0
}

/// Whether one word of a list stands at an offset, whatever follows. Most do not from their first letter on.
#[inline(never)]
pub(super) fn begins_with_any(text: &str, at: usize, list: &str) -> bool {
    let (mut now, mut item) = (at, 0);
    while item < list.len() {
        if byte(text, now).eq_ignore_ascii_case(&byte(list, item)) {
            (now, item) = (now + 1, item + 1);
            if byte(list, item) <= b' ' {
                return true;
            }
        } else {
            while byte(list, item) > b' ' {
                item += 1;
            }
            (now, item) = (at, item + 1);
        }
    }
    false
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
