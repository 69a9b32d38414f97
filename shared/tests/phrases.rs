//! Strings as words, as a stranger may write them: what cannot be read is refused, what masks to something else is masked
//! whole, and a byte that names a long word buys no more than a payload may hold.
#![cfg(feature = "replay")]
#![allow(clippy::unwrap_used)]

use shared::ids::{PageId, PageSeq};
use shared::limits::PAYLOAD_MAX_BYTES;
use shared::mask::Rules;
use shared::phrases::Words;
use shared::record::{put_packed, tag};
use shared::recording::{Page, PageFrame, remask};
use shared::strings::{self, Kind};

/// first 1, one string of the text kind with the words given.
fn body(words: &[&[u8]]) -> Vec<u8> {
    [&[1, Kind::Text as u8], words.concat().as_slice(), &[0]].concat()
}

#[test]
fn a_word_that_was_not_spelled_is_refused() {
    assert_eq!(Words::default().read(&body(&[&[2]])), None);
    assert_eq!(Words::default().read(&body(&[b"\x01\x01a", &[3]])), None);
    for cut in 1..6 {
        let whole = body(&[b"\x01\x02ab", &[2]]);
        assert_eq!(Words::default().read(&whole[..cut + 1]), None, "{cut}");
    }
    assert_eq!(Words::default().read(&body(&[b"\x01\x02\xff\xfe"])), None, "not UTF-8");
    let mut words = Words::default();
    assert_eq!(words.read(&body(&[b"\x01\x02ab", &[2]])).unwrap().1[0].text, "ab ab");
    words.start_anew();
    assert_eq!(words.read(&body(&[&[2]])), None);
}

#[test]
fn a_frame_comes_to_no_more_than_a_payload() {
    let mut words = Words::default();
    let long = [&[1, 32][..], &[b'w'; 32]].concat();
    let many = vec![2u8; PAYLOAD_MAX_BYTES / 33 - 10];
    assert!(words.read(&body(&[&long, &many])).is_some());
    assert_eq!(words.read(&body(&[&[2; 20]])), None);
    assert!(Words::default().read(&body(&[&long, &[2; 20]])).is_some());
}

#[test]
fn what_the_words_say_together_is_masked_and_what_cannot_be_read_is_a_gap() {
    let masked = |bodies: &[Vec<u8>]| {
        let mut payload = Vec::new();
        bodies.iter().for_each(|body| put_packed(&mut payload, tag::PHRASES, body));
        let frames = vec![PageFrame { seq: PageSeq(0), flags: Default::default(), at_ms: 0, payload }];
        let mut page = Page { id: PageId([1; 8]), offset_ms: 0, frames };
        remask(&mut page, &Rules::default());
        page.frames.remove(0).payload
    };
    let spelled = |text: &str| [&[1, text.len() as u8], text.as_bytes()].concat();
    let first = body(&[&spelled("write"), &spelled("jane@example.com"), &spelled("4711")]);
    let again = [&[2, Kind::Text as u8], &[3, 2, 3][..], &[0]].concat();
    let mut expected = Vec::new();
    for (number, text) in [(1, "write •@• 0000"), (2, "•@• write •@•")] {
        let text = Rules::default().text(text, Default::default()).into_owned();
        put_packed(&mut expected, tag::STRINGS, &strings::write(number, &[(Kind::Text, false, text)]));
    }
    assert_eq!(masked(&[first.clone(), again]), expected);
    let broken = masked(&[first, vec![2, 1, 9, 0], body(&[&spelled("jane@example.com"), &[200, 1]])]);
    assert!(!String::from_utf8_lossy(&broken).contains("jane"));
    assert!(broken.ends_with(&[tag::STRINGS as u8, 0]), "{broken:?}");
}
