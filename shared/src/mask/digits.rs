//! Digits of every script: each becomes `0`, whatever stands between them stays, so prices, dates and phone numbers keep
//! their form. The standard library's table of numeric characters is used: it covers every decimal digit, and circled,
//! Roman and fraction signs as well, and follows Unicode without our doing.

use super::read::char_at;
use super::rewrite::Rewrite;

/// Whether a character is a digit to us. The superscripts of units (m², m³) are none.
pub(super) fn is_digit(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { is_foreign_digit(c) }
}

#[inline(never)]
fn is_foreign_digit(c: char) -> bool {
    c.is_numeric() && c != '²' && c != '³'
}

/// How many digits a text has.
#[inline(never)]
pub(super) fn count(text: &str) -> usize {
    let (mut at, mut count) = (0, 0);
    while let Some((c, end)) = char_at(text, at) {
        count += usize::from(is_digit(c));
        at = end;
    }
    count
}

/// Zeroes the digits between two offsets.
#[inline(never)]
pub(super) fn zero(rewrite: &mut Rewrite<'_>, mut at: usize, end: usize) {
    while let Some((c, next)) = char_at(rewrite.source, at).filter(|_| at < end) {
        if is_digit(c) {
            rewrite.replace(at, next, "0");
        }
        at = next;
    }
}
