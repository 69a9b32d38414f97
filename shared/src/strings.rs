//! The only place of a frame that holds text of the page: a dictionary that grows by `STRINGS` records.
//!
//! In: [`Masked`] text with the kind of place it came from. Out: a number that the other records use. Number 0 is the
//! empty string. A checkpoint empties the dictionary, so that a page can be played from there. The kind lets the collector
//! apply the same masking rules a second time without understanding anything else of the frame.

use crate::mask::Masked;
use crate::varint::{self, Reader};
use alloc::vec::Vec;

/// The number of a string in the page's dictionary.
pub type StringRef = u32;

/// What kind of place a string came from: the rules that made it, and that may be applied again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// Names of tags and attributes.
    Name = 0,
    /// Text that the page shows.
    Text = 1,
    /// The value of an attribute, already masked by its name.
    Attribute = 2,
    /// An address.
    Url = 3,
    /// A style sheet or a style attribute.
    Css = 4,
    /// What a form field holds.
    Field = 5,
    /// An id or class attribute.
    Token = 6,
}

impl Kind {
    /// The kind written as `byte`; an unknown one is treated as shown text, the strictest of the readable kinds.
    pub fn from_byte(byte: u8) -> Kind {
        match byte {
            0 => Kind::Name,
            2 => Kind::Attribute,
            3 => Kind::Url,
            4 => Kind::Css,
            5 => Kind::Field,
            6 => Kind::Token,
            _ => Kind::Text,
        }
    }
}

/// Strings that are new since the last `STRINGS` record.
#[derive(Debug, Default)]
pub struct NewStrings {
    first: StringRef,
    count: u32,
    bytes: Vec<u8>,
}

impl NewStrings {
    /// Starts collecting; the first string gets the number `first`.
    pub fn starting_at(first: StringRef) -> Self {
        Self { first, count: 0, bytes: Vec::new() }
    }

    /// Adds a string and gives its number.
    pub fn push(&mut self, kind: Kind, text: &Masked<'_>) -> StringRef {
        let text = text.as_str();
        self.bytes.push(kind as u8);
        varint::put(&mut self.bytes, text.len() as u32);
        self.bytes.extend_from_slice(text.as_bytes());
        self.count += 1;
        self.first + self.count - 1
    }

    /// Bytes that the record would have.
    pub fn len_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The record's body: `first count (kind len bytes)*`. Collecting goes on after it.
    pub fn take(&mut self) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.bytes.len() + 8);
        varint::put(&mut body, self.first);
        varint::put(&mut body, self.count);
        body.append(&mut self.bytes);
        self.first += self.count;
        self.count = 0;
        body
    }
}

/// Reads a `STRINGS` record: the number of its first string and each string with its kind. `None` when malformed.
pub fn read(body: &[u8]) -> Option<(StringRef, Vec<(Kind, &str)>)> {
    let mut reader = Reader::new(body);
    let first = reader.number()?;
    let count = reader.count()?;
    let mut strings = Vec::with_capacity(count.min(1024));
    for _ in 0..count {
        let kind = Kind::from_byte(reader.byte()?);
        let len = reader.number()? as usize;
        strings.push((kind, core::str::from_utf8(reader.bytes(len)?).ok()?));
    }
    reader.is_empty().then_some((first, strings))
}
