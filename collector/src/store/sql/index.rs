//! What recordings are found by: their terms and their text, written when a recording is finished, taken out when it goes.

use super::{Connection, Failure, Optional, params, text};
use crate::store::Facts;
use crate::store::filter::{self, Kind, Opened};

/// Puts a finished recording into the index, in the place of what stood there.
pub(super) fn put(connection: &Connection, rid: i64, facts: &Facts) -> Result<(), Failure> {
    take_out(connection, rid)?;
    let (site, note, opened): (String, Option<String>, Opened) = connection
        .prepare_cached(
            "SELECT site, note, device, browser, os, ip, country, visitor, conversation FROM recording WHERE rid = ?1",
        )
        .query_row([rid], |row| {
            let opened = Opened {
                device: row.get(2)?,
                browser: row.get(3)?,
                os: row.get(4)?,
                ip: row.get(5)?,
                country: row.get(6)?,
                visitor: row.get(7)?,
                conversation: row.get(8)?,
            };
            Ok((row.get(0)?, row.get(1)?, opened))
        })?;
    put_terms(connection, rid, &site, &filter::terms(facts, &opened))?;
    let text = filter::text(facts, &opened);
    match connection {
        Connection::Sqlite(_) => connection
            .execute("INSERT INTO recording_text (rowid, facts, note) VALUES (?1, ?2, ?3)", params![rid, text, note])?,
        Connection::Postgres(_) => connection.execute(
            "INSERT INTO recording_text (rid, facts, note)
             VALUES (?1, CAST(CAST(?2 AS TEXT) AS tsvector), CAST(CAST(?3 AS TEXT) AS tsvector))",
            params![rid, text::document(&text), text::document(note.as_deref().unwrap_or_default())],
        )?,
    };
    Ok(())
}

/// Adds terms to a recording.
pub(super) fn put_terms(
    connection: &Connection,
    rid: i64,
    site: &str,
    terms: &[(Kind, String)],
) -> Result<(), Failure> {
    if let Connection::Postgres(session) = connection {
        return session.put_terms(rid, site, terms);
    }
    for (kind, value) in terms {
        let known: Option<i64> = connection
            .prepare_cached("SELECT tid FROM term WHERE site = ?1 AND kind = ?2 AND value = ?3")
            .query_row(params![site, kind.as_str(), value], |row| row.get(0))
            .optional()?;
        let tid: i64 = match known {
            Some(tid) => tid,
            None => connection
                .prepare_cached("INSERT INTO term (site, kind, value) VALUES (?1, ?2, ?3) RETURNING tid")
                .query_row(params![site, kind.as_str(), value], |row| row.get(0))?,
        };
        connection
            .prepare_cached("INSERT INTO posting (tid, rid) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
            .execute([tid, rid])?;
    }
    Ok(())
}

/// Takes the terms of one kind off a recording.
pub(super) fn take_kind(connection: &Connection, rid: i64, kind: Kind) -> Result<(), Failure> {
    let tids: Vec<i64> = connection
        .prepare_cached(
            "SELECT term.tid FROM posting JOIN term ON term.tid = posting.tid WHERE posting.rid = ?1 AND term.kind = ?2",
        )
        .query_map(params![rid, kind.as_str()], |row| row.get(0))?;
    drop_postings(connection, rid, &tids)
}

/// Leaves nothing of a recording in the index: a value that no other recording has goes, too.
pub(super) fn take_out(connection: &Connection, rid: i64) -> Result<(), Failure> {
    let tids: Vec<i64> =
        connection.prepare_cached("SELECT tid FROM posting WHERE rid = ?1").query_map([rid], |row| row.get(0))?;
    drop_postings(connection, rid, &tids)?;
    let text = format!("DELETE FROM recording_text WHERE {} = ?1", connection.words().text_rid);
    connection.prepare_cached(&text).execute([rid])?;
    Ok(())
}

fn drop_postings(connection: &Connection, rid: i64, tids: &[i64]) -> Result<(), Failure> {
    if let Connection::Postgres(session) = connection {
        return session.drop_postings(rid, tids);
    }
    for tid in tids {
        connection.prepare_cached("DELETE FROM posting WHERE tid = ?1 AND rid = ?2").execute([*tid, rid])?;
        connection
            .prepare_cached("DELETE FROM term WHERE tid = ?1 AND NOT EXISTS (SELECT 1 FROM posting WHERE tid = ?1)")
            .execute([*tid])?;
    }
    Ok(())
}

/// A note was changed: free text finds it.
pub(super) fn put_note(connection: &Connection, rid: i64, note: Option<&str>) -> Result<(), Failure> {
    match connection {
        Connection::Sqlite(_) => {
            connection.execute("UPDATE recording_text SET note = ?2 WHERE rowid = ?1", params![rid, note])?
        }
        Connection::Postgres(_) => connection.execute(
            "UPDATE recording_text SET note = CAST(CAST(?2 AS TEXT) AS tsvector) WHERE rid = ?1",
            params![rid, text::document(note.unwrap_or_default())],
        )?,
    };
    Ok(())
}
