//! One page as the Replayer has built it. In: a snapshot of the replay model, then its events. Out: `Meta`,
//! `FullSnapshot` and the incremental events that make the Replayer's page the same. Whatever names a node that the
//! Replayer does not have is passed over.

use super::address;
use super::format::{
    Addition, AttributeChange, Custom, Events, Input, Interacted, Interaction, Kind, MOUSE_MOVE, Meta, Move, Mutation,
    Position, Resize, Scroll, Selected, SelectedRange, TOUCH_MOVE, Values,
};
use super::guard::Guard;
use super::mutation::Steps;
use super::sheets::Sheets;
use super::tree::{Element, Given, Ids, Known, Sent, Tree};
use serde_json::json;
use shared::dom::DOCUMENT;
use shared::replay::{Event, Node, NodeKind, Snapshot, What};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What elements are in, as `record::State` has it: the top layer, there as a modal dialog.
const TOP_LAYER: u32 = 0;
const MODAL: u32 = 1;
/// The end of a text whose length is hidden.
const END: u32 = shared::record::Selection::END;
/// A kind of pointer that is a finger.
const TOUCH: u8 = 1;

/// A page that was built from a snapshot.
pub(super) struct Scene<'s> {
    tree: Tree<'s>,
    sheets: Sheets,
    steps: Steps,
    /// Server time of the page's time 0, in milliseconds since 1970.
    epoch_ms: u64,
    /// Page time of what is gathered.
    at: u32,
    /// Page time after which nothing is shown any more.
    until: u32,
    focus: u32,
    /// Dialogs that are modal.
    modal: BTreeSet<u32>,
    /// The last state of each field, since the Replayer may build a moved one anew.
    inputs: BTreeMap<u32, What>,
    /// Where elements were scrolled to last: a moved one is at its start again.
    scrolls: BTreeMap<u32, (i32, i32)>,
    /// Those of them that were moved and are to be told again.
    moved: Vec<u32>,
    /// From a checkpoint to its end: the tree is being read anew, the one on show stays.
    is_rebuilding: bool,
}

impl<'s> Scene<'s> {
    /// Builds the page of `snapshot`.
    pub(super) fn build(snapshot: &Snapshot, until: u32, epoch_ms: u64, ids: Ids<'s>, events: &mut Events) -> Self {
        let quirks = matches!(snapshot.nodes.first(), Some(Node { what: NodeKind::Document { quirks: true }, .. }));
        let mut scene = Self {
            tree: Tree::new(ids, quirks),
            sheets: Sheets::default(),
            steps: Steps::default(),
            epoch_ms,
            at: snapshot.at,
            until,
            focus: 0,
            modal: BTreeSet::new(),
            inputs: BTreeMap::new(),
            scrolls: BTreeMap::new(),
            moved: Vec::new(),
            is_rebuilding: false,
        };
        let given = given(&snapshot.state);
        for node in snapshot.nodes.iter().filter(|node| node.id != DOCUMENT) {
            let given = given.get(&node.id).copied().unwrap_or_default();
            scene.tree.insert(node.id, node.parent, 0, &node.what, given);
        }
        scene.write_snapshot(snapshot, events);
        scene.scrolls = snapshot.state.iter().filter_map(scroll_of).collect();
        // Jumping back, the Replayer still has the scroll of the page that it leaves.
        let (x, y) = document_scroll(&snapshot.state);
        scene.apply_one(&What::Scroll { node: DOCUMENT, x, y }, events);
        for what in &snapshot.state {
            let is_told = match what {
                What::Sheet { node, .. } => scene.tree.element(*node).is_some_and(|element| element.is("link")),
                What::NaturalSize { .. } | What::Scroll { node: DOCUMENT, .. } => true,
                _ => false,
            };
            if !is_told {
                scene.apply_one(what, events);
            }
        }
        scene.settle(events);
        if let Some((x, y)) = snapshot.pointer {
            scene.point(0, &[(scene.at, x, y)], events);
        }
        scene
    }

