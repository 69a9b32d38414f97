//! Digits of every script: each becomes `0`, whatever stands between them stays, so prices, dates and phone numbers keep
//! their form. The standard library's table of numeric characters is used: it covers every decimal digit, and circled,
//! Roman and fraction signs as well, and follows Unicode without our doing.

use super::rewrite::Rewrite;

/// Whether a character is a digit to us. The superscripts of units (m², m³) are none.
pub(super) fn is_digit(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { c.is_numeric() && c != '²' && c != '³' }
}

/// How many digits a text has.
pub(super) fn count(text: &str) -> usize {
    text.chars().filter(|c| is_digit(*c)).count()
}

/// Zeroes the digits between two offsets.
pub(super) fn zero(rewrite: &mut Rewrite<'_, '_>, start: usize, end: usize) {
    let source = rewrite.source();
    for (at, c) in source.get(start..end).unwrap_or_default().char_indices() {
        if is_digit(c) {
            rewrite.replace(start + at, start + at + c.len_utf8(), "0");
        }
    }
}
