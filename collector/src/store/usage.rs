//! What a site has used: day by day, and taken back where it was forged.

use super::Failure;
use super::site::Site;
use crate::clock::Millis;
use async_trait::async_trait;
use shared::ids::RecordingId;

/// The part of the store that counts.
#[async_trait]
pub trait Counts {
    /// Days with what was counted on them, oldest first, from `from` (`2026-11-01`) on. Days without are left out.
    async fn usage_days(&self, site: &str, from: &str) -> Result<Vec<(String, u32)>, Failure>;
    /// Erases recordings of a site and gives back what they used of their month, in one transaction; notes the
    /// chunks that still hold bytes of them. How many there were.
    async fn void(&self, site: &Site, ids: Vec<RecordingId>, actor: &str, now_ms: Millis) -> Result<u64, Failure>;
}
