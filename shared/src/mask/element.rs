//! Which kind of field an element is. In: plain facts read from the element. Out: its own level, if it has one.

use super::Level;

/// What the rules need to know of an element. Names of tags are lowercase local names; the rest is as in the markup.
#[derive(Clone, Copy, Default, Debug)]
pub struct ElementFacts<'a> {
    /// Local name, lowercase.
    pub tag: &'a str,
    /// `type` of an input.
    pub input_type: Option<&'a str>,
    /// `autocomplete`.
    pub autocomplete: Option<&'a str>,
    /// `name`.
    pub name: Option<&'a str>,
    /// `id`.
    pub id: Option<&'a str>,
    /// `role`.
    pub role: Option<&'a str>,
    /// `contenteditable`.
    pub contenteditable: Option<&'a str>,
    /// `placeholder`.
    pub placeholder: Option<&'a str>,
    /// `aria-label`.
    pub aria_label: Option<&'a str>,
    /// Whether it was a secret before, in any form: a password shown in clear, a clone of it.
    pub was_secret: bool,
}

impl ElementFacts<'_> {
    /// The level that the element's kind asks for.
    pub fn level(&self) -> Option<Level> {
        if self.was_secret || self.input_type == Some("password") {
            return Some(Level::Secret);
        }
        match self.tag {
            "input" | "textarea" | "select" | "option" | "datalist" => Some(Level::Field),
            _ => self.contenteditable.map(|_| Level::Field),
        }
    }
}