    /// Tells what happened. To be settled at the end.
    pub(super) fn apply(&mut self, event: &Event, events: &mut Events) {
        if event.at != self.at {
            self.settle(events);
            self.at = event.at;
        }
        match &event.what {
            What::Checkpoint {} => {
                self.settle(events);
                self.is_rebuilding = true;
            }
            What::CheckpointEnd {} => {}
            // Their nodes are those of the tree that is being read.
            What::Insert { .. }
            | What::Move { .. }
            | What::Remove { .. }
            | What::Attribute { .. }
            | What::Text { .. }
            | What::Input { .. }
            | What::Scroll { .. }
            | What::Focus { .. }
            | What::Sheet { .. }
            | What::Rule { .. }
            | What::Adopted { .. }
            | What::NaturalSize { .. }
            | What::State { .. }
            | What::Media { .. }
            | What::Selection { .. }
            | What::Canvas { .. }
                if self.is_rebuilding => {}
            What::Click { x, y, kind, .. } if self.is_rebuilding => self.click(0, (*x, *y), *kind, events),
            what => self.apply_one(what, events),
        }
    }

    /// Writes what is gathered.
    pub(super) fn settle(&mut self, events: &mut Events) {
        self.write_steps(events);
        if self.sheets.is_waiting() {
            self.sheets.write(&self.tree, self.time(), events);
        }
    }

    fn time(&self) -> u64 {
        self.epoch_ms + u64::from(self.at)
    }

    fn write_steps(&mut self, events: &mut Events) {
        let timestamp = self.time();
        self.steps.write(&self.tree, timestamp, events);
        for node in std::mem::take(&mut self.moved) {
            if let (Some((x, y)), Some(_)) = (self.scrolls.get(&node), self.tree.get(node)) {
                events.push(Kind::Incremental, timestamp, &Scroll::new(self.tree.id(node), *x, *y));
            }
        }
    }

    fn write_snapshot(&mut self, snapshot: &Snapshot, events: &mut Events) {
        let timestamp = self.time();
        let (width, height) = snapshot.viewport;
        events.push(Kind::Meta, timestamp, &Meta { href: &snapshot.url, width, height });
        let guard = Guard::new(&self.tree);
        let (left, top) = document_scroll(&snapshot.state);
        let mut left_out = Default::default();
        events.push_with(Kind::FullSnapshot, timestamp, |json| {
            json.extend_from_slice(b"{\"node\":");
            left_out = self.tree.write(DOCUMENT, Some(&guard), json)?;
            json.extend_from_slice(format!(",\"initialOffset\":{{\"left\":{left},\"top\":{top}}}}}").as_bytes());
            Ok(())
        });
        events.push(Kind::Incremental, timestamp, &guard.removal(&self.tree));
        self.add_deep(&left_out.deep, events);
        self.attach(left_out.documents, events);
    }

    /// Adds what was too deep for a nested tree.
    fn add_deep(&mut self, roots: &[u32], events: &mut Events) {
        for root in roots {
            for id in self.tree.subtree(*root) {
                // A document below comes with its own event.
                if self
                    .tree
                    .get(id)
                    .is_some_and(|known| self.tree.get(*root).is_some_and(|root| root.root == known.root))
                {
                    self.add(id, None);
                }
            }
        }
        self.write_steps(events);
        let documents: Vec<u32> = roots.iter().flat_map(|root| self.documents_below(*root)).collect();
        if !documents.is_empty() {
            self.attach(documents, events);
        }
    }

    fn documents_below(&self, root: u32) -> Vec<u32> {
        let document = self.tree.get(root).map_or(0, |known| known.root);
        let is_next = |id: &u32| {
            let known = self.tree.get(*id);
            known.is_some_and(|known| {
                matches!(known.what, Sent::Document { .. })
                    && self.tree.get(known.parent).is_some_and(|host| host.root == document)
            })
        };
        self.tree.subtree(root).into_iter().filter(is_next).collect()
    }

