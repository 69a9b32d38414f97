//! What a stranger's bytes may cost. Every case here is a few bytes that ask for much: counts that nothing follows, DEFLATE
//! bombs, one long text named again and again, one long list rebuilt again and again. Memory is counted by an allocator of
//! this test; time has a bound that only work out of all proportion passes.
#![cfg(feature = "replay")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod page;

use miniz_oxide::deflate::compress_to_vec;
use page::PageWriter;
use shared::dom::{self, Batch, List, ListOp, Token};
use shared::frame::{self, Flags, Malformed};
use shared::ids::{PageId, PageSeq, RecordingId};
use shared::limits::PAYLOAD_MAX_BYTES;
use shared::record::{self, put_packed, tag};
use shared::recording::{Page, PageFrame, Recording, inflate, read};
use shared::replay::{Cursor, What, overview};
use shared::strings;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::{Duration, Instant};

/// Counts what the thread under test holds, and the most that it held.
struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static MOST: Cell<isize> = const { Cell::new(0) };
}

fn note(bytes: isize) {
    HELD.set(HELD.get() + bytes);
    MOST.set(MOST.get().max(HELD.get()));
}

// SAFETY: every call goes to the system's allocator as it came; the counters allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        note(-(layout.size() as isize));
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// What `work` gives, the most bytes that it held beyond what there was before, and the time it took.
fn measured<T>(work: impl FnOnce() -> T) -> (T, usize, Duration) {
    let before = HELD.get();
    MOST.set(before);
    let start = Instant::now();
    let result = work();
    (result, (MOST.get() - before) as usize, start.elapsed())
}

const HUGE: [u8; 5] = [0xff, 0xff, 0xff, 0xff, 0x0f];

#[test]
fn a_count_that_nothing_follows_allocates_next_to_nothing() {
    let with = |start: &[u8], end: &[u8]| [start, &HUGE, end].concat();
    let body = [&b"RV\x01"[..], &[1; 32], &[0]].concat();
    let (result, most, _) = measured(|| frame::read_body(&with(&body, b"xx")).map(|_| ()));
    assert_eq!(result, Err(Malformed::Shape));
    assert!(most < 4096, "{most}");
    // A payload's length.
    let start = [1, 7, 7, 7, 7, 7, 7, 7, 7, 0, 0, 0, 0, 0];
    let (result, most, _) = measured(|| frame::open(&with(&start, b"xx")).map(|_| ()));
    assert_eq!(result, Err(Malformed::Shape));
    assert!(most < 4096, "{most}");
    let (result, most, _) = measured(|| strings::read(&with(&[1], b"xx")).is_some());
    assert!(!result && most < 4096, "{most}");
    // Runs, lists, children moved, a shape's attributes, attributes, texts. A run of all numbers is none of them.
    for body in [
        with(&[0], b"xx"),
        with(&[0, 0], b"xx"),
        with(&[0, 0, 1, 2, 0xfe, 0xff, 0xff, 0xff, 0x0f], b"xx"),
        with(&[0, 1, 4, 1, 1, 2, 3, 0, 0, 1], b"xx"),
        with(&[0, 0, 0], b"xx"),
        with(&[0, 0, 0, 0], b"xx"),
        with(&[0, 1, 0], b"\x01\x02\x03\x0d\x00\x00"),
    ] {
        let (result, most, _) = measured(|| dom::read(&body, &mut Vec::new()).is_some());
        assert!(!result && most < 4096, "{body:?}: {most}");
    }
    let (result, most, _) = measured(|| read(&with(&[&b"RVR\x01"[..], &[0; 17]].concat(), b"xx")).is_ok());
    assert!(!result && most < 2 << 20, "{most}");
    // Points of the pointer, options selected, sheets adopted, properties of an event: serde asks for up to 1 MiB ahead.
    for (tag, start) in
        [(tag::POINTER, &[0, 0][..]), (tag::INPUT, &[0, 1, 0, 0, 1]), (tag::ADOPTED, &[0, 1]), (tag::EVENT, &[0, 1])]
    {
        let mut writer = PageWriter::new();
        writer.put_packed(tag, &with(start, b"xx"));
        let page = writer.page();
        let (_, most, _) = measured(|| Cursor::new(&page).rest());
        assert!(most < 2 << 20, "{tag}: {most}");
    }
}

