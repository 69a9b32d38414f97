//! How much replaying a page may cost for the bytes it came in. A few bytes can name a long text or a long child list
//! again and again; without a bound one small recording could fill the memory or hold a processor for hours. What a
//! recorder sends stays far below; what goes over is refused like a record that does not fit.

use super::tree::Misfit;

/// Units that every page has from its start: a style attribute of 20 KB may change 25,000 times.
const START: u64 = 512 << 20;
/// Units that each byte of a record adds. A checkpoint of elements that share long attributes takes about 100.
const PER_BYTE: u64 = 128;
/// Units of one node, or of one step that is told, beside its texts.
pub const STEP: usize = 128;
/// Units of finding a node.
pub const FIND: usize = 64;

/// What is left. A unit is about a byte copied.
#[derive(Clone, Debug)]
pub struct Allowance {
    left: u64,
}

impl Allowance {
    /// What a page starts with.
    pub fn new() -> Self {
        Self { left: START }
    }

    /// A record of that many bytes has come.
    pub fn earn(&mut self, bytes: usize) {
        self.left = self.left.saturating_add(PER_BYTE.saturating_mul(bytes as u64));
    }

    /// Takes `units`, or refuses when they are not there.
    pub fn spend(&mut self, units: usize) -> Result<(), Misfit> {
        self.left = self.left.checked_sub(units as u64).ok_or(Misfit)?;
        Ok(())
    }
}
