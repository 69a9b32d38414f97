//! The tree of one page while it is replayed. In: [`Batch`]es in order. Out: the same change as inserts, moves and
//! removals with explicit places. A batch that does not fit the tree is refused; the caller then knows that state is lost.

use super::event::{Node, NodeKind, What};
use crate::dom::{self, Batch, ListOp, Shape, Token};
use crate::limits::NODES_MAX;
use crate::strings::{Piece, StringRef};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// Elements that a visitor means to click, with everything in them.
const CLICKABLE: [&str; 5] = ["a", "button", "label", "summary", "option"];
/// Elements whose text no reader sees as such.
const UNREAD: [&str; 4] = ["style", "script", "textarea", "noscript"];
/// Levels above the clicked node at which its link or button may be.
const LABEL_ANCESTORS: usize = 5;
/// Length of a label, bytes of UTF-8 or less.
const LABEL_MAX_BYTES: usize = 80;

/// A batch refers to something that is not there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Misfit;

#[derive(Clone, Debug)]
enum Content {
    Document { quirks: bool },
    Doctype(Arc<str>),
    Element { namespace: u8, tag: Arc<str>, attributes: Vec<(Arc<str>, Arc<str>)>, blocked: Option<(u32, u32)> },
    Text(Arc<str>),
    Comment,
    ShadowRoot { flags: u32 },
}

#[derive(Clone, Debug)]
struct Entry {
    parent: u32,
    children: Vec<u32>,
    content: Content,
}

/// Nodes by id, the document first.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    entries: BTreeMap<u32, Entry>,
}

/// The strings and shapes that batches refer to.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    strings: Vec<Arc<str>>,
    /// Pieces of a string whose last piece has not come.
    partial: String,
    /// Shapes defined so far.
    pub shapes: Vec<Shape>,
}

impl Dictionary {
    /// Holds the empty string, number 0, as every dictionary does.
    pub fn new() -> Self {
        Self { strings: vec![Arc::from("")], ..Self::default() }
    }

    /// Adds the strings of a `STRINGS` record. Numbers already known keep their string; a hole is refused.
    pub fn extend(&mut self, first: StringRef, pieces: &[Piece<'_>]) -> Result<(), Misfit> {
        let mut number = first as usize;
        for piece in pieces {
            self.partial.push_str(piece.text);
            if piece.continued {
                continue;
            }
            match number.cmp(&self.strings.len()) {
                Ordering::Less => {}
                Ordering::Equal => self.strings.push(Arc::from(self.partial.as_str())),
                Ordering::Greater => return Err(Misfit),
            }
            self.partial.clear();
            number += 1;
        }
        Ok(())
    }

    /// The string with that number.
    pub fn get(&self, number: StringRef) -> Result<Arc<str>, Misfit> {
        self.strings.get(number as usize).cloned().ok_or(Misfit)
    }

    /// The string with that number, or nothing: for records where a missing string does not void the page.
    pub fn text(&self, number: StringRef) -> String {
        self.strings.get(number as usize).map(|text| text.to_string()).unwrap_or_default()
    }
}

impl Tree {
    /// Only the top document.
    pub fn new() -> Self {
        let mut tree = Self::default();
        tree.clear();
        tree
    }

    /// Back to only the top document.
    pub fn clear(&mut self) {
        self.entries.clear();
        let content = Content::Document { quirks: false };
        self.entries.insert(dom::DOCUMENT, Entry { parent: 0, children: Vec::new(), content });
    }

    /// Whether there is a node with that id.
    pub fn has(&self, id: u32) -> bool {
        self.entries.contains_key(&id)
    }

    /// The parent, 0 for none.
    pub fn parent(&self, id: u32) -> u32 {
        self.entries.get(&id).map_or(0, |entry| entry.parent)
    }

