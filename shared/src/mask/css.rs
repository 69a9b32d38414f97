//! Style sheets and style attributes.

use super::*;

impl Rules {
    /// A style sheet, a rule of one, or a style attribute.
    pub fn css<'a>(&self, raw: &'a str, level: Level) -> Masked<'a> {
        let _ = level;
        if raw.contains('@') || raw.contains('"') { Masked::fixed("") } else { Masked::made(raw) }
    }

    /// A style attribute.
    pub fn style_attribute<'a>(&self, raw: &'a str, level: Level) -> Masked<'a> {
        self.css(raw, level)
    }
}
