//! A recording made by rrweb, or exported as rrweb JSON, becomes one of ours.
//!
//! ```text
//! file → events (by time, still JSON) → format (one event's data) → page ┬ tree → telling (DOM records, masked)  ┐
//!                                                                        └ custom, attributes, style, …          ┴ writer → frames
//! ```
//! In: the file, the site's rules and selectors. Out: a recording, whose id is made of the file's bytes: the same file is
//! the same recording. Every text is masked at the level of its place before a record has it. Written against rrweb 2.1.6;
//! the events of version 1 and of the 2.0 alphas, of PostHog and of Sentry are the same but for their wrapping.
//!
//! **Pages.** A `Meta` event with another address, or a `DomContentLoaded`, makes the next full snapshot a new page;
//! otherwise it is a checkpoint. Windows have pages of their own.
//!
//! **Taken over as nothing:** what no recording of ours has: pixels (`rr_dataURL`, canvas commands), plugins' events,
//! console lines; rules inside other rules that scripts changed, and declarations set on rules; a pointer's place inside an
//! iframe is taken for the window's. Events that cannot be read are left out and counted.

mod attributes;
mod custom;
mod events;
mod format;
mod marker;
mod page;
mod style;
mod telling;
mod tree;
mod work;
mod writer;

pub use marker::Marker;

use format::parse;
use page::{Means, Page};
use sha2::{Digest, Sha256};
use shared::ids::{PageId, RecordingId};
use shared::mask::Rules;
use shared::recording::Recording;
use std::collections::BTreeMap;
use work::Work;

/// Arrays and objects around each other in one event; a level of the page takes two. Parsers of HTML stop at 512 levels.
const NESTING_MAX: usize = 8192;
/// For reading that deep.
const STACK_BYTES: usize = 256 << 20;

/// `EventType`.
mod event_type {
    pub(super) const DOM_CONTENT_LOADED: u8 = 0;
    pub(super) const FULL_SNAPSHOT: u8 = 2;
    pub(super) const INCREMENTAL: u8 = 3;
    pub(super) const META: u8 = 4;
    pub(super) const CUSTOM: u8 = 5;
}

/// A file that was read.
#[derive(Debug)]
pub struct Read {
    /// What it holds.
    pub recording: Recording,
    /// Events that could not be read.
    pub skipped: usize,
}

/// Why there is no event in a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoEvents {
    /// Nothing looks like one.
    #[error("expected an array of events, an object with `events`, or one event a line")]
    Foreign,
    /// There are some, without a time or a kind.
    #[error("none of its events has both a `type` and a `timestamp`")]
    Unreadable,
    /// They are strings.
    #[error("its events are packed, unpack them first (rrweb's `unpack`)")]
    Packed,
}

/// Why a file cannot be taken in.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// Not UTF-8.
    #[error("the file is neither a Revisit recording nor text: byte {byte} begins no character of UTF-8")]
    NotText {
        /// Where.
        byte: usize,
    },
    /// Not JSON.
    #[error("the file is neither a Revisit recording nor JSON: see line {line}, column {column}")]
    NotJson {
        /// Where.
        line: usize,
        /// Where.
        column: usize,
    },
    /// No event is in it.
    #[error("the file holds no rrweb recording: {0}")]
    NoEvents(NoEvents),
    /// Nothing to start from.
    #[error("the file holds no full snapshot (an event of type 2), so there is nothing to show")]
    NoSnapshot,
    /// A full snapshot that is none.
    #[error("event {number}, a full snapshot, cannot be read{}", if *.is_packed { ": its data is compressed" } else { "" })]
    Snapshot {
        /// Its place in the file.
        number: usize,
        /// Whether a string stands in its place.
        is_packed: bool,
    },
    /// Too deep.
    #[error("event {number} is nested more than {NESTING_MAX} levels deep")]
    TooDeep {
        /// Its place in the file.
        number: usize,
    },
    /// Days.
    #[error("events {first} and {last} are more than a week apart: their times are not those of one visit")]
    TooLong {
        /// The earliest.
        first: usize,
        /// The latest.
        last: usize,
    },
    /// More than a page may hold, or than reading may cost.
    #[error("the page is too big, or changes too much, at event {number}")]
    TooMuch {
        /// Its place in the file.
        number: usize,
    },
    /// More nodes than a page may hold.
    #[error("a page of the recording has too many elements and texts")]
    TooManyNodes,
    /// The site hides by a selector that is not understood here.
    #[error("the site's setting hides `{0}`, a selector that cannot be applied to an imported recording")]
    Selector(String),
    /// No thread to read it on.
    #[error("there is not enough memory to read the file now")]
    Memory,
    /// Reading it went wrong.
    #[error("reading the file failed: this is a mistake of this program, not of the file")]
    Failed,
}

