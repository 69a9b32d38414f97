//! What recordings are found by: their terms and their text, written when a recording is finished, taken out when it goes.

use super::Failure;
use crate::store::Facts;
use crate::store::filter::{self, Kind, Opened};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

/// Puts a finished recording into the index, in the place of what stood there.
pub(super) fn put(transaction: &Transaction<'_>, rid: i64, facts: &Facts) -> Result<(), Failure> {
    take_out(transaction, rid)?;
    let (site, note, opened): (String, Option<String>, Opened) = transaction
        .prepare_cached(
            "SELECT site, note, device, browser, os, ip, country, visitor, conversation FROM recording WHERE rid = ?1",
        )?
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
    for (kind, value) in filter::terms(facts, &opened) {
        put_term(transaction, rid, &site, kind, &value)?;
    }
    transaction
        .prepare_cached("INSERT INTO recording_text (rowid, facts, note) VALUES (?1, ?2, ?3)")?
        .execute(params![rid, filter::text(facts, &opened), note])?;
    Ok(())
}

/// Adds one term to a recording.
pub(super) fn put_term(transaction: &Connection, rid: i64, site: &str, kind: Kind, value: &str) -> Result<(), Failure> {
    let known: Option<i64> = transaction
        .prepare_cached("SELECT tid FROM term WHERE site = ?1 AND kind = ?2 AND value = ?3")?
        .query_row(params![site, kind.as_str(), value], |row| row.get(0))
        .optional()?;
    let tid = match known {
        Some(tid) => tid,
        None => transaction
            .prepare_cached("INSERT INTO term (site, kind, value) VALUES (?1, ?2, ?3) RETURNING tid")?
            .query_row(params![site, kind.as_str(), value], |row| row.get(0))?,
    };
    transaction
        .prepare_cached("INSERT INTO posting (tid, rid) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute([tid, rid])?;
    Ok(())
}

/// Takes the terms of one kind off a recording.
pub(super) fn take_kind(transaction: &Connection, rid: i64, kind: Kind) -> Result<(), Failure> {
    let tids: Vec<i64> = transaction
        .prepare_cached(
            "SELECT term.tid FROM posting JOIN term ON term.tid = posting.tid WHERE posting.rid = ?1 AND term.kind = ?2",
        )?
        .query_map(params![rid, kind.as_str()], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    drop_postings(transaction, rid, &tids)
}

/// Leaves nothing of a recording in the index: a value that no other recording has goes, too.
pub(super) fn take_out(transaction: &Connection, rid: i64) -> Result<(), Failure> {
    let tids: Vec<i64> = transaction
        .prepare_cached("SELECT tid FROM posting WHERE rid = ?1")?
        .query_map([rid], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    drop_postings(transaction, rid, &tids)?;
    transaction.prepare_cached("DELETE FROM recording_text WHERE rowid = ?1")?.execute([rid])?;
    Ok(())
}

fn drop_postings(transaction: &Connection, rid: i64, tids: &[i64]) -> Result<(), Failure> {
    for tid in tids {
        transaction.prepare_cached("DELETE FROM posting WHERE tid = ?1 AND rid = ?2")?.execute([*tid, rid])?;
        transaction
            .prepare_cached("DELETE FROM term WHERE tid = ?1 AND NOT EXISTS (SELECT 1 FROM posting WHERE tid = ?1)")?
            .execute([tid])?;
    }
    Ok(())
}

/// A note was changed: free text finds it.
pub(super) fn put_note(transaction: &Connection, rid: i64, note: Option<&str>) -> Result<(), Failure> {
    transaction.prepare_cached("UPDATE recording_text SET note = ?2 WHERE rowid = ?1")?.execute(params![rid, note])?;
    Ok(())
}
