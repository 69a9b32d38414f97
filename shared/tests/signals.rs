//! What is recorded beside the tree: states, media, selection, keys, dead clicks. In: pages made by hand. Out: what the
//! replay model tells of them while it plays, when it seeks, and at a glance.
#![allow(clippy::unwrap_used, missing_docs)]

mod page;

use page::PageWriter;
use shared::dom::{Batch, List, ListOp, Token};
use shared::ids::RecordingId;
use shared::record::{self, tag};
use shared::recording::Recording;
use shared::replay::{Cursor, What, overview};
use shared::strings::Kind;

/// `<dialog>` 2, `<dialog>` 3, `<video>` 4, `<button id=pay class="a b c d"> 5 with the text "Pay" 6.
fn start() -> PageWriter {
    let mut writer = PageWriter::new();
    writer.checkpoint(0);
    writer.shape("dialog", &[]);
    writer.shape("video", &[]);
    writer.shape("button", &[("id", "pay"), ("class", "a b c d")]);
    let text = writer.text("Pay");
    let tokens = vec![
        Token::Element { id: 2, shape: 0 },
        Token::End,
        Token::Element { id: 3, shape: 0 },
        Token::End,
        Token::Element { id: 4, shape: 1 },
        Token::End,
        Token::Element { id: 5, shape: 2 },
        Token::Text { id: 6, text },
        Token::End,
    ];
    writer.dom(&Batch { at: 0, lists: vec![List { parent: 1, ops: vec![ListOp::New(tokens)] }], ..Batch::default() });
    writer.put(tag::CHECKPOINT_END, &record::CheckpointEnd { at: 0 });
    writer
}

fn state(writer: &mut PageWriter, at: u32, node: u32, what: u32, value: u32) {
    writer.put(tag::STATE, &record::State { at, node, what, value });
}

/// Nodes and values of what is in the state `what` at `at`.
fn states_at(cursor: &mut Cursor, at: u32, what: u32) -> Vec<(u32, u32)> {
    let pick = |one: &What| match one {
        What::State { node, state, value } if *state == what => Some((*node, *value)),
        _ => None,
    };
    cursor.seek(at).state.iter().filter_map(pick).collect()
}

#[test]
fn the_top_layer_keeps_its_order() {
    let mut writer = start();
    state(&mut writer, 1, 3, 0, 1);
    state(&mut writer, 2, 2, 0, 2);
    state(&mut writer, 3, 3, 0, 1);
    state(&mut writer, 4, 2, 0, 0);
    let page = writer.page();
    let mut cursor = Cursor::new(&page);
    assert_eq!(states_at(&mut cursor, 2, 0), [(3, 1), (2, 2)]);
    assert_eq!(states_at(&mut cursor, 3, 0), [(2, 2), (3, 1)], "opened again it lies on top");
    assert_eq!(states_at(&mut cursor, 4, 0), [(3, 1)]);
    assert_eq!(states_at(&mut cursor, 1, 0), [(3, 1)], "going back");
}

#[test]
fn a_state_goes_with_its_node() {
    let mut writer = start();
    state(&mut writer, 1, 2, 0, 1);
    state(&mut writer, 1, 5, 1, 1);
    writer.put(tag::SELECTION, &record::Selection { at: 1, anchor: 6, anchor_offset: 0, focus: 6, focus_offset: 2 });
    writer.put(tag::MEDIA, &record::Media { at: 1, node: 4, flags: 0, ..Default::default() });
    let keep = |start, count| ListOp::Keep { start, count, backward: false };
    let gone = Batch { at: 2, lists: vec![List { parent: 1, ops: vec![keep(1, 1)] }], ..Batch::default() };
    writer.dom(&gone);
    let page = writer.page();
    let mut cursor = Cursor::new(&page);
    assert_eq!(cursor.seek(1).state.len(), 4);
    assert_eq!(cursor.seek(2).state, []);
}

