//! How much of a place may be shown. In: the parent's level, the element's own facts and marks. Out: the element's level.
//! Going down the tree it never needs an ancestor: whoever walks passes the level on.

use super::*;

/// How much of a place may be shown; passed down the tree while walking.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
pub enum Level {
    /// Legible; numbers and e-mails by policy.
    #[default]
    Page = 0,
    /// Unmasked by the owner: counts only with `allow_unmask`; secrets stay hidden.
    Clear = 1,
    /// Marked as masked: all text hidden.
    Hidden = 2,
    /// Inside a form field or an editable region: hidden unless form inputs are recorded.
    Field = 3,
    /// A password, payment or one-time-code field: never shown, whatever the policy.
    Secret = 4,
    /// Nothing of the subtree is read.
    Blocked = 5,
}

impl Level {
    /// The level written as `byte`; an unknown one is the strictest.
    pub fn from_byte(byte: u8) -> Level {
        match byte {
            0 => Level::Page,
            1 => Level::Clear,
            2 => Level::Hidden,
            3 => Level::Field,
            4 => Level::Secret,
            _ => Level::Blocked,
        }
    }
}

/// The level of a place from its parent's and its own. A parent's block, secret or mask cannot be undone inside it; inside
/// an unmasked place a form field still needs a mark of its own.
pub fn reduce(parent: Level, own: Option<Level>, policy: Policy) -> Level {
    for strict in [Level::Blocked, Level::Secret, Level::Hidden] {
        if parent == strict || own == Some(strict) {
            return strict;
        }
    }
    let may_show = |level: &Level| *level != Level::Clear || policy.allow_unmask;
    match own.filter(may_show) {
        Some(own) if own != Level::Page => own,
        _ if may_show(&parent) => parent,
        _ => Level::Page,
    }
}

impl Rules {
    /// An element's own level from its facts and the marks on it: the stricter wins, and an unmask mark counts only where
    /// the site allows it.
    pub fn own_level(&self, facts: &ElementFacts<'_>, marks: Marks) -> Option<Level> {
        let field = facts.level();
        if marks.contains(Marks::BLOCK) {
            return Some(Level::Blocked);
        }
        if field == Some(Level::Secret) {
            return field;
        }
        if marks.contains(Marks::MASK) {
            return Some(Level::Hidden);
        }
        if marks.contains(Marks::UNMASK) && self.policy.allow_unmask {
            return Some(Level::Clear);
        }
        if field.is_some() && self.policy.form_inputs && !self.policy.emails && facts.takes_address() {
            return Some(Level::Hidden);
        }
        field
    }

    /// The level of an element below a parent of the given level.
    pub fn level(&self, parent: Level, facts: &ElementFacts<'_>, marks: Marks) -> Level {
        reduce(parent, self.own_level(facts, marks), self.policy)
    }

    /// Whether a field's choice (checked, selected options) may be told at this level.
    pub fn shows_choice(&self, level: Level) -> bool {
        self.shows(level).inputs()
    }
}