    /// What a click on a node says to a reader: the text of the nearest link, button or label around it, else its own.
    pub fn label(&self, id: u32) -> String {
        let mut at = id;
        for _ in 0..LABEL_ANCESTORS {
            match self.entries.get(&at) {
                Some(Entry { content: Content::Element { tag, .. }, .. }) if CLICKABLE.contains(&tag.as_ref()) => break,
                Some(entry) => at = entry.parent,
                None => break,
            }
        }
        let root = match self.entries.get(&at) {
            Some(Entry { content: Content::Element { tag, .. }, .. }) if CLICKABLE.contains(&tag.as_ref()) => at,
            _ => id,
        };
        let mut label = String::new();
        let mut open = vec![root];
        while let Some(Entry { content, children, .. }) = open.pop().and_then(|id| self.entries.get(&id)) {
            match content {
                Content::Text(text) => text.split_whitespace().for_each(|word| {
                    label.push_str(if label.is_empty() { "" } else { " " });
                    label.push_str(word);
                }),
                Content::Element { tag, .. } if UNREAD.contains(&tag.as_ref()) => {}
                _ => open.extend(children.iter().rev()),
            }
            if label.len() > LABEL_MAX_BYTES {
                break;
            }
        }
        label.chars().take(LABEL_MAX_BYTES).collect()
    }

    /// Every node, parents before children, siblings in order.
    pub fn nodes(&self) -> Vec<Node> {
        let mut nodes = Vec::with_capacity(self.entries.len());
        self.describe(dom::DOCUMENT, &BTreeSet::new(), &mut nodes);
        nodes
    }

    /// Applies `batch`. `told` gets the same change in explicit steps, `freed` the ids that are gone.
    pub fn apply(
        &mut self,
        batch: &Batch,
        dictionary: &Dictionary,
        told: &mut Vec<What>,
        freed: &mut Vec<u32>,
    ) -> Result<(), Misfit> {
        self.apply_lists(batch, dictionary, told, freed)?;
        for (node, name, value) in &batch.attributes {
            let name = dictionary.get(*name)?;
            let value = value.map(|value| dictionary.get(value)).transpose()?;
            let Content::Element { attributes, .. } = &mut self.entries.get_mut(node).ok_or(Misfit)?.content else {
                return Err(Misfit);
            };
            let place = attributes.iter().position(|(known, _)| *known == name);
            match (&value, place) {
                (Some(value), Some(place)) => attributes[place].1 = value.clone(),
                (Some(value), None) => attributes.push((name.clone(), value.clone())),
                (None, Some(place)) => drop(attributes.remove(place)),
                (None, None) => {}
            }
            told.push(What::Attribute {
                id: *node,
                name: name.to_string(),
                value: value.map(|value| value.to_string()),
            });
        }
        for (node, text) in &batch.texts {
            let text = dictionary.get(*text)?;
            let Content::Text(known) = &mut self.entries.get_mut(node).ok_or(Misfit)?.content else {
                return Err(Misfit);
            };
            *known = text.clone();
            told.push(What::Text { id: *node, value: text.to_string() });
        }
        Ok(())
    }

    fn apply_lists(
        &mut self,
        batch: &Batch,
        dictionary: &Dictionary,
        told: &mut Vec<What>,
        freed: &mut Vec<u32>,
    ) -> Result<(), Misfit> {
        // Places are relative to the lists before the batch: take all of them before changing any.
        let mut old = BTreeMap::new();
        for list in &batch.lists {
            let entry = self.entries.get_mut(&list.parent).ok_or(Misfit)?;
            if old.insert(list.parent, core::mem::take(&mut entry.children)).is_some() {
                return Err(Misfit);
            }
        }
        let mut orphans: Vec<u32> = old.values().flatten().copied().collect();
        for id in &orphans {
            self.entries.get_mut(id).ok_or(Misfit)?.parent = 0;
        }

        let mut changed = BTreeMap::new();
        for list in &batch.lists {
            let places = self.relink(list.parent, &list.ops, &old[&list.parent], dictionary)?;
            changed.insert(list.parent, places);
        }
        // From the top down: when a list is told, all ancestors of its parent already stand in their last place, so
        // that no step can put a node into its own subtree.
        let mut parents: Vec<(u32, u32)> =
            changed.keys().map(|parent| Ok((self.depth(*parent)?, *parent))).collect::<Result<_, Misfit>>()?;
        parents.sort_unstable();
        let moved = moved_into_new(batch);
        for (_, parent) in parents {
            self.tell(parent, &changed[&parent], &moved, told);
        }

        orphans.retain(|id| self.entries.get(id).is_some_and(|entry| entry.parent == 0));
        for id in orphans {
            told.push(What::Remove { id });
            self.free(id, freed);
        }
        Ok(())
    }

