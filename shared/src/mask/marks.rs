//! What the owner marked in the markup, in our words and in the peers', so that a site can switch without touching its
//! templates. In: a class attribute, or an attribute's name and value. Out: a set of marks. Selectors are the caller's.

use super::read::{look_up, next_item};

// The lists give a mark's bits: 1 mask, 2 unmask, 4 block, 8 ignore events.
/// Class names: rrweb's, PostHog's, Sentry's, Datadog's and FullStory's.
const CLASSES: &str = "=1 rr-mask ph-mask sentry-mask dd-privacy-mask dd-privacy-mask-unless-allowlisted fs-mask =4 rr-block ph-no-capture sentry-block dd-privacy-hidden fs-exclude =8 rr-ignore ph-ignore-input sentry-ignore =2 sentry-unmask dd-privacy-allow fs-unmask";
/// Attributes that count by being there: Hotjar's, Clarity's, OpenReplay's, LogRocket's, Sentry's, Smartlook's older ones.
/// All of them begin with "data-", which is left out.
const ATTRIBUTES: &str = "=1 hj-suppress clarity-mask openreplay-obscured openreplay-masked openreplay-htmlmasked private sentry-mask recording-sensitive =2 hj-allow clarity-unmask public sentry-unmask =4 openreplay-hidden sentry-block recording-disable =8 sentry-ignore";
/// Attributes that count by their value: ours, Smartlook's, Datadog's.
const BY_VALUE: &str = "=r revisit =s recording-ignore =d dd-privacy";

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
        let known = match look_up(BY_VALUE, name, 0, name.len()) {
            b'r' => "=1 mask =2 unmask =4 block =8 ignore",
            b's' => "=1 mask =8 events",
            b'd' => "=1 mask =4 hidden =2 allow =0 mask-user-input",
            _ => return Marks::from_bits(look_up(ATTRIBUTES, name, 0, name.len())),
        };
        of_words(known, value, b'1')
    }
}

/// The marks of every word in a value, `otherwise` for those that are not known.
fn of_words(known: &str, value: &str, otherwise: u8) -> Marks {
    let mut marks = 0;
    let mut end = 0;
    loop {
        let start = next_item(value, &mut end);
        if start == end {
            return Marks::from_bits(marks);
        }
        let found = look_up(known, value, start, end);
        marks |= if found == 0 { otherwise } else { found };
    }
}
