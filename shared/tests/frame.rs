//! The frame and the body around it: what is sealed comes back, what is damaged does not, and nothing that a stranger
//! sends panics. The layout itself, byte by byte, is the doctest of [`shared::frame`]; frames of the past are in `golden`.
#![allow(clippy::unwrap_used)]

use proptest::collection::vec;
use proptest::prelude::*;
use shared::frame::{Flags, Header, Malformed, open, read_body, seal, write_body};
use shared::ids::{PageId, PageSeq, RecordingId, WriteSecret};
use shared::limits::{BODY_MAX_FRAMES, SEQ_MAX};

fn headers() -> impl Strategy<Value = Header> {
    (any::<[u8; 8]>(), 0..=SEQ_MAX, any::<u8>(), any::<u64>(), any::<u32>()).prop_map(
        |(page, seq, flags, epoch_ms, at_ms)| Header {
            page: PageId(page),
            seq: PageSeq(seq),
            flags: Flags(flags),
            epoch_ms,
            at_ms,
        },
    )
}

fn sealed() -> Vec<u8> {
    let header = Header { page: PageId([7; 8]), seq: PageSeq(5), flags: Flags(3), epoch_ms: 1 << 41, at_ms: 900 };
    seal(&header, b"some records")
}

fn body_of(frames: &[&[u8]]) -> Vec<u8> {
    write_body(RecordingId([1; 16]), WriteSecret([2; 16]), 1 << 41, frames)
}

/// Where the count of frames stands in what [`body_of`] gives.
const COUNT_AT: usize = 2 + 1 + 16 + 16 + 6;

#[test]
fn a_frame_cut_short_or_with_bytes_left_over_is_refused() {
    let frame = sealed();
    assert_eq!(open(b""), Err(Malformed::Empty));
    for len in 1..frame.len() {
        assert_eq!(open(&frame[..len]), Err(Malformed::Shape), "{len} bytes");
    }
    assert_eq!(open(&[&frame[..], b"x"].concat()), Err(Malformed::Shape));
}

#[test]
fn another_version_is_refused_before_anything_else_of_the_frame() {
    for version in [0, 2, 255] {
        assert_eq!(open(&[version]), Err(Malformed::Version(version)));
        let mut frame = sealed();
        frame[0] = version;
        assert_eq!(open(&frame), Err(Malformed::Version(version)));
    }
}

#[test]
fn a_sequence_number_over_the_limit_is_refused() {
    let header = |seq| Header { page: PageId([7; 8]), seq: PageSeq(seq), flags: Flags(0), epoch_ms: 0, at_ms: 0 };
    assert!(open(&seal(&header(SEQ_MAX), b"")).is_ok());
    assert_eq!(open(&seal(&header(SEQ_MAX + 1), b"")), Err(Malformed::Limit));
    assert_eq!(open(&seal(&header(u32::MAX), b"")), Err(Malformed::Limit));
}

#[test]
fn flags_are_sets() {
    let both = Flags::DEFLATE.with(Flags::END);
    assert!(both.has(Flags::DEFLATE) && both.has(Flags::END) && both.has(both));
    assert!(!both.has(Flags::CHECKPOINT) && !Flags::END.has(both));
    assert_eq!(both.with(Flags::END), both);
}

#[test]
fn a_body_of_something_else_is_refused() {
    let frame = sealed();
    let body = body_of(&[&frame]);
    assert_eq!(read_body(b"").unwrap_err(), Malformed::Empty);
    for start in [&b"R"[..], b"V", b"RX", b"VR", b"PK\x03\x04", b"{\"a\":1}"] {
        assert_eq!(read_body(start).unwrap_err(), Malformed::Magic, "{start:?}");
    }
    assert_eq!(read_body(b"RV").unwrap_err(), Malformed::Shape);
    assert_eq!(read_body(b"RV\x02").unwrap_err(), Malformed::Version(2));
    for len in 2..body.len() {
        assert_eq!(read_body(&body[..len]).unwrap_err(), Malformed::Shape, "{len} bytes");
    }
    assert_eq!(read_body(&[&body[..], b"x"].concat()).unwrap_err(), Malformed::Shape);
}

