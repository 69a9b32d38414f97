//! The strings that the tree's changes name, one after the other ([`crate::dom`]): a page says a few strings again and
//! again, so each gets a small number of its own when it is first named, and one that is new on the page needs none.
//!
//! ```text
//! string   0  one more than the highest number so far     1 number  another        2 + place  one that was named before
//! ```

use crate::strings::StringRef;
use crate::varint::Reader;
use alloc::vec::Vec;

/// One more than the highest number so far.
pub const NEXT: u32 = 0;
/// A number follows.
pub const NUMBER: u32 = 1;
/// The string that was named first.
pub const FIRST: u32 = 2;
/// Strings that get a place.
pub const PLACES_MAX: usize = 1 << 13;

/// What was named since the column started anew.
#[derive(Clone, Debug, Default)]
pub struct Column {
    places: Vec<StringRef>,
    highest: StringRef,
}

impl Column {
    /// The next string of the column.
    pub fn read(&mut self, reader: &mut Reader<'_>) -> Option<StringRef> {
        let number = match reader.number()? {
            NEXT => self.highest.checked_add(1)?,
            NUMBER => reader.number()?,
            place => return self.places.get((place - FIRST) as usize).copied(),
        };
        self.highest = self.highest.max(number);
        if self.places.len() < PLACES_MAX {
            self.places.push(number);
        }
        Some(number)
    }
}
