//! People and tokens on the command line.

use super::admin::{ACTOR, find_site};
use super::{Failed, Printer, TokenCommand, UserCommand};
use crate::auth;
use crate::clock;
use crate::store::Store;
use crate::store::people::{EVERYWHERE, Rights, Role, User};
use serde_json::{Map, Value, json};

/// Where somebody may do something: one site, or all.
async fn place(store: &dyn Store, site: Option<&str>) -> Result<String, Failed> {
    match site {
        None => Ok(EVERYWHERE.to_owned()),
        Some(name) => Ok(find_site(store, name).await?.id),
    }
}

fn role(word: &str) -> Result<Role, Failed> {
    Role::parse(word).ok_or_else(|| Failed::Usage(format!("`{word}` is not a role")))
}

pub(super) async fn user(
    command: UserCommand,
    store: &dyn Store,
    printer: &Printer,
    base_url: &str,
) -> Result<(), Failed> {
    let now_ms = clock::now_ms();
    match command {
        UserCommand::Add { name, login, site, role: word } => {
            let rights = Rights::one(&place(store, site.as_deref()).await?, role(&word)?);
            let login = login.map(|login| login.trim().to_lowercase());
            let id = format!("u_{}", auth::random_text(8));
            let user = User { id, name, login, password: None, created_ms: now_ms, rights };
            if !store.put_user(user.clone()).await? {
                return Err(Failed::Told("somebody else has this login".to_owned()));
            }
            store.audit(ACTOR, "add user", &user.id, now_ms).await?;
            let link = auth::sign_in_link_for(store, base_url, &user).await?;
            printer.print(&json!({"id": user.id, "name": user.name, "sign_in": link}), &link)
        }
        UserCommand::List => {
            let users = store.users().await?;
            let roles = |user: &User| -> Map<String, Value> {
                user.rights.0.iter().map(|(site, role)| (site.clone(), role.as_str().into())).collect()
            };
            let json = users
                .iter()
                .map(|user| json!({"id": user.id, "name": user.name, "login": user.login, "roles": roles(user)}));
            let line = |user: &User| {
                let rights: Vec<String> =
                    user.rights.0.iter().map(|(site, role)| format!("{site}:{}", role.as_str())).collect();
                format!("{}  {}  {}  {}", user.id, user.login.as_deref().unwrap_or("-"), rights.join(","), user.name)
            };
            let text = users.iter().map(line).collect::<Vec<_>>().join("\n");
            printer.print(&json.collect(), if users.is_empty() { "nobody yet" } else { &text })
        }
        UserCommand::Remove { id } => {
            if !store.remove_user(&id).await? {
                return Err(Failed::Told(format!("nobody has the id `{id}`")));
            }
            store.audit(ACTOR, "remove user", &id, now_ms).await?;
            printer.print(&json!({"id": id}), "removed")
        }
    }
}

pub(super) async fn token(command: TokenCommand, store: &dyn Store, printer: &Printer) -> Result<(), Failed> {
    let now_ms = clock::now_ms();
    match command {
        TokenCommand::Create { name, site, role: word } => {
            let site = place(store, site.as_deref()).await?;
            let (token, access) = auth::grant_scoped(store, &name, &site, role(&word)?, None).await?;
            store.audit(ACTOR, "add token", &access.id, now_ms).await?;
            printer.print(&json!({"id": access.id, "name": name, "token": token}), &token)
        }
        TokenCommand::List => {
            let tokens = store.tokens().await?;
            let json = tokens.iter().map(
                |token| json!({"id": token.id, "name": token.name, "site": token.site, "role": token.role.as_str()}),
            );
            let lines = tokens
                .iter()
                .map(|token| format!("{}  {}:{}  {}", token.id, token.site, token.role.as_str(), token.name));
            let text = lines.collect::<Vec<_>>().join("\n");
            printer.print(&json.collect(), if tokens.is_empty() { "no tokens" } else { &text })
        }
        TokenCommand::Revoke { id } => {
            if !store.revoke_token(&id).await? {
                return Err(Failed::Told(format!("no token has the id `{id}`")));
            }
            store.audit(ACTOR, "revoke token", &id, now_ms).await?;
            printer.print(&json!({"id": id}), "revoked")
        }
    }
}
