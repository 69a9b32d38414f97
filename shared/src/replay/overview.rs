//! The whole recording at a glance: pages, who is in front when, marks for the timeline, inactive stretches and gaps.

use super::cursor::Cursor;
use super::event::{Event, Mark, Overview, PageOverview, Segment, What};
use crate::recording::Recording;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Milliseconds without input after which a stretch counts as inactive.
pub const INACTIVE_MS: u32 = 5_000;
/// Clicks that make a rage click.
pub const RAGE_CLICKS: usize = 3;
/// Milliseconds within which each of them follows the last.
pub const RAGE_WINDOW_MS: u32 = 1_000;
/// Milliseconds that may lie between a click and the time that its DEAD record says: a recorder reads the clock for each.
const SAME_CLICK_MS: u32 = 50;
/// Bytes of a mark's label: the timeline shows less, and an address or an error can be long.
const LABEL_MAX_BYTES: usize = 512;
/// What was done with the clipboard.
const CLIPBOARD: [&str; 3] = ["copied", "cut", "pasted"];
/// CSS pixels within which each of them lies from the last.
pub const RAGE_RADIUS_PX: u32 = 30;

/// Reads `recording` once from start to end.
pub fn overview(recording: &Recording) -> Overview {
    let mut overview = Overview::default();
    let mut fronts = Vec::new();
    let mut inputs = Vec::new();
    for (number, page) in recording.pages.iter().enumerate() {
        let mut reading = Reading::new(number as u32, page.offset_ms);
        // One by one: all events of a page together could be many times its bytes.
        Cursor::new(page).each(|event| reading.note(event));
        let last_frame_ms = page.frames.last().map_or(0, |frame| frame.at_ms);
        let glance = reading.end(page.id.to_string(), last_frame_ms);
        overview.duration_ms = overview.duration_ms.max(glance.end_ms);
        overview.pages.push(glance);
        overview.gaps.append(&mut reading.gaps);
        overview.marks.append(&mut reading.marks);
        fronts.append(&mut reading.fronts);
        inputs.append(&mut reading.inputs);
    }
    overview.marks.sort_by_key(|mark| mark.at_ms);
    overview.segments = segments(&overview.pages, fronts);
    inputs.sort_unstable();
    overview.inactive = inactive(&inputs, overview.duration_ms);
    overview
}

/// One page while its events go by. Times are of the recording.
#[derive(Default)]
struct Reading {
    number: u32,
    offset_ms: u32,
    glance: PageOverview,
    start_ms: Option<u32>,
    has_hello: bool,
    /// When the page came to the front, and its number.
    fronts: Vec<(u32, u32)>,
    /// When the visitor did something.
    inputs: Vec<u32>,
    gaps: Vec<(u32, u32)>,
    gap_from_ms: Option<u32>,
    marks: Vec<Mark>,
    /// The last click that a rage click may go on from: when, where, and how many there were.
    click: Option<(u32, i32, i32)>,
    clicks: usize,
    field: Option<u32>,
    /// Which sound or film plays.
    playing: BTreeMap<u32, bool>,
}

impl Reading {
    fn new(number: u32, offset_ms: u32) -> Self {
        Self { number, offset_ms, ..Self::default() }
    }

    fn note(&mut self, event: Event) {
        let at_ms = self.offset_ms.saturating_add(event.at);
        self.start_ms.get_or_insert(at_ms);
        self.glance.end_ms = self.glance.end_ms.max(at_ms);
        if is_input(&event.what) {
            self.inputs.push(at_ms);
        }
        match &event.what {
            What::Hello { url, title, viewport, tab, .. } if !self.has_hello => {
                self.has_hello = true;
                self.glance.url.clone_from(url);
                self.glance.title.clone_from(title);
                self.glance.viewport = *viewport;
                self.glance.tab = *tab;
            }
            What::Dead { ago_ms, .. } => self.dead(at_ms.saturating_sub(*ago_ms)),
            What::Visibility { visible: true } => self.fronts.push((at_ms, self.number)),
            What::Gap { .. } => drop(self.gap_from_ms.get_or_insert(at_ms)),
            // A gap lasts to the next checkpoint, or to the page's end.
            What::Checkpoint {} => self.gaps.extend(self.gap_from_ms.take().map(|start| (start, at_ms))),
            _ => {}
        }
        if let Some((kind, mut label)) = self.mark(at_ms, event.what) {
            if label.len() > LABEL_MAX_BYTES {
                label.truncate(label.floor_char_boundary(LABEL_MAX_BYTES));
                label.shrink_to_fit();
            }
            self.marks.push(Mark { at_ms, page: self.number, kind, label });
        }
    }

    /// Nothing came of the click of that time.
    fn dead(&mut self, clicked_ms: u32) {
        let marks =
            self.marks.iter_mut().rev().take_while(|mark| mark.at_ms.saturating_add(SAME_CLICK_MS) >= clicked_ms);
        let clicks = marks.filter(|mark| mark.kind == "click" && mark.at_ms.abs_diff(clicked_ms) <= SAME_CLICK_MS);
        if let Some(click) = clicks.min_by_key(|mark| mark.at_ms.abs_diff(clicked_ms)) {
            click.kind = "dead";
        }
    }

