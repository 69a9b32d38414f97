//! Every route, by who asks: visitors' pages (any origin, small bodies), operators (their API), people (pages of ours).

use crate::app::App;
use crate::problem::Problem;
use crate::{api, assets, intake, opt_out};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::sync::Arc;

/// The whole application.
pub fn app(app: Arc<App>) -> Router {
    Router::new()
        .merge(for_visitors())
        .merge(for_operators())
        .merge(for_people())
        .method_not_allowed_fallback(|| async {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this address takes other methods")
        })
        .fallback(assets::other)
        .layer(middleware::from_fn_with_state(app.clone(), headers_for_all))
        .with_state(app)
}

fn for_visitors() -> Router<Arc<App>> {
    // Bodies are limited by the intake itself, which answers with a problem document.
    Router::new()
        .route("/v1/site/{key}", get(intake::settings))
        .route("/v1/frames", post(intake::frames).layer(DefaultBodyLimit::disable()))
        .route("/v1/erase", post(intake::withdraw).layer(DefaultBodyLimit::max(1024)))
        .route("/v1/opt-out/{key}", get(opt_out::origins))
        .route("/revisit.js", get(assets::loader))
        .route("/assets/{name}", get(assets::recorder_file))
}

fn for_operators() -> Router<Arc<App>> {
    api::router().layer(middleware::from_fn(headers_for_operators))
}

fn for_people() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(assets::dashboard))
        .route("/doctor", get(assets::doctor))
        .route("/recordings/{id}", get(assets::player))
        .route("/s/{token}", get(assets::player))
        .route("/beside/{id}", get(assets::beside))
        .route("/opt-out", get(assets::opt_out))
        .route("/stage", get(assets::stage))
        .route("/robots.txt", get(|| async { "User-agent: *\nDisallow: /\n" }))
        .route("/embed/conversation/{id}", get(api::panel::page))
        .route("/embed/stage", get(api::panel::stage))
}

fn is_for_visitors(path: &str) -> bool {
    path.starts_with("/v1/") || path.starts_with("/assets/") || path == "/revisit.js"
}

const CORS: [(HeaderName, HeaderValue); 3] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    (header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Retry-After")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin")),
];

/// Headers of every answer, errors included; for visitors' pages those that let any origin read it.
async fn headers_for_all(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let visitors = is_for_visitors(&path);
    let mut response = match (visitors, request.method()) {
        (true, &Method::OPTIONS) => preflight(),
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    if visitors {
        for (name, value) in CORS {
            headers.insert(name, value);
        }
    }
    // Not for what customers' pages load from anywhere, nor for the demo shop, which is like a customer's page.
    let is_ours = !visitors && !path.starts_with("/demo");
    if is_ours && !path.starts_with("/embed/") && path != "/stage" {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    }
    if is_ours && app.base_url.starts_with("https://") {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    if is_ours && path != "/" {
        headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    }
    if is_ours {
        headers
            .entry(HeaderName::from_static("cross-origin-resource-policy"))
            .or_insert(HeaderValue::from_static("same-origin"));
        let none = HeaderValue::from_static("camera=(), microphone=(), geolocation=(), payment=(), usb=()");
        headers.insert(HeaderName::from_static("permissions-policy"), none);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    response
}

fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

async fn headers_for_operators(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    // Nothing of the API is a page, whatever a browser makes of it.
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    response
}
