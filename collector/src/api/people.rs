//! People and what each may do, tokens for programs, what was done, who watched. For those who own everything; a person
//! may change the own login and password.

use super::describe::{Field, Type};
use super::{Json, Query, bad_field, recordings, unknown_field};
use crate::app::App;
use crate::auth::{self, Operator};
use crate::clock;
use crate::password;
use crate::problem::Problem;
use crate::store::Access;
use crate::store::people::{EVERYWHERE, Rights, Role, User};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::net::IpAddr;
use std::sync::Arc;

/// A person, for the API's description.
pub(super) const USER: &[Field] = &[
    ("id", Type::Text, ""),
    ("name", Type::Text, ""),
    ("login", Type::MaybeText, ""),
    ("has_password", Type::Flag, ""),
    ("created_at", Type::Time, ""),
    ("roles", Type::Object, "site's id, or * for all: panel, viewer, member or owner"),
    ("sign_in", Type::MaybeText, "a one-time sign-in link, only in the answer that makes it"),
];

/// What a person takes.
pub(super) const USER_FIELDS: &[Field] = &[
    ("name", Type::Text, ""),
    ("login", Type::MaybeText, "with a password: what signs in"),
    ("password", Type::Text, "10 to 200 characters"),
    ("roles", Type::Object, "site's id, or * for all: panel, viewer, member or owner"),
];

/// A token, for the API's description.
pub(super) const TOKEN: &[Field] = &[
    ("id", Type::Text, ""),
    ("name", Type::Text, "what it is for"),
    ("site", Type::Text, "the only site that it opens, or * for all"),
    ("role", Type::Text, "panel, viewer, member or owner"),
    ("created_at", Type::Time, ""),
    ("expires_at", Type::MaybeTime, ""),
    ("token", Type::Text, "only in the answer that makes it: the store has a hash"),
];

fn shown(user: &User) -> Value {
    let roles: Map<String, Value> =
        user.rights.0.iter().map(|(site, role)| (site.clone(), role.as_str().into())).collect();
    json!({
        "id": user.id,
        "name": user.name,
        "login": user.login,
        "has_password": user.password.is_some(),
        "created_at": clock::rfc3339(user.created_ms),
        "roles": roles,
    })
}

fn token_shown(access: &Access) -> Value {
    json!({
        "id": access.id,
        "name": access.name,
        "site": access.site,
        "role": access.role.as_str(),
        "created_at": clock::rfc3339(access.created_ms),
        "expires_at": access.expires_ms.map(clock::rfc3339),
    })
}

fn text(name: &str, value: &Value, most: usize) -> Result<String, Problem> {
    let text = value.as_str().map(str::trim).filter(|it| (1..=most).contains(&it.chars().count()));
    text.map(str::to_owned).ok_or_else(|| bad_field(name, "text, and not too long"))
}

async fn rights(app: &App, value: &Value) -> Result<Rights, Problem> {
    let wrong = || bad_field("roles", "an object of sites' ids (or *) and roles: panel, viewer, member or owner");
    let mut rights = Rights::default();
    for (site, role) in value.as_object().ok_or_else(wrong)? {
        if site != EVERYWHERE && app.store.site(site).await?.is_none() {
            return Err(bad_field("roles", "about sites that are there"));
        }
        rights.0.insert(site.clone(), role.as_str().and_then(Role::parse).ok_or_else(wrong)?);
    }
    Ok(rights)
}

/// The person with some fields changed. Roles only by those who own everything.
async fn changed(app: &App, operator: &Operator, mut user: User, fields: Map<String, Value>) -> Result<User, Problem> {
    for (name, value) in fields {
        match name.as_str() {
            "name" => user.name = text("name", &value, 100)?,
            "login" if value.is_null() => user.login = None,
            "login" => user.login = Some(text("login", &value, 100)?.to_lowercase()),
            "password" => {
                let password = value.as_str().filter(|it| password::LENGTH.contains(&it.chars().count()));
                let password = password.ok_or_else(|| bad_field("password", "text of 10 to 200 characters"))?;
                user.password = Some(app.passwords.make(password.to_owned()).await?);
            }
            "roles" => {
                operator.needs_everywhere(Role::Owner)?;
                user.rights = rights(app, &value).await?;
            }
            _ => return Err(unknown_field(&name)),
        }
    }
    if user.password.is_some() && user.login.is_none() {
        return Err(bad_field("login", "there where there is a password"));
    }
    Ok(user)
}

async fn put(app: &App, user: &User) -> Result<(), Problem> {
    match app.store.put_user(user.clone()).await? {
        true => Ok(()),
        false => Err(Problem::new(StatusCode::CONFLICT, "login_taken", "somebody else has this login")),
    }
}

