//! The operators' API under `/api/v1`, described by `openapi.json` beside this file. JSON in and out, errors as problem
//! documents. Every route but sign-in and shares wants an [`Operator`]. Query strings are never logged.

mod access;
mod recordings;
mod shares;
mod sites;
mod view;

use crate::app::App;
use crate::auth::{self, Operator};
use crate::clock;
use crate::doctor;
use crate::health;
use crate::keep;
use crate::problem::Problem;
use crate::telemetry::Gauges;
use axum::Router;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Path, methods, handlers.
type Route = (&'static str, &'static [&'static str], MethodRouter<Arc<App>>);

/// Every route of the API; a test holds the OpenAPI document to it.
fn routes() -> Vec<Route> {
    vec![
        ("/api/v1/login", &["post"], post(access::login)),
        ("/api/v1/logout", &["post"], post(access::logout)),
        ("/api/v1/session", &["get"], get(access::session)),
        ("/api/v1/sites", &["get", "post"], get(sites::list).post(sites::add)),
        ("/api/v1/sites/{id}", &["get", "patch", "delete"], get(sites::get).patch(sites::change).delete(sites::remove)),
        ("/api/v1/sites/{id}/usage", &["get"], get(sites::usage)),
        ("/api/v1/recordings", &["get"], get(recordings::list)),
        ("/api/v1/recordings/search", &["post"], post(recordings::search)),
        (
            "/api/v1/recordings/{id}",
            &["get", "patch", "delete"],
            get(recordings::get).patch(recordings::change).delete(recordings::erase),
        ),
        ("/api/v1/recordings/{id}/export", &["get"], get(recordings::export)),
        ("/api/v1/recordings/{id}/shares", &["post", "delete"], post(shares::add).delete(shares::end_all)),
        ("/api/v1/recordings/{id}/shares/{share}", &["delete"], axum::routing::delete(shares::end)),
        ("/api/v1/shares/{token}", &["get"], get(shares::get)),
        ("/api/v1/shares/{token}/recording", &["get"], get(shares::bytes)),
        ("/api/v1/erase", &["post"], post(recordings::erase_matching)),
        ("/api/v1/doctor", &["get"], get(examine)),
        ("/api/openapi.json", &["get"], get(openapi)),
        ("/healthz", &["get"], get(healthz)),
        ("/readyz", &["get"], get(readyz)),
        ("/metrics", &["get"], get(metrics)),
    ]
}

/// The router of the API.
pub fn router() -> Router<Arc<App>> {
    routes().into_iter().fold(Router::new(), |router, (path, _, handlers)| router.route(path, handlers))
}

const OPENAPI: &str = include_str!("openapi.json");

async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

/// What stands in the way of recordings.
async fn examine(State(app): State<Arc<App>>, _: Operator) -> Result<axum::Json<serde_json::Value>, Problem> {
    // What was refused a moment ago is what somebody is looking for.
    keep::note_refusals(&app).await?;
    Ok(axum::Json(doctor::examine(&*app.store, &app.config, &app.disk).await?.to_json()))
}

/// The process lives.
async fn healthz() -> &'static str {
    "ok\n"
}

/// It can take and give: both stores answer and can be written.
async fn readyz(State(app): State<Arc<App>>) -> Result<&'static str, Problem> {
    let wrong = health::problems(&app).await;
    if wrong.is_empty() {
        return Ok("ready\n");
    }
    Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", wrong.join("; ")).retry_after(5))
}

async fn metrics(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    operator: Result<Operator, Problem>,
) -> Result<Response, Problem> {
    let by_own_token = app.config.metrics_token.as_deref().is_some_and(|token| auth::shows(&headers, token));
    if !by_own_token {
        operator?;
    }
    let (open_visits, ended_visits) = app.store.unfinished(clock::now_ms()).await?;
    let gauges = Gauges {
        open_visits,
        ended_visits,
        waiting: app.log.waiting() as u64,
        turned_away: app.log.turned_away(),
        held_bytes: app.held_bytes.load(Relaxed) as u64,
        disk_used: Some(app.disk.used_percent() / 100.0),
    };
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.counters.render(&gauges)).into_response())
}

/// A JSON body whose errors are problem documents.
pub(crate) struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        match axum::Json::from_request(request, app).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_json",
                "send JSON with content-type: application/json",
            )),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the request is too large"))
            }
            Err(rejection) => Err(Problem::bad_request("bad_json", rejection.body_text())),
        }
    }
}

/// A field of a request that nobody knows.
fn unknown_field(name: &str) -> Problem {
    Problem::bad_request("unknown_field", format!("`{name}` is not a field here"))
}

/// A field of a request with a value that it cannot have.
fn bad_field(name: &str, meaning: &str) -> Problem {
    Problem::bad_request("bad_field", format!("`{name}` must be {meaning}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_document_describes_every_route_and_no_other() {
        let document: serde_json::Value = serde_json::from_str(OPENAPI).unwrap();
        let described: BTreeSet<(String, String)> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| (path.clone(), method.clone())))
            .filter(|(_, method)| method != "parameters")
            .collect();
        let routed: BTreeSet<(String, String)> = routes()
            .iter()
            .flat_map(|(path, methods, _)| methods.iter().map(move |method| ((*path).to_owned(), (*method).to_owned())))
            .collect();
        assert_eq!(described, routed);
    }
}
