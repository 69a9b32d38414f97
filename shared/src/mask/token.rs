//! Ids, classes and other names of the page.

use super::*;

impl Rules {
    /// One id, class name or reference to an id.
    pub fn token<'a>(&self, raw: &'a str) -> Masked<'a> {
        self.tokens(raw)
    }

    /// A list of them, its white space kept.
    pub fn tokens<'a>(&self, raw: &'a str) -> Masked<'a> {
        if raw.bytes().filter(u8::is_ascii_digit).count() < 5 && !raw.contains('@') {
            return Masked::made(raw);
        }
        Masked::fixed("m-hidden")
    }

    /// The name of a tag or an attribute.
    pub fn name<'a>(&self, raw: &'a str) -> Masked<'a> {
        self.tokens(raw)
    }
}