    /// Builds the new list of `parent`. Gives for each child whether it can stay where it is.
    fn relink(
        &mut self,
        parent: u32,
        ops: &[ListOp],
        old: &[u32],
        dictionary: &Dictionary,
    ) -> Result<Vec<Place>, Misfit> {
        let mut kept = Vec::new();
        let mut places = Vec::new();
        for op in ops {
            match op {
                ListOp::Keep { start, count, backward } => {
                    for step in 0..*count {
                        let index = if *backward { start.checked_sub(step) } else { start.checked_add(step) };
                        let index = index.ok_or(Misfit)? as usize;
                        let id = *old.get(index).ok_or(Misfit)?;
                        self.adopt(parent, id)?;
                        kept.push((index as u32, places.len()));
                        places.push(Place::Moves(id));
                    }
                }
                ListOp::Moved(ids) => {
                    for id in ids {
                        self.adopt(parent, *id)?;
                        places.push(Place::Moves(*id));
                    }
                }
                ListOp::New(tokens) => self.plant(parent, tokens, dictionary, &mut places)?,
            }
        }
        for place in longest_ascending(&kept) {
            if let Place::Moves(id) = places[place] {
                places[place] = Place::Stays(id);
            }
        }
        Ok(places)
    }

    /// Makes the existing node `id` the next child of `parent`.
    fn adopt(&mut self, parent: u32, id: u32) -> Result<(), Misfit> {
        let entry = self.entries.get_mut(&id).ok_or(Misfit)?;
        let before = core::mem::replace(&mut entry.parent, parent);
        if id == dom::DOCUMENT {
            return Err(Misfit);
        }
        if before != 0 {
            let siblings = &mut self.entries.get_mut(&before).ok_or(Misfit)?.children;
            siblings.retain(|sibling| *sibling != id);
        }
        self.entries.get_mut(&parent).ok_or(Misfit)?.children.push(id);
        Ok(())
    }

    /// Builds subtrees from their tokens as the next children of `parent`; their roots are added to `places`.
    fn plant(
        &mut self,
        parent: u32,
        tokens: &[Token],
        dictionary: &Dictionary,
        places: &mut Vec<Place>,
    ) -> Result<(), Misfit> {
        // No recursion: a page may be deep.
        let mut open = vec![parent];
        for token in tokens {
            let parent = *open.last().ok_or(Misfit)?;
            let is_root = open.len() == 1;
            let (id, content, has_children) = match *token {
                Token::End => {
                    open.pop();
                    continue;
                }
                Token::Moved { id } => {
                    self.adopt(parent, id)?;
                    if is_root {
                        places.push(Place::Moves(id));
                    }
                    continue;
                }
                Token::Element { id, shape } => (id, element(shape, None, dictionary)?, true),
                Token::Blocked { id, shape, width, height } => {
                    (id, element(shape, Some((width, height)), dictionary)?, false)
                }
                Token::Text { id, text } => (id, Content::Text(dictionary.get(text)?), false),
                Token::Doctype { id, text } => (id, Content::Doctype(dictionary.get(text)?), false),
                Token::ShadowRoot { id, flags } => (id, Content::ShadowRoot { flags }, true),
                Token::Document { id, flags } => (id, Content::Document { quirks: flags & 1 == 1 }, true),
                Token::Comment { id } => (id, Content::Comment, false),
            };
            if id == 0 || self.has(id) || self.entries.len() >= NODES_MAX {
                return Err(Misfit);
            }
            self.entries.insert(id, Entry { parent, children: Vec::new(), content });
            self.entries.get_mut(&parent).ok_or(Misfit)?.children.push(id);
            if is_root {
                places.push(Place::New(id));
            }
            if has_children {
                open.push(id);
            }
        }
        Ok(())
    }

    /// Tells the steps that bring the child list of `parent` into its new order, last child first.
    fn tell(&self, parent: u32, places: &[Place], moved: &BTreeSet<u32>, told: &mut Vec<What>) {
        let mut before = 0;
        for place in places.iter().rev() {
            let id = match *place {
                Place::Stays(id) => id,
                Place::Moves(id) => {
                    told.push(What::Move { id, parent, before });
                    id
                }
                Place::New(id) => {
                    let mut nodes = Vec::new();
                    self.describe(id, moved, &mut nodes);
                    told.push(What::Insert { parent, before, nodes });
                    id
                }
            };
            let is_sibling = !matches!(
                self.entries.get(&id).map(|entry| &entry.content),
                Some(Content::ShadowRoot { .. } | Content::Document { .. })
            );
            if is_sibling {
                before = id;
            }
        }
    }

