//! Signing in: a one-time link's claim, or a bearer token, becomes a session's cookie.

use super::{Json, Network, people};
use crate::app::App;
use crate::auth::{self, COOKIE, Operator, SESSION_MS};
use crate::clock;
use crate::problem::Problem;
use crate::store::AccessKind;
use crate::store::people::{EVERYWHERE, Rights, Role, User};
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
    login: Option<String>,
    password: Option<String>,
}

pub(super) async fn login(
    State(app): State<Arc<App>>,
    Network(from): Network,
    headers: HeaderMap,
    Json(login): Json<Login>,
) -> Result<Response, Problem> {
    if !auth::is_own_page(&headers) {
        return Err(Problem::forbidden("foreign_page", "another website asked for this"));
    }
    let now_ms = clock::now_ms();
    let wrong =
        || Problem::new(StatusCode::UNAUTHORIZED, "wrong_claim", "the sign-in link was used already, or is too old");
    let expires_ms = now_ms + SESSION_MS;
    let (session, name, actor) = match login {
        Login { claim: Some(claim), token: None, login: None, password: None } => {
            let used = app.store.use_claim(auth::hash(claim.as_bytes()), now_ms).await?.ok_or_else(wrong)?;
            let user = match used.user {
                Some(user) => user,
                None => newcomer(&app, &used.name, now_ms).await?,
            };
            let actor = format!("user:{user}");
            let session =
                auth::grant(&*app.store, AccessKind::Session, Some(user), &used.name, Some(expires_ms)).await?;
            (session, used.name, actor)
        }
        Login { claim: None, token: Some(token), login: None, password: None } => {
            let access = app.store.access(auth::hash(token.as_bytes()), now_ms).await?;
            let access = access.filter(|access| access.kind == AccessKind::Token).ok_or_else(Problem::unauthorized)?;
            let session = auth::grant_like(&*app.store, &access, expires_ms).await?;
            (session, access.name, format!("token:{}", access.id))
        }
        Login { claim: None, token: None, login: Some(login), password: Some(password) } => {
            let user = people::by_password(&app, from, &login, password).await?;
            let actor = format!("user:{}", user.id);
            let session =
                auth::grant(&*app.store, AccessKind::Session, Some(user.id), &user.name, Some(expires_ms)).await?;
            (session, user.name, actor)
        }
        _ => return Err(Problem::bad_request("bad_field", "send `claim`, or `token`, or `login` and `password`")),
    };
    app.store.audit(&actor, "sign in", own_id(&actor), now_ms).await?;
    let mut response = axum::Json(json!({"name": name, "expires_at": clock::rfc3339(expires_ms)})).into_response();
    set_cookie(&app, &mut response, &session, SESSION_MS / 1000);
    Ok(response)
}

/// The id in `user:ID` or `token:ID`.
fn own_id(actor: &str) -> &str {
    actor.split_once(':').map_or("", |(_, id)| id)
}

/// Somebody who came by a link that named nobody: the installation's owner, or one that the command line made.
async fn newcomer(app: &App, name: &str, now_ms: clock::Millis) -> Result<String, Problem> {
    let user = User {
        id: format!("u_{}", auth::random_text(8)),
        name: name.to_owned(),
        login: None,
        password: None,
        created_ms: now_ms,
        rights: Rights::one(EVERYWHERE, Role::Owner),
    };
    app.store.put_user(user.clone()).await?;
    Ok(user.id)
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
    app.store.audit(&operator.actor, "sign out", own_id(&operator.actor), clock::now_ms()).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&app, &mut response, "", 0);
    Ok(response)
}

pub(super) async fn session(
    State(app): State<Arc<App>>,
    operator: Operator,
) -> Result<axum::Json<serde_json::Value>, Problem> {
    let user = match &operator.user {
        Some(id) => app.store.user(id).await?,
        None => None,
    };
    let roles: serde_json::Map<String, serde_json::Value> =
        operator.rights.0.iter().map(|(site, role)| (site.clone(), role.as_str().into())).collect();
    Ok(axum::Json(json!({
        "actor": operator.actor,
        "user": operator.user,
        "name": user.as_ref().map(|user| user.name.clone()),
        "login": user.as_ref().and_then(|user| user.login.clone()),
        "has_password": user.as_ref().is_some_and(|user| user.password.is_some()),
        "roles": roles,
    })))
}
