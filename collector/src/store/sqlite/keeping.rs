//! What goes, and when: closed visits, expired and erased recordings, chunks that hold nothing any more. Metadata goes
//! first, so that nothing shows what is about to be deleted; blobs are noted as doomed and deleted after the commit.

use super::finishing::{bring_back, doom, release_frames};
use super::{
    ChunkRow, Failure, Inventory, NewChunk, OldChunk, Rules, hooks, index, privacy, recording_id, transaction, usage,
};
use crate::clock::{self, Millis};
use crate::store::hooks::HookKind;
use crate::store::{ChunkContent, IndexedFrame};
use crate::visits::Visit;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use shared::ids::{PageId, PageSeq, RecordingId};

/// Rows of one kind that one run forgets, so that the writer is never away for long.
const BATCH: u32 = 500;
/// How long an erased or expired id is remembered after its time, to refuse late frames: longer than any tab lives.
const REMEMBERED_MS: Millis = 60 * clock::DAY;

pub(super) fn tidy(connection: &mut Connection, rules: &Rules, now_ms: Millis) -> Result<u64, Failure> {
    transaction(connection, |transaction| {
        let expired: Vec<i64> = transaction
            .prepare_cached(
                "SELECT rid FROM recording WHERE state IN ('open', 'ended', 'ready') AND expires_ms <= ?1 LIMIT ?2",
            )?
            .query_map(params![now_ms, BATCH], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for rid in &expired {
            let (site, id): (String, Vec<u8>) = transaction
                .prepare_cached("SELECT site, id FROM recording WHERE rid = ?1")?
                .query_row([rid], |row| Ok((row.get(0)?, row.get(1)?)))?;
            forget(transaction, *rid, "expired")?;
            hooks::note(transaction, &site, HookKind::Expired, Some(&id), now_ms)?;
        }
        bring_back(transaction, now_ms)?;
        close_visits(transaction, rules, now_ms)?;
        hooks::tidy(transaction, now_ms)?;
        usage::tidy(transaction, now_ms)?;
        spend_chunks(transaction)?;
        transaction.execute("DELETE FROM access WHERE expires_ms <= ?1", [now_ms])?;
        transaction.execute("DELETE FROM share WHERE expires_ms <= ?1", [now_ms])?;
        transaction.execute(
            "DELETE FROM recording WHERE state IN ('expired', 'erased') AND expires_ms <= ?1",
            [now_ms - REMEMBERED_MS],
        )?;
        Ok(expired.len() as u64)
    })
}

/// A finished visit that takes no more frames needs no index of them: any further one is refused by its recording's row.
fn close_visits(transaction: &Transaction<'_>, rules: &Rules, now_ms: Millis) -> Result<(), Failure> {
    let done: Vec<(i64, Visit)> = transaction
        .prepare_cached("SELECT rid, first_ms, last_ms, active_ms, open_pages FROM visit WHERE rev = done_rev")?
        .query_map([], |row| {
            let visit =
                Visit { first_ms: row.get(1)?, last_ms: row.get(2)?, active_ms: row.get(3)?, open_pages: row.get(4)? };
            Ok((row.get(0)?, visit))
        })?
        .collect::<Result<_, _>>()?;
    for (rid, visit) in done {
        if visit.is_closed(rules, now_ms) {
            delete_frames(transaction, rid)?;
        }
    }
    Ok(())
}

fn delete_frames(transaction: &Transaction<'_>, rid: i64) -> Result<(), Failure> {
    transaction
        .prepare_cached("DELETE FROM frame WHERE pid IN (SELECT pid FROM page WHERE rid = ?1)")?
        .execute([rid])?;
    transaction.prepare_cached("DELETE FROM page WHERE rid = ?1")?.execute([rid])?;
    transaction.prepare_cached("DELETE FROM visit WHERE rid = ?1")?.execute([rid])?;
    Ok(())
}

/// Chunks without frames that only they hold.
fn spend_chunks(transaction: &Transaction<'_>) -> Result<(), Failure> {
    let spent: Vec<(i64, String)> = transaction
        .prepare_cached("SELECT cid, name FROM chunk WHERE live = 0 LIMIT ?1")?
        .query_map([BATCH], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (cid, name) in spent {
        drop_chunk(transaction, cid, &name)?;
    }
    Ok(())
}

fn drop_chunk(transaction: &Transaction<'_>, cid: i64, name: &str) -> Result<(), Failure> {
    doom(transaction, name)?;
    transaction.prepare_cached("DELETE FROM stray WHERE cid = ?1")?.execute([cid])?;
    transaction.prepare_cached("DELETE FROM chunk WHERE cid = ?1")?.execute([cid])?;
    privacy::forget_chunk(transaction, cid)
}

/// Leaves of a recording only its id, its site and the word for what became of it. Chunks that other recordings still need,
/// and that hold bytes of this one, are noted: they are to be rewritten.
pub(super) fn forget(transaction: &Transaction<'_>, rid: i64, state: &'static str) -> Result<(), Failure> {
    let blob: Option<String> =
        transaction.query_row("SELECT blob FROM recording WHERE rid = ?1", [rid], |row| row.get(0))?;
    if let Some(blob) = blob {
        doom(transaction, &blob)?;
    }
    let mut chunks = release_frames(transaction, rid)?;
    chunks.extend(
        transaction
            .prepare_cached("DELETE FROM stray WHERE id = (SELECT id FROM recording WHERE rid = ?1) RETURNING cid")?
            .query_map([rid], |row| row.get::<_, i64>(0))?
            .collect::<Result<Vec<_>, _>>()?,
    );
    for cid in chunks {
        privacy::note_chunk(transaction, cid)?;
    }
    delete_frames(transaction, rid)?;
    transaction.execute("DELETE FROM share WHERE rid = ?1", [rid])?;
    index::take_out(transaction, rid)?;
    transaction.prepare_cached("DELETE FROM watch WHERE rid = ?1")?.execute([rid])?;
    transaction
        .prepare_cached(
            "UPDATE recording SET state = ?2, secret = NULL, started_ms = NULL, ended_ms = NULL, duration_ms = 0, active_ms = 0,
               pages = 0, entry_url = NULL, exit_url = NULL, title = NULL, referrer = NULL, urls = '[]', language = NULL,
               screen = NULL, viewport = NULL, device = NULL, browser = NULL, os = NULL, ip = NULL, country = NULL, visitor = NULL, clicks = 0,
               dead_clicks = 0, trouble = 0, steps = '', rage_clicks = 0, errors = 0, gaps = 0, conflicts = 0, identity = NULL, email = NULL,
               conversation = NULL, conversation_verified = 0, events = '[]', tags = '[]', watched = 0, starred = 0, note = NULL, hidden = 0, blob = NULL,
               size_bytes = 0
             WHERE rid = ?1",
        )?
        .execute(params![rid, state])?;
    Ok(())
}

pub(super) fn erase(connection: &mut Connection, id: RecordingId, actor: &str, now_ms: Millis) -> Result<(), Failure> {
    transaction(connection, |transaction| {
        let rid: Option<i64> = transaction
            .query_row("SELECT rid FROM recording WHERE id = ?1 AND state <> 'erased'", [id.0.as_slice()], |row| {
                row.get(0)
            })
            .optional()?;
        let Some(rid) = rid else { return Ok(()) };
        forget(transaction, rid, "erased")?;
        spend_chunks(transaction)?;
        super::access::audit(transaction, actor, "erase", &id.to_string(), now_ms)
    })
}

pub(super) fn chunk(connection: &Connection, cid: i64) -> Result<Option<ChunkRow>, Failure> {
    let name: Option<String> =
        connection.query_row("SELECT name FROM chunk WHERE cid = ?1", [cid], |row| row.get(0)).optional()?;
    let Some(name) = name else { return Ok(None) };
    // Without an index on the chunk, which every body would pay for: only erase asks.
    let frames = connection
        .prepare_cached("SELECT pid, seq, start, len FROM frame WHERE chunk = ?1 ORDER BY start")?
        .query_map([cid], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect::<Result<_, _>>()?;
    Ok(Some(ChunkRow { old: OldChunk { cid, name }, frames }))
}

pub(super) fn replace_chunk(
    connection: &mut Connection,
    old: &OldChunk,
    by: &NewChunk,
    moved: &[(i64, u32, u32)],
) -> Result<bool, Failure> {
    let OldChunk { cid, name } = old;
    transaction(connection, |transaction| {
        let frames: Option<i64> = transaction
            .prepare_cached(
                "SELECT (SELECT count(*) FROM frame WHERE chunk = ?1) FROM chunk WHERE cid = ?1 AND name = ?2",
            )?
            .query_row(params![cid, name], |row| row.get(0))
            .optional()?;
        if frames != Some(moved.len() as i64) {
            // Some of its frames were finished or erased while it was copied, or another rewrite was faster.
            doom(transaction, &by.name)?;
            return Ok(false);
        }
        transaction.execute(
            "INSERT INTO chunk (name, created_ms, bytes, live) VALUES (?1, ?2, ?3, ?4)",
            params![by.name, by.created_ms, by.bytes as i64, moved.len() as i64],
        )?;
        let new = transaction.last_insert_rowid();
        let mut update =
            transaction.prepare_cached("UPDATE frame SET chunk = ?3, start = ?4 WHERE pid = ?1 AND seq = ?2")?;
        for (pid, seq, start) in moved {
            update.execute(params![pid, seq, new, start])?;
        }
        drop(update);
        drop_chunk(transaction, *cid, name)?;
        Ok(true)
    })
}

pub(super) fn doomed(connection: &Connection) -> Result<Vec<String>, Failure> {
    let mut statement = connection.prepare_cached("SELECT name FROM doomed LIMIT 1000")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn forget_doomed(connection: &mut Connection, names: &[String]) -> Result<(), Failure> {
    transaction(connection, |transaction| {
        for name in names {
            transaction.prepare_cached("DELETE FROM doomed WHERE name = ?1")?.execute([name])?;
        }
        Ok(())
    })
}

pub(super) fn chunk_names(connection: &Connection) -> Result<Vec<String>, Failure> {
    let mut statement = connection.prepare_cached("SELECT name FROM chunk")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn inventory(connection: &Connection, now_ms: Millis) -> Result<Inventory, Failure> {
    // One view of all tables, while others go on writing.
    let connection = connection.unchecked_transaction()?;
    let mut inventory = Inventory::default();
    let chunks: Vec<(i64, String, i64)> = connection
        .prepare("SELECT cid, name, live FROM chunk ORDER BY cid")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let mut frames = connection.prepare(
        "SELECT frame.start, frame.len, recording.id, page.page, frame.seq
         FROM frame JOIN page ON page.pid = frame.pid JOIN recording ON recording.rid = page.rid WHERE frame.chunk = ?1",
    )?;
    for (cid, name, live) in chunks {
        let rows = frames.query_map([cid], |row| {
            Ok(IndexedFrame {
                start: row.get(0)?,
                len: row.get(1)?,
                recording: RecordingId(row.get(2)?),
                page: PageId(row.get(3)?),
                seq: PageSeq(row.get(4)?),
            })
        })?;
        inventory.chunks.push(ChunkContent { name, live, frames: rows.collect::<Result<_, _>>()? });
    }
    let ready: Vec<(Vec<u8>, String)> = connection
        .prepare("SELECT id, blob FROM recording WHERE blob IS NOT NULL")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (id, blob) in ready {
        inventory.recordings.push((recording_id(&id)?, blob));
    }
    let overdue: Vec<Vec<u8>> = connection
        .prepare("SELECT id FROM recording WHERE state IN ('open', 'ended', 'ready') AND expires_ms <= ?1")?
        .query_map([now_ms], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in overdue {
        inventory.overdue.push(recording_id(&id)?);
    }
    Ok(inventory)
}
