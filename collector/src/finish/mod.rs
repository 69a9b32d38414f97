//! Ended visits become recordings: claim, read the frames out of their chunks, assemble, find the facts, write the blob,
//! tell the store. Killed anywhere in between, the claim's lease runs out and another try begins from the chunks, which
//! stay until the store holds the recording.

mod assemble;
mod facts;
mod pictures;

pub use pictures::take_pictures;

use crate::app::App;
use crate::auth;
use crate::blobs;
use crate::clock::{self, Millis};
use crate::intake;
use crate::persons::Declared;
use crate::store::{self, Claim, Facts, FrameRow};
use crate::telemetry;
use assemble::Assembled;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use shared::mask::{Policy, Rules};
use shared::recording;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// The folder of recordings in the blob store.
pub const FOLDER: &str = "recordings";
/// How often ended visits are looked for.
const TICK: Duration = Duration::from_millis(500);
/// A finish that takes longer than this is begun again by somebody.
const LEASE_MS: Millis = 20_000;
/// Visits finished in one go.
const BATCH: u32 = 16;
/// Of those, at once: one reads and writes while the other computes.
const AT_ONCE: usize = 2;
/// After so many tries a chunk that cannot be read is taken as lost, and what it held as a hole in the recording.
const TRIES: i64 = 5;

/// Why a recording could not be finished now.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Store(#[from] store::Failure),
    #[error(transparent)]
    Blobs(#[from] blobs::Failure),
    #[error("its stored blob: {0}")]
    Recording(#[from] recording::Unreadable),
    #[error("stopped in the middle")]
    Stopped,
}

/// The facts of a recording that came in whole.
pub(crate) fn facts_of(recording: &recording::Recording, claim: &Claim) -> Facts {
    facts::find(recording, Declared::default(), claim)
}

/// Takes out of a page what somebody declared about its visitor. A frame that does not divide becomes a hole.
pub(crate) fn take_declared(page: &mut recording::Page) {
    page.frames.retain_mut(|frame| match assemble::take_declared(&frame.payload, &mut Declared::default()) {
        Some(payload) => {
            frame.payload = payload;
            true
        }
        None => false,
    });
}

/// Finishes visits until it is dropped.
pub async fn run(app: Arc<App>) {
    loop {
        match finish_ended(&app).await {
            Ok(0) => tokio::time::sleep(TICK).await,
            Ok(_) => {}
            Err(failure) => {
                telemetry::store_failed();
                tracing::error!(%failure, "cannot look for ended visits");
                tokio::time::sleep(TICK * 10).await;
            }
        }
    }
}

/// Finishes what has ended by now; says how many were tried.
pub async fn finish_ended(app: &Arc<App>) -> Result<usize, store::Failure> {
    let now_ms = clock::now_ms();
    let claims = app.store.claim_ended(now_ms, now_ms + LEASE_MS, BATCH).await?;
    let count = claims.len();
    stream::iter(claims).for_each_concurrent(AT_ONCE, |claim| finish_and_tell(app, claim)).await;
    Ok(count)
}

async fn finish_and_tell(app: &App, claim: Claim) {
    match finish(app, &claim).await {
        Ok(true) => app.counters.finished(clock::now_ms() - claim.last_ms),
        Ok(false) => tracing::debug!(recording = %claim.id, "grew while it was being finished"),
        Err(failure) => {
            // The lease keeps it from being tried again at once; it comes back when that runs out.
            telemetry::store_failed();
            tracing::error!(recording = %claim.id, tries = claim.tries, %failure, "cannot finish a recording");
            app.counters.finish_failed();
        }
    }
}

async fn finish(app: &App, claim: &Claim) -> Result<bool, Failure> {
    let site = app.store.site(&claim.site).await?;
    // Without its site a recording is about to be erased: everything is masked.
    let rules = site.as_ref().map_or_else(|| Rules::new(Policy::default(), 0), intake::rules);
    let has_pictures = site.as_ref().is_some_and(|site| site.settings.record_canvas);
    let min_duration_ms = site.map_or(0, |site| i64::from(site.settings.min_duration) * 1000);
    let before = match &claim.blob {
        Some(name) => Some(app.blobs.get(name).await?),
        None => None,
    };
    let frames = read_frames(app, claim).await?;
    let work = claim.clone();
    let (blob, mut facts) = tokio::task::spawn_blocking(move || {
        let Assembled { mut recording, declared } = assemble::assemble(&work, before.as_deref(), &frames, &rules)?;
        if !has_pictures {
            take_pictures(&mut recording);
        }
        let facts = facts::find(&recording, declared, &work);
        Ok::<_, Failure>((recording::write(&recording), facts))
    })
    .await
    .map_err(|_| Failure::Stopped)??;
    facts.hidden = facts.duration_ms < min_duration_ms;
    facts.size_bytes = blob.len() as i64;
    // A name of its own for each try, so that a slow one never overwrites the work of a later one.
    facts.blob = format!("{FOLDER}/{}/{}/{}-{}", claim.site, claim.id, claim.rev, auth::random_text(4));
    app.blobs.put(&facts.blob, blob.into()).await?;
    Ok(app.store.finish(claim, facts).await?)
}

/// The frames' bytes, in the order of their rows: one read a chunk. What is lost is empty.
async fn read_frames(app: &App, claim: &Claim) -> Result<Vec<Bytes>, Failure> {
    let rows: &[FrameRow] = &claim.frames;
    let mut chunks: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        chunks.entry(&row.chunk).or_default().push(at);
    }
    let mut frames = vec![Bytes::new(); rows.len()];
    for (name, places) in chunks {
        let range = |at: &usize| u64::from(rows[*at].start)..u64::from(rows[*at].start) + u64::from(rows[*at].len);
        let ranges: Vec<_> = places.iter().map(range).collect();
        match app.blobs.get_ranges(name, &ranges).await {
            Ok(parts) => places.into_iter().zip(parts).for_each(|(at, bytes)| frames[at] = bytes),
            Err(failure) if claim.tries >= TRIES => {
                tracing::error!(recording = %claim.id, %failure, "a chunk is lost");
            }
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(frames)
}
