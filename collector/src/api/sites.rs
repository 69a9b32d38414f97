//! Sites, their settings and their month.

use super::describe::{Field, Type};
use super::{Json, Query, filter, view};
use crate::app::App;
use crate::auth::Operator;
use crate::clock;
use crate::erase;
use crate::problem::Problem;
use crate::store::Filter;
use crate::store::people::Role;
use crate::store::site::{Rejected, Site};
use crate::subject::Subject;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
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

pub(super) async fn list(State(app): State<Arc<App>>, operator: Operator) -> Result<axum::Json<Value>, Problem> {
    let mut sites = app.store.sites().await?;
    sites.retain(|site| operator.needs(&site.id, Role::Viewer).is_ok());
    Ok(axum::Json(json!({"items": sites.iter().map(Site::to_json).collect::<Vec<_>>()})))
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    operator: Operator,
    Json(body): Json<Map<String, Value>>,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    operator.needs_everywhere(Role::Owner)?;
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
    operator: Operator,
    Path(id): Path<String>,
) -> Result<axum::Json<Value>, Problem> {
    operator.needs(&id, Role::Viewer)?;
    let site = app.store.site(&id).await?.ok_or_else(Problem::not_found)?;
    Ok(axum::Json(site.to_json()))
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
    Json(patch): Json<Map<String, Value>>,
) -> Result<axum::Json<Value>, Problem> {
    operator.needs(&id, Role::Owner)?;
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
    operator.needs(&id, Role::Owner)?;
    // Switched off first, so that nothing new comes while its recordings are erased.
    let off = Map::from_iter([("enabled".to_owned(), Value::Bool(false))]);
    let now_ms = clock::now_ms();
    app.store.change_site(&id, off, now_ms).await?.ok_or_else(Problem::not_found)?.map_err(rejected)?;
    app.forget_sites();
    erase::erase(&*app.store, &app.blobs, Some(id.clone()), Subject::Everyone, &operator.actor).await?;
    app.store.remove_site(&id).await?;
    app.store.audit(&operator.actor, "remove site", &id, now_ms).await?;
    app.forget_sites();
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn usage(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<axum::Json<Value>, Problem> {
    operator.needs(&id, Role::Viewer)?;
    let site = app.store.site(&id).await?.ok_or_else(Problem::not_found)?;
    let usage = app.store.usage(&site, clock::now_ms()).await?;
    Ok(axum::Json(view::usage(&site, &usage)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Days {
    days: Option<u16>,
}

/// What was counted on each of the last days, those without among them.
pub(super) async fn days(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
    Query(asked): Query<Days>,
) -> Result<axum::Json<Value>, Problem> {
    operator.needs(&id, Role::Viewer)?;
    let site = app.store.site(&id).await?.ok_or_else(Problem::not_found)?;
    let now_ms = clock::now_ms();
    let count = i64::from(asked.days.unwrap_or(30).clamp(1, 366));
    let zone = &site.zone.name;
    let mut names: Vec<String> = (0..count).rev().map(|back| clock::day(zone, now_ms - back * clock::DAY)).collect();
    names.dedup();
    let from = names.first().cloned().unwrap_or_default();
    let counted: BTreeMap<String, u32> = app.store.usage_days(&id, &from).await?.into_iter().collect();
    let shown = names.iter().map(|day| json!({"day": day, "recordings": counted.get(day).copied().unwrap_or(0)}));
    Ok(axum::Json(json!({"time_zone": zone, "items": shown.collect::<Vec<_>>()})))
}

/// Forged recordings go, and their share of the month comes back. Says which by the fields of a search.
pub(super) async fn void(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
    Json(fields): Json<Map<String, Value>>,
) -> Result<axum::Json<Value>, Problem> {
    operator.needs(&id, Role::Owner)?;
    let site = app.store.site(&id).await?.ok_or_else(Problem::not_found)?;
    let told = "say which recordings, by the fields of a search without `site`, none of them empty";
    // An empty field of a search asks for nothing, and so for all recordings.
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    };
    let has_empty = |value: &Value| is_empty(value) || value.as_array().is_some_and(|list| list.iter().any(is_empty));
    if fields.is_empty() || fields.contains_key("site") || fields.values().any(has_empty) {
        return Err(Problem::bad_request("bad_field", told));
    }
    for name in ["cursor", "limit", "sort"] {
        if fields.contains_key(name) {
            return Err(super::unknown_field(name));
        }
    }
    let filter = filter::parse(filter::of_json(fields)?)?;
    // `steps` of nothing but arrows is empty too.
    let all = Filter { now_ms: filter.now_ms, limit: filter.limit, ..Filter::default() };
    if filter == all {
        return Err(Problem::bad_request("bad_field", told));
    }
    let voided = erase::void_all(&*app.store, &app.blobs, &site, filter, &operator.actor).await?;
    let usage = app.store.usage(&site, clock::now_ms()).await?;
    Ok(axum::Json(json!({"voided": voided, "usage": view::usage(&site, &usage)})))
}
