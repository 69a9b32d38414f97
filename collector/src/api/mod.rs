//! The operators' API under `/api/v1`, described by the document that `describe` makes of the routes. JSON in and out, errors as problem
//! documents. Every route but sign-in and shares wants an [`Operator`]. Query strings are never logged.

mod access;
mod describe;
mod filter;
mod filters;
mod imports;
pub mod panel;
mod people;
mod privacy;
mod recordings;
mod shares;
mod sites;
pub(crate) mod view;
mod webhooks;

use crate::address;
use crate::app::App;
use crate::auth::{self, Operator};
use crate::clock;
use crate::doctor;
use crate::health;
use crate::keep;
use crate::problem::Problem;
use crate::store::people::Role;
use crate::telemetry::Gauges;
use axum::Router;
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequest, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post};
use describe::{Field, Route, Type, change, make, read, remove, route};
use serde::de::DeserializeOwned;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Every route of the API. The document describes them out of this table.
fn routes() -> Vec<Route> {
    let list: &[Field] =
        &[("items", Type::ListOf("Recording"), ""), ("next", Type::MaybeText, "the next page's `cursor`")];
    vec![
        route("/api/v1/login", post(access::login), [make(
            "Sign in with a one-time link's claim, with a token, or with login and password: sets the session's cookie",
        )
        .open()
        .takes(&[
            ("claim", Type::Text, ""),
            ("token", Type::Text, ""),
            ("login", Type::Text, ""),
            ("password", Type::Text, ""),
        ])
        .or(&[400, 401, 403, 429])]),
        route("/api/v1/logout", post(access::logout), [make("Sign out").gives_nothing()]),
        route("/api/v1/session", get(access::session), [read("Who is signed in, and what they may do")]),
        route("/api/v1/users", get(people::list).post(people::add), [
            read("People").gives(200, &[("items", Type::ListOf("User"), "")]),
            make("Add a person: `name` and `roles`; gives a one-time sign-in link").takes(people::USER_FIELDS).gives_a(201, "User").or(&[400, 409]),
        ]),
        route("/api/v1/users/{id}", patch(people::change).delete(people::remove), [
            change("Change a person, or yourself; a new password ends the other sessions").takes(people::USER_FIELDS).gives_a(200, "User").or(&[400, 404, 409]),
            remove("Remove a person, and sign them out").or(&[404]),
        ]),
        route("/api/v1/tokens", get(people::tokens).post(people::add_token), [
            read("Tokens, without their secrets").gives(200, &[("items", Type::ListOf("Token"), "")]),
            make("Make a token; it is shown once")
                .takes(&[
                    ("name", Type::Text, ""),
                    ("site", Type::Text, "the only site that it opens; all by default"),
                    ("role", Type::Text, "panel (make panel links), viewer, member or owner, which is the default"),
                    ("expires_in", Type::Number, "seconds; never by default"),
                ])
                .gives_a(201, "Token")
                .or(&[400]),
        ]),
        route("/api/v1/tokens/{id}", delete(people::revoke_token), [remove("Take a token back").or(&[404])]),
        route("/api/v1/audit-log", get(people::deeds), [read("What was done, newest first")
            .asks([("before", Type::Number, "what `next` was"), ("limit", Type::Number, "100 by default, at most 500")])
            .gives(200, &[("items", Type::ListOf("Deed"), ""), ("next", Type::MaybeNumber, "")])
            .or(&[400])]),
        route("/api/v1/recordings/{id}/watches", get(people::watches), [
            read("Who watched it, newest first").gives(200, &[("items", Type::ListOf("Watch"), "")]).or(&[404]),
        ]),
        route("/api/v1/sites", get(sites::list).post(sites::add), [
            read("All sites").gives(200, &[("items", Type::ListOf("Site"), "")]),
            make("Add a site: `name`, `allowed_origins`, any settings").takes_a("Site").gives_a(201, "Site").or(&[400, 409]),
        ]),
        route("/api/v1/sites/{id}", get(sites::get).patch(sites::change).delete(sites::remove), [
            read("A site").gives_a(200, "Site").or(&[404]),
            change("Change any of its settings; an unknown field is refused").takes_a("Site").gives_a(200, "Site").or(&[400, 404]),
            remove("Erase its recordings and remove it").or(&[404]),
        ]),
        route("/api/v1/sites/{id}/usage", get(sites::usage), [read("The running month").gives_a(200, "Usage").or(&[404])]),
        route("/api/v1/sites/{id}/usage/days", get(sites::days), [read("What was counted on each of the last days")
            .asks([("days", Type::Number, "30 by default, at most 366")])
            .gives(200, &[("time_zone", Type::Text, ""), ("items", Type::ListOf("Day"), "oldest first, days without recordings too")])
            .or(&[400, 404])]),
        route("/api/v1/sites/{id}/void", post(sites::void), [make(
            "Void forged recordings: they are erased, and their share of the month comes back; which, by the fields of a search",
        )
        .takes(&filter::fields().collect::<Vec<_>>())
        .gives(200, &[("voided", Type::Number, ""), ("usage", Type::Of("Usage"), "")])
        .or(&[400, 404])]),
        route("/api/v1/sites/{id}/import", post(imports::import).layer(DefaultBodyLimit::max(imports::BODY_MAX_BYTES)), [make(
            "Take in a recording made elsewhere, as a file: exported as `revisit`, or rrweb JSON; masked by this site's rules, not counted",
        )
        .takes_bytes("application/octet-stream")
        .gives(201, &[("id", Type::Text, "of the recording"), ("skipped", Type::Number, "events that could not be read")])
        .or(&[400, 404, 409, 413])]),
        route("/api/v1/sites/{id}/filters", get(filters::list).post(filters::add), [
            read("Filters that are kept under a name").gives(200, &[("items", Type::ListOf("SavedFilter"), "")]).or(&[404]),
            make("Keep a filter, in the place of one with the same name; it may not name a person")
                .takes(&[("name", Type::Text, ""), ("filter", Type::Object, "as a search takes it")])
                .gives_a(201, "SavedFilter")
                .or(&[400, 404, 409]),
        ]),
        route("/api/v1/sites/{id}/filters/{filter}", delete(filters::remove), [remove("Forget a filter").or(&[404])]),
        route("/api/v1/recordings", get(recordings::list), [
            read("Recordings by filter").asks(filter::fields()).gives(200, list).or(&[400]),
        ]),
        route("/api/v1/recordings/search", post(recordings::search), [make(
            "The same with the fields in the body, for names, e-mails and addresses; a list asks for all of its values",
        )
        .takes(&filter::fields().collect::<Vec<_>>())
        .gives(200, list)
        .or(&[400])]),
        route("/api/v1/recordings/{id}", get(recordings::get).patch(recordings::change).delete(recordings::erase), [
            read("A recording, also while it is open").gives_a(200, "Recording").or(&[404]),
            change("Mark it")
                .takes(&[("watched", Type::Flag, ""), ("starred", Type::Flag, ""), ("note", Type::MaybeText, ""),
                    ("conversation", Type::MaybeText, "id of the chat that it belongs to, as the site's server knows it")])
                .gives_a(200, "Recording")
                .or(&[400, 404]),
            remove("Erase it: gone from every file when this answers").or(&[404]),
        ]),
        route("/api/v1/recordings/{id}/export", get(recordings::export), [read("Its bytes")
            .asks([("format", Type::Text, "revisit (as stored), rrweb (a JSON array of events) or html (one file that plays offline)")])
            .gives_bytes("application/octet-stream")
            .or(&[400, 404, 409])]),
        route("/api/v1/recordings/{id}/shares", get(shares::list).post(shares::add).delete(shares::end_all), [
            read("Its links that work now").gives(200, &[("items", Type::ListOf("Share"), "")]).or(&[404]),
            make("Make a link that shows it to whoever has the link").takes(shares::NEW).gives_a(201, "Share").or(&[400, 404]),
            remove("End all its links").or(&[404]),
        ]),
        route("/api/v1/recordings/{id}/shares/{share}", delete(shares::end), [remove("End one link").or(&[404])]),
        route("/api/v1/shares/{token}", get(shares::get), [
            read("The recording behind a link, without who the visitor is").open().gives_a(200, "Recording").or(&[404]),
        ]),
        route("/api/v1/shares/{token}/play", post(shares::play), [make(
            "Play was pressed: counted, and a link that plays once is used up; gives a ticket for the bytes",
        )
        .open()
        .takes(&[("password", Type::MaybeText, "where the link has one")])
        .gives(200, &[("ticket", Type::Text, "sent as the header `revisit-ticket`, good for five minutes")])
        .or(&[400, 403, 404, 409, 429])]),
        route("/api/v1/shares/{token}/recording", get(shares::bytes), [
            read("Its bytes; a link with a password, or one that plays once, wants a ticket").open().gives_bytes("application/octet-stream").or(&[403, 404, 409]),
        ]),
        route("/api/v1/conversations/{id}/panel", post(panel::make), [make(
            "Make a link to the panel of a conversation, for the chat tool's visitor tab; only the site's `embed_origins` may frame it",
        )
        .takes(&[
            ("site", Type::Text, "id of the site; may be left out where it can be only one"),
            ("expires_in", Type::Number, "seconds; a quarter of an hour by default, at most a day"),
        ])
        .gives(201, &[("url", Type::Text, ""), ("expires_at", Type::Time, "")])
        .or(&[400, 404])]),
        route("/api/v1/panel", get(panel::list), [read("The recordings of a panel's conversation; its link's seal goes in the header `revisit-panel`")
            .open()
            .gives(200, &[
                ("conversation", Type::Text, ""),
                ("site", Type::Text, "what the site is called"),
                ("expires_at", Type::Time, ""),
                ("items", Type::ListOf("Recording"), "without who the visitor is, with `verified`"),
            ])
            .or(&[403])]),
        route("/api/v1/panel/recordings/{id}", get(panel::bytes), [
            read("The bytes of one of them").open().gives_bytes("application/octet-stream").or(&[403, 404, 409]),
        ]),
        route("/api/v1/sites/{id}/webhook", get(webhooks::get), [read("Where messages go, what signs them, and the last of them")
            .gives(200, &[
                ("url", Type::MaybeText, "the setting `webhook_url`"),
                ("secret", Type::Text, "`revisit-signature` is t=SECONDS,v1=HMAC-SHA-256(secret, SECONDS.BODY) in hexadecimal digits"),
                ("deliveries", Type::ListOf("Delivery"), ""),
            ])
            .or(&[404])]),
        route("/api/v1/sites/{id}/webhook/secret", post(webhooks::renew), [
            make("Make a new secret; the old one is void at once").gives(201, &[("secret", Type::Text, "")]).or(&[404]),
        ]),
        route("/api/v1/sites/{id}/webhook/ping", post(webhooks::ping), [
            make("Send a message that says nothing, to try it").gives(201, &[("id", Type::Text, "")]).or(&[404, 409]),
        ]),
        route("/api/v1/sites/{id}/webhook/deliveries/{delivery}/replay", post(webhooks::replay), [
            make("Send a message again").gives_nothing().or(&[404]),
        ]),
        route("/api/v1/erase", post(privacy::erase), [make("Erase a person's recordings on a site")
            .takes(privacy::SUBJECT)
            .gives(200, &[
                ("erased", Type::List, "ids of recordings"),
                ("verified", Type::Object, "what was read after the erasure; `left` is what was found of it: 0"),
            ])
            .or(&[400, 404, 422])]),
        route("/api/v1/access", post(privacy::access), [make(
            "Everything that is held on a person on a site: metadata, links and content of each recording",
        )
        .takes(privacy::SUBJECT)
        .gives(200, &[
            ("site", Type::Text, ""),
            ("by", Type::Text, "how the person was named"),
            ("exported_at", Type::Time, ""),
            ("count", Type::Number, ""),
            ("recordings", Type::ListOf("Recording"), "with `shares` and `rrweb`"),
        ])
        .or(&[400, 404, 422])]),
        route("/api/v1/audit", post(privacy::audit), [make(
            "Look for personal data in stored recordings: says where, never what",
        )
        .takes(&[
            ("site", Type::Text, "id of the site"),
            ("recording", Type::Text, "only this one"),
            ("after", Type::Text, "what `next` was"),
        ])
        .gives(200, &[
            ("items", Type::ListOf("Finding"), ""),
            ("scanned", Type::Number, "recordings read"),
            ("next", Type::MaybeText, ""),
        ])
        .or(&[400, 404])]),
        route("/api/v1/recordings/{id}/texts", get(privacy::texts), [read(
            "Every different text that left the pages of a recording",
        )
        .gives(200, &[("items", Type::ListOf("Text"), ""), ("complete", Type::Flag, "whether these are all")])
        .or(&[404, 409])]),
        route("/api/v1/doctor", get(examine), [
            read("How the installation is: disks, clock, unfinished visits, and why there is no recording"),
        ]),
        route("/api/openapi.json", get(openapi), [read("This document").open()]),
        route("/healthz", get(healthz), [read("The process lives").open().gives_bytes("text/plain")]),
        route("/readyz", get(readyz), [read("It can take and give").open().gives_bytes("text/plain").or(&[503])]),
        route("/metrics", get(metrics), [
            read("Counters for Prometheus; also with the metrics token").gives_bytes("text/plain"),
        ]),
    ]
}

