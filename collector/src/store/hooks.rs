//! What the owners' servers are to be told, and whether they have been: a queue that outlives the process.

use super::Failure;
use crate::clock::Millis;
use async_trait::async_trait;
use shared::ids::RecordingId;

/// What has happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum HookKind {
    Ready,
    Expired,
    QuotaWarning,
    QuotaReached,
    /// Nothing: somebody tries whether it arrives.
    Ping,
}

impl HookKind {
    /// The word in messages and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            HookKind::Ready => "recording.ready",
            HookKind::Expired => "recording.expired",
            HookKind::QuotaWarning => "quota.warning",
            HookKind::QuotaReached => "quota.reached",
            HookKind::Ping => "ping",
        }
    }
}

/// One message, to be sent now.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct HookJob {
    pub hid: i64,
    pub id: String,
    pub site: String,
    pub kind: String,
    pub recording: Option<RecordingId>,
    pub created_ms: Millis,
    /// This one among them.
    pub tries: i64,
    pub secret: String,
}

/// What became of a try.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum HookOutcome {
    Delivered { status: u16 },
    Retry { status: Option<u16>, told: String, next_ms: Millis },
    Failed { status: Option<u16>, told: String },
}

/// A message as its owner sees it.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct HookRow {
    pub id: String,
    pub kind: String,
    pub recording: Option<RecordingId>,
    pub created_ms: Millis,
    pub state: String,
    pub tries: i64,
    pub next_ms: Millis,
    pub status: Option<i64>,
    pub told: Option<String>,
    pub done_ms: Option<Millis>,
}

/// The part of the store that keeps the queue.
#[async_trait]
pub trait Hooks {
    /// Adds a message by hand.
    async fn add_hook(&self, site: &str, kind: HookKind, now_ms: Millis) -> Result<String, Failure>;
    /// Takes messages that are due, so that nobody else sends them until `lease_until_ms`.
    async fn claim_hooks(&self, now_ms: Millis, lease_until_ms: Millis, limit: u32) -> Result<Vec<HookJob>, Failure>;
    /// Notes what became of a try.
    async fn hook_done(&self, hid: i64, outcome: HookOutcome, now_ms: Millis) -> Result<(), Failure>;
    /// The last messages of a site, newest first.
    async fn hooks(&self, site: &str, limit: u32) -> Result<Vec<HookRow>, Failure>;
    /// Sends a message again; `false` when the site has none with this id.
    async fn replay_hook(&self, site: &str, id: &str, now_ms: Millis) -> Result<bool, Failure>;
    /// What signs a site's messages, made when there is none yet; a new one when `renew`.
    async fn hook_secret(&self, site: &str, fresh: &str, renew: bool) -> Result<String, Failure>;
}
