//! From an element's raw tag and attributes to its level and its masked shape. Facts come from the tap, rules from
//! `shared::mask`; an element seen before under the same level costs one look-up.

use crate::dictionary::Dictionary;
use crate::table::{Hash, MAX_ENTRIES, Table};
use crate::words::{Interned, Raw, Words};
use alloc::vec::Vec;
use shared::mask::{AttributeKind, ElementFacts, Level, Marks, Masked, Rules};
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
#[derive(Clone)]
pub struct MaskedElement {
    /// 0 HTML, 1 SVG, 2 MathML.
    pub namespace: u8,
    /// Local name.
    pub tag: StringRef,
    /// Names and values.
    pub attributes: Vec<(StringRef, StringRef)>,
    /// How much of its inside may be shown.
    pub level: Level,
    /// Whether its text is a style sheet.
    pub is_style: bool,
}

/// Elements seen before.
#[derive(Default)]
pub struct Elements {
    known: Table,
    masked: Vec<MaskedElement>,
}

impl Elements {
    /// Forgets all: at a checkpoint, and when the tap starts its string ids anew.
    pub fn clear(&mut self) {
        self.known.clear();
        self.masked.clear();
    }

    /// Masks an element that stands below a parent of the given level.
    pub fn mask(
        &mut self,
        element: &RawElement<'_>,
        parent: Level,
        rules: &Rules,
        words: &Words<'_>,
        interned: &Interned,
        dictionary: &mut Dictionary,
    ) -> MaskedElement {
        let key = key(element, parent);
        if let Some(known) = key.and_then(|key| self.known.get(key)).and_then(|at| self.masked.get(at as usize)) {
            return known.clone();
        }
        let masked = mask(element, parent, rules, words, interned, dictionary);
        if let Some(key) = key {
            // The table empties itself when it is full; what it points to must go with it.
            if self.masked.len() >= MAX_ENTRIES {
                self.clear();
            }
            self.known.insert(key, self.masked.len() as u32);
            self.masked.push(masked.clone());
        }
        masked
    }
}

/// Names an element by its parts; nothing when a part has no id.
fn key(element: &RawElement<'_>, parent: Level) -> Option<u64> {
    let id = |raw| if let Raw::Interned(id) = raw { Some(u64::from(id)) } else { None };
    let mut hash = Hash::new(parent as u64);
    hash.word(id(element.tag)? << 32 | u64::from(element.flags));
    for (name, value) in element.attributes {
        hash.word(id(*name)? << 32 | id(*value)?);
    }
    Some(hash.finish())
}

fn mask(
    element: &RawElement<'_>,
    parent: Level,
    rules: &Rules,
    words: &Words<'_>,
    interned: &Interned,
    dictionary: &mut Dictionary,
) -> MaskedElement {
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
    let level = rules.level(parent, &facts, marks);
    let attributes = element.attributes.iter().map(|(name, value)| {
        let name = words.text(*name, interned);
        let value = attribute(tag, name, words.text(*value, interned), level, rules, dictionary);
        (dictionary.string(Kind::Name, &rules.name(name)), value)
    });
    MaskedElement {
        namespace: (element.flags & flag::NAMESPACE) as u8,
        attributes: attributes.collect(),
        tag: dictionary.string(Kind::Name, &rules.name(tag)),
        level,
        is_style: tag == "style",
    }
}

/// Masks one attribute value and gives its number.
pub fn attribute(
    tag: &str,
    name: &str,
    value: &str,
    level: Level,
    rules: &Rules,
    dictionary: &mut Dictionary,
) -> StringRef {
    let rule = AttributeKind::of(tag, name);
    let masked: Masked<'_> = rules.attribute_of(rule, value, level);
    dictionary.string(string_kind(name), &masked)
}

/// By which rules the collector may mask the value again.
fn string_kind(name: &str) -> Kind {
    match name {
        "class" | "id" => Kind::Token,
        "style" => Kind::Css,
        "href" | "src" | "action" | "formaction" | "poster" | "xlink:href" => Kind::Url,
        _ => Kind::Attribute,
    }
}
