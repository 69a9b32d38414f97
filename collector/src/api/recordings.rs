//! Recordings: list, search, one, its marks, its bytes, its erasure.

use super::{Json, bad_field, unknown_field, view};
use crate::app::App;
use crate::auth::Operator;
use crate::clock;
use crate::export;
use crate::keep;
use crate::problem::Problem;
use crate::store::{Filter, Marks, RecordingRow, State as Stands};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use shared::ids::RecordingId;
use shared::recording;
use std::collections::BTreeMap;
use std::sync::Arc;

const LIMIT_DEFAULT: u32 = 50;
const LIMIT_MAX: u32 = 200;

/// A filter out of names and values, as they stand in a query string or in a JSON object.
pub(super) fn filter(fields: impl IntoIterator<Item = (String, String)>) -> Result<Filter, Problem> {
    let mut filter = Filter { now_ms: clock::now_ms(), limit: LIMIT_DEFAULT, ..Filter::default() };
    for (name, value) in fields {
        // An empty field of a form asks for nothing.
        if value.is_empty() {
            continue;
        }
        let flag = || match value.as_str() {
            "true" | "1" => Ok(Some(true)),
            "false" | "0" => Ok(Some(false)),
            _ => Err(bad_field(&name, "true or false")),
        };
        let time = || clock::parse_time(&value).map(Some).ok_or_else(|| bad_field(&name, "a date or an RFC 3339 time"));
        match name.as_str() {
            "site" => filter.site = Some(value),
            "state" => {
                filter.state = Some(Stands::parse(&value).ok_or_else(|| bad_field(&name, "open, ended or ready"))?)
            }
            "from" => filter.from_ms = time()?,
            "to" => filter.to_ms = time()?,
            "page" => filter.page = Some(value),
            "min_duration" => {
                let seconds: u32 = value.parse().map_err(|_| bad_field(&name, "a number of seconds"))?;
                filter.min_duration_ms = Some(i64::from(seconds) * 1000);
            }
            "device" => filter.device = Some(value),
            "browser" => filter.browser = Some(value),
            "os" => filter.os = Some(value),
            "visitor" => filter.visitor = Some(value),
            "email" => filter.email = Some(value),
            "identity" => filter.identity = Some(value),
            "conversation" => filter.conversation = Some(value),
            "event" => filter.event = Some(value),
            "tag" => filter.tag = Some(value),
            "ip" => filter.ip = Some(value),
            "country" => return Err(Problem::bad_request("not_recorded", "countries are not recorded yet")),
            "watched" => filter.watched = flag()?,
            "starred" => filter.starred = flag()?,
            "rage" => filter.rage = flag()?,
            "errors" => filter.errors = flag()?,
            "q" => filter.q = Some(value),
            "cursor" => filter.after = Some(read_cursor(&value).ok_or_else(|| bad_field(&name, "what `next` was"))?),
            "limit" => {
                let limit: u32 = value.parse().map_err(|_| bad_field(&name, "a number"))?;
                filter.limit = limit.clamp(1, LIMIT_MAX);
            }
            _ => return Err(unknown_field(&name)),
        }
    }
    Ok(filter)
}

fn read_cursor(text: &str) -> Option<(i64, i64)> {
    let (created_ms, rid) = text.split_once('-')?;
    Some((i64::from_str_radix(created_ms, 16).ok()?, i64::from_str_radix(rid, 16).ok()?))
}

fn write_cursor(row: &RecordingRow) -> String {
    format!("{:x}-{:x}", row.created_ms, row.rid)
}

async fn answer(app: &App, mut filter: Filter) -> Result<axum::Json<Value>, Problem> {
    let limit = filter.limit;
    // One more than asked for tells whether there is a next page.
    filter.limit += 1;
    let mut rows = app.store.recordings(filter).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = if more { rows.last().map(write_cursor) } else { None };
    Ok(axum::Json(json!({"items": rows.iter().map(view::recording).collect::<Vec<_>>(), "next": next})))
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Operator,
    Query(fields): Query<Vec<(String, String)>>,
) -> Result<axum::Json<Value>, Problem> {
    answer(&app, filter(fields)?).await
}

fn text_of((name, value): (String, Value)) -> Result<Option<(String, String)>, Problem> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some((name, text))),
        Value::Bool(_) | Value::Number(_) => Ok(Some((name, value.to_string()))),
        _ => Err(bad_field(&name, "text, a number, true or false")),
    }
}

pub(super) async fn search(
    State(app): State<Arc<App>>,
    _: Operator,
    Json(fields): Json<Map<String, Value>>,
) -> Result<axum::Json<Value>, Problem> {
    let fields = fields.into_iter().filter_map(|field| text_of(field).transpose()).collect::<Result<Vec<_>, _>>()?;
    answer(&app, filter(fields)?).await
}

