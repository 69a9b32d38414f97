//! What a message says: what happened, when, where to look; facts of the recording that name nobody.

use crate::api::view;
use crate::app::App;
use crate::clock;
use crate::store::hooks::{HookJob, HookKind};
use crate::store::site::Site;
use crate::store::{Failure, State};
use serde_json::{Map, Value, json};

/// What of a recording stands in a message.
const TOLD: [&str; 18] = [
    "id",
    "state",
    "started_at",
    "ended_at",
    "expires_at",
    "duration_ms",
    "active_ms",
    "pages",
    "device",
    "browser",
    "os",
    "country",
    "clicks",
    "rage_clicks",
    "dead_clicks",
    "errors",
    "conversation",
    "conversation_verified",
];

pub(super) async fn of(app: &App, site: &Site, job: &HookJob) -> Result<String, Failure> {
    let mut message = json!({
        "id": job.id,
        "type": job.kind,
        "created_at": clock::rfc3339(job.created_ms),
        "site": job.site,
    });
    if let Some(id) = job.recording {
        let row = app.store.recording(id).await?;
        let known = row
            .filter(|row| job.kind == HookKind::Ready.as_str() && !matches!(row.state, State::Expired | State::Erased));
        let mut told: Map<String, Value> = match known.map(|row| view::recording(&row)) {
            Some(Value::Object(fields)) => {
                fields.into_iter().filter(|(name, _)| TOLD.contains(&name.as_str())).collect()
            }
            // Gone: its id is all that is left.
            _ => Map::from_iter([("id".to_owned(), id.to_string().into())]),
        };
        told.insert("url".to_owned(), format!("{}/recordings/{id}", app.base_url).into());
        message["recording"] = Value::Object(told);
    }
    if job.kind.starts_with("quota.") {
        let usage = app.store.usage(site, clock::now_ms()).await?;
        message["usage"] = view::usage(site, &usage);
    }
    Ok(message.to_string())
}
