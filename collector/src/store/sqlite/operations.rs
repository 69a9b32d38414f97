//! Rows of what whoever runs the collector wants to know.

use super::{Failure, Rules, Sqlite, finishing, recording_id, transaction};
use crate::clock::{self, Millis};
use crate::store::operations::{Operations, Refused, SiteVitals, Vitals};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use shared::ids::RecordingId;
use std::path::PathBuf;

/// Days that refusals are kept.
const KEPT_DAYS: i64 = 31;
/// How far back the pace of writing is looked at.
const PACE_MS: Millis = 3 * clock::DAY;

fn note(connection: &mut Connection, refused: &[Refused]) -> Result<(), Failure> {
    transaction(connection, |transaction| {
        let mut newest = 0;
        for one in refused {
            let day = one.last_ms.div_euclid(clock::DAY);
            newest = newest.max(day);
            transaction
                .prepare_cached(
                    "INSERT INTO refusal (site, day, code, count, last_ms) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT DO UPDATE SET count = count + excluded.count, last_ms = max(last_ms, excluded.last_ms)",
                )?
                .execute(params![one.site, day, one.code, one.count as i64, one.last_ms])?;
        }
        transaction.execute("DELETE FROM refusal WHERE day < ?1", [newest - KEPT_DAYS])?;
        Ok(())
    })
}

fn refusals(connection: &Connection, since_ms: Millis) -> Result<Vec<Refused>, Failure> {
    let mut statement = connection.prepare_cached(
        "SELECT site, code, sum(count), max(last_ms) FROM refusal WHERE day >= ?1 GROUP BY site, code ORDER BY site, 3 DESC",
    )?;
    let rows = statement.query_map([since_ms.div_euclid(clock::DAY)], |row| {
        let count: i64 = row.get(2)?;
        Ok(Refused { site: row.get(0)?, code: row.get(1)?, count: count.max(0).cast_unsigned(), last_ms: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn site_vitals(connection: &Connection, site: &str, since_ms: Millis) -> Result<SiteVitals, Failure> {
    let newest: Option<Millis> = connection
        .prepare_cached("SELECT created_ms FROM recording WHERE site = ?1 ORDER BY created_ms DESC LIMIT 1")?
        .query_row([site], |row| row.get(0))
        .optional()?;
    let (heard, open): (Option<Millis>, i64) = connection
        .prepare_cached(
            "SELECT max(visit.last_ms), count(*) FILTER (WHERE state = 'open') FROM visit JOIN recording USING (rid) WHERE site = ?1",
        )?
        .query_row([site], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (failed, retried): (i64, i64) = connection
        .prepare_cached(
            "SELECT count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'waiting' AND told IS NOT NULL)
             FROM webhook WHERE site = ?1 AND created_ms >= ?2",
        )?
        .query_row(params![site, since_ms], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let count = |number: i64| number.max(0).cast_unsigned();
    Ok(SiteVitals {
        last_frame_ms: heard.max(newest),
        open: count(open),
        failed_hooks: count(failed),
        retried_hooks: count(retried),
    })
}

fn vitals(connection: &Connection, rules: &Rules, now_ms: Millis) -> Result<Vitals, Failure> {
    let since_ms = now_ms - PACE_MS;
    let (written, first): (Option<i64>, Option<Millis>) = connection.query_row(
        "SELECT sum(size_bytes), min(created_ms) FROM recording WHERE created_ms >= ?1",
        [since_ms],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let failing: i64 = connection.query_row("SELECT count(*) FROM visit WHERE tries > 1", [], |row| row.get(0))?;
    let newest_ms = connection.query_row("SELECT max(last_ms) FROM visit", [], |row| row.get(0))?;
    Ok(Vitals {
        oldest_unfinished_ms: finishing::oldest_ended(connection, rules, now_ms)?,
        failing: failing.max(0).cast_unsigned(),
        written_bytes: written.unwrap_or(0).max(0).cast_unsigned(),
        written_since_ms: first.unwrap_or(now_ms),
        newest_ms,
    })
}

impl Sqlite {
    /// Brings everything out of the log into the file, so that what was deleted is overwritten there now.
    pub async fn settle(&self) -> Result<(), Failure> {
        self.write(|connection| {
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            Ok(())
        })
        .await
    }
}

#[async_trait]
impl Operations for Sqlite {
    async fn note_refusals(&self, refused: Vec<Refused>) -> Result<(), Failure> {
        self.write(move |connection| note(connection, &refused)).await
    }

    async fn refusals(&self, since_ms: Millis) -> Result<Vec<Refused>, Failure> {
        self.read(move |connection| refusals(connection, since_ms)).await
    }

    async fn site_vitals(&self, site: &str, since_ms: Millis) -> Result<SiteVitals, Failure> {
        let site = site.to_owned();
        self.read(move |connection| site_vitals(connection, &site, since_ms)).await
    }

    async fn vitals(&self, now_ms: Millis) -> Result<Vitals, Failure> {
        let rules = self.rules.clone();
        self.read(move |connection| vitals(connection, &rules, now_ms)).await
    }

    async fn erased(&self) -> Result<Vec<RecordingId>, Failure> {
        self.read(|connection| {
            let mut statement = connection.prepare("SELECT id FROM recording WHERE state = 'erased' ORDER BY rid")?;
            let ids = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?.collect::<Result<Vec<_>, _>>()?;
            ids.iter().map(|id| recording_id(id)).collect()
        })
        .await
    }

    async fn copy_to(&self, file: PathBuf) -> Result<(), Failure> {
        self.read(move |connection| super::copies::write(connection, &file)).await
    }
}
