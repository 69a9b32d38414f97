//! A recording that another installation exported comes in as a finished one: masked again by this site's rules, with
//! facts of its own, without what was declared there, kept as long as a new one. It is not counted: no visit of this month began with it.

use super::assemble::take_declared;
use super::{FOLDER, facts, take_pictures};
use crate::auth;
use crate::blobs::Blobs;
use crate::clock;
use crate::intake;
use crate::persons::Declared;
use crate::store::site::Site;
use crate::store::{Claim, Store};
use bytes::Bytes;
use shared::ids::RecordingId;
use shared::recording::{self, remask};

/// Why a file could not be taken in, as a sentence.
type Told = String;

/// Takes in what `export --format revisit` wrote.
pub async fn import(
    store: &dyn Store,
    blobs: &Blobs,
    site: &Site,
    file: Bytes,
    days: u32,
) -> Result<RecordingId, Told> {
    let mut recording = recording::read(&file).map_err(|unreadable| unreadable.to_string())?;
    let rules = intake::rules(site);
    for page in &mut recording.pages {
        // What somebody declared elsewhere is not this site's; no export of ours holds it. What does not divide is a hole.
        page.frames.retain_mut(|frame| match take_declared(&frame.payload, &mut Declared::default()) {
            Some(payload) => {
                frame.payload = payload;
                true
            }
            None => false,
        });
        remask(page, &rules);
    }
    if !site.settings.record_canvas {
        take_pictures(&mut recording);
    }
    let now_ms = clock::now_ms();
    let claim = Claim {
        rid: 0,
        id: recording.id,
        site: site.id.clone(),
        rev: 0,
        tries: 0,
        created_ms: now_ms,
        last_ms: i64::MAX,
        duration_ms: 0,
        blob: None,
        identity: serde_json::Map::new(),
        pages: Vec::new(),
        frames: Vec::new(),
    };
    let mut facts = facts::find(&recording, Declared::default(), &claim);
    let blob = recording::write(&recording);
    facts.size_bytes = blob.len() as i64;
    facts.blob = format!("{FOLDER}/{}/{}/0-{}", site.id, recording.id, auth::random_text(4));
    blobs.put(&facts.blob, blob.into()).await.map_err(|failure| failure.to_string())?;
    let expires_ms = now_ms + i64::from(days) * clock::DAY;
    match store.import(&claim, facts, expires_ms).await {
        Ok(true) => Ok(recording.id),
        Ok(false) => Err("this recording is here, or was erased here".to_owned()),
        Err(failure) => Err(failure.to_string()),
    }
}
