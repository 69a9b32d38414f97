//! The events of a file, whatever they are wrapped in. In: the file's text. Out: each event's time, kind and data, still as
//! JSON, by time. Parses no data, and does not mind how deep or how long it is.
//!
//! Known wrappings: an array, `{events: […]}`, one event a line; PostHog's export (`{data: {snapshots: […]}}`), its lines
//! (`["window", {…}]`, `{window_id, data: […]}`) and Sentry's segments (arrays in an array). Events of several windows are
//! told apart by `windowId`.

use super::format::lenient;
use super::{NoEvents, Refused};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::HashMap;

/// Wrappings around one another.
const WRAPPINGS_MAX: usize = 6;
/// The last millisecond that a date of JavaScript can have.
const TIME_MAX_MS: f64 = 8.64e15;
/// Longer than any visit: times further apart are not those of one recording.
const SPAN_MAX_MS: u64 = 7 * 24 * 3_600_000;

/// One event.
pub(super) struct Timed<'f> {
    /// Milliseconds since 1970.
    pub(super) at_ms: u64,
    /// `EventType`.
    pub(super) kind: u8,
    /// The browser's window that it is from.
    pub(super) window: u32,
    /// Its place in the file: the first is 1.
    pub(super) number: usize,
    pub(super) data: &'f str,
}

/// What a file holds.
#[derive(Default)]
pub(super) struct Events<'f> {
    /// By time, and at one time as they stand in the file.
    pub(super) list: Vec<Timed<'f>>,
    /// Events that have no time or no kind.
    pub(super) unread: usize,
    windows: HashMap<String, u32>,
    found: usize,
    has_packed: bool,
}

#[derive(Deserialize)]
struct Head<'f> {
    #[serde(rename = "type", default, deserialize_with = "lenient")]
    kind: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    timestamp: Option<f64>,
    #[serde(borrow)]
    data: Option<&'f RawValue>,
    #[serde(borrow)]
    events: Option<&'f RawValue>,
    #[serde(borrow)]
    snapshots: Option<&'f RawValue>,
    #[serde(rename = "windowId", alias = "window_id", borrow)]
    window: Option<&'f RawValue>,
}

/// The events of a file.
pub(super) fn read(file: &[u8]) -> Result<Events<'_>, Refused> {
    let text = std::str::from_utf8(file).map_err(|error| Refused::NotText { byte: error.valid_up_to() })?;
    let mut events = Events::default();
    let text = text.trim_start_matches('\u{feff}');
    for value in serde_json::Deserializer::from_str(text).into_iter::<&RawValue>() {
        let value = value.map_err(|error| Refused::NotJson { line: error.line(), column: error.column() })?;
        events.gather(value.get(), 0, 0);
    }
    events.list.sort_by_key(|event| event.at_ms);
    let (Some(first), Some(last)) = (events.list.first(), events.list.last()) else {
        let why = match events {
            Events { has_packed: true, found: 0, .. } => NoEvents::Packed,
            Events { unread: 1.., .. } => NoEvents::Unreadable,
            _ => NoEvents::Foreign,
        };
        return Err(Refused::NoEvents(why));
    };
    if last.at_ms - first.at_ms > SPAN_MAX_MS {
        return Err(Refused::TooLong { first: first.number, last: last.number });
    }
    Ok(events)
}

impl<'f> Events<'f> {
    fn gather(&mut self, json: &'f str, window: u32, depth: usize) {
        if depth > WRAPPINGS_MAX {
            return;
        }
        match json.as_bytes().first() {
            Some(b'[') => {
                let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(json) else { return };
                // PostHog's lines name the window first.
                let named = items.first().filter(|first| items.len() == 2 && is_string(first.get()));
                let window = named.map_or(window, |name| self.window(name.get()));
                items.iter().for_each(|item| self.gather(item.get(), window, depth + 1));
            }
            Some(b'{') => self.object(json, window, depth),
            // A packed event, or the name of a window.
            Some(b'"') => self.has_packed = true,
            _ => {}
        }
    }

    fn object(&mut self, json: &'f str, window: u32, depth: usize) {
        let Ok(head) = serde_json::from_str::<Head<'f>>(json) else {
            self.found += 1;
            self.unread += 1;
            return;
        };
        let window = head.window.map_or(window, |name| self.window(name.get()));
        let inner = head.events.or(head.snapshots);
        let inner = inner.or(head.data.filter(|_| head.kind.is_none()));
        if let (None, Some(inner)) = (head.kind, inner) {
            return self.gather(inner.get(), window, depth + 1);
        }
        let (Some(kind), number) = (head.kind, self.found + 1) else { return };
        self.found = number;
        let is_time = |time: &f64| (0.0..=TIME_MAX_MS).contains(time);
        match (head.timestamp.filter(is_time), (0.0..=255.0).contains(&kind)) {
            (Some(time), true) => {
                let data = head.data.map_or("null", RawValue::get);
                self.list.push(Timed { at_ms: time as u64, kind: kind as u8, window, number, data });
            }
            _ => self.unread += 1,
        }
    }

    fn window(&mut self, name: &str) -> u32 {
        if name == "null" {
            return 0;
        }
        let next = self.windows.len() as u32;
        *self.windows.entry(name.to_owned()).or_insert(next)
    }
}

fn is_string(json: &str) -> bool {
    json.starts_with('"')
}

/// How deep the arrays and objects of a JSON text are nested.
pub(super) fn nesting(json: &str) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => {
                while let Some(byte) = bytes.next() {
                    match byte {
                        b'"' => break,
                        b'\\' => drop(bytes.next()),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    deepest
}
