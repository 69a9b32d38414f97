//! Recordings: list, search, one, its marks, its bytes, its erasure.

use super::{Json, Query, bad_field, filter, unknown_field, view};
use crate::app::App;
use crate::auth::Operator;
use crate::clock;
use crate::erase;
use crate::export::{self, Format, NotMade};
use crate::problem::Problem;
use crate::store::people::Role;
use crate::store::{Filter, Marks, RecordingRow, State as Stands};
use crate::subject::Subject;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use shared::ids::RecordingId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Within this time somebody watches a recording once: the player fetches it, and says then that it was watched.
const SAME_WATCH_MS: clock::Millis = 10 * 60_000;

async fn answer(app: &App, operator: &Operator, mut filter: Filter) -> Result<axum::Json<Value>, Problem> {
    match &filter.site {
        Some(site) => operator.needs(site, Role::Viewer)?,
        None if operator.needs_everywhere(Role::Viewer).is_ok() => {}
        // Those of all sites that may be seen.
        None => {
            let seen = operator.rights.0.iter().filter(|(_, role)| **role >= Role::Viewer);
            filter.sites = Some(seen.map(|(site, _)| site.clone()).collect());
        }
    }
    let (limit, sort) = (filter.limit, filter.sort);
    // One more than asked for tells whether there is a next page.
    filter.limit += 1;
    let mut rows = app.store.recordings(filter).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = if more { rows.last().map(|row| filter::write_cursor(row, sort)) } else { None };
    Ok(axum::Json(json!({"items": rows.iter().map(view::recording).collect::<Vec<_>>(), "next": next})))
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    operator: Operator,
    Query(fields): Query<Vec<(String, String)>>,
) -> Result<axum::Json<Value>, Problem> {
    answer(&app, &operator, filter::parse(fields)?).await
}

pub(super) async fn search(
    State(app): State<Arc<App>>,
    operator: Operator,
    Json(fields): Json<Map<String, Value>>,
) -> Result<axum::Json<Value>, Problem> {
    answer(&app, &operator, filter::parse(filter::of_json(fields)?)?).await
}

/// The recording that is shown under an id; one that is gone was never there.
pub(super) async fn find(app: &App, id: &str) -> Result<RecordingRow, Problem> {
    let id = RecordingId::parse(id).ok_or_else(Problem::not_found)?;
    let row = app.store.recording(id).await?.ok_or_else(Problem::not_found)?;
    let gone = matches!(row.state, Stands::Expired | Stands::Erased) || row.expires_ms <= clock::now_ms();
    if gone { Err(Problem::not_found()) } else { Ok(row) }
}

/// The same for somebody who has this role on its site; to others it was never there.
pub(super) async fn find_for(app: &App, operator: &Operator, id: &str, role: Role) -> Result<RecordingRow, Problem> {
    let row = find(app, id).await?;
    operator.needs(&row.site, role)?;
    Ok(row)
}

pub(super) async fn get(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<axum::Json<Value>, Problem> {
    Ok(axum::Json(view::recording(&find_for(&app, &operator, &id, Role::Viewer).await?)))
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
    Json(patch): Json<Map<String, Value>>,
) -> Result<axum::Json<Value>, Problem> {
    // Whoever may watch says that it was watched.
    let role = if patch.keys().all(|name| name == "watched") { Role::Viewer } else { Role::Member };
    let row = find_for(&app, &operator, &id, role).await?;
    let mut marks = Marks::default();
    for (name, value) in patch {
        match (name.as_str(), value) {
            ("watched", Value::Bool(watched)) => marks.watched = Some(watched),
            ("starred", Value::Bool(starred)) => marks.starred = Some(starred),
            ("note", Value::Null) => marks.note = Some(None),
            ("note", Value::String(note)) if note.chars().count() <= 2000 => marks.note = Some(Some(note)),
            ("watched" | "starred", _) => return Err(bad_field(&name, "true or false")),
            ("conversation", Value::Null) => marks.conversation = Some(None),
            ("conversation", Value::String(id)) if (1..=500).contains(&id.chars().count()) => {
                marks.conversation = Some(Some(id));
            }
            ("conversation", _) => return Err(bad_field(&name, "text of 1 to 500 characters, or null")),
            ("note", _) => return Err(bad_field(&name, "text of at most 2000 characters, or null")),
            _ => return Err(unknown_field(&name)),
        }
    }
    if marks.watched == Some(true) {
        app.store.note_watch(row.rid, &operator.actor, clock::now_ms(), SAME_WATCH_MS).await?;
    }
    let is_told = marks.conversation.is_some();
    if !app.store.mark(row.id, marks).await? {
        return Err(Problem::not_found());
    }
    if is_told {
        app.store.audit(&operator.actor, "set conversation", &row.id.to_string(), clock::now_ms()).await?;
    }
    Ok(axum::Json(view::recording(&find(&app, &id).await?)))
}

pub(super) async fn erase(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let row = find_for(&app, &operator, &id, Role::Owner).await?;
    erase::erase(&*app.store, &app.blobs, None, Subject::Recording(row.id), &operator.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn export(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
    Query(fields): Query<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let row = find_for(&app, &operator, &id, Role::Viewer).await?;
    let format = Format::parse(fields.get("format").map_or("revisit", String::as_str))
        .ok_or_else(|| Problem::bad_request("unknown_format", "`format` must be revisit, rrweb or html"))?;
    if format != Format::Revisit {
        operator.needs(&row.site, Role::Member)?;
    }
    let blob = blob(&app, &row).await?;
    let (id, rid) = (row.id, row.rid);
    let made = tokio::task::spawn_blocking(move || export::as_file(format, &row, &blob)).await;
    match made {
        Ok(Ok(bytes)) => {
            // Whoever has the bytes can watch them; what leaves as a file for others is a deed of its own.
            app.store.note_watch(rid, &operator.actor, clock::now_ms(), SAME_WATCH_MS).await?;
            if format != Format::Revisit {
                let deed = format!("export {}", format.name());
                app.store.audit(&operator.actor, &deed, &id.to_string(), clock::now_ms()).await?;
            }
            Ok(file(bytes, format.content_type(), &format!("{id}.{}", format.extension())))
        }
        Ok(Err(NotMade::NotBuilt)) => {
            let told = "the player was not built into this program";
            Err(Problem::new(StatusCode::NOT_IMPLEMENTED, "not_built", told))
        }
        _ => {
            tracing::error!(recording = %id, "cannot export a recording");
            Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "damaged", "the recording cannot be read"))
        }
    }
}

/// A recording that has been put together.
pub(super) fn is_ready(row: &RecordingRow) -> Result<(), Problem> {
    if row.state == Stands::Ready {
        return Ok(());
    }
    let told = "the visitor is still there, or has just left";
    Err(Problem::new(StatusCode::CONFLICT, "not_ready", told).retry_after(2))
}

/// The bytes of a finished recording.
pub(super) async fn blob(app: &App, row: &RecordingRow) -> Result<Bytes, Problem> {
    is_ready(row)?;
    Ok(app.blobs.get(&row.facts.blob).await?)
}

pub(super) fn file(bytes: Bytes, kind: &'static str, name: &str) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