    /// Shows documents in their iframes, and those inside them.
    fn attach(&mut self, documents: Vec<u32>, events: &mut Events) {
        let mut waiting = documents;
        waiting.reverse();
        while let Some(document) = waiting.pop() {
            let Some((iframe, _)) = self.tree.place(document) else { continue };
            let mut left_out = Default::default();
            events.push_with(Kind::Incremental, self.time(), |json| {
                let head = format!(
                    "{{\"source\":0,\"texts\":[],\"attributes\":[],\"removes\":[],\"isAttachIframe\":true,\"adds\":[{{\"parentId\":{iframe},\"nextId\":null,\"node\":"
                );
                json.extend_from_slice(head.as_bytes());
                left_out = self.tree.write(document, None, json)?;
                json.extend_from_slice(b"}]}");
                Ok(())
            });
            self.add_deep(&left_out.deep, events);
            waiting.extend(left_out.documents.into_iter().rev());
        }
    }

    /// An empty document where one has gone.
    fn blank(&mut self, iframe: u32, events: &mut Events) {
        let node = super::node::Node::new(super::node::What::Document { compat_mode: None }, self.tree.ids.spare());
        let add = Addition { parent_id: self.tree.id(iframe), next_id: None, node: node.alone() };
        events.push(Kind::Incremental, self.time(), &Mutation { adds: vec![add], ..Mutation::default() });
    }

    fn apply_one(&mut self, what: &What, events: &mut Events) {
        match what {
            What::Insert { parent, before, nodes } => return self.insert(*parent, *before, nodes, events),
            What::Move { id, parent, before } => return self.relocate(*id, *parent, *before, events),
            What::Remove { id } => return self.remove(*id, events),
            What::Attribute { id, name, value } => return self.attribute(*id, name, value.as_deref(), events),
            What::NaturalSize { node, width, height } => return self.natural_size(*node, (*width, *height)),
            What::Text { id, value } => return self.text(*id, value),
            What::Sheet { node: 0, sheet, text } => return self.sheets.construct(*sheet, text),
            What::Rule { node: 0, sheet, index, text } => {
                return self.sheets.construct_rule(*sheet, *index, text.as_deref());
            }
            What::Adopted { node, sheets } => return self.sheets.adopt(*node, sheets),
            _ => {}
        }
        // Everything else is told after the tree is as it was then.
        self.write_steps(events);
        let timestamp = self.time();
        match what {
            What::Sheet { node, text, .. } => self.sheet(*node, text, events),
            What::Rule { node, index, text, .. } => self.rule(*node, *index, text.as_deref(), events),
            What::Pointer { kind, points } => self.point_along(*kind, points, events),
            What::Click { node, x, y, kind, .. } => self.click(*node, (*x, *y), *kind, events),
            What::Input { node, .. } => {
                self.input(what, events);
                self.inputs.insert(*node, what.clone());
            }
            What::Scroll { node, x, y } if self.tree.get(*node).is_some() => {
                self.scrolls.insert(*node, (*x, *y));
                events.push(Kind::Incremental, timestamp, &Scroll::new(self.tree.id(*node), *x, *y));
            }
            What::Viewport { width, height } => {
                events.push(Kind::Incremental, timestamp, &Resize::new(*width, *height));
            }
            What::Focus { node } => self.focus(*node, events),
            What::Visibility { visible } => self.custom("visibility", json!({ "visible": visible }), events),
            What::Navigate { url, title } => self.custom("navigate", json!({ "href": url, "title": title }), events),
            What::End { reason } => self.custom("leave", json!({ "reason": reason }), events),
            What::Custom { name, props } => {
                let props: BTreeMap<_, _> = props.iter().map(|(name, value)| (name, value)).collect();
                self.custom("event", json!({ "name": name, "props": props }), events);
            }
            What::Tag { key, value } => self.custom("tag", json!({ "key": key, "value": value }), events),
            What::Error { message } => self.custom("error", json!({ "message": message }), events),
            What::Gap { reason } => self.custom("gap", json!({ "reason": reason }), events),
            What::State { node, state: TOP_LAYER, value } => self.top_layer(*node, *value, events),
            What::Selection { anchor, anchor_offset, focus, focus_offset } => {
                self.selection((*anchor, *anchor_offset), (*focus, *focus_offset), events);
            }
            What::Touch { is_up, points, .. } => self.touch(points, *is_up, events),
            What::Media { node, paused, muted, time_ms, .. } => {
                let payload =
                    json!({ "id": self.tree.id(*node), "paused": paused, "muted": muted, "currentTimeMs": time_ms });
                self.custom("media", payload, events);
            }
            What::Key { name } => self.custom("key", json!({ "name": name }), events),
            What::Clipboard { kind, .. } => self.custom("clipboard", json!({ "kind": kind }), events),
            What::Submit { node, .. } => self.custom("submit", json!({ "id": self.tree.id(*node) }), events),
            What::Dead { node, ago_ms } => {
                self.custom("dead-click", json!({ "id": self.tree.id(*node), "agoMs": ago_ms }), events);
            }
            What::Zoom { x, y, scale_percent } => {
                self.custom("zoom", json!({ "x": x, "y": y, "scalePercent": scale_percent }), events);
            }
            _ => {}
        }
    }

