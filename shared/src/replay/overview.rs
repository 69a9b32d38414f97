//! The whole recording at a glance: pages, who is in front when, marks for the timeline, inactive stretches and gaps.

use super::cursor::Cursor;
use super::event::{Event, Mark, Overview, PageOverview, Segment, What};
use crate::recording::{Page, Recording};
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// Milliseconds without input after which a stretch counts as inactive.
pub const INACTIVE_MS: u32 = 5_000;
/// Clicks that make a rage click.
pub const RAGE_CLICKS: usize = 3;
/// Milliseconds within which each of them follows the last.
pub const RAGE_WINDOW_MS: u32 = 1_000;
/// CSS pixels within which each of them lies from the last.
pub const RAGE_RADIUS_PX: u32 = 30;

/// Reads `recording` once from start to end.
pub fn overview(recording: &Recording) -> Overview {
    let mut overview = Overview::default();
    let mut fronts = Vec::new();
    let mut inputs = Vec::new();
    for (number, page) in recording.pages.iter().enumerate() {
        let events = Cursor::new(page).rest();
        let glance = look(page, &events);
        let number = number as u32;
        fronts.push((glance.start_ms, number));
        for event in &events {
            let at_ms = page.offset_ms.saturating_add(event.at);
            if matches!(event.what, What::Visibility { visible: true }) {
                fronts.push((at_ms, number));
            }
            if is_input(&event.what) {
                inputs.push(at_ms);
            }
        }
        overview.gaps.extend(gaps(page, &events, glance.end_ms));
        overview.marks.extend(marks(number, page, &events, &glance));
        overview.duration_ms = overview.duration_ms.max(glance.end_ms);
        overview.pages.push(glance);
    }
    overview.marks.sort_by_key(|mark| mark.at_ms);
    overview.segments = segments(&overview.pages, fronts);
    inputs.sort_unstable();
    overview.inactive = inactive(&inputs, overview.duration_ms);
    overview
}

fn look(page: &Page, events: &[Event]) -> PageOverview {
    let first = events.first().map_or(0, |event| event.at);
    let last_frame = page.frames.last().map_or(0, |frame| frame.at_ms);
    let last = events.iter().map(|event| event.at).max().unwrap_or(0).max(last_frame);
    let mut glance = PageOverview {
        id: page.id.to_string(),
        offset_ms: page.offset_ms,
        start_ms: page.offset_ms.saturating_add(first),
        end_ms: page.offset_ms.saturating_add(last),
        ..PageOverview::default()
    };
    let hello = events.iter().find_map(|event| match &event.what {
        What::Hello { url, title, viewport, tab, .. } => Some((url, title, *viewport, *tab)),
        _ => None,
    });
    if let Some((url, title, viewport, tab)) = hello {
        glance.url.clone_from(url);
        glance.title.clone_from(title);
        glance.viewport = viewport;
        glance.tab = tab;
    }
    glance
}

/// What the visitor did, as against what the page did by itself.
fn is_input(what: &What) -> bool {
    matches!(
        what,
        What::Pointer { .. } | What::Click { .. } | What::Scroll { .. } | What::Input { by_visitor: true, .. }
    )
}

/// A gap lasts to the next checkpoint, or to the page's end.
fn gaps(page: &Page, events: &[Event], end_ms: u32) -> Vec<(u32, u32)> {
    let mut gaps = Vec::new();
    let mut open = None;
    for event in events {
        let at_ms = page.offset_ms.saturating_add(event.at);
        match event.what {
            What::Gap { .. } => drop(open.get_or_insert(at_ms)),
            What::Checkpoint {} => gaps.extend(open.take().map(|start| (start, at_ms))),
            _ => {}
        }
    }
    gaps.extend(open.map(|start| (start, end_ms)));
    gaps
}

fn marks(number: u32, page: &Page, events: &[Event], glance: &PageOverview) -> Vec<Mark> {
    let mut marks = vec![Mark { at_ms: glance.start_ms, page: number, kind: "page", label: glance.url.clone() }];
    let mut clicks: Vec<(u32, i32, i32)> = Vec::new();
    let mut field = None;
    for event in events {
        let (kind, label) = match &event.what {
            What::Click { x, y, text, kind: 0, .. } => {
                let follows = clicks.last().is_some_and(|(at, last_x, last_y)| {
                    event.at.saturating_sub(*at) <= RAGE_WINDOW_MS
                        && x.abs_diff(*last_x) <= RAGE_RADIUS_PX
                        && y.abs_diff(*last_y) <= RAGE_RADIUS_PX
                });
                if !follows {
                    clicks.clear();
                }
                clicks.push((event.at, *x, *y));
                (if clicks.len() == RAGE_CLICKS { "rage" } else { "click" }, text.clone())
            }
            // One mark for a field, not one for each key.
            What::Input { node, by_visitor: true, .. } if field.replace(*node) != Some(*node) => {
                ("input", String::new())
            }
            What::Navigate { url, .. } => ("navigate", url.clone()),
            What::Error { message } => ("error", message.clone()),
            What::Custom { name, .. } => ("event", name.clone()),
            What::Tag { key, .. } => ("tag", key.clone()),
            _ => continue,
        };
        marks.push(Mark { at_ms: page.offset_ms.saturating_add(event.at), page: number, kind, label });
    }
    marks
}

/// Which page is in front: the one that started or came to the front last and has not ended; where all have ended, the
/// one that ended last stays.
fn segments(pages: &[PageOverview], mut fronts: Vec<(u32, u32)>) -> Vec<Segment> {
    fronts.sort_unstable();
    let mut times: Vec<u32> = fronts.iter().map(|(at, _)| *at).chain(pages.iter().map(|page| page.end_ms)).collect();
    times.sort_unstable();
    times.dedup();
    let mut segments: Vec<Segment> = Vec::new();
    for pair in times.windows(2) {
        let (from_ms, to_ms) = (pair[0], pair[1]);
        let came = fronts.iter().rev().filter(|(at, _)| *at <= from_ms).map(|(_, page)| *page);
        let alive = |page: &u32| pages.get(*page as usize).is_some_and(|page| page.end_ms > from_ms);
        let shown = came.clone().find(alive).or_else(|| came.clone().next());
        let Some(page) = shown else { continue };
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
