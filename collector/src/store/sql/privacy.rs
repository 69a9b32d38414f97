//! Rows for erasures and for access to one's data.

use super::{Connection, Failure, NONE, Optional, Owned as Sql, SqlStore, Words, listing, params};
use crate::clock::Millis;
use crate::store::RecordingRow;
use crate::store::privacy::{Erasing, Privacy};
use crate::subject::Subject;
use async_trait::async_trait;
use shared::ids::RecordingId;

/// What finds a subject's recordings, and the value for its `?2`.
fn condition(words: &Words, subject: &Subject) -> (String, Sql) {
    match subject {
        Subject::Visitor(id) => (format!("lower({}) = lower(?2)", words.visitor), Sql::Text(id.clone())),
        // Under whatever name the site declared it.
        Subject::Email(email) => (
            format!(
                "(lower(email) = lower(?2) OR EXISTS (SELECT 1 FROM {} WHERE lower(value) = lower(?2)))",
                words.declared
            ),
            Sql::Text(email.clone()),
        ),
        Subject::Identity(id) => ("identity ->> 'id' = ?2".to_owned(), Sql::Text(id.clone())),
        Subject::Recording(id) => ("recording.id = ?2".to_owned(), Sql::Blob(id.0.to_vec())),
        Subject::Ip(ip) => ("ip = ?2".to_owned(), Sql::Text(ip.clone())),
        Subject::Everyone => ("CAST(?2 AS TEXT) IS NULL".to_owned(), Sql::Null),
    }
}

fn filter(connection: &Connection, site: Option<&String>, subject: &Subject) -> (String, [Sql; 2]) {
    let (condition, value) = condition(connection.words(), subject);
    let site = site.map_or(Sql::Null, |site| Sql::Text(site.clone()));
    let sql = format!(
        "recording.state IN ('open', 'ended', 'ready') AND (CAST(?1 AS TEXT) IS NULL OR recording.site = ?1) AND {condition}"
    );
    (sql, [site, value])
}

fn recordings_of(
    connection: &Connection,
    site: Option<&String>,
    subject: &Subject,
    after: Option<RecordingId>,
    limit: u32,
) -> Result<Vec<RecordingRow>, Failure> {
    let (condition, [site, value]) = filter(connection, site, subject);
    let sql = format!(
        "{} WHERE {condition} AND (CAST(?3 AS {bytes}) IS NULL
           OR (recording.created_ms, recording.rid) > (SELECT created_ms, rid FROM recording WHERE id = ?3))
         ORDER BY recording.created_ms, recording.rid LIMIT ?4",
        listing::COLUMNS,
        bytes = connection.words().bytes
    );
    let after = after.map_or(Sql::Null, |id| Sql::Blob(id.0.to_vec()));
    connection.prepare(&sql).query_map(params![site, value, after, limit], listing::recording)
}

