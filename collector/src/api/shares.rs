//! Share links: one recording for whoever has the link, until it expires. Unknown, expired and ended links all look alike.
//!
//! Looking at a link costs nothing, so that previews of chat and mail programs burn none: pressing Play is a POST, which
//! counts, asks for the password where there is one, uses up a link that plays once, and gives a ticket for the bytes.

use super::describe::{Field, Type};
use super::{Json, Network, bad_field, recordings, unknown_field, view};
use crate::app::App;
use crate::auth::{self, Operator};
use crate::clock;
use crate::finish;
use crate::password;
use crate::problem::Problem;
use crate::store::RecordingRow;
use crate::store::people::Role;
use crate::store::sharing::Share;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use shared::mask::Rules;
use shared::recording::{self, remask};
use shared::strings::Kind;
use std::sync::Arc;

/// How long a link lives when nobody says.
const EXPIRES_IN_DEFAULT: i64 = 86_400;
/// How long after Play the bytes may be fetched.
const TICKET_MS: i64 = 5 * 60_000;
/// The header that carries a ticket: in no address, and so in no log.
const TICKET: &str = "revisit-ticket";

/// What a new link takes.
pub(super) const NEW: &[Field] = &[
    ("expires_in", Type::Number, "seconds; one day by default, never longer than the recording"),
    ("password", Type::MaybeText, "asked for before it plays"),
    ("once", Type::Flag, "plays once, for whoever presses Play first"),
    (
        "masked",
        Type::Flag,
        "shown with numbers, e-mail addresses, form inputs and values of tags masked and without pictures of canvases, \
         whatever was recorded",
    ),
    ("start_ms", Type::Number, "where it starts"),
];

/// What a link shows of itself to those who made it.
pub(super) const FIELDS: &[Field] = &[
    ("id", Type::Text, ""),
    ("url", Type::Text, "only when it is made: it is stored nowhere"),
    ("created_at", Type::Time, ""),
    ("expires_at", Type::Time, ""),
    ("password", Type::Flag, "whether it asks for one"),
    ("once", Type::Flag, ""),
    ("masked", Type::Flag, ""),
    ("start_ms", Type::Number, ""),
    ("plays", Type::Number, "how often Play was pressed"),
    ("played_at", Type::MaybeTime, "the last time"),
    ("warning", Type::MaybeText, "only when it is made: personal data that this recording may show"),
];

fn shown(share: &Share) -> Value {
    json!({
        "id": share.id,
        "created_at": clock::rfc3339(share.created_ms),
        "expires_at": clock::rfc3339(share.expires_ms),
        "password": share.password.is_some(),
        "once": share.once,
        "masked": share.masked,
        "start_ms": share.start_ms,
        "plays": share.plays,
        "played_at": share.played_ms.map(clock::rfc3339),
    })
}

async fn read_new(app: &App, row: &RecordingRow, fields: Map<String, Value>) -> Result<Share, Problem> {
    let now_ms = clock::now_ms();
    let mut share = Share {
        hash: [0; 32],
        id: auth::random_text(8),
        rid: row.rid,
        created_ms: now_ms,
        expires_ms: 0,
        password: None,
        once: false,
        masked: false,
        start_ms: 0,
        plays: 0,
        played_ms: None,
    };
    let mut expires_in = EXPIRES_IN_DEFAULT;
    for (name, value) in fields {
        match (name.as_str(), value) {
            ("expires_in", value) => {
                let seconds = value.as_i64().filter(|it| *it > 0);
                expires_in = seconds.ok_or_else(|| bad_field("expires_in", "a number of seconds"))?;
            }
            ("password", Value::Null) => {}
            ("password", Value::String(text)) if (1..=*password::LENGTH.end()).contains(&text.chars().count()) => {
                share.password = Some(app.passwords.make(text).await?);
            }
            ("password", _) => return Err(bad_field("password", "text of at most 200 characters")),
            ("once", Value::Bool(once)) => share.once = once,
            ("masked", Value::Bool(masked)) => share.masked = masked,
            ("once" | "masked", _) => return Err(bad_field(&name, "true or false")),
            ("start_ms", value) => {
                let start = value.as_i64().filter(|it| *it >= 0);
                share.start_ms = start.ok_or_else(|| bad_field("start_ms", "a number of milliseconds"))?;
            }
            _ => return Err(unknown_field(&name)),
        }
    }
    // Never longer than the recording itself.
    share.expires_ms = now_ms.saturating_add(expires_in.saturating_mul(1000)).min(row.expires_ms);
    Ok(share)
}

