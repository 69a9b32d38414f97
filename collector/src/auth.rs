//! Who may read: bearer tokens for programs, a session's cookie for browsers, one-time sign-in links.
//! All are 256 random bits; the store has only their SHA-256, so that finding one in it is of no use. Never logged.

use crate::app::App;
use crate::clock::{self, Millis};
use crate::problem::Problem;
use crate::store::people::{EVERYWHERE, Rights, Role, User};
use crate::store::{Access, AccessKind, Failure, Store};
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The cookie of a signed-in browser.
pub const COOKIE: &str = "revisit_session";
/// How long a browser stays signed in.
pub const SESSION_MS: Millis = 30 * clock::DAY;
/// How long a sign-in link can be used.
const CLAIM_MS: Millis = 7 * clock::DAY;

/// SHA-256.
pub fn hash(secret: &[u8]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// `bytes` random bytes in hexadecimal digits.
pub fn random_text(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    fill(&mut random);
    shared::ids::to_hex(&random)
}

/// `N` random bytes.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut random = [0; N];
    fill(&mut random);
    random
}

fn fill(random: &mut [u8]) {
    // Without randomness there is no secret to give out; going on would be worse than stopping.
    #[allow(clippy::expect_used)]
    getrandom::fill(random).expect("the operating system gives random bytes");
}

/// A new secret with what the store keeps of it.
fn new_access(kind: AccessKind, user: Option<String>, name: &str, expires_ms: Option<Millis>) -> (String, Access) {
    let prefix = match kind {
        AccessKind::Token => "rvt_",
        AccessKind::Session => "rvs_",
        AccessKind::Claim => "rvc_",
    };
    let secret = format!("{prefix}{}", random_text(32));
    let access = Access {
        hash: hash(secret.as_bytes()),
        kind,
        id: random_text(8),
        user,
        name: name.to_owned(),
        created_ms: clock::now_ms(),
        expires_ms,
        site: EVERYWHERE.to_owned(),
        role: Role::Owner,
    };
    (secret, access)
}

/// Makes a new grant and returns the secret, which exists nowhere else. A token made here may do everything.
pub async fn grant(
    store: &dyn Store,
    kind: AccessKind,
    user: Option<String>,
    name: &str,
    expires_ms: Option<Millis>,
) -> Result<String, Failure> {
    let (secret, access) = new_access(kind, user, name, expires_ms);
    store.grant(access).await?;
    Ok(secret)
}

/// A token that opens one site (or all) with one role.
pub async fn grant_scoped(
    store: &dyn Store,
    name: &str,
    site: &str,
    role: Role,
    expires_ms: Option<Millis>,
) -> Result<(String, Access), Failure> {
    let (secret, access) = new_access(AccessKind::Token, None, name, expires_ms);
    let access = Access { site: site.to_owned(), role, ..access };
    store.grant(access.clone()).await?;
    Ok((secret, access))
}

/// A session of somebody who has shown a token: it may do what the token may.
pub async fn grant_like(store: &dyn Store, token: &Access, expires_ms: Millis) -> Result<String, Failure> {
    let (secret, access) = new_access(AccessKind::Session, None, &token.name, Some(expires_ms));
    let expires_ms = token.expires_ms.map_or(expires_ms, |ends| ends.min(expires_ms));
    let access = Access { site: token.site.clone(), role: token.role, expires_ms: Some(expires_ms), ..access };
    store.grant(access).await?;
    Ok(secret)
}

/// A one-time sign-in link for somebody new, who may do everything. The token is in the fragment, which browsers send
/// nowhere.
pub async fn sign_in_link(store: &dyn Store, base_url: &str, name: &str) -> Result<String, Failure> {
    let claim = grant(store, AccessKind::Claim, None, name, Some(clock::now_ms() + CLAIM_MS)).await?;
    Ok(format!("{base_url}/#claim={claim}"))
}

/// A one-time sign-in link for a person.
pub async fn sign_in_link_for(store: &dyn Store, base_url: &str, user: &User) -> Result<String, Failure> {
    let expires_ms = clock::now_ms() + CLAIM_MS;
    let claim = grant(store, AccessKind::Claim, Some(user.id.clone()), &user.name, Some(expires_ms)).await?;
    Ok(format!("{base_url}/#claim={claim}"))
}

