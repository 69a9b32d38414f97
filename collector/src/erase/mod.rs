//! Erases what is held on a person: metadata, recordings, the chunks that still hold their frames, links to them.
//!
//! First the store notes, in one transaction, which recordings are to go; from then on they will, whoever is killed:
//! [`resume`] goes on with what has begun. Each step may be repeated. Metadata goes before bytes, so that nothing shows
//! what is half gone. When [`erase`] returns, [`scan`] has looked at everything and found nothing.
//! Never: writes what was searched for (an address, an id of a person) into the log or the audit.

mod scan;

pub use scan::{Scan, scan};

use crate::blobs::{self, Blobs};
use crate::clock;
use crate::finish;
use crate::keep::{self, Failure};
use crate::log::chunk::{self, ChunkWriter};
use crate::store::privacy::Erasing;
use crate::store::site::Site;
use crate::store::{self, ChunkRow, Filter, NewChunk, Store};
use crate::subject::Subject;
use bytes::Bytes;
use shared::ids::RecordingId;
use std::sync::Arc;
use std::time::Duration;

/// How often a scan looks again at what is under way, and how long it waits.
const SETTLE_TRIES: usize = 20;
const SETTLE_WAIT: Duration = Duration::from_millis(300);

/// What an erasure did.
#[derive(Debug, Default)]
pub struct Erased {
    /// Which recordings.
    pub ids: Vec<RecordingId>,
    /// What the scan after it looked at.
    pub scan: Scan,
}

/// Erases all recordings of a subject, on a site or everywhere.
pub async fn erase(
    store: &dyn Store,
    blobs: &Blobs,
    site: Option<String>,
    subject: Subject,
    actor: &str,
) -> Result<Erased, Failure> {
    let erasing = begin(store, blobs, site, subject, actor).await?;
    let ids: Vec<RecordingId> = erasing.iter().map(|one| one.id).collect();
    let scan = settled(store, blobs, &ids).await?;
    if scan.left > 0 {
        return Err(store::Failure::Damaged("something of an erased recording is left").into());
    }
    end(store, &erasing).await?;
    Ok(Erased { ids, scan })
}

async fn begin(
    store: &dyn Store,
    blobs: &Blobs,
    site: Option<String>,
    subject: Subject,
    actor: &str,
) -> Result<Vec<Erasing>, Failure> {
    let erasing = store.begin_erasing(site, subject, actor.to_owned(), clock::now_ms()).await?;
    if !erasing.is_empty() {
        finish_all(store, blobs, &erasing).await?;
    }
    Ok(erasing)
}

/// Notes that these erasures have ended, once the database's own log has nothing of them any more either.
async fn end(store: &dyn Store, erasing: &[Erasing]) -> Result<(), Failure> {
    if erasing.is_empty() {
        return Ok(());
    }
    clear_log(store).await?;
    for one in erasing {
        store.end_erasing(one.id).await?;
    }
    Ok(())
}

/// What was overwritten lives on in the database's own log, as long as somebody reads who began before.
async fn clear_log(store: &dyn Store) -> Result<(), Failure> {
    for _ in 0..SETTLE_TRIES {
        if store.clear_log().await? {
            return Ok(());
        }
        tokio::time::sleep(SETTLE_WAIT).await;
    }
    Err(Failure::NotYet)
}

/// Erases one recording; `false` when there is none. Without the scan, which reads every chunk: visitors may ask for this.
pub async fn erase_recording(store: &dyn Store, blobs: &Blobs, id: RecordingId, actor: &str) -> Result<bool, Failure> {
    let erasing = begin(store, blobs, None, Subject::Recording(id), actor).await?;
    end(store, &erasing).await?;
    Ok(!erasing.is_empty())
}

/// A scan that waits for what is under way: a frame that came while its recording was erased is in a chunk for a moment, until
/// that is rewritten.
pub async fn settled(store: &dyn Store, blobs: &Blobs, ids: &[RecordingId]) -> Result<Scan, Failure> {
    for _ in 0..SETTLE_TRIES {
        let scan = scan(store, blobs, ids).await?;
        if scan.left == 0 {
            return Ok(scan);
        }
        tokio::time::sleep(SETTLE_WAIT).await;
    }
    scan(store, blobs, ids).await
}

/// Goes on with what was begun by somebody who is gone, or is at it just now: every step is harmless when done twice.
pub async fn resume(store: &dyn Store, blobs: &Blobs) -> Result<(), Failure> {
    let erasing = store.erasing().await?;
    finish_all(store, blobs, &erasing).await?;
    match end(store, &erasing).await {
        // Tried again with the next tick.
        Err(Failure::NotYet) => Ok(()),
        ended => ended,
    }
}

/// Rewrites all chunks that still hold bytes of erased recordings.
pub(crate) async fn rewrite_all(store: &dyn Store, blobs: &Blobs) -> Result<(), Failure> {
    for cid in store.erasing_chunks().await? {
        rewrite(store, blobs, cid).await?;
    }
    Ok(())
}