    fn custom(&self, tag: &str, payload: serde_json::Value, events: &mut Events) {
        events.push(Kind::Custom, self.time(), &Custom { tag, payload });
    }

    // The tree.

    fn insert(&mut self, parent: u32, before: u32, nodes: &[Node], events: &mut Events) {
        let mut documents = Vec::new();
        for (number, node) in nodes.iter().enumerate() {
            let (parent, before) = if number == 0 { (parent, before) } else { (node.parent, 0) };
            if matches!(node.what, NodeKind::Moved {}) || self.tree.get(node.id).is_some() {
                self.relocate(node.id, parent, before, events);
                continue;
            }
            // The Replayer stumbles over a second one; the model tells its removal later.
            if let Some(old) = self.tree.only_one(parent, &node.what) {
                self.remove(old, events);
            }
            if !self.tree.insert(node.id, parent, before, &node.what, Given::default()) {
                continue;
            }
            let root = self.tree.get(node.id).map_or(0, |known| known.root);
            match node.what {
                NodeKind::Document { .. } => documents.push(node.id),
                NodeKind::ShadowRoot { .. } => {}
                // Comes with its document.
                _ if documents.contains(&root) => {}
                _ => {
                    if self.steps.block_adds() {
                        self.write_steps(events);
                    }
                    self.add(node.id, self.tree.next(parent, before));
                    self.restyle(parent);
                }
            }
        }
        if !documents.is_empty() {
            self.write_steps(events);
            let hosts = |document: &u32| self.tree.get(*document).map_or(0, |known| known.parent);
            let is_inner =
                |document: &u32| self.tree.get(hosts(document)).is_some_and(|host| documents.contains(&host.root));
            let outer = documents.iter().copied().filter(|document| !is_inner(document)).collect();
            self.attach(outer, events);
        }
    }

    fn add(&mut self, id: u32, next_id: Option<u64>) {
        if let Some((parent_id, _)) = self.tree.place(id) {
            self.steps.add(id, parent_id, next_id);
        }
    }

    fn relocate(&mut self, id: u32, parent: u32, before: u32, events: &mut Events) {
        match self.tree.between(id, parent, before) {
            Some((between, _)) if between.is_empty() => {}
            // An iframe that is moved loses its document. Under one parent the others can go around it instead.
            Some((between, is_on)) if self.tree.has_document(id) => {
                let before = if is_on { id } else { self.tree.after(id) };
                for sibling in between {
                    self.relocate_one(sibling, parent, before, events);
                }
            }
            _ => self.relocate_one(id, parent, before, events),
        }
    }

