//! A frame: one postcard message of the recorder, and the body that carries frames to the intake.
//!
//! ```text
//! body   "RV" version=1 · recording [16] · secret [16] · sent_at_ms varint · frames: count varint, each len varint + bytes
//! frame  version=1 · page [8] · seq varint · flags · epoch_ms varint · at_ms varint · crc32c varint · payload len varint + bytes
//! payload (inflated when flags has DEFLATE)   records: tag varint · len varint · body
//! ```
//! The checksum covers the frame's header fields and its payload as sent. (recording, page, seq) names a frame, so
//! sending it twice is harmless. The body's secret is checked by the intake and goes no further: frames are stored without it.
//!
//! A heartbeat, byte by byte:
//!
//! ```
//! use shared::frame::{Flags, Header, open, read_body, seal, write_body};
//! use shared::ids::{PageId, PageSeq, RecordingId, WriteSecret, to_hex};
//! use shared::record::{Heartbeat, put, tag};
//!
//! let mut payload = Vec::new();
//! put(&mut payload, tag::HEARTBEAT, &Heartbeat { at: 5 });
//! let page = PageId([0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88]);
//! let header = Header { page, seq: PageSeq(300), flags: Flags::ACTIVE, epoch_ms: 1_750_000_000_000, at_ms: 30_000 };
//! let frame = seal(&header, &payload);
//! let bytes = [
//!     "01",               // version
//!     "1122334455667788", // page
//!     "ac02",             // seq 300: low seven bits first, 0x80 says that more follow
//!     "08",               // flags: ACTIVE
//!     "80b883a1f732",     // epoch_ms
//!     "b0ea01",           // at_ms 30,000
//!     "fde3c08601",       // crc32c of version, flags, page, seq, epoch_ms, at_ms (full width, little-endian), payload
//!     "03",               // payload of three bytes
//!     "180105",           // one record: tag 24 HEARTBEAT, one byte, at 5
//! ];
//! assert_eq!(to_hex(&frame), bytes.concat());
//! assert_eq!(open(&frame).map(|frame| frame.header), Ok(header));
//!
//! let body = write_body(RecordingId([0xaa; 16]), WriteSecret([0xbb; 16]), 128, &[&frame]);
//! let start = ["525601", &"aa".repeat(16), &"bb".repeat(16), "8001", "01", "1e"]; // "RV" 1, …, one frame of 30 bytes
//! assert_eq!(to_hex(&body), start.concat() + &to_hex(&frame));
//! assert_eq!(read_body(&body).map(|body| body.frames), Ok(vec![&*frame]));
//! ```

use crate::checksum::crc32c;
use crate::ids::{PageId, PageSeq, RecordingId, WriteSecret};
use crate::limits::{BODY_MAX_FRAMES, SEQ_MAX};
use crate::varint;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The first bytes of a body.
pub const MAGIC: [u8; 2] = *b"RV";
/// The version of body and frame that this code writes; it reads this one.
pub const VERSION: u8 = 1;

/// What a frame's flags say without looking into its payload.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Flags(pub u8);

impl Flags {
    /// The payload is raw DEFLATE (RFC 1951).
    pub const DEFLATE: Flags = Flags(1);
    /// A checkpoint starts in this frame.
    pub const CHECKPOINT: Flags = Flags(2);
    /// The page's last frame: it was left.
    pub const END: Flags = Flags(4);
    /// Holds input of the visitor (pointer, key, touch, scroll): what keeps a recording from being idle.
    pub const ACTIVE: Flags = Flags(8);

    /// Whether all of `other` is set.
    pub const fn has(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
}

/// The facts of a frame beside its payload.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    /// The page the frame belongs to.
    pub page: PageId,
    /// Its place in the page.
    pub seq: PageSeq,
    /// What it holds.
    pub flags: Flags,
    /// Wall clock of the visitor's device at the page's time 0, in milliseconds since 1970.
    pub epoch_ms: u64,
    /// Milliseconds from the page's time 0 to the frame's first record. Records count from here.
    pub at_ms: u32,
}

#[derive(Deserialize)]
struct Wire<'a> {
    version: u8,
    page: [u8; 8],
    seq: u32,
    flags: u8,
    epoch_ms: u64,
    at_ms: u32,
    crc: u32,
    #[serde(borrow)]
    payload: &'a [u8],
}

impl Wire<'_> {
    fn checksum(&self) -> u32 {
        crc32c(&[
            &[self.version, self.flags],
            &self.page,
            &self.seq.to_le_bytes(),
            &self.epoch_ms.to_le_bytes(),
            &self.at_ms.to_le_bytes(),
            self.payload,
        ])
    }
}

/// A frame whose checksum is right. Its payload may still be deflated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame<'a> {
    /// The facts beside the payload.
    pub header: Header,
    /// The records, deflated or not as the flags say.
    pub payload: &'a [u8],
    /// The checksum that it came with: two frames that differ in it are not the same.
    pub crc: u32,
}

/// A body as it arrives: who writes, and the frames' bytes, not yet opened.
#[derive(Debug)]
pub struct Body<'a> {
    /// The recording that all frames belong to.
    pub recording: RecordingId,
    /// What allows writing to it.
    pub secret: WriteSecret,
    /// Wall clock of the visitor's device when the body was sent, in milliseconds since 1970.
    pub sent_at_ms: u64,
    /// The frames, each to be opened with [`open`].
    pub frames: Vec<&'a [u8]>,
}