/// What the recording may show of persons, by what its site lets be recorded.
async fn warning(app: &App, row: &RecordingRow, masked: bool) -> Result<Option<String>, Problem> {
    let Some(site) = app.store.site(&row.site).await? else { return Ok(None) };
    let settings = site.settings;
    let kinds = [
        (settings.record_form_inputs, "what was typed into forms"),
        (settings.record_emails, "e-mail addresses"),
        (settings.record_numbers, "numbers"),
        (settings.record_properties, "values of tags and events"),
        (settings.record_canvas, "pictures of canvases"),
        (settings.record_console, "what the page wrote on its console"),
        (settings.allow_unmask, "what the page unmasks"),
    ];
    let shown: Vec<&str> = kinds.into_iter().filter(|(on, _)| *on && !masked).map(|(_, kind)| kind).collect();
    let mut told = "Texts that the page showed, names among them, can be read in this recording.".to_owned();
    if !shown.is_empty() {
        told.push_str(&format!(" This site also records {}.", shown.join(", ")));
    }
    Ok(Some(told))
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
    Json(fields): Json<Map<String, Value>>,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    let row = recordings::find_for(&app, &operator, &id, Role::Member).await?;
    let mut share = read_new(&app, &row, fields).await?;
    let token = auth::random_text(32);
    share.hash = auth::hash(token.as_bytes());
    let mut answer = shown(&share);
    answer["url"] = format!("{}/s/{token}", app.base_url).into();
    answer["warning"] = warning(&app, &row, share.masked).await?.into();
    let (created_ms, object) = (share.created_ms, format!("{} {}", row.id, share.id));
    app.store.add_share(share).await?;
    app.store.audit(&operator.actor, "share", &object, created_ms).await?;
    Ok((StatusCode::CREATED, axum::Json(answer)))
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<axum::Json<Value>, Problem> {
    let row = recordings::find_for(&app, &operator, &id, Role::Member).await?;
    let shares = app.store.shares(row.rid, clock::now_ms()).await?;
    Ok(axum::Json(json!({"items": shares.iter().map(shown).collect::<Vec<_>>()})))
}

pub(super) async fn end_all(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let row = recordings::find_for(&app, &operator, &id, Role::Member).await?;
    app.store.end_shares(row.rid, None).await?;
    app.store.audit(&operator.actor, "end shares", &row.id.to_string(), clock::now_ms()).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn end(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path((id, share)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let row = recordings::find_for(&app, &operator, &id, Role::Member).await?;
    let object = format!("{} {share}", row.id);
    match app.store.end_shares(row.rid, Some(share)).await? {
        0 => Err(Problem::not_found()),
        _ => {
            app.store.audit(&operator.actor, "end share", &object, clock::now_ms()).await?;
            Ok(StatusCode::NO_CONTENT)
        }
    }
}

async fn shared(app: &App, token: &str) -> Result<(Share, RecordingRow), Problem> {
    let now_ms = clock::now_ms();
    let found = app.store.shared(auth::hash(token.as_bytes()), now_ms).await?;
    found.filter(|(_, row)| row.expires_ms > now_ms).ok_or_else(Problem::not_found)
}

/// What a link shows of its recording beside the bytes.
fn known(share: &Share, row: &RecordingRow) -> Value {
    let mut json = view::shared(row);
    if share.masked {
        strictly(&mut json);
    }
    json
}

/// What a page says in its title, its addresses and its tags is masked as the bytes are.
fn strictly(shown: &mut Value) {
    let rules = Rules::default();
    let again = |kind: Kind, value: &mut Value| {
        if let Value::String(text) = value {
            *text = rules.again(kind, text).as_str().to_owned();
        }
    };
    again(Kind::Text, &mut shown["title"]);
    for name in ["entry_url", "exit_url", "referrer"] {
        again(Kind::Url, &mut shown[name]);
    }
    for url in shown["urls"].as_array_mut().into_iter().flatten() {
        again(Kind::Url, url);
    }
    for event in shown["events"].as_array_mut().into_iter().flatten() {
        again(Kind::Text, event);
    }
    // A key may be as telling as its value.
    shown["tags"] = json!({});
}

/// What may be known before Play: nothing of the recording where there is a password, or where it was played already.
pub(super) async fn get(State(app): State<Arc<App>>, Path(token): Path<String>) -> Result<axum::Json<Value>, Problem> {
    let (share, row) = shared(&app, &token).await?;
    if share.is_spent() {
        return Err(Problem::not_found());
    }
    let mut json = if share.password.is_some() { json!({"state": row.state.as_str()}) } else { known(&share, &row) };
    json["share_expires_at"] = clock::rfc3339(share.expires_ms).into();
    json["needs_password"] = share.password.is_some().into();
    json["once"] = share.once.into();
    json["start_ms"] = share.start_ms.into();
    Ok(axum::Json(json))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Play {
    password: Option<String>,
}

/// Somebody pressed Play.
pub(super) async fn play(
    State(app): State<Arc<App>>,
    Network(from): Network,
    Path(token): Path<String>,
    Json(play): Json<Play>,
) -> Result<axum::Json<Value>, Problem> {
    let (share, row) = shared(&app, &token).await?;
    recordings::is_ready(&row)?;
    let now_ms = clock::now_ms();
    if let Some(stored) = share.password.clone() {
        let password = play.password.unwrap_or_default();
        if !app.passwords.check(&format!("share {}", share.id), from, password, Some(stored), now_ms).await? {
            return Err(Problem::forbidden("wrong_password", "this is not the password of the link"));
        }
    }
    if !app.store.play_share(share.hash, now_ms).await? {
        return Err(Problem::not_found());
    }
    app.store.note_watch(row.rid, &format!("share {}", share.id), now_ms, 0).await?;
    let expires_ms = now_ms + TICKET_MS;
    let ticket = app.seals().await?.seal("share", &share.id, expires_ms);
    let mut json = known(&share, &row);
    json["ticket"] = ticket.into();
    Ok(axum::Json(json))
}

/// The bytes: with the ticket that Play gave, or at once where the link neither asks nor ends.
pub(super) async fn bytes(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (share, row) = shared(&app, &token).await?;
    if share.once || share.password.is_some() {
        let ticket = headers.get(TICKET).and_then(|it| it.to_str().ok()).unwrap_or_default();
        let opened = app.seals().await?.open("share", ticket, clock::now_ms());
        if opened.is_none_or(|(id, _)| id != share.id) {
            return Err(Problem::forbidden("press_play", "this link plays when Play is pressed"));
        }
    }
    let mut blob = recordings::blob(&app, &row).await?;
    if share.masked {
        blob = tokio::task::spawn_blocking(move || strictly_masked(&blob))
            .await
            .ok()
            .flatten()
            .ok_or_else(Problem::unavailable)?;
    }
    Ok(recordings::file(blob, "application/octet-stream", "recording.revisit"))
}

/// The recording as if nothing were recorded in clear that any setting could hide.
fn strictly_masked(blob: &[u8]) -> Option<Bytes> {
    let mut recording = recording::read(blob).ok()?;
    let rules = Rules::default();
    recording.pages.iter_mut().for_each(|page| remask(page, &rules));
    finish::take_pictures(&mut recording);
    Some(recording::write(&recording).into())
}
