//! A finished recording as one blob: what the collector's `finish` writes, the store keeps, and the player opens.
//!
//! ```text
//! "RVR" version=1 · postcard(id, started_at_ms, pages: [(page, offset_ms, deflated postcard [(seq, flags, at_ms, payload)])])
//! ```
//! Payloads are inflated and masked a second time; pages stand in the order in which they started, frames by seq. A frame
//! that never came is a jump in `seq`. The write secret and everything [`crate::record::Declared`] are not in here.

use crate::frame::Flags;
use crate::ids::{PageId, PageSeq, RecordingId};
use crate::limits::{PAYLOAD_MAX_BYTES, RECORDING_MAX_BYTES};
use crate::mask::{Masked, Rules};
use crate::phrases::Words;
use crate::record::{self, Broken, tag};
use crate::strings::{self, Kind, StringRef};
use alloc::string::String;
use alloc::vec::Vec;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use serde::{Deserialize, Serialize};

const MAGIC: &[u8; 4] = b"RVR\x01";
/// Level of DEFLATE: what a minute of recording costs on disk matters more than the milliseconds of finish.
const LEVEL: u8 = 7;

/// One visit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recording {
    /// Which.
    pub id: RecordingId,
    /// Server time of the recording's time 0, in milliseconds since 1970.
    pub started_at_ms: u64,
    /// Its pages, by start.
    pub pages: Vec<Page>,
}

/// One document load.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// Which.
    pub id: PageId,
    /// Milliseconds from the recording's time 0 to the page's time 0.
    pub offset_ms: u32,
    /// Its frames, by seq.
    pub frames: Vec<PageFrame>,
}

/// One frame of a page, inflated.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PageFrame {
    /// Its place.
    pub seq: PageSeq,
    /// What it holds; never [`Flags::DEFLATE`].
    pub flags: Flags,
    /// Milliseconds from the page's time 0 to the time its records count from.
    pub at_ms: u32,
    /// Its records.
    pub payload: Vec<u8>,
}

/// Why bytes are not a recording.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unreadable {
    /// The first bytes are another format's, or another version's.
    #[error("not a Revisit recording of a version that this program knows")]
    Format,
    /// Ends early, or does not inflate.
    #[error("the recording is damaged")]
    Damaged,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    id: [u8; 16],
    started_at_ms: u64,
    pages: Vec<StoredPage>,
}

#[derive(Serialize, Deserialize)]
struct StoredPage {
    page: [u8; 8],
    offset_ms: u32,
    frames: Vec<u8>,
}

/// The blob of `recording`.
pub fn write(recording: &Recording) -> Vec<u8> {
    let pages = recording.pages.iter().map(|page| StoredPage {
        page: page.id.0,
        offset_ms: page.offset_ms,
        frames: compress_to_vec(&postcard::to_allocvec(&page.frames).unwrap_or_default(), LEVEL),
    });
    let stored = Stored { id: recording.id.0, started_at_ms: recording.started_at_ms, pages: pages.collect() };
    // Writing to a Vec cannot fail: postcard's only error here is a full buffer.
    postcard::to_extend(&stored, MAGIC.to_vec()).unwrap_or_default()
}

/// The recording in `blob`.
pub fn read(blob: &[u8]) -> Result<Recording, Unreadable> {
    let rest = blob.strip_prefix(MAGIC).ok_or(Unreadable::Format)?;
    let stored: Stored = postcard::from_bytes(rest).map_err(|_| Unreadable::Damaged)?;
    let mut pages = Vec::with_capacity(stored.pages.len());
    // One bound for all pages: many of them must not take what one may not. Twice, since frames have headers too.
    let mut room = 2 * RECORDING_MAX_BYTES;
    for page in stored.pages {
        let frames = decompress_to_vec_with_limit(&page.frames, room).map_err(|_| Unreadable::Damaged)?;
        room -= frames.len();
        let frames = postcard::from_bytes(&frames).map_err(|_| Unreadable::Damaged)?;
        pages.push(Page { id: PageId(page.page), offset_ms: page.offset_ms, frames });
    }
    Ok(Recording { id: RecordingId(stored.id), started_at_ms: stored.started_at_ms, pages })
}

