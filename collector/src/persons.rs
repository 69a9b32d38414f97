//! What the site's owner declares about a visitor (`identify`, `conversation`), and which persons are never recorded.
//! In: records of a frame, the site's `never_record` list. Out: facts for the metadata, where erase reaches them; a yes or
//! no. Never: keeps an e-mail address of the list in clear (it is stored as its SHA-256), or logs what was declared.

use crate::address::Network;
use crate::auth;
use crate::store::site::Settings;
use serde_json::{Map, Value};
use shared::record::{Conversation, Identify, tag};
use std::net::IpAddr;

/// Characters of a declared name or value.
const DECLARED_MAX: usize = 500;
/// Names and values of one visitor.
const TRAITS_MAX: usize = 50;

/// What the owner's page said about the visitor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// Names and values, later ones last.
    pub traits: Vec<(String, String)>,
    /// The chat tool's id.
    pub conversation: Option<String>,
}

impl Declared {
    /// Takes what a record declares; `false` when it declares nothing, and so belongs into the recording.
    pub fn take(&mut self, tag: u32, body: &[u8]) -> bool {
        match tag {
            tag::IDENTIFY => {
                if let Ok(identify) = postcard::from_bytes::<Identify>(body) {
                    let traits = identify.traits.0.into_iter().take(TRAITS_MAX);
                    self.traits.extend(traits.map(|(name, value)| (cut(name), cut(value))));
                }
            }
            tag::CONVERSATION => {
                if let Ok(conversation) = postcard::from_bytes::<Conversation>(body) {
                    self.conversation = Some(cut(conversation.id.0)).filter(|id| !id.is_empty());
                }
            }
            _ => return false,
        }
        true
    }

    /// Whether nothing was declared.
    pub fn is_empty(&self) -> bool {
        self.traits.is_empty() && self.conversation.is_none()
    }

    /// The traits as a JSON object.
    pub fn identity(&self) -> Map<String, Value> {
        self.traits.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect()
    }
}

fn cut(text: String) -> String {
    match text.char_indices().nth(DECLARED_MAX) {
        Some((at, _)) => text[..at].to_owned(),
        None => text,
    }
}

/// What stands for an e-mail address in the list: SHA-256 of it in lowercase, without spaces around it.
pub fn email_hash(email: &str) -> String {
    shared::ids::to_hex(&auth::hash(email.trim().to_lowercase().as_bytes()))
}

/// An entry of the list as it is stored.
pub fn listed(entry: &str) -> String {
    let entry = entry.trim();
    if entry.contains('@') { email_hash(entry) } else { entry.to_owned() }
}

/// Persons and networks that a site never records.
pub struct NeverRecord<'a>(&'a [String]);

impl<'a> NeverRecord<'a> {
    /// The list of a site.
    pub fn of(settings: &'a Settings) -> Self {
        Self(&settings.never_record)
    }

    /// Whether a network of the list has this address.
    pub fn has_address(&self, address: IpAddr) -> bool {
        self.0.iter().any(|entry| entry.parse::<Network>().is_ok_and(|network| network.contains(address)))
    }

    /// Whether the declared id or e-mail is on the list.
    pub fn has_person(&self, declared: &Declared) -> bool {
        !self.0.is_empty()
            && declared.traits.iter().any(|(name, value)| match name.as_str() {
                "id" => self.has(value),
                _ if value.contains('@') => self.has(&email_hash(value)),
                _ => false,
            })
    }

    fn has(&self, entry: &str) -> bool {
        self.0.iter().any(|known| known.eq_ignore_ascii_case(entry))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn settings(never_record: &[&str]) -> Settings {
        Settings { never_record: never_record.iter().map(|entry| listed(entry)).collect(), ..Settings::default() }
    }

    fn declared(name: &str, value: &str) -> Declared {
        Declared { traits: vec![(name.to_owned(), value.to_owned())], conversation: None }
    }

    #[test]
    fn persons_are_known_by_id_and_by_the_hash_of_their_email() {
        let settings = settings(&["staff-7", "Jane@Shop.example "]);
        assert!(!settings.never_record[1].contains("jane"));
        let list = NeverRecord::of(&settings);
        assert!(list.has_person(&declared("id", "staff-7")));
        assert!(list.has_person(&declared("email", "jane@shop.EXAMPLE")));
        assert!(list.has_person(&declared("mail", "jane@shop.example")), "whatever the trait is called");
        assert!(!list.has_person(&declared("id", "staff-8")));
        assert!(!list.has_person(&declared("name", "staff-7")));
    }

    #[test]
    fn networks_are_known_by_their_addresses() {
        let settings = settings(&["192.0.2.0/24", "2001:db8::1", "staff-7"]);
        let list = NeverRecord::of(&settings);
        assert!(list.has_address("192.0.2.77".parse().unwrap()));
        assert!(list.has_address("2001:db8::1".parse().unwrap()));
        assert!(!list.has_address("192.0.3.1".parse().unwrap()));
    }

    #[test]
    fn a_long_declaration_is_cut() {
        let mut declared = Declared::default();
        let identify =
            Identify { at: 0, traits: shared::record::Declared(vec![("name".into(), "x".repeat(DECLARED_MAX + 9))]) };
        assert!(declared.take(tag::IDENTIFY, &postcard::to_allocvec(&identify).unwrap()));
        assert_eq!(declared.traits[0].1.len(), DECLARED_MAX);
        assert!(!declared.take(tag::HEARTBEAT, &[0]));
    }
}