    fn relocate_one(&mut self, id: u32, parent: u32, before: u32, events: &mut Events) {
        if self.steps.block_adds() {
            self.write_steps(events);
        }
        let from = self.tree.get(id).map_or(0, |known| known.parent);
        if !self.tree.relocate(id, parent, before) {
            return;
        }
        self.add(id, self.tree.next(parent, before));
        self.restyle(from);
        self.restyle(parent);
        // Jumping in time the Replayer may build it anew: its state is told again.
        let below = self.tree.subtree(id);
        for id in &below {
            self.sheets.again(*id);
        }
        let inputs: Vec<What> = below.iter().filter_map(|id| self.inputs.get(id).cloned()).collect();
        self.moved.extend(below.iter().filter(|id| self.scrolls.contains_key(id)));
        if !inputs.is_empty() {
            self.write_steps(events);
            for input in &inputs {
                self.input(input, events);
            }
        }
    }

    fn remove(&mut self, id: u32, events: &mut Events) {
        let Some(Known { parent, what, .. }) = self.tree.get(id) else { return };
        let parent = *parent;
        let is_document = matches!(what, Sent::Document { .. });
        if id == DOCUMENT {
            return;
        }
        if !is_document && !matches!(what, Sent::ShadowRoot) {
            if self.steps.block_removes() {
                self.write_steps(events);
            }
            if let Some((parent_id, is_shadow)) = self.tree.place(id) {
                self.steps.remove(parent_id, self.tree.id(id), is_shadow);
            }
        }
        for gone in self.tree.remove(id) {
            self.modal.remove(&gone);
            self.sheets.forget(gone);
            self.inputs.remove(&gone);
        }
        self.restyle(parent);
        if is_document {
            let rest = self.tree.get(parent).map_or(&[][..], |iframe| &iframe.children);
            let is_document =
                |id: &u32| matches!(self.tree.get(*id).map(|known| &known.what), Some(Sent::Document { .. }));
            if !rest.iter().any(is_document) {
                self.write_steps(events);
                self.blank(parent, events);
            }
        }
    }

    /// The text of a `<style>` changed: the browser reads its rules anew.
    fn restyle(&mut self, parent: u32) {
        if self.tree.element(parent).is_some_and(|element| element.tag == "style") {
            self.sheets.reset(parent);
        }
    }

    fn text(&mut self, id: u32, value: &str) {
        let parent = self.tree.get(id).map_or(0, |known| known.parent);
        if let Some(value) = self.tree.set_text(id, value) {
            self.steps.text(self.tree.id(id), value);
            self.restyle(parent);
        }
    }

    fn attribute(&mut self, id: u32, name: &str, value: Option<&str>, events: &mut Events) {
        // The Replayer can only bring down a dialog that is still open.
        if name == "open" && value.is_none() && self.modal.contains(&id) {
            self.write_steps(events);
            self.top_layer(id, 0, events);
        }
        let Some(element) = self.tree.element_mut(id) else { return };
        let change = change(element, name, |element| {
            let recorded = &mut element.recorded;
            match (value, recorded.iter().position(|(known, _)| known == name)) {
                (Some(value), Some(place)) => {
                    if let Some((_, known)) = recorded.get_mut(place) {
                        value.clone_into(known);
                    }
                }
                (Some(value), None) => recorded.push((name.to_owned(), value.to_owned())),
                (None, Some(place)) => drop(recorded.remove(place)),
                (None, None) => {}
            }
        });
        // A link that becomes a style sheet's would be fetched: it becomes a <style> instead.
        if element.is("link") && !element.is_style && element.owner().is_sheet_link() {
            return self.inline(id, "", events);
        }
        self.steps.attributes((self.tree.id(id), change));
    }

