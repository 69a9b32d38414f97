//! Metadata: sites, quotas, which frames are where, recordings and their facts, who may read them.
//!
//! [`Store`] is the seam: SQLite ([`sqlite`]) or PostgreSQL ([`postgres`]), with the same statements ([`sql`]). Whatever decides a quota,
//! the end of a visit or an erasure is in the store, never in a process's memory, so that many collectors can share it.
//! Not here: bytes of visitors, which are blobs ([`crate::blobs`]).

pub mod filter;
pub mod hooks;
mod migrations;
pub mod operations;
pub mod people;
pub mod postgres;
pub mod privacy;
pub mod saved;
pub mod sharing;
pub mod site;
pub mod sql;
pub mod sqlite;
pub mod usage;

use crate::clock::Millis;
use crate::config::{Config, DatabasePlace, Plan};
use crate::persons::Declared;
use async_trait::async_trait;
pub use filter::Filter;
use hooks::Hooks;
use people::{People, Role};
use saved::SavedFilters;
use serde_json::{Map, Value};
use shared::frame::Flags;
use shared::ids::{PageId, PageSeq, RecordingId};
use sharing::Shares;
use site::{Rejected, Site};
use std::collections::BTreeMap;
use std::sync::Arc;
use usage::Counts;

/// The store could not do it. Says what happened inside; not for those who asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// SQLite says no.
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL says no.
    #[error("PostgreSQL: {0}")]
    Postgres(#[from] postgres::Refused),
    /// A row that must be there is not.
    #[error("the store lacks a row that must be there")]
    NoRow,
    /// Metadata in PostgreSQL are copied by its own tools.
    #[error("the metadata are in PostgreSQL: copy them with pg_dump, then the blobs")]
    NoCopy,
    /// The file or its folder cannot be used.
    #[error("cannot open {path}: {error}")]
    Open {
        /// Which.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// Written by a newer version of the program.
    #[error("the store has schema {found}, this program knows {known}: use the newer program")]
    TooNew {
        /// In the store.
        found: i64,
        /// In the program.
        known: i64,
    },
    /// Something stored does not read back.
    #[error("the store holds something that cannot be read: {0}")]
    Damaged(&'static str),
    /// The thread that writes is gone.
    #[error("the store is shutting down")]
    Stopped,
}

/// What the configuration says about recordings.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Plans by name.
    pub plans: BTreeMap<String, Plan>,
    /// A visit that was left has ended after this long.
    pub end_after: Millis,
    /// A silent visit has ended after this long.
    pub silent_after: Millis,
    /// A recording closes after this long without input.
    pub idle_after: Millis,
    /// A recording closes this long after its start.
    pub max_length: Millis,
    /// Late frames are let in for this long after that.
    pub close_grace: Millis,
}

impl Rules {
    /// The rules in a configuration.
    pub fn of(config: &Config) -> Self {
        Self {
            plans: config.plans.clone(),
            end_after: config.end_after,
            silent_after: config.silent_after,
            idle_after: config.idle_after,
            max_length: config.max_length,
            close_grace: config.close_grace,
        }
    }
}

/// Where a recording stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum State {
    Open,
    Ended,
    Ready,
    Expired,
    Erased,
}

impl State {
    /// The life cycle's word.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Ended => "ended",
            State::Ready => "ready",
            State::Expired => "expired",
            State::Erased => "erased",
        }
    }

    /// The state that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        [State::Open, State::Ended, State::Ready, State::Expired, State::Erased]
            .into_iter()
            .find(|it| it.as_str() == word)
    }
}

/// Why a body is not kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// No site has this key any more.
    UnknownKey,
    /// The site is switched off.
    Disabled,
    /// The recording belongs to another secret or another site.
    NotYours,
    /// Two hours, idle, or expired: a new recording may start.
    Closed,
    /// Erased: nothing more may come.
    Erased,
    /// The plan has no recordings at all.
    Plan,
    /// The month's recordings are used up.
    Quota,
}

