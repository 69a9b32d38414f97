//! How much work a file may ask for: a few bytes can name a long list again and again. What a recorder writes stays far
//! below.

use super::Refused;

/// Units that every file has from its start. A unit is about a nanosecond.
const START: u64 = 1 << 31;
/// Units that each byte of an event adds.
const PER_BYTE: u64 = 256;

/// What is left.
pub(super) struct Work {
    left: u64,
    /// The event under way.
    number: usize,
}

impl Work {
    pub(super) fn new() -> Self {
        Self { left: START, number: 0 }
    }

    /// The next event has come.
    pub(super) fn earn(&mut self, number: usize, bytes: usize) {
        self.number = number;
        self.left = self.left.saturating_add(PER_BYTE.saturating_mul(bytes as u64));
    }

    /// Takes units, or refuses when they are not there.
    pub(super) fn spend(&mut self, units: usize) -> Result<(), Refused> {
        self.left = self.left.checked_sub(units as u64).ok_or(Refused::TooMuch { number: self.number })?;
        Ok(())
    }
}
