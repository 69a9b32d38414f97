//! Frames, a body and a recording as version 1 wrote them. Scripts stay in browsers' caches and recordings in stores, so
//! every later version must read these bytes to the same facts, which stand beside each file in words. The files are never
//! made anew: a changed fact here is a broken recording there.
#![cfg(feature = "replay")]
#![allow(clippy::unwrap_used)]

use serde::Deserialize;
use shared::column::Column;
use shared::dom::{self, Batch, ListOp, Shape, Token};
use shared::frame::{Flags, Frame, open, read_body, seal, write_body};
use shared::phrases::Words;
use shared::record::{self, tag};
use shared::recording::{self, inflate};
use shared::replay::{Cursor, Node, NodeKind, What, overview};
use shared::strings;
use std::collections::BTreeMap;
use std::fmt::{Debug, Write};
use std::path::Path;

fn bytes_of(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1").join(name)).unwrap()
}

fn check(name: &str, facts: &str) {
    let expected = String::from_utf8(bytes_of(&format!("{name}.txt"))).unwrap();
    for (number, (fact, expected)) in facts.lines().zip(expected.lines()).enumerate() {
        assert_eq!(fact, expected, "{name}.txt, line {}", number + 1);
    }
    assert_eq!(facts, expected, "{name}.txt");
}

fn check_frame(name: &str) {
    check_frame_after(name, &mut Known::default());
}

/// What the records before have told.
#[derive(Default)]
struct Known {
    shapes: Vec<Shape>,
    column: Column,
}

/// `known` has what the frames before told, and gets what this one tells.
fn check_frame_after(name: &str, known: &mut Known) {
    let bytes = bytes_of(&format!("{name}.bin"));
    let frame = open(&bytes).unwrap();
    check(name, &frame_facts(&frame, known));
    assert_eq!(seal(&frame.header, frame.payload), bytes, "sealed again");
}

fn frame_facts(frame: &Frame<'_>, known: &mut Known) -> String {
    let header = &frame.header;
    let mut out = String::new();
    writeln!(out, "page {}, seq {}, {}", header.page, header.seq.0, flag_names(header.flags)).unwrap();
    writeln!(out, "page began at {} ms since 1970, frame at {} ms", header.epoch_ms, header.at_ms).unwrap();
    let records = inflate(header.flags, frame.payload).unwrap();
    writeln!(out, "payload of {} bytes, {} as sent", records.len(), frame.payload.len()).unwrap();
    record_facts(&records, known, &mut out);
    out
}

fn flag_names(flags: Flags) -> String {
    let names = [
        (Flags::DEFLATE, "deflate"),
        (Flags::CHECKPOINT, "checkpoint"),
        (Flags::END, "end"),
        (Flags::ACTIVE, "active"),
    ];
    let names: Vec<&str> = names.iter().filter(|(flag, _)| flags.has(*flag)).map(|(_, name)| *name).collect();
    format!("flags {} ({})", flags.0, names.join(" "))
}

