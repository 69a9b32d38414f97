//! The tree of one page while it is replayed. In: [`Batch`]es in order. Out: the same change as inserts, moves and
//! removals with explicit places. A batch that does not fit the tree is refused; the caller then knows that state is lost.

use super::allowance::{ATTRIBUTE, Allowance, FIND, PASS, STEP};
use super::event::{Node, NodeKind, What};
use crate::column::Column;
use crate::dom::{self, Batch, List, ListOp, Shape, Token};
use crate::limits::NODES_MAX;
use crate::strings::StringRef;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::ops::Range;

/// Elements that a visitor means to click, with everything in them.
const CLICKABLE: [&str; 5] = ["a", "button", "label", "summary", "option"];
/// Elements whose text no reader sees as such.
const UNREAD: [&str; 4] = ["style", "script", "textarea", "noscript"];
/// Levels above the clicked node at which its link or button may be.
const LABEL_ANCESTORS: usize = 5;
/// Length of a label, bytes of UTF-8 or less.
const LABEL_MAX_BYTES: usize = 80;
/// Classes named of a target.
const TARGET_CLASSES: usize = 3;
/// Bytes of a target's selector.
const TARGET_MAX_BYTES: usize = 160;
/// Nodes that are looked at for a label: clicks are many, and the node clicked may be the whole page.
const LABEL_MAX_NODES: usize = 256;
/// Bytes of text that are read for a label.
const LABEL_MAX_READ: usize = 2048;
/// Strings of one dictionary: each takes some 40 bytes beside its text, and an empty one comes in 2.
const STRINGS_MAX: usize = NODES_MAX;

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
    /// 0 for none.
    parent: u32,
    /// The batch that last gave it a parent.
    batch: u32,
    children: Vec<u32>,
    content: Content,
}

/// Nodes by id, the document first.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    entries: BTreeMap<u32, Entry>,
    /// Number of the batch under way.
    batch: u32,
}

/// The strings and shapes that batches refer to.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    strings: Vec<Arc<str>>,
    /// Pieces of a string whose last piece has not come.
    partial: String,
    /// Shapes defined so far.
    pub shapes: Vec<Shape>,
    /// Strings named so far.
    pub column: Column,
}

impl Dictionary {
    /// Holds the empty string, number 0, as every dictionary does.
    pub fn new() -> Self {
        Self { strings: vec![Arc::from("")], ..Self::default() }
    }

    /// Adds the strings of a record: their pieces, and whether each goes on in the next. Numbers already known keep their string; a hole is refused.
    pub fn extend<'a>(
        &mut self,
        first: StringRef,
        pieces: impl IntoIterator<Item = (&'a str, bool)>,
    ) -> Result<(), Misfit> {
        let mut number = first as usize;
        for (text, continued) in pieces {
            self.partial.push_str(text);
            if continued {
                continue;
            }
            match number.cmp(&self.strings.len()) {
                Ordering::Less => {}
                Ordering::Equal if number >= STRINGS_MAX => return Err(Misfit),
                Ordering::Equal => self.strings.push(Arc::from(self.partial.as_str())),
                Ordering::Greater => return Err(Misfit),
            }
            self.partial.clear();
            number += 1;
        }
        Ok(())
    }

    /// The string with that number, which is about to be told.
    pub fn get(&self, number: StringRef, allowance: &mut Allowance) -> Result<Arc<str>, Misfit> {
        let text = self.strings.get(number as usize).ok_or(Misfit)?;
        allowance.spend(text.len())?;
        Ok(text.clone())
    }

    /// The string with that number, or nothing: for records where a missing string does not void the page.
    pub fn text(&self, number: StringRef, allowance: &mut Allowance) -> Result<String, Misfit> {
        let Some(text) = self.strings.get(number as usize) else { return Ok(String::new()) };
        allowance.spend(text.len())?;
        Ok(text.to_string())
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
        self.entries.insert(dom::DOCUMENT, Entry { parent: 0, batch: 0, children: Vec::new(), content });
    }

    /// Whether there is a node with that id.
    pub fn has(&self, id: u32) -> bool {
        self.entries.contains_key(&id)
    }

    /// The parent, 0 for none.
    pub fn parent(&self, id: u32) -> u32 {
        self.entries.get(&id).map_or(0, |entry| entry.parent)
    }

