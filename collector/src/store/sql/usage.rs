//! Rows of what sites have used by day, and the taking back of what was forged.

use super::{Connection, Failure, Locked, Optional, SqlStore, access, keeping, params};
use crate::clock::{self, Millis};
use crate::store::site::Site;
use crate::store::usage::Counts;
use async_trait::async_trait;
use shared::ids::RecordingId;

/// How long days are kept.
const DAYS_MS: Millis = 400 * clock::DAY;

/// Counts one recording on its day.
pub(super) fn count_day(connection: &Connection, site: &Site, now_ms: Millis) -> Result<(), Failure> {
    connection
        .prepare_cached(
            "INSERT INTO usage_day (site, day, used) VALUES (?1, ?2, 1) ON CONFLICT (site, day) DO UPDATE SET used = usage_day.used + 1",
        )
        .execute(params![site.id, clock::day(&site.zone.name, now_ms)])?;
    Ok(())
}

/// Forgets days long past.
pub(super) fn tidy(connection: &Connection, now_ms: Millis) -> Result<(), Failure> {
    connection.execute("DELETE FROM usage_day WHERE day < ?1", [clock::day("UTC", now_ms - DAYS_MS)])?;
    Ok(())
}

/// Takes one recording off the counts of the month and the day in which it began.
pub(super) fn give_back(connection: &Connection, site: &Site, created_ms: Millis) -> Result<(), Failure> {
    let (month, _) = site.zone.month(created_ms);
    connection
        .prepare_cached("UPDATE usage SET used = used - 1 WHERE site = ?1 AND month = ?2 AND used > 0")
        .execute(params![site.id, month])?;
    connection
        .prepare_cached("UPDATE usage_day SET used = used - 1 WHERE site = ?1 AND day = ?2 AND used > 0")
        .execute(params![site.id, clock::day(&site.zone.name, created_ms)])?;
    Ok(())
}

/// Whether there was one.
fn void_one(connection: &Connection, site: &Site, id: RecordingId) -> Result<bool, Failure> {
    let found: Option<(i64, Millis, bool)> = connection
        .prepare_cached(
            "SELECT rid, created_ms, secret IS NOT NULL FROM recording
             WHERE id = ?1 AND site = ?2 AND state IN ('open', 'ended', 'ready')",
        )
        .query_row(params![id.0, site.id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((rid, created_ms, was_counted)) = found else { return Ok(false) };
    keeping::forget(connection, rid, "erased")?;
    // One that was imported began with nobody's secret, and was not counted.
    if was_counted {
        give_back(connection, site, created_ms)?;
    }
    Ok(true)
}

#[async_trait]
impl Counts for SqlStore {
    async fn usage_days(&self, site: &str, from: &str) -> Result<Vec<(String, u32)>, Failure> {
        let (site, from) = (site.to_owned(), from.to_owned());
        self.read(move |connection| {
            connection
                .prepare_cached("SELECT day, used FROM usage_day WHERE site = ?1 AND day >= ?2 ORDER BY day")
                .query_map(params![site, from], |row| Ok((row.get(0)?, row.get(1)?)))
        })
        .await
    }

    async fn void(&self, site: &Site, ids: Vec<RecordingId>, actor: &str, now_ms: Millis) -> Result<u64, Failure> {
        let (site, actor) = (site.clone(), actor.to_owned());
        // An older copy of the metadata still has what goes here.
        self.write_away(move |connection| {
            let numbers: Vec<[u8; 16]> = ids.iter().map(|id| id.0).collect();
            connection.lock(Locked::Recordings(&numbers))?;
            connection.lock(Locked::Sites(&[site.id.as_str()]))?;
            let mut voided = 0;
            for id in &ids {
                voided += u64::from(void_one(connection, &site, *id)?);
            }
            let told = format!("{} {voided}", site.id);
            access::audit(connection, &actor, "void", &told, now_ms)?;
            Ok(voided)
        })
        .await
    }
}
