//! Ids, class names and names of tags and attributes. In: a name. Out: the same name, or one letters-only token for it that
//! is the same all through a recording, so that style sheets and references still find each other.

use super::rewrite::Rewrite;
use super::{Masked, Rules, digits, email, secret};
use alloc::string::String;

/// An id or a class name with fewer digits stays.
const TOKEN_MIN_DIGITS: usize = 5;
/// A name of a tag or an attribute with fewer digits stays: frameworks put eight-character hashes there.
const NAME_MIN_DIGITS: usize = 9;
/// Letters of a token after `m-`: 26^8, so that two ids of a recording practically never share one.
const TOKEN_LETTERS: usize = 8;

impl Rules {
    /// One id, one class name, or one reference to an id.
    pub fn token<'a>(&self, raw: &'a str) -> Masked<'a> {
        self.token_from(raw, raw, TOKEN_MIN_DIGITS)
    }

    /// A whole class attribute, or a list of references: each of them a token, the white space kept.
    pub fn tokens<'a>(&self, raw: &'a str) -> Masked<'a> {
        let is_number = |part: &&str| !part.contains(|c: char| c.is_ascii_alphabetic());
        let number_digits: usize = raw.split_ascii_whitespace().filter(is_number).map(digits::count).sum();
        // A number written in groups is one number.
        let min_digits = if number_digits >= NAME_MIN_DIGITS { 1 } else { TOKEN_MIN_DIGITS };
        let mut rewrite = Rewrite::new(raw);
        for part in raw.split_ascii_whitespace() {
            let min_digits = if is_number(&part) { min_digits } else { TOKEN_MIN_DIGITS };
            let masked = self.token_from(part, part, min_digits);
            if masked.as_str() != part {
                let start = part.as_ptr() as usize - raw.as_ptr() as usize;
                rewrite.replace(start, start + part.len(), masked.as_str());
            }
        }
        Masked::made(rewrite.finish())
    }

    /// The name of a tag or an attribute. Names are kept unless they carry an address or a long number themselves.
    pub fn name<'a>(&self, raw: &'a str) -> Masked<'a> {
        // Templates call attributes "@click".
        self.token_from(raw, raw.strip_prefix('@').unwrap_or(raw), NAME_MIN_DIGITS)
    }

    fn token_from<'a>(&self, raw: &'a str, looked_at: &str, min_digits: usize) -> Masked<'a> {
        let hidden = !self.policy.emails && email::has_at(looked_at)
            || !self.policy.numbers && digits::count(looked_at) >= min_digits
            || secret::is_key(looked_at);
        if !hidden {
            return Masked::made(raw);
        }
        let mut hash = mix(self.salt);
        for byte in raw.bytes() {
            hash = mix(hash ^ u64::from(byte));
        }
        let mut token = String::from("m-");
        for _ in 0..TOKEN_LETTERS {
            token.push(char::from(b'a' + (hash % 26) as u8));
            hash /= 26;
        }
        Masked::made(token)
    }
}

/// Spreads every bit over all others (the finaliser of SplitMix64); with a secret salt nobody can guess ids from tokens.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9).wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}
