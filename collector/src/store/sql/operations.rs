//! Rows of what whoever runs the collector wants to know.

use super::{Connection, Engine, Failure, NONE, Optional, Rules, SqlStore, finishing, params};
use crate::clock::{self, Millis};
use crate::store::operations::{Operations, Refused, SiteVitals, Vitals};
use async_trait::async_trait;
use shared::ids::RecordingId;
use std::path::PathBuf;

/// Days that refusals are kept.
const KEPT_DAYS: i64 = 31;
/// How far back the pace of writing is looked at.
const PACE_MS: Millis = 3 * clock::DAY;

fn note(connection: &Connection, refused: &[Refused]) -> Result<(), Failure> {
    let mut newest = 0;
    for one in refused {
        let day = one.last_ms.div_euclid(clock::DAY);
        newest = newest.max(day);
        connection
                .prepare_cached(
                    "INSERT INTO refusal (site, day, code, count, last_ms) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT (site, day, code) DO UPDATE SET count = refusal.count + excluded.count,
                   last_ms = CASE WHEN refusal.last_ms > excluded.last_ms THEN refusal.last_ms ELSE excluded.last_ms END",
                )
                .execute(params![one.site, day, one.code, one.count as i64, one.last_ms])?;
    }
    connection.execute("DELETE FROM refusal WHERE day < ?1", [newest - KEPT_DAYS])?;
    Ok(())
}

fn refusals(connection: &Connection, since_ms: Millis) -> Result<Vec<Refused>, Failure> {
    let statement = connection.prepare_cached(
        "SELECT site, code, CAST(sum(count) AS BIGINT), max(last_ms) FROM refusal WHERE day >= ?1 GROUP BY site, code ORDER BY site, 3 DESC",
    );
    statement.query_map([since_ms.div_euclid(clock::DAY)], |row| {
        let count: i64 = row.get(2)?;
        Ok(Refused { site: row.get(0)?, code: row.get(1)?, count: count.max(0).cast_unsigned(), last_ms: row.get(3)? })
    })
}

fn site_vitals(connection: &Connection, site: &str, since_ms: Millis) -> Result<SiteVitals, Failure> {
    let newest: Option<Millis> = connection
        .prepare_cached("SELECT created_ms FROM recording WHERE site = ?1 ORDER BY created_ms DESC LIMIT 1")
        .query_row([site], |row| row.get(0))
        .optional()?;
    let (heard, open): (Option<Millis>, i64) = connection
        .prepare_cached(
            "SELECT max(visit.last_ms), count(*) FILTER (WHERE state = 'open') FROM visit JOIN recording USING (rid) WHERE site = ?1",
        )
        .query_row([site], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (failed, retried): (i64, i64) = connection
        .prepare_cached(
            "SELECT count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'waiting' AND told IS NOT NULL)
             FROM webhook WHERE site = ?1 AND created_ms >= ?2",
        )
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
        "SELECT CAST(sum(size_bytes) AS BIGINT), min(created_ms) FROM recording WHERE created_ms >= ?1",
        [since_ms],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let failing: i64 = connection.query_row("SELECT count(*) FROM visit WHERE tries > 1", NONE, |row| row.get(0))?;
    let newest_ms = connection.query_row("SELECT max(last_ms) FROM visit", NONE, |row| row.get(0))?;
    Ok(Vitals {
        oldest_unfinished_ms: finishing::oldest_ended(connection, rules, now_ms)?,
        failing: failing.max(0).cast_unsigned(),
        written_bytes: written.unwrap_or(0).max(0).cast_unsigned(),
        written_since_ms: first.unwrap_or(now_ms),
        newest_ms,
    })
}

#[async_trait]
impl Operations for SqlStore {
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
            connection
                .prepare_cached("SELECT id FROM recording WHERE state = 'erased' ORDER BY rid")
                .query_map(NONE, |row| row.get(0))
        })
        .await
    }

    async fn copy_to(&self, file: PathBuf) -> Result<(), Failure> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.copy_to(file).await,
            Engine::Postgres(_) => Err(Failure::NoCopy),
        }
    }
}
