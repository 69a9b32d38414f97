//! `GET /v1/site/{key}`: whether this site records now, and how. Asked once by every page before it sends anything, so
//! that a page of a site that may not record sends nothing at all.

use super::unknown_key;
use crate::app::App;
use crate::clock;
use crate::doctor;
use crate::persons::NeverRecord;
use crate::problem::Problem;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use shared::limits::{HEARTBEAT_MS, IDLE_MS, RECORDING_MAX_MS};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The handler.
pub async fn settings(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    key: Result<Path<String>, PathRejection>,
) -> Response {
    // A key that is not even text is unknown like any other.
    let key = key.map_or_else(|_| String::new(), |Path(key)| key);
    let client = app.client(peer.ip(), &headers);
    match answer(&app, &key, client).await {
        Ok(json) => ([(header::CACHE_CONTROL, "no-store")], Json(json)).into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn answer(app: &App, key: &str, client: IpAddr) -> Result<Value, Problem> {
    let now_ms = clock::now_ms();
    // Past the memory of sites: a switch or a plan changed a moment ago must hold.
    let site = app.store.site_by_key(key).await?.ok_or_else(|| {
        app.refusals.add("", "unknown_key");
        unknown_key()
    })?;
    app.refusals.add(&site.id, doctor::ASKED);
    let no =
        |reason: &str, until: Option<String>| json!({"record": false, "reason": reason, "until": until, "version": 1});
    if !site.settings.enabled {
        return Ok(no("disabled", None));
    }
    if NeverRecord::of(&site.settings).has_address(client) {
        return Ok(no("never_record", None));
    }
    let usage = app.store.usage(&site, now_ms).await?;
    if usage.limit == 0 {
        return Ok(no("plan", None));
    }
    // What runs goes on; the page of a visit that does has asked before, or finds its frames taken all the same.
    let is_full = app.disk.is_full();
    let Some(recorder) = app.assets.recorder() else { return Ok(no("not_built", None)) };
    let settings = &site.settings;
    // At the limit no new visit starts; one that runs goes on, so its next page must know how.
    let is_over = usage.used >= usage.limit;
    let mut answer = json!({
        "record": !is_over && !is_full,
        "reason": if is_over { Some("quota") } else if is_full { Some("disk_full") } else { None },
        "until": is_over.then(|| clock::rfc3339(usage.resets_ms)),
        // Relative to the collector's address, so that a site may serve it under a path of its own domain.
        "recorder": format!("assets/{}", recorder.script),
        "wasm": format!("assets/{}", recorder.wasm),
        "record_mobile": settings.record_mobile,
        "record_form_inputs": settings.record_form_inputs,
        "record_numbers": settings.record_numbers,
        "record_emails": settings.record_emails,
        "record_properties": settings.record_properties,
        "record_canvas": settings.record_canvas,
        "record_console": settings.record_console,
        "record_web_vitals": settings.record_web_vitals,
        "excluded_pages": settings.excluded_pages,
        "included_pages": settings.included_pages,
        "sample_rate": settings.sample_rate,
        "consent": settings.consent,
        "respect_gpc": settings.respect_gpc,
        "visitor_days": settings.visitor_days,
        "skip_bots": settings.skip_bots,
        "block_selectors": settings.block_selectors,
        "mask_selectors": settings.mask_selectors,
        "unmask_selectors": settings.unmask_selectors,
        "allow_unmask": settings.allow_unmask,
        "heartbeat_ms": HEARTBEAT_MS,
        "idle_ms": IDLE_MS,
        "max_ms": RECORDING_MAX_MS,
        "version": 1,
    });
    // Every page view reads these bytes: a permission that is not given is not named, nor what there is nothing to say of.
    if let Some(names) = answer.as_object_mut() {
        names.retain(|name, value| {
            let is_permission = name.starts_with("record_") || name.starts_with("allow_");
            !(value.is_null() || (is_permission && *value == json!(false)))
        });
    }
    Ok(answer)
}