fn record_facts(records: &[u8], known: &mut Known, out: &mut String) {
    let mut words = Words::default();
    for one in record::read(records) {
        let (tag, body) = one.unwrap();
        if tag == tag::CHECKPOINT {
            words.start_anew();
        }
        match tag {
            tag::STRINGS => {
                let (first, pieces) = strings::read(body).unwrap();
                let mut number = first;
                for piece in pieces {
                    let end = if piece.continued { " …" } else { "" };
                    writeln!(out, "string {number} {:?} {:?}{end}", piece.kind, piece.text).unwrap();
                    number += u32::from(!piece.continued);
                }
            }
            tag::PHRASES => {
                let (mut number, phrases) = words.read(body).unwrap();
                for phrase in phrases {
                    let end = if phrase.continued { " …" } else { "" };
                    writeln!(out, "string {number} {:?} {:?}{end}", phrase.kind, phrase.text).unwrap();
                    number += u32::from(!phrase.continued);
                }
            }
            tag::DOM | tag::CHANGES => {
                let Known { shapes, column } = known;
                let before = shapes.len();
                let batch =
                    if tag == tag::DOM { dom::read(body, shapes) } else { dom::read_changes(body, shapes, column) };
                dom_facts(&batch.unwrap(), before, shapes, out);
            }
            tag::HELLO => plain::<record::Hello>(body, out),
            tag::CHECKPOINT => plain::<record::Checkpoint>(body, out),
            tag::CHECKPOINT_END => plain::<record::CheckpointEnd>(body, out),
            tag::POINTER => plain::<record::Pointer>(body, out),
            tag::CLICK => plain::<record::Click>(body, out),
            tag::INPUT => plain::<record::Input>(body, out),
            tag::SCROLL => plain::<record::Scroll>(body, out),
            tag::VIEWPORT => plain::<record::Viewport>(body, out),
            tag::FOCUS => plain::<record::Focus>(body, out),
            tag::VISIBILITY => plain::<record::Visibility>(body, out),
            tag::NAVIGATE => plain::<record::Navigate>(body, out),
            tag::END => plain::<record::End>(body, out),
            tag::SHEET => plain::<record::Sheet>(body, out),
            tag::RULE => plain::<record::Rule>(body, out),
            tag::ADOPTED => plain::<record::Adopted>(body, out),
            tag::EVENT => plain::<record::Event>(body, out),
            tag::TAG => plain::<record::Tag>(body, out),
            tag::IDENTIFY => plain::<record::Identify>(body, out),
            tag::CONVERSATION => plain::<record::Conversation>(body, out),
            tag::ERROR => plain::<record::Error>(body, out),
            tag::GAP => plain::<record::Gap>(body, out),
            tag::HEARTBEAT => plain::<record::Heartbeat>(body, out),
            tag::NATURAL_SIZE => plain::<record::NaturalSize>(body, out),
            other => writeln!(out, "record {other} {body:?}").unwrap(),
        }
    }
}

fn plain<'a, T: Deserialize<'a> + Debug>(body: &'a [u8], out: &mut String) {
    writeln!(out, "{:?}", postcard::from_bytes::<T>(body).unwrap()).unwrap();
}

fn dom_facts(batch: &Batch, known: usize, shapes: &[Shape], out: &mut String) {
    writeln!(out, "Dom {{ at: {} }}", batch.at).unwrap();
    for (number, shape) in shapes.iter().enumerate().skip(known) {
        writeln!(out, "  shape {number}: {shape:?}").unwrap();
    }
    for list in &batch.lists {
        writeln!(out, "  children of {}", list.parent).unwrap();
        for op in &list.ops {
            match op {
                ListOp::Keep { start, count, backward } => {
                    let way = if *backward { "backward" } else { "on" };
                    writeln!(out, "    {count} of the old ones from {start} {way}").unwrap();
                }
                ListOp::Moved(ids) => writeln!(out, "    from elsewhere {ids:?}").unwrap(),
                ListOp::New(tokens) => {
                    let mut depth = 2;
                    for token in tokens {
                        depth -= usize::from(*token == Token::End);
                        writeln!(out, "{:width$}{token:?}", "", width = depth * 2).unwrap();
                        let opens =
                            matches!(token, Token::Element { .. } | Token::ShadowRoot { .. } | Token::Document { .. });
                        depth += usize::from(opens);
                    }
                }
            }
        }
    }
    for (node, name, value) in &batch.attributes {
        writeln!(out, "  attribute of {node}: string {name} = {value:?}").unwrap();
    }
    for (node, text) in &batch.texts {
        writeln!(out, "  text of {node} = string {text}").unwrap();
    }
}

