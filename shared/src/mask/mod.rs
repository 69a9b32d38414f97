//! The masking rules: raw text of a page and plain facts about its place in, [`Masked`] out, the only text a frame can hold.
//!
//! The recorder calls them while it walks the tree (the level of a place is passed down, see [`Rules::level`]), the collector
//! calls them again before it stores a recording. Every rule is pure, linear in its input, never panics, gives the same
//! result when it is applied to its own result, and leaves (borrows) what there is nothing to hide in. What no rule knows is
//! hidden. Not here: reading the DOM. Script, comment and blocked subtrees must not be read at all.
//!
//! | file | what it decides |
//! |---|---|
//! | `level` | how much of a place may be shown, down the tree |
//! | `element`, `marks` | which fields are secret, what the owner marked, in our words and the peers' |
//! | `text` with `email`, `digits`, `secret`, `account` | text that the page shows, and form fields |
//! | `attribute`, `token`, `url`, `css` with `css_escape` | attribute values, ids and classes, addresses, style sheets |
//! | `kinds` with `wide`, `read`, `rewrite` | how all of them read text and write the result: small code, no copy where nothing changes |

mod account;
mod attribute;
mod css;
mod css_escape;
mod digits;
mod element;
mod email;
mod kinds;
mod level;
mod marks;
mod masked;
mod read;
mod rewrite;
mod secret;
mod text;
mod token;
mod url;
mod wide;

pub use attribute::AttributeKind;
pub use element::{ElementFacts, is_inline};
pub use level::{Level, reduce};
pub use marks::Marks;
pub use masked::Masked;

use crate::strings::Kind;

/// What stands for the content of a form field, whatever its length.
pub const FIELD_TOKEN: &str = "•••••";
/// What stands for a hidden word, whatever its length.
pub const WORD_TOKEN: &str = "•••••";
/// What stands for a hidden attribute value or a part of an address.
pub const VALUE_TOKEN: &str = "•••";
/// What stands for an e-mail address.
pub const EMAIL_TOKEN: &str = "•@•";

/// What the site's settings allow to be recorded in clear; nothing by default.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Policy {
    /// `record_numbers`: digits.
    pub numbers: bool,
    /// `record_emails`: e-mail addresses.
    pub emails: bool,
    /// `record_form_inputs`: what form fields hold.
    pub form_inputs: bool,
    /// `record_properties`: values of tags and events.
    pub properties: bool,
    /// `allow_unmask`: whether marks in the page may show more than the settings do.
    pub allow_unmask: bool,
}

/// The rules of one recording: the site's policy, and the salt that makes tokens stable within the recording only.
#[derive(Clone, Copy, Default, Debug)]
pub struct Rules {
    /// What may be recorded in clear.
    pub policy: Policy,
    /// Random per recording, never sent: the same id gives the same token on every page of a visit and on no other visit.
    pub salt: u64,
}

impl Rules {
    /// The rules of a recording.
    pub fn new(policy: Policy, salt: u64) -> Rules {
        Rules { policy, salt }
    }

    /// What is shown at a level.
    #[inline(never)]
    fn shows(&self, level: Level) -> Shows {
        let policy = self.policy;
        let of_policy =
            Shows(8 | u8::from(policy.numbers) | u8::from(policy.emails) << 1 | u8::from(policy.form_inputs) << 2);
        match level {
            Level::Clear if policy.allow_unmask => Shows(15),
            Level::Page | Level::Clear => of_policy,
            Level::Field if policy.form_inputs => of_policy,
            Level::Field | Level::Hidden | Level::Secret | Level::Blocked => Shows(0),
        }
    }

    /// Masks a stored string a second time by the kind of place it came from; harmless for what the recorder masked.
    ///
    /// Levels are not stored: where marks may unmask, text that the owner unmasked must survive, so only secrets go then.
    /// Nor are elements: a fragment may be an icon's id, so it is masked as one.
    pub fn again<'a>(&self, kind: Kind, raw: &'a str) -> Masked<'a> {
        let level = if self.policy.allow_unmask { Level::Clear } else { Level::Page };
        match kind {
            Kind::Name => self.name(raw),
            Kind::Text => self.text(raw, level),
            Kind::Field => self.field_value(raw, level),
            Kind::Url => self.address(raw, level, true),
            Kind::Attribute | Kind::Css => self.css(raw, level),
            Kind::Token => self.tokens(raw),
        }
    }
}

/// What is shown in a place: the policy at its level.
#[derive(Clone, Copy)]
struct Shows(u8);

impl Shows {
    fn numbers(self) -> bool {
        self.0 & 1 != 0
    }

    fn emails(self) -> bool {
        self.0 & 2 != 0
    }

    fn inputs(self) -> bool {
        self.0 & 4 != 0
    }

    /// Whether everything but secrets is.
    fn all(self) -> bool {
        self.0 == 15
    }

    /// Whether text is legible at all.
    fn any(self) -> bool {
        self.0 != 0
    }
}
