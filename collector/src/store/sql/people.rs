//! Rows of people, their rights, their tokens, and what was done.

use super::{Connection, Failure, Locked, NONE, Optional, Row, SqlStore, access, params};
use crate::clock::Millis;
use crate::store::Access;
use crate::store::people::{Deed, People, Rights, Role, User};
use async_trait::async_trait;

const USER: &str = "SELECT id, name, login, password, created_ms FROM \"user\"";

fn user(row: &Row<'_>) -> Result<User, Failure> {
    Ok(User {
        id: row.get(0)?,
        name: row.get(1)?,
        login: row.get(2)?,
        password: row.get(3)?,
        created_ms: row.get(4)?,
        rights: Rights::default(),
    })
}

fn with_rights(connection: &Connection, mut user: User) -> Result<User, Failure> {
    let statement = connection.prepare_cached("SELECT site, role FROM member WHERE \"user\" = ?1");
    let rights: Vec<(String, String)> = statement.query_map([&user.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (site, role) in rights {
        // A word of a newer version gives no right.
        user.rights.0.extend(Role::parse(&role).map(|role| (site, role)));
    }
    Ok(user)
}

fn one(connection: &Connection, condition: &'static str, value: &str) -> Result<Option<User>, Failure> {
    let found =
        connection.prepare_cached(&format!("{USER} WHERE {condition} = ?1")).query_row([value], user).optional()?;
    found.map(|user| with_rights(connection, user)).transpose()
}

#[async_trait]
impl People for SqlStore {
    async fn put_user(&self, user: User) -> Result<bool, Failure> {
        self.write(move |connection| {
            let taken: Option<String> = connection
                    .prepare_cached("SELECT id FROM \"user\" WHERE login = ?1 AND id <> ?2")
                    .query_row(params![user.login, user.id], |row| row.get(0))
                    .optional()?;
                if taken.is_some() {
                    return Ok(false);
                }
                connection.execute(
                    "INSERT INTO \"user\" (id, name, login, password, created_ms) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT (id) DO UPDATE SET name = excluded.name, login = excluded.login, password = excluded.password",
                    params![user.id, user.name, user.login, user.password, user.created_ms],
                )?;
                connection.execute("DELETE FROM member WHERE \"user\" = ?1", [&user.id])?;
                for (site, role) in &user.rights.0 {
                    connection.execute(
                        "INSERT INTO member (\"user\", site, role) VALUES (?1, ?2, ?3)",
                        params![user.id, site, role.as_str()],
                    )?;
                }
                Ok(true)
        })
        .await
    }

    async fn users(&self) -> Result<Vec<User>, Failure> {
        self.read(|connection| {
            let users = connection.prepare_cached(&format!("{USER} ORDER BY name, id")).query_map(NONE, user)?;
            users.into_iter().map(|user| with_rights(connection, user)).collect()
        })
        .await
    }

    async fn user(&self, id: &str) -> Result<Option<User>, Failure> {
        let id = id.to_owned();
        self.read(move |connection| one(connection, "id", &id)).await
    }

    async fn user_by_login(&self, login: &str) -> Result<Option<User>, Failure> {
        let login = login.to_owned();
        self.read(move |connection| one(connection, "login", &login)).await
    }

    async fn remove_user(&self, id: &str) -> Result<bool, Failure> {
        let id = id.to_owned();
        self.write(move |connection| {
            connection.execute("DELETE FROM access WHERE \"user\" = ?1", [&id])?;
            connection.execute("DELETE FROM member WHERE \"user\" = ?1", [&id])?;
            Ok(connection.execute("DELETE FROM \"user\" WHERE id = ?1", [&id])? == 1)
        })
        .await
    }

    async fn end_sessions(&self, user: &str, but: [u8; 32]) -> Result<(), Failure> {
        let user = user.to_owned();
        self.write(move |connection| {
            connection
                .execute("DELETE FROM access WHERE \"user\" = ?1 AND hash <> ?2", params![user, but.as_slice()])?;
            Ok(())
        })
        .await
    }

    async fn tokens(&self) -> Result<Vec<Access>, Failure> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT * FROM access WHERE kind = 'token' ORDER BY created_ms, id")
                .query_map(NONE, access::access)
        })
        .await
    }

    async fn revoke_token(&self, id: &str) -> Result<bool, Failure> {
        let id = id.to_owned();
        self.write(move |connection| {
            Ok(connection.execute("DELETE FROM access WHERE kind = 'token' AND id = ?1", [&id])? == 1)
        })
        .await
    }

    async fn deeds(&self, before: i64, limit: u32) -> Result<Vec<Deed>, Failure> {
        self.read(move |connection| {
            let statement = connection.prepare_cached(
                "SELECT aid, at_ms, actor, action, object FROM audit WHERE aid < ?1 ORDER BY aid DESC LIMIT ?2",
            );
            statement.query_map(params![before, limit], |row| {
                Ok(Deed {
                    number: row.get(0)?,
                    at_ms: row.get(1)?,
                    actor: row.get(2)?,
                    action: row.get(3)?,
                    object: row.get(4)?,
                })
            })
        })
        .await
    }

    async fn note_watch(&self, rid: i64, actor: &str, now_ms: Millis, once_in_ms: Millis) -> Result<(), Failure> {
        let actor = actor.to_owned();
        self.write(move |connection| {
            connection.lock(Locked::Numbers(&[rid]))?;
            connection.execute(
                "INSERT INTO watch (rid, at_ms, actor) SELECT CAST(?1 AS BIGINT), CAST(?2 AS BIGINT), CAST(?3 AS TEXT)
                 WHERE NOT EXISTS (SELECT 1 FROM watch WHERE rid = ?1 AND actor = ?3 AND at_ms > ?4) ON CONFLICT DO NOTHING",
                params![rid, now_ms, actor, now_ms - once_in_ms],
            )?;
            Ok(())
        })
        .await
    }

    async fn watches(&self, rid: i64) -> Result<Vec<(Millis, String)>, Failure> {
        self.read(move |connection| {
            let statement = connection
                .prepare_cached("SELECT at_ms, actor FROM watch WHERE rid = ?1 ORDER BY at_ms DESC LIMIT 200");
            statement.query_map([rid], |row| Ok((row.get(0)?, row.get(1)?)))
        })
        .await
    }
}
