//! Opens a body: every frame's checksum, every payload inflated within its limit and divided into records, before
//! anything is kept. One bad frame makes the whole body bad. What a page says of itself is read here, masked again.

use crate::persons::Declared;
use crate::problem::Problem;
use crate::store::{NewFrame, PageHello};
use axum::http::StatusCode;
use shared::frame::{self, Flags, Malformed};
use shared::ids::{RecordingId, WriteSecret};
use shared::limits::FRAME_MAX_BYTES;
use shared::mask::Rules;
use shared::phrases::{Phrase, Words};
use shared::record::{self, Hello, tag};
use shared::recording::inflate;
use shared::strings::{self, Kind};
use std::borrow::Cow;

/// A body that is good.
pub struct Opened {
    /// Whose.
    pub recording: RecordingId,
    /// What allows writing to it.
    pub secret: WriteSecret,
    /// By the visitor's clock.
    pub sent_at_ms: u64,
    /// `start` counts from the start of the body.
    pub frames: Vec<NewFrame>,
}

/// Opens `bytes`.
pub fn open(bytes: &[u8], rules: &Rules) -> Result<Opened, Problem> {
    let body = frame::read_body(bytes).map_err(problem)?;
    let mut room = RECORDS_MAX_BYTES;
    let frames = body.frames.iter().map(|raw| open_frame(bytes, raw, rules, &mut room)).collect::<Result<_, _>>()?;
    Ok(Opened { recording: body.recording, secret: body.secret, sent_at_ms: body.sent_at_ms, frames })
}

/// Bytes of all records of one body after inflating: what costs a processor some milliseconds. A recorder's body has some
/// frames of FRAME_TARGET_BYTES.
const RECORDS_MAX_BYTES: usize = 8 << 20;

fn open_frame(body: &[u8], raw: &[u8], rules: &Rules, room: &mut usize) -> Result<NewFrame, Problem> {
    if raw.len() > FRAME_MAX_BYTES {
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "frame_too_large", "a frame is over its limit"));
    }
    let frame = frame::open(raw).map_err(problem)?;
    let header = frame.header;
    let records = match header.flags.has(Flags::DEFLATE) {
        // Not copied: FRAME_MAX_BYTES is within the limit of a payload.
        false => Cow::Borrowed(frame.payload),
        true => inflate(header.flags, frame.payload).map(Cow::Owned).ok_or_else(|| {
            Problem::bad_request("bad_payload", "a frame's payload does not inflate within its limit")
        })?,
    };
    *room = room.checked_sub(records.len()).ok_or_else(|| {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "inflates_too_far", "the body's frames inflate beyond its limit")
    })?;
    let (hello, declared) = read_records(&records, rules)
        .ok_or_else(|| Problem::bad_request("bad_payload", "a frame's payload does not divide into records"))?;
    Ok(NewFrame {
        page: header.page,
        seq: header.seq,
        flags: header.flags,
        epoch_ms: header.epoch_ms,
        crc: frame.crc,
        // Where the slice is in the body that it was cut from.
        start: (raw.as_ptr() as usize - body.as_ptr() as usize) as u32,
        len: raw.len() as u32,
        hello,
        declared: (!declared.is_empty()).then(|| Box::new(declared)),
    })
}

/// Walks all records; `None` when they do not divide. The page's greeting, if it is among them, and what was declared.
fn read_records(records: &[u8], rules: &Rules) -> Option<(Option<Box<PageHello>>, Declared)> {
    let mut declared = Declared::default();
    let mut hello = None;
    let mut dictionaries = Vec::new();
    for one in record::read(records) {
        let (tag, body) = one.ok()?;
        match tag {
            tag::STRINGS | tag::PHRASES if hello.is_none() => dictionaries.push((tag, body)),
            tag::HELLO if hello.is_none() => hello = Some(body),
            _ => drop(declared.take(tag, body)),
        }
    }
    let Some(body) = hello else { return Some((None, declared)) };
    // A greeting that cannot be read is the page's loss alone; finish looks again.
    let Ok(hello) = postcard::from_bytes::<Hello>(body) else { return Some((None, declared)) };
    Some((Some(Box::new(greeting(&hello, &dictionaries, rules))), declared))
}

fn greeting(hello: &Hello, dictionaries: &[(u32, &[u8])], rules: &Rules) -> PageHello {
    let strings = strings_of(dictionaries);
    let text = |wanted: u32| {
        let found = strings.iter().find(|(number, _, _)| *number == wanted);
        found.map(|(_, kind, text)| rules.again(*kind, text).as_str().to_owned()).unwrap_or_default()
    };
    PageHello {
        url: text(hello.url),
        referrer: text(hello.referrer),
        title: text(hello.title),
        language: text(hello.language),
        viewport: hello.viewport,
        screen: hello.screen,
        visitor: hello.visitor,
    }
}

/// The whole strings of records, up to the first that cannot be read.
fn strings_of(dictionaries: &[(u32, &[u8])]) -> Vec<(u32, Kind, String)> {
    let mut strings = Vec::new();
    let mut words = Words::default();
    for (tag, body) in dictionaries {
        let read = if *tag == tag::STRINGS {
            strings::read(body).map(|(first, pieces)| {
                let own = |piece: strings::Piece<'_>| Phrase {
                    kind: piece.kind,
                    text: piece.text.to_owned(),
                    continued: piece.continued,
                };
                (first, pieces.into_iter().map(own).collect())
            })
        } else {
            words.read(body)
        };
        let Some((mut number, phrases)) = read else { break };
        let mut whole = String::new();
        for Phrase { kind, text, continued } in phrases {
            whole.push_str(&text);
            if !continued {
                strings.push((number, kind, std::mem::take(&mut whole)));
                number = number.wrapping_add(1);
            }
        }
    }
    strings
}

fn problem(malformed: Malformed) -> Problem {
    let code = match malformed {
        Malformed::Empty => "empty",
        Malformed::Magic => "not_a_frame",
        Malformed::Version(_) => "unknown_version",
        Malformed::Shape => "bad_frame",
        Malformed::Checksum => "bad_checksum",
        Malformed::Limit => "over_limit",
    };
    Problem::bad_request(code, malformed.to_string())
}
