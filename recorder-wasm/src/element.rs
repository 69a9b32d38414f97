//! From an element's raw tag and attributes to its level and its masked shape. Facts come from the tap, rules from
//! `shared::mask`; an element seen before under the same level costs one look-up.

use crate::batch::Context;
use crate::dictionary::Dictionary;
use crate::links::Inside;
use crate::table::{Hash, Table};
use crate::words::{Raw, Words};
use alloc::vec::Vec;
use shared::mask::{AttributeKind, ElementFacts, Level, Marks, Masked, Rules, is_inline};
use shared::strings::{Kind, StringRef};

/// Bits of an element's flags word.
mod flag {
    pub const NAMESPACE: u32 = 3;
    pub const MARKS_SHIFT: u32 = 2;
    pub const WAS_SECRET: u32 = 1 << 6;
}

/// What the tap says of an element.
pub struct RawElement<'a> {
    /// Local name.
    pub tag: Raw,
    /// See [`flag`].
    pub flags: u32,
    /// Names and values.
    pub attributes: &'a [(Raw, Raw)],
}

/// An element after the rules.
pub struct MaskedElement {
    /// 0 HTML, 1 SVG, 2 MathML.
    pub namespace: u8,
    /// Local name.
    pub tag: StringRef,
    /// Names and values.
    pub attributes: Vec<(StringRef, StringRef)>,
    /// What its inside is.
    pub inside: Inside,
}

/// Elements and attributes seen before.
pub struct Elements {
    /// Shape and inside, packed.
    shapes: Table,
    /// Numbers of attribute values.
    values: Table,
}

impl Elements {
    /// None.
    pub const fn new() -> Self {
        Self { shapes: Table::new(), values: Table::new() }
    }

    /// Forgets all: at a checkpoint, and when the tap starts its string ids anew.
    pub fn clear(&mut self) {
        self.shapes.clear();
        self.values.clear();
    }

    /// Shape and inside of an element that was kept.
    pub fn get(&self, key: u64) -> Option<(u32, Inside)> {
        self.shapes.get(key).map(|packed| (packed >> 8, Inside(packed as u8)))
    }

    /// Keeps an element's shape and inside.
    pub fn keep(&mut self, key: u64, shape: u32, inside: Inside) {
        self.shapes.insert(key, shape << 8 | u32::from(inside.0));
    }
}

/// Names an element by its parts; nothing when a part has no id.
pub fn key(element: &RawElement<'_>, parent: Inside) -> Option<u64> {
    let mut hash = Hash::new(u64::from(parent.0));
    hash.word(u64::from(element.flags));
    hash.word(element.tag.id()?.into());
    for (name, value) in element.attributes {
        hash.word(u64::from(name.id()?) << 32 | u64::from(value.id()?));
    }
    Some(hash.finish())
}

/// Masks an element that stands inside a parent.
pub fn mask(element: &RawElement<'_>, parent: Inside, words: &Words<'_>, context: &mut Context<'_>) -> MaskedElement {
    let Context { rules, interned, dictionary, .. } = context;
    let tag = words.text(element.tag, interned);
    let mut facts = ElementFacts { tag, was_secret: element.flags & flag::WAS_SECRET != 0, ..ElementFacts::default() };
    for (name, value) in element.attributes {
        let value = words.text(*value, interned);
        let fact = match words.text(*name, interned) {
            "type" => &mut facts.input_type,
            "autocomplete" => &mut facts.autocomplete,
            "name" => &mut facts.name,
            "id" => &mut facts.id,
            "role" => &mut facts.role,
            "contenteditable" => &mut facts.contenteditable,
            "placeholder" => &mut facts.placeholder,
            "aria-label" => &mut facts.aria_label,
            _ => continue,
        };
        *fact = Some(value);
    }
    let marks = Marks::from_bits((element.flags >> flag::MARKS_SHIFT) as u8);
    let level = rules.level(parent.level(), &facts, marks);
    let tag_number = dictionary.string(Kind::Name, &rules.name(tag));
    let mut attributes = Vec::with_capacity(element.attributes.len());
    for (name, value) in element.attributes {
        let name = words.text(*name, interned);
        let number = dictionary.string(Kind::Name, &rules.name(name));
        let value = attribute(tag, name, words.text(*value, interned), level, rules, dictionary);
        attributes.push((number, value));
    }
    MaskedElement {
        namespace: (element.flags & flag::NAMESPACE) as u8,
        attributes,
        tag: tag_number,
        inside: Inside::new(level, tag == "style", is_inline(tag)),
    }
}

/// The number of a changed attribute's masked value.
pub fn changed(
    tag: Raw,
    name: Raw,
    value: Raw,
    inside: Inside,
    words: &Words<'_>,
    context: &mut Context<'_>,
) -> StringRef {
    let raw = RawElement { tag, flags: u32::MAX, attributes: &[(name, value)] };
    let key = key(&raw, inside);
    if let Some(number) = key.and_then(|key| context.elements.values.get(key)) {
        return number;
    }
    let [tag, name, value] = [tag, name, value].map(|part| words.text(part, context.interned));
    let number = attribute(tag, name, value, inside.level(), context.rules, context.dictionary);
    if let Some(key) = key {
        context.elements.values.insert(key, number);
    }
    number
}

/// Masks one attribute value and gives its number.
fn attribute(
    tag: &str,
    name: &str,
    value: &str,
    level: Level,
    rules: &Rules,
    dictionary: &mut Dictionary,
) -> StringRef {
    let rule = AttributeKind::of(tag, name);
    let masked: Masked<'_> = rules.attribute_of(rule, value, level);
    dictionary.string(Kind::of_attribute(name), &masked)
}
