//! The recorder on the visitor's page, the part in Rust: `tap` (JavaScript, reads the DOM) → **mask → encode** → `send`
//! (JavaScript). The tap fills two buffers in this module's memory and calls [`ingest`] once a flush; [`next_payload`]
//! then gives the records of the next frame, masked and packed, [`seal`] a frame, and [`body`] what goes to the intake.
//!
//! | module | what it does |
//! |---|---|
//! | `words` | reads the tap's operations and strings |
//! | `element` | raw tag and attributes → level and masked shape (`shared::mask`) |
//! | `batch`, `links` | child lists → runs over what was sent last, new subtrees → tokens (`shared::dom`) |
//! | `dictionary`, `table` | masked strings and shapes → numbers |
//! | `payload` | records → payloads that fit a frame |
//! | `recorder` | one operation after the other |
//!
//! Raw text never leaves this module's memory: records hold numbers of `shared::mask::Masked` strings.

mod batch;
mod dictionary;
mod element;
mod links;
mod payload;
mod recorder;
mod table;
mod words;

pub use recorder::Recorder;

use shared::frame::{self, Flags, Header};
use shared::ids::{PageId, PageSeq, RecordingId, WriteSecret};
use shared::mask::{Marks, Policy, Rules};
use std::cell::RefCell;
use wasm_bindgen::prelude::wasm_bindgen;

/// What lives between two calls of the tap.
#[derive(Default)]
struct Page {
    recorder: Option<Recorder>,
    words: Vec<u32>,
    arena: Vec<u8>,
    payload: payload::Payload,
}

thread_local! {
    static PAGE: RefCell<Page> = RefCell::default();
}

fn with<T>(act: impl FnOnce(&mut Page) -> T) -> T {
    PAGE.with_borrow_mut(act)
}

/// Starts a page. `policy` bits: 1 numbers, 2 e-mails, 4 form inputs, 8 properties, 16 allow unmask. `salt` is random, the
/// same for all pages of a recording.
#[wasm_bindgen]
pub fn start(policy: u32, salt_low: u32, salt_high: u32) {
    let policy = Policy {
        numbers: policy & 1 != 0,
        emails: policy & 2 != 0,
        form_inputs: policy & 4 != 0,
        properties: policy & 8 != 0,
        allow_unmask: policy & 16 != 0,
    };
    let rules = Rules::new(policy, u64::from(salt_high) << 32 | u64::from(salt_low));
    with(|page| page.recorder = Some(Recorder::new(rules)));
}

/// Gives the page's memory back.
#[wasm_bindgen]
pub fn stop() {
    with(|page| *page = Page::default());
}

/// Makes room for that many words and bytes; both may move.
#[wasm_bindgen]
pub fn reserve(words: usize, bytes: usize) {
    with(|page| {
        page.words.resize(words.max(page.words.len()), 0);
        page.arena.resize(bytes.max(page.arena.len()), 0);
    });
}

/// Where the words start.
#[wasm_bindgen]
pub fn words_at() -> usize {
    with(|page| page.words.as_ptr() as usize)
}

/// Where the bytes start.
#[wasm_bindgen]
pub fn bytes_at() -> usize {
    with(|page| page.arena.as_ptr() as usize)
}

/// The marks in a class attribute (`name_len` 0), or in an attribute whose name and then value stand in the arena at
/// `at`. Bits: 1 mask, 2 unmask, 4 block, 8 ignore events.
#[wasm_bindgen]
pub fn marks(at: usize, name_len: usize, value_len: usize) -> u8 {
    with(|page| {
        let text = |from: usize, len: usize| core::str::from_utf8(page.arena.get(from..from + len)?).ok();
        let value = text(at + name_len, value_len).unwrap_or("");
        let marks = match text(at, name_len).unwrap_or("") {
            "" => Marks::of_class(value),
            name => Marks::of_attribute(name, value),
        };
        marks.bits()
    })
}

/// Reads the first so many words and bytes. Returns how many ids are free again: they replace the words, in the order
/// in which they are to be used again from the last.
#[wasm_bindgen]
pub fn ingest(words: usize, bytes: usize) -> usize {
    with(|page| {
        let Some(recorder) = &mut page.recorder else { return 0 };
        recorder.ingest(page.words.get(..words).unwrap_or(&[]), page.arena.get(..bytes).unwrap_or(&[]));
        let freed = recorder.freed();
        page.words.resize(page.words.len().max(freed.len()), 0);
        page.words[..freed.len()].copy_from_slice(freed);
        freed.len()
    })
}

/// Bytes of records that wait for a frame.
#[wasm_bindgen]
pub fn waiting() -> usize {
    with(|page| page.recorder.as_ref().map_or(0, Recorder::open_bytes))
}

/// Ends the payload under way.
#[wasm_bindgen]
pub fn close_payload() {
    with(|page| {
        if let Some(recorder) = &mut page.recorder {
            recorder.close_payload();
        }
    });
}

/// Takes the oldest closed payload; its length, 0 when there is none.
#[wasm_bindgen]
pub fn next_payload() -> usize {
    with(|page| {
        page.payload = page.recorder.as_mut().and_then(Recorder::next_payload).unwrap_or_default();
        page.payload.records.len()
    })
}

/// Where the payload taken last starts.
#[wasm_bindgen]
pub fn payload_at() -> usize {
    with(|page| page.payload.records.as_ptr() as usize)
}

/// The time that the payload taken last counts from.
#[wasm_bindgen]
pub fn payload_time() -> u32 {
    with(|page| page.payload.at)
}

/// The flags of the payload taken last.
#[wasm_bindgen]
pub fn payload_flags() -> u8 {
    with(|page| page.payload.flags.0)
}

/// Seals one frame (`shared::frame`). Times in milliseconds. A page id of the wrong length counts as zeros.
#[wasm_bindgen]
pub fn seal(page: &[u8], seq: u32, flags: u8, epoch_ms: f64, at_ms: u32, payload: &[u8]) -> Vec<u8> {
    let header = Header {
        page: PageId(page.try_into().unwrap_or_default()),
        seq: PageSeq(seq),
        flags: Flags(flags),
        epoch_ms: epoch_ms as u64,
        at_ms,
    };
    frame::seal(&header, payload)
}

/// A body for the intake around sealed frames, which stand one after the other in `frames`.
#[wasm_bindgen]
pub fn body(recording: &[u8], secret: &[u8], sent_at_ms: f64, frames: &[u8], lengths: &[u32]) -> Vec<u8> {
    let mut rest = frames;
    let frames: Vec<&[u8]> = lengths
        .iter()
        .filter_map(|len| {
            let (frame, after) = rest.split_at_checked(*len as usize)?;
            rest = after;
            Some(frame)
        })
        .collect();
    let recording = RecordingId(recording.try_into().unwrap_or_default());
    let secret = WriteSecret(secret.try_into().unwrap_or_default());
    frame::write_body(recording, secret, sent_at_ms as u64, &frames)
}
