//! A text being rewritten from left to right: copies nothing as long as nothing is replaced. For text that was joined from
//! pieces it also moves the ends of the pieces to where they are in the result.

use super::Masked;
use super::read::part;
use alloc::string::String;

pub(super) struct Rewrite<'a, 'e> {
    pub source: &'a str,
    out: String,
    /// Bytes of the source that are in `out`, as they were or replaced.
    copied: usize,
    changed: bool,
    /// Ends of pieces: in the source first, and from the first to the `passed`th in `out`.
    ends: &'e mut [usize],
    passed: usize,
}

impl<'a, 'e> Rewrite<'a, 'e> {
    pub fn new(source: &'a str) -> Self {
        Rewrite::of_pieces(source, &mut [])
    }

    #[inline(never)]
    pub fn of_pieces(source: &'a str, ends: &'e mut [usize]) -> Self {
        Rewrite { source, out: String::new(), copied: 0, changed: false, ends, passed: 0 }
    }

    /// Puts `with` in the place of the source's bytes from `start` to `end`; what lies before the last replacement's end
    /// stays replaced. A piece that ends inside the range ends after `with`.
    #[inline(never)]
    pub fn replace(&mut self, start: usize, end: usize, with: &str) {
        let start = start.max(self.copied);
        if end <= start || part(self.source, start, end) == with {
            return;
        }
        self.changed = true;
        if start > self.copied || !self.ends.is_empty() {
            self.copy_until(start);
        }
        self.out.push_str(with);
        self.copied = end;
    }

    /// Whether the text was joined from several pieces.
    pub fn has_pieces(&self) -> bool {
        self.ends.len() > 1
    }

    /// Whether anything was replaced.
    pub fn is_changed(&self) -> bool {
        self.changed
    }

    /// The result.
    #[inline(never)]
    pub fn finish(mut self) -> Masked<'a> {
        if !self.changed {
            return Masked::made(self.source);
        }
        self.copy_until(self.source.len());
        Masked::made(self.out)
    }

    /// Pieces that end inside what was replaced last end here.
    #[inline(never)]
    fn copy_until(&mut self, end: usize) {
        while let Some(cut) = self.ends.get_mut(self.passed)
            && *cut <= end
        {
            *cut = self.out.len() + cut.saturating_sub(self.copied);
            self.passed += 1;
        }
        self.out.push_str(part(self.source, self.copied, end));
        self.copied = end;
    }
}
