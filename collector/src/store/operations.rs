//! What whoever runs the collector wants to know: what was refused and why, who is still unfinished, how much comes in.

use super::Failure;
use crate::clock::Millis;
use async_trait::async_trait;
use shared::ids::RecordingId;

/// Bodies and questions that one site was refused for one reason.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct Refused {
    /// Empty for keys that no site has.
    pub site: String,
    pub code: String,
    pub count: u64,
    pub last_ms: Millis,
}

/// What is known of one site's visits.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[allow(missing_docs)]
pub struct SiteVitals {
    /// Receipt of the newest frame of a visit that may still grow, or else the beginning of the newest recording.
    pub last_frame_ms: Option<Millis>,
    pub open: u64,
    /// Messages to the owner's server that were given up.
    pub failed_hooks: u64,
    /// Messages that have failed and will be tried again.
    pub retried_hooks: u64,
}

/// What is known of the store as a whole.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[allow(missing_docs)]
pub struct Vitals {
    /// The last frame of the visit that has waited longest for its finish.
    pub oldest_unfinished_ms: Option<Millis>,
    /// Visits whose finish has failed at least once.
    pub failing: u64,
    /// Bytes of recordings that began since.
    pub written_bytes: u64,
    pub written_since_ms: Millis,
    /// The newest time that is written anywhere: the clock should not be behind it.
    pub newest_ms: Option<Millis>,
}

/// For those who run it.
#[async_trait]
pub trait Operations {
    /// Adds to what was refused; what is older than a month is forgotten.
    async fn note_refusals(&self, refused: Vec<Refused>) -> Result<(), Failure>;
    /// What was refused since a day, by site and reason.
    async fn refusals(&self, since_ms: Millis) -> Result<Vec<Refused>, Failure>;
    /// What is known of one site's visits, and of its messages since then.
    async fn site_vitals(&self, site: &str, since_ms: Millis) -> Result<SiteVitals, Failure>;
    /// What is known of the store.
    async fn vitals(&self, now_ms: Millis) -> Result<Vitals, Failure>;
    /// Recordings that were erased and are remembered as such.
    async fn erased(&self) -> Result<Vec<RecordingId>, Failure>;
    /// Writes a copy of all metadata, as of one moment, into a file that is not there yet.
    async fn copy_to(&self, file: std::path::PathBuf) -> Result<(), Failure>;
}
