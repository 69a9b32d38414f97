//! Records into frames. In: masked strings and records by page time. Out: the frames of one page, as the recorder would
//! have sent them. Takes no text but [`Masked`].

use super::Refused;
use serde::Serialize;
use shared::frame::Flags;
use shared::ids::PageSeq;
use shared::limits::{FRAME_TARGET_BYTES, NODES_MAX, RECORDING_MAX_BYTES};
use shared::mask::Masked;
use shared::record::{self, tag};
use shared::recording::PageFrame;
use shared::strings::{Kind, NewStrings, StringRef};
use std::collections::HashMap;

/// An element as the dictionary keeps it: namespace, tag, attributes.
pub(super) type Shape = (u8, StringRef, Vec<(StringRef, StringRef)>);

/// The records of one page so far.
#[derive(Default)]
pub(super) struct Writer {
    frames: Vec<PageFrame>,
    /// What the frame under way counts from.
    base_ms: u32,
    payload: Vec<u8>,
    flags: Flags,
    bytes: usize,
    strings: NewStrings,
    numbers: HashMap<(u8, Box<str>), StringRef>,
    shapes: HashMap<Shape, u32>,
}

impl Writer {
    /// An empty page.
    pub(super) fn new() -> Self {
        Self { strings: NewStrings::starting_at(1), ..Self::default() }
    }

    /// The dictionary's number of a string.
    pub(super) fn string(&mut self, kind: Kind, text: &Masked<'_>) -> StringRef {
        if text.as_str().is_empty() {
            return 0;
        }
        let key = (kind as u8, Box::from(text.as_str()));
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = self.strings.push(kind, text);
        self.numbers.insert(key, number);
        number
    }

    /// The number of a shape, and whether it is new.
    pub(super) fn shape(&mut self, shape: Shape) -> (u32, bool) {
        let next = self.shapes.len() as u32;
        let number = *self.shapes.entry(shape).or_insert(next);
        (number, number == next)
    }

    /// The time of a record, as the frame under way counts it.
    pub(super) fn at(&mut self, at_ms: u32) -> u32 {
        if self.payload.len() >= FRAME_TARGET_BYTES {
            self.close();
        }
        if self.payload.is_empty() {
            self.base_ms = at_ms;
        }
        at_ms.saturating_sub(self.base_ms)
    }

    /// Writes a record; `body` gets the time as the frame counts it.
    pub(super) fn put<T: Serialize>(&mut self, at_ms: u32, tag: u32, body: impl FnOnce(u32) -> T) {
        let at = self.at(at_ms);
        self.put_strings();
        record::put(&mut self.payload, tag, &body(at));
    }

    /// Writes a record whose body is packed already, with the time that [`Writer::at`] gave.
    pub(super) fn put_packed(&mut self, tag: u32, body: &[u8]) {
        self.put_strings();
        record::put_packed(&mut self.payload, tag, body);
    }

    /// Everything said so far is void.
    pub(super) fn checkpoint(&mut self, at_ms: u32) {
        self.put(at_ms, tag::CHECKPOINT, |at| record::Checkpoint { at });
        self.flags = self.flags.with(Flags::CHECKPOINT);
        self.strings = NewStrings::starting_at(1);
        self.numbers.clear();
        self.shapes.clear();
    }

    /// Whether there is room for more: what is hidden may be longer than what was said.
    pub(super) fn check(&self, number: usize) -> Result<(), Refused> {
        let is_full = self.bytes + self.payload.len() > RECORDING_MAX_BYTES || self.numbers.len() >= NODES_MAX;
        if is_full { Err(Refused::TooMuch { number }) } else { Ok(()) }
    }

    /// The page's frames.
    pub(super) fn finish(mut self) -> Vec<PageFrame> {
        self.close();
        self.frames
    }

    fn put_strings(&mut self) {
        let payload = &mut self.payload;
        self.strings.take(FRAME_TARGET_BYTES, |body| record::put_packed(payload, tag::STRINGS, body));
    }

    fn close(&mut self) {
        if self.payload.is_empty() {
            return;
        }
        let payload = std::mem::take(&mut self.payload);
        self.bytes += payload.len();
        let seq = PageSeq(self.frames.len() as u32);
        let flags = std::mem::take(&mut self.flags);
        self.frames.push(PageFrame { seq, flags, at_ms: self.base_ms, payload });
    }
}