fn begin_erasing(
    connection: &Connection,
    site: Option<&String>,
    subject: &Subject,
    actor: &str,
    now_ms: Millis,
) -> Result<Vec<Erasing>, Failure> {
    let (condition, values) = filter(connection, site, subject);
    let rows: Vec<(RecordingId, String)> = connection
        .prepare(&format!("SELECT id, site FROM recording WHERE {condition} ORDER BY rid"))
        .query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut erasing = Vec::with_capacity(rows.len());
    for (id, site) in rows {
        connection
            .prepare_cached(
                "INSERT INTO erasing (id, site, actor, at_ms) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            )
            .execute(params![id.0, site, actor, now_ms])?;
        erasing.push(Erasing { id, site, actor: actor.to_owned() });
    }
    let site = site.map_or("every site", String::as_str);
    let action = format!("erase by {subject}");
    super::access::audit(connection, actor, &action, &format!("{site}: {}", erasing.len()), now_ms)?;
    Ok(erasing)
}

/// A chunk that holds bytes of an erased recording.
pub(super) fn note_chunk(connection: &Connection, cid: i64) -> Result<(), Failure> {
    connection.prepare_cached("INSERT INTO erasing_chunk (cid) VALUES (?1) ON CONFLICT DO NOTHING").execute([cid])?;
    Ok(())
}

/// The same one is gone.
pub(super) fn forget_chunk(connection: &Connection, cid: i64) -> Result<(), Failure> {
    connection.prepare_cached("DELETE FROM erasing_chunk WHERE cid = ?1").execute([cid])?;
    Ok(())
}

fn erasing(connection: &Connection) -> Result<Vec<Erasing>, Failure> {
    connection
        .prepare_cached("SELECT id, site, actor FROM erasing ORDER BY at_ms LIMIT 1000")
        .query_map(NONE, |row| Ok(Erasing { id: row.get(0)?, site: row.get(1)?, actor: row.get(2)? }))
}

fn refuse(connection: &Connection, site: &str, id: RecordingId, now_ms: Millis) -> Result<(), Failure> {
    connection.execute(
        "INSERT INTO recording (id, site, state, created_ms, expires_ms) VALUES (?1, ?2, 'erased', ?3, ?3)
         ON CONFLICT (id) DO NOTHING",
        params![id.0.as_slice(), site, now_ms],
    )?;
    Ok(())
}

fn left_of(connection: &Connection, ids: &[RecordingId]) -> Result<u64, Failure> {
    let row = connection.prepare_cached(
        "SELECT rid, state IN ('erased', 'expired') AND secret IS NULL AND entry_url IS NULL AND exit_url IS NULL AND title IS NULL
           AND referrer IS NULL AND urls = '[]' AND ip IS NULL AND visitor IS NULL AND identity IS NULL AND email IS NULL
           AND conversation IS NULL AND events = '[]' AND tags = '[]' AND note IS NULL AND blob IS NULL
         FROM recording WHERE id = ?1",
    );
    let others = format!(
        "SELECT (SELECT count(*) FROM share WHERE rid = ?1) + (SELECT count(*) FROM visit WHERE rid = ?1)
           + (SELECT count(*) FROM page WHERE rid = ?1) + (SELECT count(*) FROM stray WHERE id = ?2)
           + (SELECT count(*) FROM posting WHERE rid = ?1) + (SELECT count(*) FROM watch WHERE rid = ?1) + (SELECT count(*) FROM recording_text WHERE {} = ?1)",
        connection.words().text_rid
    );
    let mut left = 0;
    for id in ids {
        let found: Option<(i64, bool)> =
            row.query_row([id.0.as_slice()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((rid, is_clean)) = found else { continue };
        let rows: i64 =
            connection.prepare_cached(&others).query_row(params![rid, id.0.as_slice()], |row| row.get(0))?;
        left += rows.cast_unsigned() + u64::from(!is_clean);
    }
    Ok(left)
}

fn gone(connection: &Connection) -> Result<Vec<RecordingId>, Failure> {
    let statement = connection.prepare_cached("SELECT id FROM recording WHERE state IN ('erased', 'expired')");
    statement.query_map(NONE, |row| row.get(0))
}

#[async_trait]
impl Privacy for SqlStore {
    async fn recordings_of(
        &self,
        site: Option<String>,
        subject: Subject,
        after: Option<RecordingId>,
        limit: u32,
    ) -> Result<Vec<RecordingRow>, Failure> {
        self.read(move |connection| recordings_of(connection, site.as_ref(), &subject, after, limit)).await
    }

    async fn begin_erasing(
        &self,
        site: Option<String>,
        subject: Subject,
        actor: String,
        now_ms: Millis,
    ) -> Result<Vec<Erasing>, Failure> {
        self.write(move |connection| begin_erasing(connection, site.as_ref(), &subject, &actor, now_ms)).await
    }

    async fn erasing(&self) -> Result<Vec<Erasing>, Failure> {
        self.read(erasing).await
    }

    async fn erasing_chunks(&self) -> Result<Vec<i64>, Failure> {
        self.read(|connection| {
            let statement = connection.prepare_cached("SELECT cid FROM erasing_chunk");
            statement.query_map(NONE, |row| row.get(0))
        })
        .await
    }

    async fn end_erasing(&self, id: RecordingId) -> Result<(), Failure> {
        self.write(move |connection| {
            connection.execute("DELETE FROM erasing WHERE id = ?1", [id.0.as_slice()])?;
            Ok(())
        })
        .await
    }

    async fn refuse(&self, site: String, id: RecordingId, now_ms: Millis) -> Result<(), Failure> {
        self.write(move |connection| refuse(connection, &site, id, now_ms)).await
    }

    async fn clear_log(&self) -> Result<bool, Failure> {
        self.settle().await
    }

    async fn left_of(&self, ids: Vec<RecordingId>) -> Result<u64, Failure> {
        self.read(move |connection| left_of(connection, &ids)).await
    }

    async fn gone(&self) -> Result<Vec<RecordingId>, Failure> {
        self.read(gone).await
    }
}
