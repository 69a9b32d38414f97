//! What personal data look like. In: a text. Out: the kinds that are in it, one for each occurrence. On purpose simpler than
//! the masking rules and independent of them: broad patterns, with the signs that the rules leave (`•`, `0`) taken out.

/// What something looks like.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// An address with an `@`.
    Email,
    /// Digits that are no zeros.
    Number,
    /// Digits with a card number's check digit.
    Card,
    /// A word that looks drawn at random.
    Secret,
}

impl Kind {
    /// Its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Email => "e-mail",
            Kind::Number => "number",
            Kind::Card => "card number",
            Kind::Secret => "secret",
        }
    }
}

/// Fewer digits are a price, a year, a size.
const NUMBER_MIN_DIGITS: usize = 5;
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;
/// Fewer characters are a word.
const SECRET_MIN_CHARS: usize = 20;
/// Bits of information per character from which a word is none of a language. Hexadecimal digits have up to 4.
const SECRET_MIN_BITS: f64 = 3.2;
/// Files whose names hold a build's hash.
const RESOURCES: [&str; 14] =
    ["js", "mjs", "css", "map", "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "woff", "woff2", "ico"];

/// Everything that a text holds.
pub fn find(text: &str, with_numbers: bool) -> Vec<Kind> {
    let mut found = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || "<>()[]{}\"',;|".contains(c)) {
        if is_email(word) {
            found.push(Kind::Email);
        } else if is_secret(word) {
            found.push(Kind::Secret);
        }
    }
    // The digits of a secret are told as that.
    let is_secret = found.contains(&Kind::Secret);
    for digits in runs(text) {
        if CARD_DIGITS.contains(&digits.len()) && has_check_digit(&digits) {
            found.push(Kind::Card);
        } else if with_numbers && !is_secret && digits.len() >= NUMBER_MIN_DIGITS {
            found.push(Kind::Number);
        }
    }
    found
}

fn is_email(word: &str) -> bool {
    let word = word.replace("%40", "@");
    let Some((name, host)) = word.split_once('@') else { return false };
    let is_told = |text: &str| text.chars().any(char::is_alphanumeric);
    is_told(name) && is_told(host) && host.contains('.')
}

fn is_secret(word: &str) -> bool {
    let is_resource = word.split(['?', '#']).next().and_then(|path| path.rsplit_once('.'));
    if is_resource.is_some_and(|(_, end)| RESOURCES.contains(&end)) {
        return false;
    }
    word.split(|c: char| !(c.is_ascii_alphanumeric() || "_-+=".contains(c))).any(|part| {
        let digits = part.bytes().filter(u8::is_ascii_digit).filter(|digit| *digit != b'0').count();
        let letters = part.bytes().filter(u8::is_ascii_alphabetic).count();
        part.len() >= SECRET_MIN_CHARS && digits >= 3 && letters >= 3 && bits_per_char(part) >= SECRET_MIN_BITS
    })
}

fn bits_per_char(word: &str) -> f64 {
    let mut counts = [0_u32; 128];
    for byte in word.bytes() {
        counts[usize::from(byte & 127)] += 1;
    }
    let len = word.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / len)
        .map(|share| -share * share.log2())
        .sum()
}

/// Runs of digits of any script with the signs that people write between them, those of zeros only left out.
fn runs(text: &str) -> Vec<Vec<u8>> {
    let mut runs = Vec::new();
    let mut run: Vec<u8> = Vec::new();
    let mut gap = false;
    for c in text.chars().chain(['x']) {
        if let Some(digit) = digit(c) {
            run.push(digit);
            gap = false;
        } else if !gap && !run.is_empty() && matches!(c, ' ' | '-' | '.' | '/' | '\u{a0}' | '\u{202f}') {
            gap = true;
        } else {
            let run = std::mem::take(&mut run);
            gap = false;
            if run.iter().any(|digit| *digit != 0) {
                runs.push(run);
            }
        }
    }
    runs
}

/// The value of a digit in the scripts that are written most.
fn digit(c: char) -> Option<u8> {
    const ZEROS: [u32; 9] = [0x30, 0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10, 0x1d7ce, 0x1d7f6];
    let point = u32::from(c);
    let zero = ZEROS.into_iter().find(|zero| (*zero..*zero + 10).contains(&point))?;
    u8::try_from(point - zero).ok()
}

fn has_check_digit(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let value = u32::from(*digit) * if at % 2 == 1 { 2 } else { 1 };
            if value > 9 { value - 9 } else { value }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_personal_is_found() {
        assert_eq!(find("Write to jane@shop.example.", true), [Kind::Email]);
        assert_eq!(find("/a?mail=jane%40shop.example", true), [Kind::Email]);
        assert_eq!(find("card 4929 1234 5678 9012?", true), [Kind::Number]);
        assert_eq!(find("card 4111 1111 1111 1111", true), [Kind::Card]);
        assert_eq!(find("call +49 171 5550199", true), [Kind::Number]);
        assert_eq!(find("٠١٢٣٤٥٦٧٨", true), [Kind::Number]);
        assert_eq!(find("token=9f86d081884c7d659a2feaa0c55ad015", true), [Kind::Secret]);
        assert_eq!(find("sk_live_4eC39HqLyjWDarjtT1zdp7dc", true), [Kind::Secret]);
    }

    #[test]
    fn what_the_rules_leave_and_ordinary_text_are_not() {
        for text in [
            "Write to •@• or call +00 000 0000000",
            "Your card 0000 0000 0000 0000",
            "In 2026 it cost 19.90, in size 42",
            "/assets/app.3f9a8b7c6d5e4f3a2b1c0d9e.js",
            "a-very-long-class-name-of-a-framework",
            "Donaudampfschifffahrtsgesellschaft",
            "@media @import",
        ] {
            assert_eq!(find(text, true), [], "{text}");
        }
    }

    #[test]
    fn numbers_of_a_layout_are_none() {
        assert_eq!(find("M10 20 L30.5 40.25 99", false), []);
    }
}
