//! What visitors' pages talk to: settings for the recorder, and frames. In this order: key, origin, size, shape, rate,
//! quota; then the [`crate::log`]. Nothing of a body is kept unless all of it is good.
//!
//! The write secret is hashed here and goes no further. A missing `Origin` is let through (see [`origin`]). The content
//! type does not matter: browsers send `text/plain` or `application/octet-stream`, and the body says itself what it is.

pub mod body;
pub mod origin;
pub mod rate;
pub mod refusals;
mod settings;
mod withdraw;

pub use settings::settings;
pub use withdraw::withdraw;

use crate::address;
use crate::agent;
use crate::app::App;
use crate::auth;
use crate::clock;
use crate::log::Entry;
use crate::persons::NeverRecord;
use crate::problem::Problem;
use crate::store::site::Site;
use crate::store::{NewBody, Opening, Outcome, Refusal, Standing};
use axum::body::Body;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use shared::ids::RecordingId;
use shared::limits::BODY_MAX_BYTES;
use shared::mask::{Policy, Rules};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Bytes of a body over the limit that are read and thrown away, so that its sender hears the answer and not a reset.
const DISCARD_MAX_BYTES: u64 = 256 << 20;
/// Bytes of bodies held at once, those that are still arriving among them, so that no flood takes all memory.
const HELD_MAX_BYTES: usize = 256 << 20;
/// Recordings remembered by [`Known`].
const KNOWN_MAX: usize = 100_000;

/// Recordings that the store accepted a moment ago: their bodies go to the log unasked. The store still decides.
#[derive(Default)]
pub struct Known(Mutex<HashMap<RecordingId, [u8; 32]>>);

impl Known {
    fn has(&self, recording: RecordingId, secret_hash: &[u8; 32]) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&recording) == Some(secret_hash)
    }

    fn add(&self, recording: RecordingId, secret_hash: [u8; 32]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(recording, secret_hash);
    }

    fn remove(&self, recording: RecordingId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&recording);
    }
}

/// The bytes that one request holds of what all may hold together; given back when it is answered.
struct Held<'a> {
    all: &'a AtomicUsize,
    own: usize,
}

impl Held<'_> {
    fn add(&mut self, bytes: usize) -> Result<(), Problem> {
        self.own += bytes;
        let before = self.all.fetch_add(bytes, Ordering::Relaxed);
        if before + bytes <= HELD_MAX_BYTES {
            return Ok(());
        }
        // Said by the counters: a line for each would be a flood of its own.
        Err(Problem::unavailable())
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.all.fetch_sub(self.own, Ordering::Relaxed);
    }
}

/// `POST /v1/frames?k={key}`.
pub async fn frames(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Body,
) -> Response {
    let mut asked_for = None;
    let answer = accept(&app, peer.ip(), &headers, query.as_deref(), body, &mut asked_for).await;
    if let Err(problem) = &answer {
        app.refusals.add(asked_for.as_deref().map_or("", |site| &site.id), problem.code);
    }
    app.counters.intake(answer.as_ref().map_or_else(|problem| problem.status, |()| StatusCode::NO_CONTENT));
    match answer {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// `asked_for` becomes the site, once that is known.
async fn accept(
    app: &App,
    peer: IpAddr,
    headers: &HeaderMap,
    query: Option<&str>,
    body: Body,
    asked_for: &mut Option<Arc<Site>>,
) -> Result<(), Problem> {
    let mut held = Held { all: &app.held_bytes, own: 0 };
    // Read to its end first: an answer that comes before is lost when the sender is still writing.
    let read = receive(app, headers, body, &mut held).await;
    let key = query.and_then(key_in).ok_or_else(unknown_key)?;
    let site = app.site_by_key(key).await?.ok_or_else(unknown_key)?;
    *asked_for = Some(site.clone());
    check_origin(&site, headers)?;
    let bytes = read?;
    if !site.settings.enabled {
        return Err(refusal(Refusal::Disabled));
    }
    let opened = body::open(&bytes, &rules(&site))?;
    let secret_hash = auth::hash(&opened.secret.0);
    let received_ms = clock::now_ms();
    let recording = opened.recording;
    let client = app.client(peer, headers);
    let is_known = app.known.has(recording, &secret_hash);
    let never = NeverRecord::of(&site.settings);
    if !is_known {
        match app.store.standing(&site.id, recording, secret_hash, received_ms).await? {
            Ok(Standing::GoesOn) => {}
            Ok(Standing::Begins) if never.has_address(client) => {
                return Err(Problem::forbidden("never_record", "this site does not record this network"));
            }
            Ok(Standing::Begins) => may_begin(app, &site, client, received_ms)?,
            Err(reason) => return Err(refusal(reason)),
        }
    }
    if opened.frames.iter().filter_map(|frame| frame.declared.as_deref()).any(|declared| never.has_person(declared)) {
        withdraw::forget(app, &site, recording, withdraw::Cause::NeverRecorded).await?;
        return Err(refusal(Refusal::Erased));
    }
    let opening = if is_known { Opening::default() } else { opening(app, &site, client, headers) };
    let body = NewBody {
        site: site.id.clone(),
        recording,
        secret_hash,
        received_ms,
        sent_at_ms: opened.sent_at_ms,
        opening,
        frames: opened.frames,
    };
    let (frames, len, started) = (body.frames.len(), bytes.len(), Instant::now());
    match app.log.append(Entry { body, bytes }).await? {
        Outcome::Kept { began, conflicts } => {
            app.known.add(recording, secret_hash);
            app.counters.kept(frames, len, started.elapsed(), began, conflicts);
            Ok(())
        }
        Outcome::Refused(reason) => {
            app.known.remove(recording);
            Err(refusal(reason))
        }
    }
}

/// What is stored of the client when a recording begins.
fn opening(app: &App, site: &Site, client: IpAddr, headers: &HeaderMap) -> Opening {
    let agent = agent::read(headers.get(header::USER_AGENT).and_then(|it| it.to_str().ok()).unwrap_or_default());
    let ip = if site.settings.record_ip { address::plain(client) } else { address::anonymous(client) };
    let country = app.countries.get().and_then(|countries| countries.of(address::plain(client)));
    Opening { ip: Some(ip.to_string()), country, device: agent.device, browser: agent.browser, os: agent.os }
}

fn may_begin(app: &App, site: &Site, client: IpAddr, now_ms: clock::Millis) -> Result<(), Problem> {
    if app.disk.is_full() {
        let told = "the collector's disk is full: no new recordings until there is room";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "disk_full", told).retry_after(60));
    }
    let exempt = client.is_loopback() || app.config.trusted_proxies.iter().any(|network| network.contains(client));
    let limited = (!exempt).then(|| address::subscriber(client));
    app.rate.begin(&site.id, limited, now_ms).map_err(|seconds| {
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_fast", "too many new recordings at once").retry_after(seconds)
    })
}

