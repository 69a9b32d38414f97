//! What changed in the tree, as `DOM` records. In: the tree, the masking rules. Out: records through the writer, and the
//! elements that were told for the first time. Each text and attribute is masked at the level of its place here; nothing
//! else of the tree leaves it. A big change comes in several records: what is over is left for the next one.

mod levels;
mod masked;
mod ops;

use super::Refused;
use super::marker::Marker;
use super::tree::{Key, TOP, Tree, What};
use super::work::Work;
use super::writer::Writer;
use levels::{place_of, prepare, relevel, untell};
use masked::{change_attributes, change_text, text_at, write_element};
use ops::Ops;
use shared::dom::token;
use shared::mask::{Level, Rules};
use shared::record::tag;
use shared::strings::Kind;
use shared::varint::{put, put_delta};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Bytes of a record after which new nodes are left for the next one.
const RECORD_BYTES: usize = 24 << 10;
/// What telling needs beside the tree.
pub(super) struct Context<'c> {
    pub(super) rules: &'c Rules,
    pub(super) marker: &'c Marker,
    pub(super) writer: &'c mut Writer,
    pub(super) work: &'c mut Work,
    pub(super) at_ms: u32,
}

/// Numbers that go on over the records of a page.
pub(super) struct Telling {
    next_id: u32,
    round: u32,
}

/// One record under way.
#[derive(Default)]
struct Record {
    first_id: u32,
    lists: Vec<u8>,
    list_count: u32,
    last_parent: u32,
    attributes: Vec<(Key, u32, Option<u32>)>,
    texts: BTreeMap<Key, u32>,
    /// Nodes that were in a list of this record before, with their parent.
    candidates: Vec<(Key, Key)>,
    /// Parents that lost a child to another list.
    bereft: BTreeSet<Key>,
    fresh: Vec<Key>,
}

impl Telling {
    pub(super) fn new() -> Self {
        Self { next_id: shared::dom::DOCUMENT + 1, round: 0 }
    }

    /// Tells everything that changed. Gives the elements that are new.
    pub(super) fn tell(&mut self, tree: &mut Tree, context: &mut Context<'_>) -> Result<Vec<Key>, Refused> {
        let mut fresh = Vec::new();
        let attributes = std::mem::take(&mut tree.changed_attributes);
        for key in &attributes {
            relevel(tree, *key, context)?;
        }
        for key in tree.changed_lists.clone() {
            prepare(tree, key, context)?;
        }
        let texts = std::mem::take(&mut tree.changed_texts);
        let mut changes = Some((attributes, texts));
        while changes.is_some() || !tree.changed_lists.is_empty() {
            self.round += 1;
            let mut record = Record { first_id: self.next_id, ..Record::default() };
            for key in std::mem::take(&mut tree.changed_lists) {
                if record.lists.len() > RECORD_BYTES && !adopts(tree, key) {
                    tree.changed_lists.insert(key);
                } else {
                    self.list(tree, key, &mut record, context)?;
                }
            }
            if let Some((attributes, texts)) = changes.take() {
                for key in attributes {
                    change_attributes(tree, key, &mut record, context);
                }
                for key in texts {
                    change_text(tree, key, &mut record, context)?;
                }
            }
            self.settle(tree, &record, context)?;
            self.write(tree, &record, context);
            fresh.append(&mut record.fresh);
        }
        Ok(fresh)
    }