#[test]
fn a_deflate_bomb_stops_at_the_limit() {
    let bomb = compress_to_vec(&vec![0; 64 << 20], 6);
    assert!(bomb.len() < 1 << 20);
    let (result, most, _) = measured(|| inflate(Flags::DEFLATE, &bomb));
    assert_eq!(result, None);
    assert!(most < 4 * PAYLOAD_MAX_BYTES, "{most}");
}

/// Plays a page in each way and bounds what that takes: `bytes` of memory at most, by the event and not by the page.
fn bounded(name: &str, page: Page, most_bytes: usize) {
    let payload: usize = page.frames.iter().map(|frame| frame.payload.len()).sum();
    let recording = Recording { id: RecordingId([1; 16]), started_at_ms: 0, pages: vec![page] };
    let (_, most, time) = measured(|| overview(&recording));
    println!("{name}: {payload} bytes, overview {most} bytes, {time:?}");
    assert!(most < most_bytes, "{name}: {most}");
    assert!(time < Duration::from_secs(30), "{name}: {time:?}");
    let (_, most, time) = measured(|| Cursor::new(&recording.pages[0]).seek(u32::MAX));
    println!("{name}: seek {most} bytes, {time:?}");
    assert!(most < most_bytes, "{name}: {most}");
    assert!(time < Duration::from_secs(30), "{name}: {time:?}");
}

const MIB: usize = 1 << 20;

fn list(parent: u32, ops: Vec<ListOp>) -> Batch {
    Batch { lists: vec![List { parent, ops }], ..Batch::default() }
}

fn keep(start: u32, count: u32) -> ListOp {
    ListOp::Keep { start, count, backward: false }
}

/// A page whose document has `count` empty elements, ids from 10 on, of a shape with number 0.
fn wide(count: u32) -> PageWriter {
    let mut writer = PageWriter::new();
    writer.checkpoint(0);
    writer.shape("b", &[]);
    let tokens = (10..10 + count).flat_map(|id| [Token::Element { id, shape: 0 }, Token::End]);
    writer.dom(&list(1, vec![ListOp::New(tokens.collect())]));
    writer
}

/// Puts as many of a record as a payload holds.
fn fill(writer: &mut PageWriter, mut put: impl FnMut(&mut PageWriter)) {
    let mut one = PageWriter::new();
    put(&mut one);
    let bytes = one.page().frames[0].payload.len();
    for _ in 0..PAYLOAD_MAX_BYTES / bytes {
        put(writer);
    }
}

#[test]
fn a_long_text_named_again_and_again() {
    let long = "x".repeat(200 << 10);
    let start = || {
        let mut writer = wide(1);
        (writer.text(&long), writer)
    };
    let (text, mut writer) = start();
    writer.dom(&Batch { attributes: vec![(10, 1, Some(text)); 60_000], ..Batch::default() });
    bounded("attributes in one batch", writer.page(), 600 * MIB);
    let (text, mut writer) = start();
    fill(&mut writer, |writer| writer.dom(&Batch { attributes: vec![(10, 1, Some(text))], ..Batch::default() }));
    bounded("attributes", writer.page(), 100 * MIB);
    let (text, mut writer) = start();
    fill(&mut writer, |writer| writer.put(tag::NAVIGATE, &record::Navigate { at: 0, url: text, title: text }));
    bounded("addresses", writer.page(), 100 * MIB);
    let (text, mut writer) = start();
    fill(&mut writer, |writer| {
        writer.put(tag::INPUT, &record::Input { node: 10, value: Some(text), ..Default::default() });
    });
    bounded("inputs", writer.page(), 100 * MIB);
    let (text, mut writer) = start();
    writer.put(tag::EVENT, &record::Event { at: 0, name: text, props: vec![(text, text); 100_000] });
    bounded("properties", writer.page(), 600 * MIB);
    let (text, mut writer) = start();
    let tokens = (20..60_000).map(|id| Token::Text { id, text });
    writer.dom(&list(1, vec![keep(0, 1), ListOp::New(tokens.collect())]));
    bounded("texts", writer.page(), 600 * MIB);
}

