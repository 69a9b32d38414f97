//! How long things are kept: expired recordings, spent chunks, blobs without an owner. Every step may be repeated; metadata
//! goes before bytes. Erasing what somebody asks for is [`crate::erase`]; here it is finished when it was cut short.

use crate::app::App;
use crate::blobs::{self, Blobs};
use crate::clock::{self, Millis};
use crate::erase;
use crate::finish;
use crate::log::chunk;
use crate::store::{self, Store};
use crate::telemetry;
use axum::http::StatusCode;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// How often the store is tidied.
const TICK: Duration = Duration::from_secs(5);
/// How often the database's own log is cleared of what has expired, in ticks: what is deleted lives on there until then.
const CLEAR_TICKS: u64 = 3;
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
    /// Erased, but not yet overwritten everywhere; that goes on by itself.
    #[error("it is erased, but somebody who reads the database holds back its log: ask again in a moment")]
    NotYet,
}

impl From<Failure> for crate::problem::Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(failure) => failure.into(),
            Failure::Blobs(failure) => failure.into(),
            Failure::NotYet => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "not_yet", failure.to_string()).retry_after(5)
            }
        }
    }
}

/// Tidies until it is dropped.
pub async fn run(app: Arc<App>) {
    // What was deleted before the start, too.
    let mut is_log_clear = false;
    for tick in 0.. {
        let mut done = tidy(&*app.store, &app.blobs).await;
        is_log_clear &= matches!(done, Ok(0));
        if done.is_ok() && tick % SWEEP_TICKS == 0 {
            done = sweep(&*app.store, &app.blobs).await.map(|()| 0);
        }
        if done.is_ok() && !is_log_clear && tick % CLEAR_TICKS == 0 {
            match app.store.clear_log().await {
                Ok(is_clear) => is_log_clear = is_clear,
                Err(failure) => done = Err(failure.into()),
            }
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

/// Forgets what is over and deletes its bytes; tells how many recordings expired.
pub async fn tidy(store: &dyn Store, blobs: &Blobs) -> Result<u64, Failure> {
    let expired = store.tidy(clock::now_ms()).await?;
    if expired > 0 {
        tracing::info!(expired, "recordings expired");
    }
    erase::resume(store, blobs).await?;
    Ok(expired)
}

pub(crate) async fn delete_doomed(store: &dyn Store, blobs: &Blobs) -> Result<(), Failure> {
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