/// What the site's settings allow to be kept in clear.
pub fn rules(site: &Site) -> Rules {
    let settings = &site.settings;
    let policy = Policy {
        numbers: settings.record_numbers,
        emails: settings.record_emails,
        form_inputs: settings.record_form_inputs,
        properties: settings.record_properties,
        allow_unmask: settings.allow_unmask,
    };
    Rules::new(policy, 0)
}

fn key_in(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("k="))
}

fn unknown_key() -> Problem {
    Problem::forbidden("unknown_key", "no site has this key")
}

fn check_origin(site: &Site, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    // A page of the collector's own address: the demo shop, or a site that serves the collector under its own domain.
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let is_own = |origin: &str| origin.split_once("://").is_some_and(|(_, authority)| Some(authority) == host);
    let allowed = |origin: &str| is_own(origin) || origin::allows(&site.settings.allowed_origins, origin);
    let allowed = origin.to_str().is_ok_and(allowed);
    allowed
        .then_some(())
        .ok_or_else(|| Problem::forbidden("origin_not_allowed", "this origin is not on the site's list"))
}

fn refusal(reason: Refusal) -> Problem {
    match reason {
        Refusal::UnknownKey => unknown_key(),
        Refusal::Disabled => Problem::forbidden("disabled", "recording is switched off for this site"),
        Refusal::NotYours => Problem::forbidden("not_yours", "the recording belongs to somebody else"),
        Refusal::Closed => Problem::new(StatusCode::CONFLICT, "closed", "the recording is closed, start a new one"),
        Refusal::Erased => Problem::new(StatusCode::GONE, "erased", "the recording was erased"),
        Refusal::Plan => Problem::new(StatusCode::PAYMENT_REQUIRED, "plan", "the site's plan has no recordings"),
        Refusal::Quota => Problem::new(StatusCode::PAYMENT_REQUIRED, "quota", "the month's recordings are used up"),
    }
}

fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", format!("a body may have {BODY_MAX_BYTES} bytes"))
}

fn too_slow() -> Problem {
    Problem::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the body took too long to arrive")
}

async fn receive(app: &App, headers: &HeaderMap, body: Body, held: &mut Held<'_>) -> Result<Bytes, Problem> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|it| it.to_str().ok()?.parse::<u64>().ok());
    let waits = headers.contains_key(header::EXPECT);
    if length.is_some_and(|length| length > DISCARD_MAX_BYTES || waits && length > BODY_MAX_BYTES as u64) {
        return Err(too_large());
    }
    let deadline = Duration::from_millis(app.config.body_timeout.cast_unsigned());
    tokio::time::timeout(deadline, collect(body, held)).await.unwrap_or_else(|_| Err(too_slow()))
}

async fn collect(mut body: Body, held: &mut Held<'_>) -> Result<Bytes, Problem> {
    let cut = |_| Problem::bad_request("cut_short", "the connection broke before the body's end");
    let mut first: Option<Bytes> = None;
    let mut rest = BytesMut::new();
    let mut total = 0;
    while let Some(part) = body.frame().await {
        let Ok(data) = part.map_err(cut)?.into_data() else { continue };
        total += data.len() as u64;
        if total > DISCARD_MAX_BYTES {
            return Err(too_large());
        }
        if total > BODY_MAX_BYTES as u64 {
            first = None;
            rest = BytesMut::new();
            continue;
        }
        held.add(data.len())?;
        // Most bodies come in one piece, which is kept as it is.
        match first.take() {
            None if rest.is_empty() => first = Some(data),
            before => {
                rest.extend_from_slice(&before.unwrap_or_default());
                rest.extend_from_slice(&data);
            }
        }
    }
    if total > BODY_MAX_BYTES as u64 {
        return Err(too_large());
    }
    Ok(first.unwrap_or_else(|| rest.freeze()))
}
