//! The page as rrweb's Replayer would have it, still in the clear. In: a snapshot's nodes, mutations. Out: nodes by rrweb's
//! ids, and which of them changed since they were told (`telling` tells them). What the Replayer would stumble over or warn
//! of is passed over: unknown ids, missing parents, nodes below themselves. Never recurses: a page may be deep.

mod growth;
mod raw;

use super::attributes::{self, Surface};
use super::format::{AttributeChange, Mutation, Node as Raw};
use super::work::Work;
use super::{Refused, style};
use shared::mask::Level;
use shared::strings::StringRef;
use std::collections::{BTreeSet, HashMap};

/// Place of a node in the tree's memory.
pub(super) type Key = u32;
/// The top document.
pub(super) const TOP: Key = 0;

/// What a node is.
pub(super) enum What {
    Document { quirks: bool },
    Doctype(String),
    Element(Box<Element>),
    Text(String),
    Comment,
    ShadowRoot,
}

/// An element.
pub(super) struct Element {
    /// 0 HTML, 1 SVG.
    pub(super) namespace: u8,
    pub(super) tag: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) blocked: Option<(u32, u32)>,
    pub(super) was_secret: bool,
    pub(super) surface: Surface,
    /// Names of attributes that changed since they were told.
    pub(super) changed: Vec<String>,
}

impl Element {
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn is(&self, tag: &str) -> bool {
        self.namespace == 0 && self.tag == tag
    }

    fn set(&mut self, name: String, value: Option<String>) {
        let place = self.attributes.iter().position(|(known, _)| *known == name);
        match (value, place) {
            (Some(value), Some(place)) => self.attributes[place].1 = value,
            (Some(value), None) => self.attributes.push((name.clone(), value)),
            (None, Some(place)) => drop(self.attributes.remove(place)),
            (None, None) => return,
        }
        if !self.changed.contains(&name) {
            self.changed.push(name);
        }
    }
}

/// A node, and what was told of it.
pub(super) struct Node {
    /// rrweb's id, 0 for what has none.
    rr: i64,
    pub(super) parent: Option<Key>,
    /// A shadow root or an inner document first.
    pub(super) children: Vec<Key>,
    pub(super) what: What,
    /// In a subtree that was removed, and may come back before the event ends.
    pub(super) is_out: bool,
    /// Of what rrweb said of it when it came: the same again means that it moves.
    said: u64,
    /// Its number in the recording, 0 while it is not told.
    pub(super) id: u32,
    pub(super) level: Level,
    /// What the visitor does here is not recorded.
    pub(super) is_quiet: bool,
    pub(super) told_parent: Option<Key>,
    pub(super) told_children: Vec<Key>,
    /// The string that was told of a text.
    pub(super) told_text: StringRef,
    /// Whether a text was told otherwise than it is.
    pub(super) is_masked: bool,
    /// When it was last written, in rounds of telling.
    pub(super) round: u32,
}

/// See the module.
pub(super) struct Tree {
    nodes: Vec<Option<Node>>,
    free: Vec<Key>,
    known: HashMap<i64, Key>,
    /// Nodes of subtrees that the event under way has removed, by rrweb's id.
    out: HashMap<i64, Key>,
    /// Roots of those subtrees, and other nodes that lost their place.
    lost: Vec<Key>,
    pub(super) changed_lists: BTreeSet<Key>,
    pub(super) changed_texts: BTreeSet<Key>,
    pub(super) changed_attributes: BTreeSet<Key>,
    /// Elements with rules of their own, to be looked at when their texts are there.
    new_styles: Vec<Key>,
    /// Elements whose sheet is another one.
    pub(super) changed_sheets: Vec<Key>,
    /// Fields that hold something else.
    pub(super) changed_fields: Vec<Key>,
    /// Dialogs that became modal or are no more.
    pub(super) changed_dialogs: Vec<Key>,
}

