//! Sites, their settings and their month.

use super::Json;
use super::describe::{Field, Type};
use crate::app::App;
use crate::auth::Operator;
use crate::clock;
use crate::keep;
use crate::problem::Problem;
use crate::store::Filter;
use crate::store::site::{Rejected, Site};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What usage shows, for the API's description.
pub(super) const USAGE: &[Field] = &[
    ("plan", Type::Text, ""),
    ("limit", Type::Number, "recordings of a month"),
    ("used", Type::Number, ""),
    ("remaining", Type::Number, "never below 0"),
    ("stored", Type::Number, "recordings kept now"),
    ("resets_at", Type::Time, "when the next month begins in the site's time zone"),
    (
        "warning",
        Type::MaybeNumber,
        "80 or 100: percent of the month's recordings that are used, when it is worth a warning",
    ),
];

fn rejected(rejected: Rejected) -> Problem {
    Problem::bad_request("bad_site", rejected.0)
}

pub(super) async fn list(State(app): State<Arc<App>>, _: Operator) -> Result<axum::Json<Value>, Problem> {
    let sites = app.store.sites().await?;
    Ok(axum::Json(json!({"items": sites.iter().map(Site::to_json).collect::<Vec<_>>()})))
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    operator: Operator,
    Json(body): Json<Map<String, Value>>,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    let plans: Vec<String> = app.config.plans.keys().cloned().collect();
    let now_ms = clock::now_ms();
    let site = Site::create(body, &plans, now_ms).map_err(rejected)?;
    if !app.store.add_site(&site).await? {
        return Err(Problem::new(StatusCode::CONFLICT, "key_taken", "another site has this key"));
    }
    app.store.audit(&operator.actor, "add site", &site.id, now_ms).await?;
    app.forget_sites();
    Ok((StatusCode::CREATED, axum::Json(site.to_json())))
}

pub(super) async fn get(
    State(app): State<Arc<App>>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<axum::Json<Value>, Problem> {
    let site = app.store.site(&id).await?.ok_or_else(Problem::not_found)?;
    Ok(axum::Json(site.to_json()))
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
    Json(patch): Json<Map<String, Value>>,
) -> Result<axum::Json<Value>, Problem> {
    let now_ms = clock::now_ms();
    let site = app.store.change_site(&id, patch, now_ms).await?.ok_or_else(Problem::not_found)?.map_err(rejected)?;
    app.store.audit(&operator.actor, "change site", &id, now_ms).await?;
    app.forget_sites();
    Ok(axum::Json(site.to_json()))
}

pub(super) async fn remove(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    // Switched off first, so that nothing new comes while its recordings are erased.
    let off = Map::from_iter([("enabled".to_owned(), Value::Bool(false))]);
    let now_ms = clock::now_ms();
    app.store.change_site(&id, off, now_ms).await?.ok_or_else(Problem::not_found)?.map_err(rejected)?;
    app.forget_sites();
    keep::erase_all(&*app.store, &app.blobs, Filter { site: Some(id.clone()), ..Filter::default() }, &operator.actor)
        .await?;
    app.store.remove_site(&id).await?;
    app.store.audit(&operator.actor, "remove site", &id, now_ms).await?;
    app.forget_sites();
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn usage(
    State(app): State<Arc<App>>,
    _: Operator,
    Path(id): Path<String>,
) -> Result<axum::Json<Value>, Problem> {
    let site = app.store.site(&id).await?.ok_or_else(Problem::not_found)?;
    let usage = app.store.usage(&site, clock::now_ms()).await?;
    let remaining = usage.limit.saturating_sub(usage.used);
    // Percent of the month's recordings, when it is worth a warning.
    let warning = match (usage.limit, remaining) {
        (0, _) => None,
        (_, 0) => Some(100),
        (limit, _) if u64::from(usage.used) * 100 >= u64::from(limit) * 80 => Some(80),
        _ => None,
    };
    Ok(axum::Json(json!({
        "plan": site.settings.plan,
        "limit": usage.limit,
        "used": usage.used,
        "remaining": remaining,
        "stored": usage.stored,
        "resets_at": clock::rfc3339(usage.resets_ms),
        "warning": warning,
    })))
}
