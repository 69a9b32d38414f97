//! Tells the owners' servers what has happened: takes due messages from the store's queue, makes each out of what is true
//! now, signs it, sends it, notes what became of it. Killed anywhere, a message is sent again when its lease runs out; so a
//! receiver goes by the message's id. Never: a visitor's name, e-mail or address.

mod message;
mod target;

pub use target::Targets;

use crate::app::App;
use crate::clock::{self, Millis};
use crate::seal::hmac_hex;
use crate::store::Failure;
use crate::store::hooks::{HookJob, HookOutcome};
use futures_util::{StreamExt, stream};
use std::sync::Arc;
use std::time::Duration;

/// How often due messages are looked for.
const TICK: Duration = Duration::from_millis(500);
/// A message that takes longer than this is sent again by somebody.
const LEASE_MS: Millis = 60_000;
const BATCH: u32 = 32;
const AT_ONCE: usize = 8;
/// How long after each failed try the next one comes; after the last the message is given up.
const PAUSES_MS: [Millis; 8] =
    [5_000, 30_000, 2 * 60_000, 10 * 60_000, 3_600_000, 3 * 3_600_000, 8 * 3_600_000, 24 * 3_600_000];

/// Sends messages until it is dropped.
pub async fn run(app: Arc<App>) {
    let targets = match Targets::new(app.config.webhook_networks.clone()) {
        Ok(targets) => targets,
        Err(failure) => {
            tracing::error!(%failure, "webhooks cannot be sent");
            return;
        }
    };
    loop {
        match send_due(&app, &targets).await {
            Ok(0) => tokio::time::sleep(TICK).await,
            Ok(_) => {}
            Err(failure) => {
                tracing::error!(%failure, "cannot look for webhooks");
                tokio::time::sleep(TICK * 10).await;
            }
        }
    }
}

async fn send_due(app: &App, targets: &Targets) -> Result<usize, Failure> {
    let now_ms = clock::now_ms();
    let jobs = app.store.claim_hooks(now_ms, now_ms + LEASE_MS, BATCH).await?;
    let count = jobs.len();
    let done = stream::iter(jobs).map(|job| send(app, targets, job)).buffer_unordered(AT_ONCE);
    done.fold(Ok(count), |all, one| async move { one.and(all) }).await
}

async fn send(app: &App, targets: &Targets, job: HookJob) -> Result<(), Failure> {
    let outcome = match app.store.site(&job.site).await? {
        None => failed("the site is gone"),
        Some(site) => match &site.settings.webhook_url {
            None => failed("the site has no webhook address any more"),
            Some(url) => {
                let body = message::of(app, &site, &job).await?;
                let signature = sign(&job.secret, clock::now_ms() / 1000, &body);
                let headers = [
                    ("revisit-event", job.kind.clone()),
                    ("revisit-id", job.id.clone()),
                    ("revisit-signature", signature),
                ];
                outcome(targets.post(url, &headers, body).await, &job)
            }
        },
    };
    app.store.hook_done(job.hid, outcome, clock::now_ms()).await
}

fn failed(told: &str) -> HookOutcome {
    HookOutcome::Failed { status: None, told: told.to_owned() }
}

fn outcome(answer: Result<u16, target::Refused>, job: &HookJob) -> HookOutcome {
    let (status, told) = match answer {
        Ok(status @ 200..=299) => return HookOutcome::Delivered { status },
        Ok(status) => (Some(status), format!("answered {status}")),
        Err(refused) => (None, refused.to_string()),
    };
    let tries = usize::try_from(job.tries).unwrap_or(usize::MAX);
    match PAUSES_MS.get(tries.saturating_sub(1)) {
        Some(pause) => HookOutcome::Retry { status, told, next_ms: clock::now_ms() + pause },
        None => HookOutcome::Failed { status, told },
    }
}

/// `t=SECONDS,v1=HMAC-SHA-256(secret, "SECONDS.BODY")`.
fn sign(secret: &str, seconds: i64, body: &str) -> String {
    format!("t={seconds},v1={}", hmac_hex(secret.as_bytes(), format!("{seconds}.{body}").as_bytes()))
}
