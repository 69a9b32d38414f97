//! Which kind of field an element is. In: plain facts read from the element. Out: its own level, if it has one.
//! A document in design mode, and pages that draw what is typed elsewhere, are not seen here: mark them.

use super::read::{is_listed, next_item, part};
use super::{Level, secret};

/// Types of inputs that show a label, not what a visitor entered.
const LABELS: &str = "submit button reset image";
/// Elements that hold what a visitor entered or could choose.
const FIELDS: &str = "input textarea select option optgroup datalist";
/// Roles of the same.
const FIELD_ROLES: &str = "textbox searchbox combobox spinbutton option";
/// Values of `contenteditable` that do not make an element editable.
const NOT_EDITABLE: &str = "false inherit";

/// Elements that a line of text goes through, in `js/tap/walk.js` too. Those with a name of their own (`user-card`) are as well.
const INLINE: &str = "a abbr b bdi bdo big cite code data del dfn em font i ins kbd label mark q ruby s samp small span \
    strike strong sub sup time tt u var wbr tspan";

/// Whether a line of text goes on inside an element and behind it: so does an e-mail address.
#[inline(never)]
pub fn is_inline(tag: &str) -> bool {
    is_listed(INLINE, tag) || tag.contains('-')
}

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
    #[inline(never)]
    pub fn level(&self) -> Option<Level> {
        let is_card = any_word(self.autocomplete, |word| is_listed("cc-*", word));
        if self.was_secret || is_card || secret::names_secret(&[self.input_type, self.autocomplete]) {
            return Some(Level::Secret);
        }
        let is_label = self.tag == "input" && is_listed(LABELS, self.input_type.unwrap_or_default().trim_ascii());
        let is_editable = self.contenteditable.is_some_and(|value| !is_listed(NOT_EDITABLE, value.trim_ascii()));
        let is_field =
            is_listed(FIELDS, self.tag) || is_editable || any_word(self.role, |role| is_listed(FIELD_ROLES, role));
        if is_label || !is_field {
            return None;
        }
        let is_secret = secret::names_secret(&[self.name, self.id, self.placeholder, self.aria_label]);
        Some(if is_secret { Level::Secret } else { Level::Field })
    }

    /// Whether a field asks for an e-mail address: what is typed into it is part of one before the `@` comes.
    pub(super) fn takes_address(&self) -> bool {
        let names = [self.input_type, self.autocomplete, self.name, self.id, self.placeholder, self.aria_label];
        secret::names_address(&names)
    }
}

#[inline(never)]
fn any_word(list: Option<&str>, is: fn(&str) -> bool) -> bool {
    let list = list.unwrap_or_default();
    let mut end = 0;
    loop {
        let start = next_item(list, &mut end);
        if start == end || is(part(list, start, end)) {
            return start < end;
        }
    }
}
