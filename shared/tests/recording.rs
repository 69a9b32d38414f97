//! Stored recordings: they come back as they were written, damage is found, payloads stop at their limit, and the second
//! masking leaves what was masked and hides what was not, wherever a string was cut.
#![cfg(feature = "replay")]
#![allow(clippy::unwrap_used)]

mod page;

use miniz_oxide::deflate::compress_to_vec;
use page::PageWriter;
use proptest::collection::vec;
use proptest::prelude::*;
use shared::frame::Flags;
use shared::ids::{PageId, PageSeq, RecordingId};
use shared::limits::PAYLOAD_MAX_BYTES;
use shared::mask::{Level, Policy, Rules};
use shared::record::{self, Heartbeat, put_packed, tag};
use shared::recording::{Page, PageFrame, Recording, Unreadable, inflate, read, remask, write};
use shared::replay::Cursor;
use shared::strings::{self, CONTINUED, Kind};
use shared::varint;

fn recordings() -> impl Strategy<Value = Recording> {
    let frame = (any::<u32>(), any::<u8>(), any::<u32>(), vec(any::<u8>(), 0..200))
        .prop_map(|(seq, flags, at_ms, payload)| PageFrame { seq: PageSeq(seq), flags: Flags(flags), at_ms, payload });
    let page = (any::<[u8; 8]>(), any::<u32>(), vec(frame, 0..5)).prop_map(|(id, offset_ms, frames)| Page {
        id: PageId(id),
        offset_ms,
        frames,
    });
    (any::<[u8; 16]>(), any::<u64>(), vec(page, 0..4)).prop_map(|(id, started_at_ms, pages)| Recording {
        id: RecordingId(id),
        started_at_ms,
        pages,
    })
}

