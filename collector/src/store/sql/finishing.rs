//! Which visits have ended, who finishes them, and what finish found out. A claim is a row with a lease, so that a
//! collector killed in the middle leaves nothing behind but a lease that runs out.

use super::{Claim, Connection, Facts, Failure, Locked, NONE, Optional, Rules, hooks, index, params};
use crate::clock::{self, Millis};
use crate::store::filter;
use crate::store::hooks::HookKind;
use crate::store::{FrameRow, PageRow};
use crate::visits::Visit;
use shared::ids::{PageId, PageSeq};

/// Nothing that is written now lies further ahead than this, leases and clocks of other collectors included.
const FUTURE_MS: Millis = 60_000;
const UNFINISHED: &str =
    "SELECT rid, rev, first_ms, last_ms, active_ms, open_pages, lease FROM visit WHERE rev > done_rev";

/// A visit that could be finished, as seen outside the transaction that claims it.
pub(super) struct Due {
    rid: i64,
    rev: i64,
    lease: Millis,
    visit: Visit,
}

fn open_visits(connection: &Connection) -> Result<Vec<Due>, Failure> {
    let statement = connection.prepare_cached(UNFINISHED);
    statement.query_map(NONE, |row| {
        Ok(Due {
            rid: row.get(0)?,
            rev: row.get(1)?,
            visit: Visit {
                first_ms: row.get(2)?,
                last_ms: row.get(3)?,
                active_ms: row.get(4)?,
                open_pages: row.get(5)?,
            },
            lease: row.get(6)?,
        })
    })
}

pub(super) fn due(connection: &Connection, rules: &Rules, now_ms: Millis, limit: u32) -> Result<Vec<Due>, Failure> {
    let mut due = open_visits(connection)?;
    due.retain(|one| is_free(one.lease, now_ms) && one.visit.has_ended(rules, now_ms));
    due.sort_by_key(|one| one.visit.last_ms);
    due.truncate(limit as usize);
    Ok(due)
}

/// Whether nobody else is at it. A lease that ends later than any that is given now is from before the clock was set back.
fn is_free(lease: Millis, now_ms: Millis) -> bool {
    lease <= now_ms || lease > now_ms + FUTURE_MS
}

/// After the clock was set back, visits may have been heard last in what is now the future: they would not end before the
/// clock has come there again. They count as heard now. Clocks of several collectors that differ a little change nothing.
pub(super) fn bring_back(connection: &Connection, now_ms: Millis) -> Result<(), Failure> {
    connection
        .prepare_cached(
            "UPDATE visit SET last_ms = ?1, active_ms = CASE WHEN active_ms > ?1 THEN ?1 ELSE active_ms END,
               first_ms = CASE WHEN first_ms > ?1 THEN ?1 ELSE first_ms END
             WHERE last_ms > ?2",
        )
        .execute(params![now_ms, now_ms + FUTURE_MS])?;
    Ok(())
}

pub(super) fn unfinished(connection: &Connection, rules: &Rules, now_ms: Millis) -> Result<(u64, u64), Failure> {
    let visits = open_visits(connection)?;
    let ended = visits.iter().filter(|one| one.visit.has_ended(rules, now_ms)).count();
    Ok((visits.len() as u64, ended as u64))
}

/// The last frame of the visit that ended first and is not finished.
pub(super) fn oldest_ended(connection: &Connection, rules: &Rules, now_ms: Millis) -> Result<Option<Millis>, Failure> {
    let visits = open_visits(connection)?;
    Ok(visits.iter().filter(|one| one.visit.has_ended(rules, now_ms)).map(|one| one.visit.last_ms).min())
}

pub(super) fn claim(
    connection: &Connection,
    rules: &Rules,
    due: &[Due],
    now_ms: Millis,
    lease_until_ms: Millis,
) -> Result<Vec<Claim>, Failure> {
    let mut claims = Vec::new();
    connection.lock(Locked::Numbers(&due.iter().map(|one| one.rid).collect::<Vec<_>>()))?;
    for one in due {
        if !one.visit.has_ended(rules, now_ms) {
            continue;
        }
        let tries: Option<i64> = connection
                .prepare_cached(
                    "UPDATE visit SET lease = ?4, tries = tries + 1 WHERE rid = ?1 AND rev = ?2 AND lease = ?3 RETURNING tries",
                )
                .query_row(params![one.rid, one.rev, one.lease, lease_until_ms], |row| row.get(0))
                .optional()?;
        if let Some(tries) = tries {
            claims.extend(take(connection, one, tries)?);
        }
    }
    Ok(claims)
}

