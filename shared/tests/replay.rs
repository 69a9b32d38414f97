//! The cursor over a page: seeking shows what playing shows, frames that never came are gaps, and no payload, however
//! changed, panics.
#![cfg(feature = "replay")]
#![allow(clippy::unwrap_used)]

mod page;

use page::PageWriter;
use proptest::collection::vec;
use proptest::prelude::*;
use shared::dom::{Batch, List, ListOp, Token};
use shared::ids::{PageId, PageSeq, RecordingId};
use shared::record::{self, tag};
use shared::recording::{Page, Recording};
use shared::replay::{Cursor, Event, NodeKind, What, overview};
use shared::strings::Kind;

/// What happens on the page next; each takes 10 ms.
#[derive(Clone, Copy, Debug)]
enum Step {
    Append,
    Restyle,
    Retext,
    Type,
    Scroll,
    Pointer,
    Click,
    Focus,
    Resize,
    Navigate,
    Sheet,
    Rule,
    Checkpoint,
    EndFrame,
    Pause,
}

const STEPS: [Step; 15] = [
    Step::Append,
    Step::Restyle,
    Step::Retext,
    Step::Type,
    Step::Scroll,
    Step::Pointer,
    Step::Click,
    Step::Focus,
    Step::Resize,
    Step::Navigate,
    Step::Sheet,
    Step::Rule,
    Step::Checkpoint,
    Step::EndFrame,
    Step::Pause,
];

/// A page on which `steps` happen. The times of records count from the start of their frame.
fn page_of(steps: &[Step]) -> Page {
    let mut writer = PageWriter::new();
    let mut frame_at = 0;
    let mut rows = 0;
    start(&mut writer, 0);
    for (i, step) in steps.iter().enumerate() {
        let now = (i as u32 + 1) * 10;
        let at = now - frame_at;
        match step {
            Step::Append => {
                let text = writer.text(&format!("row {i}"));
                let tokens = vec![
                    Token::Element { id: 10 + rows * 2, shape: 1 },
                    Token::Text { id: 11 + rows * 2, text },
                    Token::End,
                ];
                let keep = ListOp::Keep { start: 0, count: rows, backward: false };
                let ops = if rows == 0 { vec![ListOp::New(tokens)] } else { vec![keep, ListOp::New(tokens)] };
                rows += 1;
                writer.dom(&Batch { at, lists: vec![List { parent: 2, ops }], ..Batch::default() });
            }
            Step::Restyle => {
                let name = writer.name("class");
                let value = writer.string(Kind::Token, &format!("c{i}"));
                writer.dom(&Batch { at, attributes: vec![(2, name, Some(value))], ..Batch::default() });
            }
            Step::Retext if rows > 0 => {
                let text = writer.text(&format!("changed {i}"));
                writer.dom(&Batch { at, texts: vec![(11, text)], ..Batch::default() });
            }
            Step::Type => {
                let value = Some(writer.string(Kind::Field, "•••••"));
                writer.put(tag::INPUT, &record::Input { at, node: 3, value, by_visitor: true, ..Default::default() });
            }
            Step::Scroll => writer.put(tag::SCROLL, &record::Scroll { at, node: 1, x: 0, y: i as i32 }),
            Step::Pointer => {
                writer.put(tag::POINTER, &record::Pointer { at, kind: 0, points: vec![(0, 5, i as i32), (3, 1, -1)] });
            }
            Step::Click => {
                writer.put(tag::CLICK, &record::Click { at, node: 11, x: i as i32, y: 4, ..Default::default() });
            }
            Step::Focus => writer.put(tag::FOCUS, &record::Focus { at, node: 3 }),
            Step::Resize => writer.put(tag::VIEWPORT, &record::Viewport { at, width: 800 + i as u32, height: 600 }),
            Step::Navigate => {
                let url = writer.string(Kind::Url, &format!("https://shop.example/{i}"));
                writer.put(tag::NAVIGATE, &record::Navigate { at, url, title: 0 });
            }
            Step::Sheet => {
                let text = writer.string(Kind::Css, "p{color:red}");
                writer.put(tag::SHEET, &record::Sheet { at, node: 2, sheet: 0, text });
            }
            Step::Rule => writer.put(tag::RULE, &record::Rule { at, node: 2, sheet: 0, index: 0, text: None }),
            Step::Checkpoint => {
                rows = 0;
                start(&mut writer, at);
            }
            Step::EndFrame => {
                writer.end_frame(frame_at);
                frame_at = now;
            }
            Step::Retext | Step::Pause => {}
        }
    }
    writer.end_frame(frame_at);
    writer.page()
}

