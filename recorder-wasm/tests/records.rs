//! The loop over `fields::KINDS` must write what postcard writes for the structs of `shared::record`.
#![allow(clippy::unwrap_used, missing_docs)]

use recorder::Recorder;
use serde::de::DeserializeOwned;
use shared::frame::Flags;
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
    let vital = written::<record::Vital>(tag::VITAL, ALL, &[8, 8, tag::VITAL, 2, 1, 125], "").0;
    assert_eq!((vital.name, vital.value), (1, 125));
    let (line, known) = written::<record::Console>(tag::CONSOLE, ALL, &[36, 8, 1, INLINE | 4], "slow");
    assert_eq!((line.level, known[line.text as usize].as_str()), (1, "slow"));
    let tagged = written::<record::Tag>(tag::TAG, ALL, &[26, 8, INLINE | 1, INLINE | 1], "ab").0;
    assert_ne!(tagged.key, tagged.value);
}

#[test]
fn records_of_numbers() {
    let zigzag = |number: i32| (number << 1 ^ number >> 31).cast_unsigned();
    let state = written::<record::State>(tag::STATE, ALL, &[8, 8, tag::STATE, 3, 2, 0, 1], "").0;
    assert_eq!(state, record::State { at: 3, node: 2, what: 0, value: 1 });
    let words = [8, 8, tag::MEDIA, 5, 2, 3, 90_500, 50, 150];
    let media = written::<record::Media>(tag::MEDIA, ALL, &words, "").0;
    assert_eq!((media.node, media.flags, media.time_ms), (2, 3, 90_500));
    assert_eq!((media.volume_percent, media.rate_percent), (50, 150));
    let words = [8, 8, tag::SELECTION, 4, 2, 7, 2, record::Selection::END];
    let selection = written::<record::Selection>(tag::SELECTION, ALL, &words, "").0;
    assert_eq!((selection.anchor_offset, selection.focus_offset), (7, u32::MAX));
    let key = written::<record::Key>(tag::KEY, ALL, &[8, 8, tag::KEY, 2, 3, 99], "").0;
    assert_eq!(key.name(), "Ctrl+Shift+C");
    let words = [8, 8, tag::TOUCH, 9, 1, 1, 2, 0, zigzag(40), zigzag(50), 16, zigzag(-3), zigzag(4)];
    let touch = written::<record::Touch>(tag::TOUCH, ALL, &words, "").0;
    assert_eq!(touch.points, [(0, 40, 50), (16, -3, 4)]);
    let zoom = written::<record::Zoom>(tag::ZOOM, ALL, &[8, 8, tag::ZOOM, 3, 10, 20, 250], "").0;
    assert_eq!((zoom.x, zoom.y, zoom.scale_percent), (10, 20, 250));
    let dead = written::<record::Dead>(tag::DEAD, ALL, &[8, 8, tag::DEAD, 2, 2, 1500], "").0;
    assert_eq!((dead.node, dead.ago_ms), (2, 1500));
    let submit = written::<record::Submit>(tag::SUBMIT, ALL, &[8, 8, tag::SUBMIT, 2, 2, 0], "").0;
    assert_eq!((submit.node, submit.by), (2, 0));
    let clipboard = written::<record::Clipboard>(tag::CLIPBOARD, ALL, &[8, 8, tag::CLIPBOARD, 2, 2, 2], "").0;
    assert_eq!((clipboard.node, clipboard.kind), (2, 2));
}

#[test]
fn names_fonts_and_sources() {
    let (defined, known) = written::<record::Defined>(tag::DEFINED, ALL, &[33, 8, INLINE | 6, 1], "x-late");
    assert_eq!((known[defined.name as usize].as_str(), defined.is_defined), ("x-late", true));
    let (font, known) =
        written::<record::Font>(tag::FONT, ALL, &[34, 8, 2, INLINE | 27], "@font-face{font-family:One}");
    assert_eq!((font.node, known[font.text as usize].as_str()), (2, "@font-face{font-family:One}"));
    let (source, known) = written::<record::Source>(
        tag::SOURCE,
        Policy::default(),
        &[35, 8, 2, INLINE | 25],
        "https://a.test/42.png?k=v",
    );
    assert_eq!(source.node, 2);
    assert!(!known[source.url as usize].contains("k=v"), "an address is masked: {}", known[source.url as usize]);
}

#[test]
fn a_click_stands_in_a_small_payload() {
    let mut recorder = Recorder::new(Rules::new(ALL, 7));
    recorder.ingest(&[11, 5, 6, 5], b"");
    // Lists of new texts, each of a thousand different letters; a click between each two.
    for step in 0..30u32 {
        let text: String =
            (0..1000).map(|at| char::from(b'a' + ((at * 7 + step * 11 + at / 26 * step) % 26) as u8)).collect();
        let mut words = vec![1, 1];
        words.extend((2..step + 2).map(|id| id << 3 | 1));
        words.extend([(step + 2) << 3 | 3, INLINE | 1000, 0, 6, step * 10]);
        recorder.ingest(&words, text.as_bytes());
        if step % 3 == 0 {
            recorder.ingest(&[14, step * 10 + 5, 2, 30, 40, 0, 500, 1000], b"");
        }
    }
    recorder.close_payload();
    let (mut clicks, mut times) = (Vec::new(), Vec::new());
    while let Some(payload) = recorder.next_payload() {
        let records: Vec<_> = record::read(&payload.records).map(Result::unwrap).collect();
        let clicked = records.iter().filter(|(tag, _)| *tag == tag::CLICK);
        let here: Vec<record::Click> = clicked.map(|(_, body)| postcard::from_bytes(body).unwrap()).collect();
        assert_eq!(payload.flags.has(Flags::ACTIVE), !here.is_empty());
        assert!(here.is_empty() || payload.records.len() < 2200, "{} bytes", payload.records.len());
        clicks.extend(here.iter().map(|click| payload.at + click.at));
        times.push(payload.at);
    }
    assert_eq!(clicks, (0..10).map(|click| click * 30 + 5).collect::<Vec<_>>());
    assert!(times.is_sorted());
}