fn take(connection: &Connection, due: &Due, tries: i64) -> Result<Option<Claim>, Failure> {
    let rid = due.rid;
    connection
        .prepare_cached("UPDATE recording SET state = 'ended' WHERE rid = ?1 AND state = 'open'")
        .execute([rid])?;
    let found = connection
        .prepare_cached("SELECT id, site, created_ms, duration_ms, blob, identity FROM recording WHERE rid = ?1")
        .query_row([rid], |row| {
            let identity: Option<String> = row.get(5)?;
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, identity))
        })
        .optional()?;
    let Some((id, site, created_ms, duration_ms, blob, identity)) = found else { return Ok(None) };
    let pages = connection
        .prepare_cached("SELECT page, epoch_ms, skew_ms, first_ms FROM page WHERE rid = ?1 ORDER BY pid")
        .query_map([rid], |row| {
            let epoch_ms: i64 = row.get(1)?;
            Ok(PageRow {
                page: PageId(row.get(0)?),
                epoch_ms: epoch_ms.max(0).cast_unsigned(),
                skew_ms: row.get(2)?,
                first_ms: row.get(3)?,
            })
        })?;
    let frames = connection
        .prepare_cached(
            "SELECT page.page, frame.seq, chunk.name, frame.start, frame.len
             FROM page JOIN frame ON frame.pid = page.pid JOIN chunk ON chunk.cid = frame.chunk
             WHERE page.rid = ?1 ORDER BY chunk.cid, frame.start",
        )
        .query_map([rid], |row| {
            Ok(FrameRow {
                page: PageId(row.get(0)?),
                seq: PageSeq(row.get(1)?),
                chunk: row.get(2)?,
                start: row.get(3)?,
                len: row.get(4)?,
            })
        })?;
    Ok(Some(Claim {
        rid,
        id,
        site,
        rev: due.rev,
        tries,
        created_ms,
        last_ms: due.visit.last_ms,
        duration_ms,
        blob,
        identity: identity.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
        pages,
        frames,
    }))
}

