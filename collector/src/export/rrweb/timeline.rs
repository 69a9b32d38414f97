//! Which page the export shows when. In: a recording. Out: its events: page after page as they were in front, each from a
//! full snapshot on, with another one at every later checkpoint.

use super::format::{Custom, Events, Kind};
use super::scene::Scene;
use super::tree::Ids;
use serde_json::json;
use shared::recording::{Page, Recording};
use shared::replay::{Cursor, Event, Segment, Snapshot, What, overview};
use std::cell::Cell;

/// Numbers from here on belong to no page. A JavaScript number holds them exactly.
const FIRST_SPARE: u64 = 1 << 48;

/// All events of a recording.
pub(super) fn events(recording: &Recording) -> Events {
    let mut events = Events::default();
    let spare = Cell::new(FIRST_SPARE);
    let overview = overview(recording);
    // The Replayer counts from the first event: without this one, from the first snapshot.
    events.push(Kind::DomContentLoaded, recording.started_at_ms, &json!({}));
    let mut films = Vec::with_capacity(recording.pages.len());
    let mut base = 0;
    for page in &recording.pages {
        let film = Film::new(page, Ids { base, spare: &spare });
        base += film.last_id + 1;
        films.push(film);
    }
    for Segment { from_ms, to_ms, page } in overview.segments {
        if let Some(film) = films.get_mut(page as usize) {
            film.show(recording.started_at_ms, from_ms, to_ms, &mut events);
        }
    }
    let end_ms = recording.started_at_ms + u64::from(overview.duration_ms);
    if !events.has_snapshot() {
        let ids = Ids { base: 0, spare: &spare };
        Scene::build(&Snapshot::default(), 0, recording.started_at_ms, ids, &mut events);
    }
    // Jumping to a time, the Replayer applies what was before it: with this one the end has all.
    events.push(Kind::Custom, end_ms + 1, &Custom { tag: "end", payload: json!({}) });
    events
}

/// One page, to be shown in one or more stretches.
struct Film<'s> {
    cursor: Cursor,
    offset_ms: u32,
    ids: Ids<'s>,
    last_id: u64,
    /// Start and end of each checkpoint, page time. One that never ended is taken as it was at the page's end.
    checkpoints: Vec<(u32, u32)>,
}

impl<'s> Film<'s> {
    fn new(page: &Page, ids: Ids<'s>) -> Self {
        let events = Cursor::new(page).rest();
        let last_at = events.iter().map(|event| event.at).max().unwrap_or(0);
        let mut checkpoints = Vec::new();
        let mut last_id = 1;
        let mut is_open = false;
        for Event { at, what } in &events {
            match what {
                What::Checkpoint {} => {
                    checkpoints.push((*at, last_at));
                    is_open = true;
                }
                What::CheckpointEnd {} if is_open => {
                    if let Some((_, end)) = checkpoints.last_mut() {
                        *end = *at;
                    }
                    is_open = false;
                }
                What::Insert { nodes, .. } => {
                    last_id = nodes.iter().map(|node| u64::from(node.id)).max().unwrap_or(0).max(last_id);
                }
                _ => {}
            }
        }
        Self { cursor: Cursor::new(page), offset_ms: page.offset_ms, ids, last_id, checkpoints }
    }

    /// The moments of full snapshots between two page times.
    fn snapshots(&self, from: u32, until: u32) -> Vec<u32> {
        let last = self.checkpoints.iter().rev().find(|(start, _)| *start <= from);
        let first = last.filter(|(_, end)| *end <= from).map(|_| from);
        let later = self.checkpoints.iter().map(|(_, end)| *end).filter(|end| *end > from && *end <= until);
        let mut moments: Vec<u32> = first.into_iter().chain(later).collect();
        moments.sort_unstable();
        moments.dedup();
        moments
    }

    /// Shows the page between two times of the recording.
    fn show(&mut self, started_at_ms: u64, from_ms: u32, to_ms: u32, events: &mut Events) {
        let from = from_ms.saturating_sub(self.offset_ms);
        let until = to_ms.saturating_sub(self.offset_ms);
        let epoch_ms = started_at_ms + u64::from(self.offset_ms);
        let moments = self.snapshots(from, until);
        for (number, moment) in moments.iter().enumerate() {
            // Up to the next snapshot, which holds what happened at its own time.
            let end = moments.get(number + 1).map_or(until, |next| next - 1);
            let snapshot = self.cursor.seek(*moment);
            if snapshot.nodes.is_empty() {
                continue;
            }
            let mut scene = Scene::build(&snapshot, end, epoch_ms, self.ids, events);
            for event in self.cursor.next(end) {
                scene.apply(&event, events);
            }
            scene.settle(events);
        }
    }
}
