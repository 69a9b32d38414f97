//! What was sent already: masked strings by the hash of their bytes, and element shapes by the hash of their parts.

use crate::table::{Hash, Table};
use alloc::vec::Vec;
use shared::mask::Masked;
use shared::strings::{Kind, NewStrings, StringRef};
use shared::varint;

/// The dictionary of one page since its last checkpoint.
pub struct Dictionary {
    strings: Table,
    shapes: Table,
    shape_count: u32,
    /// Strings that the next frame must define.
    pub new: NewStrings,
}

impl Dictionary {
    /// Knows only the empty string.
    pub fn new() -> Self {
        Self { strings: Table::default(), shapes: Table::default(), shape_count: 0, new: NewStrings::starting_at(1) }
    }

    /// Back to the start, at a checkpoint.
    pub fn clear(&mut self) {
        self.strings.clear();
        self.shapes.clear();
        self.shape_count = 0;
        self.new = NewStrings::starting_at(1);
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
            let number = self.new.push(kind, text);
            self.strings.insert(key, number);
            number
        });
        (number, key as u32 | 1)
    }

    /// Writes the token of a shape: its number, and when it is new its definition.
    pub fn shape(&mut self, head: u32, namespace: u8, tag: StringRef, attributes: &[(u32, u32)], out: &mut Vec<u8>) {
        let mut hash = Hash::new(u64::from(namespace) << 32 | u64::from(tag));
        for (name, value) in attributes {
            hash.word(u64::from(*name) << 32 | u64::from(*value));
        }
        let key = hash.finish();
        if let Some(number) = self.shapes.get(key) {
            varint::put(out, number << 3 | head);
            return;
        }
        let number = self.shape_count;
        self.shape_count += 1;
        self.shapes.insert(key, number);
        varint::put(out, number << 3 | head);
        out.push(namespace);
        varint::put(out, tag);
        varint::put(out, attributes.len() as u32);
        for (name, value) in attributes {
            varint::put(out, *name);
            varint::put(out, *value);
        }
    }
}
