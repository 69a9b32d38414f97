//! The dictionary's strings again ([`crate::strings`]), as words: pages say the same words in ever new orders, and a word
//! that stood in the frame before is a byte or two. Words are counted anew in each frame, and after a checkpoint inside
//! one, so that the strings of a frame can be read, and masked a second time, without any other frame.
//!
//! ```text
//! body     first number · (kind · word* · 0)*     a space stands between two words; kinds and pieces as in `STRINGS`
//! word     1 len bytes    words, spaces between; each gets the next number, if it is short and there are numbers left
//!          2 + number     a word of this frame
//! ```

use crate::limits::PAYLOAD_MAX_BYTES;
use crate::strings::{CONTINUED, Kind, StringRef};
use crate::varint::Reader;
use alloc::string::String;
use alloc::vec::Vec;

/// Ends a string.
pub const END: u32 = 0;
/// Words that are spelled out.
pub const SPELLED: u32 = 1;
/// The word with number 0.
pub const FIRST: u32 = 2;
/// Bytes of the longest word that gets a number.
pub const WORD_MAX_BYTES: usize = 32;
/// Words of one frame that get a number.
pub const WORDS_MAX: usize = 1 << 13;

/// One piece of a string.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Phrase {
    /// What kind of place it came from.
    pub kind: Kind,
    /// Its text.
    pub text: String,
    /// Whether the next piece goes on with the same string.
    pub continued: bool,
}

/// The words of one frame so far.
#[derive(Clone, Debug)]
pub struct Words {
    known: Vec<String>,
    /// Bytes that the frame may still come to: a byte can name a long word.
    room: usize,
}

impl Default for Words {
    fn default() -> Self {
        Self { known: Vec::new(), room: PAYLOAD_MAX_BYTES }
    }
}

impl Words {
    /// The document is read anew: the words so far are void.
    pub fn start_anew(&mut self) {
        self.known.clear();
    }

    /// Reads one record: the number of its first string, and the pieces. `None` when malformed, or when the frame would
    /// become longer than a payload may be.
    pub fn read(&mut self, body: &[u8]) -> Option<(StringRef, Vec<Phrase>)> {
        let mut reader = Reader::new(body);
        let first = reader.number()?;
        let mut phrases = Vec::new();
        while !reader.is_empty() {
            let kind = reader.byte()?;
            let text = self.string(&mut reader)?;
            phrases.push(Phrase { kind: Kind::from_byte(kind & !CONTINUED), text, continued: kind & CONTINUED != 0 });
        }
        Some((first, phrases))
    }

    fn string(&mut self, reader: &mut Reader<'_>) -> Option<String> {
        let mut text = String::new();
        let mut is_first = true;
        loop {
            let head = reader.number()?;
            if head == END {
                return Some(text);
            }
            if !core::mem::take(&mut is_first) {
                text.push(' ');
            }
            let before = text.len();
            if head == SPELLED {
                let len = reader.number()? as usize;
                let spelled = core::str::from_utf8(reader.bytes(len)?).ok()?;
                text.push_str(spelled);
                for word in spelled.split(' ').filter(|word| word.len() <= WORD_MAX_BYTES) {
                    if self.known.len() < WORDS_MAX {
                        self.known.push(String::from(word));
                    }
                }
            } else {
                text.push_str(self.known.get((head - FIRST) as usize)?);
            }
            self.room = self.room.checked_sub(text.len() - before + 1)?;
        }
    }
}