proptest! {
    #[test]
    fn a_recording_comes_back_as_it_was_written(recording in recordings()) {
        prop_assert_eq!(read(&write(&recording)), Ok(recording));
    }

    #[test]
    fn a_recording_cut_short_is_damaged(recording in recordings(), at in any::<prop::sample::Index>()) {
        let blob = write(&recording);
        let len = at.index(blob.len());
        let why = if len < 4 { Unreadable::Format } else { Unreadable::Damaged };
        prop_assert_eq!(read(&blob[..len]), Err(why));
    }

    #[test]
    fn arbitrary_and_changed_bytes_never_panic(
        recording in recordings(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        bytes in vec(any::<u8>(), 0..300),
    ) {
        let mut blob = write(&recording);
        for (at, byte) in changes {
            let at = at.index(blob.len());
            blob[at] = byte;
        }
        for blob in [blob, [b"RVR\x01", &bytes[..]].concat()] {
            if let Ok(recording) = read(&blob) {
                for mut page in recording.pages {
                    Cursor::new(&page).rest();
                    remask(&mut page, &Rules::default());
                }
            }
        }
        let _ = inflate(Flags::DEFLATE, &bytes);
    }

    #[test]
    fn what_was_masked_stays_through_a_second_masking(
        parts in vec((0..6_usize, 0..40_usize), 1..40),
        frames in vec(1..4_usize, 1..20),
        salt in any::<u64>(),
    ) {
        let rules = Rules::new(Policy::default(), salt);
        // Long enough to be cut, anywhere: in addresses, strings, comments, and between them.
        let css: String = parts.iter().map(|(kind, len)| match kind {
            0 => format!(".b{{background:url(\"https://cdn.example/{}.png?v=1\")}}", "i/".repeat(len * 9)),
            1 => format!(".c::after{{content:\"it's {}\"}}\n", "word ".repeat(len * 5)),
            2 => format!("/* don't {} */", "x ".repeat(len * 20)),
            3 => format!("@font-face{{src:url(data:font/woff2;base64,{})}}", "d09G".repeat(len * 200)),
            4 => format!(".grid-{len}{{color:#{len:03};width:calc({len}px + 1em)}}\n"),
            _ => format!(".d{{background:url(a{len}.svg)}}"),
        }).collect();
        let texts = ["Call 555-867-5309 or jane@example.com", "•••••", "plain", ""];
        let mut writer = PageWriter::new();
        writer.checkpoint(0);
        let mut masked = Vec::new();
        for (i, count) in frames.iter().enumerate() {
            for text in &texts[..*count] {
                let text = rules.text(text, Level::Page).into_owned();
                masked.push((Kind::Text, text.as_str().to_owned()));
                writer.string(Kind::Text, text.as_str());
            }
            let css = rules.css(&css, Level::Page).into_owned();
            masked.push((Kind::Css, css.as_str().to_owned()));
            writer.string(Kind::Css, css.as_str());
            writer.put(tag::HEARTBEAT, &Heartbeat { at: i as u32 });
        }
        let mut page = spread(writer.page());
        let before = page.clone();
        remask(&mut page, &rules);
        prop_assert_eq!(texts_of(&page), masked);
        let others = |page: &Page| -> Vec<(u32, Vec<u8>)> {
            records_of(page).into_iter().filter(|(tag, _)| *tag != tag::STRINGS).collect()
        };
        prop_assert_eq!(others(&page), others(&before));
    }
}

/// Each record in a frame of its own.
fn spread(page: Page) -> Page {
    let frames = records_of(&page).into_iter().enumerate().map(|(i, (tag, body))| {
        let mut payload = Vec::new();
        put_packed(&mut payload, tag, &body);
        PageFrame { seq: PageSeq(i as u32), flags: Flags::default(), at_ms: 0, payload }
    });
    Page { frames: frames.collect(), ..page }
}

fn records_of(page: &Page) -> Vec<(u32, Vec<u8>)> {
    let records = page.frames.iter().flat_map(|frame| record::read(&frame.payload));
    records.map(|record| record.unwrap()).map(|(tag, body)| (tag, body.to_vec())).collect()
}

/// The whole strings of a page; checks that each has its number.
fn texts_of(page: &Page) -> Vec<(Kind, String)> {
    let mut texts = Vec::new();
    let mut open = String::new();
    let bodies = records_of(page).into_iter().filter(|(tag, body)| *tag == tag::STRINGS && !body.is_empty());
    for (_, body) in bodies {
        let (first, pieces) = strings::read(&body).unwrap();
        assert_eq!(first as usize, texts.len() + 1);
        for piece in pieces {
            open.push_str(piece.text);
            if !piece.continued {
                texts.push((piece.kind, std::mem::take(&mut open)));
            }
        }
    }
    texts
}

/// A `STRINGS` record of pieces.
fn strings_record(first: u32, pieces: &[(u8, &str)]) -> Vec<u8> {
    let mut body = Vec::new();
    varint::put(&mut body, first);
    varint::put(&mut body, pieces.len() as u32);
    for (kind, text) in pieces {
        body.push(*kind);
        varint::put(&mut body, text.len() as u32);
        body.extend_from_slice(text.as_bytes());
    }
    let mut record = Vec::new();
    put_packed(&mut record, tag::STRINGS, &body);
    record
}

fn page_of(payloads: &[Vec<u8>]) -> Page {
    let frames = payloads.iter().enumerate().map(|(i, payload)| PageFrame {
        seq: PageSeq(i as u32),
        flags: Flags::default(),
        at_ms: 0,
        payload: payload.clone(),
    });
    Page { id: PageId([3; 8]), offset_ms: 0, frames: frames.collect() }
}

fn remasked(mut page: Page) -> Page {
    remask(&mut page, &Rules::default());
    page
}

fn stored(page: &Page) -> Vec<u8> {
    page.frames.iter().flat_map(|frame| frame.payload.clone()).collect()
}

const TEXT: u8 = Kind::Text as u8;

#[test]
fn a_text_in_clear_is_hidden_wherever_it_was_cut() {
    let clear = "Mail jane.doe@example.com or call +49 151 23456789.";
    let hidden = vec![(Kind::Text, Rules::default().text(clear, Level::Page).as_str().to_owned())];
    assert_ne!(hidden[0].1, clear);
    for cut in 0..=clear.len() {
        let (head, tail) = clear.split_at(cut);
        let (head, tail) = ((TEXT | CONTINUED, head), (TEXT, tail));
        let one_record = page_of(&[strings_record(1, &[head, tail])]);
        assert_eq!(texts_of(&remasked(one_record)), hidden, "cut at {cut}");
        let two_records = page_of(&[[strings_record(1, &[head]), strings_record(1, &[tail])].concat()]);
        assert_eq!(texts_of(&remasked(two_records)), hidden, "cut at {cut}");
        let two_frames = page_of(&[strings_record(1, &[head]), Vec::new(), strings_record(1, &[tail])]);
        assert_eq!(texts_of(&remasked(two_frames)), hidden, "cut at {cut}");
    }
}

#[test]
fn a_string_that_has_not_ended_is_hidden_and_goes_on_when_the_visitor_returns() {
    let clear = "Mail jane.doe@example.com";
    let start = strings_record(1, &[(TEXT, "one"), (TEXT | CONTINUED, clear)]);
    let page = remasked(page_of(&[start]));
    assert_eq!(texts_of(&page).len(), 1);
    assert!(!String::from_utf8_lossy(&stored(&page)).contains("example"));
    let mut longer = page.clone();
    longer.frames.push(PageFrame {
        seq: PageSeq(1),
        payload: strings_record(2, &[(TEXT, " today")]),
        ..page.frames[0].clone()
    });
    let texts = texts_of(&remasked(longer));
    assert_eq!(texts[0].1, "one");
    assert_eq!(texts[1].1, Rules::default().text(&(clear.to_owned() + " today"), Level::Page).as_str());
}

#[test]
fn a_string_does_not_go_on_over_a_hole_or_a_checkpoint() {
    let head = strings_record(1, &[(TEXT | CONTINUED, "left ")]);
    let tail = strings_record(1, &[(TEXT, "right")]);
    let mut checkpoint = Vec::new();
    record::put(&mut checkpoint, tag::CHECKPOINT, &record::Checkpoint { at: 0 });
    let right = vec![(Kind::Text, "right".to_owned())];
    assert_eq!(texts_of(&remasked(page_of(&[head.clone(), checkpoint, tail.clone()]))), right);
    let mut page = page_of(&[head, tail]);
    page.frames[1].seq = PageSeq(2);
    assert_eq!(texts_of(&remasked(page)), right);
}

#[test]
fn what_cannot_be_read_is_a_gap_and_nothing_of_it_is_stored() {
    let mut broken_strings = Vec::new();
    put_packed(&mut broken_strings, tag::STRINGS, b"\x01\x02\x01\x10jane@example.com");
    let broken_record = [&[tag::HEARTBEAT as u8, 1, 7][..], &[99, 200], b"jane@example.com"].concat();
    for payload in [broken_strings, broken_record] {
        let page = page_of(&[payload]);
        assert!(String::from_utf8_lossy(&stored(&page)).contains("jane"));
        assert!(Cursor::new(&page).seek(u32::MAX).gap, "as it came");
        let page = remasked(page);
        assert!(!String::from_utf8_lossy(&stored(&page)).contains("jane"));
        assert!(Cursor::new(&page).seek(u32::MAX).gap, "as it is stored");
    }
}

#[test]
fn records_of_later_versions_are_kept() {
    let mut payload = Vec::new();
    put_packed(&mut payload, 4_000, b"something new");
    let page = page_of(&[payload]);
    assert_eq!(remasked(page.clone()), page);
    assert!(!Cursor::new(&page).seek(u32::MAX).gap);
}

#[test]
fn another_format_or_version_is_not_read() {
    let blob = write(&Recording { id: RecordingId([5; 16]), started_at_ms: 0, pages: Vec::new() });
    assert_eq!(&blob[..4], b"RVR\x01");
    for start in [&b""[..], b"RVR", b"RVR\x02", b"RV\x01\x00", b"[{\"type\":4}]"] {
        assert_eq!(read(&[start, &blob[4..]].concat()), Err(Unreadable::Format), "{start:?}");
    }
}

#[test]
fn a_payload_is_inflated_up_to_its_limit() {
    let full = vec![7; PAYLOAD_MAX_BYTES];
    let over = vec![7; PAYLOAD_MAX_BYTES + 1];
    let packed = |bytes: &[u8]| inflate(Flags::DEFLATE.with(Flags::END), &compress_to_vec(bytes, 6));
    assert_eq!(inflate(Flags::default(), &full).as_ref(), Some(&full));
    assert_eq!(inflate(Flags::default(), &over), None);
    assert_eq!(packed(&full), Some(full));
    assert_eq!(packed(&over), None);
    assert_eq!(packed(b""), Some(Vec::new()));
    assert_eq!(inflate(Flags::DEFLATE, b""), None, "DEFLATE of nothing is something");
    assert_eq!(inflate(Flags::DEFLATE, &compress_to_vec(b"abcabcabc", 6)[..4]), None, "cut short");
    assert_eq!(inflate(Flags::DEFLATE, b"plain text"), None);
}