/// Named shapes of the document.
const SCHEMAS: &[(&str, &[Field])] = &[
    ("Finding", privacy::FINDING),
    ("Text", privacy::TEXT),
    ("Recording", view::FIELDS),
    ("Share", shares::FIELDS),
    ("Usage", sites::USAGE),
    ("User", people::USER),
    ("Token", people::TOKEN),
    (
        "Deed",
        &[
            ("at", Type::Time, ""),
            ("actor", Type::Text, "user:ID, token:ID, session:ID or the command line"),
            ("action", Type::Text, ""),
            ("object", Type::Text, ""),
        ],
    ),
    ("Watch", &[("at", Type::Time, ""), ("actor", Type::Text, "user:ID, token:ID, a share or a panel")]),
    ("Day", &[("day", Type::Text, "2026-11-24"), ("recordings", Type::Number, "")]),
    ("Delivery", webhooks::FIELDS),
    (
        "SavedFilter",
        &[
            ("id", Type::Text, ""),
            ("name", Type::Text, ""),
            ("filter", Type::Object, "as a search takes it"),
            ("created_at", Type::Time, ""),
        ],
    ),
];

/// The router of the API.
pub fn router() -> Router<Arc<App>> {
    routes().into_iter().fold(Router::new(), |router, route| router.route(route.path, route.handlers))
}

async fn openapi() -> axum::Json<serde_json::Value> {
    axum::Json(describe::document(&routes(), SCHEMAS))
}

/// What stands in the way of recordings.
async fn examine(State(app): State<Arc<App>>, operator: Operator) -> Result<axum::Json<serde_json::Value>, Problem> {
    operator.needs_everywhere(Role::Viewer)?;
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
        operator?.needs_everywhere(Role::Viewer)?;
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

/// The fields of a query string, whose errors are problem documents.
pub(crate) struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Arc<App>> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let read = axum::extract::Query::from_request_parts(parts, app).await;
        read.map(|axum::extract::Query(value)| Self(value)).map_err(|rejection| {
            Problem::bad_request(
                "bad_field",
                format!("a field of the address cannot be read: {}", rejection.body_text()),
            )
        })
    }
}

/// The network that a request comes from, as one subscriber has it: what tries are counted by.
pub(crate) struct Network(pub IpAddr);

impl FromRequestParts<Arc<App>> for Network {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().ok_or_else(Problem::unavailable)?;
        Ok(Self(address::subscriber(app.client(peer.0.ip(), &parts.headers))))
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
