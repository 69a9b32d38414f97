//! The panel of one conversation, for a chat tool's visitor tab. A link to it is made by the chat tool's server, through the
//! API; it is signed, ends soon, and opens this one conversation without a cookie. The page is framed by the site's
//! `embed_origins` alone. Shows nothing about who the visitor is: the chat tool knows that itself.

use super::{Query, bad_field, recordings, unknown_field, view};
use crate::app::App;
use crate::assets;
use crate::auth::Operator;
use crate::clock::{self, Millis};
use crate::problem::Problem;
use crate::store::Filter;
use crate::store::filter::{Kind, Wanted};
use crate::store::people::Role;
use crate::store::site::Site;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How long a link opens the panel when nobody says, and at most: in seconds.
const EXPIRES_IN_DEFAULT: i64 = 900;
const EXPIRES_IN_MAX: i64 = 86_400;
/// The purpose of the seal.
const PURPOSE: &str = "panel";
/// The header that carries the seal: in no address of the API.
const HEADER: &str = "revisit-panel";
/// Recordings of one conversation that are shown.
const SHOWN_MAX: u32 = 50;

/// What an opened link allows.
struct Panel {
    site: Site,
    conversation: String,
    expires_ms: Millis,
}

async fn open(app: &App, token: &str, now_ms: Millis) -> Result<Panel, Problem> {
    let ended = || Problem::forbidden("panel_ended", "this link has ended, the chat tool makes a new one");
    let (text, expires_ms) = app.seals().await?.open(PURPOSE, token, now_ms).ok_or_else(ended)?;
    let (site, conversation) = text.split_once('\n').ok_or_else(ended)?;
    let site = app.store.site(site).await?.ok_or_else(ended)?;
    Ok(Panel { site, conversation: conversation.to_owned(), expires_ms })
}

async fn opened(app: &App, headers: &HeaderMap) -> Result<Panel, Problem> {
    let token = headers.get(HEADER).and_then(|it| it.to_str().ok()).unwrap_or_default();
    open(app, token, clock::now_ms()).await
}

fn of_conversation(site: Option<&str>, conversation: &str) -> Filter {
    Filter {
        now_ms: clock::now_ms(),
        site: site.map(str::to_owned),
        terms: vec![Wanted::new(Kind::Conversation, conversation)],
        limit: SHOWN_MAX,
        ..Filter::default()
    }
}

/// The site that a conversation belongs to when the request does not say.
async fn site_of(app: &App, operator: &Operator, conversation: &str) -> Result<String, Problem> {
    let rows = app.store.recordings(of_conversation(None, conversation)).await?;
    let mut sites: Vec<String> = rows.into_iter().map(|row| row.site).collect();
    if sites.is_empty() {
        sites = app.store.sites().await?.into_iter().map(|site| site.id).collect();
    }
    sites.retain(|site| operator.needs(site, Role::Panel).is_ok());
    sites.sort();
    sites.dedup();
    match sites.as_slice() {
        [one] => Ok(one.clone()),
        _ => Err(bad_field("site", "the id of the site whose chat it is")),
    }
}

/// Makes a link. The body may be left out where there is only one site.
pub(super) async fn make(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(conversation): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    let fields: Map<String, Value> = match body.is_empty() {
        true => Map::new(),
        false => serde_json::from_slice(&body).map_err(|_| Problem::bad_request("bad_json", "send a JSON object"))?,
    };
    let mut expires_in = EXPIRES_IN_DEFAULT;
    let mut site = None;
    for (name, value) in fields {
        match (name.as_str(), value) {
            ("site", Value::String(id)) => site = Some(id),
            ("site", _) => return Err(bad_field("site", "the id of a site")),
            ("expires_in", value) => {
                let seconds = value.as_i64().filter(|it| (1..=EXPIRES_IN_MAX).contains(it));
                expires_in = seconds.ok_or_else(|| bad_field("expires_in", "a number of seconds, at most a day"))?;
            }
            _ => return Err(unknown_field(&name)),
        }
    }
    let site = match site {
        Some(site) => site,
        None => site_of(&app, &operator, &conversation).await?,
    };
    operator.needs(&site, Role::Panel)?;
    let site = app.store.site(&site).await?.ok_or_else(Problem::not_found)?;
    let now_ms = clock::now_ms();
    let expires_ms = now_ms + expires_in * 1000;
    let token = app.seals().await?.seal(PURPOSE, &format!("{}\n{conversation}", site.id), expires_ms);
    app.store.audit(&operator.actor, "open panel", &site.id, now_ms).await?;
    let url = format!("{}/embed/conversation/{}?t={token}", app.base_url, in_a_path(&conversation));
    Ok((StatusCode::CREATED, axum::Json(json!({"url": url, "expires_at": clock::rfc3339(expires_ms)}))))
}

/// Text as one segment of a path.
fn in_a_path(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// `GET /embed/conversation/{id}?t=…`: the page, framed by the site's chat tool only.
pub(crate) async fn page(
    State(app): State<Arc<App>>,
    Path(conversation): Path<String>,
    Query(fields): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let token = fields.get("t").map(String::as_str).unwrap_or_default();
    // One that has ended still says whose it was, and so who may show that it has ended.
    match open(&app, token, Millis::MIN).await {
        Ok(panel) if panel.conversation == conversation => {
            let mut page = assets::panel(&panel.site.settings.embed_origins, &headers);
            if panel.expires_ms <= clock::now_ms() {
                *page.status_mut() = StatusCode::FORBIDDEN;
            }
            page
        }
        Ok(_) => Problem::not_found().into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// `GET /embed/stage?t=…`: the stage of a panel's player, which stands in a frame of the chat tool's frame.
pub(crate) async fn stage(
    State(app): State<Arc<App>>,
    Query(fields): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let token = fields.get("t").map(String::as_str).unwrap_or_default();
    match open(&app, token, clock::now_ms()).await {
        Ok(panel) => assets::panel_stage(&panel.site.settings.embed_origins, &headers),
        Err(problem) => problem.into_response(),
    }
}

pub(super) async fn list(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<axum::Json<Value>, Problem> {
    let panel = opened(&app, &headers).await?;
    let rows = app.store.recordings(of_conversation(Some(&panel.site.id), &panel.conversation)).await?;
    let shown = rows.iter().map(|row| {
        let mut json = view::shared(row);
        json["verified"] = row.conversation_verified.into();
        json["watched"] = row.watched.into();
        json
    });
    Ok(axum::Json(json!({
        "conversation": panel.conversation,
        "site": panel.site.name,
        "expires_at": clock::rfc3339(panel.expires_ms),
        "items": shown.collect::<Vec<_>>(),
    })))
}

pub(super) async fn bytes(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let panel = opened(&app, &headers).await?;
    let row = recordings::find(&app, &id).await?;
    if row.site != panel.site.id || row.facts.conversation.as_deref() != Some(panel.conversation.as_str()) {
        return Err(Problem::not_found());
    }
    let blob = recordings::blob(&app, &row).await?;
    app.store.note_watch(row.rid, &format!("panel of {}", panel.site.id), clock::now_ms(), 0).await?;
    Ok(recordings::file(blob, "application/octet-stream", "recording.revisit"))
}
