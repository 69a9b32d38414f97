//! Strings as words, and names of strings by their place: whatever the page says, and however much of it, comes out of the
//! replay model as it was.
#![allow(clippy::unwrap_used, missing_docs)]

use recorder::Recorder;
use shared::ids::{PageId, PageSeq};
use shared::mask::{Policy, Rules};
use shared::record::{self, tag};
use shared::recording::{Page, PageFrame, remask};
use shared::replay::{Cursor, NodeKind};

const INLINE: u32 = 1 << 31;

/// A page whose document holds an element for each text of a batch, with the text inside and as its `lang` attribute.
struct Telling {
    recorder: Recorder,
    next_id: u32,
    time: u32,
}

impl Telling {
    fn new() -> Self {
        let mut recorder = Recorder::new(Rules::new(Policy::default(), 7));
        recorder.ingest(&[11, 0], b"");
        Self { recorder, next_id: 2, time: 0 }
    }

    fn batch(&mut self, texts: &[String]) {
        let (mut words, mut arena) = (vec![2, 1], Vec::new());
        for text in texts {
            words.extend([
                self.next_id << 3 | 2,
                INLINE | 1,
                0,
                0,
                (self.next_id + 1) << 3 | 3,
                INLINE | text.len() as u32,
                0,
            ]);
            arena.extend_from_slice(b"b");
            arena.extend_from_slice(text.as_bytes());
            self.next_id += 2;
        }
        words.extend([0, 6, self.time]);
        self.time += 10;
        self.recorder.ingest(&words, &arena);
    }

    /// Every text again, each on the node of the one before it in the batch.
    fn change(&mut self, first_id: u32, texts: &[String]) {
        let (mut words, mut arena) = (Vec::new(), Vec::new());
        for (index, text) in texts.iter().enumerate() {
            let length = if text.is_empty() { 0 } else { INLINE | text.len() as u32 };
            words.extend([5, 1, first_id + 1 + 2 * index as u32, length]);
            arena.extend_from_slice(text.as_bytes());
        }
        words.extend([6, self.time]);
        self.time += 10;
        self.recorder.ingest(&words, &arena);
    }

    fn page(mut self) -> Page {
        self.recorder.close_payload();
        let mut frames = Vec::new();
        while let Some(payload) = self.recorder.next_payload() {
            let seq = PageSeq(frames.len() as u32);
            frames.push(PageFrame { seq, flags: payload.flags, at_ms: payload.at, payload: payload.records });
        }
        Page { id: PageId([1; 8]), offset_ms: 0, frames }
    }
}

fn texts_of(page: &Page) -> Vec<String> {
    let snapshot = Cursor::new(page).seek(u32::MAX);
    assert!(!snapshot.gap);
    let texts = snapshot.nodes.into_iter().filter_map(|node| match node.what {
        NodeKind::Text { value } => Some(value),
        _ => None,
    });
    texts.collect()
}

/// A number in letters, which no rule masks.
fn word(mut number: usize) -> String {
    let mut word = String::from("x");
    loop {
        word.push((b'a' + (number % 26) as u8) as char);
        number /= 26;
        if number == 0 {
            return word;
        }
    }
}

#[test]
fn words_and_spaces_of_every_kind_come_back() {
    let texts: Vec<String> = [
        "a",
        " ",
        "  ",
        " a",
        "a ",
        "a  b",
        "über Öl ☂ 한국어",
        "\n  a\tb\n",
        "same same same",
        "same",
        &"long".repeat(9),
        &"long".repeat(9),
    ]
    .map(str::to_owned)
    .into();
    let mut telling = Telling::new();
    telling.batch(&texts);
    telling.batch(&texts);
    let page = telling.page();
    assert_eq!(texts_of(&page), [texts.clone(), texts].concat());
}

#[test]
fn more_words_than_get_a_number_come_back() {
    let mut telling = Telling::new();
    let all: Vec<String> = (0..9_000).map(word).collect();
    let mut expected = Vec::new();
    // Twice: words and strings with a place and those without; frames of their own, and the same frame.
    for size in [9_000, 100, 3_000] {
        for some in all.chunks(size) {
            let texts = vec![some.join(" "), some[0].clone(), some[some.len() - 1].clone()];
            telling.batch(&texts);
            expected.extend(texts);
        }
    }
    telling.batch(&all);
    telling.batch(&all);
    expected.extend(all.clone());
    let last_id = telling.next_id - 2 * all.len() as u32;
    let turned: Vec<String> = all.iter().rev().cloned().collect();
    telling.change(last_id, &turned);
    expected.extend(turned);
    let page = telling.page();
    assert!(page.frames.iter().all(|frame| frame.payload.len() < 256 << 10));
    assert_eq!(texts_of(&page), expected);
}

#[test]
fn the_strings_of_a_frame_need_no_other_frame() {
    let mut telling = Telling::new();
    let texts: Vec<String> = (0..4_000).map(|number| format!("{} {}", word(number), word(number + 1))).collect();
    telling.batch(&texts);
    let mut page = telling.page();
    let expected = texts_of(&page);
    assert!(page.frames.len() > 1);
    // The second masking reads each frame for itself; what it writes has no words any more.
    remask(&mut page, &Rules::new(Policy::default(), 7));
    let tags = page.frames.iter().flat_map(|frame| record::read(&frame.payload).map(|one| one.unwrap().0));
    assert!(!tags.collect::<Vec<_>>().contains(&tag::PHRASES));
    assert_eq!(texts_of(&page), expected);
}