    fn mark(&mut self, at_ms: u32, what: What) -> Option<(&'static str, String)> {
        Some(match what {
            What::Click { x, y, text, kind: 0, .. } => {
                let follows = self.click.is_some_and(|(at, last_x, last_y)| {
                    at_ms.saturating_sub(at) <= RAGE_WINDOW_MS
                        && x.abs_diff(last_x) <= RAGE_RADIUS_PX
                        && y.abs_diff(last_y) <= RAGE_RADIUS_PX
                });
                self.click = Some((at_ms, x, y));
                self.clicks = if follows { self.clicks + 1 } else { 1 };
                (if self.clicks == RAGE_CLICKS { "rage" } else { "click" }, text)
            }
            What::Click { text, kind: 1, .. } => ("double", text),
            What::Submit { text, .. } => ("submit", text),
            What::Key { name } => ("key", name),
            What::Clipboard { kind, .. } => {
                ("clipboard", CLIPBOARD.get(kind as usize).copied().unwrap_or_default().to_string())
            }
            What::Media { node, paused, ended, .. } => {
                let is_playing = !paused && !ended;
                if self.playing.insert(node, is_playing).unwrap_or(false) == is_playing {
                    return None;
                }
                ("media", (if is_playing { "plays" } else { "stops" }).to_string())
            }
            // One mark for a field, not one for each key.
            What::Input { node, by_visitor: true, .. } if self.field.replace(node) != Some(node) => {
                ("input", String::new())
            }
            What::Navigate { url, .. } => ("navigate", url),
            What::Error { message } => ("error", message),
            What::Console { text, .. } => ("console", text),
            What::Vital { name: "CLS", value } => ("vital", format!("CLS {value:.3}")),
            What::Vital { name, value } => ("vital", format!("{name} {value:.0} ms")),
            What::Custom { name, .. } => ("event", name),
            What::Tag { key, .. } => ("tag", key),
            _ => return None,
        })
    }

    /// The page at a glance, after its last event.
    fn end(&mut self, id: String, last_frame_ms: u32) -> PageOverview {
        let mut glance = core::mem::take(&mut self.glance);
        glance.id = id;
        glance.offset_ms = self.offset_ms;
        glance.start_ms = self.start_ms.unwrap_or(self.offset_ms);
        glance.end_ms = glance.end_ms.max(self.offset_ms.saturating_add(last_frame_ms));
        self.fronts.push((glance.start_ms, self.number));
        self.gaps.extend(self.gap_from_ms.map(|start| (start, glance.end_ms)));
        let label = glance.url.clone();
        self.marks.insert(0, Mark { at_ms: glance.start_ms, page: self.number, kind: "page", label });
        glance
    }
}

/// What the visitor did, as against what the page did by itself.
fn is_input(what: &What) -> bool {
    matches!(
        what,
        What::Pointer { .. }
            | What::Click { .. }
            | What::Scroll { .. }
            | What::Input { by_visitor: true, .. }
            | What::Touch { .. }
            | What::Key { .. }
            | What::Clipboard { .. }
            | What::Submit { .. }
    )
}

/// Which page is in front: the one that started or came to the front last and has not ended; where all have ended, the
/// one that ended last stays.
fn segments(pages: &[PageOverview], mut fronts: Vec<(u32, u32)>) -> Vec<Segment> {
    fronts.sort_unstable();
    let mut times: Vec<u32> = fronts.iter().map(|(at, _)| *at).chain(pages.iter().map(|page| page.end_ms)).collect();
    times.sort_unstable();
    times.dedup();
    let mut coming = fronts.iter().peekable();
    // Pages that came to the front, the last of them on top. One that has ended never comes back.
    let mut came: Vec<u32> = Vec::new();
    let mut came_last = None;
    let mut segments: Vec<Segment> = Vec::new();
    for pair in times.windows(2) {
        let (from_ms, to_ms) = (pair[0], pair[1]);
        while let Some((_, page)) = coming.next_if(|(at, _)| *at <= from_ms) {
            came.push(*page);
            came_last = Some(*page);
        }
        let has_ended = |page: &mut u32| pages.get(*page as usize).is_none_or(|page| page.end_ms <= from_ms);
        while came.pop_if(has_ended).is_some() {}
        let shown_before = segments.last().map(|last| last.page);
        let Some(page) = came.last().copied().or(shown_before).or(came_last) else { continue };
        match segments.last_mut() {
            Some(last) if last.page == page => last.to_ms = to_ms,
            _ => segments.push(Segment { from_ms, to_ms, page }),
        }
    }
    if segments.is_empty() && !pages.is_empty() {
        segments.push(Segment { from_ms: pages[0].start_ms, to_ms: pages[0].end_ms, page: 0 });
    }
    segments
}

fn inactive(inputs: &[u32], duration_ms: u32) -> Vec<(u32, u32)> {
    let edges: Vec<u32> = [0].into_iter().chain(inputs.iter().copied()).chain([duration_ms]).collect();
    let pairs = edges.windows(2).map(|pair| (pair[0], pair[1]));
    pairs.filter(|(start, end)| end.saturating_sub(*start) > INACTIVE_MS).collect()
}
