//! What a site owes to its visitors: erasure, access, and the means to see what is stored: the audit, the texts that left a
//! page.

use super::describe::{Field, Type};
use super::{Json, bad_field, recordings, unknown_field};
use crate::app::App;
use crate::audit;
use crate::auth::Operator;
use crate::clock;
use crate::disclose;
use crate::erase;
use crate::problem::Problem;
use crate::store::RecordingRow;
use crate::store::people::Role;
use crate::store::site::{Settings, Site};
use crate::subject::Subject;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use shared::ids::RecordingId;
use shared::recording;
use std::sync::Arc;

/// What erasure and access take.
pub(super) const SUBJECT: &[Field] = &[
    ("site", Type::Text, "id of the site; with one of the others"),
    ("visitor", Type::Text, ""),
    ("email", Type::Text, ""),
    ("identity", Type::Text, ""),
    ("recording", Type::Text, ""),
    ("ip", Type::Text, "only where full addresses are stored"),
];
/// What the audit found in one place.
pub(super) const FINDING: &[Field] = &[
    ("recording", Type::Text, ""),
    ("page", Type::Number, "from 1"),
    ("element", Type::Text, "tags on the way to it, and its number in the recording"),
    ("place", Type::Text, ""),
    ("kind", Type::Text, ""),
    ("count", Type::Number, ""),
    ("allowed", Type::Flag, "whether the site's settings let it be recorded"),
];
/// A text that left a page.
pub(super) const TEXT: &[Field] =
    &[("page", Type::Number, "from 1"), ("place", Type::Text, ""), ("text", Type::Text, "")];

/// Recordings that one call of the audit reads.
const AUDIT_LIMIT: u32 = 200;

/// `{site, one of visitor | email | identity | recording | ip}`.
async fn subject(app: &App, operator: &Operator, mut fields: Map<String, Value>) -> Result<(Site, Subject), Problem> {
    let Some(Value::String(site)) = fields.remove("site") else { return Err(bad_field("site", "the id of a site")) };
    operator.needs(&site, Role::Owner)?;
    let site = app.store.site(&site).await?.ok_or_else(Problem::not_found)?;
    let mut fields = fields.into_iter();
    let (Some((name, Value::String(value))), None) = (fields.next(), fields.next()) else {
        return Err(Problem::bad_request("bad_field", "name one of `visitor`, `email`, `identity`, `recording`, `ip`"));
    };
    if name == "ip" && !site.settings.record_ip {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "not_recorded",
            "this site stores no full addresses, so nobody can be found by one",
        ));
    }
    if !matches!(name.as_str(), "visitor" | "email" | "identity" | "recording" | "ip") {
        return Err(unknown_field(&name));
    }
    let subject = Subject::parse(&name, &value).ok_or_else(|| bad_field(&name, "an id, or an address"))?;
    Ok((site, subject))
}

/// Erases; answers when nothing is left.
pub(super) async fn erase(
    State(app): State<Arc<App>>,
    operator: Operator,
    Json(fields): Json<Map<String, Value>>,
) -> Result<axum::Json<Value>, Problem> {
    let (site, subject) = subject(&app, &operator, fields).await?;
    let erased = erase::erase(&*app.store, &app.blobs, Some(site.id), subject, &operator.actor).await?;
    let ids: Vec<String> = erased.ids.iter().map(ToString::to_string).collect();
    Ok(axum::Json(json!({"erased": ids, "verified": erased.scan.to_json()})))
}

/// Everything held on a person, as a file.
pub(super) async fn access(
    State(app): State<Arc<App>>,
    operator: Operator,
    Json(fields): Json<Map<String, Value>>,
) -> Result<Response, Problem> {
    let (site, subject) = subject(&app, &operator, fields).await?;
    let action = format!("access by {subject}");
    let (count, pieces) =
        disclose::disclose(app.store.clone(), app.blobs.clone(), Some(site.id.clone()), subject).await?;
    let object = format!("{}: {count}", site.id);
    app.store.audit(&operator.actor, &action, &object, clock::now_ms()).await?;
    let mut response = Body::from_stream(pieces).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    let name = HeaderValue::from_static("attachment; filename=\"held-data.json\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

/// `{site, recording?, after?}`: what looks personal in stored recordings.
pub(super) async fn audit(
    State(app): State<Arc<App>>,
    operator: Operator,
    Json(fields): Json<Map<String, Value>>,
) -> Result<axum::Json<Value>, Problem> {
    let (mut site, mut only, mut after) = (None, Subject::Everyone, None);
    for (name, value) in fields {
        let Value::String(value) = value else { return Err(bad_field(&name, "text")) };
        match name.as_str() {
            "site" => site = Some(value),
            "recording" => {
                only = Subject::parse(&name, &value).ok_or_else(|| bad_field(&name, "the id of a recording"))?;
            }
            "after" => after = Some(RecordingId::parse(&value).ok_or_else(|| bad_field(&name, "what `next` was"))?),
            _ => return Err(unknown_field(&name)),
        }
    }
    let site = site.ok_or_else(|| bad_field("site", "the id of a site"))?;
    // Whoever may share a recording is told what is in it.
    let is_one = matches!(only, Subject::Recording(_));
    operator.needs(&site, if is_one { Role::Member } else { Role::Owner })?;
    let site = app.store.site(&site).await?.ok_or_else(Problem::not_found)?;
    let mut rows = app.store.recordings_of(Some(site.id.clone()), only, after, AUDIT_LIMIT + 1).await?;
    let more = rows.len() > AUDIT_LIMIT as usize;
    rows.truncate(AUDIT_LIMIT as usize);
    let next = if more { rows.last().map(|row| row.id.to_string()) } else { None };
    let mut scanned = 0;
    let mut items = Vec::new();
    for row in rows {
        let Some(findings) = audit_one(&app, &row, &site.settings).await? else { continue };
        scanned += 1;
        items.extend(findings.iter().map(|finding| finding.to_json(row.id)));
    }
    Ok(axum::Json(json!({"items": items, "scanned": scanned, "next": next})))
}

/// `None` for what is not finished, or cannot be read.
async fn audit_one(app: &App, row: &RecordingRow, settings: &Settings) -> Result<Option<Vec<audit::Finding>>, Problem> {
    if row.facts.blob.is_empty() {
        return Ok(None);
    }
    let blob = app.blobs.get(&row.facts.blob).await?;
    let settings = settings.clone();
    let found = tokio::task::spawn_blocking(move || {
        recording::read(&blob).ok().map(|recording| audit::audit(&recording, &settings))
    });
    Ok(found.await.ok().flatten())
}

/// Every different text that left the pages of a recording.
pub(super) async fn texts(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<axum::Json<Value>, Problem> {
    let row = recordings::find_for(&app, &operator, &id, Role::Viewer).await?;
    let blob = recordings::blob(&app, &row).await?;
    let told = tokio::task::spawn_blocking(move || recording::read(&blob).ok().map(|it| audit::texts(&it)));
    let (texts, is_all) =
        told.await.ok().flatten().ok_or_else(|| {
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "damaged", "the recording cannot be read")
        })?;
    Ok(axum::Json(json!({"items": texts.iter().map(audit::Text::to_json).collect::<Vec<_>>(), "complete": is_all})))
}
