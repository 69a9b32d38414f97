//! Goes through everything that a recording says, in the order in which it was told. In: a recording. Out: each text with
//! its page, its element and the kind of place. What the replay does not show is not here: it is not in the model.

use serde_json::{Value, json};
use shared::mask::AttributeKind;
use shared::recording::Recording;
use shared::replay::{Cursor, NodeKind, What};
use std::collections::{BTreeSet, HashMap};

/// Elements named on the way to one.
const WAY_MAX: usize = 8;
/// Different texts that are told of one recording.
const TEXTS_MAX: usize = 5000;
/// Characters of a text that are told.
const TEXT_MAX_CHARS: usize = 500;

/// What kind of place a text stands in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Shown text, titles, messages of errors.
    Text,
    /// An attribute whose value is words.
    Attribute,
    /// An address.
    Address,
    /// Style sheets and geometry, where numbers are layout.
    Style,
    /// What a form field holds.
    Field,
    /// A value that the site's script gave.
    Property,
    /// A name that the site's script gave.
    Name,
}

impl Place {
    /// Whether a number here may be somebody's.
    pub fn has_numbers(self) -> bool {
        self != Place::Style
    }
}

/// Which element.
pub struct Element<'a> {
    nodes: &'a HashMap<u32, (u32, String)>,
    id: u32,
}

impl Element<'_> {
    /// Tags on the way to it and its number: `body > main > p (node 12)`. Nothing when it is none.
    pub fn describe(&self) -> String {
        let mut way = Vec::new();
        let mut at = self.id;
        while let Some((parent, tag)) = self.nodes.get(&at).filter(|_| way.len() < WAY_MAX) {
            if !tag.is_empty() {
                way.push(tag.as_str());
            }
            at = *parent;
        }
        way.reverse();
        if self.id == 0 { String::new() } else { format!("{} (node {})", way.join(" > "), self.id) }
    }
}

/// Where a text stands.
pub struct At<'a> {
    /// Number of the page, from 1.
    pub page: usize,
    /// The element, if it belongs to one.
    pub element: Element<'a>,
    /// The kind of place.
    pub place: Place,
    /// The same in words.
    pub name: &'a str,
}

