//! Addresses.

use super::*;

impl Rules {
    /// The address of a page, a referrer or a resource.
    pub fn url<'a>(&self, raw: &'a str) -> Masked<'a> {
        self.url_in(raw, Level::Page)
    }

    /// An address in an attribute or a style sheet at a level.
    pub fn url_in<'a>(&self, raw: &'a str, level: Level) -> Masked<'a> {
        let _ = level;
        if raw.is_empty() { Masked::fixed("") } else { Masked::fixed("about:blank") }
    }
}
