//! Text that the page shows, and what form fields hold. In: the text of one node, of a run of nodes, of a field, of a tag.
//! Out: the same with e-mail addresses, digits and keys replaced as the policy says, or hidden whole as the level says.

use super::rewrite::{self, Rewrite};
use super::{EMAIL_TOKEN, FIELD_TOKEN, Level, Masked, Policy, Rules, VALUE_TOKEN, WORD_TOKEN, digits, email, secret};
use alloc::vec::Vec;

/// An address with more digits than this is a number as well, and is masked as one where e-mails are recorded.
const ADDRESS_MAX_DIGITS: usize = 4;
/// Words of text shorter than this are never taken for random keys.
const RANDOM_MIN_CHARS: usize = 32;

impl Rules {
    /// Text of one text node, a title, an error message.
    pub fn text<'a>(&self, raw: &'a str, level: Level) -> Masked<'a> {
        match self.shown(level) {
            Some(_) if is_plain(raw) => Masked::made(raw),
            Some(policy) => {
                let mut rewrite = Rewrite::new(raw);
                scan(&mut rewrite, policy);
                Masked::made(rewrite.finish())
            }
            None if level == Level::Hidden => hidden_words(raw),
            // White space between the parts of an editable region or a list of options is layout, not content.
            None if raw.trim().is_empty() => Masked::made(raw),
            None => Masked::fixed(FIELD_TOKEN),
        }
    }

    /// Text nodes that show as one line of text, masked as one: an address may be cut anywhere by markup. As many results
    /// as pieces; what is replaced across several stands in the first of them.
    pub fn text_run<'a>(&self, pieces: &[&'a str], level: Level) -> Vec<Masked<'a>> {
        match self.shown(level) {
            Some(_) if pieces.iter().all(|piece| is_plain(piece)) => {
                pieces.iter().map(|piece| Masked::made(*piece)).collect()
            }
            Some(policy) if pieces.len() > 1 => rewrite::joined(pieces, |rewrite| scan(rewrite, policy)),
            _ => pieces.iter().map(|piece| self.text(piece, level)).collect(),
        }
    }

    /// What a form field holds. An empty field stays empty; otherwise its length is hidden.
    pub fn field_value<'a>(&self, raw: &'a str, level: Level) -> Masked<'a> {
        let shown = match level {
            // Whoever asks for a field's value at a page's level has not looked at the field.
            Level::Page => self.shown(Level::Field),
            level => self.shown(level),
        };
        match shown {
            _ if raw.is_empty() => Masked::fixed(""),
            Some(policy) if policy.form_inputs => self.text(raw, level),
            _ => Masked::fixed(FIELD_TOKEN),
        }
    }

    /// The value of a tag or of an event's property, set by the site's own call.
    pub fn property<'a>(&self, raw: &'a str) -> Masked<'a> {
        if self.policy.properties || raw.is_empty() { self.text(raw, Level::Page) } else { Masked::fixed(VALUE_TOKEN) }
    }
}

/// Whether no rule can find anything in a text: the most frequent case, told without decoding a character.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| {
        byte.is_ascii() && !matches!(byte, b'0'..=b'9' | b'@' | b'%' | b'&' | b'\\' | b'(' | b'[' | b'{' | b'<')
    })
}

/// Replaces in a text what the policy does not record.
pub(super) fn scan(rewrite: &mut Rewrite<'_, '_>, policy: Policy) {
    let text = rewrite.source();
    let mut at = 0;
    while let Some(word) = email::next_word(text, at) {
        at = word.end;
        let body = text.get(word.clone()).unwrap_or_default();
        if !policy.emails
            && let Some(address) = email::address(text, &word)
        {
            // The full stop after it belongs to no other word.
            at = email::word_end(text, address.end);
            rewrite.replace(address.start, address.end, EMAIL_TOKEN);
            continue;
        }
        if secret::is_key(body) || !policy.numbers && secret::is_random(body, RANDOM_MIN_CHARS) {
            rewrite.replace(word.start, word.end, WORD_TOKEN);
        } else if !policy.numbers && !is_recorded_address(body, policy) {
            digits::zero(rewrite, word.start, word.end);
        }
    }
}

/// Whether a word is an address that is shown as it is: a wrong digit would make it another person's.
pub(super) fn is_recorded_address(word: &str, policy: Policy) -> bool {
    policy.emails && email::has_at(word) && digits::count(word) <= ADDRESS_MAX_DIGITS
}

/// Every word becomes the same token: how many words there are stays, so that lines break about where they did. Lengths of
/// words go, since their sequence tells a known text or a name.
fn hidden_words(raw: &str) -> Masked<'_> {
    let mut rewrite = Rewrite::new(raw);
    let mut start = None;
    for (at, c) in raw.char_indices() {
        match start {
            Some(from) if c.is_whitespace() => {
                rewrite.replace(from, at, WORD_TOKEN);
                start = None;
            }
            None if !c.is_whitespace() => start = Some(at),
            _ => {}
        }
    }
    if let Some(from) = start {
        rewrite.replace(from, raw.len(), WORD_TOKEN);
    }
    Masked::made(rewrite.finish())
}