    fn write(&self, tree: &Tree, record: &Record, context: &mut Context<'_>) {
        // What left with its parent is told of no more.
        let id = |key: Key| tree.get(key).map(|node| node.id).filter(|id| *id != 0);
        let attributes: Vec<_> =
            record.attributes.iter().filter_map(|(key, name, value)| Some((id(*key)?, name, value))).collect();
        let texts: Vec<_> = record.texts.iter().filter_map(|(key, text)| Some((id(*key)?, text))).collect();
        if record.list_count == 0 && attributes.is_empty() && texts.is_empty() {
            return;
        }
        let mut body = Vec::with_capacity(record.lists.len() + 32);
        let count = self.next_id - record.first_id;
        let at = context.writer.at(context.at_ms);
        put(&mut body, at);
        put(&mut body, 1);
        put_delta(&mut body, &mut 0, record.first_id);
        put(&mut body, count);
        put(&mut body, record.list_count);
        body.extend_from_slice(&record.lists);
        put(&mut body, attributes.len() as u32);
        let mut last = 0;
        for (node, name, value) in attributes {
            put_delta(&mut body, &mut last, node);
            put(&mut body, *name);
            put(&mut body, value.map_or(0, |value| value + 1));
        }
        put(&mut body, texts.len() as u32);
        let mut last = 0;
        for (node, text) in texts {
            put_delta(&mut body, &mut last, node);
            put(&mut body, *text);
        }
        context.writer.put_packed(tag::DOM, &body);
    }

    /// The new child list of a parent that was told.
    fn list(
        &mut self,
        tree: &mut Tree,
        parent: Key,
        record: &mut Record,
        context: &mut Context<'_>,
    ) -> Result<(), Refused> {
        let Some(above) = tree.get_mut(parent) else { return Ok(()) };
        // What is new in this record was written with what is in it.
        let is_new = above.id == 0 || above.id >= record.first_id;
        if is_new || above.is_out || above.level == Level::Blocked {
            return Ok(());
        }
        let id = above.id;
        let old = std::mem::take(&mut above.told_children);
        let new = above.children.clone();
        context.work.spend(old.len() + new.len())?;
        let stays = |tree: &Tree, child: Key| {
            tree.get(child).is_some_and(|node| node.id != 0 && node.told_parent == Some(parent))
        };
        let mut ops = Ops::default();
        let mut same = 0;
        while let (Some(one), Some(two)) = (old.get(same), new.get(same)) {
            if one != two || !stays(tree, *one) {
                break;
            }
            same += 1;
        }
        let places: HashMap<Key, usize> =
            old.iter().copied().enumerate().skip(same).map(|(place, key)| (key, place)).collect();
        context.work.spend(places.len() * 32)?;
        put_delta(&mut record.lists, &mut record.last_parent, id);
        record.list_count += 1;
        ops.keep_first(same);
        let mut told = Vec::with_capacity(new.len());
        told.extend_from_slice(&new[..same]);
        for (index, child) in new.iter().copied().enumerate().skip(same) {
            let is_told = tree.get(child).is_some_and(|node| node.id != 0);
            match places.get(&child) {
                Some(place) if is_told && stays(tree, child) => ops.keep(*place as u32, &mut record.lists),
                _ if is_told => {
                    let id = adopt(tree, child, parent, record);
                    ops.moved(id, &mut record.lists);
                }
                _ if record.lists.len() > RECORD_BYTES => {
                    tree.changed_lists.insert(parent);
                    continue;
                }
                _ => {
                    ops.new_node(&mut record.lists);
                    self.plant(tree, (child, index), parent, record, context)?;
                }
            }
            if let Some(node) = tree.get_mut(child) {
                node.round = self.round;
            }
            told.push(child);
        }
        ops.finish(&mut record.lists);
        record.candidates.extend(old.into_iter().skip(same).map(|child| (child, parent)));
        if let Some(above) = tree.get_mut(parent) {
            above.told_children = told;
        }
        Ok(())
    }

    /// Writes a new node with what is in it, as far as there is room.
    fn plant(
        &mut self,
        tree: &mut Tree,
        (root, index): (Key, usize),
        parent: Key,
        record: &mut Record,
        context: &mut Context<'_>,
    ) -> Result<(), Refused> {
        let mut open: Vec<(Key, usize)> = Vec::new();
        if self.open(tree, (root, index), parent, record, context)? {
            open.push((root, 0));
        }
        while let Some((above, next)) = open.last_mut() {
            let above = *above;
            let Some(child) = tree.get(above).and_then(|node| node.children.get(*next)).copied() else {
                put(&mut record.lists, token::END);
                open.pop();
                continue;
            };
            if record.lists.len() > RECORD_BYTES {
                tree.changed_lists.insert(above);
                put(&mut record.lists, token::END);
                open.pop();
                continue;
            }
            let index = *next;
            *next += 1;
            if self.open(tree, (child, index), above, record, context)? {
                open.push((child, 0));
            }
            if let Some(node) = tree.get_mut(child) {
                node.round = self.round;
            }
            if let Some(node) = tree.get_mut(above) {
                node.told_children.push(child);
            }
        }
        Ok(())
    }

