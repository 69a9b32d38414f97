//! Text that the page shows, and what form fields hold.

use super::*;
use alloc::vec::Vec;

impl Rules {
    /// Text of one text node (or a title, an error message).
    pub fn text<'a>(&self, raw: &'a str, level: Level) -> Masked<'a> {
        if self.shown(level).is_some_and(|policy| policy.records_all()) || raw.bytes().all(|b| b.is_ascii_alphabetic() || b.is_ascii_whitespace()) {
            return Masked::made(raw);
        }
        Masked::fixed(WORD_TOKEN)
    }

    /// Text nodes that stand side by side, masked as one text: as many results as pieces.
    pub fn text_run<'a>(&self, pieces: &[&'a str], level: Level) -> Vec<Masked<'a>> {
        pieces.iter().map(|piece| self.text(piece, level)).collect()
    }

    /// What a form field holds.
    pub fn field_value<'a>(&self, raw: &'a str, level: Level) -> Masked<'a> {
        if level == Level::Field && self.policy.form_inputs && !raw.is_empty() {
            return self.text(raw, level);
        }
        if raw.is_empty() { Masked::fixed("") } else { Masked::fixed(FIELD_TOKEN) }
    }

    /// The value of a tag or of an event's property, set by the site's own call.
    pub fn property<'a>(&self, raw: &'a str) -> Masked<'a> {
        if self.policy.properties {
            return self.text(raw, Level::Page);
        }
        if raw.is_empty() { Masked::fixed("") } else { Masked::fixed(VALUE_TOKEN) }
    }
}