/// What a body that would be kept is to its recording.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// The recording goes on with it.
    GoesOn,
    /// The recording begins with it.
    Begins,
}

/// What is known of a recording when its first frame comes, beside the frame.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Opening {
    pub ip: Option<String>,
    pub country: Option<String>,
    pub device: &'static str,
    pub browser: String,
    pub os: String,
}

/// What a page says of itself, masked.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct PageHello {
    pub url: String,
    pub referrer: String,
    pub title: String,
    pub language: String,
    pub viewport: (u32, u32),
    pub screen: (u32, u32),
    pub visitor: Option<[u8; 16]>,
}

/// One frame of a body, and where its bytes are in the chunk.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct NewFrame {
    pub page: PageId,
    pub seq: PageSeq,
    pub flags: Flags,
    pub epoch_ms: u64,
    pub crc: u32,
    pub start: u32,
    pub len: u32,
    pub hello: Option<Box<PageHello>>,
    pub declared: Option<Box<Declared>>,
}

/// One body, checked, whose frames are in a chunk.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct NewBody {
    pub site: String,
    pub recording: RecordingId,
    pub secret_hash: [u8; 32],
    pub received_ms: Millis,
    pub sent_at_ms: u64,
    pub opening: Opening,
    pub frames: Vec<NewFrame>,
}

/// A durable chunk.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct NewChunk {
    pub name: String,
    pub created_ms: Millis,
    pub bytes: u64,
}

/// What became of a body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It is kept (or was already).
    Kept {
        /// A recording began with it.
        began: bool,
        /// Frames that other bytes had come for before.
        conflicts: u32,
    },
    /// Nothing of it is kept.
    Refused(Refusal),
}

/// A page of a recording, for finish.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct PageRow {
    pub page: PageId,
    pub epoch_ms: u64,
    pub skew_ms: i64,
    pub first_ms: Millis,
}

/// A frame that no stored recording holds yet.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct FrameRow {
    pub page: PageId,
    pub seq: PageSeq,
    pub chunk: String,
    pub start: u32,
    pub len: u32,
}

/// The right to finish one revision of a recording.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Claim {
    pub rid: i64,
    pub id: RecordingId,
    pub site: String,
    pub rev: i64,
    pub tries: i64,
    pub created_ms: Millis,
    pub last_ms: Millis,
    pub duration_ms: i64,
    pub blob: Option<String>,
    pub identity: Map<String, Value>,
    pub pages: Vec<PageRow>,
    pub frames: Vec<FrameRow>,
}

/// What finish found out.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Facts {
    pub started_ms: Millis,
    pub ended_ms: Millis,
    pub duration_ms: i64,
    pub active_ms: i64,
    pub pages: i64,
    pub entry_url: String,
    pub exit_url: String,
    pub title: String,
    pub referrer: String,
    pub urls: Vec<String>,
    /// Paths in the order of the visit.
    pub steps: Vec<String>,
    pub language: String,
    pub screen: String,
    pub viewport: String,
    pub visitor: Option<[u8; 16]>,
    pub clicks: i64,
    pub rage_clicks: i64,
    pub dead_clicks: i64,
    pub errors: i64,
    pub gaps: i64,
    pub identity: Map<String, Value>,
    pub conversation: Option<String>,
    pub events: Vec<String>,
    /// Event, key, value.
    pub properties: Vec<(String, String, String)>,
    /// Texts of what was clicked.
    pub clicked: Vec<String>,
    /// Texts of errors.
    pub messages: Vec<String>,
    pub tags: Vec<(String, String)>,
    pub hidden: bool,
    pub blob: String,
    pub size_bytes: i64,
}

/// A recording as the API shows it.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct RecordingRow {
    pub rid: i64,
    pub id: RecordingId,
    pub site: String,
    pub state: State,
    pub created_ms: Millis,
    pub expires_ms: Millis,
    pub last_ms: Option<Millis>,
    pub open_pages: i64,
    pub facts: Facts,
    pub device: Option<String>,
    pub browser: Option<String>,
    pub os: Option<String>,
    pub ip: Option<String>,
    pub country: Option<String>,
    pub conflicts: i64,
    /// The site's server said which conversation it belongs to, not the page alone.
    pub conversation_verified: bool,
    pub watched: bool,
    pub starred: bool,
    pub note: Option<String>,
}

