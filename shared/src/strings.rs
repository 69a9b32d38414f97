//! The only place of a frame that holds text of the page: a dictionary that grows by `STRINGS` records.
//!
//! In: [`Masked`] text with the kind of place it came from. Out: a number that the other records use. Number 0 is the
//! empty string. A checkpoint empties the dictionary, so that a page can be played from there. The kind lets the collector
//! apply the same masking rules a second time without understanding anything else of the frame.
//!
//! ```text
//! body    first number · count · (kind · len · bytes)*
//! ```
//! A long string comes in pieces, so that every frame fits: a piece whose kind has [`CONTINUED`] set goes on in the next
//! one and has no number of its own.

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
    /// The kind of an attribute's value: by which rules it may be masked again.
    #[inline]
    pub fn of_attribute(name: &str) -> Kind {
        match name {
            "class" | "id" => Kind::Token,
            "style" => Kind::Css,
            "href" | "src" | "action" | "formaction" | "poster" | "xlink:href" => Kind::Url,
            _ => Kind::Attribute,
        }
    }

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

/// Set on the kind of a piece that is not the last of its string.
pub const CONTINUED: u8 = 0x80;
/// UTF-8 bytes of one piece at most.
const PIECE_MAX_BYTES: usize = 12 << 10;

/// Strings that are new since the last `STRINGS` record.
#[derive(Debug, Default)]
pub struct NewStrings {
    first: StringRef,
    bytes: Vec<u8>,
    /// Where each piece ends in `bytes`, and whether it ends a string.
    pieces: Vec<(u32, bool)>,
    next: StringRef,
}

impl NewStrings {
    /// Starts collecting; the first string gets the number `first`.
    pub fn starting_at(first: StringRef) -> Self {
        Self { first, next: first, ..Self::default() }
    }

    /// Adds a string and gives its number.
    pub fn push(&mut self, kind: Kind, text: &Masked<'_>) -> StringRef {
        let mut rest = text.as_str();
        loop {
            let mut cut = rest.len().min(PIECE_MAX_BYTES);
            while !rest.is_char_boundary(cut) {
                cut -= 1;
            }
            // Checked, though the cut is a boundary: the panic's message would weigh six kilobytes on every visitor.
            let (piece, after) = rest.split_at_checked(cut).unwrap_or((rest, ""));
            let is_last = after.is_empty();
            self.bytes.push(kind as u8 | if is_last { 0 } else { CONTINUED });
            varint::put(&mut self.bytes, piece.len() as u32);
            self.bytes.extend_from_slice(piece.as_bytes());
            self.pieces.push((self.bytes.len() as u32, is_last));
            rest = after;
            if is_last {
                break;
            }
        }
        self.next += 1;
        self.next - 1
    }

    /// The bodies of the `STRINGS` records that say what was added, each of at most about `max_bytes`.
    pub fn take(&mut self, max_bytes: usize, mut body: impl FnMut(&[u8])) {
        let mut start = 0;
        let mut left = self.pieces.as_slice();
        while !left.is_empty() {
            let fits = |(end, _): &&(u32, bool)| *end as usize - start <= max_bytes;
            let count = left.iter().take_while(fits).count().max(1);
            let Some((pieces, after)) = left.split_at_checked(count) else { break };
            let end = pieces.last().map_or(start, |(end, _)| *end as usize);
            let mut record = Vec::with_capacity(end - start + 8);
            varint::put(&mut record, self.first);
            varint::put(&mut record, count as u32);
            record.extend_from_slice(self.bytes.get(start..end).unwrap_or(&[]));
            body(&record);
            self.first += pieces.iter().filter(|(_, is_last)| *is_last).count() as u32;
            start = end;
            left = after;
        }
        self.bytes.clear();
        self.pieces.clear();
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }
}

/// One piece of a `STRINGS` record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Piece<'a> {
    /// What kind of place it came from.
    pub kind: Kind,
    /// Its text.
    pub text: &'a str,
    /// Whether the next piece goes on with the same string.
    pub continued: bool,
}

/// Reads a `STRINGS` record: the number of its first string, and the pieces. `None` when malformed.
pub fn read(body: &[u8]) -> Option<(StringRef, Vec<Piece<'_>>)> {
    let mut reader = Reader::new(body);
    let first = reader.number()?;
    let count = reader.count()?;
    let mut pieces = Vec::with_capacity(count.min(1024));
    for _ in 0..count {
        let kind = reader.byte()?;
        let len = reader.number()? as usize;
        let text = core::str::from_utf8(reader.bytes(len)?).ok()?;
        pieces.push(Piece { kind: Kind::from_byte(kind & !CONTINUED), text, continued: kind & CONTINUED != 0 });
    }
    reader.is_empty().then_some((first, pieces))
}

/// Writes a `STRINGS` record of pieces with text made anew by the rules: kind, whether it goes on in the next, text.
pub fn write(first: StringRef, pieces: &[(Kind, bool, Masked<'_>)]) -> Vec<u8> {
    let mut body = Vec::new();
    varint::put(&mut body, first);
    varint::put(&mut body, pieces.len() as u32);
    for (kind, continued, text) in pieces {
        body.push(*kind as u8 | if *continued { CONTINUED } else { 0 });
        varint::put(&mut body, text.as_str().len() as u32);
        body.extend_from_slice(text.as_str().as_bytes());
    }
    body
}
