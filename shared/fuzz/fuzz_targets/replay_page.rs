//! Payloads as a hostile recorder may send them, played, sought and masked again. Nothing may panic, hang, or take memory
//! out of proportion (`-rss_limit_mb`, `-timeout`); times must stay within what was asked for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::frame::Flags;
use shared::ids::{PageId, PageSeq, RecordingId};
use shared::mask::Rules;
use shared::recording::{Page, PageFrame, Recording, remask};
use shared::replay::{Cursor, overview};

/// Frames one after the other: bytes of payload (two), start (one), frames missing before it (one), payload.
fn frames(mut bytes: &[u8]) -> Vec<PageFrame> {
    let mut frames = Vec::new();
    let (mut seq, mut at_ms) = (0, 0);
    while let [low, high, wait, hole, rest @ ..] = bytes {
        let len = usize::from(u16::from_le_bytes([*low, *high])).min(rest.len());
        let (payload, rest) = rest.split_at(len);
        // Holes are rare: after one, little is looked at.
        seq += u32::from(*hole == 255);
        at_ms += u32::from(*wait);
        frames.push(PageFrame { seq: PageSeq(seq), flags: Flags::default(), at_ms, payload: payload.to_vec() });
        seq += 1;
        bytes = rest;
    }
    frames
}

fuzz_target!(|bytes: &[u8]| {
    let mut page = Page { id: PageId([1; 8]), offset_ms: 0, frames: frames(bytes) };
    play(&page);
    remask(&mut page, &Rules::default());
    play(&page);
    overview(&Recording { id: RecordingId([1; 16]), started_at_ms: 0, pages: vec![page] });
});

fn play(page: &Page) {
    let mut cursor = Cursor::new(page);
    for at_ms in [0, 300, 40, 9_000] {
        let shown = cursor.seek(at_ms);
        assert_eq!(shown.at, at_ms);
        assert!(cursor.next(at_ms + 20).iter().all(|event| event.at <= at_ms + 20));
    }
    cursor.rest();
}