    /// The nearest link, button or label around a node, else the node itself.
    fn meant(&self, id: u32) -> u32 {
        let mut at = id;
        for _ in 0..=LABEL_ANCESTORS {
            match self.entries.get(&at) {
                Some(Entry { content: Content::Element { tag, .. }, .. }) if CLICKABLE.contains(&tag.as_ref()) => {
                    return at;
                }
                Some(entry) => at = entry.parent,
                None => break,
            }
        }
        id
    }

    /// What a click on a node meant, as a selector of one element: tag, id and classes as they were recorded.
    pub fn target(&self, id: u32) -> String {
        let Some(Entry { content: Content::Element { tag, attributes, .. }, .. }) = self.entries.get(&self.meant(id))
        else {
            return String::new();
        };
        let value = |name: &str| attributes.iter().find(|(known, _)| known.as_ref() == name).map(|(_, value)| value);
        let mut target = tag.to_string();
        let id = value("id").into_iter().flat_map(|id| ["#", start_of(id, LABEL_MAX_BYTES)]);
        let classes = value("class").into_iter().flat_map(|class| class.split_whitespace().take(TARGET_CLASSES));
        for part in id.chain(classes.flat_map(|class| [".", class])) {
            target.push_str(part);
        }
        target.truncate(target.floor_char_boundary(TARGET_MAX_BYTES));
        target
    }