pub(super) fn finish(connection: &Connection, claim: &Claim, facts: &Facts) -> Result<bool, Failure> {
    connection.lock(Locked::Numbers(&[claim.rid]))?;
    // The number of the try tells this claim from a later one that began when its lease ran out.
    let done = connection
            .prepare_cached(
                "UPDATE visit SET done_rev = rev, lease = 0, tries = 0 WHERE rid = ?1 AND rev = ?2 AND tries = ?3 AND done_rev < rev",
            )
            .execute(params![claim.rid, claim.rev, claim.tries])?;
    if done == 0 {
        // Grown, erased or expired meanwhile, or finished by somebody else: what was made is of no use.
        doom(connection, &facts.blob)?;
        connection
            .prepare_cached("UPDATE visit SET lease = 0 WHERE rid = ?1 AND rev <> ?2 AND tries = 0")
            .execute([claim.rid, claim.rev])?;
        return Ok(false);
    }
    if let Some(old) = claim.blob.as_deref().filter(|old| *old != facts.blob) {
        doom(connection, old)?;
    }
    store(connection, claim.rid, facts)?;
    if !facts.hidden {
        hooks::note(connection, &claim.site, HookKind::Ready, Some(&claim.id.0), clock::now_ms())?;
    }
    for cid in release_frames(connection, claim.rid)? {
        // Its bytes stay there until the other recordings of the chunk are finished.
        if connection.prepare_cached("SELECT 1 FROM chunk WHERE cid = ?1 AND live > 0").exists([cid])? {
            connection
                .prepare_cached("INSERT INTO stray (cid, id) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
                .execute(params![cid, claim.id.0])?;
        }
    }
    connection
        .prepare_cached("UPDATE frame SET chunk = 0 WHERE chunk <> 0 AND pid IN (SELECT pid FROM page WHERE rid = ?1)")
        .execute([claim.rid])?;
    Ok(true)
}

pub(super) fn import(
    connection: &Connection,
    claim: &Claim,
    facts: &Facts,
    expires_ms: Millis,
) -> Result<bool, Failure> {
    let added = connection
        .query_row(
            "INSERT INTO recording (id, site, state, created_ms, expires_ms) VALUES (?1, ?2, 'ready', ?3, ?4)
             ON CONFLICT (id) DO NOTHING RETURNING rid",
            params![claim.id.0, claim.site, claim.created_ms, expires_ms],
            |row| row.get(0),
        )
        .optional()?;
    match added {
        None => doom(connection, &facts.blob)?,
        Some(rid) => store(connection, rid, facts)?,
    }
    Ok(added.is_some())
}

/// A blob that is to be deleted.
pub(super) fn doom(connection: &Connection, name: &str) -> Result<(), Failure> {
    connection.prepare_cached("INSERT INTO doomed (name) VALUES (?1) ON CONFLICT DO NOTHING").execute([name])?;
    Ok(())
}

/// Takes a recording's frames off the counts of the chunks that hold them.
pub(super) fn release_frames(connection: &Connection, rid: i64) -> Result<Vec<i64>, Failure> {
    let counts: Vec<(i64, i64)> = connection
        .prepare_cached(
            "SELECT chunk, count(*) FROM frame WHERE chunk <> 0 AND pid IN (SELECT pid FROM page WHERE rid = ?1) GROUP BY chunk ORDER BY chunk",
        )
        .query_map([rid], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (cid, count) in &counts {
        connection.prepare_cached("UPDATE chunk SET live = live - ?2 WHERE cid = ?1").execute(params![cid, count])?;
    }
    Ok(counts.into_iter().map(|(cid, _)| cid).collect())
}

fn json(value: &impl serde::Serialize) -> String {
    // Strings and lists of strings always have a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}

fn store(connection: &Connection, rid: i64, facts: &Facts) -> Result<(), Failure> {
    let email = facts.identity.get("email").and_then(|value| value.as_str());
    connection
        .prepare_cached(
            "UPDATE recording SET state = 'ready', started_ms = ?2, ended_ms = ?3, duration_ms = CASE WHEN duration_ms > ?4 THEN duration_ms ELSE ?4 END,
               active_ms = ?5, pages = ?6, entry_url = ?7, exit_url = ?8, title = ?9, referrer = ?10, urls = ?11,
               language = ?12, screen = ?13, viewport = ?14, visitor = coalesce(?15, visitor), clicks = ?16,
               rage_clicks = ?17, errors = ?18, gaps = ?19, identity = ?20, email = ?21, 
               conversation = CASE WHEN conversation_verified = 1 THEN conversation ELSE coalesce(?22, conversation) END,
               events = ?23, tags = ?24, hidden = ?25, blob = ?26, size_bytes = ?27, dead_clicks = ?28, trouble = ?30,
               steps = ?29
             WHERE rid = ?1",
        )
        .execute(params![
            rid,
            facts.started_ms,
            facts.ended_ms,
            facts.duration_ms,
            facts.active_ms,
            facts.pages,
            facts.entry_url,
            facts.exit_url,
            facts.title,
            facts.referrer,
            json(&facts.urls),
            facts.language,
            facts.screen,
            facts.viewport,
            facts.visitor.as_ref().map(|id| id.as_slice()),
            facts.clicks,
            facts.rage_clicks,
            facts.errors,
            facts.gaps,
            (!facts.identity.is_empty()).then(|| json(&facts.identity)),
            email,
            facts.conversation,
            json(&facts.events),
            json(&facts.tags),
            facts.hidden,
            facts.blob,
            facts.size_bytes,
            facts.dead_clicks,
            filter::steps_text(&facts.steps),
            facts.rage_clicks + facts.errors + facts.dead_clicks,
        ])?;
    index::put(connection, rid, facts)
}