#[test]
fn a_shape_of_many_attributes_used_again_and_again() {
    let mut writer = PageWriter::new();
    writer.checkpoint(0);
    writer.shape("b", &vec![("a", "b"); 20_000]);
    let tokens = (10..60_000).flat_map(|id| [Token::Element { id, shape: 0 }, Token::End]);
    writer.dom(&list(1, vec![ListOp::New(tokens.collect())]));
    bounded("shape", writer.page(), 600 * MIB);
}

#[test]
fn many_attributes_of_one_element() {
    let mut writer = wide(1);
    let names: Vec<u32> = (0..20_000).map(|i| writer.name(&format!("a{i}"))).collect();
    writer.dom(&Batch { attributes: names.iter().map(|name| (10, *name, Some(0))).collect(), ..Batch::default() });
    for _ in 0..10 {
        writer.dom(&Batch { attributes: names.iter().map(|name| (10, *name, Some(1))).collect(), ..Batch::default() });
    }
    bounded("attributes of one element", writer.page(), 200 * MIB);
}

#[test]
fn a_long_list_rebuilt_again_and_again() {
    const COUNT: u32 = 100_000;
    let mut writer = wide(COUNT);
    fill(&mut writer, |writer| writer.dom(&list(1, vec![keep(0, COUNT)])));
    bounded("kept as it is", writer.page(), 200 * MIB);
    let mut writer = wide(COUNT);
    fill(&mut writer, |writer| {
        writer.dom(&list(1, vec![ListOp::Keep { start: COUNT - 1, count: COUNT, backward: true }]));
    });
    bounded("turned round", writer.page(), 300 * MIB);
    let mut writer = wide(COUNT);
    fill(&mut writer, |writer| writer.dom(&list(1, vec![keep(COUNT / 2, COUNT / 2), keep(0, COUNT / 2)])));
    bounded("halves changed over", writer.page(), 300 * MIB);
    // A run kept twice is refused before it costs anything.
    let mut writer = wide(COUNT);
    writer.dom(&list(1, vec![keep(0, COUNT); 60_000]));
    bounded("kept many times", writer.page(), 200 * MIB);
}

#[test]
fn children_taken_one_by_one_out_of_a_long_list() {
    let mut writer = PageWriter::new();
    writer.checkpoint(0);
    writer.shape("b", &[]);
    let mut tokens = vec![Token::Element { id: 2, shape: 0 }];
    tokens.extend((10..200_000).flat_map(|id| [Token::Element { id, shape: 0 }, Token::End]));
    tokens.push(Token::End);
    writer.dom(&list(1, vec![ListOp::New(tokens)]));
    let taken: Vec<u32> = (10..100_000).collect();
    let mut at_once = taken.clone();
    at_once.truncate(50_000);
    let mut count = 1;
    for id in &taken[50_000..80_000] {
        writer.dom(&list(1, vec![keep(0, count), ListOp::Moved(vec![*id])]));
        count += 1;
    }
    writer.dom(&list(1, vec![keep(0, count), ListOp::Moved(at_once)]));
    bounded("taken out", writer.page(), 200 * MIB);
}

#[test]
fn a_deep_tree_changed_at_its_ground() {
    let mut writer = PageWriter::new();
    writer.checkpoint(0);
    writer.shape("b", &[]);
    let mut tokens: Vec<Token> = (10..100_000).map(|id| Token::Element { id, shape: 0 }).collect();
    tokens.extend(vec![Token::End; tokens.len()]);
    writer.dom(&list(1, vec![ListOp::New(tokens)]));
    let lists = (10..99_999).map(|parent| List { parent, ops: vec![keep(0, 1)] });
    writer.dom(&Batch { lists: lists.collect(), ..Batch::default() });
    fill(&mut writer, |writer| writer.dom(&list(99_999, vec![])));
    fill(&mut writer, |writer| writer.put(tag::CLICK, &record::Click { node: 99_999, ..Default::default() }));
    bounded("deep", writer.page(), 200 * MIB);
}

