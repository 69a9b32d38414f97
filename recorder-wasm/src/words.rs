//! Reads what the tap wrote: words of operations and an arena of UTF-8 bytes, consumed side by side. Reading past the end
//! gives zeros, which mean "nothing" everywhere.
//!
//! A string is one word: 0 empty · an id of a string sent before · `DEFINE | len` the next `len` bytes of the arena, which
//! get the next id · `INLINE | len` the next `len` bytes, without an id.

use alloc::vec::Vec;
use shared::utf8;
/// Bit of a string word: the bytes come now and get an id.
const DEFINE: u32 = 1 << 30;
/// Bit of a string word: the bytes come now.
const INLINE: u32 = 1 << 31;

/// A string of the page, not masked yet. Only the masking module's results leave this crate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Raw {
    /// Known by its id, which the tap uses again.
    Interned(u32),
    /// Bytes of the arena, used once.
    Inline {
        /// Where they start.
        start: u32,
        /// How many.
        len: u32,
    },
}

impl Raw {
    /// The id, for those that have one.
    pub fn id(self) -> Option<u32> {
        if let Raw::Interned(id) = self { Some(id) } else { None }
    }
}

/// Strings that the tap refers to by id. They stay in the page's memory.
pub struct Interned {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Interned {
    /// None.
    pub const fn new() -> Self {
        Self { bytes: Vec::new(), ends: Vec::new() }
    }

    fn push(&mut self, bytes: &[u8]) -> u32 {
        self.bytes.extend_from_slice(bytes);
        self.ends.push(self.bytes.len() as u32);
        self.ends.len() as u32
    }

    /// Forgets every string; ids start at 1 again.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    fn get(&self, id: u32) -> &[u8] {
        let Some(index) = (id as usize).checked_sub(1) else { return &[] };
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(index).copied().unwrap_or(start);
        self.bytes.get(start as usize..end as usize).unwrap_or(&[])
    }
}

/// A place in the words and in the arena.
pub struct Words<'a> {
    words: &'a [u32],
    arena: &'a [u8],
    at: usize,
    arena_at: usize,
}

impl<'a> Words<'a> {
    /// Reads from the front of both.
    pub fn new(words: &'a [u32], arena: &'a [u8]) -> Self {
        Self { words, arena, at: 0, arena_at: 0 }
    }

    /// Whether all words have been read.
    pub fn is_empty(&self) -> bool {
        self.at >= self.words.len()
    }

    /// The next word, not taken.
    pub fn peek(&self) -> u32 {
        self.words.get(self.at).copied().unwrap_or(0)
    }

    /// The next word.
    pub fn word(&mut self) -> u32 {
        let word = self.peek();
        self.at += 1;
        word
    }

    /// The next word as a signed number.
    pub fn signed(&mut self) -> i32 {
        self.word() as i32
    }

    /// The next string.
    pub fn string(&mut self, interned: &mut Interned) -> Raw {
        let word = self.word();
        if word & (DEFINE | INLINE) == 0 {
            return Raw::Interned(word);
        }
        let len = word & !(DEFINE | INLINE);
        let start = self.arena_at as u32;
        self.arena_at += len as usize;
        let raw = Raw::Inline { start, len };
        if word & DEFINE != 0 { Raw::Interned(interned.push(bytes_of(self.arena, raw))) } else { raw }
    }

    /// The characters of a string.
    pub fn text<'b>(&self, raw: Raw, interned: &'b Interned) -> &'b str
    where
        'a: 'b,
    {
        let bytes = if let Raw::Interned(id) = raw { interned.get(id) } else { bytes_of(self.arena, raw) };
        // The tap writes ASCII, or what TextEncoder gives; anything else counts as nothing.
        utf8::checked(bytes).unwrap_or("")
    }
}

fn bytes_of(arena: &[u8], raw: Raw) -> &[u8] {
    match raw {
        Raw::Inline { start, len } => arena.get(start as usize..(start + len) as usize).unwrap_or(&[]),
        Raw::Interned(_) => &[],
    }
}
