//! Rows of share links, and the installation's keys.

use super::{Failure, Optional, RecordingRow, Row, SqlStore, listing, params};
use crate::clock::Millis;
use crate::store::sharing::{Share, Shares};
use async_trait::async_trait;

const COLUMNS: &str =
    "SELECT hash, id, rid, created_ms, expires_ms, password, once, masked, start_ms, plays, played_ms FROM share";

fn share(row: &Row<'_>) -> Result<Share, Failure> {
    Ok(Share {
        hash: row.get(0)?,
        id: row.get(1)?,
        rid: row.get(2)?,
        created_ms: row.get(3)?,
        expires_ms: row.get(4)?,
        password: row.get(5)?,
        once: row.get(6)?,
        masked: row.get(7)?,
        start_ms: row.get(8)?,
        plays: row.get(9)?,
        played_ms: row.get(10)?,
    })
}

#[async_trait]
impl Shares for SqlStore {
    async fn add_share(&self, share: Share) -> Result<(), Failure> {
        self.write(move |connection| {
            connection.execute(
                "INSERT INTO share (hash, id, rid, created_ms, expires_ms, password, once, masked, start_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    share.hash.as_slice(),
                    share.id,
                    share.rid,
                    share.created_ms,
                    share.expires_ms,
                    share.password,
                    share.once,
                    share.masked,
                    share.start_ms
                ],
            )?;
            Ok(())
        })
        .await
    }

    async fn shared(&self, hash: [u8; 32], now_ms: Millis) -> Result<Option<(Share, RecordingRow)>, Failure> {
        self.read(move |connection| {
            let found = connection
                .prepare_cached(&format!("{COLUMNS} WHERE hash = ?1 AND expires_ms > ?2"))
                .query_row(params![hash.as_slice(), now_ms], share)
                .optional()?;
            let Some(share) = found else { return Ok(None) };
            Ok(listing::by_rid(connection, share.rid)?.map(|recording| (share, recording)))
        })
        .await
    }

    async fn play_share(&self, hash: [u8; 32], now_ms: Millis) -> Result<bool, Failure> {
        self.write(move |connection| {
            let counted = connection.execute(
                "UPDATE share SET plays = plays + 1, played_ms = ?2 WHERE hash = ?1 AND expires_ms > ?2 AND (once = 0 OR plays = 0)",
                params![hash.as_slice(), now_ms],
            )?;
            Ok(counted == 1)
        })
        .await
    }

    async fn shares(&self, rid: i64, now_ms: Millis) -> Result<Vec<Share>, Failure> {
        self.read(move |connection| {
            let sql = format!("{COLUMNS} WHERE rid = ?1 AND expires_ms > ?2 ORDER BY created_ms DESC, id");
            connection.prepare_cached(&sql).query_map([rid, now_ms], share)
        })
        .await
    }

    async fn end_shares(&self, rid: i64, id: Option<String>) -> Result<u64, Failure> {
        self.write(move |connection| {
            connection
                .execute("DELETE FROM share WHERE rid = ?1 AND (CAST(?2 AS TEXT) IS NULL OR id = ?2)", params![rid, id])
        })
        .await
    }

    async fn key(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], Failure> {
        let name = name.to_owned();
        self.write(move |connection| {
            connection.execute(
                "INSERT INTO installation (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                params![name, fresh.as_slice()],
            )?;
            connection.query_row("SELECT value FROM installation WHERE name = ?1", [&name], |row| row.get(0))
        })
        .await
    }
}
