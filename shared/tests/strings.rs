//! The dictionary's records: strings come back with the numbers that were given out, however long they are and wherever
//! they are cut, and a malformed record is refused.
#![allow(clippy::unwrap_used)]

use proptest::collection::vec;
use proptest::prelude::*;
use shared::mask::Rules;
use shared::strings::{CONTINUED, Kind, NewStrings, StringRef, read, write};
use shared::varint;

const KINDS: [Kind; 7] = [Kind::Name, Kind::Text, Kind::Attribute, Kind::Url, Kind::Css, Kind::Field, Kind::Token];

fn push(strings: &mut NewStrings, kind: Kind, text: &str) -> StringRef {
    strings.push(kind, &Rules::default().stated(text))
}

fn bodies(strings: &mut NewStrings, max_bytes: usize) -> Vec<Vec<u8>> {
    let mut bodies = Vec::new();
    strings.take(max_bytes, |body| bodies.push(body.to_vec()));
    bodies
}

/// Number, kind and text of every whole string; checks that each record's first number is the next one.
fn whole(bodies: &[Vec<u8>], first: StringRef) -> Vec<(StringRef, Kind, String)> {
    let mut strings = Vec::new();
    let mut next = first;
    let mut text = String::new();
    for body in bodies {
        let (number, pieces) = read(body).unwrap();
        assert_eq!(number, next);
        for piece in pieces {
            text.push_str(piece.text);
            if !piece.continued {
                strings.push((next, piece.kind, std::mem::take(&mut text)));
                next += 1;
            }
        }
    }
    assert!(text.is_empty(), "the last string ends");
    strings
}

/// Short ones, and ones around the length at which they are cut, of characters of 1 to 4 bytes.
fn texts() -> impl Strategy<Value = String> {
    let long = (proptest::sample::select(vec!["x", "é", "•", "𝄞", "a€"]), 0..4_usize, 12_200..12_400_usize, 0..3_usize)
        .prop_map(|(one, shift, len, times)| "y".repeat(shift) + &one.repeat(len * times / one.len() + 1));
    prop_oneof![4 => "\\PC{0,40}", 1 => long]
}

proptest! {
    #[test]
    fn strings_come_back_with_their_numbers(
        texts in vec((proptest::sample::select(KINDS.to_vec()), texts()), 0..20),
        first in 0..1_000_000_u32,
        max_bytes in prop_oneof![Just(0_usize), 1..40_usize, Just(16_384)],
        takes in 1..4_usize,
    ) {
        let mut strings = NewStrings::starting_at(first);
        let mut all = Vec::new();
        let mut numbers = Vec::new();
        for part in texts.chunks(texts.len() / takes + 1) {
            numbers.extend(part.iter().map(|(kind, text)| push(&mut strings, *kind, text)));
            all.extend(bodies(&mut strings, max_bytes));
            prop_assert!(strings.is_empty());
        }
        let back = whole(&all, first);
        prop_assert_eq!(back.len(), texts.len());
        for ((number, (kind, text)), back) in numbers.into_iter().zip(texts).zip(back) {
            prop_assert_eq!((number, kind, text), back);
        }
    }

    #[test]
    fn records_keep_to_their_size(texts in vec(texts(), 1..30)) {
        let mut strings = NewStrings::starting_at(1);
        for text in &texts {
            push(&mut strings, Kind::Text, text);
        }
        for body in bodies(&mut strings, 16 << 10) {
            prop_assert!(body.len() <= (16 << 10) + 10, "{}", body.len());
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..300)) {
        if let Some((_, pieces)) = read(&bytes) {
            prop_assert!(pieces.iter().map(|piece| piece.text.len() + 2).sum::<usize>() <= bytes.len());
        }
    }

    #[test]
    fn what_was_read_is_written_the_same(texts in vec((proptest::sample::select(KINDS.to_vec()), texts()), 0..9)) {
        let mut strings = NewStrings::starting_at(3);
        for (kind, text) in &texts {
            push(&mut strings, *kind, text);
        }
        for body in bodies(&mut strings, 16 << 10) {
            let (first, pieces) = read(&body).unwrap();
            let rules = Rules::default();
            let pieces: Vec<_> =
                pieces.iter().map(|piece| (piece.kind, piece.continued, rules.stated(piece.text))).collect();
            prop_assert_eq!(write(first, &pieces), body);
        }
    }
}

#[test]
fn a_long_string_is_cut_between_characters() {
    let mut strings = NewStrings::starting_at(1);
    let text = "x".repeat((12 << 10) - 2) + "𝄞" + &"y".repeat(13 << 10);
    push(&mut strings, Kind::Css, &text);
    let bodies = bodies(&mut strings, 1 << 20);
    let (_, pieces) = read(&bodies[0]).unwrap();
    let ends: Vec<_> = pieces.iter().map(|piece| (piece.text.len(), piece.continued)).collect();
    assert_eq!(ends, [((12 << 10) - 2, true), (12 << 10, true), ((1 << 10) + 4, false)]);
    assert_eq!(pieces[1].text.chars().next(), Some('𝄞'));
}

#[test]
fn nothing_new_makes_no_record() {
    let mut strings = NewStrings::starting_at(9);
    assert!(strings.is_empty());
    assert!(bodies(&mut strings, 100).is_empty());
    assert_eq!(push(&mut strings, Kind::Text, ""), 9);
    assert!(!strings.is_empty());
    assert_eq!(bodies(&mut strings, 100), [[9, 1, Kind::Text as u8, 0]]);
}

#[test]
fn an_unknown_kind_is_masked_like_shown_text() {
    let body = [1, 2, 0x7e, 1, b'a', 0x7e | CONTINUED, 1, b'b'];
    let (_, pieces) = read(&body).unwrap();
    assert_eq!(
        pieces.iter().map(|piece| (piece.kind, piece.continued)).collect::<Vec<_>>(),
        [(Kind::Text, false), (Kind::Text, true)]
    );
    assert!(KINDS.iter().all(|kind| Kind::from_byte(*kind as u8) == *kind));
}

#[test]
fn a_malformed_record_is_refused() {
    let good = [1, 2, 1, 2, b'o', b'k', 0, 1, b'a'];
    assert!(read(&good).is_some());
    for len in 0..good.len() {
        assert_eq!(read(&good[..len]), None, "{len} bytes");
    }
    assert_eq!(read(&[&good[..], &[0]].concat()), None, "bytes left over");
    assert_eq!(read(&[1, 1, 1, 1, 0xff]), None, "not UTF-8");
    assert_eq!(read(&[1, 1, 1, 1, 0xc3]), None, "half a character");
    let mut huge = vec![1];
    varint::put(&mut huge, u32::MAX);
    assert_eq!(read(&huge), None, "a count that the record cannot hold");
    assert_eq!(read(&[1, 1, 1, 0xff, 0xff, 0xff, 0xff, 0x0f]), None, "a length that the record cannot hold");
    assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0x1f, 0]), None, "a number over 32 bits");
}
