//! A text being rewritten from left to right: copies nothing as long as nothing is replaced. For text that was joined from
//! pieces it also remembers where the pieces end in the result.

use super::Masked;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

pub(super) struct Rewrite<'a, 'c> {
    source: &'a str,
    out: String,
    /// Bytes of the source that are in `out`, as they were or replaced.
    copied: usize,
    changed: bool,
    /// Ends of pieces in the source that `copied` has not reached.
    cuts: &'c [usize],
    /// Ends of pieces in `out`.
    ends: Vec<usize>,
}

impl<'a, 'c> Rewrite<'a, 'c> {
    pub fn new(source: &'a str) -> Self {
        Self::with_cuts(source, &[])
    }

    /// `cuts` are rising offsets in the source; see [`joined`].
    fn with_cuts(source: &'a str, cuts: &'c [usize]) -> Self {
        Rewrite { source, out: String::new(), copied: 0, changed: false, cuts, ends: Vec::new() }
    }

    pub fn source(&self) -> &'a str {
        self.source
    }

    /// Puts `with` in the place of the source's bytes from `start` to `end`; what lies before the last replacement's end
    /// stays replaced. A piece that ends inside the range ends after `with`.
    pub fn replace(&mut self, start: usize, end: usize, with: &str) {
        let start = start.max(self.copied);
        if end <= start || self.source.get(start..end) == Some(with) {
            return;
        }
        self.changed = true;
        self.copy_until(start);
        self.out.push_str(with);
        self.copied = end;
        self.pass_cuts(|cut| cut < end, |this, _| this.out.len());
    }

    /// The result.
    pub fn finish(mut self) -> Cow<'a, str> {
        if !self.changed {
            return Cow::Borrowed(self.source);
        }
        self.copy_until(self.source.len());
        Cow::Owned(self.out)
    }

    fn copy_until(&mut self, end: usize) {
        self.pass_cuts(|cut| cut <= end, |this, cut| this.out.len() + cut.saturating_sub(this.copied));
        self.out.push_str(self.source.get(self.copied..end).unwrap_or_default());
        self.copied = end;
    }

    fn pass_cuts(&mut self, passed: impl Fn(usize) -> bool, place: impl Fn(&Self, usize) -> usize) {
        while let Some((&cut, rest)) = self.cuts.split_first() {
            if !passed(cut) {
                return;
            }
            let end = place(self, cut);
            self.ends.push(end);
            self.cuts = rest;
        }
    }
}

/// Rewrites pieces as one text; as many results as pieces. What is replaced across several stands in the first of them.
pub(super) fn joined<'a>(pieces: &[&'a str], rewrite: impl FnOnce(&mut Rewrite<'_, '_>)) -> Vec<Masked<'a>> {
    let whole: String = pieces.concat();
    let mut cuts = Vec::with_capacity(pieces.len());
    let mut end = 0;
    for piece in pieces {
        end += piece.len();
        cuts.push(end);
    }
    let mut text = Rewrite::with_cuts(&whole, &cuts);
    rewrite(&mut text);
    text.copy_until(whole.len());
    let mut start = 0;
    let results = pieces.iter().zip(text.ends).map(|(piece, end)| {
        let part = text.out.get(start..end).unwrap_or_default();
        start = end;
        if part == *piece { Masked::made(*piece) } else { Masked::made(String::from(part)) }
    });
    results.collect()
}
