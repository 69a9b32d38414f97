//! What a site has used: day by day, and taken back where it was forged.

use super::Failure;
use super::site::Site;
use crate::clock::Millis;
use async_trait::async_trait;
use shared::ids::RecordingId;

/// What became of recordings that were voided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Voided {
    pub recordings: u64,
    /// Chunks that still hold bytes of them.
    pub chunks: Vec<i64>,
}

/// The part of the store that counts.
#[async_trait]
pub trait Counts {
    /// Days with what was counted on them, oldest first, from `from` (`2026-11-01`) on. Days without are left out.
    async fn usage_days(&self, site: &str, from: &str) -> Result<Vec<(String, u32)>, Failure>;
    /// Erases recordings of a site and gives back what they used of their month, in one transaction.
    async fn void(&self, site: &Site, ids: Vec<RecordingId>, actor: &str, now_ms: Millis) -> Result<Voided, Failure>;
}
