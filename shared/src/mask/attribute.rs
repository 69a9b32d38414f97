//! Attribute values. In: the attribute's name, its element's tag and level, the value. Out: the value masked; an attribute
//! keeps its name. A list of names says which rule holds for which attribute; what is not in the list is hidden whole.

use super::*;

/// Which rule holds for an attribute's value; depends on the names of attribute and element only, so it can be kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AttributeKind {
    /// Not in the list.
    Whole,
}

impl AttributeKind {
    /// The rule for an attribute of an element.
    pub fn of(tag: &str, name: &str) -> AttributeKind {
        let _ = (tag, name);
        AttributeKind::Whole
    }
}

impl Rules {
    /// An attribute's value.
    pub fn attribute<'a>(&self, tag: &str, name: &str, raw: &'a str, level: Level) -> Masked<'a> {
        self.attribute_of(AttributeKind::of(tag, name), raw, level)
    }

    /// An attribute's value by a rule that was looked up before.
    pub fn attribute_of<'a>(&self, kind: AttributeKind, raw: &'a str, level: Level) -> Masked<'a> {
        let _ = (kind, level);
        if raw.is_empty() { Masked::fixed("") } else { Masked::fixed(VALUE_TOKEN) }
    }
}
