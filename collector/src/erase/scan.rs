//! Looks for what may be nowhere: rows, blobs and bytes in chunks that belong to recordings which are gone. In: their ids.
//! Out: what was looked at, and how much was found. Changes nothing.

use crate::blobs::{self, Blobs};
use crate::finish;
use crate::keep::Failure;
use crate::log::chunk;
use crate::store::Store;
use serde_json::{Value, json};
use shared::ids::RecordingId;
use std::collections::HashSet;

/// What was looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scan {
    /// Chunks read from end to end.
    pub chunks: usize,
    /// Names of stored recordings compared.
    pub recordings: usize,
    /// Rows, blobs and frames that should not be there.
    pub left: u64,
}

impl Scan {
    /// As the API shows it.
    pub fn to_json(self) -> Value {
        json!({"chunks": self.chunks, "recordings": self.recordings, "left": self.left})
    }
}

/// Scans the store for these recordings.
pub async fn scan(store: &dyn Store, blobs: &Blobs, ids: &[RecordingId]) -> Result<Scan, Failure> {
    let mut scan = Scan::default();
    if ids.is_empty() {
        return Ok(scan);
    }
    scan.left = store.left_of(ids.to_vec()).await?;
    let ids: HashSet<RecordingId> = ids.iter().copied().collect();
    for blob in blobs.list(finish::FOLDER).await? {
        scan.recordings += 1;
        let id = blob.name.split('/').nth(2).and_then(RecordingId::parse);
        scan.left += u64::from(id.is_some_and(|id| ids.contains(&id)));
    }
    for blob in blobs.list(chunk::FOLDER).await? {
        let bytes = match blobs.get(&blob.name).await {
            Ok(bytes) => bytes,
            // Spent since it was listed.
            Err(blobs::Failure::Missing) => continue,
            Err(failure) => return Err(failure.into()),
        };
        scan.chunks += 1;
        scan.left += chunk::recordings(&bytes).filter(|id| ids.contains(id)).count() as u64;
    }
    Ok(scan)
}