/// `<section><input/></section>`, read anew.
fn start(writer: &mut PageWriter, at: u32) {
    writer.checkpoint(at);
    writer.shape("section", &[("class", "list")]);
    writer.shape("button", &[]);
    let tokens = vec![Token::Element { id: 2, shape: 0 }, Token::End, Token::Element { id: 3, shape: 1 }, Token::End];
    let lists = vec![List { parent: 1, ops: vec![ListOp::New(tokens)] }];
    writer.dom(&Batch { at, lists, ..Batch::default() });
    writer.put(tag::CHECKPOINT_END, &record::CheckpointEnd { at });
}

fn is_gap(event: &Event) -> bool {
    matches!(event.what, What::Gap { .. })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    vec(proptest::sample::select(STEPS.to_vec()), 0..60)
}

proptest! {
    #[test]
    fn seeking_shows_what_playing_shows(steps in steps(), seeks in vec(0..700_u32, 1..8), hole in 0..20_usize) {
        let mut page = page_of(&steps);
        if hole < page.frames.len() {
            page.frames.remove(hole);
        }
        let mut sought = Cursor::new(&page);
        for at_ms in seeks {
            let mut played = Cursor::new(&page);
            let mut events = played.next(at_ms / 2);
            events.extend(played.next(at_ms));
            let shown = sought.seek(at_ms);
            prop_assert_eq!(&shown, &played.seek(at_ms));
            prop_assert!(events.iter().all(|event| event.at <= at_ms));
            // And it goes on alike from there.
            prop_assert_eq!(sought.clone().next(at_ms + 50), played.next(at_ms + 50));
        }
    }

    #[test]
    fn a_whole_page_is_never_lost(steps in steps()) {
        let page = page_of(&steps);
        let events = Cursor::new(&page).rest();
        prop_assert!(!events.iter().any(is_gap));
        let mut times: Vec<u32> = events.iter().map(|event| event.at).collect();
        prop_assert!(times.is_sorted());
        times.dedup();
        prop_assert!(times.len() <= steps.len() + 1);
    }

    #[test]
    fn a_changed_page_never_panics(
        steps in steps(),
        changes in vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<u8>()), 1..12),
        bytes in vec(any::<u8>(), 0..300),
        seeks in vec(any::<u32>(), 0..4),
        (seq, at_ms) in any::<(u32, u32)>(),
    ) {
        let mut page = page_of(&steps);
        page.frames.last_mut().unwrap().payload.extend(bytes);
        for (frame, at, byte) in changes {
            let number = frame.index(page.frames.len());
            let payload = &mut page.frames[number].payload;
            if !payload.is_empty() {
                let at = at.index(payload.len());
                payload[at] = byte;
            }
        }
        let last = page.frames.last_mut().unwrap();
        (last.seq, last.at_ms) = (PageSeq(seq), at_ms);
        let mut cursor = Cursor::new(&page);
        for at_ms in seeks {
            cursor.seek(at_ms);
            cursor.next(at_ms.saturating_add(20));
        }
        cursor.rest();
        let pages = vec![page.clone(), page];
        overview(&Recording { id: RecordingId([1; 16]), started_at_ms: 0, pages });
    }

    #[test]
    fn a_page_of_arbitrary_bytes_never_panics(payloads in vec(vec(any::<u8>(), 0..200), 0..4)) {
        let mut writer = PageWriter::new();
        for (i, payload) in payloads.iter().enumerate() {
            // Each as a body of each kind of record, and as a payload of its own.
            for tag in 0..30 {
                writer.put_packed(tag, payload);
            }
            writer.end_frame(i as u32);
        }
        let mut page = writer.page();
        for (frame, payload) in page.frames.iter_mut().zip(payloads) {
            frame.payload.extend(payload);
        }
        Cursor::new(&page).rest();
    }
}

