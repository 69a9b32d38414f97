//! What the replay model tells its users: events with their time, and the state of a page at one time. Plain data, shaped
//! for the player (serde) and the exports alike. Field names are the player's, in camel case.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use serde::{Serialize, Serializer};

/// Something that happened on a page.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Milliseconds from the page's time 0.
    pub at: u32,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What happened. `node`, `id`, `parent`, `before` are node ids; `before` 0 is "at the end".
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[allow(missing_docs)]
pub enum What {
    Hello {
        url: String,
        referrer: String,
        title: String,
        language: String,
        viewport: (u32, u32),
        screen: (u32, u32),
        pixel_ratio_percent: u32,
        tab: u32,
        start: u8,
    },
    /// Everything known is void; the page is built anew from the events that follow.
    Checkpoint {},
    CheckpointEnd {},
    /// New nodes, parents before children: the first is inserted, the others name their parent and come in order.
    Insert {
        parent: u32,
        before: u32,
        nodes: Vec<Node>,
    },
    Move {
        id: u32,
        parent: u32,
        before: u32,
    },
    Remove {
        id: u32,
    },
    Attribute {
        id: u32,
        name: String,
        value: Option<String>,
    },
    Text {
        id: u32,
        value: String,
    },
    Pointer {
        kind: u8,
        points: Vec<(u32, i32, i32)>,
    },
    Click {
        node: u32,
        x: i32,
        y: i32,
        kind: u8,
        /// Place inside the element, in thousandths of its width and height.
        within: (u32, u32),
        text: String,
        /// What was clicked, as a selector: `button#pay.primary`.
        target: String,
    },
    Input {
        node: u32,
        value: Option<String>,
        checked: Option<bool>,
        selected: Option<Vec<u32>>,
        by_visitor: bool,
    },
    Scroll {
        node: u32,
        x: i32,
        y: i32,
    },
    Viewport {
        width: u32,
        height: u32,
    },
    Focus {
        node: u32,
    },
    Visibility {
        visible: bool,
    },
    Navigate {
        url: String,
        title: String,
    },
    End {
        reason: u8,
    },
    /// All rules of the sheet of `node`, or of constructed sheet number `sheet`.
    Sheet {
        node: u32,
        sheet: u32,
        text: String,
    },
    /// One rule inserted (`text`) or deleted (none) at `index`.
    Rule {
        node: u32,
        sheet: u32,
        index: u32,
        text: Option<String>,
    },
    Adopted {
        node: u32,
        sheets: Vec<u32>,
    },
    Custom {
        name: String,
        props: Vec<(String, String)>,
    },
    Tag {
        key: String,
        value: String,
    },
    Error {
        message: String,
    },
    /// What follows up to the next checkpoint is unknown.
    Gap {
        reason: u8,
    },
    NaturalSize {
        node: u32,
        width: u32,
        height: u32,
    },
    /// `state` 0 the top layer (`value` 1 modal, 2 popover, 3 full screen), 1 indeterminate, 2 a shadow root not read.
    State {
        node: u32,
        state: u32,
        value: u32,
    },
    Media {
        node: u32,
        paused: bool,
        muted: bool,
        ended: bool,
        time_ms: u32,
        volume_percent: u32,
        rate_percent: u32,
        /// When that was, in milliseconds of the page.
        since_ms: u32,
    },
    Selection {
        anchor: u32,
        anchor_offset: u32,
        focus: u32,
        focus_offset: u32,
    },
    /// A command key: `Ctrl+C`, `Escape`.
    Key {
        name: String,
    },
    /// `kind` 0 copied, 1 cut, 2 pasted.
    Clipboard {
        node: u32,
        kind: u32,
    },
    Submit {
        node: u32,
        by: u32,
        text: String,
    },
    Touch {
        finger: u32,
        is_up: bool,
        points: Vec<(u32, i32, i32)>,
    },
    Zoom {
        x: u32,
        y: u32,
        scale_percent: u32,
    },
    /// Nothing came of the click of so long ago.
    Dead {
        node: u32,
        ago_ms: u32,
    },
    Defined {
        name: String,
        is_defined: bool,
    },
    Font {
        node: u32,
        text: String,
    },
    Source {
        node: u32,
        url: String,
    },
    /// What a canvas showed: a picture file, to be stretched over it.
    Canvas {
        node: u32,
        #[serde(serialize_with = "as_bytes")]
        picture: Arc<[u8]>,
    },
    /// `name` as people know it; `value` in milliseconds, of CLS its score.
    Vital {
        name: &'static str,
        value: f64,
    },
    /// `level` 0 an error, 1 a warning.
    Console {
        level: u8,
        text: String,
    },
}

