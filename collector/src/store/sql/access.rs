//! Rows of who may read: tokens, sessions, one-time sign-in links. Only hashes; and what was done, for the audit.

use super::{Access, Connection, Failure, NONE, Optional, Row, params};
use crate::clock::Millis;
use crate::store::AccessKind;
use crate::store::people::Role;

/// A row of the table.
pub(super) fn access(row: &Row<'_>) -> Result<Access, Failure> {
    let kind: String = row.get("kind")?;
    Ok(Access {
        hash: row.get("hash")?,
        kind: match kind.as_str() {
            "token" => AccessKind::Token,
            "session" => AccessKind::Session,
            // A kind that this version does not know opens nothing by itself.
            _ => AccessKind::Claim,
        },
        id: row.get("id")?,
        user: row.get("user")?,
        name: row.get("name")?,
        created_ms: row.get("created_ms")?,
        expires_ms: row.get("expires_ms")?,
        site: row.get("site")?,
        // A word of a newer version gives the least right.
        role: Role::parse(&row.get::<String>("role")?).unwrap_or(Role::Panel),
    })
}

pub(super) fn has_users(connection: &Connection) -> Result<bool, Failure> {
    connection.prepare_cached("SELECT 1 FROM \"user\"").exists(NONE)
}

pub(super) fn grant(connection: &Connection, access: &Access) -> Result<(), Failure> {
    connection.execute(
        "INSERT INTO access (hash, kind, id, \"user\", name, created_ms, expires_ms, site, role)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            access.hash.as_slice(),
            access.kind.as_str(),
            access.id,
            access.user,
            access.name,
            access.created_ms,
            access.expires_ms,
            access.site,
            access.role.as_str()
        ],
    )?;
    Ok(())
}

pub(super) fn find(connection: &Connection, hash: &[u8; 32], now_ms: Millis) -> Result<Option<Access>, Failure> {
    let statement = connection.prepare_cached(
        "SELECT * FROM access WHERE hash = ?1 AND kind IN ('token', 'session') AND (expires_ms IS NULL OR expires_ms > ?2)",
    );
    statement.query_row(params![hash.as_slice(), now_ms], access).optional()
}

pub(super) fn use_claim(connection: &Connection, hash: &[u8; 32], now_ms: Millis) -> Result<Option<Access>, Failure> {
    let used = connection
        .prepare_cached("DELETE FROM access WHERE hash = ?1 AND kind = 'claim' RETURNING *")
        .query_row([hash.as_slice()], access)
        .optional()?;
    Ok(used.filter(|claim| claim.expires_ms.is_none_or(|at| at > now_ms)))
}

pub(super) fn revoke(connection: &Connection, hash: &[u8; 32]) -> Result<bool, Failure> {
    Ok(connection.execute("DELETE FROM access WHERE hash = ?1", [hash.as_slice()])? == 1)
}

pub(super) fn audit(
    connection: &Connection,
    actor: &str,
    action: &str,
    object: &str,
    now_ms: Millis,
) -> Result<(), Failure> {
    connection.execute(
        "INSERT INTO audit (at_ms, actor, action, object) VALUES (?1, ?2, ?3, ?4)",
        params![now_ms, actor, action, object],
    )?;
    Ok(())
}