    fn depth(&self, id: u32) -> Result<u32, Misfit> {
        let mut depth = 0;
        let mut at = id;
        while at != dom::DOCUMENT {
            at = self.entries.get(&at).ok_or(Misfit)?.parent;
            depth += 1;
            if depth as usize > self.entries.len() {
                return Err(Misfit);
            }
        }
        Ok(depth)
    }

    fn free(&mut self, id: u32, freed: &mut Vec<u32>) {
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if let Some(entry) = self.entries.remove(&id) {
                open.extend(entry.children);
                freed.push(id);
            }
        }
    }

    /// The subtree of `root`. Nodes in `moved` are only named: whoever is told has them already.
    fn describe(&self, root: u32, moved: &BTreeSet<u32>, nodes: &mut Vec<Node>) {
        let mut open = vec![root];
        while let Some(id) = open.pop() {
            if let Some(entry) = self.entries.get(&id) {
                let is_moved = moved.contains(&id);
                nodes.push(Node {
                    id,
                    parent: entry.parent,
                    what: if is_moved { NodeKind::Moved {} } else { kind(&entry.content) },
                });
                if !is_moved {
                    open.extend(entry.children.iter().rev());
                }
            }
        }
    }
}

/// Nodes that were there before the batch and now stand inside new subtrees.
fn moved_into_new(batch: &Batch) -> BTreeSet<u32> {
    let ops = batch.lists.iter().flat_map(|list| &list.ops);
    let tokens = ops.flat_map(|op| if let ListOp::New(tokens) = op { tokens.as_slice() } else { &[] });
    tokens.filter_map(|token| if let Token::Moved { id } = token { Some(*id) } else { None }).collect()
}

/// How a child comes to its place in the new list.
#[derive(Clone, Copy, Debug)]
enum Place {
    Stays(u32),
    Moves(u32),
    New(u32),
}

fn element(shape: u32, blocked: Option<(u32, u32)>, dictionary: &Dictionary) -> Result<Content, Misfit> {
    let shape = dictionary.shapes.get(shape as usize).ok_or(Misfit)?;
    let attributes = shape.attributes.iter().map(|(name, value)| Ok((dictionary.get(*name)?, dictionary.get(*value)?)));
    Ok(Content::Element {
        namespace: shape.namespace,
        tag: dictionary.get(shape.tag)?,
        attributes: attributes.collect::<Result<_, Misfit>>()?,
        blocked,
    })
}

fn kind(content: &Content) -> NodeKind {
    match content {
        Content::Document { quirks } => NodeKind::Document { quirks: *quirks },
        Content::Doctype(text) => {
            let mut parts = text.split('\n').map(ToString::to_string);
            let mut part = || parts.next().unwrap_or_default();
            NodeKind::Doctype { name: part(), public_id: part(), system_id: part() }
        }
        Content::Element { namespace, tag, attributes, blocked } => NodeKind::Element {
            namespace: *namespace,
            tag: tag.to_string(),
            attributes: attributes.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
            blocked: *blocked,
        },
        Content::Text(text) => NodeKind::Text { value: text.to_string() },
        Content::Comment => NodeKind::Comment {},
        Content::ShadowRoot { flags } => {
            NodeKind::ShadowRoot { closed: flags & 1 == 1, delegates_focus: flags & 2 == 2 }
        }
    }
}

/// Places (second of each pair) of a longest strictly ascending subsequence by the first of each pair: the children that
/// need no step because their order did not change.
fn longest_ascending(pairs: &[(u32, usize)]) -> Vec<usize> {
    let mut tails: Vec<usize> = Vec::new();
    let mut before = vec![usize::MAX; pairs.len()];
    for (i, (key, _)) in pairs.iter().enumerate() {
        let at = tails.partition_point(|tail| pairs[*tail].0 < *key);
        if at > 0 {
            before[i] = tails[at - 1];
        }
        if at == tails.len() {
            tails.push(i);
        } else {
            tails[at] = i;
        }
    }
    let mut places = Vec::with_capacity(tails.len());
    let mut at = tails.last().copied().unwrap_or(usize::MAX);
    while let Some((_, place)) = pairs.get(at) {
        places.push(*place);
        at = before[at];
    }
    places
}