/// The recording that is shown under an id; one that is gone was never there.
pub(super) async fn find(app: &App, id: &str) -> Result<RecordingRow, Problem> {
    let id = RecordingId::parse(id).ok_or_else(Problem::not_found)?;
    let row = app.store.recording(id).await?.ok_or_else(Problem::not_found)?;
    let gone = matches!(row.state, Stands::Expired | Stands::Erased) || row.expires_ms <= clock::now_ms();
    if gone { Err(Problem::not_found()) } else { Ok(row) }
}

pub(super) async fn get(
    State(app): State<Arc<App>>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<axum::Json<Value>, Problem> {
    Ok(axum::Json(view::recording(&find(&app, &id).await?)))
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    _: Operator,
    Path(id): Path<String>,
    Json(patch): Json<Map<String, Value>>,
) -> Result<axum::Json<Value>, Problem> {
    let row = find(&app, &id).await?;
    let mut marks = Marks::default();
    for (name, value) in patch {
        match (name.as_str(), value) {
            ("watched", Value::Bool(watched)) => marks.watched = Some(watched),
            ("starred", Value::Bool(starred)) => marks.starred = Some(starred),
            ("note", Value::Null) => marks.note = Some(None),
            ("note", Value::String(note)) if note.chars().count() <= 2000 => marks.note = Some(Some(note)),
            ("watched" | "starred", _) => return Err(bad_field(&name, "true or false")),
            ("note", _) => return Err(bad_field(&name, "text of at most 2000 characters, or null")),
            _ => return Err(unknown_field(&name)),
        }
    }
    if !app.store.mark(row.id, marks).await? {
        return Err(Problem::not_found());
    }
    Ok(axum::Json(view::recording(&find(&app, &id).await?)))
}

pub(super) async fn erase(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let row = find(&app, &id).await?;
    keep::erase(&*app.store, &app.blobs, row.id, &operator.actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `{site, one of visitor | email | identity | recording | ip}`.
pub(super) async fn erase_matching(
    State(app): State<Arc<App>>,
    operator: Operator,
    Json(mut fields): Json<Map<String, Value>>,
) -> Result<axum::Json<Value>, Problem> {
    let Some(Value::String(site)) = fields.remove("site") else { return Err(bad_field("site", "the id of a site")) };
    let site = app.store.site(&site).await?.ok_or_else(Problem::not_found)?;
    let mut fields = fields.into_iter();
    let (Some((name, Value::String(value))), None) = (fields.next(), fields.next()) else {
        return Err(Problem::bad_request("bad_field", "name one of `visitor`, `email`, `identity`, `recording`, `ip`"));
    };
    let mut filter = Filter { site: Some(site.id.clone()), ..Filter::default() };
    match name.as_str() {
        "visitor" => filter.visitor = Some(value),
        "email" => filter.email = Some(value),
        "identity" => filter.identity = Some(value),
        "ip" if site.settings.record_ip => filter.ip = Some(value),
        "ip" => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Err(Problem::new(
                status,
                "not_recorded",
                "this site stores no full addresses, so none can be erased by one",
            ));
        }
        "recording" => {
            let id = RecordingId::parse(&value).ok_or_else(|| bad_field("recording", "the id of a recording"))?;
            let row = app.store.recording(id).await?.filter(|row| row.site == site.id);
            let erased = match row {
                Some(row) => keep::erase(&*app.store, &app.blobs, row.id, &operator.actor).await?,
                None => false,
            };
            let erased: Vec<String> = erased.then(|| id.to_string()).into_iter().collect();
            return Ok(axum::Json(json!({"erased": erased})));
        }
        _ => return Err(unknown_field(&name)),
    }
    let erased = keep::erase_all(&*app.store, &app.blobs, filter, &operator.actor).await?;
    let erased: Vec<String> = erased.iter().map(ToString::to_string).collect();
    Ok(axum::Json(json!({"erased": erased})))
}

pub(super) async fn export(
    State(app): State<Arc<App>>,
    _: Operator,
    Path(id): Path<String>,
    Query(fields): Query<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let row = find(&app, &id).await?;
    let format = fields.get("format").map_or("revisit", String::as_str);
    if !matches!(format, "revisit" | "rrweb") {
        return Err(Problem::bad_request("unknown_format", "`format` must be revisit or rrweb"));
    }
    let blob = blob(&app, &row).await?;
    match format {
        "revisit" => Ok(file(blob, "application/octet-stream", &format!("{}.revisit", row.id))),
        _ => {
            let json = tokio::task::spawn_blocking(move || {
                Ok::<_, recording::Unreadable>(export::rrweb(&recording::read(&blob)?))
            });
            match json.await {
                Ok(Ok(json)) => Ok(file(json.into(), "application/json", &format!("{}.rrweb.json", row.id))),
                _ => {
                    tracing::error!(recording = %row.id, "cannot export a recording");
                    Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "damaged", "the recording cannot be read"))
                }
            }
        }
    }
}

/// The bytes of a finished recording.
pub(super) async fn blob(app: &App, row: &RecordingRow) -> Result<Bytes, Problem> {
    if row.state != Stands::Ready {
        return Err(Problem::new(StatusCode::CONFLICT, "not_ready", "the visitor is still there, or has just left")
            .retry_after(2));
    }
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