#[test]
fn going_back_reads_the_tree_from_the_last_checkpoint_only() {
    // A batch before the second checkpoint that no reader takes: who plays meets it, who seeks past it does not.
    let mut writer = PageWriter::new();
    start(&mut writer, 0);
    writer.dom(&Batch { at: 1, lists: vec![List { parent: 99, ops: Vec::new() }], ..Batch::default() });
    let url = writer.string(Kind::Url, "https://shop.example/");
    writer.put(tag::NAVIGATE, &record::Navigate { at: 2, url, title: 0 });
    start(&mut writer, 3);
    writer.put(tag::SCROLL, &record::Scroll { at: 4, node: 1, x: 0, y: 9 });
    let page = writer.page();
    assert!(Cursor::new(&page).next(2).iter().any(is_gap));
    assert!(Cursor::new(&page).seek(2).gap);
    let mut cursor = Cursor::new(&page);
    cursor.rest();
    let shown = cursor.seek(3);
    assert!(!shown.gap);
    assert_eq!(shown.nodes.len(), 3);
    assert_eq!(shown.url, "https://shop.example/", "what a checkpoint does not void is still known");
    assert_eq!(cursor.next(4).len(), 1);
}

#[test]
fn frames_that_never_came_are_a_gap_up_to_the_next_checkpoint() {
    let steps =
        [Step::Append, Step::EndFrame, Step::Append, Step::EndFrame, Step::Append, Step::Scroll, Step::Checkpoint];
    let mut page = page_of(&steps);
    page.frames.remove(1);
    let recording = Recording { id: RecordingId([1; 16]), started_at_ms: 0, pages: vec![page.clone()] };
    assert_eq!(overview(&recording).gaps, [(40, 70)]);
    let events = Cursor::new(&page).rest();
    let lost: Vec<u32> = events.iter().filter(|event| is_gap(event)).map(|event| event.at).collect();
    assert_eq!(lost, [40], "told once");
    assert!(events.iter().any(|event| matches!(event.what, What::Scroll { .. })), "what needs no tree is still told");
    page.frames[0].seq = PageSeq(1);
    assert_eq!(overview(&Recording { pages: vec![page], ..recording }).gaps[0].0, 0, "the first frame is missing");
}

#[test]
fn a_click_says_what_its_button_says() {
    let page = page_of(&[Step::Append, Step::Click]);
    let events = Cursor::new(&page).rest();
    assert!(matches!(&events.last().unwrap().what, What::Click { text, .. } if text == "row 0"), "{events:?}");
}

#[test]
fn the_label_of_a_whole_page_is_its_beginning() {
    let mut writer = PageWriter::new();
    writer.checkpoint(0);
    writer.shape("main", &[]);
    let text = writer.text("  a few\n words ");
    let tokens = (2..20_000).map(|id| Token::Text { id, text });
    let mut tokens: Vec<Token> = tokens.collect();
    tokens.insert(0, Token::Element { id: 20_000, shape: 0 });
    tokens.push(Token::End);
    writer.dom(&Batch { at: 0, lists: vec![List { parent: 1, ops: vec![ListOp::New(tokens)] }], ..Batch::default() });
    writer.put(tag::CLICK, &record::Click { at: 1, node: 20_000, ..Default::default() });
    let events = Cursor::new(&writer.page()).rest();
    let What::Click { text, .. } = &events.last().unwrap().what else { panic!("no click") };
    assert!(text.starts_with("a few words a few words") && text.len() <= 100, "{text}");
}

#[test]
fn a_restyled_element_shows_its_last_attribute() {
    let page = page_of(&[Step::Restyle, Step::Restyle, Step::Append]);
    let shown = Cursor::new(&page).seek(1_000);
    let NodeKind::Element { attributes, .. } = &shown.nodes[1].what else { panic!("no element") };
    assert_eq!(attributes, &[("class".to_owned(), "c1".to_owned())]);
}

/// A page shown from `start` to its end, in front at `fronts` and at its start.
fn visible(id: u8, offset_ms: u32, fronts: &[u32], end: u32) -> Page {
    let mut writer = PageWriter::new();
    start(&mut writer, 0);
    for at in fronts {
        writer.put(tag::VISIBILITY, &record::Visibility { at: *at, visible: true });
    }
    writer.put(tag::END, &record::End { at: end, reason: 0 });
    Page { id: PageId([id; 8]), offset_ms, ..writer.page() }
}

#[test]
fn the_page_that_came_to_the_front_last_is_shown_until_it_ends() {
    let pages = vec![visible(1, 0, &[700], 1_000), visible(2, 300, &[200], 900), visible(3, 2_000, &[], 500)];
    let overview = overview(&Recording { id: RecordingId([1; 16]), started_at_ms: 0, pages });
    let segments: Vec<_> = overview.segments.iter().map(|one| (one.page, one.from_ms, one.to_ms)).collect();
    assert_eq!(segments, [(0, 0, 300), (1, 300, 700), (0, 700, 1_000), (1, 1_000, 2_000), (2, 2_000, 2_500)]);
}
