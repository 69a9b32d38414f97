//! Files that come in as recordings. In: bytes. Out: the id of the recording. One file at a time is read, since that takes
//! several times its size of memory.

use crate::app::App;
use crate::auth::Operator;
use crate::clock;
use crate::import::{self, Failure, Imported};
use crate::problem::Problem;
use crate::store::people::Role;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::StatusCode;
use bytes::Bytes;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Bytes of one file. The command line takes larger ones.
pub(super) const BODY_MAX_BYTES: usize = 64 << 20;

static TURNS: Semaphore = Semaphore::const_new(1);

pub(super) async fn import(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
    request: Request,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    operator.needs(&id, Role::Owner)?;
    let site = app.store.site(&id).await?.ok_or_else(Problem::not_found)?;
    let days = app.config.days(&site.settings.plan);
    let _turn = TURNS.acquire().await.map_err(|_| Problem::unavailable())?;
    // Not before it is allowed, and its turn: it is held whole.
    let file = Bytes::from_request(request, &app).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => Problem::bad_request("bad_body", "the file did not arrive whole"),
    })?;
    let Imported { id, skipped } = import::import(&*app.store, &app.blobs, &site, file, days).await.map_err(problem)?;
    app.store.audit(&operator.actor, "import", &id.to_string(), clock::now_ms()).await?;
    Ok((StatusCode::CREATED, axum::Json(json!({"id": id.to_string(), "skipped": skipped}))))
}

fn too_large() -> Problem {
    let told = format!("a file has at most {} MiB here; the command line takes larger ones", BODY_MAX_BYTES >> 20);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", told)
}

fn problem(failure: Failure) -> Problem {
    match failure {
        Failure::TooLarge => too_large(),
        Failure::Unreadable(_) | Failure::Refused(_) | Failure::TooMuch => {
            Problem::bad_request("not_importable", failure.to_string())
        }
        Failure::Known => Problem::new(StatusCode::CONFLICT, "known", failure.to_string()),
        Failure::Store(failure) => failure.into(),
        Failure::Blobs(failure) => failure.into(),
        Failure::Stopped => Problem::unavailable(),
    }
}