    /// What a click on a node says to a reader: the text of the nearest link, button or label around it, else its own.
    pub fn label(&self, id: u32) -> String {
        let root = self.meant(id);
        let mut label = String::new();
        let (mut nodes, mut bytes) = (LABEL_MAX_NODES, LABEL_MAX_READ);
        let mut open = vec![root];
        while let Some(Entry { content, children, .. }) = open.pop().and_then(|id| self.entries.get(&id)) {
            match content {
                Content::Text(text) => {
                    let text = start_of(text, bytes);
                    bytes -= text.len();
                    for word in text.split_whitespace() {
                        label.push_str(if label.is_empty() { "" } else { " " });
                        label.push_str(word);
                    }
                }
                Content::Element { tag, .. } if UNREAD.contains(&tag.as_ref()) => {}
                _ => {
                    let count = children.len().min(nodes);
                    nodes -= count;
                    open.extend(children[..count].iter().rev());
                }
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
        allowance: &mut Allowance,
        told: &mut Vec<What>,
        freed: &mut Vec<u32>,
    ) -> Result<(), Misfit> {
        self.apply_lists(batch, dictionary, allowance, told, freed)?;
        for (node, name, value) in &batch.attributes {
            let name = dictionary.get(*name, allowance)?;
            let value = value.map(|value| dictionary.get(value, allowance)).transpose()?;
            let Content::Element { attributes, .. } = &mut self.entries.get_mut(node).ok_or(Misfit)?.content else {
                return Err(Misfit);
            };
            allowance.spend(attributes.len() * PASS)?;
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
            let text = dictionary.get(*text, allowance)?;
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
        allowance: &mut Allowance,
        told: &mut Vec<What>,
        freed: &mut Vec<u32>,
    ) -> Result<(), Misfit> {
        self.batch = self.batch.wrapping_add(1);
        // Places are relative to the lists before the batch: take all of them before changing any.
        let mut old = BTreeMap::new();
        for list in &batch.lists {
            let entry = self.entries.get_mut(&list.parent).ok_or(Misfit)?;
            let holds = !matches!(entry.content, Content::Text(_) | Content::Comment | Content::Doctype(_))
                || list.ops.is_empty();
            if !holds || old.insert(list.parent, core::mem::take(&mut entry.children)).is_some() {
                return Err(Misfit);
            }
        }
        let mut orphans = Vec::new();
        for list in &batch.lists {
            not_kept(&list.ops, &old[&list.parent], allowance, &mut orphans)?;
        }
        for id in &orphans {
            self.entries.get_mut(id).ok_or(Misfit)?.parent = 0;
        }

        let mut context = Context { old, dictionary, allowance, bereft: BTreeSet::new(), adopts: false };
        let changed = self.relink(batch, &mut context);
        let can_turn = context.adopts || batch.lists.len() > 1;
        // Before a misfit is passed on, too: a node must never stand in two lists.
        self.let_go(context.bereft, allowance)?;
        let mut changed = changed?;
        // From the top down: when a list is told, all ancestors of its parent already stand in their last place, so
        // that no step can put a node into its own subtree. One list with new children alone cannot do that.
        if can_turn {
            let depths = self.depths(changed.iter().map(|(parent, _)| *parent), allowance)?;
            changed.sort_by_key(|(parent, _)| (depths[parent], *parent));
        }
        let moved = moved_into_new(batch);
        for (parent, stretches) in changed {
            self.tell(parent, &stretches, &moved, allowance, told)?;
        }

        orphans.retain(|id| self.entries.get(id).is_some_and(|entry| entry.parent == 0));
        for id in orphans {
            told.push(What::Remove { id });
            self.free(id, freed);
        }
        Ok(())
    }

    /// Builds the new list of every parent. Gives for each how its children come to their places.
    fn relink(&mut self, batch: &Batch, context: &mut Context<'_>) -> Result<Vec<(u32, Vec<Stretch>)>, Misfit> {
        let mut changed = Vec::with_capacity(batch.lists.len());
        for List { parent, ops } in &batch.lists {
            let mut stretches = Vec::with_capacity(ops.len());
            for op in ops {
                match op {
                    ListOp::Keep { start, count, backward } => {
                        let range = kept_range(*start, *count, *backward)?;
                        let run = context.old[parent].get(range).ok_or(Misfit)?;
                        let is_root = run.first().is_some_and(|id| !self.is_sibling(*id));
                        let children = &mut self.entries.get_mut(parent).ok_or(Misfit)?.children;
                        if is_root && (!children.is_empty() || *backward && *count > 1) {
                            return Err(Misfit);
                        }
                        if *backward {
                            children.extend(run.iter().rev());
                        } else {
                            children.extend_from_slice(run);
                        }
                        stretches.push(Stretch::kept(*start, *count, *backward));
                    }
                    ListOp::Moved(ids) => {
                        for id in ids {
                            self.adopt(*parent, *id, context)?;
                        }
                        stretches.push(Stretch { how: How::Moves, len: ids.len() });
                    }
                    ListOp::New(tokens) => self.plant(*parent, tokens, context, &mut stretches)?,
                }
            }
            settle(&mut stretches);
            changed.push((*parent, stretches));
        }
        Ok(changed)
    }

    /// Makes the existing node `id` the next child of `parent`.
    fn adopt(&mut self, parent: u32, id: u32, context: &mut Context<'_>) -> Result<(), Misfit> {
        let is_root = !self.is_sibling(id);
        let entry = self.entries.get_mut(&id).ok_or(Misfit)?;
        // New in this batch, moved in it already, or kept by its parent.
        if is_root || entry.batch == self.batch || context.old.contains_key(&entry.parent) {
            return Err(Misfit);
        }
        if entry.parent != 0 {
            context.bereft.insert(entry.parent);
        }
        context.adopts = true;
        entry.parent = parent;
        entry.batch = self.batch;
        self.entries.get_mut(&parent).ok_or(Misfit)?.children.push(id);
        Ok(())
    }

    /// Takes out of the lists of `parents` what has another parent now.
    fn let_go(&mut self, parents: BTreeSet<u32>, allowance: &mut Allowance) -> Result<(), Misfit> {
        let mut result = Ok(());
        for parent in parents {
            let Some(entry) = self.entries.get_mut(&parent) else { continue };
            let mut children = core::mem::take(&mut entry.children);
            result = result.and(allowance.spend(children.len() * FIND));
            if result.is_err() {
                continue;
            }
            children.retain(|child| self.parent(*child) == parent);
            if let Some(entry) = self.entries.get_mut(&parent) {
                entry.children = children;
            }
        }
        result
    }

    /// Builds subtrees from their tokens as the next children of `parent`; their roots are added to `stretches`.
    fn plant(
        &mut self,
        parent: u32,
        tokens: &[Token],
        context: &mut Context<'_>,
        stretches: &mut Vec<Stretch>,
    ) -> Result<(), Misfit> {
        let dictionary = context.dictionary;
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
                    self.adopt(parent, id, context)?;
                    if is_root {
                        stretches.push(Stretch { how: How::Moves, len: 1 });
                    }
                    continue;
                }
                Token::Element { id, shape } => (id, element(shape, None, dictionary, context.allowance)?, true),
                Token::Blocked { id, shape, width, height } => {
                    (id, element(shape, Some((width, height)), dictionary, context.allowance)?, false)
                }
                Token::Text { id, text } => (id, Content::Text(dictionary.get(text, context.allowance)?), false),
                Token::Doctype { id, text } => (id, Content::Doctype(dictionary.get(text, context.allowance)?), false),
                Token::ShadowRoot { id, flags } => (id, Content::ShadowRoot { flags }, true),
                Token::Document { id, flags } => (id, Content::Document { quirks: flags & 1 == 1 }, true),
                Token::Comment { id } => (id, Content::Comment, false),
            };
            if id == 0 || self.has(id) || self.entries.len() >= NODES_MAX {
                return Err(Misfit);
            }
            context.allowance.spend(STEP)?;
            self.entries.insert(id, Entry { parent, batch: self.batch, children: Vec::new(), content });
            let is_sibling = self.is_sibling(id);
            let siblings = &mut self.entries.get_mut(&parent).ok_or(Misfit)?.children;
            siblings.push(id);
            if !is_sibling && siblings.len() > 1 {
                return Err(Misfit);
            }
            if is_root {
                stretches.push(Stretch { how: How::New, len: 1 });
            }
            if has_children {
                open.push(id);
            }
        }
        Ok(())
    }

