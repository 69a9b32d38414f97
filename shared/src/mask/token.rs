//! Ids, class names and names of tags and attributes. In: a name. Out: the same name, or one letters-only token for it that
//! is the same all through a recording, so that style sheets and references still find each other.

use super::kinds::{DIGIT, LETTER, count, has};
use super::read::{next_item, part};
use super::rewrite::Rewrite;
use super::{Level, Masked, Rules, email, secret};
use crate::utf8;
use alloc::string::String;

/// An id or a class name with fewer digits stays.
const TOKEN_MIN_DIGITS: usize = 5;
/// A name of a tag or an attribute with fewer digits stays: frameworks put eight-character hashes there.
const NAME_MIN_DIGITS: usize = 9;

impl Rules {
    /// One id, one class name, or one reference to an id.
    pub fn token<'a>(&self, raw: &'a str) -> Masked<'a> {
        self.token_from(raw, 0, TOKEN_MIN_DIGITS)
    }

    /// A whole class attribute, or a list of references: each of them a token, the white space kept.
    #[inline(never)]
    pub fn tokens<'a>(&self, raw: &'a str) -> Masked<'a> {
        let mut rewrite = Rewrite::new(raw);
        let (mut number_digits, mut is_second, mut end) = (0, false, 0);
        loop {
            let start = next_item(raw, &mut end);
            if start == end {
                if is_second {
                    return rewrite.finish();
                }
                (is_second, end) = (true, 0);
            } else if is_second {
                // A number written in groups is one number.
                let is_group = number_digits >= NAME_MIN_DIGITS && !has(raw, start, end, LETTER);
                let masked = self.token_from(part(raw, start, end), 0, if is_group { 1 } else { TOKEN_MIN_DIGITS });
                rewrite.replace(start, end, masked.as_str());
            } else if !has(raw, start, end, LETTER) {
                number_digits += count(raw, start, end, DIGIT);
            }
        }
    }

    /// The name of a tag or an attribute. Names are kept unless they carry an address or a long number themselves.
    pub fn name<'a>(&self, raw: &'a str) -> Masked<'a> {
        // Templates call attributes "@click".
        self.token_from(raw, usize::from(raw.starts_with('@')), NAME_MIN_DIGITS)
    }

    #[inline(never)]
    fn token_from<'a>(&self, raw: &'a str, from: usize, min_digits: usize) -> Masked<'a> {
        let shows = self.shows(Level::Page);
        let hidden = !shows.emails() && email::has_at(raw, from, raw.len())
            || !shows.numbers() && count(raw, from, raw.len(), DIGIT) >= min_digits
            || secret::is_secret(raw, from, raw.len());
        if !hidden {
            return Masked::made(raw);
        }
        let mut hash = mix(self.salt);
        for byte in raw.bytes() {
            hash = mix(hash ^ u64::from(byte));
        }
        // 26^8: two ids of a recording practically never share one.
        let mut token = *b"m-abcdefgh";
        for letter in token.iter_mut().skip(2) {
            *letter = b'a' + (hash % 26) as u8;
            hash /= 26;
        }
        Masked::made(String::from(utf8::checked(&token).unwrap_or_default()))
    }
}

/// Spreads every bit over all others (after the finaliser of SplitMix64); with a secret salt nobody can guess ids from
/// tokens.
#[inline(never)]
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9).wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}
