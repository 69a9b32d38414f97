//! Text that the page shows, and what form fields hold. In: the text of one node, of a run of nodes, of a field, of a tag.
//! Out: the same with e-mail addresses, digits and keys replaced as the policy says, or hidden whole as the level says.

use super::read::{find, part};
use super::rewrite::{self, Rewrite};
use super::{EMAIL_TOKEN, FIELD_TOKEN, Level, Masked, Rules, Shows, VALUE_TOKEN, WORD_TOKEN, digits, email, secret};
use alloc::vec::Vec;

/// An address with more digits than this is a number as well, and is masked as one where e-mails are recorded.
const ADDRESS_MAX_DIGITS: usize = 4;
/// Words of text shorter than this are never taken for random keys.
const RANDOM_MIN_CHARS: usize = 32;

impl Rules {
    /// Text of one text node, a title, an error message.
    #[inline(never)]
    pub fn text<'a>(&self, raw: &'a str, level: Level) -> Masked<'a> {
        let shows = self.shows(level);
        let mut rewrite = Rewrite::new(raw);
        if shows.any() {
            if !is_plain(raw) {
                scan(&mut rewrite, shows);
            }
        } else if level == Level::Hidden {
            hide_words(&mut rewrite);
        } else if find(raw, 0, raw.len(), |c| !c.is_whitespace()) < raw.len() {
            // White space between the parts of an editable region or a list of options is layout, not content.
            return Masked::fixed(FIELD_TOKEN);
        }
        rewrite.finish()
    }

    /// Text nodes that show as one line of text, masked as one: an address may be cut anywhere by markup. As many results
    /// as pieces; what is replaced across several stands in the first of them.
    pub fn text_run<'a>(&self, pieces: &[&'a str], level: Level) -> Vec<Masked<'a>> {
        let shows = self.shows(level);
        if shows.any() {
            return rewrite::joined(pieces, &|rewrite| scan(rewrite, shows));
        }
        let mut masked = Vec::with_capacity(pieces.len());
        for piece in pieces {
            masked.push(self.text(piece, level));
        }
        masked
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

/// Whether no rule can find anything in a text: the most frequent case, told without decoding a character.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| {
        byte.is_ascii() && !matches!(byte, b'0'..=b'9' | b'@' | b'%' | b'&' | b'\\' | b'(' | b'[' | b'{' | b'<')
    })
}

/// Replaces in a text what is not to be shown.
#[inline(never)]
fn scan(rewrite: &mut Rewrite<'_>, shows: Shows) {
    let text = rewrite.source;
    let mut at = 0;
    while let Some((start, end)) = email::next_word(text, at) {
        at = end;
        if !shows.emails()
            && let Some(address) = email::address(text, start, end)
        {
            // The full stop after it belongs to no other word.
            at = email::word_end(text, address);
            rewrite.replace(start, address, EMAIL_TOKEN);
            continue;
        }
        let word = part(text, start, end);
        if secret::is_key(word) || !shows.numbers() && secret::is_random(word, RANDOM_MIN_CHARS) {
            rewrite.replace(start, end, WORD_TOKEN);
        } else if !is_shown_number(word, shows) {
            digits::zero(rewrite, start, end);
        }
    }
}

/// Whether the digits of a word stay. Those of an address that is shown do: a wrong digit would make it another person's.
pub(super) fn is_shown_number(word: &str, shows: Shows) -> bool {
    shows.numbers() || shows.emails() && digits::count(word) <= ADDRESS_MAX_DIGITS && email::has_at(word)
}

/// Every word becomes the same token: how many words there are stays, so that lines break about where they did. Lengths of
/// words go, since their sequence tells a known text or a name.
fn hide_words(rewrite: &mut Rewrite<'_>) {
    let text = rewrite.source;
    let mut end = 0;
    while end < text.len() {
        let start = find(text, end, text.len(), |c| !c.is_whitespace());
        end = find(text, start, text.len(), char::is_whitespace);
        rewrite.replace(start, end, WORD_TOKEN);
    }
}