    /// Tells the steps that bring the child list of `parent` into its new order, last child first.
    fn tell(
        &self,
        parent: u32,
        stretches: &[Stretch],
        moved: &BTreeSet<u32>,
        allowance: &mut Allowance,
        told: &mut Vec<What>,
    ) -> Result<(), Misfit> {
        let mut rest = self.entries.get(&parent).ok_or(Misfit)?.children.as_slice();
        let mut before = 0;
        for stretch in stretches.iter().rev() {
            let (left, children) = rest.split_at(rest.len().checked_sub(stretch.len).ok_or(Misfit)?);
            rest = left;
            if matches!(stretch.how, How::Stays { .. }) {
                before = children.iter().copied().find(|id| self.is_sibling(*id)).unwrap_or(before);
                continue;
            }
            allowance.spend(children.len() * STEP)?;
            for &id in children.iter().rev() {
                if matches!(stretch.how, How::New) {
                    let mut nodes = Vec::new();
                    self.describe(id, moved, &mut nodes);
                    told.push(What::Insert { parent, before, nodes });
                } else {
                    told.push(What::Move { id, parent, before });
                }
                if self.is_sibling(id) {
                    before = id;
                }
            }
        }
        Ok(())
    }

    /// Whether the node stands among others: a document or a shadow root never moves, and nothing is put before it.
    fn is_sibling(&self, id: u32) -> bool {
        let content = self.entries.get(&id).map(|entry| &entry.content);
        !matches!(content, Some(Content::ShadowRoot { .. } | Content::Document { .. }))
    }

    /// How far each of `nodes` is from the top document. Refused when one does not hang on it.
    fn depths(
        &self,
        nodes: impl Iterator<Item = u32>,
        allowance: &mut Allowance,
    ) -> Result<BTreeMap<u32, usize>, Misfit> {
        let mut depths = BTreeMap::from([(dom::DOCUMENT, 0)]);
        let mut way = Vec::new();
        for node in nodes {
            let mut at = node;
            let known = loop {
                if let Some(depth) = depths.get(&at) {
                    break *depth;
                }
                allowance.spend(FIND)?;
                way.push(at);
                at = self.entries.get(&at).ok_or(Misfit)?.parent;
                if way.len() > self.entries.len() {
                    return Err(Misfit);
                }
            };
            let count = way.len();
            depths.extend(way.drain(..).rev().zip(known + 1..=known + count));
        }
        Ok(depths)
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

/// What a batch is applied with.
struct Context<'a> {
    /// The lists of its parents before it.
    old: BTreeMap<u32, Vec<u32>>,
    dictionary: &'a Dictionary,
    allowance: &'a mut Allowance,
    /// Parents without a list in the batch that a child was taken from: as a rule they go with it.
    bereft: BTreeSet<u32>,
    /// Whether a node was there before and has another parent now, or another place among new ones.
    adopts: bool,
}

/// Children side by side in a new list that come to their places in the same way.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    how: How,
    len: usize,
}

/// How children come to their places.
#[derive(Clone, Copy, Debug)]
enum How {
    /// Kept from the old list, the first of them from `start`, and nothing is to be done.
    Stays {
        start: u32,
    },
    /// Kept from the old list in the opposite order: one of them may stay.
    Turns {
        start: u32,
    },
    Moves,
    New,
}

