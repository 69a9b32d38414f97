//! Records gathered into frames' payloads. In: records with their time, strings. Out: payloads that each fit a frame, in
//! order; the strings as words (`shared::phrases`). Does not seal and does not send.

use crate::dictionary::Dictionary;
use crate::table::{Hash, Table};
use alloc::vec::Vec;
use shared::frame::Flags;
use shared::limits::FRAME_TARGET_BYTES;
use shared::phrases;
use shared::record::{self, tag};
use shared::strings::CONTINUED;
use shared::varint;

/// UTF-8 bytes of one piece of a string at most.
const PIECE_MAX_BYTES: usize = 12 << 10;

/// Bytes up to which a payload with a click grows. A page that is left sends such frames first, and all of them must fit.
const CLICK_TARGET_BYTES: usize = 2 << 10;

/// The records of one frame.
pub struct Payload {
    /// Records, one after the other.
    pub records: Vec<u8>,
    /// Milliseconds from the page's time 0 that the records count from.
    pub at: u32,
    /// What is in it.
    pub flags: Flags,
}

impl Payload {
    /// No records.
    pub const fn new() -> Self {
        Self { records: Vec::new(), at: 0, flags: Flags(0) }
    }
}

/// The payload under way and those that are done.
pub struct Payloads {
    open: Payload,
    done: Vec<Payload>,
    /// How many of them are empty, because they were taken.
    taken: usize,
    /// There is a click in the payload under way.
    clicked: bool,
    /// Words of the payload under way.
    words: Table,
    /// The record of strings under way.
    phrases: Vec<u8>,
}

impl Payloads {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self {
            open: Payload::new(),
            done: Vec::new(),
            taken: 0,
            clicked: false,
            words: Table::new(),
            phrases: Vec::new(),
        }
    }

    /// Whether nothing is in the payload under way.
    pub fn is_empty(&self) -> bool {
        self.open.records.is_empty()
    }

    /// The time of a record relative to its payload's start. Call it before the record's body is made, and make the
    /// body from its result: the first record of a payload sets the start.
    pub fn relative(&mut self, at: u32) -> u32 {
        if self.is_empty() {
            self.open.at = at;
        }
        at.saturating_sub(self.open.at)
    }

    /// Adds a record, after the strings that it may refer to.
    pub fn put(&mut self, dictionary: &mut Dictionary, tag: u32, body: &[u8], flags: Flags) {
        let is_click = tag == tag::CLICK;
        let room = if is_click || self.clicked { CLICK_TARGET_BYTES } else { usize::MAX };
        if self.open.records.len() + dictionary.new.bytes.len() + body.len() > room {
            self.split();
        }
        self.clicked |= is_click;
        self.put_strings(dictionary);
        if tag == tag::CHECKPOINT {
            self.words.clear();
        }
        record::put_packed(&mut self.open.records, tag, body);
        self.flag(flags);
        if self.open.records.len() >= FRAME_TARGET_BYTES {
            self.close();
        }
    }

    fn put_strings(&mut self, dictionary: &mut Dictionary) {
        let new = &mut dictionary.new;
        let mut start = 0;
        for (kind, end) in new.ends.drain(..) {
            let mut rest = new.bytes.get(start..end).unwrap_or(&[]);
            start = end;
            loop {
                let (piece, after) = rest.split_at_checked(cut(rest)).unwrap_or((rest, &[]));
                if self.open.records.len() + self.phrases.len() + piece.len() > FRAME_TARGET_BYTES {
                    self.split();
                }
                if self.phrases.is_empty() {
                    varint::put(&mut self.phrases, new.first);
                }
                self.phrases.push(kind as u8 | if after.is_empty() { 0 } else { CONTINUED });
                self.phrase(piece);
                rest = after;
                if rest.is_empty() {
                    break;
                }
            }
            new.first += 1;
        }
        new.bytes.clear();
        self.end_phrases();
    }

    /// Ends the payload in the midst of a flush: the next carries the same start, which `relative` has given out already.
    fn split(&mut self) {
        let at = self.open.at;
        self.end_phrases();
        self.close();
        self.open.at = at;
    }

    fn phrase(&mut self, text: &[u8]) {
        // New words side by side are spelled together, spaces and all.
        let (mut spelled, mut end) = (0, 0);
        for word in text.split(|byte| *byte == b' ') {
            let start = end;
            end += word.len() + 1;
            if word.len() > phrases::WORD_MAX_BYTES {
                continue;
            }
            let mut hash = Hash::new(0);
            hash.bytes(word);
            if let Some(number) = self.words.get(hash.finish()) {
                self.spell(text, spelled, start);
                spelled = end;
                varint::put(&mut self.phrases, phrases::FIRST + number);
            } else if self.words.len() < phrases::WORDS_MAX {
                self.words.insert(hash.finish(), self.words.len() as u32);
            }
        }
        self.spell(text, spelled, end);
        varint::put(&mut self.phrases, phrases::END);
    }

    /// The words from `start` to before the space that ends at `end`.
    fn spell(&mut self, text: &[u8], start: usize, end: usize) {
        if let Some(words) = text.get(start..end.wrapping_sub(1)) {
            varint::put(&mut self.phrases, phrases::SPELLED);
            varint::put(&mut self.phrases, words.len() as u32);
            self.phrases.extend_from_slice(words);
        }
    }

    fn end_phrases(&mut self) {
        if !self.phrases.is_empty() {
            record::put_packed(&mut self.open.records, tag::PHRASES, &self.phrases);
            self.phrases.clear();
        }
    }

    /// Marks the payload under way.
    pub fn flag(&mut self, flags: Flags) {
        self.open.flags = self.open.flags.with(flags);
    }

    /// Ends the payload under way, if there is anything in it.
    pub fn close(&mut self) {
        self.clicked = false;
        if !self.is_empty() {
            self.done.push(core::mem::replace(&mut self.open, Payload::new()));
            self.words.clear();
        }
    }

    /// The oldest payload that is done.
    pub fn next(&mut self) -> Option<Payload> {
        let payload = core::mem::replace(self.done.get_mut(self.taken)?, Payload::new());
        self.taken += 1;
        if self.taken == self.done.len() {
            self.done.clear();
            self.taken = 0;
        }
        Some(payload)
    }
}

/// Where the first piece of a text ends: never inside a character.
fn cut(text: &[u8]) -> usize {
    let mut cut = text.len().min(PIECE_MAX_BYTES);
    while text.get(cut).is_some_and(|byte| byte & 0xc0 == 0x80) {
        cut -= 1;
    }
    cut
}
