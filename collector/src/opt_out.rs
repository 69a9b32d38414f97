//! `GET /v1/opt-out/{key}`: where the visitors of a site may opt out, for the page at `/opt-out`. In: the site's public key.
//! Out: the origins on which the site's script runs, which anyone can see in its pages. Never: anything else of the site.

use crate::app::App;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};
use std::sync::Arc;

/// The handler. An origin with a wildcard is none that a link could lead to.
pub async fn origins(State(app): State<Arc<App>>, Path(key): Path<String>) -> Result<Json<Value>, Problem> {
    let site = app.site_by_key(&key).await?.ok_or_else(Problem::not_found)?;
    let origins: Vec<&String> = site.settings.allowed_origins.iter().filter(|origin| !origin.contains('*')).collect();
    Ok(Json(json!({"origins": origins})))
}
