//! What JavaScript calls. Numbers in, numbers out; bytes stand in buffers whose place is asked for.

use crate::payload::Payload;
use crate::recorder::Recorder;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::Cell;
use shared::frame::{self, Flags, Header};
use shared::ids::{PageId, PageSeq, RecordingId, WriteSecret};
use shared::mask::{Marks, Policy, Rules};
use shared::utf8;
use wasm_bindgen::prelude::wasm_bindgen;

#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// A bug of ours must not print on the customer's console: the call fails, JavaScript goes silent.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// What lives between two calls of the tap.
#[derive(Default)]
struct Page {
    recorder: Option<Recorder>,
    words: Vec<u32>,
    arena: Vec<u8>,
    payload: Payload,
    /// What [`seal`] and [`body`] read and write.
    transfer: Vec<u8>,
}

/// One page has one thread.
struct SingleThread(Cell<Option<Box<Page>>>);

// SAFETY: the module is built without atomics, so that it cannot run in two threads.
unsafe impl Sync for SingleThread {}

static PAGE: SingleThread = SingleThread(Cell::new(None));

fn with<T>(act: impl FnOnce(&mut Page) -> T) -> T {
    let mut page = PAGE.0.take().unwrap_or_default();
    let done = act(&mut page);
    PAGE.0.set(Some(page));
    done
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
pub fn marks(at: usize, name_len: usize, value_len: usize) -> u32 {
    with(|page| {
        let text = |from: usize, len: usize| utf8::checked(page.arena.get(from..from.checked_add(len)?)?);
        let value = text(at + name_len, value_len).unwrap_or("");
        let marks = match text(at, name_len).unwrap_or("") {
            "" => Marks::of_class(value),
            name => Marks::of_attribute(name, value),
        };
        u32::from(marks.bits())
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
        for (word, id) in page.words.iter_mut().zip(freed) {
            *word = *id;
        }
        freed.len()
    })
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
pub fn payload_flags() -> u32 {
    with(|page| u32::from(page.payload.flags.0))
}

/// Makes the transfer buffer that long and tells where it is.
#[wasm_bindgen]
pub fn transfer(len: usize) -> usize {
    with(|page| {
        page.transfer.clear();
        page.transfer.resize(len, 0);
        page.transfer.as_ptr() as usize
    })
}

/// Where the transfer buffer is.
#[wasm_bindgen]
pub fn transfer_at() -> usize {
    with(|page| page.transfer.as_ptr() as usize)
}

/// Seals one frame (`shared::frame`) from the transfer buffer, which holds the page's id [8] and the payload; the frame
/// replaces them. Returns its length.
#[wasm_bindgen]
pub fn seal(seq: u32, flags: u32, epoch_ms: f64, at_ms: u32) -> usize {
    with(|page| {
        let Some((id, payload)) = page.transfer.split_first_chunk() else { return 0 };
        let (seq, flags) = (PageSeq(seq), Flags(flags as u8));
        let header = Header { page: PageId(*id), seq, flags, epoch_ms: epoch_ms as u64, at_ms };
        page.transfer = frame::seal(&header, payload);
        page.transfer.len()
    })
}

/// A body for the intake from the transfer buffer, which holds the recording's id [16], its write secret [16], and the
/// sealed frames, each after its length [4, little endian]; the body replaces them. Returns its length.
#[wasm_bindgen]
pub fn body(sent_at_ms: f64) -> usize {
    with(|page| {
        let Some((recording, rest)) = page.transfer.split_first_chunk() else { return 0 };
        let Some((secret, mut rest)) = rest.split_first_chunk() else { return 0 };
        let mut frames = Vec::new();
        while let Some((len, after)) = rest.split_first_chunk() {
            let Some((frame, after)) = after.split_at_checked(u32::from_le_bytes(*len) as usize) else { break };
            frames.push(frame);
            rest = after;
        }
        page.transfer = frame::write_body(RecordingId(*recording), WriteSecret(*secret), sent_at_ms as u64, &frames);
        page.transfer.len()
    })
}
