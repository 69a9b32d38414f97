//! Receives, keeps and serves recordings.
//!
//! # The path of a frame
//! 1. [`intake::frames`] checks key, origin, size, shape ([`intake::body`]) and, for a new recording, rate and quota.
//! 2. [`log`] gathers what waits into one chunk, makes it durable ([`blobs`]) and has the store index it in one
//!    transaction: quota, secret and the visit's row ([`store`], rules of [`visits`]). Only then the page hears 204.
//! 3. [`finish`] claims visits that have ended, reads their frames back, masks them a second time and writes one blob with
//!    its facts.
//! 4. [`api`] lists, exports, shares and erases; [`keep`] deletes what is over.
//!
//! The same binary may run many times on one store: nothing in a process's memory decides a quota, an end or an erasure.

#![warn(clippy::print_stderr)]

pub mod address;
pub mod agent;
pub mod api;
pub mod app;
pub mod assets;
pub mod audit;
pub mod auth;
pub mod backup;
pub mod blobs;
pub mod check;
pub mod cli;
pub mod clock;
pub mod config;
pub mod country;
pub mod disclose;
pub mod disk;
pub mod doctor;
pub mod erase;
pub mod export;
pub mod finish;
pub mod health;
pub mod import;
pub mod intake;
pub mod keep;
pub mod log;
pub mod opt_out;
pub mod password;
pub mod persons;
pub mod problem;
pub mod router;
pub mod seal;
pub mod server;
pub mod store;
pub mod subject;
pub mod telemetry;
pub mod tls;
pub mod visits;
pub mod webhooks;

pub use router::app;

use app::App;
use std::future::Future;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Serves until `shutdown`: HTTP, finish and keep. Returns once what had begun is done.
pub async fn run(listener: TcpListener, app: Arc<App>, tls: Option<tls::Tls>, shutdown: impl Future<Output = ()>) {
    let finish = tokio::spawn(finish::run(app.clone()));
    let keep = tokio::spawn(keep::run(app.clone()));
    let disk = tokio::spawn({
        let app = app.clone();
        async move { app.disk.watch().await }
    });
    let acceptor = tls.as_ref().map(|tls| tls.acceptor.clone());
    let certificate = tokio::spawn(async move {
        if let Some(tls) = tls {
            tls.keep().await;
        }
    });
    let webhooks = tokio::spawn(webhooks::run(app.clone()));
    let patience = app.config.patience();
    server::serve(listener, router::app(app.clone()), patience, acceptor, shutdown).await;
    // All may stop anywhere: whatever they leave half done is taken up from the store at the next start.
    finish.abort();
    keep.abort();
    disk.abort();
    webhooks.abort();
    certificate.abort();
    // The last counts; without them `doctor` knows a little less.
    let _ = keep::note_refusals(&app).await;
}
