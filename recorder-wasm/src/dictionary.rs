//! What was sent already: masked strings by the hash of their bytes, and element shapes by the hash of their parts.

use crate::element::MaskedElement;
use crate::links::Inside;
use crate::table::{Hash, Table};
use alloc::vec::Vec;
use shared::column;
use shared::dom::token;
use shared::mask::{Level, Masked};
use shared::strings::{Kind, StringRef};
use shared::varint;

/// The dictionary of one page since its last checkpoint.
pub struct Dictionary {
    strings: Table,
    shapes: Table,
    shape_count: u32,
    /// Where each string stands in the column of the tree's changes.
    places: Table,
    highest: StringRef,
    /// Strings that the next record must define.
    pub new: NewStrings,
}

/// Strings that no record has defined yet.
pub struct NewStrings {
    /// The number of the first of them.
    pub first: StringRef,
    /// Kind and end in `bytes`.
    pub ends: Vec<(Kind, usize)>,
    /// One after the other.
    pub bytes: Vec<u8>,
}

impl Dictionary {
    /// Knows only the empty string.
    pub const fn new() -> Self {
        Self {
            strings: Table::new(),
            shapes: Table::new(),
            shape_count: 0,
            places: Table::new(),
            highest: 0,
            new: NewStrings { first: 1, ends: Vec::new(), bytes: Vec::new() },
        }
    }

    /// Back to the start, at a checkpoint.
    pub fn clear(&mut self) {
        self.strings.clear();
        self.shapes.clear();
        self.shape_count = 0;
        self.start_column();
        self.new.first = 1;
        self.new.ends.clear();
        self.new.bytes.clear();
    }

    /// From here on the column names every string anew.
    pub fn start_column(&mut self) {
        self.places.clear();
        self.highest = 0;
    }

    /// Writes a string into the column (`shared::column`).
    pub fn name(&mut self, number: StringRef, column: &mut Vec<u8>) {
        // 0 and 1 are the same key.
        let key = u64::from(number) + 1;
        if let Some(place) = self.places.get(key) {
            varint::put(column, column::FIRST + place);
            return;
        }
        if number == self.highest + 1 {
            varint::put(column, column::NEXT);
        } else {
            varint::put(column, column::NUMBER);
            varint::put(column, number);
        }
        self.highest = self.highest.max(number);
        let place = self.places.len();
        if place < column::PLACES_MAX {
            self.places.insert(key, place as u32);
        }
    }

    /// The number of a masked string.
    pub fn string(&mut self, kind: Kind, text: &Masked<'_>) -> StringRef {
        self.string_and_hash(kind, text).0
    }

    /// The number of a masked string, and a hash to compare it by later.
    pub fn string_and_hash(&mut self, kind: Kind, text: &Masked<'_>) -> (StringRef, u32) {
        if text.as_str().is_empty() {
            return (0, 1);
        }
        let mut hash = Hash::new(kind as u64);
        hash.bytes(text.as_str().as_bytes());
        let key = hash.finish();
        let number = self.strings.get(key).unwrap_or_else(|| {
            let new = &mut self.new;
            let number = new.first + new.ends.len() as u32;
            new.bytes.extend_from_slice(text.as_str().as_bytes());
            new.ends.push((kind, new.bytes.len()));
            self.strings.insert(key, number);
            number
        });
        (number, key as u32 | 1)
    }

    /// Writes the token of a shape: its number, and when it is new its definition, whose strings go into the column.
    pub fn shape(&mut self, element: &MaskedElement, out: &mut Vec<u8>, column: &mut Vec<StringRef>) -> u32 {
        let mut hash = Hash::new(u64::from(element.namespace) << 32 | u64::from(element.tag));
        for (name, value) in &element.attributes {
            hash.word(u64::from(*name) << 32 | u64::from(*value));
        }
        let key = hash.finish();
        if let Some(number) = self.shapes.get(key) {
            element_token(number, element.inside, out);
            return number;
        }
        let number = self.shape_count;
        self.shape_count += 1;
        self.shapes.insert(key, number);
        element_token(number, element.inside, out);
        out.push(element.namespace);
        varint::put(out, element.attributes.len() as u32);
        column.push(element.tag);
        for (name, value) in &element.attributes {
            column.extend([*name, *value]);
        }
        number
    }
}

/// Writes the token of a known shape.
pub fn element_token(shape: u32, inside: Inside, out: &mut Vec<u8>) {
    let kind = if inside.level() == Level::Blocked { token::BLOCKED } else { token::ELEMENT };
    varint::put(out, shape << 3 | kind);
}