/// Masks the strings of a page a second time, so that a hostile or outdated recorder cannot leave in clear what the site's
/// settings hide. A string that came in pieces is masked as a whole and then stands where its last piece stood: a piece of
/// a style sheet means something else than the sheet, and an address cut in two is none. What cannot be read gives way to
/// a record that every reader takes as lost; all else stays as it is.
pub fn remask(page: &mut Page, rules: &Rules) {
    let mut open = OpenString::default();
    let mut next_seq = 0;
    for frame in &mut page.frames {
        if frame.seq.0 != next_seq {
            open = OpenString::default();
        }
        next_seq = frame.seq.0.wrapping_add(1);
        frame.payload = remask_records(&frame.payload, &mut open, rules);
    }
    // The rest may come yet: a visitor who returns goes on with the same pages.
    if let (Some(last), Some(kind)) = (page.frames.last_mut(), open.kind) {
        let piece = (kind, true, rules.again(kind, &open.text));
        record::put_packed(&mut last.payload, tag::STRINGS, &strings::write(open.number, &[piece]));
    }
}

/// A string whose last piece has not come.
#[derive(Default)]
struct OpenString {
    number: StringRef,
    /// None while there is no such string.
    kind: Option<Kind>,
    text: String,
}

fn remask_records(records: &[u8], open: &mut OpenString, rules: &Rules) -> Vec<u8> {
    let mut out = Vec::with_capacity(records.len());
    let mut words = Words::default();
    for one in record::read(records) {
        match one {
            Ok((tag::STRINGS, body)) => match strings::read(body) {
                Some((first, pieces)) => {
                    open.add_all(
                        first,
                        pieces.iter().map(|piece| (piece.kind, piece.text, piece.continued)),
                        rules,
                        &mut out,
                    );
                }
                None => record::put_packed(&mut out, tag::STRINGS, UNREADABLE),
            },
            // The rules may change a word in one string and not in another: whole strings are kept.
            Ok((tag::PHRASES, body)) => match words.read(body) {
                Some((first, phrases)) => {
                    let pieces = phrases.iter().map(|phrase| (phrase.kind, phrase.text.as_str(), phrase.continued));
                    open.add_all(first, pieces, rules, &mut out);
                }
                None => record::put_packed(&mut out, tag::STRINGS, UNREADABLE),
            },
            Ok((tag, body)) => {
                if tag == tag::CHECKPOINT {
                    words.start_anew();
                    *open = OpenString::default();
                }
                record::put_packed(&mut out, tag, body);
            }
            Err(Broken) => record::put_packed(&mut out, tag::STRINGS, UNREADABLE),
        }
    }
    out
}

/// The body of a `STRINGS` record that nothing can be read from.
const UNREADABLE: &[u8] = &[];

impl OpenString {
    /// Adds the pieces of a record, and writes the strings that they complete.
    fn add_all<'a>(
        &mut self,
        first: StringRef,
        pieces: impl Iterator<Item = (Kind, &'a str, bool)>,
        rules: &Rules,
        out: &mut Vec<u8>,
    ) {
        let masked: Vec<_> =
            pieces.filter_map(|(kind, text, continued)| self.add(kind, text, continued, rules)).collect();
        self.number = first.wrapping_add(masked.len() as u32);
        if !masked.is_empty() {
            record::put_packed(out, tag::STRINGS, &strings::write(first, &masked));
        }
    }

    /// Adds a piece. Gives the whole string, masked, when it was the last one.
    fn add(&mut self, kind: Kind, text: &str, continued: bool, rules: &Rules) -> Option<(Kind, bool, Masked<'static>)> {
        let kind = *self.kind.get_or_insert(kind);
        self.text.push_str(text);
        if continued {
            return None;
        }
        let whole = core::mem::take(self);
        Some((kind, false, rules.again(kind, &whole.text).into_owned()))
    }
}

/// The records of a frame as it arrived, inflated when its flags say so. Over the limit or not DEFLATE is `None`.
pub fn inflate(flags: Flags, payload: &[u8]) -> Option<Vec<u8>> {
    if flags.has(Flags::DEFLATE) {
        return decompress_to_vec_with_limit(payload, PAYLOAD_MAX_BYTES).ok();
    }
    (payload.len() <= PAYLOAD_MAX_BYTES).then(|| payload.to_vec())
}
