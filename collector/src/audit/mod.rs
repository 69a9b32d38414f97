//! Looks for what should not be in a stored recording: e-mail addresses, numbers, card numbers, random secrets.
//!
//! In: a finished recording, the site's settings. Out: where something was found: page, element, place, kind, how often,
//! and whether the settings allow it. It does not use the masking rules, so that it can find what they miss.
//! Never: prints the datum, or a part of the page (an id or an address may be one): an element is named by its tags.

mod finds;
mod places;

pub use finds::Kind;
pub use places::{Text, texts};

use crate::store::site::Settings;
use places::Place;
use serde_json::{Value, json};
use shared::ids::RecordingId;
use shared::recording::Recording;
use std::collections::BTreeMap;

/// Something that was found in one place of a page, once or more often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Number of the page in the recording, from 1.
    pub page: usize,
    /// Tags from the document to the element, and its number in the recording; empty where the place is none of an element.
    pub element: String,
    /// What part of it: `text`, `attribute title`, `field`, `address` …
    pub place: String,
    /// What it looks like.
    pub kind: Kind,
    /// How often.
    pub count: u32,
    /// Whether the site's settings let this be recorded.
    pub allowed: bool,
}

impl Finding {
    /// As the API shows it.
    pub fn to_json(&self, recording: RecordingId) -> Value {
        json!({
            "recording": recording.to_string(),
            "page": self.page,
            "element": self.element,
            "place": self.place,
            "kind": self.kind.as_str(),
            "count": self.count,
            "allowed": self.allowed,
        })
    }
}

/// Whether a site records this kind in this place.
fn is_allowed(kind: Kind, place: Place, settings: &Settings) -> bool {
    let by_kind = match kind {
        Kind::Email => settings.record_emails,
        Kind::Number | Kind::Card => settings.record_numbers,
        Kind::Secret => false,
    };
    let by_place = match place {
        Place::Field => settings.record_form_inputs,
        Place::Property => settings.record_properties,
        Place::Text | Place::Attribute | Place::Address | Place::Style | Place::Name => true,
    };
    by_kind && by_place || settings.allow_unmask && kind != Kind::Secret
}

/// Scheme, host and port of an address, and the rest.
fn split_origin(address: &str) -> (&str, &str) {
    let host = address.find("://").map_or(0, |at| at + 3);
    let path = if host == 0 { 0 } else { address[host..].find(['/', '?', '#']).map_or(address.len(), |at| host + at) };
    address.split_at(path)
}

/// Looks through a recording.
pub fn audit(recording: &Recording, settings: &Settings) -> Vec<Finding> {
    let mut found: BTreeMap<(usize, String, String, Kind), (u32, bool)> = BTreeMap::new();
    places::walk(recording, |at, text| {
        let (origin, text) = if at.place == Place::Address { split_origin(text) } else { ("", text) };
        // A port is nobody's number.
        let found_there = finds::find(origin, false).into_iter().chain(finds::find(text, at.place.has_numbers()));
        for kind in found_there {
            let key = (at.page, at.element.describe(), at.name.to_owned(), kind);
            found.entry(key).or_insert_with(|| (0, is_allowed(kind, at.place, settings))).0 += 1;
        }
    });
    found
        .into_iter()
        .map(|((page, element, place, kind), (count, allowed))| Finding { page, element, place, kind, count, allowed })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::split_origin;

    #[test]
    fn an_address_has_an_origin_or_none() {
        assert_eq!(split_origin("http://127.0.0.1:45423/a?b=12345"), ("http://127.0.0.1:45423", "/a?b=12345"));
        assert_eq!(split_origin("https://shop.example"), ("https://shop.example", ""));
        assert_eq!(split_origin("/a/12345"), ("", "/a/12345"));
    }
}