/// Who is asking, once that is known.
#[derive(Clone, Debug)]
pub struct Operator {
    /// For the audit: `token:ID` or `user:ID`.
    pub actor: String,
    /// The hash of what was shown, to take it back at sign-out.
    pub hash: [u8; 32],
    /// The person, when it is one.
    pub user: Option<String>,
    /// What may be done where.
    pub rights: Rights,
}

impl Operator {
    /// Lets those through who have this role on the site. To others the site is not there; to those who may do less it is.
    pub fn needs(&self, site: &str, role: Role) -> Result<(), Problem> {
        match self.rights.on(site) {
            None => Err(Problem::not_found()),
            Some(has) if has < role => Err(not_allowed(role)),
            Some(_) => Ok(()),
        }
    }

    /// Lets those through who have this role on all sites, those to come among them.
    pub fn needs_everywhere(&self, role: Role) -> Result<(), Problem> {
        if self.rights.everywhere().is_some_and(|has| has >= role) { Ok(()) } else { Err(not_allowed(role)) }
    }
}

fn not_allowed(role: Role) -> Problem {
    Problem::forbidden("not_allowed", format!("this wants the role `{}`", role.as_str()))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let pairs = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    pairs.flat_map(|value| value.split(';')).find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// Whether the request comes from one of our own pages. A cookie travels with requests that other pages make, too.
pub fn is_own_page(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, authority)| authority == host),
        // Every browser sends one of the two with a request that changes something.
        (None, _) => true,
        (Some(_), None) => false,
    }
}

/// Whether the request shows this token, compared by hash, so in constant time.
pub fn shows(headers: &HeaderMap, token: &str) -> bool {
    bearer(headers).is_some_and(|shown| hash(shown.as_bytes()) == hash(token.as_bytes()))
}

impl FromRequestParts<Arc<App>> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let State(app) =
            State::<Arc<App>>::from_request_parts(parts, app).await.map_err(|_| Problem::unauthorized())?;
        let by_token = bearer(&parts.headers);
        let Some(shown) = by_token.or_else(|| cookie(&parts.headers)) else { return Err(Problem::unauthorized()) };
        let hash = hash(shown.as_bytes());
        let Some(access) = app.store.access(hash, clock::now_ms()).await? else { return Err(Problem::unauthorized()) };
        match access.kind {
            AccessKind::Token if by_token.is_some() => Ok(Self {
                actor: format!("token:{}", access.id),
                hash,
                user: None,
                rights: Rights::one(&access.site, access.role),
            }),
            AccessKind::Session if by_token.is_none() => {
                let changes = !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
                if changes && !is_own_page(&parts.headers) {
                    return Err(Problem::forbidden("foreign_page", "another website asked for this with your session"));
                }
                // A session opens what its person may do now.
                let Some(user) = access.user else {
                    let rights = Rights::one(&access.site, access.role);
                    return Ok(Self { actor: format!("session:{}", access.id), hash, user: None, rights });
                };
                let rights = app.store.user(&user).await?.ok_or_else(Problem::unauthorized)?.rights;
                Ok(Self { actor: format!("user:{user}"), hash, user: Some(user), rights })
            }
            _ => Err(Problem::unauthorized()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        list.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_own_pages_may_use_the_cookie() {
        assert!(is_own_page(&headers(&[("origin", "http://127.0.0.1:8090"), ("host", "127.0.0.1:8090")])));
        assert!(!is_own_page(&headers(&[("origin", "https://evil.example"), ("host", "127.0.0.1:8090")])));
        assert!(!is_own_page(&headers(&[("origin", "null"), ("host", "127.0.0.1:8090")])));
        assert!(!is_own_page(&headers(&[("sec-fetch-site", "cross-site"), ("host", "127.0.0.1:8090")])));
        assert!(!is_own_page(&headers(&[("sec-fetch-site", "same-site")])));
    }

    #[test]
    fn cookies_and_tokens_are_found() {
        assert_eq!(cookie(&headers(&[("cookie", "a=b; revisit_session=rvs_1; c=d")])), Some("rvs_1"));
        assert_eq!(cookie(&headers(&[("cookie", "revisit_sessions=rvs_1")])), None);
        assert_eq!(bearer(&headers(&[("authorization", "bearer rvt_1")])), Some("rvt_1"));
        assert_eq!(bearer(&headers(&[("authorization", "Basic rvt_1")])), None);
    }
}