#[test]
fn the_last_of_everything_is_there_after_a_seek() {
    let mut writer = start();
    let media =
        |at, flags, time_ms| record::Media { at, node: 4, flags, time_ms, volume_percent: 50, rate_percent: 100 };
    writer.put(tag::MEDIA, &media(1, 0, 0));
    writer.put(tag::MEDIA, &media(2, 3, 900));
    let name = writer.name("x-late");
    writer.put(tag::DEFINED, &record::Defined { at: 1, name, is_defined: false });
    let text = writer.string(Kind::Css, "@font-face{font-family:One}");
    writer.put(tag::FONT, &record::Font { at: 1, node: 1, text });
    writer.put(tag::FONT, &record::Font { at: 2, node: 1, text });
    writer.put(tag::ZOOM, &record::Zoom { at: 2, x: 10, y: 20, scale_percent: 200 });
    writer.put(tag::DEFINED, &record::Defined { at: 3, name, is_defined: true });
    let page = writer.page();
    let mut cursor = Cursor::new(&page);
    let state = cursor.seek(2).state;
    let has = |wanted: &What| state.iter().filter(|what| *what == wanted).count() == 1;
    assert!(has(&What::Media {
        node: 4,
        paused: true,
        muted: true,
        ended: false,
        time_ms: 900,
        volume_percent: 50,
        rate_percent: 100,
        since_ms: 2,
    }));
    assert!(has(&What::Defined { name: "x-late".to_owned(), is_defined: false }));
    assert!(has(&What::Font { node: 1, text: "@font-face{font-family:One}".to_owned() }), "once, though told twice");
    assert!(has(&What::Zoom { x: 10, y: 20, scale_percent: 200 }));
    assert_eq!(state.len(), 4);
    assert_eq!(cursor.seek(3).state.len(), 3, "defined by now");
}

fn marks(writer: PageWriter) -> Vec<(u32, &'static str, String)> {
    let recording = Recording { id: RecordingId([1; 16]), started_at_ms: 0, pages: vec![writer.page()] };
    let marks = overview(&recording).marks;
    marks.into_iter().skip(1).map(|mark| (mark.at_ms, mark.kind, mark.label)).collect()
}

#[test]
fn a_click_that_nothing_came_of_is_marked_where_it_was() {
    let mut writer = start();
    let click = |at, node| record::Click { at, node, ..Default::default() };
    writer.put(tag::CLICK, &click(1_000, 6));
    writer.put(tag::CLICK, &click(9_000, 6));
    writer.put(tag::DEAD, &record::Dead { at: 10_500, node: 5, ago_ms: 1_500 });
    assert_eq!(marks(writer), [(1_000, "click", "Pay".to_owned()), (9_000, "dead", "Pay".to_owned())]);
}

#[test]
fn the_click_that_nothing_came_of_may_be_told_a_moment_apart() {
    for (said, dead) in
        [(8_950, Some(1)), (8_988, Some(1)), (9_013, Some(2)), (9_074, Some(2)), (8_949, None), (9_075, None)]
    {
        let mut writer = start();
        for at in [1_000, 9_000, 9_024] {
            writer.put(tag::CLICK, &record::Click { at, node: 6, ..Default::default() });
        }
        writer.put(tag::DEAD, &record::Dead { at: said + 1_500, node: 5, ago_ms: 1_500 });
        assert_eq!(marks(writer).iter().position(|(_, kind, _)| *kind == "dead"), dead, "{said}");
    }
}

#[test]
fn a_click_names_its_target() {
    let mut writer = start();
    writer.put(tag::CLICK, &record::Click { at: 1, node: 6, within: (10, 990), ..Default::default() });
    let events = Cursor::new(&writer.page()).rest();
    let What::Click { target, within, .. } = &events.last().unwrap().what else { panic!("no click") };
    assert_eq!((target.as_str(), *within), ("button#pay.a.b.c", (10, 990)));
}

#[test]
fn what_the_visitor_did_is_on_the_timeline() {
    let mut writer = start();
    let media = |at, flags| record::Media { at, node: 4, flags, ..Default::default() };
    writer.put(tag::KEY, &record::Key { at: 1, modifiers: 1, key: u32::from(b'k') });
    writer.put(tag::KEY, &record::Key { at: 2, modifiers: 0, key: 257 });
    writer.put(tag::KEY, &record::Key { at: 3, modifiers: 8, key: 9_999 });
    writer.put(tag::CLIPBOARD, &record::Clipboard { at: 4, node: 6, kind: 2 });
    writer.put(tag::SUBMIT, &record::Submit { at: 5, node: 2, by: 5 });
    writer.put(tag::MEDIA, &media(6, 1));
    writer.put(tag::MEDIA, &media(7, 0));
    writer.put(tag::MEDIA, &media(8, 2));
    writer.put(tag::MEDIA, &media(9, 1));
    writer.put(tag::CLICK, &record::Click { at: 10, node: 6, kind: 1, ..Default::default() });
    let marks = marks(writer);
    let told: Vec<_> = marks.iter().map(|(at, kind, label)| (*at, *kind, label.as_str())).collect();
    assert_eq!(
        told,
        [
            (1, "key", "Ctrl+K"),
            (2, "key", "Escape"),
            (3, "key", "Meta+?"),
            (4, "clipboard", "pasted"),
            (5, "submit", "Pay"),
            (7, "media", "plays"),
            (9, "media", "stops"),
            (10, "double", "Pay"),
        ]
    );
}
