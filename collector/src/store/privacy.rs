//! What the store knows for erasures and for a person's access to their data.

use super::{Failure, RecordingRow};
use crate::clock::Millis;
use crate::subject::Subject;
use async_trait::async_trait;
use shared::ids::RecordingId;

/// An erasure that has begun.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Erasing {
    pub id: RecordingId,
    pub site: String,
    pub actor: String,
}

/// Erasure and access.
#[async_trait]
pub trait Privacy {
    /// Recordings of a subject that are there, open and hidden ones too, oldest first; those behind `after`, also when that
    /// one has gone since.
    async fn recordings_of(
        &self,
        site: Option<String>,
        subject: Subject,
        after: Option<RecordingId>,
        limit: u32,
    ) -> Result<Vec<RecordingRow>, Failure>;
    /// Notes in one transaction that all recordings of a subject are to be erased, and that somebody asked for it. From
    /// then on they will be, whoever is killed.
    async fn begin_erasing(
        &self,
        site: Option<String>,
        subject: Subject,
        actor: String,
        now_ms: Millis,
    ) -> Result<Vec<Erasing>, Failure>;
    /// Erasures that have begun and not ended.
    async fn erasing(&self) -> Result<Vec<Erasing>, Failure>;
    /// Chunks that still hold bytes of erased recordings.
    async fn erasing_chunks(&self) -> Result<Vec<i64>, Failure>;
    /// Nothing is left of it.
    async fn end_erasing(&self, id: RecordingId) -> Result<(), Failure>;
    /// Refuses an id for good that no recording has yet.
    async fn refuse(&self, site: String, id: RecordingId, now_ms: Millis) -> Result<(), Failure>;
    /// Takes what was overwritten out of the database's own log; `false` while somebody who reads holds it back.
    async fn clear_log(&self) -> Result<bool, Failure>;
    /// Rows of any table that still say something of these recordings beyond that they were erased.
    async fn left_of(&self, ids: Vec<RecordingId>) -> Result<u64, Failure>;
    /// Erased and expired recordings, whose bytes may be nowhere.
    async fn gone(&self) -> Result<Vec<RecordingId>, Failure>;
}
