//! Everything that is held on a person, as one JSON document: for whoever asks what a site knows of them.
//! In: a subject. Out: the document in pieces, one recording at a time, so that memory does not grow with what is held.
//! Never: more than the metadata and the content that are stored; the write secret is in neither.

use crate::api::view;
use crate::blobs::Blobs;
use crate::clock;
use crate::export;
use crate::keep::Failure;
use crate::store::{RecordingRow, State, Store};
use crate::subject::Subject;
use bytes::Bytes;
use futures_util::{Stream, stream};
use serde_json::{Value, json};
use shared::recording;
use std::sync::Arc;

/// The recordings of a subject, and the document in pieces.
pub async fn disclose(
    store: Arc<dyn Store>,
    blobs: Blobs,
    site: Option<String>,
    subject: Subject,
) -> Result<(usize, impl Stream<Item = Result<Bytes, Failure>> + Send + 'static), Failure> {
    let rows = store.recordings_of(site.clone(), subject.clone(), None, u32::MAX).await?;
    let count = rows.len();
    let head = json!({
        "site": site,
        "by": subject.to_string(),
        "exported_at": clock::rfc3339(clock::now_ms()),
        "count": count,
    });
    // The closing brace makes room for the list.
    let head = format!("{},\"recordings\":[", head.to_string().trim_end_matches('}'));
    let pieces = stream::unfold(Some((store, blobs, rows.into_iter().enumerate())), |state| async {
        let (store, blobs, mut rows) = state?;
        let Some((at, row)) = rows.next() else { return Some((Ok(Bytes::from_static(b"]}\n")), None)) };
        match one(&*store, &blobs, &row).await {
            Ok(json) => {
                let comma = if at == 0 { "" } else { "," };
                Some((Ok(Bytes::from(format!("{comma}\n{json}"))), Some((store, blobs, rows))))
            }
            Err(failure) => Some((Err(failure), None)),
        }
    });
    Ok((count, futures_util::StreamExt::chain(stream::iter([Ok(Bytes::from(head))]), pieces)))
}

async fn one(store: &dyn Store, blobs: &Blobs, row: &RecordingRow) -> Result<Value, Failure> {
    let mut json = view::recording(row);
    let shares = store.shares(row.rid, clock::Millis::MIN).await?;
    let shares: Vec<Value> = shares
        .iter()
        .rev()
        .map(|share| {
            json!({"created_at": clock::rfc3339(share.created_ms), "expires_at": clock::rfc3339(share.expires_ms)})
        })
        .collect();
    json["shares"] = shares.into();
    // Read again in whatever state it is now: erased meanwhile, it is not told any more.
    json["rrweb"] = match store.recording(row.id).await? {
        Some(now) if now.state == State::Ready => {
            let blob = blobs.get(&now.facts.blob).await?;
            let events = recording::read(&blob).ok().map(|recording| export::rrweb(&recording));
            events.and_then(|events| serde_json::from_slice(&events).ok()).unwrap_or(Value::Null)
        }
        _ => Value::Null,
    };
    Ok(json)
}
