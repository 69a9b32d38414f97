//! Whether this process can do its work now: what `/readyz` answers. Both stores are asked, the blob store by writing;
//! what the log and the tidying met last counts as well. In: the application. Out: nothing, or what is wrong.

use crate::app::App;
use crate::clock::{self, Millis};
use crate::{auth, blobs};
use bytes::Bytes;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};

/// The folder of what is written only to see whether it can be.
const FOLDER: &str = "probe";
/// How long the answer of one probe holds: whoever asks more often costs no disk.
const PROBE_MS: Millis = 1000;

/// What the parts of a process met last.
#[derive(Default)]
pub struct Health {
    log_failed: AtomicBool,
    keep_failed: AtomicBool,
    probed_ms: AtomicI64,
    probe_failed: AtomicBool,
}

impl Health {
    /// A chunk was written, or was not.
    pub fn log(&self, done: bool) {
        self.log_failed.store(!done, Relaxed);
    }

    /// The store was tidied, or was not: it writes in both stores every few seconds, whether visitors come or not.
    pub fn keep(&self, done: bool) {
        self.keep_failed.store(!done, Relaxed);
        if done {
            // Both stores take writes again; that no visitor came since is no reason to turn the next one away.
            self.log_failed.store(false, Relaxed);
        }
    }

    fn is_probe_due(&self, now_ms: Millis) -> bool {
        let last = self.probed_ms.load(Relaxed);
        (now_ms - last).abs() >= PROBE_MS && self.probed_ms.compare_exchange(last, now_ms, Relaxed, Relaxed).is_ok()
    }
}

/// What keeps this process from its work; empty when it is ready.
pub async fn problems(app: &App) -> Vec<&'static str> {
    let health = &app.health;
    if health.is_probe_due(clock::now_ms()) {
        health.probe_failed.store(probe(app).await.is_err(), Relaxed);
    }
    let checks = [
        (app.store.has_users().await.is_err(), "the metadata store does not answer"),
        (health.keep_failed.load(Relaxed), "the metadata store cannot be written"),
        (health.probe_failed.load(Relaxed), "the blob store cannot be written"),
        (health.log_failed.load(Relaxed), "the last frames could not be stored"),
        (app.disk.is_full(), "the disk is full: no new recordings"),
    ];
    checks.into_iter().filter_map(|(is_wrong, what)| is_wrong.then_some(what)).collect()
}

async fn probe(app: &App) -> Result<(), blobs::Failure> {
    let name = format!("{FOLDER}/{}", auth::random_text(8));
    let written = app.blobs.put(&name, Bytes::from_static(b"probe")).await;
    // Also what a failed put may have left.
    let deleted = app.blobs.delete(&name).await;
    written.and(deleted)
}
