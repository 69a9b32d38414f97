//! What a site's owner sees of the messages to the owner's server: the secret that signs them, what was sent, again.

use super::describe::{Field, Type};
use crate::app::App;
use crate::auth::{self, Operator};
use crate::clock;
use crate::problem::Problem;
use crate::store::hooks::{HookKind, HookRow};
use crate::store::people::Role;
use crate::store::site::Site;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;

/// Messages that are shown.
const SHOWN: u32 = 50;

/// A message, for the API's description.
pub(super) const FIELDS: &[Field] = &[
    ("id", Type::Text, "the header `revisit-id` of the message"),
    ("type", Type::Text, "recording.ready, recording.expired, quota.warning, quota.reached or ping"),
    ("recording", Type::MaybeText, ""),
    ("created_at", Type::Time, ""),
    ("state", Type::Text, "waiting, delivered or failed"),
    ("tries", Type::Number, ""),
    ("next_at", Type::MaybeTime, "when it is tried again"),
    ("status", Type::MaybeNumber, "of the last answer"),
    ("problem", Type::MaybeText, "of the last try"),
    ("done_at", Type::MaybeTime, ""),
];

fn shown(row: &HookRow) -> Value {
    json!({
        "id": row.id,
        "type": row.kind,
        "recording": row.recording.map(|id| id.to_string()),
        "created_at": clock::rfc3339(row.created_ms),
        "state": row.state,
        "tries": row.tries,
        "next_at": (row.state == "waiting").then(|| clock::rfc3339(row.next_ms)),
        "status": row.status,
        "problem": row.told,
        "done_at": row.done_ms.map(clock::rfc3339),
    })
}

async fn site(app: &App, operator: &Operator, id: &str) -> Result<Site, Problem> {
    operator.needs(id, Role::Owner)?;
    app.store.site(id).await?.ok_or_else(Problem::not_found)
}

fn fresh() -> String {
    format!("whs_{}", auth::random_text(32))
}

pub(super) async fn get(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<axum::Json<Value>, Problem> {
    let site = site(&app, &operator, &id).await?;
    let secret = app.store.hook_secret(&id, &fresh(), false).await?;
    let deliveries = app.store.hooks(&id, SHOWN).await?;
    Ok(axum::Json(json!({
        "url": site.settings.webhook_url,
        "secret": secret,
        "deliveries": deliveries.iter().map(shown).collect::<Vec<_>>(),
    })))
}

pub(super) async fn renew(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    site(&app, &operator, &id).await?;
    let secret = app.store.hook_secret(&id, &fresh(), true).await?;
    app.store.audit(&operator.actor, "renew webhook secret", &id, clock::now_ms()).await?;
    Ok((StatusCode::CREATED, axum::Json(json!({"secret": secret}))))
}

pub(super) async fn ping(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    if site(&app, &operator, &id).await?.settings.webhook_url.is_none() {
        return Err(Problem::new(StatusCode::CONFLICT, "no_webhook", "the site has no `webhook_url`"));
    }
    let id = app.store.add_hook(&id, HookKind::Ping, clock::now_ms()).await?;
    Ok((StatusCode::CREATED, axum::Json(json!({"id": id}))))
}

pub(super) async fn replay(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path((id, delivery)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    operator.needs(&id, Role::Owner)?;
    let now_ms = clock::now_ms();
    if !app.store.replay_hook(&id, &delivery, now_ms).await? {
        return Err(Problem::not_found());
    }
    app.store.audit(&operator.actor, "replay webhook", &delivery, now_ms).await?;
    Ok(StatusCode::NO_CONTENT)
}
