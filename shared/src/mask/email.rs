//! E-mail addresses in running text. In: a text and one word of it. Out: the range of the address that begins there.
//!
//! Every word with an `@` in it is one, however it is written: wide, percent-encoded, as an entity, beside a space, with a
//! quoted name, or spelled "name (at) host [dot] tld". Not found: "name at host dot com" without brackets, which is prose.

use core::ops::Range;

/// Ways to write `@` between brackets.
const AT: [&str; 4] = ["at", "ät", "@", "＠"];
/// Ways to write the dot between brackets.
const DOT: [&str; 5] = ["dot", "punkt", "point", "punto", "."];
/// Brackets that may stand around them.
const BRACKETS: [(char, char); 4] = [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>')];
/// Entities and escapes of `@` that text may show.
const WRITTEN: [&[u8]; 4] = [b"&#64", b"&#x40", b"&commat", b"\\u0040"];

/// The character that makes an address, in its widths.
fn is_at(c: char) -> bool {
    matches!(c, '@' | '＠' | '﹫')
}

/// What ends a word.
fn is_break(c: char) -> bool {
    match c {
        '<' | '>' | '(' | ')' | '[' | ']' | '{' | '}' | '"' | ',' | ';' | '|' => true,
        '«' | '»' | '“' | '”' | '„' | '、' | '。' | '「' | '」' | '（' | '）' | '，' | '：' | '；' | '！' | '？' => {
            true
        }
        c => c.is_whitespace(),
    }
}

/// The first word at or after an offset.
pub(super) fn next_word(text: &str, from: usize) -> Option<Range<usize>> {
    let rest = text.get(from..)?;
    let start = from + rest.find(|c| !is_break(c))?;
    Some(start..word_end(text, start))
}

/// Where the word that begins at `start` ends: `start` itself, when none begins there.
pub(super) fn word_end(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    start + rest.find(is_break).unwrap_or(rest.len())
}

/// Whether a text has an `@` in any writing.
pub(super) fn has_at(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| {
        let rest = bytes.get(at..).unwrap_or_default();
        match byte {
            b'@' => true,
            0xEF => rest.starts_with("＠".as_bytes()) || rest.starts_with("﹫".as_bytes()),
            b'%' => percent_encodes_at(rest),
            b'&' | b'\\' => WRITTEN.iter().any(|written| rest.starts_with(written)),
            _ => false,
        }
    })
}

/// Whether a text that begins with `%` begins with an encoded `@`, encoded once or more often.
fn percent_encodes_at(text: &[u8]) -> bool {
    let mut rest = text.get(1..).unwrap_or_default();
    while let Some(inner) = rest.strip_prefix(b"25") {
        rest = inner;
    }
    let wide = rest.get(..8).unwrap_or_default();
    rest.starts_with(b"40") || wide.eq_ignore_ascii_case(b"EF%BC%A0") || wide.eq_ignore_ascii_case(b"EF%B9%AB")
}

/// The address that begins with the given word of a text. Looks at most a few words ahead, never back.
pub(super) fn address(text: &str, word: &Range<usize>) -> Option<Range<usize>> {
    let body = text.get(word.clone())?;
    let mut range = quoted(text, word).or_else(|| {
        if has_at(body) { marked(text, word, body) } else { apart(text, word).or_else(|| spelled(text, word)) }
    })?;
    // "anna@example [dot] com", as often as it goes on.
    while let Some(next) = bracketed(text, range.end, &DOT) {
        range.end = trimmed_end(text, next..word_end(text, next));
    }
    Some(range)
}

/// `"anna smith"@example.com`, at the first word after the opening quote.
fn quoted(text: &str, word: &Range<usize>) -> Option<Range<usize>> {
    let open = word.start.checked_sub(1)?;
    if text.as_bytes().get(open) != Some(&b'"') {
        return None;
    }
    let close = word.end + text.get(word.end..)?.find('"')?;
    let host = close + 1;
    text.get(host..)?.starts_with(is_at).then(|| word.start..trimmed_end(text, host..word_end(text, host)))
}