    fn natural_size(&mut self, id: u32, size: (u32, u32)) {
        let Some(element) = self.tree.element_mut(id) else { return };
        let change = change(element, "src", |element| element.natural_size = Some(size));
        self.steps.attributes((self.tree.id(id), change));
    }

    // Style sheets of nodes.

    /// Gives a `<link>` its text. It is told anew: rrweb's own `_cssText` change would also change the event that first
    /// told of the link, and be there already after a jump back.
    fn inline(&mut self, id: u32, text: &str, events: &mut Events) {
        if let Some(element) = self.tree.element_mut(id) {
            element.set_sheet(text);
            self.sheets.reset(id);
            self.renew(id, &[], events);
        }
    }

    /// Tells a subtree anew, as it is now.
    fn renew(&mut self, id: u32, selected: &[u32], events: &mut Events) {
        self.write_steps(events);
        let Some((parent_id, is_shadow)) = self.tree.place(id) else { return };
        let parent = self.tree.get(id).map_or(0, |known| known.parent);
        self.steps.remove(parent_id, self.tree.id(id), is_shadow);
        self.write_steps(events);
        let next_id = self.tree.next(parent, self.tree.after(id));
        for below in self.tree.renew(id, selected) {
            self.add(below, if below == id { next_id } else { None });
        }
        self.write_steps(events);
    }

    fn sheet(&mut self, node: u32, text: &str, events: &mut Events) {
        match self.tree.element(node) {
            Some(element) if element.is("link") => self.inline(node, text, events),
            Some(element) if element.is_style => {
                let timestamp = self.time();
                self.sheets.replace(node, text, &self.tree, timestamp, events);
            }
            _ => {}
        }
    }

    fn rule(&mut self, node: u32, index: u32, text: Option<&str>, events: &mut Events) {
        if self.tree.element(node).is_some_and(|element| element.is("link") && !element.is_style) {
            self.inline(node, "", events);
        }
        // On anything but a <style> the Replayer would stumble.
        if self.tree.element(node).is_some_and(|element| element.is_style) {
            let timestamp = self.time();
            self.sheets.rule((node, index), text, &self.tree, timestamp, events);
        }
    }

    // What the visitor did.

    /// The recorder's points are steps, each from the one before.
    fn point_along(&mut self, kind: u8, steps: &[(u32, i32, i32)], events: &mut Events) {
        let (mut at, mut x, mut y) = (self.at, 0i32, 0i32);
        let mut points = Vec::with_capacity(steps.len());
        for (wait, dx, dy) in steps {
            at = at.saturating_add(*wait);
            x = x.wrapping_add(*dx);
            y = y.wrapping_add(*dy);
            if at <= self.until {
                points.push((at, x, y));
            }
        }
        self.point(kind, &points, events);
    }

    /// The Replayer wants the node under the pointer, and marks it as hovered. Which one that was is not recorded; the
    /// document is always there, and bears no mark.
    fn point(&self, kind: u8, points: &[(u32, i32, i32)], events: &mut Events) {
        let Some((last, ..)) = points.last() else { return };
        let id = self.tree.id(DOCUMENT);
        let position = |(at, x, y): &(u32, i32, i32)| Position {
            x: *x,
            y: *y,
            id,
            time_offset: i64::from(*at) - i64::from(*last),
        };
        let source = if kind == TOUCH { TOUCH_MOVE } else { MOUSE_MOVE };
        let timestamp = self.epoch_ms + u64::from(*last);
        events.push(Kind::Incremental, timestamp, &Move { source, positions: points.iter().map(position).collect() });
    }

    fn click(&self, node: u32, place: (i32, i32), kind: u8, events: &mut Events) {
        let interactions: &[Interaction] = match kind {
            0 => &[Interaction::MouseDown, Interaction::MouseUp, Interaction::Click],
            1 => &[Interaction::DoubleClick],
            2 => &[Interaction::ContextMenu],
            _ => &[Interaction::MouseDown, Interaction::MouseUp],
        };
        let id = self.tree.id(self.in_top_document(node));
        for interaction in interactions {
            events.push(Kind::Incremental, self.time(), &Interacted::new(*interaction, id, Some(place)));
        }
    }

