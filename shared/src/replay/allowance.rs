//! How much replaying a page may cost for the bytes it came in. A few bytes can name a long text or a long child list
//! again and again; without a bound one small recording could fill the memory or hold a processor for hours. What a
//! recorder sends stays far below; what goes over is refused like a record that does not fit.

use super::tree::Misfit;

/// Units that every page has from its start, about a second of work: a style attribute of 2 KB may change 500,000 times.
const START: u64 = 1 << 30;
/// Units that each byte of a record adds.
const PER_BYTE: u64 = 256;
/// Units that one record may take: what it tells is in memory together.
const RECORD_MAX: u64 = 256 << 20;
/// Units of one node, or of one step that is told, beside its texts.
pub const STEP: usize = 256;
/// Units of one attribute of a node, beside its texts.
pub const ATTRIBUTE: usize = 64;
/// Units of finding a node.
pub const FIND: usize = 128;
/// Units of passing an attribute while looking for another.
pub const PASS: usize = 8;

/// What is left. A unit is about a nanosecond of work or a byte told.
#[derive(Clone, Debug)]
pub struct Allowance {
    left: u64,
    left_of_record: u64,
}

impl Allowance {
    /// What a page starts with.
    pub fn new() -> Self {
        Self { left: START, left_of_record: 0 }
    }

    /// The next record has come, of that many bytes.
    pub fn earn(&mut self, bytes: usize) {
        self.left = self.left.saturating_add(PER_BYTE.saturating_mul(bytes as u64));
        self.left_of_record = RECORD_MAX;
    }

    /// Takes `units`, or refuses when they are not there.
    pub fn spend(&mut self, units: usize) -> Result<(), Misfit> {
        let units = units as u64;
        self.left_of_record = self.left_of_record.checked_sub(units).ok_or(Misfit)?;
        self.left = self.left.checked_sub(units).ok_or(Misfit)?;
        Ok(())
    }
}
