//! Frames → one recording. In: what the store knows of the pages, the blob of an earlier finish, new frames as they
//! arrived. Out: pages by server time, frames by seq, each once, inflated and masked a second time; and, apart from it,
//! what the site's owner declared.

use super::Failure;
use crate::clock::Millis;
use crate::persons::Declared;
use crate::store::{Claim, PageRow};
use bytes::Bytes;
use shared::frame::{self, Flags, Frame};
use shared::ids::{PageId, PageSeq};
use shared::limits::{RECORDING_MAX_BYTES, RECORDING_MAX_MS};
use shared::mask::Rules;
use shared::record;
use shared::recording::{self, Page, PageFrame, Recording, inflate, remask};
use std::collections::BTreeMap;

pub(super) struct Assembled {
    pub(super) recording: Recording,
    pub(super) declared: Declared,
}

pub(super) fn assemble(
    claim: &Claim,
    before: Option<&[u8]>,
    frames: &[Bytes],
    rules: &Rules,
) -> Result<Assembled, Failure> {
    let mut pages: BTreeMap<PageId, BTreeMap<PageSeq, PageFrame>> = BTreeMap::new();
    let mut starts: BTreeMap<PageId, Millis> = BTreeMap::new();
    if let Some(blob) = before {
        let before = recording::read(blob)?;
        for page in before.pages {
            let start = before.started_at_ms.saturating_add(u64::from(page.offset_ms));
            starts.insert(page.id, i64::try_from(start).unwrap_or(i64::MAX));
            pages.entry(page.id).or_default().extend(page.frames.into_iter().map(|frame| (frame.seq, frame)));
        }
    }
    let mut declared = Declared::default();
    let held = pages.values().flat_map(BTreeMap::values).map(|frame| frame.payload.len()).sum();
    let mut room = RECORDING_MAX_BYTES.saturating_sub(held);
    for bytes in frames {
        let opened = open(bytes, &mut declared).filter(|(_, payload)| payload.len() <= room);
        let Some((frame, payload)) = opened else {
            // It was whole when it came: the disk has changed it; or there is too much of it. The rest of the visit is worth
            // keeping; this is a hole.
            tracing::error!(recording = %claim.id, "a stored frame is damaged, or beyond the limit, and left out");
            continue;
        };
        room -= payload.len();
        let header = frame.header;
        let flags = Flags(header.flags.0 & !Flags::DEFLATE.0);
        let one = PageFrame { seq: header.seq, flags, at_ms: header.at_ms, payload };
        pages.entry(header.page).or_default().entry(header.seq).or_insert(one);
    }
    for row in &claim.pages {
        starts.insert(row.page, page_start(row));
    }
    let mut recording = order(claim, pages, &starts);
    recording.pages.iter_mut().for_each(|page| remask(page, rules));
    Ok(Assembled { recording, declared })
}

fn open<'a>(bytes: &'a [u8], declared: &mut Declared) -> Option<(Frame<'a>, Vec<u8>)> {
    let frame = frame::open(bytes).ok()?;
    let records = inflate(frame.header.flags, frame.payload)?;
    Some((frame, take_declared(&records, declared)?))
}

/// Server time of a page's time 0: the device's clock set right by its bodies' least delay. What cannot be (a page that
/// began after its first frame came, or longer ago than a recording lasts) is brought back to what can.
fn page_start(row: &PageRow) -> Millis {
    let epoch_ms = i64::try_from(row.epoch_ms).unwrap_or(i64::MAX);
    let earliest = row.first_ms - i64::from(RECORDING_MAX_MS);
    epoch_ms.saturating_add(row.skew_ms).clamp(earliest, row.first_ms)
}

fn order(
    claim: &Claim,
    pages: BTreeMap<PageId, BTreeMap<PageSeq, PageFrame>>,
    starts: &BTreeMap<PageId, Millis>,
) -> Recording {
    let start_of = |page: &PageId| starts.get(page).copied().unwrap_or(claim.created_ms);
    let started_ms = pages.keys().map(start_of).min().unwrap_or(claim.created_ms).max(0);
    let mut ordered: Vec<(Millis, Page)> = pages
        .into_iter()
        .map(|(id, frames)| {
            let start = start_of(&id);
            let offset_ms = u32::try_from(start - started_ms).unwrap_or(0);
            // No record is younger than the receipt of the visit's last frame.
            let latest = u32::try_from((claim.last_ms - start).max(0)).unwrap_or(u32::MAX);
            let clamped = |mut frame: PageFrame| {
                frame.at_ms = frame.at_ms.min(latest);
                frame
            };
            (start, Page { id, offset_ms, frames: frames.into_values().map(clamped).collect() })
        })
        .collect();
    ordered.sort_by_key(|(start, page)| (*start, page.id));
    Recording {
        id: claim.id,
        started_at_ms: started_ms.cast_unsigned(),
        pages: ordered.into_iter().map(|(_, page)| page).collect(),
    }
}

