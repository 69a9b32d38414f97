//! rrweb's events as types, and the array that they are written to. In: events in any order of time. Out: JSON, sorted by
//! time. Names and numbers are rrweb's (`@rrweb/types`); never decides what is written.

use super::node::Node;
use serde::Serialize;
use std::ops::Range;

/// `EventType`.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    DomContentLoaded = 0,
    FullSnapshot = 2,
    Incremental = 3,
    Meta = 4,
    Custom = 5,
}

/// `MouseInteractions`.
#[derive(Clone, Copy)]
pub(super) enum Interaction {
    MouseUp = 0,
    MouseDown = 1,
    Click = 2,
    ContextMenu = 3,
    DoubleClick = 4,
    Focus = 5,
    Blur = 6,
    TouchEnd = 9,
}

/// `IncrementalSource.TouchMove`.
pub(super) const TOUCH_MOVE: u8 = 6;
/// `IncrementalSource.MouseMove`.
pub(super) const MOUSE_MOVE: u8 = 1;

#[derive(Serialize)]
pub(super) struct Meta<'a> {
    pub(super) href: &'a str,
    pub(super) width: u32,
    pub(super) height: u32,
}

#[derive(Serialize)]
pub(super) struct Custom<'a, T> {
    pub(super) tag: &'a str,
    pub(super) payload: T,
}

/// What changed in the tree. The Replayer takes removes first, then adds in order, then texts, then attributes.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct Mutation<'a> {
    pub(super) source: u8,
    pub(super) texts: Vec<TextChange<'a>>,
    pub(super) attributes: Vec<AttributeChange<'a>>,
    pub(super) removes: Vec<Removal>,
    pub(super) adds: Vec<Addition<'a>>,
}

#[derive(Serialize)]
pub(super) struct TextChange<'a> {
    pub(super) id: u64,
    pub(super) value: &'a str,
}

#[derive(Serialize)]
pub(super) struct AttributeChange<'a> {
    pub(super) id: u64,
    pub(super) attributes: Values<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Removal {
    pub(super) parent_id: u64,
    pub(super) id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) is_shadow: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Addition<'a> {
    pub(super) parent_id: u64,
    pub(super) next_id: Option<u64>,
    pub(super) node: Node<'a>,
}

/// New values of attributes; `None` removes one.
pub(super) struct Values<'a>(pub(super) &'a [(String, Option<String>)]);

impl Serialize for Values<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

#[derive(Serialize)]
pub(super) struct Move {
    pub(super) source: u8,
    pub(super) positions: Vec<Position>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Position {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) id: u64,
    /// Milliseconds before the event's time, as a negative number.
    pub(super) time_offset: i64,
}

#[derive(Serialize)]
pub(super) struct Interacted {
    pub(super) source: u8,
    #[serde(rename = "type")]
    pub(super) kind: u8,
    pub(super) id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) x: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) y: Option<i32>,
}

impl Interacted {
    pub(super) fn new(kind: Interaction, id: u64, place: Option<(i32, i32)>) -> Self {
        Self { source: 2, kind: kind as u8, id, x: place.map(|(x, _)| x), y: place.map(|(_, y)| y) }
    }
}

#[derive(Serialize)]
pub(super) struct Scroll {
    source: u8,
    id: u64,
    x: i32,
    y: i32,
}

impl Scroll {
    pub(super) fn new(id: u64, x: i32, y: i32) -> Self {
        Self { source: 3, id, x, y }
    }
}

/// What is selected.
#[derive(Serialize)]
pub(super) struct Selected {
    pub(super) source: u8,
    pub(super) ranges: Vec<SelectedRange>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SelectedRange {
    start: u64,
    start_offset: usize,
    end: u64,
    end_offset: usize,
}

impl SelectedRange {
    pub(super) fn new((start, start_offset): (u64, usize), (end, end_offset): (u64, usize)) -> Self {
        Self { start, start_offset, end, end_offset }
    }
}

#[derive(Serialize)]
pub(super) struct Resize {
    source: u8,
    width: u32,
    height: u32,
}

impl Resize {
    pub(super) fn new(width: u32, height: u32) -> Self {
        Self { source: 4, width, height }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Input<'a> {
    source: u8,
    id: u64,
    text: &'a str,
    is_checked: bool,
    user_triggered: bool,
}

impl<'a> Input<'a> {
    pub(super) fn new(id: u64, text: &'a str, is_checked: bool, user_triggered: bool) -> Self {
        Self { source: 5, id, text, is_checked, user_triggered }
    }
}

/// Rules put into the sheet of a node and taken out of it; the Replayer puts in first.
#[derive(Serialize)]
pub(super) struct SheetRules<'a> {
    source: u8,
    id: u64,
    adds: Vec<AddedRule<'a>>,
    removes: Vec<RemovedRule>,
}

impl<'a> SheetRules<'a> {
    pub(super) fn new(id: u64, adds: Vec<AddedRule<'a>>, removes: Vec<RemovedRule>) -> Self {
        Self { source: 8, id, adds, removes }
    }
}

#[derive(Serialize)]
pub(super) struct AddedRule<'a> {
    pub(super) rule: &'a str,
    pub(super) index: usize,
}

#[derive(Serialize)]
pub(super) struct RemovedRule {
    pub(super) index: usize,
}

/// The constructed sheets of a document or of a host's shadow root; `styles` are those not told before.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Adopted<'a> {
    source: u8,
    id: u64,
    style_ids: Vec<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    styles: Vec<Constructed<'a>>,
}

impl<'a> Adopted<'a> {
    pub(super) fn new(id: u64, style_ids: Vec<u64>, styles: Vec<Constructed<'a>>) -> Self {
        Self { source: 15, id, style_ids, styles }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Constructed<'a> {
    pub(super) style_id: u64,
    pub(super) rules: Vec<AddedRule<'a>>,
}

/// The array, while it is written.
#[derive(Default)]
pub(super) struct Events {
    json: Vec<u8>,
    places: Vec<(u64, Range<usize>)>,
    has_snapshot: bool,
}

impl Events {
    /// Appends an event.
    pub(super) fn push(&mut self, kind: Kind, timestamp: u64, data: &impl Serialize) {
        self.push_with(kind, timestamp, |json| serde_json::to_writer(json, data));
    }

    /// Appends an event whose data `write` writes.
    pub(super) fn push_with(
        &mut self,
        kind: Kind,
        timestamp: u64,
        write: impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()>,
    ) {
        let start = self.json.len();
        self.json
            .extend_from_slice(format!("{{\"type\":{},\"timestamp\":{timestamp},\"data\":", kind as u8).as_bytes());
        // Writing to memory does not fail; should it ever, the array stays well formed without this event.
        if write(&mut self.json).is_err() {
            return self.json.truncate(start);
        }
        self.json.push(b'}');
        self.places.push((timestamp, start..self.json.len()));
        self.has_snapshot |= matches!(kind, Kind::FullSnapshot);
    }

    /// Whether there is a full snapshot among them.
    pub(super) fn has_snapshot(&self) -> bool {
        self.has_snapshot
    }

    /// The array as JSON: by time, and at one time in the order of writing.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.places.sort_by_key(|(timestamp, _)| *timestamp);
        let mut array = Vec::with_capacity(self.json.len() + self.places.len() + 2);
        array.push(b'[');
        for (number, (_, place)) in self.places.iter().enumerate() {
            if number > 0 {
                array.push(b',');
            }
            array.extend_from_slice(self.json.get(place.clone()).unwrap_or_default());
        }
        array.push(b']');
        array
    }
}
