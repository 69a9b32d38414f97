//! Records gathered into frames' payloads. In: records with their time. Out: payloads that each fit a frame, in order.
//! Does not seal and does not send.

use crate::dictionary::Dictionary;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use shared::frame::Flags;
use shared::limits::FRAME_TARGET_BYTES;
use shared::record::{self, tag};

/// The records of one frame.
#[derive(Default)]
pub struct Payload {
    /// Records, one after the other.
    pub records: Vec<u8>,
    /// Milliseconds from the page's time 0 that the records count from.
    pub at: u32,
    /// What is in it.
    pub flags: Flags,
}

/// The payload under way and those that are done.
#[derive(Default)]
pub struct Payloads {
    open: Payload,
    done: VecDeque<Payload>,
}

impl Payloads {
    /// The time of a record relative to its payload's start. Call it before the record's body is made, and make the
    /// body from its result: the first record of a payload sets the start.
    pub fn relative(&mut self, at: u32) -> u32 {
        if self.open.records.is_empty() {
            self.open.at = at;
        }
        at.saturating_sub(self.open.at)
    }

    /// Adds a record, after the strings that it may refer to.
    pub fn put(&mut self, dictionary: &mut Dictionary, tag: u32, body: &[u8]) {
        self.put_strings(dictionary);
        record::put_packed(&mut self.open.records, tag, body);
        if self.open.records.len() >= FRAME_TARGET_BYTES {
            self.close();
        }
    }

    fn put_strings(&mut self, dictionary: &mut Dictionary) {
        let open = &mut self.open;
        let done = &mut self.done;
        dictionary.new.take(FRAME_TARGET_BYTES / 2, |body| {
            // Frames after the first of a long batch carry the same start, which `relative` has given out already.
            if open.records.len() + body.len() > FRAME_TARGET_BYTES && !open.records.is_empty() {
                let next = Payload { at: open.at, ..Payload::default() };
                done.push_back(core::mem::replace(open, next));
            }
            record::put_packed(&mut open.records, tag::STRINGS, body);
        });
    }

    /// Marks the payload under way.
    pub fn flag(&mut self, flags: Flags) {
        self.open.flags = self.open.flags.with(flags);
    }

    /// Ends the payload under way, if there is anything in it.
    pub fn close(&mut self) {
        if !self.open.records.is_empty() {
            self.done.push_back(core::mem::take(&mut self.open));
        }
    }

    /// The oldest payload that is done.
    pub fn next(&mut self) -> Option<Payload> {
        self.done.pop_front()
    }
}