    /// Writes the token of a new node. Gives whether its children follow.
    fn open(
        &mut self,
        tree: &mut Tree,
        (key, index): (Key, usize),
        parent: Key,
        record: &mut Record,
        context: &mut Context<'_>,
    ) -> Result<bool, Refused> {
        context.work.spend(128)?;
        let id = self.next_id;
        self.next_id = id.checked_add(1).filter(|next| next >> 28 == 0).ok_or(Refused::TooManyNodes)?;
        let (level, is_quiet) = place_of(tree, key, parent, context)?;
        if let Some(node) = tree.get_mut(key) {
            (node.id, node.level, node.is_quiet, node.told_parent) = (id, level, is_quiet, Some(parent));
            node.round = self.round;
            node.told_children.clear();
        }
        if tree.is_text(key) {
            let text = text_at(tree, parent, index, key, record, context)?;
            put(&mut record.lists, text << 3 | token::TEXT);
            return Ok(false);
        }
        let Some(node) = tree.get_mut(key) else { return Ok(false) };
        match &mut node.what {
            What::Text(_) => {}
            What::Comment => put(&mut record.lists, token::COMMENT),
            What::Doctype(text) => {
                let number = context.writer.string(Kind::Name, &context.rules.name(text));
                put(&mut record.lists, number << 3 | token::DOCTYPE);
            }
            What::ShadowRoot => {
                put(&mut record.lists, token::SHADOW_ROOT);
                return Ok(true);
            }
            What::Document { quirks } => {
                put(&mut record.lists, u32::from(*quirks) << 3 | token::DOCUMENT);
                return Ok(true);
            }
            What::Element(element) => {
                element.changed.clear();
                let blocked = (level == Level::Blocked).then(|| element.blocked.unwrap_or_default());
                write_element(element, level, blocked, record, context);
                record.fresh.push(key);
                return Ok(blocked.is_none());
            }
        }
        Ok(false)
    }

    /// Forgets what the record took away, and takes out of lists what moved.
    fn settle(&self, tree: &mut Tree, record: &Record, context: &mut Context<'_>) -> Result<(), Refused> {
        for parent in &record.bereft {
            let Some(node) = tree.get_mut(*parent) else { continue };
            let mut children = std::mem::take(&mut node.told_children);
            context.work.spend(children.len())?;
            children.retain(|child| tree.get(*child).is_some_and(|node| node.told_parent == Some(*parent)));
            if let Some(node) = tree.get_mut(*parent) {
                node.told_children = children;
            }
        }
        for (key, parent) in &record.candidates {
            let is_gone = tree
                .get(*key)
                .is_some_and(|node| node.id != 0 && node.told_parent == Some(*parent) && node.round != self.round);
            if is_gone {
                untell(tree, *key, context)?;
            }
        }
        Ok(())
    }
}

/// A node that was told gets another parent.
fn adopt(tree: &mut Tree, key: Key, parent: Key, record: &mut Record) -> u32 {
    let Some(node) = tree.get_mut(key) else { return 0 };
    if let Some(before) = node.told_parent.replace(parent) {
        record.bereft.insert(before);
    }
    node.id
}

/// Whether a node came into that list from another place.
fn adopts(tree: &Tree, parent: Key) -> bool {
    let children = tree.get(parent).map_or(&[][..], |node| node.children.as_slice());
    children.iter().any(|child| tree.get(*child).is_some_and(|node| node.id != 0 && node.told_parent != Some(parent)))
}

/// The number of the node in the recording, 0 when it is not in there.
pub(super) fn number_of(tree: &Tree, key: Key) -> u32 {
    tree.get(key).filter(|node| !node.is_out && (key == TOP || node.told_parent.is_some())).map_or(0, |node| node.id)
}
