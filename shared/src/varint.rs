//! Unsigned LEB128 and zigzag, as postcard writes them, for the packed parts of a record.

use alloc::vec::Vec;

/// Appends `value`, 1 to 5 bytes.
pub fn put(out: &mut Vec<u8>, value: u32) {
    put_long(out, value.into());
}

/// Appends `value`, 1 to 10 bytes.
pub fn put_long(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a signed value with its sign in the lowest bit, so that small distances either way stay short.
pub fn put_signed(out: &mut Vec<u8>, value: i32) {
    put(out, (value << 1 ^ value >> 31) as u32);
}

/// Appends the distance from `*last` to `value` and moves `*last` there.
pub fn put_delta(out: &mut Vec<u8>, last: &mut u32, value: u32) {
    put_signed(out, value.wrapping_sub(*last) as i32);
    *last = value;
}

/// Reads from the front of a slice; every read past the end or over 32 bits is `None`.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads `bytes` from their start.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What has not been read.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Whether all has been read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next byte.
    pub fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// The next unsigned number.
    pub fn number(&mut self) -> Option<u32> {
        let mut value = 0u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            let part = u32::from(byte & 0x7f);
            if shift == 28 && part > 15 {
                return None;
            }
            value |= part << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// The next signed number.
    pub fn signed(&mut self) -> Option<i32> {
        let value = self.number()?;
        Some((value >> 1) as i32 ^ -((value & 1) as i32))
    }

    /// The number at the next distance from `*last`, which moves there.
    pub fn delta(&mut self, last: &mut u32) -> Option<u32> {
        *last = last.wrapping_add(self.signed()? as u32);
        Some(*last)
    }

    /// The next `len` bytes.
    pub fn bytes(&mut self, len: usize) -> Option<&'a [u8]> {
        if len > self.rest.len() {
            return None;
        }
        let (bytes, rest) = self.rest.split_at(len);
        self.rest = rest;
        Some(bytes)
    }

    /// A count of things of at least one byte each: never more than what is left, so that it is safe to allocate for.
    pub fn count(&mut self) -> Option<usize> {
        let count = self.number()? as usize;
        (count <= self.rest.len()).then_some(count)
    }
}