/// A word that holds the `@` itself. An `@` alone is none, unless a host follows it.
fn marked(text: &str, word: &Range<usize>, body: &str) -> Option<Range<usize>> {
    let end = trimmed_end(text, word.clone());
    let entity_follows = text.as_bytes().get(end) == Some(&b';');
    if entity_follows && WRITTEN.iter().any(|written| body.as_bytes().ends_with(written)) {
        let host = end + 1;
        return Some(word.start..trimmed_end(text, host..word_end(text, host)));
    }
    if body.ends_with(is_at)
        && let Some(host) = host_after_space(text, word.end)
    {
        return Some(word.start..host.end);
    }
    let mut chars = text.get(word.start..end)?.chars();
    let alone = chars.next().is_some_and(is_at) && chars.next().is_none();
    (!alone).then_some(word.start..end)
}

/// "anna @ example.com" and "anna @example.com", at the name.
fn apart(text: &str, word: &Range<usize>) -> Option<Range<usize>> {
    let at = after_space(text, word.end)?;
    if !text.get(at..)?.starts_with(is_at) {
        return None;
    }
    let mark = at..word_end(text, at);
    if is_host(text.get(mark.clone())?) {
        return Some(word.start..trimmed_end(text, mark));
    }
    let alone = text.get(mark.clone())?.chars().count() == 1;
    let host = host_after_space(text, mark.end).filter(|_| alone)?;
    Some(word.start..host.end)
}

/// "anna (at) example", at the name.
fn spelled(text: &str, word: &Range<usize>) -> Option<Range<usize>> {
    let host = bracketed(text, word.end, &AT)?;
    Some(word.start..trimmed_end(text, host..word_end(text, host)))
}

/// Where the word after one of `words` between brackets begins: "(at)host", " [ at ] host".
fn bracketed(text: &str, from: usize, words: &[&str]) -> Option<usize> {
    let rest = skip_spaces(text.get(from..)?);
    let (open, close) = BRACKETS.iter().find(|(open, _)| rest.starts_with(*open))?;
    let inside = skip_spaces(rest.strip_prefix(*open)?);
    let rest = words.iter().find_map(|word| {
        let said = inside.get(..word.len())?;
        said.eq_ignore_ascii_case(word).then(|| inside.get(word.len()..))?
    })?;
    let rest = skip_spaces(skip_spaces(rest).strip_prefix(*close)?);
    rest.starts_with(|c| !is_break(c)).then(|| text.len() - rest.len())
}

/// The host that stands one space after an offset.
fn host_after_space(text: &str, from: usize) -> Option<Range<usize>> {
    let start = after_space(text, from)?;
    let host = start..trimmed_end(text, start..word_end(text, start));
    let body = text.get(host.clone())?;
    (is_host(body) && !has_at(body)).then_some(host)
}

/// Whether a word has a dot between other characters.
fn is_host(word: &str) -> bool {
    let word = word.trim_matches(|c| is_trailing(c) || is_at(c));
    word.contains('.')
}

fn after_space(text: &str, from: usize) -> Option<usize> {
    let c = text.get(from..)?.chars().next().filter(|c| c.is_whitespace())?;
    Some(from + c.len_utf8())
}

/// At most two spaces: more is a layout, not an address.
fn skip_spaces(text: &str) -> &str {
    let once = text.strip_prefix([' ', '\u{a0}']).unwrap_or(text);
    once.strip_prefix([' ', '\u{a0}']).unwrap_or(once)
}

/// What ends a sentence rather than an address.
fn is_trailing(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | ':' | '\'' | '’' | '…')
}

fn trimmed_end(text: &str, word: Range<usize>) -> usize {
    let body = text.get(word.clone()).unwrap_or_default();
    let trimmed = body.trim_end_matches(is_trailing).len();
    // A word of nothing else has no end to cut.
    if trimmed == 0 { word.end } else { word.start + trimmed }
}