#[test]
fn clicks_on_a_whole_page() {
    let mut writer = wide(200_000);
    fill(&mut writer, |writer| writer.put(tag::CLICK, &record::Click { node: 1, ..Default::default() }));
    bounded("clicks", writer.page(), 200 * MIB);
    let mut writer = wide(1);
    let text = writer.text(&" ".repeat(300 << 10));
    writer.dom(&list(10, vec![ListOp::New(vec![Token::Text { id: 20, text }])]));
    fill(&mut writer, |writer| writer.put(tag::CLICK, &record::Click { node: 10, ..Default::default() }));
    bounded("clicks on nothing to read", writer.page(), 200 * MIB);
}

#[test]
fn records_of_few_bytes() {
    let many = |body: &[u8], tag: u32| {
        let mut payload = Vec::new();
        while payload.len() < PAYLOAD_MAX_BYTES {
            put_packed(&mut payload, tag, body);
        }
        let frames = vec![PageFrame { seq: PageSeq(0), flags: Flags::default(), at_ms: 0, payload }];
        Page { id: PageId([1; 8]), offset_ms: 0, frames }
    };
    bounded("nothing", many(&[], 200), 10 * MIB);
    bounded("checkpoints", many(&[0], tag::CHECKPOINT), 10 * MIB);
    bounded("gaps", many(&[0, 0], tag::GAP), 40 * MIB);
    bounded("sheets", many(&[0, 1, 0, 0], tag::SHEET), 40 * MIB);
    bounded("rules", many(&[0, 1, 0, 0, 0], tag::RULE), 100 * MIB);
    // To the front at another time each.
    let mut writer = PageWriter::new();
    writer.checkpoint(0);
    for at in 0..100_000 {
        writer.put(tag::VISIBILITY, &record::Visibility { at, visible: true });
    }
    let first = writer.page();
    bounded("to the front", first.clone(), 40 * MIB);
    let pages = vec![first.clone(), Page { offset_ms: 5, ..first.clone() }, Page { offset_ms: 50_000, ..first }];
    let (overview, _, time) = measured(|| overview(&Recording { id: RecordingId([1; 16]), started_at_ms: 0, pages }));
    assert!(time < Duration::from_secs(30), "{time:?}");
    assert_eq!(overview.pages.len(), overview.segments.len());
    let strings = [&[1, 0xa0, 0x8d, 0x06][..], &[1, 0].repeat(100_000)].concat();
    bounded("empty strings", many(&strings, tag::STRINGS), 40 * MIB);
}

/// What is large but honest stays whole: a log of 20,000 rows, row by row, and an animation by a long style attribute.
#[test]
fn a_long_honest_page_is_not_cut_off() {
    let mut writer = wide(1);
    writer.end_frame(0);
    for row in 0..20_000 {
        let text = writer.text(&format!("row {row}: something happened somewhere"));
        let id = 100 + row * 2;
        let tokens = vec![Token::Element { id, shape: 0 }, Token::Text { id: id + 1, text }, Token::End];
        // New ones before the old: the dearest way to grow.
        let new = ListOp::New(tokens);
        writer.dom(&list(10, if row == 0 { vec![new] } else { vec![new, keep(0, row)] }));
        if row % 500 == 0 {
            writer.end_frame(row * 100);
        }
    }
    let style = writer.name("style");
    let styles = ["a", "b"].map(|one| writer.string(strings::Kind::Css, &one.repeat(20_000)));
    for step in 0..40_000 {
        writer.dom(&Batch { attributes: vec![(10, style, Some(styles[step % 2]))], ..Batch::default() });
    }
    let page = writer.page();
    let ((gaps, events), _, time) = measured(|| {
        let events = Cursor::new(&page).rest();
        (events.iter().filter(|event| matches!(event.what, What::Gap { .. })).count(), events.len())
    });
    println!("a long honest page: {events} events, {time:?}");
    assert_eq!(gaps, 0);
    assert_eq!(Cursor::new(&page).seek(u32::MAX).nodes.len(), 2 + 40_000);
}