pub(super) async fn list(State(app): State<Arc<App>>, operator: Operator) -> Result<axum::Json<Value>, Problem> {
    operator.needs_everywhere(Role::Owner)?;
    let users = app.store.users().await?;
    Ok(axum::Json(json!({"items": users.iter().map(shown).collect::<Vec<_>>()})))
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    operator: Operator,
    Json(fields): Json<Map<String, Value>>,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    operator.needs_everywhere(Role::Owner)?;
    let now_ms = clock::now_ms();
    if !fields.contains_key("name") || !fields.contains_key("roles") {
        return Err(bad_field("name", "there, and `roles` too"));
    }
    let blank = User {
        id: format!("u_{}", auth::random_text(8)),
        name: String::new(),
        login: None,
        password: None,
        created_ms: now_ms,
        rights: Rights::default(),
    };
    let user = changed(&app, &operator, blank, fields).await?;
    put(&app, &user).await?;
    app.store.audit(&operator.actor, "add user", &user.id, now_ms).await?;
    let mut json = shown(&user);
    json["sign_in"] = auth::sign_in_link_for(&*app.store, &app.base_url, &user).await?.into();
    Ok((StatusCode::CREATED, axum::Json(json)))
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
    Json(fields): Json<Map<String, Value>>,
) -> Result<axum::Json<Value>, Problem> {
    if operator.user.as_deref() != Some(id.as_str()) {
        operator.needs_everywhere(Role::Owner)?;
    }
    let user = app.store.user(&id).await?.ok_or_else(Problem::not_found)?;
    let new_password = fields.contains_key("password");
    let user = changed(&app, &operator, user, fields).await?;
    put(&app, &user).await?;
    if new_password {
        // Whoever knew the old one is out.
        app.store.end_sessions(&id, operator.hash).await?;
    }
    app.store.audit(&operator.actor, "change user", &id, clock::now_ms()).await?;
    Ok(axum::Json(shown(&user)))
}

pub(super) async fn remove(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    operator.needs_everywhere(Role::Owner)?;
    if !app.store.remove_user(&id).await? {
        return Err(Problem::not_found());
    }
    app.store.audit(&operator.actor, "remove user", &id, clock::now_ms()).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn tokens(State(app): State<Arc<App>>, operator: Operator) -> Result<axum::Json<Value>, Problem> {
    operator.needs_everywhere(Role::Owner)?;
    let tokens = app.store.tokens().await?;
    Ok(axum::Json(json!({"items": tokens.iter().map(token_shown).collect::<Vec<_>>()})))
}

/// The longest life of a token that has an end.
const TOKEN_MAX_SECONDS: i64 = 10 * 366 * 86_400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewToken {
    name: String,
    site: Option<String>,
    role: Option<String>,
    expires_in: Option<i64>,
}

pub(super) async fn add_token(
    State(app): State<Arc<App>>,
    operator: Operator,
    Json(new): Json<NewToken>,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    operator.needs_everywhere(Role::Owner)?;
    let name = text("name", &new.name.into(), 100)?;
    let role = new.role.as_deref().map_or(Some(Role::Owner), Role::parse);
    let role = role.ok_or_else(|| bad_field("role", "panel, viewer, member or owner"))?;
    let site = new.site.unwrap_or_else(|| EVERYWHERE.to_owned());
    if site != EVERYWHERE && app.store.site(&site).await?.is_none() {
        return Err(bad_field("site", "the id of a site, or *"));
    }
    let now_ms = clock::now_ms();
    let expires_ms = match new.expires_in {
        None => None,
        Some(seconds @ 1..=TOKEN_MAX_SECONDS) => Some(now_ms.saturating_add(seconds.saturating_mul(1000))),
        Some(_) => return Err(bad_field("expires_in", "a number of seconds, at most ten years")),
    };
    let (token, access) = auth::grant_scoped(&*app.store, &name, &site, role, expires_ms).await?;
    app.store.audit(&operator.actor, "add token", &access.id, now_ms).await?;
    let mut json = token_shown(&access);
    json["token"] = token.into();
    Ok((StatusCode::CREATED, axum::Json(json)))
}

pub(super) async fn revoke_token(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    operator.needs_everywhere(Role::Owner)?;
    if !app.store.revoke_token(&id).await? {
        return Err(Problem::not_found());
    }
    app.store.audit(&operator.actor, "revoke token", &id, clock::now_ms()).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Before {
    before: Option<i64>,
    limit: Option<u32>,
}

pub(super) async fn deeds(
    State(app): State<Arc<App>>,
    operator: Operator,
    Query(asked): Query<Before>,
) -> Result<axum::Json<Value>, Problem> {
    operator.needs_everywhere(Role::Owner)?;
    let limit = asked.limit.unwrap_or(100).clamp(1, 500);
    let deeds = app.store.deeds(asked.before.unwrap_or(i64::MAX), limit).await?;
    let next = (deeds.len() == limit as usize).then(|| deeds.last().map(|deed| deed.number)).flatten();
    let shown = deeds.iter().map(|deed| {
        json!({"at": clock::rfc3339(deed.at_ms), "actor": deed.actor, "action": deed.action, "object": deed.object})
    });
    Ok(axum::Json(json!({"items": shown.collect::<Vec<_>>(), "next": next})))
}

pub(super) async fn watches(
    State(app): State<Arc<App>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<axum::Json<Value>, Problem> {
    let row = recordings::find_for(&app, &operator, &id, Role::Member).await?;
    let watches = app.store.watches(row.rid).await?;
    let shown = watches.iter().map(|(at_ms, actor)| json!({"at": clock::rfc3339(*at_ms), "actor": actor}));
    Ok(axum::Json(json!({"items": shown.collect::<Vec<_>>()})))
}

/// How an account signs in: a person's, and never another kind of access.
pub(super) async fn by_password(app: &App, from: IpAddr, login: &str, password: String) -> Result<User, Problem> {
    let login = login.trim().to_lowercase();
    let user = app.store.user_by_login(&login).await?;
    let stored = user.as_ref().and_then(|user| user.password.clone());
    let now_ms = clock::now_ms();
    let fits = app.passwords.check(&format!("login {login}"), from, password, stored, now_ms).await?;
    if let Some(user) = user.as_ref().filter(|_| !fits) {
        app.store.audit(&format!("user:{}", user.id), "wrong password", &user.id, now_ms).await?;
    }
    let wrong = || Problem::new(StatusCode::UNAUTHORIZED, "wrong_password", "no such login with this password");
    user.filter(|_| fits).ok_or_else(wrong)
}