fn as_bytes<S: Serializer>(bytes: &Arc<[u8]>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_bytes(bytes)
}

/// A node with what it had when it was inserted (or has, in a [`Snapshot`]).
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Node {
    /// Its id in this page.
    pub id: u32,
    /// Whose child it is.
    pub parent: u32,
    /// What it is.
    #[serde(flatten)]
    pub what: NodeKind,
}

/// What a node is.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[allow(missing_docs)]
pub enum NodeKind {
    /// The top document or an iframe's. `quirks`: it has no standards mode.
    Document {
        quirks: bool,
    },
    Doctype {
        name: String,
        public_id: String,
        system_id: String,
    },
    /// `namespace` 0 HTML, 1 SVG, 2 MathML. `blocked`: width and height of a place whose inside was never read.
    Element {
        namespace: u8,
        tag: String,
        attributes: Vec<(String, String)>,
        blocked: Option<(u32, u32)>,
    },
    Text {
        value: String,
    },
    Comment {},
    ShadowRoot {
        closed: bool,
        delegates_focus: bool,
    },
    /// An existing node that moves here with its subtree (only in `Insert`).
    Moved {},
}

/// A page at one time: build it from nothing, then go on with events.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// Milliseconds from the page's time 0.
    pub at: u32,
    /// Parents before children, siblings in order. The first is the top document (id 1). Empty before the first checkpoint.
    pub nodes: Vec<Node>,
    /// `Sheet`s and the `Rule`s after them, `Font`s, then the last of each that stands for long (`Adopted`, `NaturalSize`,
    /// `Source`, `Canvas`, `Input`, `State`, `Scroll`, `Focus`, …): events to apply after the nodes, in this order.
    pub state: Vec<What>,
    /// CSS pixels.
    pub viewport: (u32, u32),
    /// The address at that time.
    pub url: String,
    /// The title at that time.
    pub title: String,
    /// Last place of the pointer.
    pub pointer: Option<(i32, i32)>,
    /// Whether the page is in a gap at that time.
    pub gap: bool,
}

/// What the player shows before playing: the whole recording at a glance. Times are milliseconds from its time 0.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// From the first event to the last.
    pub duration_ms: u32,
    /// Pages by start; the index is the page's number.
    pub pages: Vec<PageOverview>,
    /// Which page is before the visitor's eyes when (tabs): in order, without overlaps or holes between its ends.
    pub segments: Vec<Segment>,
    /// Clicks, rage clicks, inputs, errors, navigations, custom events: marks on the timeline, by time.
    pub marks: Vec<Mark>,
    /// Stretches longer than [`super::INACTIVE_MS`] without anything the visitor did: start, end.
    pub inactive: Vec<(u32, u32)>,
    /// Stretches about which nothing is known: start, end.
    pub gaps: Vec<(u32, u32)>,
}

/// One page at a glance.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct PageOverview {
    /// Hexadecimal page id.
    pub id: String,
    /// Milliseconds from the recording's time 0 to the page's: page time + this = recording time.
    pub offset_ms: u32,
    pub start_ms: u32,
    pub end_ms: u32,
    pub url: String,
    pub title: String,
    pub viewport: (u32, u32),
    pub tab: u32,
}

/// The page shown from `from_ms` to `to_ms`.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Segment {
    pub from_ms: u32,
    pub to_ms: u32,
    pub page: u32,
}

/// A mark on the timeline.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Mark {
    pub at_ms: u32,
    pub page: u32,
    /// `click`, `double`, `rage`, `dead`, `input`, `submit`, `key`, `clipboard`, `media`, `error`, `console`, `vital`, `navigate`, `page`,
    /// `event`, `tag`, `scroll`.
    pub kind: &'static str,
    /// What it says: text clicked, address, name of the event.
    pub label: String,
}