#[test]
fn a_body_holds_one_to_the_greatest_number_of_frames() {
    let frame = sealed();
    assert_eq!(read_body(&body_of(&[])).unwrap_err(), Malformed::Empty);
    assert_eq!(read_body(&body_of(&[&frame[..]; BODY_MAX_FRAMES])).unwrap().frames, vec![&frame[..]; BODY_MAX_FRAMES]);
    assert_eq!(read_body(&body_of(&[&frame[..]; BODY_MAX_FRAMES + 1])).unwrap_err(), Malformed::Limit);
}

#[test]
fn a_count_that_the_body_cannot_hold_is_refused() {
    let mut body = body_of(&[b"x"]);
    assert_eq!(&body[COUNT_AT..], [1, 1, b'x']);
    body.truncate(COUNT_AT);
    for declared in [&[3, 1, b'x'][..], &[2, 1, b'x'], &[0xff, 0xff, 0xff, 0xff, 0x0f, 0], &[0xff; 6], &[1, 0xff, 0x7f]]
    {
        assert_eq!(read_body(&[&body[..], declared].concat()).unwrap_err(), Malformed::Shape, "{declared:?}");
    }
}

#[test]
fn the_secret_is_never_printed() {
    let frame = sealed();
    let body = write_body(RecordingId([1; 16]), WriteSecret([0xee; 16]), 0, &[&frame]);
    let printed = format!("{:?}", read_body(&body).unwrap());
    assert!(printed.contains("WriteSecret(…)"));
    assert!(!printed.contains("238") && !printed.contains("ee"), "{printed}");
}

proptest! {
    #[test]
    fn what_is_sealed_opens_to_the_same(header in headers(), payload in vec(any::<u8>(), 0..2000)) {
        let bytes = seal(&header, &payload);
        let frame = open(&bytes).unwrap();
        prop_assert_eq!(frame.header, header);
        prop_assert_eq!(frame.payload, payload);
    }

    #[test]
    fn a_frame_with_a_changed_bit_is_refused(
        header in headers(),
        payload in vec(any::<u8>(), 0..200),
        at in any::<proptest::sample::Index>(),
    ) {
        let mut bytes = seal(&header, &payload);
        let bit = at.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(open(&bytes).is_err());
    }

    #[test]
    fn what_a_body_was_written_around_is_read_from_it(
        recording in any::<[u8; 16]>(),
        secret in any::<[u8; 16]>(),
        sent_at_ms in any::<u64>(),
        frames in vec(vec(any::<u8>(), 0..300), 1..=BODY_MAX_FRAMES),
    ) {
        let slices: Vec<&[u8]> = frames.iter().map(Vec::as_slice).collect();
        let bytes = write_body(RecordingId(recording), WriteSecret(secret), sent_at_ms, &slices);
        let body = read_body(&bytes).unwrap();
        prop_assert_eq!(body.recording, RecordingId(recording));
        prop_assert!(body.secret == WriteSecret(secret));
        prop_assert_eq!(body.sent_at_ms, sent_at_ms);
        prop_assert_eq!(body.frames, slices);
    }

    #[test]
    fn arbitrary_bytes_never_panic(mut bytes in vec(any::<u8>(), 0..500)) {
        let _ = open(&bytes);
        let _ = read_body(&bytes);
        bytes.insert(0, 1);
        let _ = open(&bytes);
        let _ = read_body(&[b"RV", &bytes[..]].concat());
    }

    #[test]
    fn a_changed_body_never_panics_and_gives_only_its_own_bytes(
        payloads in vec(vec(any::<u8>(), 0..50), 1..5),
        changes in vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let header = Header { page: PageId([7; 8]), seq: PageSeq(5), flags: Flags(0), epoch_ms: 0, at_ms: 0 };
        let frames: Vec<Vec<u8>> = payloads.iter().map(|payload| seal(&header, payload)).collect();
        let mut bytes = body_of(&frames.iter().map(Vec::as_slice).collect::<Vec<_>>());
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(body) = read_body(&bytes) {
            prop_assert!(body.frames.len() <= BODY_MAX_FRAMES);
            prop_assert!(body.frames.iter().map(|frame| frame.len()).sum::<usize>() <= bytes.len());
            for frame in body.frames {
                if let Ok(frame) = open(frame) {
                    prop_assert!(frame.header.seq.0 <= SEQ_MAX);
                }
            }
        }
    }
}