impl Tree {
    /// Only the top document.
    pub(super) fn new() -> Self {
        let mut tree = Self {
            nodes: Vec::new(),
            free: Vec::new(),
            known: HashMap::new(),
            out: HashMap::new(),
            lost: Vec::new(),
            changed_lists: BTreeSet::new(),
            changed_texts: BTreeSet::new(),
            changed_attributes: BTreeSet::new(),
            new_styles: Vec::new(),
            changed_sheets: Vec::new(),
            changed_fields: Vec::new(),
            changed_dialogs: Vec::new(),
        };
        tree.keep(Node::new(0, What::Document { quirks: false }, 0));
        if let Some(top) = tree.get_mut(TOP) {
            top.id = shared::dom::DOCUMENT;
        }
        tree
    }

    pub(super) fn get(&self, key: Key) -> Option<&Node> {
        self.nodes.get(key as usize)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut Node> {
        self.nodes.get_mut(key as usize)?.as_mut()
    }

    pub(super) fn element(&self, key: Key) -> Option<&Element> {
        match &self.get(key)?.what {
            What::Element(element) => Some(element),
            _ => None,
        }
    }

    pub(super) fn element_mut(&mut self, key: Key) -> Option<&mut Element> {
        match &mut self.get_mut(key)?.what {
            What::Element(element) => Some(element),
            _ => None,
        }
    }

    pub(super) fn is_text(&self, key: Key) -> bool {
        matches!(self.get(key), Some(Node { what: What::Text(_), .. }))
    }

    /// The node that rrweb means.
    pub(super) fn find(&self, rr: Option<f64>) -> Option<Key> {
        self.known.get(&id_of(rr)?).copied()
    }

    /// The shadow root of an element.
    pub(super) fn shadow(&self, host: Key) -> Option<Key> {
        let first = *self.get(host)?.children.first()?;
        matches!(self.get(first)?.what, What::ShadowRoot).then_some(first)
    }

    /// Elements of that name below a node, in their order.
    pub(super) fn below(&self, root: Key, tag: &str, work: &mut Work) -> Result<Vec<Key>, Refused> {
        let mut found = Vec::new();
        let mut open = vec![root];
        while let Some(key) = open.pop() {
            let Some(node) = self.get(key) else { continue };
            work.spend(16)?;
            if self.element(key).is_some_and(|element| element.is(tag)) {
                found.push(key);
            }
            open.extend(node.children.iter().rev());
        }
        Ok(found)
    }

    /// The tree of a full snapshot. To be called on a new tree.
    pub(super) fn build(&mut self, raw: Raw, work: &mut Work) -> Result<(), Refused> {
        if let Some(rr) = id_of(raw.id).filter(|rr| *rr != 0) {
            self.known.insert(rr, TOP);
            if let Some(top) = self.get_mut(TOP) {
                top.rr = rr;
            }
        }
        self.plant_children(TOP, raw.child_nodes, work)?;
        self.dress();
        Ok(())
    }

    /// Applies a mutation event as the Replayer does: removes, then adds, then texts and attributes.
    pub(super) fn apply(&mut self, mutation: Mutation, work: &mut Work) -> Result<(), Refused> {
        let mut bereft = BTreeSet::new();
        for removal in mutation.removes {
            let (Some(key), Some(_)) = (self.find(removal.id), self.find(removal.parent_id)) else { continue };
            if key != TOP {
                bereft.extend(self.take_out(key, work)?);
            }
        }
        self.sweep(bereft, work)?;
        self.add_all(mutation.adds, work)?;
        for change in mutation.texts {
            let Some(key) = self.find(change.id) else { continue };
            if let Some(Node { what: What::Text(text), .. }) = self.get_mut(key) {
                *text = change.value.unwrap_or_default();
                self.changed_texts.insert(key);
            }
        }
        for change in mutation.attributes {
            self.change_attributes(change);
        }
        self.dress();
        Ok(())
    }

    /// Forgets what has no place any more. To be called when everything is told.
    pub(super) fn clear_out(&mut self) {
        self.out.clear();
        let mut open: Vec<Key> = std::mem::take(&mut self.lost);
        while let Some(key) = open.pop() {
            let is_lost = self.get(key).is_some_and(|node| node.parent.is_none_or(|parent| self.get(parent).is_none()));
            if key == TOP || !is_lost {
                continue;
            }
            if let Some(node) = self.nodes.get_mut(key as usize).and_then(Option::take) {
                if self.known.get(&node.rr) == Some(&key) {
                    self.known.remove(&node.rr);
                }
                open.extend(node.children);
                self.free.push(key);
            }
        }
    }

    fn change_attributes(&mut self, change: AttributeChange) {
        let Some(key) = self.find(change.id) else { return };
        let Some(element) = self.element_mut(key) else { return };
        let mut changes = attributes::changes(&element.tag, change.attributes.0);
        if let Some(declarations) = &changes.style {
            let after = style::changed(element.value("style").unwrap_or_default(), declarations);
            changes.attributes.push(("style".to_owned(), Some(after)));
        }
        let mut is_other_value = false;
        for (name, value) in changes.attributes {
            // Here it is what the field holds, not an attribute.
            if name == "value" && matches!(element.tag.as_str(), "textarea" | "select") {
                element.surface.value = value;
                is_other_value = true;
            } else {
                element.set(name, value);
            }
        }
        element.was_secret |= changes.was_secret;
        element.surface.natural = changes.natural.or(element.surface.natural);
        let is_modal = changes.modal.unwrap_or(element.surface.is_modal);
        let is_other_mode = std::mem::replace(&mut element.surface.is_modal, is_modal) != is_modal;
        let has_css = changes.css.is_some();
        if has_css {
            element.surface.css = changes.css;
        }
        if is_other_value {
            self.changed_fields.push(key);
        }
        if has_css {
            self.changed_sheets.push(key);
        }
        if is_other_mode {
            self.changed_dialogs.push(key);
        }
        self.changed_attributes.insert(key);
    }

    /// Takes a subtree out of its place. Gives the parent, whose list is to be swept.
    fn take_out(&mut self, root: Key, work: &mut Work) -> Result<Option<Key>, Refused> {
        let parent = self.get_mut(root).and_then(|node| node.parent.take());
        self.lost.push(root);
        let mut open = vec![root];
        while let Some(key) = open.pop() {
            work.spend(64)?;
            let Some(node) = self.get_mut(key) else { continue };
            node.is_out = true;
            let rr = node.rr;
            let children = node.children.clone();
            open.extend(children);
            if rr != 0 && self.known.get(&rr) == Some(&key) {
                self.known.remove(&rr);
                self.out.insert(rr, key);
            }
        }
        Ok(parent)
    }

    /// Takes out of lists what has another parent now.
    fn sweep(&mut self, parents: BTreeSet<Key>, work: &mut Work) -> Result<(), Refused> {
        for parent in parents {
            let Some(node) = self.get_mut(parent) else { continue };
            let mut children = std::mem::take(&mut node.children);
            work.spend(children.len() * 4)?;
            children.retain(|child| self.get(*child).is_some_and(|node| node.parent == Some(parent)));
            if let Some(node) = self.get_mut(parent) {
                node.children = children;
            }
            self.changed_lists.insert(parent);
        }
        Ok(())
    }

    /// Takes one node out of its parent's list.
    fn unlink(&mut self, key: Key, work: &mut Work) -> Result<(), Refused> {
        if let Some(parent) = self.get_mut(key).and_then(|node| node.parent.take()) {
            self.sweep(BTreeSet::from([parent]), work)?;
        }
        Ok(())
    }

    fn keep(&mut self, node: Node) -> Key {
        match self.free.pop() {
            Some(key) => {
                if let Some(place) = self.nodes.get_mut(key as usize) {
                    *place = Some(node);
                }
                key
            }
            None => {
                self.nodes.push(Some(node));
                (self.nodes.len() - 1) as Key
            }
        }
    }
}

impl Node {
    fn new(rr: i64, what: What, said: u64) -> Self {
        Self {
            rr,
            parent: None,
            children: Vec::new(),
            what,
            is_out: false,
            said,
            id: 0,
            level: Level::Page,
            is_quiet: false,
            told_parent: None,
            told_children: Vec::new(),
            told_text: 0,
            is_masked: false,
            round: 0,
        }
    }
}

/// A whole number that a JavaScript number can hold.
pub(super) fn id_of(number: Option<f64>) -> Option<i64> {
    number.filter(|number| number.fract() == 0.0 && number.abs() < 9.0e15).map(|number| number as i64)
}