/// Reads a file.
pub fn read(file: &[u8], rules: &Rules, marker: &Marker) -> Result<Read, Refused> {
    // The page decides how deep the JSON is: a thread with a stack for that.
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().stack_size(STACK_BYTES);
        let running = reader.spawn_scoped(scope, || read_events(file, rules, marker)).map_err(|_| Refused::Memory)?;
        running.join().map_err(|_| Refused::Failed)?
    })
}

/// One window of the browser.
#[derive(Default)]
struct Window {
    page: Option<Page>,
    meta: Option<format::Meta>,
    /// Whether a document was loaded since the last snapshot.
    is_loaded: bool,
}

fn read_events(file: &[u8], rules: &Rules, marker: &Marker) -> Result<Read, Refused> {
    let events = events::read(file)?;
    let mut skipped = events.unread;
    let mut work = Work::new();
    let mut windows: BTreeMap<u32, Window> = BTreeMap::new();
    let mut pages = Vec::new();
    let started_at_ms = events.list.first().map_or(0, |event| event.at_ms);
    for event in &events.list {
        work.earn(event.number, event.data.len());
        if events::nesting(event.data) > NESTING_MAX {
            return Err(Refused::TooDeep { number: event.number });
        }
        let window = windows.entry(event.window).or_default();
        let mut means = Means { rules, marker, work: &mut work };
        if !window.take(event, &mut means, &mut pages)? {
            skipped += 1;
        }
    }
    pages.extend(windows.into_values().filter_map(|window| window.page));
    if pages.is_empty() {
        return Err(Refused::NoSnapshot);
    }
    pages.sort_by_key(|page| page.start_ms);
    let hash = Sha256::digest(file);
    let id = RecordingId(first_bytes(&hash));
    let page = |(number, page): (usize, Page)| {
        let hash = Sha256::new().chain_update(hash).chain_update(number.to_le_bytes()).finalize();
        page.finish(PageId(first_bytes(&hash)), started_at_ms)
    };
    let pages = pages.into_iter().enumerate().map(page).collect();
    Ok(Read { recording: Recording { id, started_at_ms, pages }, skipped })
}

fn first_bytes<const N: usize>(hash: &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.iter_mut().zip(hash).for_each(|(byte, of_hash)| *byte = *of_hash);
    bytes
}

impl Window {
    /// Takes an event in. `false` when it cannot be read.
    fn take(
        &mut self,
        event: &events::Timed<'_>,
        means: &mut Means<'_>,
        pages: &mut Vec<Page>,
    ) -> Result<bool, Refused> {
        let is_read = match (event.kind, &mut self.page) {
            (event_type::DOM_CONTENT_LOADED, _) => {
                self.is_loaded = true;
                true
            }
            (event_type::META, _) => {
                self.meta = parse(event.data).or(self.meta.take());
                self.meta.is_some()
            }
            (event_type::FULL_SNAPSHOT, _) => {
                self.snapshot(event, means, pages)?;
                true
            }
            (event_type::INCREMENTAL, Some(page)) => page.incremental(event.at_ms, event.data, means)?,
            (event_type::CUSTOM, Some(page)) => page.custom(event.at_ms, event.data, means),
            // Before the first snapshot there is nothing that could change; other kinds say nothing about the page.
            _ => true,
        };
        if let Some(page) = &self.page {
            page.check(event.number)?;
        }
        Ok(is_read)
    }

    fn snapshot(
        &mut self,
        event: &events::Timed<'_>,
        means: &mut Means<'_>,
        pages: &mut Vec<Page>,
    ) -> Result<(), Refused> {
        let unread = Refused::Snapshot { number: event.number, is_packed: event.data.starts_with('"') };
        let snapshot: format::FullSnapshot = parse(event.data).ok_or(unread)?;
        let meta = self.meta.take();
        let is_loaded = std::mem::take(&mut self.is_loaded);
        let goes_on = |page: &Page| !is_loaded && meta.as_ref().is_none_or(|meta| meta.href == page.href);
        let mut page = match self.page.take() {
            Some(page) if goes_on(&page) => page,
            before => {
                pages.extend(before);
                let size = |size: Option<f64>| attributes::count(size);
                let (href, viewport) = meta
                    .as_ref()
                    .map_or_else(Default::default, |meta| (meta.href.clone(), (size(meta.width), size(meta.height))));
                Page::new(event.at_ms, event.window, href, viewport)
            }
        };
        if let Some(meta) = meta {
            page.resize(event.at_ms, meta.width, meta.height);
        }
        page.snapshot(event.at_ms, snapshot, means)?;
        self.page = Some(page);
        Ok(())
    }
}
