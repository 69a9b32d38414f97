//! Digits of every script: each becomes `0`, whatever stands between them stays, so prices, dates and phone numbers keep
//! their form.

use super::kinds::{DIGIT, count, find, next};
use super::read::part;
use super::rewrite::Rewrite;

const ZEROS: &str = "0000000000000000";

/// Zeroes the digits between two offsets.
#[inline(never)]
pub(super) fn zero(rewrite: &mut Rewrite<'_, '_>, mut at: usize, end: usize) {
    let text = rewrite.source;
    loop {
        let start = find(text, at, end, DIGIT);
        if start >= end {
            return;
        }
        at = find(text, start, end.min(start + ZEROS.len()), !DIGIT);
        // What is replaced at once stands in the first of the pieces that it spans.
        if rewrite.has_pieces() || !text.is_char_boundary(at) {
            at = next(text, start);
        }
        rewrite.replace(start, at, part(ZEROS, 0, count(text, start, at, DIGIT)));
    }
}