/// What a person may change about a recording.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Marks {
    pub watched: Option<bool>,
    pub starred: Option<bool>,
    pub note: Option<Option<String>>,
    /// Said by the site's server.
    pub conversation: Option<Option<String>>,
}

/// The month of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Usage {
    pub used: u32,
    pub stored: u32,
    pub limit: u32,
    pub resets_ms: Millis,
}

/// Which chunk was read. The number alone does not say: the store may give it to another chunk once this one is gone.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct OldChunk {
    pub cid: i64,
    pub name: String,
}

/// A chunk whose bytes must be rewritten, and what stays of it.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct ChunkRow {
    pub old: OldChunk,
    /// (page row, seq, start, len) of frames that point into it.
    pub frames: Vec<(i64, u32, u32, u32)>,
}

/// What opens the API.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum AccessKind {
    Token,
    Session,
    Claim,
}

impl AccessKind {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            AccessKind::Token => "token",
            AccessKind::Session => "session",
            AccessKind::Claim => "claim",
        }
    }
}

/// A bearer token, a session or a one-time sign-in link; only its hash.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Access {
    pub hash: [u8; 32],
    pub kind: AccessKind,
    pub id: String,
    pub user: Option<String>,
    pub name: String,
    pub created_ms: Millis,
    pub expires_ms: Option<Millis>,
    /// The site that a token opens, or all; what a session opens is its person's.
    pub site: String,
    pub role: Role,
}

/// A chunk as its index sees it.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct ChunkContent {
    pub name: String,
    /// Frames that it is said to hold and that no stored recording holds yet.
    pub live: i64,
    pub frames: Vec<IndexedFrame>,
}

/// A frame as its index sees it.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct IndexedFrame {
    pub start: u32,
    pub len: u32,
    pub recording: RecordingId,
    pub page: PageId,
    pub seq: PageSeq,
}

/// What `check` walks through.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Inventory {
    pub chunks: Vec<ChunkContent>,
    /// (recording, blob).
    pub recordings: Vec<(RecordingId, String)>,
    /// Recordings past their time that are still there.
    pub overdue: Vec<RecordingId>,
}

/// Opens the metadata where a configuration says they are, and brings their schema up to date.
pub async fn open(place: &DatabasePlace, rules: Rules) -> Result<Arc<dyn Store>, Failure> {
    Ok(Arc::new(match place {
        DatabasePlace::File(path) => sqlite::open(path, rules)?,
        DatabasePlace::Postgres(address) => postgres::open(address, rules).await?,
    }))
}

