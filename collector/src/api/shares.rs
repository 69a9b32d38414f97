//! Share links: one recording for whoever has the link, until it expires. Unknown, expired and ended links all look alike.

use super::{Json, bad_field, recordings, unknown_field, view};
use crate::app::App;
use crate::auth::{self, Operator};
use crate::clock;
use crate::problem::Problem;
use crate::store::{RecordingRow, Share};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// How long a link lives when nobody says.
const EXPIRES_IN_DEFAULT: i64 = 86_400;

pub(super) async fn add(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
    Json(fields): Json<Map<String, Value>>,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    let row = recordings::find(&app, &id).await?;
    let mut expires_in = EXPIRES_IN_DEFAULT;
    for (name, value) in &fields {
        match name.as_str() {
            "expires_in" => {
                expires_in =
                    value.as_i64().filter(|it| *it > 0).ok_or_else(|| bad_field(name, "a number of seconds"))?;
            }
            _ => return Err(unknown_field(name)),
        }
    }
    let now_ms = clock::now_ms();
    // Never longer than the recording itself.
    let expires_ms = now_ms.saturating_add(expires_in.saturating_mul(1000)).min(row.expires_ms);
    let token = auth::random_text(32);
    let share = Share {
        hash: auth::hash(token.as_bytes()),
        id: auth::random_text(8),
        rid: row.rid,
        created_ms: now_ms,
        expires_ms,
    };
    let answer = json!({
        "id": share.id,
        "url": format!("{}/s/{token}", app.base_url),
        "expires_at": clock::rfc3339(expires_ms),
    });
    app.store.add_share(share).await?;
    app.store.audit(&operator.actor, "share", &row.id.to_string(), now_ms).await?;
    Ok((StatusCode::CREATED, axum::Json(answer)))
}

pub(super) async fn end_all(
    State(app): State<Arc<App>>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let row = recordings::find(&app, &id).await?;
    app.store.end_shares(row.rid, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn end(
    State(app): State<Arc<App>>,
    _: Operator,
    Path((id, share)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let row = recordings::find(&app, &id).await?;
    match app.store.end_shares(row.rid, Some(share)).await? {
        0 => Err(Problem::not_found()),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}

async fn shared(app: &App, token: &str) -> Result<(Share, RecordingRow), Problem> {
    let now_ms = clock::now_ms();
    let found = app.store.shared(auth::hash(token.as_bytes()), now_ms).await?;
    found.filter(|(_, row)| row.expires_ms > now_ms).ok_or_else(Problem::not_found)
}

pub(super) async fn get(State(app): State<Arc<App>>, Path(token): Path<String>) -> Result<axum::Json<Value>, Problem> {
    let (share, row) = shared(&app, &token).await?;
    let mut json = view::shared(&row);
    json["share_expires_at"] = clock::rfc3339(share.expires_ms).into();
    Ok(axum::Json(json))
}

pub(super) async fn bytes(State(app): State<Arc<App>>, Path(token): Path<String>) -> Result<Response, Problem> {
    let (_, row) = shared(&app, &token).await?;
    let blob = recordings::blob(&app, &row).await?;
    Ok(recordings::file(blob, "application/octet-stream", "recording.revisit"))
}
