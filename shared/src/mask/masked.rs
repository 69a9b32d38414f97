//! Text that the rules have made. Only this module tree can make one from text of the page; there is no way back in.

#[cfg(feature = "forge")]
use super::Rules;
use super::read;
use alloc::borrow::Cow;

/// Text that the masking rules have made: the only text a frame can hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Masked<'a>(Cow<'a, str>);

impl<'a> Masked<'a> {
    /// A text of our own, known when the recorder was built.
    pub fn fixed(text: &'static str) -> Masked<'static> {
        Masked(Cow::Borrowed(text))
    }

    /// What may be sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same text, independent of what it was made from.
    pub fn into_owned(self) -> Masked<'static> {
        Masked(Cow::Owned(self.0.into_owned()))
    }

    /// A part of it: where a piece of a run stands (see [`Rules::text_run`](super::Rules::text_run)).
    pub fn part(&self, start: usize, end: usize) -> Masked<'_> {
        Masked(Cow::Borrowed(read::part(&self.0, start, end)))
    }

    /// Whether the rules left the text as it was, without a copy. (A masked text may be borrowed too: our tokens are.)
    pub fn is_borrowed(&self) -> bool {
        matches!(self.0, Cow::Borrowed(_))
    }

    /// What a rule made. Private to the rules: everything that leaves them has passed one.
    pub(super) fn made(text: impl Into<Cow<'a, str>>) -> Masked<'a> {
        Masked(text.into())
    }
}

#[cfg(feature = "forge")]
impl Rules {
    /// Any text, past every rule: what a recorder that does not mask would send.
    pub fn stated<'a>(&self, raw: &'a str) -> Masked<'a> {
        Masked::made(raw)
    }
}
