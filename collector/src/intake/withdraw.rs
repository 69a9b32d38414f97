//! `POST /v1/erase?k={key}`: a visitor who withdraws consent takes the recording of the visit back. Only the browser that
//! made it can: the body is the recording's id and its write secret, 32 hexadecimal digits each. And what becomes of a
//! recording that turns out to be of a person whom the site never records.

use super::{Problem, check_origin, key_in, refusal, unknown_key};
use crate::app::App;
use crate::auth;
use crate::clock;
use crate::erase;
use crate::store::site::Site;
use crate::store::{Refusal, State as Stands};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use shared::ids::{RecordingId, from_hex};
use std::sync::Arc;

/// The handler.
pub async fn withdraw(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: String,
) -> Response {
    match accept(&app, &headers, query.as_deref(), &body).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn accept(app: &App, headers: &HeaderMap, query: Option<&str>, body: &str) -> Result<(), Problem> {
    let key = query.and_then(key_in).ok_or_else(unknown_key)?;
    let site = app.site_by_key(key).await?.ok_or_else(unknown_key)?;
    check_origin(&site, headers)?;
    let (id, secret) = body
        .split_at_checked(32)
        .and_then(|(id, secret)| Some((RecordingId::parse(id)?, from_hex::<16>(secret)?)))
        .ok_or_else(|| Problem::bad_request("bad_body", "send the recording's id and its secret"))?;
    let standing = app.store.standing(&site.id, id, auth::hash(&secret), clock::now_ms()).await?;
    match standing {
        Err(Refusal::NotYours) => Err(refusal(Refusal::NotYours)),
        // Known, and the secret is the right one; closed ones too, while they are kept.
        Ok(crate::store::Standing::GoesOn) | Err(Refusal::Closed) => forget(app, &site, id, Cause::Withdrawn).await,
        _ => Ok(()),
    }
}

/// Why a recording goes while its visitor may still be there.
#[derive(Clone, Copy)]
pub(super) enum Cause {
    /// The visitor took it back: it has been one.
    Withdrawn,
    /// It is of somebody whom the site never records: it should have been none, and is not counted.
    NeverRecorded,
}

/// Erases a recording that may not be, and refuses what is still to come of it.
pub(super) async fn forget(app: &App, site: &Site, id: RecordingId, cause: Cause) -> Result<(), Problem> {
    let now_ms = clock::now_ms();
    let row = app.store.recording(id).await?.filter(|row| row.site == site.id);
    app.known.remove(id);
    match row {
        None => app.store.refuse(site.id.clone(), id, now_ms).await?,
        Some(row) if matches!(row.state, Stands::Expired | Stands::Erased) => {}
        Some(_) => match cause {
            Cause::Withdrawn => drop(erase::erase_recording(&*app.store, &app.blobs, id, "visitor").await?),
            Cause::NeverRecorded => {
                erase::void_one(&*app.store, &app.blobs, site, id, "never_record").await?;
            }
        },
    }
    Ok(())
}
