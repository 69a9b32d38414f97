//! A text being rewritten from left to right: copies nothing as long as nothing is replaced. For text that was joined from
//! pieces it also remembers where the pieces end in the result.

use super::Masked;
use super::read::part;
use alloc::string::String;
use alloc::vec::Vec;

pub(super) struct Rewrite<'a> {
    pub source: &'a str,
    out: String,
    /// Bytes of the source that are in `out`, as they were or replaced.
    copied: usize,
    changed: bool,
    /// Ends of pieces: in the source first, and from the first to the `passed`th in `out`.
    ends: Vec<usize>,
    passed: usize,
}

impl<'a> Rewrite<'a> {
    pub fn new(source: &'a str) -> Self {
        Rewrite { source, out: String::new(), copied: 0, changed: false, ends: Vec::new(), passed: 0 }
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
        self.copy_until(start);
        self.out.push_str(with);
        self.copied = end;
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
        while let Some(cut) = self.ends.get_mut(self.passed).filter(|cut| **cut <= end) {
            *cut = self.out.len() + cut.saturating_sub(self.copied);
            self.passed += 1;
        }
        self.out.push_str(part(self.source, self.copied, end));
        self.copied = end;
    }
}

/// Rewrites pieces as one text; as many results as pieces. What is replaced across several stands in the first of them.
#[inline(never)]
pub(super) fn joined<'a>(pieces: &[&'a str], rewrite: &dyn Fn(&mut Rewrite<'_>)) -> Vec<Masked<'a>> {
    let mut whole = String::new();
    let mut ends = Vec::with_capacity(pieces.len());
    for piece in pieces {
        whole.push_str(piece);
        ends.push(whole.len());
    }
    let mut text = Rewrite { ends, ..Rewrite::new(&whole) };
    rewrite(&mut text);
    text.copy_until(whole.len());
    let mut start = 0;
    let mut results = Vec::with_capacity(pieces.len());
    for (piece, end) in pieces.iter().zip(text.ends) {
        let masked = part(&text.out, start, end);
        start = end;
        results.push(if masked == *piece { Masked::made(*piece) } else { Masked::made(String::from(masked)) });
    }
    results
}