/// The records without what the owner declared, which goes to `declared`. `None` when the bytes do not divide.
pub(super) fn take_declared(records: &[u8], declared: &mut Declared) -> Option<Vec<u8>> {
    let mut kept = Vec::with_capacity(records.len());
    for one in record::read(records) {
        let (tag, body) = one.ok()?;
        if !declared.take(tag, body) {
            record::put_packed(&mut kept, tag, body);
        }
    }
    Some(kept)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use shared::frame::{Header, seal};
    use shared::ids::RecordingId;
    use shared::record::{Conversation, Declared as Said, Identify, put, tag};

    const PAGE: PageId = PageId([1; 8]);

    fn sealed(seq: u32, payload: &[u8]) -> Bytes {
        let header =
            Header { page: PAGE, seq: PageSeq(seq), flags: Flags::default(), epoch_ms: 5_000, at_ms: seq * 1000 };
        seal(&header, payload).into()
    }

    fn claim(skew_ms: i64) -> Claim {
        Claim {
            rid: 1,
            id: RecordingId([7; 16]),
            site: "s".to_owned(),
            rev: 1,
            tries: 1,
            created_ms: 100_000,
            last_ms: 130_000,
            duration_ms: 0,
            blob: None,
            identity: serde_json::Map::new(),
            pages: vec![PageRow { page: PAGE, epoch_ms: 5_000, skew_ms, first_ms: 100_000 }],
            frames: Vec::new(),
        }
    }

    #[test]
    fn frames_come_once_and_in_order_and_an_earlier_finish_goes_on() {
        let rules = Rules::new(Policy::default(), 0);
        let first = assemble(&claim(94_500), None, &[sealed(2, b""), sealed(0, b""), sealed(2, b"")], &rules).unwrap();
        assert_eq!(first.recording.started_at_ms, 99_500);
        let blob = recording::write(&first.recording);
        let second = assemble(&claim(94_500), Some(&blob), &[sealed(1, b""), sealed(2, b"")], &rules).unwrap();
        let seqs: Vec<u32> = second.recording.pages[0].frames.iter().map(|frame| frame.seq.0).collect();
        assert_eq!(seqs, [0, 1, 2]);
    }

    #[test]
    fn a_clock_years_ahead_changes_nothing() {
        let rules = Rules::new(Policy::default(), 0);
        for skew_ms in [i64::MIN, -400_000_000_000, 400_000_000_000, i64::MAX] {
            let recording = assemble(&claim(skew_ms), None, &[sealed(50, b"")], &rules).unwrap().recording;
            let started = recording.started_at_ms as i64;
            assert!((100_000 - i64::from(RECORDING_MAX_MS)..=100_000).contains(&started) || started == 0, "{started}");
            assert!(started + i64::from(recording.pages[0].frames[0].at_ms) <= 130_000);
        }
    }

    #[test]
    fn what_the_owner_declared_is_not_in_the_recording() {
        let mut payload = Vec::new();
        put(
            &mut payload,
            tag::IDENTIFY,
            &Identify { at: 1, traits: Said(vec![("email".into(), "jane@shop.example".into())]) },
        );
        put(&mut payload, tag::CONVERSATION, &Conversation { at: 2, id: Said("chat-7".into()) });
        put(&mut payload, tag::HEARTBEAT, &record::Heartbeat { at: 3 });
        let rules = Rules::new(Policy::default(), 0);
        let Assembled { recording, declared } = assemble(&claim(0), None, &[sealed(0, &payload)], &rules).unwrap();
        assert_eq!(declared.conversation.as_deref(), Some("chat-7"));
        assert_eq!(declared.traits, [("email".to_owned(), "jane@shop.example".to_owned())]);
        let kept = &recording.pages[0].frames[0].payload;
        assert_eq!(record::read(kept).map(|one| one.unwrap().0).collect::<Vec<_>>(), [tag::HEARTBEAT]);
    }

    use shared::mask::Policy;
}
