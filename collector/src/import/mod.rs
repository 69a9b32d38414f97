//! A recording that was made elsewhere comes in as a finished one: masked by this site's rules, with facts of its own,
//! without what was declared there, kept as long as a new one. It is not counted: no visit of this month began with it.
//! What kind of file it is, its first bytes say: ours (`export --format revisit`), else rrweb's JSON.

pub mod rrweb;

use crate::auth;
use crate::blobs::{self, Blobs};
use crate::clock;
use crate::finish;
use crate::intake;
use crate::store::site::Site;
use crate::store::{self, Claim, Store};
use bytes::Bytes;
use rrweb::Marker;
use shared::ids::RecordingId;
use shared::limits::RECORDING_MAX_BYTES;
use shared::mask::Rules;
use shared::recording::{self, Recording, remask};

/// Bytes of one file: what is read of it takes several times as much memory.
pub const FILE_MAX_BYTES: usize = 128 << 20;
/// How our own files begin.
const OURS: &[u8] = b"RVR";

/// Why a file could not be taken in.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Not one of ours that this program can read.
    #[error(transparent)]
    Unreadable(#[from] recording::Unreadable),
    /// Not rrweb's either, or one that cannot be taken in.
    #[error(transparent)]
    Refused(#[from] rrweb::Refused),
    /// Too big.
    #[error("the file is larger than {} MiB", FILE_MAX_BYTES >> 20)]
    TooLarge,
    /// Bigger than what this program keeps of a visit.
    #[error("the recording is larger than {} MiB", RECORDING_MAX_BYTES >> 20)]
    TooMuch,
    /// The second time.
    #[error("this recording is here, or was erased here")]
    Known,
    /// The store.
    #[error(transparent)]
    Store(#[from] store::Failure),
    /// The store of blobs.
    #[error(transparent)]
    Blobs(#[from] blobs::Failure),
    /// The program is about to end.
    #[error("stopped in the middle")]
    Stopped,
}

/// What came in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Imported {
    /// Under which id.
    pub id: RecordingId,
    /// Events of the file that could not be read.
    pub skipped: usize,
}

/// Takes a file in.
pub async fn import(
    store: &dyn Store,
    blobs: &Blobs,
    site: &Site,
    file: Bytes,
    days: u32,
) -> Result<Imported, Failure> {
    if file.len() > FILE_MAX_BYTES {
        return Err(Failure::TooLarge);
    }
    // Tokens are the same all through a recording, and on no other.
    let rules = Rules::new(intake::rules(site).policy, u64::from_le_bytes(auth::random_bytes()));
    let settings = &site.settings;
    let marker = Marker::new(&settings.block_selectors, &settings.mask_selectors, &settings.unmask_selectors);
    let now_ms = clock::now_ms();
    let (has_pictures, site_id) = (settings.record_canvas, site.id.clone());
    let work = tokio::task::spawn_blocking(move || {
        let (mut recording, skipped) = read(&file, &rules, marker)?;
        if !has_pictures {
            finish::take_pictures(&mut recording);
        }
        let claim = claim(recording.id, site_id, now_ms);
        let facts = finish::facts_of(&recording, &claim);
        Ok::<_, Failure>((claim, facts, recording::write(&recording), skipped))
    });
    let (claim, mut facts, blob, skipped) = work.await.map_err(|_| Failure::Stopped)??;
    let id = claim.id;
    facts.size_bytes = blob.len() as i64;
    facts.blob = format!("{}/{}/{id}/0-{}", finish::FOLDER, site.id, auth::random_text(4));
    blobs.put(&facts.blob, blob.into()).await?;
    let expires_ms = now_ms + i64::from(days) * clock::DAY;
    if store.import(&claim, facts, expires_ms).await? { Ok(Imported { id, skipped }) } else { Err(Failure::Known) }
}

/// What a finish would have claimed.
fn claim(id: RecordingId, site: String, now_ms: clock::Millis) -> Claim {
    Claim {
        rid: 0,
        id,
        site,
        rev: 0,
        tries: 0,
        created_ms: now_ms,
        last_ms: i64::MAX,
        duration_ms: 0,
        blob: None,
        identity: serde_json::Map::new(),
        pages: Vec::new(),
        frames: Vec::new(),
    }
}

fn read(file: &Bytes, rules: &Rules, marker: Result<Marker, rrweb::Refused>) -> Result<(Recording, usize), Failure> {
    let (mut recording, skipped) = if file.starts_with(OURS) {
        (recording::read(file)?, 0)
    } else {
        let rrweb::Read { recording, skipped } = rrweb::read(file, rules, &marker?)?;
        (recording, skipped)
    };
    let frames = recording.pages.iter().flat_map(|page| &page.frames);
    if frames.map(|frame| frame.payload.len()).sum::<usize>() > RECORDING_MAX_BYTES {
        return Err(Failure::TooMuch);
    }
    for page in &mut recording.pages {
        // What somebody declared elsewhere is not this site's; no export of ours holds it.
        finish::take_declared(page);
        remask(page, rules);
    }
    Ok((recording, skipped))
}