/// A tree, two spaces for each level.
fn tree_facts(nodes: &[Node], out: &mut String) {
    let mut depths = BTreeMap::new();
    for node in nodes {
        let depth = depths.get(&node.parent).map_or(0, |depth| depth + 1);
        depths.insert(node.id, depth);
        let what = match &node.what {
            NodeKind::Element { namespace, tag, attributes, blocked } => {
                let mut what = format!("<{tag}");
                attributes.iter().for_each(|(name, value)| write!(what, " {name}={value:?}").unwrap());
                if *namespace != 0 {
                    write!(what, " (namespace {namespace})").unwrap();
                }
                if let Some((width, height)) = blocked {
                    write!(what, " (blocked, {width} x {height})").unwrap();
                }
                what + ">"
            }
            other => format!("{other:?}"),
        };
        writeln!(out, "  {:width$}{} {what}", "", node.id, width = depth * 2).unwrap();
    }
}

#[test]
fn a_heartbeat() {
    check_frame("heartbeat");
}

#[test]
fn a_checkpoint() {
    check_frame("checkpoint");
}

#[test]
fn every_kind_of_record() {
    let mut known = Known::default();
    check_frame_after("checkpoint", &mut known);
    check_frame_after("records", &mut known);
}

#[test]
fn strings_as_words_and_names_in_a_column() {
    check_frame("words");
}

#[test]
fn a_deflated_frame() {
    check_frame("deflated");
}

#[test]
fn a_body() {
    let bytes = bytes_of("body.bin");
    let body = read_body(&bytes).unwrap();
    let mut facts = String::new();
    writeln!(facts, "recording {}, sent at {} ms since 1970", body.recording, body.sent_at_ms).unwrap();
    writeln!(facts, "{} frames", body.frames.len()).unwrap();
    body.frames.iter().for_each(|frame| facts += &frame_facts(&open(frame).unwrap(), &mut Known::default()));
    check("body", &facts);
    assert_eq!(write_body(body.recording, body.secret, body.sent_at_ms, &body.frames), bytes, "written again");
}

#[test]
fn a_recording() {
    let recording = recording::read(&bytes_of("recording.bin")).unwrap();
    let mut facts = String::new();
    writeln!(facts, "recording {}, began at {} ms since 1970", recording.id, recording.started_at_ms).unwrap();
    for page in &recording.pages {
        writeln!(facts, "page {} at {} ms", page.id, page.offset_ms).unwrap();
        for frame in &page.frames {
            let (seq, flags, len) = (frame.seq.0, flag_names(frame.flags), frame.payload.len());
            writeln!(facts, "  frame {seq}, {flags}, at {} ms, {len} bytes", frame.at_ms).unwrap();
        }
        let mut cursor = Cursor::new(page);
        for event in cursor.rest() {
            match &event.what {
                // What a click meant is told since; the rest is as it was.
                What::Click { node, x, y, kind, text, .. } => {
                    let click = format!("Click {{ node: {node}, x: {x}, y: {y}, kind: {kind}, text: {text:?} }}");
                    writeln!(facts, "{} {click}", event.at).unwrap();
                }
                what => writeln!(facts, "{} {what:?}", event.at).unwrap(),
            }
        }
        let snapshot = cursor.seek(u32::MAX);
        writeln!(facts, "at its end: {} {:?}, {:?}", snapshot.url, snapshot.title, snapshot.viewport).unwrap();
        writeln!(facts, "pointer {:?}, gap {}", snapshot.pointer, snapshot.gap).unwrap();
        tree_facts(&snapshot.nodes, &mut facts);
        snapshot.state.iter().for_each(|what| writeln!(facts, "  {what:?}").unwrap());
    }
    let overview = overview(&recording);
    writeln!(facts, "{} ms, segments {:?}", overview.duration_ms, overview.segments).unwrap();
    overview.marks.iter().for_each(|mark| writeln!(facts, "{mark:?}").unwrap());
    check("recording", &facts);
    // Another DEFLATE may give other bytes, never another recording.
    assert_eq!(recording::read(&recording::write(&recording)), Ok(recording));
}