/// Erases everything of a site that a filter finds, in batches that let intake go on, and gives back what it used.
pub async fn void_all(
    store: &dyn Store,
    blobs: &Blobs,
    site: &Site,
    filter: Filter,
    actor: &str,
) -> Result<u64, Failure> {
    let mut count = 0;
    loop {
        let filter = Filter { site: Some(site.id.clone()), with_hidden: true, now_ms: 0, limit: 200, ..filter.clone() };
        let ids: Vec<RecordingId> = store.recordings(filter).await?.into_iter().map(|row| row.id).collect();
        if ids.is_empty() {
            break;
        }
        let voided = store.void(site, ids, actor, clock::now_ms()).await?;
        count += voided;
        if voided == 0 {
            break;
        }
    }
    finish_all(store, blobs, &[]).await?;
    if count > 0 {
        clear_log(store).await?;
    }
    Ok(count)
}

/// Voids one recording: erased, and not counted.
pub async fn void_one(
    store: &dyn Store,
    blobs: &Blobs,
    site: &Site,
    id: RecordingId,
    actor: &str,
) -> Result<(), Failure> {
    store.void(site, vec![id], actor, clock::now_ms()).await?;
    finish_all(store, blobs, &[]).await?;
    clear_log(store).await
}

/// Metadata of all of them first; then the bytes, those of others among them whose erasure was cut short.
async fn finish_all(store: &dyn Store, blobs: &Blobs, erasing: &[Erasing]) -> Result<(), Failure> {
    for one in erasing {
        store.erase(one.id, &one.actor, clock::now_ms()).await?;
    }
    rewrite_all(store, blobs).await?;
    keep::delete_doomed(store, blobs).await?;
    // Also what a finish has written that was overtaken by this.
    for one in erasing {
        for blob in blobs.list(&format!("{}/{}/{}", finish::FOLDER, one.site, one.id)).await? {
            blobs.delete(&blob.name).await?;
        }
    }
    Ok(())
}

/// Writes a chunk anew with only those frames that something points at. Others may rewrite, finish or erase meanwhile: a
/// copy of what is no longer so is thrown away, and made again.
async fn rewrite(store: &dyn Store, blobs: &Blobs, cid: i64) -> Result<(), Failure> {
    let mut missing = None;
    while let Some(ChunkRow { old, frames }) = store.chunk(cid).await? {
        let bytes = match blobs.get(&old.name).await {
            Ok(bytes) => bytes,
            // Gone by itself: nothing of the erased recording is in it.
            Err(blobs::Failure::Missing) if frames.is_empty() => return Ok(()),
            // Replaced since it was looked up; unless it is still said to be there.
            Err(blobs::Failure::Missing) if missing.as_ref() != Some(&old.name) => {
                missing = Some(old.name);
                continue;
            }
            Err(failure) => return Err(failure.into()),
        };
        let (chunk, moved) = copy(&bytes, &frames)?;
        let created_ms = clock::now_ms();
        let name = chunk::name(created_ms);
        let by = NewChunk { name: name.clone(), created_ms, bytes: chunk.len() as u64 };
        blobs.put(&name, chunk).await?;
        if store.replace_chunk(old, by, moved).await? {
            return Ok(());
        }
    }
    Ok(())
}

/// Frames of a rewritten chunk: page row, seq, where they begin in it.
type Moved = Vec<(i64, u32, u32)>;

/// A chunk with only these frames (page row, seq, start, len).
fn copy(bytes: &[u8], frames: &[(i64, u32, u32, u32)]) -> Result<(Bytes, Moved), Failure> {
    let mut writer = ChunkWriter::new(bytes.len());
    let mut moved = Vec::with_capacity(frames.len());
    for &(pid, seq, start, len) in frames {
        let (start, len) = (start as usize, len as usize);
        // The 20 bytes before a frame are its recording's id and its length.
        let Some((id, frame)) =
            start.checked_sub(20).and_then(|from| Some((bytes.get(from..from + 16)?, bytes.get(start..start + len)?)))
        else {
            return Err(store::Failure::Damaged("a chunk is shorter than its index says").into());
        };
        let mut recording = [0; 16];
        recording.copy_from_slice(id);
        moved.push((pid, seq, writer.push(RecordingId(recording), frame)));
    }
    Ok((writer.finish(), moved))
}

/// Rewrites a chunk into which frames of an erased recording have come; cut short, [`resume`] does it.
pub async fn rewrite_later(store: Arc<dyn Store>, blobs: Blobs, cid: i64) {
    let done = async {
        rewrite(&*store, &blobs, cid).await?;
        keep::delete_doomed(&*store, &blobs).await
    };
    if let Err(failure) = done.await {
        tracing::error!(%failure, "cannot rewrite a chunk");
    }
}
