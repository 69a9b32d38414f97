//! Text that the page shows, and what form fields hold. In: the text of one node, of a run of nodes, of a field, of a tag.
//! Out: the same with e-mail addresses, digits and keys replaced as the policy says, or hidden whole as the level says.

use super::kinds::{AT, BREAK, DIGIT, Kinds, OPENING, OTHER, SPACE, count, find, has, signs};
use super::read::byte;
use super::rewrite::Rewrite;
use super::{
    EMAIL_TOKEN, FIELD_TOKEN, Level, Masked, Rules, Shows, VALUE_TOKEN, WORD_TOKEN, account, digits, email, secret,
};

/// An address with more digits than this is a number as well, and is masked as one where e-mails are recorded.
const ADDRESS_MAX_DIGITS: usize = 4;
/// Words of text shorter than this are never taken for random keys.
const RANDOM_MIN_CHARS: usize = 32;

/// What a text has in it when there may be something to hide: most have nothing, which is told fast.
const SUSPICIOUS: Kinds = OTHER | DIGIT | AT | OPENING | signs(b"%&\\");
const SPACE_DOT: u32 = u32::from_be_bytes(*b" dot");
const PUNK: u32 = u32::from_be_bytes(*b"punk");
const PUNT: u32 = u32::from_be_bytes(*b"punt");
const POIN: u32 = u32::from_be_bytes(*b"poin");

impl Rules {
    /// Text of one text node, a title, an error message.
    pub fn text<'a>(&self, raw: &'a str, level: Level) -> Masked<'a> {
        self.text_run(raw, &mut [], level)
    }

    /// Text nodes that show as one line of text, masked as one: an address may be cut anywhere by markup. `ends` says where
    /// each of them ends in the text, and afterwards where it ends in the result; what is replaced across several stands in
    /// the first of them.
    #[inline(never)]
    pub fn text_run<'a>(&self, raw: &'a str, ends: &mut [usize], level: Level) -> Masked<'a> {
        let shows = self.shows(level);
        let mut rewrite = Rewrite::of_pieces(raw, ends);
        if shows.any() {
            if has(raw, 0, raw.len(), SUSPICIOUS) || is_spelled(raw) {
                scan(&mut rewrite, shows);
            }
        } else if level == Level::Hidden {
            hide_words(&mut rewrite);
        } else if has(raw, 0, raw.len(), !SPACE) {
            // White space between the parts of an editable region or a list of options is layout, not content.
            rewrite.replace(0, raw.len(), FIELD_TOKEN);
        }
        rewrite.finish()
    }

    /// Whether a part of a line may make something of the whole that must be hidden, as an `@` makes an address.
    #[inline(never)]
    pub fn joins(&self, part: &str) -> bool {
        let number = if self.policy.numbers { DIGIT } else { 0 };
        has(part, 0, part.len(), number | AT | OPENING | const { signs(b"%&\\_") }) || is_spelled(part)
    }

    /// What a form field holds. An empty field stays empty; otherwise its length is hidden.
    #[inline(never)]
    pub fn field_value<'a>(&self, raw: &'a str, level: Level) -> Masked<'a> {
        if raw.is_empty() || self.shows(level).inputs() { self.text(raw, level) } else { Masked::fixed(FIELD_TOKEN) }
    }

    /// The value of a tag or of an event's property, set by the site's own call.
    pub fn property<'a>(&self, raw: &'a str) -> Masked<'a> {
        if self.policy.properties || raw.is_empty() { self.text(raw, Level::Page) } else { Masked::fixed(VALUE_TOKEN) }
    }
}

/// Whether an address may be in a text that is spelled without any sign: it has a word for the dot in it, whose first letters
/// are looked for.
fn is_spelled(text: &str) -> bool {
    let (mut at, mut last) = (0, 0);
    while at < text.len() && !matches!(last, SPACE_DOT | PUNK | PUNT | POIN) {
        last = last << 8 | u32::from(byte(text, at) | 0x20);
        at += 1;
    }
    at < text.len()
}

/// Replaces in a text what is not to be shown.
#[inline(never)]
pub(super) fn scan(rewrite: &mut Rewrite<'_, '_>, shows: Shows) {
    let text = rewrite.source;
    let mut end = 0;
    let mut number = (0, 0);
    loop {
        let start = find(text, end, text.len(), !BREAK);
        end = email::word_end(text, start);
        if end == start {
            return;
        }
        let address = if shows.emails() { 0 } else { email::address(text, start, end) };
        if address > 0 {
            rewrite.replace(start, address, EMAIL_TOKEN);
            // The full stop after it belongs to no other word.
            end = email::word_end(text, address);
            continue;
        }
        if secret::is_key(text, start, end) || !shows.numbers() && secret::is_random(text, start, end, RANDOM_MIN_CHARS)
        {
            rewrite.replace(start, end, WORD_TOKEN);
        } else if !is_shown_number(text, start, end, shows) {
            digits::zero(rewrite, start, end);
        } else if shows.numbers() {
            let mut from = start;
            while from < end {
                if number.1 <= from {
                    number = account::find_number(text, from, text.len());
                }
                digits::zero(rewrite, from.max(number.0), end.min(number.1));
                from = number.1;
            }
        }
    }
}

/// Whether the digits of a word stay. Those of an address that is shown do: a wrong digit would make it another person's.
#[inline(never)]
fn is_shown_number(text: &str, start: usize, end: usize, shows: Shows) -> bool {
    shows.numbers()
        || shows.emails() && count(text, start, end, DIGIT) <= ADDRESS_MAX_DIGITS && email::has_at(text, start, end)
}

/// Every word becomes the same token: how many words there are stays, so that lines break about where they did. Lengths of
/// words go, since their sequence tells a known text or a name.
fn hide_words(rewrite: &mut Rewrite<'_, '_>) {
    let text = rewrite.source;
    let mut end = 0;
    while end < text.len() {
        let start = find(text, end, text.len(), !SPACE);
        end = find(text, start, text.len(), SPACE);
        rewrite.replace(start, end, WORD_TOKEN);
    }
}
