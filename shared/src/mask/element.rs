//! Which kind of field an element is. In: plain facts read from the element. Out: its own level, if it has one.
//! A document in design mode, and pages that draw what is typed elsewhere, are not seen here: mark them.

use super::{Level, secret};

/// Types of inputs that show a label, not what a visitor entered.
const LABEL_TYPES: [&str; 4] = ["submit", "button", "reset", "image"];
/// Elements that hold what a visitor entered or could choose.
const FIELD_TAGS: [&str; 6] = ["input", "textarea", "select", "option", "optgroup", "datalist"];
/// Roles of the same.
const FIELD_ROLES: [&str; 5] = ["textbox", "searchbox", "combobox", "spinbutton", "option"];

/// What the rules need to know of an element. Names of tags are lowercase local names; the rest is as in the markup.
#[derive(Clone, Copy, Default, Debug)]
pub struct ElementFacts<'a> {
    /// Local name, lowercase.
    pub tag: &'a str,
    /// `type` of an input.
    pub input_type: Option<&'a str>,
    /// `autocomplete`.
    pub autocomplete: Option<&'a str>,
    /// `name`.
    pub name: Option<&'a str>,
    /// `id`.
    pub id: Option<&'a str>,
    /// `role`.
    pub role: Option<&'a str>,
    /// `contenteditable`.
    pub contenteditable: Option<&'a str>,
    /// `placeholder`.
    pub placeholder: Option<&'a str>,
    /// `aria-label`.
    pub aria_label: Option<&'a str>,
    /// Whether it was a secret before, in any form: a password shown in clear, a clone of it.
    pub was_secret: bool,
}

impl ElementFacts<'_> {
    /// The level that the element's kind asks for, with no regard to marks.
    pub fn level(&self) -> Option<Level> {
        let is_type = |name: &str| self.input_type.is_some_and(|kind| kind.trim().eq_ignore_ascii_case(name));
        if self.was_secret || is_type("password") || self.autocomplete.is_some_and(is_secret_autocomplete) {
            return Some(Level::Secret);
        }
        let is_label = self.tag == "input" && LABEL_TYPES.iter().any(|kind| is_type(kind));
        if is_label || !(FIELD_TAGS.contains(&self.tag) || self.is_editable() || self.has_field_role()) {
            return None;
        }
        let names = [self.name, self.id, self.placeholder, self.aria_label];
        let secret = names.iter().flatten().any(|name| secret::is_secret_field(name));
        Some(if secret { Level::Secret } else { Level::Field })
    }

    fn is_editable(&self) -> bool {
        self.contenteditable.is_some_and(|value| {
            let value = value.trim();
            !value.eq_ignore_ascii_case("false") && !value.eq_ignore_ascii_case("inherit")
        })
    }

    fn has_field_role(&self) -> bool {
        let mut roles = self.role.unwrap_or_default().split_ascii_whitespace();
        roles.any(|role| FIELD_ROLES.iter().any(|field| role.eq_ignore_ascii_case(field)))
    }
}

/// Whether an `autocomplete` names a payment, a password or a one-time code.
fn is_secret_autocomplete(value: &str) -> bool {
    value.split_ascii_whitespace().any(|word| {
        let starts = |prefix: &str| word.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        let ends = |suffix: &str| {
            let at = word.len().checked_sub(suffix.len());
            at.and_then(|at| word.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(suffix))
        };
        starts("cc-") || starts("one-time-code") || ends("-password")
    })
}
