//! Digits of every script: each becomes `0`, whatever stands between them stays, so prices, dates and phone numbers keep
//! their form.

use super::kinds::{DIGIT, find, next};
use super::rewrite::Rewrite;

/// Zeroes the digits between two offsets.
#[inline(never)]
pub(super) fn zero(rewrite: &mut Rewrite<'_, '_>, mut at: usize, end: usize) {
    loop {
        at = find(rewrite.source, at, end, DIGIT);
        if at >= end {
            return;
        }
        let after = next(rewrite.source, at);
        rewrite.replace(at, after, "0");
        at = after;
    }
}