    /// The node, or the iframe of the top document that it is in: places are the window's, and the Replayer adds the
    /// place of a node's own iframe.
    fn in_top_document(&self, node: u32) -> u32 {
        let mut node = node;
        loop {
            match self.tree.get(node) {
                Some(known) if known.root == DOCUMENT && !matches!(known.what, Sent::ShadowRoot) => return node,
                Some(known) if matches!(known.what, Sent::ShadowRoot) => node = known.parent,
                Some(known) => node = self.tree.get(known.root).map_or(0, |document| document.parent),
                None => return DOCUMENT,
            }
        }
    }

    /// rrweb knows of modal dialogs, by an attribute of its own; of popovers and full screen it does not.
    fn top_layer(&mut self, node: u32, value: u32, events: &mut Events) {
        let Some(dialog) = self.tree.element(node).filter(|element| element.is("dialog")) else { return };
        let was_modal = if value == MODAL { !self.modal.insert(node) } else { self.modal.remove(&node) };
        if value != MODAL && !was_modal {
            return;
        }
        let mode = if value == MODAL { "modal" } else { "non-modal" };
        let open = dialog.value("open").map(|open| ("open".to_owned(), Some(open.to_owned())));
        let values: Vec<_> = open.into_iter().chain([("rr_open_mode".to_owned(), Some(mode.to_owned()))]).collect();
        let attributes = vec![AttributeChange { id: self.tree.id(node), attributes: Values(&values) }];
        events.push(Kind::Incremental, self.time(), &Mutation { attributes, ..Mutation::default() });
    }

    /// Places whose length is hidden are the end of what is shown there.
    fn selection(&self, anchor: (u32, u32), focus: (u32, u32), events: &mut Events) {
        let place = |(node, offset): (u32, u32)| {
            let length = self.tree.text(node).encode_utf16().count();
            (self.tree.id(node), if offset == END { length } else { offset as usize })
        };
        let is_known = [anchor, focus].iter().all(|(node, _)| self.tree.get(*node).is_some());
        let (mut start, mut end) = (place(anchor), place(focus));
        if start.0 == end.0 && start.1 > end.1 {
            std::mem::swap(&mut start, &mut end);
        }
        let ranges = if is_known { vec![SelectedRange::new(start, end)] } else { Vec::new() };
        events.push(Kind::Incremental, self.time(), &Selected { source: 14, ranges });
    }

    fn touch(&mut self, steps: &[(u32, i32, i32)], is_up: bool, events: &mut Events) {
        self.point_along(TOUCH, steps, events);
        if is_up {
            let (x, y) =
                steps.iter().fold((0i32, 0i32), |(x, y), (_, dx, dy)| (x.wrapping_add(*dx), y.wrapping_add(*dy)));
            let lifted = Interacted::new(Interaction::TouchEnd, self.tree.id(DOCUMENT), Some((x, y)));
            events.push(Kind::Incremental, self.time(), &lifted);
        }
    }

    fn focus(&mut self, node: u32, events: &mut Events) {
        let (interaction, target) =
            if node == 0 { (Interaction::Blur, self.focus) } else { (Interaction::Focus, node) };
        self.focus = node;
        if self.tree.element(target).is_some() {
            let focus = Interacted::new(interaction, self.tree.id(target), None);
            events.push(Kind::Incremental, self.time(), &focus);
        }
    }

