//! Numbers of payment cards (Luhn's sum) and of bank accounts (IBAN), in the groups in which people write them. In: a text.
//! Out: where such a number stands. They are hidden where numbers are shown; where numbers are hidden, nobody asks.

use super::kinds::{ALPHANUMERIC, DIGIT, LETTER, SPACE, digit, find, kind, next, signs};
use super::read::byte;

/// The fewest digits of a card, and characters of an account number behind its country.
const MIN_CHARS: u32 = 13;
const CARD_MAX_DIGITS: u32 = 19;
const ACCOUNT_MAX_CHARS: u32 = 32;
/// A shorter group is the last one.
const GROUP_MIN_CHARS: u32 = 4;
/// An account number that ends with as many zeros was masked in part.
const ZEROS_MIN: u32 = 8;

/// The first card or account number at or after an offset: where it begins and where it ends, twice `end` when there is none.
#[inline(never)]
pub(super) fn find_number(text: &str, mut at: usize, end: usize) -> (usize, usize) {
    loop {
        at = find(text, at, end, DIGIT);
        let (last, before) = (at.wrapping_sub(1), at.wrapping_sub(2));
        let has_country = kind(text, last) & LETTER != 0
            && kind(text, before) & LETTER != 0
            && kind(text, at.wrapping_sub(3)) & ALPHANUMERIC == 0
            && kind(text, next(text, at)) & DIGIT != 0;
        // What follows a figure and a point is the rest of a fraction.
        let is_fraction = byte(text, last) == b'.' && kind(text, before) & DIGIT != 0;
        let mut number_end = if has_country { number_end(text, at, end, true) } else { 0 };
        if number_end == 0 && !is_fraction {
            number_end = self::number_end(text, at, end, false);
        }
        if number_end > 0 || at >= end {
            return (at, number_end.max(at));
        }
        at = find(text, at, end, !DIGIT);
    }
}

/// Whether there is one between two offsets.
pub(super) fn has_number(text: &str, start: usize, end: usize) -> bool {
    find_number(text, start, end).0 < end
}

/// What a letter or a digit counts.
fn value(text: &str, at: usize) -> u32 {
    if kind(text, at) & DIGIT != 0 { digit(text, at) } else { u32::from(byte(text, at) & 31) + 9 }
}

/// Where the card's number ends that begins at an offset, or the account's whose country stands before it; 0 when none does.
/// Looks at most at as many characters as the longest has.
#[inline(never)]
fn number_end(text: &str, start: usize, end: usize, is_account: bool) -> usize {
    let first = value(text, start);
    // Luhn's sum with the last digit as it is, and doubled; the account's remainder, its country and check digits.
    let (mut sum, mut doubled, mut rest) = (0, 0, 0);
    let mut head = 0;
    let (mut at, mut count, mut group, mut zeros, mut found) = (start, 0, 0, 0, 0);
    if is_account {
        // The country begins the first group.
        (head, group) = (value(text, start - 2) * 100 + value(text, start - 1), 2);
    }
    while count <= ACCOUNT_MAX_CHARS {
        let now = kind(text, at);
        if at < end && now & (if is_account { ALPHANUMERIC } else { DIGIT }) != 0 {
            let value = value(text, at);
            (sum, doubled) = (doubled + value, sum + value * 2 - if value > 4 { 9 } else { 0 });
            if count < 2 {
                head = head * 10 + value;
            } else {
                rest = (rest * if value > 9 { 100 } else { 10 } + value) % 97;
            }
            zeros = if value == 0 { zeros + 1 } else { 0 };
            (at, count, group) = (next(text, at), count + 1, group + 1);
            continue;
        }
        // A group of zeros may be the beginning of a number that is masked: then the whole is none.
        let is_number = if is_account {
            // Nothing and one are no check digits.
            (rest * 1_000_000 + head) % 97 == 1 && head % 100 > 1 && zeros < ZEROS_MIN
        } else {
            sum % 10 == 0 && (2..7).contains(&first) && count <= CARD_MAX_DIGITS && zeros < group
        };
        if is_number && count >= MIN_CHARS {
            found = at;
        }
        if group < GROUP_MIN_CHARS || at >= end || now & (SPACE | const { signs(b"-.") }) == 0 {
            break;
        }
        (at, group) = (next(text, at), 0);
    }
    found
}
