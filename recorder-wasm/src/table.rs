//! A map from 64-bit hashes to numbers: open addressing, no deletion, emptied as a whole when it is full. What falls out
//! is only sent again, so that a bound on memory costs bytes and never correctness.

use alloc::vec;
use alloc::vec::Vec;

/// Entries at most; see the module.
pub const MAX_ENTRIES: usize = 1 << 15;

/// The map. A key of 0 is stored as 1; a slot with key 0 is empty.
pub struct Table {
    slots: Vec<(u64, u32)>,
    len: usize,
}

impl Table {
    /// Nothing in it.
    pub const fn new() -> Self {
        Self { slots: Vec::new(), len: 0 }
    }

    /// The number under `key`.
    pub fn get(&self, key: u64) -> Option<u32> {
        let key = key.max(1);
        let (found, value) = *self.slots.get(self.slot(key))?;
        (found == key).then_some(value)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Puts a number under a key that is not there.
    pub fn insert(&mut self, key: u64, value: u32) {
        if self.len >= MAX_ENTRIES {
            self.clear();
        }
        if self.len * 2 >= self.slots.len() {
            self.grow();
        }
        self.place(key.max(1), value);
        self.len += 1;
    }

    /// Forgets everything, keeps the memory.
    pub fn clear(&mut self) {
        self.slots.fill((0, 0));
        self.len = 0;
    }

    /// Where `key` is, or the empty slot where it would be.
    fn slot(&self, key: u64) -> usize {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = key as usize & mask;
        while self.slots.get(at).is_some_and(|(found, _)| *found != 0 && *found != key) {
            at = (at + 1) & mask;
        }
        at
    }

    fn place(&mut self, key: u64, value: u32) {
        let at = self.slot(key);
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = (key, value);
        }
    }

    fn grow(&mut self) {
        let capacity = (self.slots.len() * 2).max(256);
        for (key, value) in core::mem::replace(&mut self.slots, vec![(0, 0); capacity]) {
            if key != 0 {
                self.place(key, value);
            }
        }
    }
}

/// Multiply-and-rotate hash (after FxHash) of words; good enough for keys that no one gains by forging.
#[derive(Clone, Copy)]
pub struct Hash(u64);

impl Hash {
    /// Starts with `seed`, which keeps kinds of keys apart. Added as a word: left as it is, a small seed would differ from
    /// another in the bits that a short string's first letter differs in ("A" as text, "a" as a name).
    pub fn new(seed: u64) -> Self {
        let mut hash = Self(0);
        hash.word(seed);
        hash
    }

    /// Adds a word.
    pub fn word(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    /// Adds bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            self.word(chunk.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
        let rest = chunks.remainder().iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        self.word(rest);
        self.word(bytes.len() as u64);
    }

    /// The hash. The multiplication leaves the low bits weak, and tables use the low bits: fold the high ones in.
    pub fn finish(self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}

#[cfg(test)]
mod tests {
    use super::Hash;
    use std::collections::HashMap;

    /// Every string of one or two ASCII characters, as each kind.
    #[test]
    fn short_strings_of_different_kinds_stay_apart() {
        let mut seen = HashMap::new();
        for kind in 0..7u64 {
            for first in 0x20..0x7f_u8 {
                for second in 0x1f..0x7f_u8 {
                    let text = [first, second];
                    let text = if second == 0x1f { &text[..1] } else { &text[..] };
                    let mut hash = Hash::new(kind);
                    hash.bytes(text);
                    assert_eq!(seen.insert(hash.finish(), (kind, text.to_vec())), None, "kind {kind}, {text:?}");
                }
            }
        }
    }
}
