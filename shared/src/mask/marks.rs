//! What the owner marked in the markup, in our words and in the peers', so that a site can switch without touching its
//! templates. In: a class attribute, or an attribute's name and value. Out: a set of marks. Selectors are the caller's.

/// Our attribute.
const OURS: &str = "data-revisit";
/// Class names: ours do not exist; rrweb's, PostHog's, Sentry's, Datadog's and FullStory's.
const CLASSES: [(&str, Marks); 17] = [
    ("rr-mask", Marks::MASK),
    ("rr-block", Marks::BLOCK),
    ("rr-ignore", Marks::IGNORE_EVENTS),
    ("ph-no-capture", Marks::BLOCK),
    ("ph-mask", Marks::MASK),
    ("ph-ignore-input", Marks::IGNORE_EVENTS),
    ("sentry-mask", Marks::MASK),
    ("sentry-unmask", Marks::UNMASK),
    ("sentry-block", Marks::BLOCK),
    ("sentry-ignore", Marks::IGNORE_EVENTS),
    ("dd-privacy-mask", Marks::MASK),
    ("dd-privacy-mask-unless-allowlisted", Marks::MASK),
    ("dd-privacy-hidden", Marks::BLOCK),
    ("dd-privacy-allow", Marks::UNMASK),
    ("fs-mask", Marks::MASK),
    ("fs-unmask", Marks::UNMASK),
    ("fs-exclude", Marks::BLOCK),
];
/// Attributes that count by being there: Hotjar's, Clarity's, OpenReplay's, LogRocket's, Sentry's, Smartlook's older ones.
const ATTRIBUTES: [(&str, Marks); 16] = [
    ("data-hj-suppress", Marks::MASK),
    ("data-hj-allow", Marks::UNMASK),
    ("data-clarity-mask", Marks::MASK),
    ("data-clarity-unmask", Marks::UNMASK),
    ("data-openreplay-obscured", Marks::MASK),
    ("data-openreplay-masked", Marks::MASK),
    ("data-openreplay-htmlmasked", Marks::MASK),
    ("data-openreplay-hidden", Marks::BLOCK),
    ("data-private", Marks::MASK),
    ("data-public", Marks::UNMASK),
    ("data-sentry-mask", Marks::MASK),
    ("data-sentry-unmask", Marks::UNMASK),
    ("data-sentry-block", Marks::BLOCK),
    ("data-sentry-ignore", Marks::IGNORE_EVENTS),
    ("data-recording-disable", Marks::BLOCK),
    ("data-recording-sensitive", Marks::MASK),
];

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
        class.split_ascii_whitespace().fold(Marks::default(), |marks, name| marks.with(listed(&CLASSES, name)))
    }

    /// The marks of an attribute other than `class`.
    pub fn of_attribute(name: &str, value: &str) -> Marks {
        if !name.starts_with("data-") {
            return Marks::default();
        }
        // A word that we do not know, a typing error perhaps, hides.
        let (known, otherwise): (&[(&str, Marks)], Marks) = match name {
            OURS => (
                &[
                    ("mask", Marks::MASK),
                    ("unmask", Marks::UNMASK),
                    ("block", Marks::BLOCK),
                    ("ignore", Marks::IGNORE_EVENTS),
                ],
                Marks::MASK,
            ),
            "data-recording-ignore" => (&[("events", Marks::IGNORE_EVENTS)], Marks::MASK),
            "data-dd-privacy" => (
                &[
                    ("hidden", Marks::BLOCK),
                    ("allow", Marks::UNMASK),
                    // What we do anyway.
                    ("mask-user-input", Marks(0)),
                ],
                Marks::MASK,
            ),
            _ => return listed(&ATTRIBUTES, name),
        };
        value.split_ascii_whitespace().fold(Marks::default(), |marks, word| {
            let found = known.iter().find(|(name, _)| word.eq_ignore_ascii_case(name));
            marks.with(found.map_or(otherwise, |(_, mark)| *mark))
        })
    }
}

fn listed(list: &[(&str, Marks)], name: &str) -> Marks {
    list.iter().find(|(listed, _)| *listed == name).map_or(Marks::default(), |(_, mark)| *mark)
}
