//! What JavaScript calls, without glue: numbers in, numbers out. Bytes stand in buffers, and where those are is told by
//! the numbers of [`Told`], whose place does not change.

use crate::allocator::Blocks;
use crate::payload::Payload;
use crate::recorder::Recorder;
use alloc::vec::Vec;
use core::cell::UnsafeCell;
use core::ptr::null;
use shared::frame::{self, Flags, Header};
use shared::ids::{PageId, PageSeq};
use shared::mask::{Marks, Policy, Rules};
use shared::utf8;

#[global_allocator]
static BLOCKS: Blocks = Blocks::new();

/// A bug of ours must not print on the customer's console: the call fails, JavaScript goes silent.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Numbers for JavaScript, in this order.
#[repr(C)]
struct Told {
    words_at: *const u32,
    bytes_at: *const u8,
    /// The payload taken last.
    payload_at: *const u8,
    payload_len: usize,
    payload_time: u32,
    payload_flags: u32,
}

/// What lives between two calls.
struct Page {
    told: Told,
    recorder: Recorder,
    words: Vec<u32>,
    arena: Vec<u8>,
    payload: Payload,
    transfer: Vec<u8>,
}

const EMPTY: Page = Page {
    told: Told {
        words_at: null(),
        bytes_at: null(),
        payload_at: null(),
        payload_len: 0,
        payload_time: 0,
        payload_flags: 0,
    },
    recorder: Recorder::new(Rules {
        policy: Policy { numbers: false, emails: false, form_inputs: false, properties: false, allow_unmask: false },
        salt: 0,
    }),
    words: Vec::new(),
    arena: Vec::new(),
    payload: Payload::new(),
    transfer: Vec::new(),
};

/// One page has one thread.
struct SingleThread<T>(UnsafeCell<T>);

// SAFETY: the module is built without atomics, so that it cannot run in two threads.
unsafe impl<T> Sync for SingleThread<T> {}

static PAGE: SingleThread<Page> = SingleThread(UnsafeCell::new(EMPTY));
/// To copy from: code that fills every field would be longer.
static START: SingleThread<Page> = SingleThread(UnsafeCell::new(EMPTY));

fn page() -> &'static mut Page {
    // SAFETY: one thread, and no export calls another one.
    unsafe { &mut *PAGE.0.get() }
}

/// Starts a page and forgets the one before. `policy` bits: 1 numbers, 2 e-mails, 4 form inputs, 8 properties, 16 allow
/// unmask. `salt` is random, the same for all pages of a recording. Returns the place of [`Told`].
#[unsafe(no_mangle)]
extern "C" fn start(policy: u32, salt_low: u32, salt_high: u32) -> *const u8 {
    let policy = Policy {
        numbers: policy & 1 != 0,
        emails: policy & 2 != 0,
        form_inputs: policy & 4 != 0,
        properties: policy & 8 != 0,
        allow_unmask: policy & 16 != 0,
    };
    // SAFETY: all blocks belong to the page before, which is overwritten without being dropped; `START` has none.
    unsafe {
        BLOCKS.start_anew();
        core::ptr::copy_nonoverlapping(START.0.get(), PAGE.0.get(), 1);
    }
    let page = page();
    page.recorder.mask_by(Rules::new(policy, u64::from(salt_high) << 32 | u64::from(salt_low)));
    (&raw const page.told).cast()
}

/// Makes room for that many words and bytes; both may move.
#[unsafe(no_mangle)]
extern "C" fn reserve(words: usize, bytes: usize) {
    let page = page();
    page.words.resize(words.max(page.words.len()), 0);
    page.arena.resize(bytes.max(page.arena.len()), 0);
    page.told.words_at = page.words.as_ptr();
    page.told.bytes_at = page.arena.as_ptr();
}

/// The marks in a class attribute (`name_len` 0), or in an attribute whose name and then value stand in the arena at
/// `at`. Bits: 1 mask, 2 unmask, 4 block, 8 ignore events.
#[unsafe(no_mangle)]
extern "C" fn marks(at: usize, name_len: usize, value_len: usize) -> u32 {
    let arena = &page().arena;
    let text = |from: usize, len: usize| arena.get(from..from + len).and_then(utf8::checked).unwrap_or("");
    let value = text(at + name_len, value_len);
    let marks = if name_len == 0 { Marks::of_class(value) } else { Marks::of_attribute(text(at, name_len), value) };
    marks.bits().into()
}

/// Reads the first so many words and bytes. Returns how many ids are free again: they replace the words, in the order
/// in which they are to be used again from the last.
#[unsafe(no_mangle)]
extern "C" fn ingest(words: usize, bytes: usize) -> usize {
    let page = page();
    page.recorder.ingest(page.words.get(..words).unwrap_or(&[]), page.arena.get(..bytes).unwrap_or(&[]));
    let freed = page.recorder.freed();
    let count = freed.len();
    page.words.resize(page.words.len().max(count), 0);
    for (word, id) in page.words.iter_mut().zip(freed) {
        *word = *id;
    }
    page.told.words_at = page.words.as_ptr();
    count
}

/// Takes the oldest payload, after ending the one under way if `close` is not 0. Its length, 0 when there is none.
#[unsafe(no_mangle)]
extern "C" fn next_payload(close: u32) -> usize {
    let page = page();
    if close != 0 {
        page.recorder.close_payload();
    }
    page.payload = page.recorder.next_payload().unwrap_or(Payload::new());
    page.told.payload_at = page.payload.records.as_ptr();
    page.told.payload_time = page.payload.at;
    page.told.payload_flags = page.payload.flags.0.into();
    page.told.payload_len = page.payload.records.len();
    page.told.payload_len
}

/// Makes the transfer buffer that long and tells where it is.
#[unsafe(no_mangle)]
extern "C" fn transfer(len: usize) -> *const u8 {
    let page = page();
    page.transfer.clear();
    page.transfer.resize(len, 0);
    page.transfer.as_ptr()
}

/// Seals one frame (`shared::frame`) from the transfer buffer, which holds the page's id [8] and the payload; the frame
/// replaces them. Returns its length.
#[unsafe(no_mangle)]
extern "C" fn seal(seq: u32, flags: u32, epoch_ms: f64, at_ms: u32) -> usize {
    let page = page();
    let Some((id, payload)) = page.transfer.split_first_chunk() else { return 0 };
    let (seq, flags) = (PageSeq(seq), Flags(flags as u8));
    let header = Header { page: PageId(*id), seq, flags, epoch_ms: epoch_ms as u64, at_ms };
    page.transfer = frame::seal(&header, payload);
    page.transfer.len()
}

/// Where the frame sealed last is.
#[unsafe(no_mangle)]
extern "C" fn sealed() -> *const u8 {
    page().transfer.as_ptr()
}