/// Metadata of one installation.
#[async_trait]
pub trait Store:
    Counts + Hooks + People + privacy::Privacy + SavedFilters + Shares + operations::Operations + Send + Sync + 'static
{
    /// Adds a site; `false` when its key or id is taken.
    async fn add_site(&self, site: &Site) -> Result<bool, Failure>;
    /// All sites, oldest first.
    async fn sites(&self) -> Result<Vec<Site>, Failure>;
    /// A site by its id.
    async fn site(&self, id: &str) -> Result<Option<Site>, Failure>;
    /// A site by its key.
    async fn site_by_key(&self, key: &str) -> Result<Option<Site>, Failure>;
    /// Changes some fields of a site.
    async fn change_site(
        &self,
        id: &str,
        patch: Map<String, Value>,
        now_ms: Millis,
    ) -> Result<Option<Result<Site, Rejected>>, Failure>;
    /// Removes a site whose recordings are erased.
    async fn remove_site(&self, id: &str) -> Result<bool, Failure>;
    /// Counts of a site's running month.
    async fn usage(&self, site: &Site, now_ms: Millis) -> Result<Usage, Failure>;

    /// What would become of a body of this recording, without writing: what can be refused before its bytes are kept, and
    /// whether a recording would begin with it.
    async fn standing(
        &self,
        site: &str,
        recording: RecordingId,
        secret_hash: [u8; 32],
        now_ms: Millis,
    ) -> Result<Result<Standing, Refusal>, Failure>;
    /// Indexes the bodies of one durable chunk in one transaction, in their order. When it returns, it is durable.
    async fn append(&self, chunk: NewChunk, bodies: Vec<NewBody>) -> Result<(i64, Vec<Outcome>), Failure>;

    /// Takes visits that have ended, at most `limit`, so that nobody else finishes them until `lease_until_ms`.
    async fn claim_ended(&self, now_ms: Millis, lease_until_ms: Millis, limit: u32) -> Result<Vec<Claim>, Failure>;
    /// Stores what finish made, if nothing new came since the claim; `false` means somebody must finish again.
    async fn finish(&self, claim: &Claim, facts: Facts) -> Result<bool, Failure>;
    /// Adds a recording that was finished elsewhere; `false` when its id is known here.
    async fn import(&self, claim: &Claim, facts: Facts, expires_ms: Millis) -> Result<bool, Failure>;
    /// Visits that will be claimed sooner or later, and those among them that have ended already.
    async fn unfinished(&self, now_ms: Millis) -> Result<(u64, u64), Failure>;

    /// Recordings by filter, in its order.
    async fn recordings(&self, filter: Filter) -> Result<Vec<RecordingRow>, Failure>;
    /// One recording, whatever its state.
    async fn recording(&self, id: RecordingId) -> Result<Option<RecordingRow>, Failure>;
    /// Changes what people may change.
    async fn mark(&self, id: RecordingId, marks: Marks) -> Result<bool, Failure>;

    /// Forgets what is over: closed visits, expired recordings, spent chunks, old sessions and shares. Returns how many recordings expired.
    async fn tidy(&self, now_ms: Millis) -> Result<u64, Failure>;
    /// Erases a recording from metadata, and notes the chunks that still hold bytes of it. One that has gone stays so.
    async fn erase(&self, id: RecordingId, actor: &str, now_ms: Millis) -> Result<(), Failure>;
    /// What is in a chunk.
    async fn chunk(&self, cid: i64) -> Result<Option<ChunkRow>, Failure>;
    /// Puts a rewritten chunk in the place of the one that was read: (page row, seq, new start). `false` when that one has
    /// changed since, and the copy may hold bytes that nobody may keep: read it again.
    async fn replace_chunk(&self, old: OldChunk, by: NewChunk, moved: Vec<(i64, u32, u32)>) -> Result<bool, Failure>;
    /// Blobs that nothing points at.
    async fn doomed(&self) -> Result<Vec<String>, Failure>;
    /// These are deleted.
    async fn forget_doomed(&self, names: Vec<String>) -> Result<(), Failure>;
    /// Names of all chunks.
    async fn chunk_names(&self) -> Result<Vec<String>, Failure>;
    /// Everything that `check` looks at.
    async fn inventory(&self, now_ms: Millis) -> Result<Inventory, Failure>;

    /// Whether anybody has ever signed in.
    async fn has_users(&self) -> Result<bool, Failure>;
    /// Adds a token, session or claim.
    async fn grant(&self, access: Access) -> Result<(), Failure>;
    /// The token or session with this hash, when it has not expired.
    async fn access(&self, hash: [u8; 32], now_ms: Millis) -> Result<Option<Access>, Failure>;
    /// Uses up a claim: only the first one gets it.
    async fn use_claim(&self, hash: [u8; 32], now_ms: Millis) -> Result<Option<Access>, Failure>;
    /// Takes a grant back.
    async fn revoke(&self, hash: [u8; 32]) -> Result<bool, Failure>;

    /// Notes who did what.
    async fn audit(&self, actor: &str, action: &str, object: &str, now_ms: Millis) -> Result<(), Failure>;
}
