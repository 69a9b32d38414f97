//! The loop over `fields::KINDS` must write what postcard writes for the structs of `shared::record`.
#![allow(clippy::unwrap_used, missing_docs)]

use recorder::Recorder;
use serde::de::DeserializeOwned;
use shared::mask::{Policy, Rules};
use shared::phrases::Words;
use shared::record::{self, tag};

const INLINE: u32 = 1 << 31;

/// Ingests one operation and gives the body of the record that it makes, and the strings before it.
fn written<T: DeserializeOwned>(tag: u32, policy: Policy, words: &[u32], arena: &str) -> (T, Vec<String>) {
    let mut recorder = Recorder::new(Rules::new(policy, 7));
    // A checkpoint, and one element with id 2.
    recorder.ingest(&[11, 5, 1, 1, 2 << 3 | 2, INLINE | 5, 0, 0, 0, 0, 6, 5], b"input");
    recorder.ingest(words, arena.as_bytes());
    recorder.close_payload();
    let payload = recorder.next_payload().unwrap();
    let mut known = vec![String::new()];
    let mut phrases = Words::default();
    for one in record::read(&payload.records) {
        let (found, body) = one.unwrap();
        if found == tag::CHECKPOINT {
            phrases.start_anew();
        }
        if found == tag::PHRASES {
            known.extend(phrases.read(body).unwrap().1.into_iter().map(|phrase| phrase.text));
        } else if found == tag {
            return (postcard::from_bytes(body).unwrap(), known);
        }
    }
    panic!("no record with tag {tag}");
}

const ALL: Policy = Policy { numbers: true, emails: true, form_inputs: true, properties: true, allow_unmask: false };

#[test]
fn hello() {
    let words = [10, 7, INLINE | 16, 0, INLINE | 4, INLINE | 2, 800, 600, 1920, 1080, 150, 1, 1, 2, 3, 4, 99, 2];
    let (hello, known) = written::<record::Hello>(tag::HELLO, ALL, &words, "https://a.test/xHomeen");
    assert_eq!((hello.at, hello.viewport, hello.screen, hello.pixel_ratio_percent), (2, (800, 600), (1920, 1080), 150));
    assert_eq!((hello.tab, hello.start), (99, 2));
    assert_eq!(hello.visitor, Some([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0]));
    let text = |number: u32| known[number as usize].as_str();
    assert_eq!((text(hello.url), text(hello.referrer), text(hello.title)), ("https://a.test/x", "", "Home"));
    assert_eq!(text(hello.language), "en");
    let words = [10, 7, 0, 0, 0, 0, 800, 600, 1920, 1080, 150, 0, 1, 2, 3, 4, 99, 2];
    assert_eq!(written::<record::Hello>(tag::HELLO, ALL, &words, "").0.visitor, None);
}

#[test]
fn pointer_and_click() {
    let words = [13, 7, 1, 2, 0, 100, 50, 60, -3i32 as u32, 4];
    let (pointer, _) = written::<record::Pointer>(tag::POINTER, ALL, &words, "");
    assert_eq!(pointer, record::Pointer { at: 2, kind: 1, points: vec![(0, 100, 50), (60, -3, 4)] });
    let words = [14, 8, 2, 30, -40i32 as u32, 2, 500, 1000];
    let (click, _) = written::<record::Click>(tag::CLICK, ALL, &words, "");
    assert_eq!(click, record::Click { at: 3, node: 2, x: 30, y: -40, kind: 2, within: (500, 1000) });
}

#[test]
fn input() {
    let words = [15, 8, 2, 1, INLINE | 3, 0, 1, 0];
    let (input, known) = written::<record::Input>(tag::INPUT, ALL, &words, "tea");
    assert_eq!(known[input.value.unwrap() as usize], "tea");
    assert_eq!((input.checked, input.selected, input.by_visitor), (None, None, true));
    let words = [15, 8, 2, 0, 0, 2, 0, 3, 4, 9];
    let (input, _) = written::<record::Input>(tag::INPUT, ALL, &words, "");
    assert_eq!((input.value, input.checked, input.selected), (None, Some(true), Some(vec![4, 9])));
    let (input, _) = written::<record::Input>(tag::INPUT, Policy::default(), &words, "");
    assert_eq!((input.value, input.checked, input.selected), (None, None, None), "a choice is hidden by default");
    let words = [15, 8, 2, 1, INLINE | 3, 0, 1, 0];
    let (input, known) = written::<record::Input>(tag::INPUT, Policy::default(), &words, "tea");
    assert_eq!(known[input.value.unwrap() as usize], "•••••", "so is a text, its length too");
}

