//! What goes, and when: closed visits, expired and erased recordings, chunks that hold nothing any more. Metadata goes
//! first, so that nothing shows what is about to be deleted; blobs are noted as doomed and deleted after the commit.

use super::finishing::{bring_back, doom, release_frames};
use super::{
    ChunkRow, Connection, Failure, Inventory, Locked, NONE, NewChunk, OldChunk, Optional, Rules, hooks, index, params,
    privacy, usage,
};
use crate::clock::{self, Millis};
use crate::store::hooks::HookKind;
use crate::store::{ChunkContent, IndexedFrame};
use crate::visits::Visit;
use shared::ids::{PageId, PageSeq, RecordingId};

/// Rows of one kind that one run forgets, so that the writer is never away for long.
pub(super) const BATCH: u32 = 500;
/// The same where others write meanwhile.
pub(super) const SMALL_BATCH: u32 = 25;
/// How long an erased or expired id is remembered after its time, to refuse late frames: longer than any tab lives.
const REMEMBERED_MS: Millis = 60 * clock::DAY;

/// Forgets recordings whose time is over, at most `limit`; says how many.
pub(super) fn expire(connection: &Connection, now_ms: Millis, limit: u32) -> Result<u32, Failure> {
    let over: Vec<i64> = connection
        .prepare_cached(
            "SELECT rid FROM recording WHERE state IN ('open', 'ended', 'ready') AND expires_ms <= ?1 LIMIT ?2",
        )
        .query_map(params![now_ms, limit], |row| row.get(0))?;
    connection.lock(Locked::Numbers(&over))?;
    let mut expired = 0;
    for rid in over {
        // Another process may have been faster.
        let still = "SELECT site, id FROM recording WHERE rid = ?1 AND state IN ('open', 'ended', 'ready')";
        let found: Option<(String, Vec<u8>)> =
            connection.prepare_cached(still).query_row([rid], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((site, id)) = found else { continue };
        forget(connection, rid, "expired")?;
        hooks::note(connection, &site, HookKind::Expired, Some(&id), now_ms)?;
        expired += 1;
    }
    Ok(expired)
}

/// Forgets everything else that is over.
pub(super) fn tidy(connection: &Connection, rules: &Rules, now_ms: Millis) -> Result<(), Failure> {
    bring_back(connection, now_ms)?;
    close_visits(connection, rules, now_ms)?;
    hooks::tidy(connection, now_ms)?;
    usage::tidy(connection, now_ms)?;
    spend_chunks(connection)?;
    connection.execute("DELETE FROM access WHERE expires_ms <= ?1", [now_ms])?;
    connection.execute("DELETE FROM share WHERE expires_ms <= ?1", [now_ms])?;
    connection.execute(
        "DELETE FROM recording WHERE state IN ('expired', 'erased') AND expires_ms <= ?1",
        [now_ms - REMEMBERED_MS],
    )?;
    Ok(())
}

/// A finished visit that takes no more frames needs no index of them: any further one is refused by its recording's row.
fn close_visits(connection: &Connection, rules: &Rules, now_ms: Millis) -> Result<(), Failure> {
    let closed = closed_visits(connection, rules, now_ms)?;
    if closed.is_empty() {
        return Ok(());
    }
    connection.lock(Locked::Numbers(&closed))?;
    // Read again: what is taken up again meanwhile is not closed.
    for rid in closed_visits(connection, rules, now_ms)? {
        if closed.contains(&rid) {
            delete_frames(connection, rid)?;
        }
    }
    Ok(())
}

fn closed_visits(connection: &Connection, rules: &Rules, now_ms: Millis) -> Result<Vec<i64>, Failure> {
    let done: Vec<(i64, Visit)> = connection
        .prepare_cached("SELECT rid, first_ms, last_ms, active_ms, open_pages FROM visit WHERE rev = done_rev")
        .query_map(NONE, |row| {
            let visit =
                Visit { first_ms: row.get(1)?, last_ms: row.get(2)?, active_ms: row.get(3)?, open_pages: row.get(4)? };
            Ok((row.get(0)?, visit))
        })?;
    Ok(done.into_iter().filter(|(_, visit)| visit.is_closed(rules, now_ms)).map(|(rid, _)| rid).collect())
}

fn delete_frames(connection: &Connection, rid: i64) -> Result<(), Failure> {
    connection.prepare_cached("DELETE FROM frame WHERE pid IN (SELECT pid FROM page WHERE rid = ?1)").execute([rid])?;
    connection.prepare_cached("DELETE FROM page WHERE rid = ?1").execute([rid])?;
    connection.prepare_cached("DELETE FROM visit WHERE rid = ?1").execute([rid])?;
    Ok(())
}

/// Chunks without frames that only they hold.
fn spend_chunks(connection: &Connection) -> Result<(), Failure> {
    let spent: Vec<(i64, String)> = connection
        .prepare_cached(&format!(
            "SELECT cid, name FROM chunk WHERE live = 0 LIMIT ?1 {}",
            connection.words().unclaimed
        ))
        .query_map([BATCH], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (cid, name) in spent {
        drop_chunk(connection, cid, &name)?;
    }
    Ok(())
}

fn drop_chunk(connection: &Connection, cid: i64, name: &str) -> Result<(), Failure> {
    doom(connection, name)?;
    connection.prepare_cached("DELETE FROM stray WHERE cid = ?1").execute([cid])?;
    connection.prepare_cached("DELETE FROM chunk WHERE cid = ?1").execute([cid])?;
    privacy::forget_chunk(connection, cid)
}

/// Leaves of a recording only its id, its site and the word for what became of it. Chunks that other recordings still need,
/// and that hold bytes of this one, are noted: they are to be rewritten.
pub(super) fn forget(connection: &Connection, rid: i64, state: &'static str) -> Result<(), Failure> {
    let blob: Option<String> =
        connection.query_row("SELECT blob FROM recording WHERE rid = ?1", [rid], |row| row.get(0))?;
    if let Some(blob) = blob {
        doom(connection, &blob)?;
    }
    let mut chunks = release_frames(connection, rid)?;
    let strays: Vec<i64> = connection
        .prepare_cached("DELETE FROM stray WHERE id = (SELECT id FROM recording WHERE rid = ?1) RETURNING cid")
        .query_map([rid], |row| row.get(0))?;
    chunks.extend(strays);
    for cid in chunks {
        privacy::note_chunk(connection, cid)?;
    }
    delete_frames(connection, rid)?;
    connection.execute("DELETE FROM share WHERE rid = ?1", [rid])?;
    index::take_out(connection, rid)?;
    connection.prepare_cached("DELETE FROM watch WHERE rid = ?1").execute([rid])?;
    connection
        .prepare_cached(
            "UPDATE recording SET state = ?2, secret = NULL, started_ms = NULL, ended_ms = NULL, duration_ms = 0, active_ms = 0,
               pages = 0, entry_url = NULL, exit_url = NULL, title = NULL, referrer = NULL, urls = '[]', language = NULL,
               screen = NULL, viewport = NULL, device = NULL, browser = NULL, os = NULL, ip = NULL, country = NULL, visitor = NULL, clicks = 0,
               dead_clicks = 0, trouble = 0, steps = '', rage_clicks = 0, errors = 0, gaps = 0, conflicts = 0, identity = NULL, email = NULL,
               conversation = NULL, conversation_verified = 0, events = '[]', tags = '[]', watched = 0, starred = 0, note = NULL, hidden = 0, blob = NULL,
               size_bytes = 0
             WHERE rid = ?1",
        )
        .execute(params![rid, state])?;
    Ok(())
}

pub(super) fn erase(connection: &Connection, id: RecordingId, actor: &str, now_ms: Millis) -> Result<(), Failure> {
    connection.lock(Locked::Recordings(&[id.0]))?;
    let rid: Option<i64> = connection
        .query_row("SELECT rid FROM recording WHERE id = ?1 AND state <> 'erased'", [id.0], |row| row.get(0))
        .optional()?;
    let Some(rid) = rid else { return Ok(()) };
    forget(connection, rid, "erased")?;
    spend_chunks(connection)?;
    super::access::audit(connection, actor, "erase", &id.to_string(), now_ms)
}

pub(super) fn chunk(connection: &Connection, cid: i64) -> Result<Option<ChunkRow>, Failure> {
    let name: Option<String> =
        connection.query_row("SELECT name FROM chunk WHERE cid = ?1", [cid], |row| row.get(0)).optional()?;
    let Some(name) = name else { return Ok(None) };
    // Without an index on the chunk, which every body would pay for: only erase asks.
    let frames = connection
        .prepare_cached("SELECT pid, seq, start, len FROM frame WHERE chunk = ?1 ORDER BY start")
        .query_map([cid], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    Ok(Some(ChunkRow { old: OldChunk { cid, name }, frames }))
}

pub(super) fn replace_chunk(
    connection: &Connection,
    old: &OldChunk,
    by: &NewChunk,
    moved: &[(i64, u32, u32)],
) -> Result<bool, Failure> {
    let OldChunk { cid, name } = old;
    connection.lock(Locked::Chunk(*cid))?;
    let frames: Option<i64> = connection
        .prepare_cached("SELECT (SELECT count(*) FROM frame WHERE chunk = ?1) FROM chunk WHERE cid = ?1 AND name = ?2")
        .query_row(params![cid, name], |row| row.get(0))
        .optional()?;
    if frames != Some(moved.len() as i64) {
        // Some of its frames were finished or erased while it was copied, or another rewrite was faster.
        doom(connection, &by.name)?;
        return Ok(false);
    }
    let new: i64 = connection.query_row(
        "INSERT INTO chunk (name, created_ms, bytes, live) VALUES (?1, ?2, ?3, ?4) RETURNING cid",
        params![by.name, by.created_ms, by.bytes as i64, moved.len() as i64],
        |row| row.get(0),
    )?;
    let update = connection.prepare_cached("UPDATE frame SET chunk = ?3, start = ?4 WHERE pid = ?1 AND seq = ?2");
    for (pid, seq, start) in moved {
        update.execute(params![pid, seq, new, start])?;
    }
    drop_chunk(connection, *cid, name)?;
    Ok(true)
}

pub(super) fn doomed(connection: &Connection) -> Result<Vec<String>, Failure> {
    connection.prepare_cached("SELECT name FROM doomed LIMIT 1000").query_map(NONE, |row| row.get(0))
}

pub(super) fn forget_doomed(connection: &Connection, names: &[String]) -> Result<(), Failure> {
    for name in names {
        connection.prepare_cached("DELETE FROM doomed WHERE name = ?1").execute([name])?;
    }
    Ok(())
}

pub(super) fn chunk_names(connection: &Connection) -> Result<Vec<String>, Failure> {
    connection.prepare_cached("SELECT name FROM chunk").query_map(NONE, |row| row.get(0))
}

pub(super) fn inventory(connection: &Connection, now_ms: Millis) -> Result<Inventory, Failure> {
    let mut inventory = Inventory::default();
    let chunks: Vec<(i64, String, i64)> = connection
        .prepare("SELECT cid, name, live FROM chunk ORDER BY cid")
        .query_map(NONE, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let frames = connection.prepare(
        "SELECT frame.start, frame.len, recording.id, page.page, frame.seq
         FROM frame JOIN page ON page.pid = frame.pid JOIN recording ON recording.rid = page.rid WHERE frame.chunk = ?1",
    );
    for (cid, name, live) in chunks {
        let rows = frames.query_map([cid], |row| {
            Ok(IndexedFrame {
                start: row.get(0)?,
                len: row.get(1)?,
                recording: row.get(2)?,
                page: PageId(row.get(3)?),
                seq: PageSeq(row.get(4)?),
            })
        })?;
        inventory.chunks.push(ChunkContent { name, live, frames: rows });
    }
    inventory.recordings = connection
        .prepare("SELECT id, blob FROM recording WHERE blob IS NOT NULL")
        .query_map(NONE, |row| Ok((row.get(0)?, row.get(1)?)))?;
    inventory.overdue = connection
        .prepare("SELECT id FROM recording WHERE state IN ('open', 'ended', 'ready') AND expires_ms <= ?1")
        .query_map([now_ms], |row| row.get(0))?;
    Ok(inventory)
}
