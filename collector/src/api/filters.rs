//! Filters that people keep under a name, for everybody of the site.

use super::{Json, bad_field, filter};
use crate::app::App;
use crate::auth::{self, Operator};
use crate::clock;
use crate::problem::Problem;
use crate::store::people::Role;
use crate::store::saved::SavedFilter;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

const NAME_MAX: usize = 80;
/// Filters of one site.
const FILTERS_MAX: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    name: String,
    filter: Map<String, Value>,
}

fn shown(saved: &SavedFilter) -> Value {
    json!({"id": saved.id, "name": saved.name, "filter": saved.filter, "created_at": clock::rfc3339(saved.created_ms)})
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(site): Path<String>,
) -> Result<axum::Json<Value>, Problem> {
    operator.needs(&site, Role::Viewer)?;
    app.store.site(&site).await?.ok_or_else(Problem::not_found)?;
    let saved = app.store.saved_filters(&site).await?;
    Ok(axum::Json(json!({"items": saved.iter().map(shown).collect::<Vec<_>>()})))
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(site): Path<String>,
    Json(new): Json<New>,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    operator.needs(&site, Role::Member)?;
    app.store.site(&site).await?.ok_or_else(Problem::not_found)?;
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > NAME_MAX {
        return Err(bad_field("name", "text of 1 to 80 characters"));
    }
    filter::check_saved(&new.filter)?;
    if app.store.saved_filters(&site).await?.len() >= FILTERS_MAX {
        return Err(Problem::new(StatusCode::CONFLICT, "too_many", "a site may keep 200 filters"));
    }
    let id = format!("f_{}", auth::random_text(6));
    let mut saved = SavedFilter { id, site, name, filter: new.filter, created_ms: clock::now_ms() };
    saved.id = app.store.save_filter(saved.clone()).await?;
    Ok((StatusCode::CREATED, axum::Json(shown(&saved))))
}

pub(super) async fn remove(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path((site, filter)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    operator.needs(&site, Role::Member)?;
    match app.store.forget_filter(&site, &filter).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::not_found()),
    }
}