impl Stretch {
    fn kept(start: u32, count: u32, backward: bool) -> Self {
        let how = if backward && count > 1 { How::Turns { start } } else { How::Stays { start } };
        Self { how, len: count as usize }
    }
}

/// The places that a run has in the old list.
fn kept_range(start: u32, count: u32, backward: bool) -> Result<Range<usize>, Misfit> {
    let (start, count) = (start as usize, count as usize);
    if backward {
        let end = start + 1;
        return Ok(end.checked_sub(count).ok_or(Misfit)?..end);
    }
    Ok(start..start.checked_add(count).ok_or(Misfit)?)
}

/// Adds the children of the old list that no run keeps to `orphans`. Refused when one is kept twice.
fn not_kept(ops: &[ListOp], old: &[u32], allowance: &mut Allowance, orphans: &mut Vec<u32>) -> Result<(), Misfit> {
    allowance.spend(old.len() / 4)?;
    let mut is_kept = vec![false; old.len()];
    for op in ops {
        if let ListOp::Keep { start, count, backward } = op {
            let run = is_kept.get_mut(kept_range(*start, *count, *backward)?).ok_or(Misfit)?;
            if run.contains(&true) {
                return Err(Misfit);
            }
            run.fill(true);
            allowance.spend(run.len())?;
        }
    }
    orphans.extend(old.iter().zip(is_kept).filter(|(_, is_kept)| !is_kept).map(|(id, _)| *id));
    Ok(())
}

/// Lets the most children that can stay where they are stay: those of a heaviest ascending subsequence of the kept runs.
fn settle(stretches: &mut Vec<Stretch>) {
    // By the start of the last run of an ascending sequence: the children in it and the run's place in `stretches`.
    let mut best: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    let mut before = vec![usize::MAX; stretches.len()];
    for (i, stretch) in stretches.iter().enumerate() {
        let (start, weight) = match stretch.how {
            How::Stays { start } => (start, stretch.len),
            How::Turns { start } => (start, 1),
            How::Moves | How::New => continue,
        };
        let last = best.range(..start).next_back().map(|(_, last)| *last);
        let children = last.map_or(0, |(children, _)| children) + weight;
        before[i] = last.map_or(usize::MAX, |(_, run)| run);
        while let Some((later, _)) = best.range(start..).next().filter(|(_, (other, _))| *other <= children) {
            let later = *later;
            best.remove(&later);
        }
        best.entry(start).or_insert((children, i));
    }
    let mut stays = vec![false; stretches.len()];
    let mut at = best.last_key_value().map_or(usize::MAX, |(_, (_, run))| *run);
    while let Some(stay) = stays.get_mut(at) {
        *stay = true;
        at = before[at];
    }
    let mut settled = Vec::with_capacity(stretches.len());
    for (stretch, stays) in stretches.iter().zip(stays) {
        let mut moves = *stretch;
        match stretch.how {
            How::Turns { start } if stays => {
                settled.push(Stretch { how: How::Stays { start }, len: 1 });
                moves = Stretch { how: How::Moves, len: stretch.len - 1 };
            }
            How::Turns { .. } => moves.how = How::Moves,
            How::Stays { .. } if !stays => moves.how = How::Moves,
            _ => {}
        }
        settled.push(moves);
    }
    *stretches = settled;
}

fn element(
    shape: u32,
    blocked: Option<(u32, u32)>,
    dictionary: &Dictionary,
    allowance: &mut Allowance,
) -> Result<Content, Misfit> {
    let shape = dictionary.shapes.get(shape as usize).ok_or(Misfit)?;
    allowance.spend(shape.attributes.len() * ATTRIBUTE)?;
    let tag = dictionary.get(shape.tag, allowance)?;
    let mut attribute = |(name, value): &(StringRef, StringRef)| {
        Ok((dictionary.get(*name, allowance)?, dictionary.get(*value, allowance)?))
    };
    let attributes = shape.attributes.iter().map(&mut attribute).collect::<Result<_, Misfit>>()?;
    Ok(Content::Element { namespace: shape.namespace, tag, attributes, blocked })
}

/// What `text` begins with, about `len` bytes.
fn start_of(text: &str, len: usize) -> &str {
    &text[..text.floor_char_boundary(len.min(text.len()))]
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
