//! What the owner marked in the markup, in our words and in the peers', so that a site can switch without touching its
//! templates. In: a class attribute, or an attribute's name and value. Out: a set of marks. Selectors are the caller's.

use super::read::{look_up, next_item, part};

// The lists give a mark's bits: 1 mask, 2 unmask, 4 block, 8 ignore events.
/// Class names: rrweb's, PostHog's, Sentry's, Datadog's and FullStory's.
const CLASSES: &str = "rr-mask=1 rr-block=4 rr-ignore=8 ph-no-capture=4 ph-mask=1 ph-ignore-input=8 \
    sentry-mask=1 sentry-unmask=2 sentry-block=4 sentry-ignore=8 \
    dd-privacy-mask=1 dd-privacy-mask-unless-allowlisted=1 dd-privacy-hidden=4 dd-privacy-allow=2 \
    fs-mask=1 fs-unmask=2 fs-exclude=4";
/// Attributes that count by being there: Hotjar's, Clarity's, OpenReplay's, LogRocket's, Sentry's, Smartlook's older ones.
/// All of them begin with "data-", which is left out.
const ATTRIBUTES: &str = "hj-suppress=1 hj-allow=2 clarity-mask=1 clarity-unmask=2 \
    openreplay-obscured=1 openreplay-masked=1 openreplay-htmlmasked=1 openreplay-hidden=4 private=1 public=2 \
    sentry-mask=1 sentry-unmask=2 sentry-block=4 sentry-ignore=8 recording-disable=4 recording-sensitive=1";
/// Attributes that count by their value: ours, Smartlook's, Datadog's.
const BY_VALUE: &str = "revisit=r recording-ignore=s dd-privacy=d";

/// A set of marks on one element.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Marks(u8);

impl Marks {
    /// All text inside is hidden.
    pub const MASK: Marks = Marks(1);
    /// The text inside is shown, where the site allows it.
    pub const UNMASK: Marks = Marks(2);
    /// Nothing inside is read.
    pub const BLOCK: Marks = Marks(4);
    /// What the visitor does here is not recorded.
    pub const IGNORE_EVENTS: Marks = Marks(8);

    /// Both sets.
    pub fn with(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }

    /// Whether all of `other` is in here.
    pub fn contains(self, other: Marks) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether there is no mark.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The set as bits: 1 mask, 2 unmask, 4 block, 8 ignore events.
    pub fn bits(self) -> u8 {
        self.0
    }

    /// The set written as bits; others are left out.
    pub fn from_bits(bits: u8) -> Marks {
        Marks(bits & 15)
    }

    /// The marks of a class attribute.
    pub fn of_class(class: &str) -> Marks {
        of_words(CLASSES, class, b'0')
    }

    /// The marks of an attribute other than `class`.
    pub fn of_attribute(name: &str, value: &str) -> Marks {
        let Some(name) = name.strip_prefix("data-") else {
            return Marks::default();
        };
        // A word that we do not know, a typing error perhaps, hides.
        let known = match look_up(BY_VALUE, name) {
            b'r' => "mask=1 unmask=2 block=4 ignore=8",
            b's' => "mask=1 events=8",
            b'd' => "mask=1 hidden=4 allow=2 mask-user-input=0",
            _ => return Marks::from_bits(look_up(ATTRIBUTES, name)),
        };
        of_words(known, value, b'1')
    }
}

/// The marks of every word in a value, `otherwise` for those that are not known.
fn of_words(known: &str, value: &str, otherwise: u8) -> Marks {
    let mut marks = 0;
    let mut at = 0;
    while let Some((start, end)) = next_item(value, at) {
        let found = look_up(known, part(value, start, end));
        marks |= if found == 0 { otherwise } else { found };
        at = end;
    }
    Marks::from_bits(marks)
}