#[test]
fn sheets() {
    let (sheet, known) = written::<record::Sheet>(tag::SHEET, ALL, &[22, 8, 2, 0, INLINE | 4], "b {}");
    assert_eq!((sheet.node, sheet.sheet, known[sheet.text as usize].as_str()), (2, 0, "b {}"));
    let (rule, known) = written::<record::Rule>(tag::RULE, ALL, &[23, 8, 0, 3, 1, 1, INLINE | 4], "b {}");
    assert_eq!((rule.node, rule.sheet, rule.index, known[rule.text.unwrap() as usize].as_str()), (0, 3, 1, "b {}"));
    let (rule, _) = written::<record::Rule>(tag::RULE, ALL, &[23, 8, 0, 3, 1, 0, 0], "");
    assert_eq!(rule.text, None);
    let (adopted, _) = written::<record::Adopted>(tag::ADOPTED, ALL, &[24, 8, 2, 2, 5, 6], "");
    assert_eq!((adopted.node, adopted.sheets), (2, vec![5, 6]));
}

#[test]
fn what_the_owner_tells() {
    let words = [25, 8, INLINE | 3, 1, INLINE | 1, INLINE | 2];
    let (event, known) = written::<record::Event>(tag::EVENT, ALL, &words, "buyn42");
    assert_eq!(known[event.name as usize], "buy");
    let [(name, value)] = event.props[..] else { panic!("one property") };
    assert_eq!((known[name as usize].as_str(), known[value as usize].as_str()), ("n", "42"));
    let words = [27, 8, 1, INLINE | 2, INLINE | 4];
    let (identify, known) = written::<record::Identify>(tag::IDENTIFY, ALL, &words, "idu-17");
    assert_eq!(identify.traits.0, [("id".to_owned(), "u-17".to_owned())]);
    assert!(!known.iter().any(|text| text.contains("u-17")), "declared text is in no dictionary");
    let (conversation, _) = written::<record::Conversation>(tag::CONVERSATION, ALL, &[28, 8, INLINE | 3], "c-9");
    assert_eq!(conversation.id.0, "c-9");
}

#[test]
fn the_rest() {
    let scroll = written::<record::Scroll>(tag::SCROLL, ALL, &[16, 8, 2, 0, 700], "").0;
    assert_eq!(scroll, record::Scroll { at: 3, node: 2, x: 0, y: 700 });
    let viewport = written::<record::Viewport>(tag::VIEWPORT, ALL, &[17, 8, 640, 480], "").0;
    assert_eq!((viewport.width, viewport.height), (640, 480));
    assert_eq!(written::<record::Focus>(tag::FOCUS, ALL, &[18, 8, 2], "").0.node, 2);
    assert!(written::<record::Visibility>(tag::VISIBILITY, ALL, &[19, 8, 1], "").0.visible);
    let (navigate, known) =
        written::<record::Navigate>(tag::NAVIGATE, ALL, &[20, 8, INLINE | 16, 0], "https://a.test/y");
    assert_eq!((known[navigate.url as usize].as_str(), navigate.title), ("https://a.test/y", 0));
    assert_eq!(written::<record::End>(tag::END, ALL, &[21, 8, 2], "").0.reason, 2);
    let (error, known) = written::<record::Error>(tag::ERROR, ALL, &[29, 8, INLINE | 4], "oops");
    assert_eq!(known[error.message as usize], "oops");
    assert_eq!(written::<record::Gap>(tag::GAP, ALL, &[30, 8, 1], "").0.reason, 1);
    assert_eq!(written::<record::Heartbeat>(tag::HEARTBEAT, ALL, &[31, 8], "").0.at, 3);
    let size = written::<record::NaturalSize>(tag::NATURAL_SIZE, ALL, &[32, 8, 2, 30, 20], "").0;
    assert_eq!((size.node, size.width, size.height), (2, 30, 20));
    let tagged = written::<record::Tag>(tag::TAG, ALL, &[26, 8, INLINE | 1, INLINE | 1], "ab").0;
    assert_ne!(tagged.key, tagged.value);
}