    fn input(&mut self, what: &What, events: &mut Events) {
        let What::Input { node, value, checked, selected, by_visitor } = what else { return };
        self.write_steps(events);
        let Some(element) = self.tree.element(*node) else { return };
        let id = self.tree.id(*node);
        let timestamp = self.time();
        let mut tell = |text: &str, is_checked: bool| {
            events.push(Kind::Incremental, timestamp, &Input::new(id, text, is_checked, *by_visitor));
        };
        if let (true, Some(selected)) = (element.is("select"), selected) {
            let options = self.options(*node);
            let chosen: Vec<&Choice> = selected.iter().filter_map(|index| options.get(*index as usize)).collect();
            let is_first = |choice: &Choice| {
                options.iter().find(|other| other.value == choice.value).is_some_and(|first| first.id == choice.id)
            };
            // rrweb selects one option by its value. Several, or one of equals, are told by the attribute; which counts only
            // as long as nobody has chosen: the select is told anew.
            return match chosen[..] {
                [choice] if is_first(choice) && element.value("multiple").is_none() => tell(&choice.value, false),
                // A value that no option has leaves nothing selected.
                [] => tell("\u{feff}", false),
                _ => {
                    let chosen: Vec<u32> = chosen.iter().map(|choice| choice.id).collect();
                    self.renew(*node, &chosen, events);
                }
            };
        }
        match (value, checked) {
            (None, None) => {}
            (Some(value), checked) => tell(value, checked.unwrap_or(false)),
            // The Replayer sets the value together with the tick: it stays as it is.
            (None, Some(checked)) => tell(element.value("value").unwrap_or("on"), *checked),
        }
    }

    /// The options of a select, by index.
    fn options(&self, select: u32) -> Vec<Choice> {
        let options = self
            .tree
            .subtree(select)
            .into_iter()
            .filter(|id| self.tree.element(*id).is_some_and(|one| one.is("option")));
        let choice = |id| {
            let value = self.tree.element(id).and_then(|option| option.value("value")).map(str::to_owned);
            let text = || self.tree.text(id).split_ascii_whitespace().collect::<Vec<_>>().join(" ");
            Choice { id, value: value.unwrap_or_else(text) }
        };
        options.map(choice).collect()
    }
}

/// An option of a select.
struct Choice {
    id: u32,
    value: String,
}

/// What comes out differently for an attribute after `set`.
fn change(element: &mut Element, name: &str, set: impl FnOnce(&mut Element)) -> Vec<(String, Option<String>)> {
    let told = |element: &Element| {
        let mut out = Vec::new();
        match element.value(name) {
            // What kind of link it is decides about its address.
            _ if name == "rel" && element.is("link") => out = address::translate_all(&element.owner()),
            Some(value) => address::translate(&element.owner(), name, value, &mut out),
            None => {}
        }
        out
    };
    let before = told(element);
    set(element);
    let after = told(element);
    let gone = before.iter().filter(|(name, _)| !after.iter().any(|(known, _)| known == name));
    let mut change: Vec<_> = gone.map(|(name, _)| (name.clone(), None)).collect();
    change.extend(after.into_iter().filter(|new| !before.contains(new)).map(|(name, value)| (name, Some(value))));
    change
}

/// What the state of a snapshot says of elements before they are written.
fn given(state: &[What]) -> HashMap<u32, Given<'_>> {
    let mut all: HashMap<u32, Given<'_>> = HashMap::new();
    for what in state {
        match what {
            What::Sheet { node, sheet: 0, text } => all.entry(*node).or_default().sheet = Some(text),
            What::NaturalSize { node, width, height } => {
                all.entry(*node).or_default().natural_size = Some((*width, *height));
            }
            What::Scroll { node, x, y } => all.entry(*node).or_default().scroll = Some((*x, *y)),
            _ => {}
        }
    }
    all
}

fn scroll_of(what: &What) -> Option<(u32, (i32, i32))> {
    if let What::Scroll { node, x, y } = what { Some((*node, (*x, *y))) } else { None }
}

fn document_scroll(state: &[What]) -> (i32, i32) {
    let of_document = |what: &What| match what {
        What::Scroll { node: DOCUMENT, x, y } => Some((*x, *y)),
        _ => None,
    };
    state.iter().rev().find_map(of_document).unwrap_or_default()
}
