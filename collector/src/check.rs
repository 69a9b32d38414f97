//! Verifies a store: every frame that only a chunk holds is there and whole, every recording opens, counts are right,
//! nothing that has expired is left. Changes nothing.

use crate::blobs::{self, Blobs};
use crate::clock;
use crate::erase;
use crate::keep;
use crate::store::{ChunkContent, IndexedFrame, Store};
use shared::recording;
use std::collections::BTreeSet;

/// What was looked at and what is wrong.
#[derive(Debug, Default)]
pub struct Report {
    /// Chunks read.
    pub chunks: usize,
    /// Frames opened.
    pub frames: usize,
    /// Finished recordings read.
    pub recordings: usize,
    /// One sentence for each thing that is wrong.
    pub findings: Vec<String>,
}

/// Looks at everything.
pub async fn check(store: &dyn Store, blobs: &Blobs) -> Result<Report, keep::Failure> {
    let now_ms = clock::now_ms();
    let inventory = store.inventory(now_ms).await?;
    let doomed: BTreeSet<String> = store.doomed().await?.into_iter().collect();
    let mut report =
        Report { chunks: inventory.chunks.len(), recordings: inventory.recordings.len(), ..Report::default() };
    for ChunkContent { name, live, frames } in &inventory.chunks {
        if *live != frames.len() as i64 {
            report.findings.push(format!("chunk {name}: counts {live} frames, {} point at it", frames.len()));
        }
        // A chunk without frames may be deleted at any time.
        if frames.is_empty() || doomed.contains(name) {
            continue;
        }
        match blobs.get(name).await {
            Ok(bytes) => check_frames(name, &bytes, frames, &mut report),
            Err(failure) => report.findings.push(missing("chunk", name, &failure)),
        }
    }
    for (id, name) in &inventory.recordings {
        match blobs.get(name).await {
            Ok(bytes) => match recording::read(&bytes) {
                Ok(recording) if recording.id == *id => {}
                Ok(_) => report.findings.push(format!("recording {id}: its blob is another recording's")),
                Err(unreadable) => report.findings.push(format!("recording {id}: {unreadable}")),
            },
            Err(failure) => report.findings.push(missing("recording", &id.to_string(), &failure)),
        }
    }
    // What is erased or expired is nowhere any more: no row, no blob, no frame in a chunk.
    let gone = store.gone().await?;
    let left = erase::settled(store, blobs, &gone).await?.left;
    if left > 0 {
        report
            .findings
            .push(format!("{left} rows, blobs or frames of {} erased or expired recordings are left", gone.len()));
    }
    let begun = store.erasing().await?.len();
    if begun > 0 {
        report.findings.push(format!("{begun} erasures have begun and not ended (is a collector running?)"));
    }
    for id in &inventory.overdue {
        report.findings.push(format!("recording {id}: has expired and is still there (is a collector running?)"));
    }
    Ok(report)
}

fn check_frames(chunk: &str, bytes: &[u8], frames: &[IndexedFrame], report: &mut Report) {
    for IndexedFrame { start, len, recording, page, seq } in frames {
        report.frames += 1;
        let (start, len) = (*start as usize, *len as usize);
        let place = format!("chunk {chunk}: frame {} of page {page} of recording {recording}", seq.0);
        match bytes.get(start..start + len).map(shared::frame::open) {
            None => report.findings.push(format!("{place} is beyond its end")),
            Some(Err(malformed)) => report.findings.push(format!("{place}: {malformed}")),
            Some(Ok(frame)) if frame.header.page != *page || frame.header.seq != *seq => {
                report.findings.push(format!("{place} is another frame"));
            }
            Some(Ok(_)) => {}
        }
    }
}

fn missing(what: &str, name: &str, failure: &blobs::Failure) -> String {
    format!("{what} {name}: {failure}")
}