/// Why bytes are not a body or a frame. The sender can only give up on them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Malformed {
    /// Nothing there.
    Empty,
    /// The first bytes are not a body's.
    Magic,
    /// A version that this collector does not know.
    Version(u8),
    /// Ends early, has bytes left over, or a count that its length cannot hold.
    Shape,
    /// The checksum does not fit the bytes.
    Checksum,
    /// A number over its limit.
    Limit,
}

impl core::fmt::Display for Malformed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Malformed::Empty => "the body is empty",
            Malformed::Magic => "not a Revisit body",
            Malformed::Version(_) => "a version of the frame format that this collector does not know",
            Malformed::Shape => "the frame is cut short or has bytes left over",
            Malformed::Checksum => "the frame's checksum does not fit its bytes",
            Malformed::Limit => "a number in the frame is over its limit",
        })
    }
}

impl core::error::Error for Malformed {}

/// Seals one frame.
pub fn seal(header: &Header, payload: &[u8]) -> Vec<u8> {
    let mut wire = Wire {
        version: VERSION,
        page: header.page.0,
        seq: header.seq.0,
        flags: header.flags.0,
        epoch_ms: header.epoch_ms,
        at_ms: header.at_ms,
        crc: 0,
        payload,
    };
    wire.crc = wire.checksum();
    // What postcard would write, without its code: the recorder has no other use for it, `open` reads it with postcard.
    let mut out = Vec::with_capacity(payload.len() + 48);
    out.push(wire.version);
    out.extend_from_slice(&wire.page);
    varint::put(&mut out, wire.seq);
    out.push(wire.flags);
    varint::put_long(&mut out, wire.epoch_ms);
    varint::put(&mut out, wire.at_ms);
    varint::put(&mut out, wire.crc);
    varint::put(&mut out, payload.len() as u32);
    out.extend_from_slice(payload);
    out
}

/// Opens one frame and checks it.
pub fn open(bytes: &[u8]) -> Result<Frame<'_>, Malformed> {
    match bytes.first() {
        None => return Err(Malformed::Empty),
        Some(&VERSION) => {}
        Some(&other) => return Err(Malformed::Version(other)),
    }
    let (wire, rest) = postcard::take_from_bytes::<Wire<'_>>(bytes).map_err(|_| Malformed::Shape)?;
    if !rest.is_empty() {
        return Err(Malformed::Shape);
    }
    if wire.crc != wire.checksum() {
        return Err(Malformed::Checksum);
    }
    if wire.seq > SEQ_MAX {
        return Err(Malformed::Limit);
    }
    let header = Header {
        page: PageId(wire.page),
        seq: PageSeq(wire.seq),
        flags: Flags(wire.flags),
        epoch_ms: wire.epoch_ms,
        at_ms: wire.at_ms,
    };
    Ok(Frame { header, payload: wire.payload, crc: wire.crc })
}

/// Writes a body around sealed frames.
pub fn write_body(recording: RecordingId, secret: WriteSecret, sent_at_ms: u64, frames: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(frames.iter().map(|frame| frame.len() + 5).sum::<usize>() + 48);
    out.extend_from_slice(&MAGIC);
    out.push(VERSION);
    out.extend_from_slice(&recording.0);
    out.extend_from_slice(&secret.0);
    varint::put_long(&mut out, sent_at_ms);
    varint::put(&mut out, frames.len() as u32);
    for frame in frames {
        varint::put(&mut out, frame.len() as u32);
        out.extend_from_slice(frame);
    }
    out
}

/// Reads a body. Its frames are only delimited: each is opened, and so checked, with [`open`].
pub fn read_body(bytes: &[u8]) -> Result<Body<'_>, Malformed> {
    #[derive(Deserialize)]
    struct Start {
        recording: [u8; 16],
        secret: [u8; 16],
        sent_at_ms: u64,
    }
    let (magic, rest) = match bytes {
        [] => return Err(Malformed::Empty),
        [first, second, rest @ ..] => ([*first, *second], rest),
        _ => return Err(Malformed::Magic),
    };
    if magic != MAGIC {
        return Err(Malformed::Magic);
    }
    let (version, rest) = rest.split_first().ok_or(Malformed::Shape)?;
    if *version != VERSION {
        return Err(Malformed::Version(*version));
    }
    let (start, rest) = postcard::take_from_bytes::<Start>(rest).map_err(|_| Malformed::Shape)?;
    let mut reader = varint::Reader::new(rest);
    let count = reader.count().ok_or(Malformed::Shape)?;
    if count > BODY_MAX_FRAMES {
        return Err(Malformed::Limit);
    }
    if count == 0 {
        return Err(Malformed::Empty);
    }
    let mut frames = Vec::with_capacity(count);
    for _ in 0..count {
        let len = reader.number().ok_or(Malformed::Shape)? as usize;
        frames.push(reader.bytes(len).ok_or(Malformed::Shape)?);
    }
    if !reader.is_empty() {
        return Err(Malformed::Shape);
    }
    Ok(Body {
        recording: RecordingId(start.recording),
        secret: WriteSecret(start.secret),
        sent_at_ms: start.sent_at_ms,
        frames,
    })
}
