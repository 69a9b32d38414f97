//! How nodes come into the tree: new ones, those that move, and those that were removed a moment ago. In: rrweb's nodes,
//! their places. Out: the lists of the tree. What the Replayer would not put there is not put there.

use super::super::Refused;
use super::super::format::{Addition, Node as Raw, node_type};
use super::super::work::Work;
use super::raw::{kind_of, said, what};
use super::{Key, Node, TOP, Tree, What, id_of};
use shared::limits::NODES_MAX;
use std::collections::HashMap;

/// Where rrweb cuts the text of a sheet that several text nodes made up.
const SPLIT: &str = "/* rr_split */";
/// Elements whose inside is never read.
const UNREAD: [&str; 2] = ["script", "noscript"];

impl Tree {
    /// Adds nodes; those whose parent or next sibling is not there yet wait for it. What still waits at the end is left
    /// out, as the Replayer leaves it out.
    pub(super) fn add_all(&mut self, adds: Vec<Addition>, work: &mut Work) -> Result<(), Refused> {
        let mut waiting: HashMap<i64, Vec<Addition>> = HashMap::new();
        for add in adds {
            let mut ready = vec![add];
            while let Some(add) = ready.pop() {
                work.spend(64)?;
                let missing = [id_of(add.parent_id), id_of(add.next_id)].into_iter().flatten();
                // -1 and 0 name nothing in old recordings.
                if let Some(missing) = missing.filter(|id| *id > 0).find(|id| !self.known.contains_key(id)) {
                    waiting.entry(missing).or_default().push(add);
                    continue;
                }
                let id = id_of(add.node.id);
                self.add(add, work)?;
                if let Some(now) = id.filter(|id| self.known.contains_key(id)).and_then(|id| waiting.remove(&id)) {
                    ready.extend(now.into_iter().rev());
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, add: Addition, work: &mut Work) -> Result<(), Refused> {
        let Some(mut parent) = self.find(add.parent_id) else { return Ok(()) };
        let mut raw = add.node;
        let inner =
            if kind_of(&raw) == node_type::DOCUMENT { std::mem::take(&mut raw.child_nodes) } else { Vec::new() };
        if raw.is_shadow == Some(true) {
            let Some(root) = self.open_shadow(parent, work)? else { return Ok(()) };
            parent = root;
        }
        let next = self.find(add.next_id);
        let after = self.find(add.previous_id);
        let is_host = raw.is_shadow_host == Some(true);
        let Some(key) = self.place(parent, raw, work)? else { return Ok(()) };
        self.link(key, parent, next, after, work)?;
        if is_host {
            self.open_shadow(key, work)?;
        }
        self.fill_textarea(key, work)?;
        self.plant_children(key, inner, work)
    }

    /// What a text area holds stands in it as its text, if rrweb tells it so.
    pub(super) fn fill_textarea(&mut self, key: Key, work: &mut Work) -> Result<bool, Refused> {
        let Some(Node { what: What::Element(element), children, .. }) = self.get(key) else { return Ok(false) };
        if !element.is("textarea") || !children.is_empty() {
            return Ok(false);
        }
        let Some(value) = element.surface.value.clone() else { return Ok(false) };
        let text = self.keep(Node::new(0, What::Text(value), 0));
        self.link(text, key, None, None, work)?;
        Ok(true)
    }

    /// Finds or makes the node; it has no parent then.
    fn place(&mut self, parent: Key, raw: Raw, work: &mut Work) -> Result<Option<Key>, Refused> {
        let rr = id_of(raw.id).unwrap_or(0);
        let said = said(&raw);
        if let Some(key) = self.known.get(&rr).copied() {
            if key == TOP || self.is_below(parent, key, work)? {
                return Ok(None);
            }
            // A document is loaded anew each time.
            if kind_of(&raw) != node_type::DOCUMENT && self.get(key).is_some_and(|node| node.said == said) {
                // It moves, with what is in it, as it is now.
                if !self.fits(parent, key) {
                    return Ok(None);
                }
                self.unlink(key, work)?;
                return Ok(Some(key));
            }
            let parent = self.take_out(key, work)?;
            self.sweep(parent.into_iter().collect(), work)?;
            self.out.remove(&rr);
        }
        let Some(what) = what(raw) else { return Ok(None) };
        if let Some(key) = self.out.remove(&rr)
            && self.comes_back(key, &what)
            && self.fits(parent, key)
        {
            self.return_node(key, what, said, work)?;
            self.known.insert(rr, key);
            return Ok(Some(key));
        }
        let has_css = matches!(&what, What::Element(element) if element.surface.css.is_some());
        if self.known.len() + self.out.len() >= NODES_MAX {
            return Err(Refused::TooManyNodes);
        }
        let key = self.keep(Node::new(rr, what, said));
        if rr != 0 {
            self.known.insert(rr, key);
        }
        if has_css {
            self.new_styles.push(key);
        }
        if self.fits(parent, key) {
            return Ok(Some(key));
        }
        self.lost.push(key);
        Ok(None)
    }

    /// Whether a removed node is the same that is added again: rrweb tells a move so.
    fn comes_back(&self, key: Key, what: &What) -> bool {
        match (self.get(key).map(|node| &node.what), what) {
            (Some(What::Text(_)), What::Text(_)) | (Some(What::Comment), What::Comment) => true,
            (Some(What::Element(old)), What::Element(new)) => {
                old.tag == new.tag && old.namespace == new.namespace && old.blocked == new.blocked
            }
            _ => false,
        }
    }

    /// Takes a removed node back as it is told now. What was in it comes on its own.
    fn return_node(&mut self, key: Key, what: What, said: u64, work: &mut Work) -> Result<(), Refused> {
        self.unlink(key, work)?;
        let Some(node) = self.get_mut(key) else { return Ok(()) };
        node.said = said;
        node.is_out = false;
        let children = std::mem::take(&mut node.children);
        let mut kept = Vec::new();
        match (&mut node.what, what) {
            (What::Element(old), What::Element(new)) => {
                let gone: Vec<String> = old.attributes.iter().map(|(name, _)| name.clone()).collect();
                for name in gone.into_iter().filter(|name| new.value(name).is_none()) {
                    old.set(name, None);
                }
                for (name, value) in new.attributes {
                    if old.value(&name) != Some(&value) {
                        old.set(name, Some(value));
                    }
                }
                old.was_secret |= new.was_secret;
            }
            (What::Text(old), What::Text(new)) => *old = new,
            _ => {}
        }
        for child in children {
            // An iframe keeps its document, a host its shadow root: those are not told again.
            let is_root = matches!(self.get(child), Some(Node { what: What::ShadowRoot | What::Document { .. }, .. }));
            if is_root {
                kept.push(child);
                self.bring_back(child, work)?;
            } else if let Some(node) = self.get_mut(child) {
                node.parent = None;
                self.lost.push(child);
            }
        }
        if let Some(node) = self.get_mut(key) {
            node.children = kept;
        }
        self.changed_lists.insert(key);
        self.changed_attributes.insert(key);
        if self.is_text(key) {
            self.changed_texts.insert(key);
        }
        Ok(())
    }

    /// A shadow root or document whose host came back: the nodes in a document are still known, those in a shadow root are
    /// told again.
    fn bring_back(&mut self, root: Key, work: &mut Work) -> Result<(), Refused> {
        let Some(Node { what, .. }) = self.get(root) else { return Ok(()) };
        let is_shadow = matches!(what, What::ShadowRoot);
        let mut open = vec![root];
        while let Some(key) = open.pop() {
            work.spend(64)?;
            let Some(node) = self.get_mut(key) else { continue };
            node.is_out = false;
            let rr = node.rr;
            let children = if is_shadow { std::mem::take(&mut node.children) } else { node.children.clone() };
            if rr != 0 && self.out.get(&rr) == Some(&key) {
                self.out.remove(&rr);
                self.known.insert(rr, key);
            }
            if !is_shadow {
                open.extend(children);
                continue;
            }
            for child in children {
                if let Some(node) = self.get_mut(child) {
                    node.parent = None;
                }
                self.lost.push(child);
            }
            self.changed_lists.insert(key);
        }
        Ok(())
    }

    /// Puts a node without a parent into a list: before `next`, else after `after`, else at the end.
    fn link(
        &mut self,
        key: Key,
        parent: Key,
        next: Option<Key>,
        after: Option<Key>,
        work: &mut Work,
    ) -> Result<(), Refused> {
        self.make_room(parent, key, work)?;
        let is_root = matches!(self.get(key), Some(Node { what: What::Document { .. } | What::ShadowRoot, .. }));
        let Some(above) = self.get_mut(parent) else { return Ok(()) };
        let is_end = next.is_none() && after.is_none();
        work.spend(if is_end { 1 } else { above.children.len() })?;
        let place_of = |wanted: Option<Key>| above.children.iter().position(|child| Some(*child) == wanted);
        let place = match (next, after) {
            _ if is_root => 0,
            // rrweb's newest neighbours stand near the front: the search from there is short.
            (Some(_), _) => place_of(next).unwrap_or(above.children.len()),
            (None, Some(_)) => place_of(after).map_or(above.children.len(), |place| place + 1),
            (None, None) => above.children.len(),
        };
        above.children.insert(place, key);
        let is_out = above.is_out;
        if let Some(node) = self.get_mut(key) {
            node.parent = Some(parent);
            node.is_out = is_out;
        }
        self.changed_lists.insert(parent);
        Ok(())
    }

    /// What a document can have once gives way to a newer one; so do the document in an iframe and the text in a text area.
    fn make_room(&mut self, parent: Key, key: Key, work: &mut Work) -> Result<(), Refused> {
        let (Some(above), Some(new)) = (self.get(parent), self.get(key)) else { return Ok(()) };
        let has_one = match (&above.what, &new.what) {
            (What::Document { .. }, _) | (_, What::Document { .. }) => true,
            (What::Element(field), What::Text(_)) => field.is("textarea"),
            _ => false,
        };
        if !has_one {
            return Ok(());
        }
        let same = |child: &&Key| {
            self.get(**child).is_some_and(|old| std::mem::discriminant(&old.what) == std::mem::discriminant(&new.what))
                && !matches!(new.what, What::Comment)
        };
        let Some(old) = above.children.iter().find(same).copied() else { return Ok(()) };
        let parent = self.take_out(old, work)?;
        self.sweep(parent.into_iter().collect(), work)
    }

    /// Whether a node may be in that place.
    fn fits(&self, parent: Key, key: Key) -> bool {
        let (Some(above), Some(node)) = (self.get(parent), self.get(key)) else { return false };
        match (&above.what, &node.what) {
            (What::Document { .. }, What::Element(_) | What::Doctype(_) | What::Comment) => true,
            (What::Element(host), What::Document { .. }) => matches!(host.tag.as_str(), "iframe" | "frame"),
            (What::Element(host), What::Element(_) | What::Text(_) | What::Comment) => {
                host.tag != "iframe" && !UNREAD.contains(&host.tag.as_str())
            }
            (What::ShadowRoot, What::Element(_) | What::Text(_) | What::Comment) => true,
            (What::Element(_), What::ShadowRoot) => true,
            _ => false,
        }
    }

    /// Whether `key` is `root` or below it.
    fn is_below(&self, key: Key, root: Key, work: &mut Work) -> Result<bool, Refused> {
        // Without children nothing can be below it.
        if key != root && self.get(root).is_none_or(|node| node.children.is_empty()) {
            return Ok(false);
        }
        let mut at = Some(key);
        while let Some(key) = at {
            if key == root {
                return Ok(true);
            }
            work.spend(8)?;
            at = self.get(key).and_then(|node| node.parent);
        }
        Ok(false)
    }

    /// The shadow root of a host, made where there is none.
    fn open_shadow(&mut self, host: Key, work: &mut Work) -> Result<Option<Key>, Refused> {
        if self.element(host).is_none() {
            return Ok(None);
        }
        if let Some(root) = self.shadow(host) {
            return Ok(Some(root));
        }
        let root = self.keep(Node::new(0, What::ShadowRoot, 0));
        self.link(root, host, None, None, work)?;
        Ok(Some(root))
    }

    /// Adds nodes with what is inside them.
    pub(super) fn plant_children(&mut self, parent: Key, raws: Vec<Raw>, work: &mut Work) -> Result<(), Refused> {
        let mut open: Vec<(Key, Raw)> = raws.into_iter().rev().map(|raw| (parent, raw)).collect();
        while let Some((mut parent, mut raw)) = open.pop() {
            work.spend(64)?;
            let children = std::mem::take(&mut raw.child_nodes);
            if raw.is_shadow == Some(true) {
                let Some(root) = self.open_shadow(parent, work)? else { continue };
                parent = root;
            }
            // In a snapshot a number that comes twice means the later node, and the first stays where it is.
            if let Some(rr) = id_of(raw.id).filter(|rr| self.known.get(rr) != Some(&TOP)) {
                self.known.remove(&rr);
            }
            let is_host = raw.is_shadow_host == Some(true);
            let Some(key) = self.place(parent, raw, work)? else { continue };
            self.link(key, parent, None, None, work)?;
            if self.fill_textarea(key, work)? {
                continue;
            }
            if is_host {
                self.open_shadow(key, work)?;
            }
            open.extend(children.into_iter().rev().map(|raw| (key, raw)));
        }
        Ok(())
    }

    /// Gives the text of style sheets to the texts that stand in them.
    pub(super) fn dress(&mut self) {
        for key in std::mem::take(&mut self.new_styles) {
            let Some(Node { children, .. }) = self.get(key) else { continue };
            let texts: Vec<Key> = children.iter().copied().filter(|child| self.is_text(*child)).collect();
            let is_empty =
                |key: &Key| matches!(self.get(*key), Some(Node { what: What::Text(text), .. }) if text.is_empty());
            let are_empty = texts.iter().all(is_empty);
            let Some(element) = self.element_mut(key).filter(|element| element.is("style") && !texts.is_empty()) else {
                continue;
            };
            let css = element.surface.css.take().unwrap_or_default();
            if !are_empty {
                continue;
            }
            let mut parts = css.splitn(texts.len(), SPLIT);
            for text in texts {
                if let Some(Node { what: What::Text(text), .. }) = self.get_mut(text) {
                    *text = parts.next().unwrap_or_default().replace(SPLIT, "");
                }
                self.changed_texts.insert(text);
            }
        }
    }
}