/// Tells every text of a recording.
pub fn walk(recording: &Recording, mut tell: impl FnMut(At<'_>, &str)) {
    for (number, page) in recording.pages.iter().enumerate() {
        let mut nodes: HashMap<u32, (u32, String)> = HashMap::new();
        for event in Cursor::new(page).rest() {
            know(&event.what, &mut nodes);
            let mut say = |id: u32, place: Place, name: &str, text: &str| {
                if !text.is_empty() {
                    tell(At { page: number + 1, element: Element { nodes: &nodes, id }, place, name }, text);
                }
            };
            said(&event.what, &nodes, &mut say);
        }
    }
}

fn know(what: &What, nodes: &mut HashMap<u32, (u32, String)>) {
    match what {
        What::Checkpoint {} => nodes.clear(),
        What::Move { id, parent, .. } => {
            if let Some(node) = nodes.get_mut(id) {
                node.0 = *parent;
            }
        }
        What::Insert { nodes: new, .. } => {
            for node in new {
                let tag = match &node.what {
                    NodeKind::Element { tag, .. } => tag.clone(),
                    NodeKind::ShadowRoot { .. } => "#shadow".to_owned(),
                    NodeKind::Moved {} => nodes.get(&node.id).map(|(_, tag)| tag.clone()).unwrap_or_default(),
                    _ => String::new(),
                };
                nodes.insert(node.id, (node.parent, tag));
            }
        }
        _ => {}
    }
}

type Say<'a> = &'a mut dyn FnMut(u32, Place, &str, &str);

fn said(what: &What, nodes: &HashMap<u32, (u32, String)>, say: Say<'_>) {
    let tag_of = |id: &u32| nodes.get(id).map_or("", |(_, tag)| tag.as_str());
    match what {
        What::Hello { url, referrer, title, .. } => {
            say(0, Place::Address, "address", url);
            say(0, Place::Address, "referrer", referrer);
            say(0, Place::Text, "title", title);
        }
        What::Navigate { url, title } => {
            say(0, Place::Address, "address", url);
            say(0, Place::Text, "title", title);
        }
        What::Insert { nodes: new, .. } => {
            for node in new {
                match &node.what {
                    NodeKind::Element { tag, attributes, .. } => {
                        attributes.iter().for_each(|(name, value)| attribute(node.id, tag, name, value, say));
                    }
                    NodeKind::Text { value } => text(node.id, tag_of(&node.parent), value, say),
                    _ => {}
                }
            }
        }
        What::Attribute { id, name, value: Some(value) } => attribute(*id, tag_of(id), name, value, say),
        What::Text { id, value } => {
            let parent = nodes.get(id).map_or(0, |(parent, _)| *parent);
            text(*id, tag_of(&parent), value, say);
        }
        What::Input { node, value: Some(value), .. } => say(*node, Place::Field, "field", value),
        What::Sheet { node, text, .. } | What::Rule { node, text: Some(text), .. } => {
            say(*node, Place::Style, "style sheet", text);
        }
        What::Custom { name, props } => {
            say(0, Place::Name, "event", name);
            for (name, value) in props {
                say(0, Place::Name, "name of a property", name);
                say(0, Place::Property, "property", value);
            }
        }
        What::Tag { key, value } => {
            say(0, Place::Name, "name of a tag", key);
            say(0, Place::Property, "tag", value);
        }
        What::Error { message } => say(0, Place::Text, "error", message),
        What::Console { text, .. } => say(0, Place::Text, "console", text),
        _ => {}
    }
}

fn text(id: u32, parent: &str, value: &str, say: Say<'_>) {
    match parent {
        "style" => say(id, Place::Style, "style sheet", value),
        "textarea" | "option" => say(id, Place::Field, "field", value),
        _ => say(id, Place::Text, "text", value),
    }
}

fn attribute(id: u32, tag: &str, name: &str, value: &str, say: Say<'_>) {
    let place = match AttributeKind::of(tag, name) {
        AttributeKind::Css | AttributeKind::Count | AttributeKind::Public => Place::Style,
        AttributeKind::Url | AttributeKind::UrlToId | AttributeKind::Srcset => Place::Address,
        AttributeKind::Value if matches!(tag, "input" | "option") => Place::Field,
        _ => Place::Attribute,
    };
    // The name of an attribute may come from a datum, too.
    let known = name.len() <= 24 && name.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b':'));
    say(id, place, if known { "attribute ".to_owned() + name } else { "attribute".to_owned() }.as_str(), value);
}

/// A text that has left a page, for the eyes of the site's owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text {
    /// Number of the page, from 1.
    pub page: usize,
    /// The kind of place in words.
    pub place: String,
    /// As it is stored.
    pub text: String,
}

impl Text {
    /// As the API shows it.
    pub fn to_json(&self) -> Value {
        json!({"page": self.page, "place": self.place, "text": self.text})
    }
}

/// Every different text of a recording, in the order in which they were told first; and whether that is all.
pub fn texts(recording: &Recording) -> (Vec<Text>, bool) {
    let mut seen: BTreeSet<Text> = BTreeSet::new();
    let mut texts = Vec::new();
    let mut is_all = true;
    walk(recording, |at, text| {
        if text.trim().is_empty() {
            return;
        }
        let text = text.chars().take(TEXT_MAX_CHARS).collect();
        let one = Text { page: at.page, place: at.name.to_owned(), text };
        if texts.len() >= TEXTS_MAX {
            is_all = false;
        } else if seen.insert(one.clone()) {
            texts.push(one);
        }
    });
    (texts, is_all)
}
