//! How long things are kept: expired recordings, spent chunks, blobs without an owner; and erase, which rewrites the
//! chunks concerned before it answers. Every step may be repeated; metadata goes before bytes.

use crate::app::App;
use crate::blobs::{self, Blobs};
use crate::clock::{self, Millis};
use crate::finish;
use crate::log::chunk::{self, ChunkWriter};
use crate::store::site::Site;
use crate::store::{self, ChunkRow, Filter, NewChunk, Store};
use crate::telemetry;
use bytes::Bytes;
use shared::ids::RecordingId;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// How often the store is tidied.
const TICK: Duration = Duration::from_secs(5);
/// How often blobs without an owner are looked for, in ticks.
const SWEEP_TICKS: u64 = 720;
/// A blob without an owner may be one whose row is about to be written. After this long it is not.
const ORPHAN_MS: Millis = 10 * 60_000;

/// Something could not be deleted.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The metadata store says no.
    #[error(transparent)]
    Store(#[from] store::Failure),
    /// The blob store says no.
    #[error(transparent)]
    Blobs(#[from] blobs::Failure),
}

impl From<Failure> for crate::problem::Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(failure) => failure.into(),
            Failure::Blobs(failure) => failure.into(),
        }
    }
}

/// Tidies until it is dropped.
pub async fn run(app: Arc<App>) {
    for tick in 0.. {
        let mut done = tidy(&*app.store, &app.blobs).await;
        if done.is_ok() && tick % SWEEP_TICKS == 0 {
            done = sweep(&*app.store, &app.blobs).await;
        }
        if let Err(failure) = note_refusals(&app).await {
            tracing::error!(%failure, "cannot note what was refused");
        }
        app.health.keep(done.is_ok());
        if let Err(failure) = done {
            telemetry::store_failed();
            tracing::error!(%failure, "cannot tidy the store");
        }
        tokio::time::sleep(TICK).await;
    }
}

/// Takes what was refused into the store, where `doctor` finds it.
pub async fn note_refusals(app: &App) -> Result<(), store::Failure> {
    let refused = app.refusals.take();
    if refused.is_empty() { Ok(()) } else { app.store.note_refusals(refused).await }
}

/// Forgets what is over and deletes its bytes.
pub async fn tidy(store: &dyn Store, blobs: &Blobs) -> Result<(), Failure> {
    let expired = store.tidy(clock::now_ms()).await?;
    if expired > 0 {
        tracing::info!(expired, "recordings expired");
    }
    delete_doomed(store, blobs).await
}

async fn delete_doomed(store: &dyn Store, blobs: &Blobs) -> Result<(), Failure> {
    loop {
        let names = store.doomed().await?;
        if names.is_empty() {
            return Ok(());
        }
        for name in &names {
            blobs.delete(name).await?;
        }
        store.forget_doomed(names).await?;
    }
}

/// Deletes blobs that nothing points at: left by a collector that was killed between a blob and its row.
async fn sweep(store: &dyn Store, blobs: &Blobs) -> Result<(), Failure> {
    // Listed before the owners are read: what is written meanwhile is on neither list or has its row.
    let before_ms = clock::now_ms() - ORPHAN_MS;
    let mut listed = blobs.list(chunk::FOLDER).await?;
    listed.extend(blobs.list(finish::FOLDER).await?);
    listed.retain(|blob| blob.written_ms < before_ms);
    if listed.is_empty() {
        return Ok(());
    }
    let mut owned: HashSet<String> = store.chunk_names().await?.into_iter().collect();
    owned.extend(store.inventory(clock::now_ms()).await?.recordings.into_iter().map(|(_, name)| name));
    for blob in listed.iter().filter(|blob| !owned.contains(&blob.name)) {
        blobs.delete(&blob.name).await?;
    }
    Ok(())
}

/// Erases a recording: when it returns, neither metadata nor any blob holds anything of it. `false` when there is none.
pub async fn erase(store: &dyn Store, blobs: &Blobs, id: RecordingId, actor: &str) -> Result<bool, Failure> {
    let site = store.recording(id).await?.map(|recording| recording.site);
    let (Some(site), Some(chunks)) = (site, store.erase(id, actor, clock::now_ms()).await?) else { return Ok(false) };
    for cid in chunks {
        rewrite(store, blobs, cid).await?;
    }
    delete_doomed(store, blobs).await?;
    // Also what a finish has written that was overtaken by this.
    for blob in blobs.list(&format!("{}/{site}/{id}", finish::FOLDER)).await? {
        blobs.delete(&blob.name).await?;
    }
    Ok(true)
}

/// Erases everything that a filter finds, hidden recordings among it, and says which they were.
pub async fn erase_all(
    store: &dyn Store,
    blobs: &Blobs,
    filter: Filter,
    actor: &str,
) -> Result<Vec<RecordingId>, Failure> {
    let mut erased = Vec::new();
    loop {
        let filter = Filter { with_hidden: true, now_ms: 0, limit: 200, ..filter.clone() };
        let rows = store.recordings(filter).await?;
        if rows.is_empty() {
            return Ok(erased);
        }
        for row in rows {
            erase(store, blobs, row.id, actor).await?;
            erased.push(row.id);
        }
    }
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
    let mut chunks = BTreeSet::new();
    loop {
        let filter = Filter { site: Some(site.id.clone()), with_hidden: true, now_ms: 0, limit: 200, ..filter.clone() };
        let ids: Vec<RecordingId> = store.recordings(filter).await?.into_iter().map(|row| row.id).collect();
        if ids.is_empty() {
            break;
        }
        let voided = store.void(site, ids, actor, clock::now_ms()).await?;
        count += voided.recordings;
        chunks.extend(voided.chunks);
        if voided.recordings == 0 {
            break;
        }
    }
    for cid in chunks {
        rewrite(store, blobs, cid).await?;
    }
    delete_doomed(store, blobs).await?;
    Ok(count)
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

/// Rewrites a chunk into which frames of an erased recording have come.
pub async fn rewrite_later(store: Arc<dyn Store>, blobs: Blobs, cid: i64) {
    let done = async {
        rewrite(&*store, &blobs, cid).await?;
        delete_doomed(&*store, &blobs).await
    };
    if let Err(failure) = done.await {
        tracing::error!(%failure, "cannot rewrite a chunk");
    }
}
