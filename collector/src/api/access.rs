//! Signing in: a one-time link's claim, or a bearer token, becomes a session's cookie.

use super::Json;
use crate::app::App;
use crate::auth::{self, COOKIE, Operator, SESSION_MS};
use crate::clock;
use crate::problem::Problem;
use crate::store::AccessKind;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    claim: Option<String>,
    token: Option<String>,
}

pub(super) async fn login(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Json(login): Json<Login>,
) -> Result<Response, Problem> {
    if !auth::is_own_page(&headers) {
        return Err(Problem::forbidden("foreign_page", "another website asked for this"));
    }
    let now_ms = clock::now_ms();
    let wrong =
        || Problem::new(StatusCode::UNAUTHORIZED, "wrong_claim", "the sign-in link was used already, or is too old");
    let (user, name) = match login {
        Login { claim: Some(claim), token: None } => {
            let used = app.store.use_claim(auth::hash(claim.as_bytes()), now_ms).await?.ok_or_else(wrong)?;
            match used.user {
                Some(user) => (user, used.name),
                None => {
                    let user = format!("u_{}", auth::random_text(8));
                    app.store.add_user(&user, &used.name, now_ms).await?;
                    (user, used.name)
                }
            }
        }
        Login { claim: None, token: Some(token) } => {
            let access = app.store.access(auth::hash(token.as_bytes()), now_ms).await?;
            let access = access.filter(|access| access.kind == AccessKind::Token).ok_or_else(Problem::unauthorized)?;
            (format!("token:{}", access.id), access.name)
        }
        _ => return Err(Problem::bad_request("bad_field", "send either `claim` or `token`")),
    };
    let expires_ms = now_ms + SESSION_MS;
    let session = auth::grant(&*app.store, AccessKind::Session, Some(user), &name, Some(expires_ms)).await?;
    let mut response = axum::Json(json!({"name": name, "expires_at": clock::rfc3339(expires_ms)})).into_response();
    set_cookie(&app, &mut response, &session, SESSION_MS / 1000);
    Ok(response)
}

fn set_cookie(app: &App, response: &mut Response, value: &str, seconds: i64) {
    let secure = if app.base_url.starts_with("https://") { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}

pub(super) async fn logout(State(app): State<Arc<App>>, operator: Operator) -> Result<Response, Problem> {
    app.store.revoke(operator.hash).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&app, &mut response, "", 0);
    Ok(response)
}

pub(super) async fn session(operator: Operator) -> axum::Json<serde_json::Value> {
    axum::Json(json!({"actor": operator.actor}))
}
