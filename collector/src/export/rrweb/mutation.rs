//! Steps of the tree, gathered into rrweb's mutation events. In: steps in their order. Out: as few events as keep that
//! order, because the Replayer takes an event's removes first, then its adds, then texts and attributes.

use super::format::{Addition, AttributeChange, Events, Kind, Mutation, Removal, TextChange, Values};
use super::tree::Tree;

/// A node's new attributes; `None` removes one.
pub(super) type Change = (u64, Vec<(String, Option<String>)>);

/// Steps that are not written yet.
#[derive(Default)]
pub(super) struct Steps {
    removes: Vec<Removal>,
    /// Node, parent, next.
    adds: Vec<(u32, u64, Option<u64>)>,
    texts: Vec<(u64, String)>,
    attributes: Vec<Change>,
}

impl Steps {
    fn has_changes(&self) -> bool {
        !self.texts.is_empty() || !self.attributes.is_empty()
    }

    /// Whether a removal has to wait for what is gathered.
    pub(super) fn block_removes(&self) -> bool {
        !self.adds.is_empty() || self.has_changes()
    }

    /// Whether an addition has to wait for what is gathered: a repeated node must be as it was when it was told.
    pub(super) fn block_adds(&self) -> bool {
        self.has_changes()
    }

    pub(super) fn remove(&mut self, parent_id: u64, id: u64, is_shadow: Option<bool>) {
        self.removes.push(Removal { parent_id, id, is_shadow });
    }

    pub(super) fn add(&mut self, id: u32, parent_id: u64, next_id: Option<u64>) {
        self.adds.push((id, parent_id, next_id));
    }

    pub(super) fn text(&mut self, id: u64, value: String) {
        self.texts.push((id, value));
    }

    pub(super) fn attributes(&mut self, change: Change) {
        if !change.1.is_empty() {
            self.attributes.push(change);
        }
    }

    /// Writes what is gathered as one event.
    pub(super) fn write(&mut self, tree: &Tree<'_>, timestamp: u64, events: &mut Events) {
        if self.removes.is_empty() && !self.block_removes() {
            return;
        }
        let steps = std::mem::take(self);
        let add = |(id, parent_id, next_id): &(u32, u64, Option<u64>)| {
            Some(Addition { parent_id: *parent_id, next_id: *next_id, node: tree.node(*id)?.alone() })
        };
        let mutation = Mutation {
            source: 0,
            texts: steps.texts.iter().map(|(id, value)| TextChange { id: *id, value }).collect(),
            attributes: steps
                .attributes
                .iter()
                .map(|(id, values)| AttributeChange { id: *id, attributes: Values(values) })
                .collect(),
            removes: steps.removes,
            adds: steps.adds.iter().filter_map(add).collect(),
        };
        events.push(Kind::Incremental, timestamp, &mutation);
    }
}
