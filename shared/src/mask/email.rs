//! E-mail addresses in running text. In: a text and one word of it. Out: where the address that begins there ends.
//!
//! Every word with an `@` in it is one, however it is written: wide, percent-encoded, as an entity, beside a space, with a
//! quoted name, or spelled "name (at) host [dot] tld". Not found: "name at host dot com" without brackets, which is prose.

use super::read::{byte, char_at, find, is_listed, part, starts};

/// Ways to write `@` between brackets.
const AT: &str = "at ät @ ＠";
/// Ways to write the dot between brackets.
const DOT: &str = "dot punkt point punto .";

/// The character that makes an address, in its widths.
fn is_at(c: char) -> bool {
    matches!(c, '@' | '＠' | '﹫')
}

/// What ends a word: white space, brackets, and quotes and marks of a script that may write no spaces.
fn is_break(c: char) -> bool {
    match c {
        '<' | '>' | '(' | ')' | '[' | ']' | '{' | '}' | '"' | ',' | ';' | '|' => true,
        '«' | '»' | '“'..='„' | '、' | '。' | '〈'..='】' | '！'..='，' | '：'..='？' => true,
        c => c.is_whitespace(),
    }
}

/// The first word at or after an offset: its start and end.
pub(super) fn next_word(text: &str, at: usize) -> Option<(usize, usize)> {
    let start = find(text, at, text.len(), |c| !is_break(c));
    (start < text.len()).then(|| (start, word_end(text, start)))
}

/// Where the word that begins at `start` ends: `start` itself, when none begins there.
pub(super) fn word_end(text: &str, start: usize) -> usize {
    find(text, start, text.len(), is_break)
}

/// Whether a text has an `@` in any writing.
#[inline(never)]
pub(super) fn has_at(text: &str) -> bool {
    let mut at = 0;
    while at < text.len() {
        at = match byte(text, at) {
            b'@' => return true,
            0xEF if is_at_at(text, at) => return true,
            b'%' => {
                // Encoded once or more often.
                let mut end = at + 1;
                while starts(text, end, "25") {
                    end += 2;
                }
                if starts(text, end, "40") || starts(text, end, "EF%BC%A0") || starts(text, end, "EF%B9%AB") {
                    return true;
                }
                end
            }
            b'&' if starts(text, at, "&#64") || starts(text, at, "&#x40") || starts(text, at, "&commat") => {
                return true;
            }
            b'\\' if starts(text, at, "\\u0040") => return true,
            _ => at + 1,
        };
    }
    false
}

fn is_at_at(text: &str, at: usize) -> bool {
    char_at(text, at).is_some_and(|(c, _)| is_at(c))
}

/// Where the address ends that begins with the word between two offsets. Looks at most a few words ahead, never back.
#[inline(never)]
pub(super) fn address(text: &str, start: usize, end: usize) -> Option<usize> {
    let mut found = address_end(text, start, end)?;
    // "anna@example [dot] com", as often as it goes on.
    while let Some(next) = bracketed(text, found, DOT) {
        found = trimmed_end(text, next);
    }
    Some(found)
}

fn address_end(text: &str, start: usize, end: usize) -> Option<usize> {
    // "anna smith"@example.com, at the first word after the opening quote.
    if start > 0 && byte(text, start - 1) == b'"' {
        let host = find(text, end, text.len(), |c| c == '"') + 1;
        if is_at_at(text, host) {
            return Some(trimmed_end(text, host));
        }
    }
    if has_at(part(text, start, end)) {
        return with_at(text, start, end);
    }
    let at = after_space(text, end);
    if is_at_at(text, at) {
        // "anna @example.com" and "anna @ example.com".
        let mark = word_end(text, at);
        if is_host(text, at, mark) {
            return Some(trimmed_end(text, at));
        }
        if char_at(text, at).is_some_and(|(_, alone)| alone == mark) {
            return host_after_space(text, mark);
        }
    }
    // "anna (at) example".
    bracketed(text, end, AT).map(|host| trimmed_end(text, host))
}

/// A word that holds the `@` itself. An `@` alone is none, unless a host follows it.
fn with_at(text: &str, start: usize, end: usize) -> Option<usize> {
    if byte(text, end) == b';' && find(text, start, end, |c| c == '&') < end {
        // An entity.
        return Some(trimmed_end(text, end + 1));
    }
    if (is_at_at(text, end - 1) || is_at_at(text, end.wrapping_sub(3)))
        && let Some(host) = host_after_space(text, end)
    {
        return Some(host);
    }
    let trimmed = trimmed_end(text, start);
    let alone = is_at_at(text, start) && char_at(text, start).is_some_and(|(_, first)| first == trimmed);
    (!alone).then_some(trimmed)
}

/// Where the word after one of `words` between brackets begins: "(at)host", " [ at ] host".
#[inline(never)]
fn bracketed(text: &str, from: usize, words: &str) -> Option<usize> {
    let open = skip_spaces(text, from);
    let close = match byte(text, open) {
        b'(' => b')',
        b'[' => b']',
        b'{' => b'}',
        b'<' => b'>',
        _ => return None,
    };
    let word = skip_spaces(text, open + 1);
    let end = word_end(text, word);
    let closed = skip_spaces(text, end);
    if byte(text, closed) != close || !is_listed(words, part(text, word, end)) {
        return None;
    }
    let next = skip_spaces(text, closed + 1);
    (word_end(text, next) > next).then_some(next)
}

/// Where the host ends that stands one space after an offset.
fn host_after_space(text: &str, from: usize) -> Option<usize> {
    let start = after_space(text, from);
    let end = word_end(text, start);
    (start > from && is_host(text, start, end) && !has_at(part(text, start, end))).then(|| trimmed_end(text, start))
}

/// Whether a word has a dot behind other characters, an `@` before it left out.
fn is_host(text: &str, start: usize, end: usize) -> bool {
    let start = find(text, start, end, |c| !is_at(c));
    let trimmed = trimmed_end(text, start);
    let dot = find(text, start, trimmed, |c| c == '.');
    start < dot && dot < trimmed
}

/// The offset behind one character of white space, the offset itself when there is none.
fn after_space(text: &str, from: usize) -> usize {
    char_at(text, from).filter(|(c, _)| c.is_whitespace()).map_or(from, |(_, end)| end)
}

/// At most two spaces: more is a layout, not an address.
fn skip_spaces(text: &str, at: usize) -> usize {
    find(text, at, (at + 2).min(text.len()), |c| c != ' ')
}

/// Where the word that begins at `start` ends without what ends a sentence. A word of nothing else has no end to cut.
#[inline(never)]
fn trimmed_end(text: &str, start: usize) -> usize {
    let end = word_end(text, start);
    let mut trimmed = end;
    while trimmed > start && matches!(byte(text, trimmed - 1), b'.' | b'!' | b'?' | b':' | b'\'') {
        trimmed -= 1;
    }
    if trimmed == start { end } else { trimmed }
}
