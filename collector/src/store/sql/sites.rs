//! Rows of sites and of what they have used.

use super::{Connection, Failure, Locked, NONE, Optional, Row, Rules, Usage, hooks, params, usage as days};
use crate::clock::{self, Millis};
use crate::store::site::{Rejected, Settings, Site, Zone};
use serde_json::{Map, Value};

const COLUMNS: &str = "id, key, name, settings, created_ms, zone, zone_next, zone_next_ms, month_floor";

fn site(row: &Row<'_>) -> Result<(Site, String), Failure> {
    let next: Option<String> = row.get("zone_next")?;
    let from: Option<Millis> = row.get("zone_next_ms")?;
    let site = Site {
        id: row.get("id")?,
        key: row.get("key")?,
        name: row.get("name")?,
        created_ms: row.get("created_ms")?,
        settings: Settings::default(),
        zone: Zone { name: row.get("zone")?, next: next.zip(from), floor: row.get("month_floor")? },
    };
    Ok((site, row.get("settings")?))
}

fn whole((mut site, settings): (Site, String)) -> Result<Site, Failure> {
    site.settings = serde_json::from_str(&settings).map_err(|_| Failure::Damaged("a site's settings"))?;
    Ok(site)
}

pub(super) fn all(connection: &Connection) -> Result<Vec<Site>, Failure> {
    let sql = format!("SELECT {COLUMNS} FROM site ORDER BY created_ms, id");
    connection.prepare_cached(&sql).query_map(NONE, site)?.into_iter().map(whole).collect()
}

/// `column` is `id` or `key`.
pub(super) fn by(connection: &Connection, column: &'static str, value: &str) -> Result<Option<Site>, Failure> {
    let sql = format!("SELECT {COLUMNS} FROM site WHERE {column} = ?1");
    connection.prepare_cached(&sql).query_row([value], site).optional()?.map(whole).transpose()
}

pub(super) fn add(connection: &Connection, site: &Site) -> Result<bool, Failure> {
    let settings = serde_json::to_string(&site.settings).map_err(|_| Failure::Damaged("a site's settings"))?;
    let added = connection.execute(
        "INSERT INTO site (id, key, name, settings, created_ms, zone) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
        params![site.id, site.key, site.name, settings, site.created_ms, site.zone.name],
    )?;
    Ok(added == 1)
}

pub(super) fn change(
    connection: &Connection,
    rules: &Rules,
    id: &str,
    patch: &Map<String, Value>,
    now_ms: Millis,
) -> Result<Option<Result<Site, Rejected>>, Failure> {
    let plans: Vec<String> = rules.plans.keys().cloned().collect();
    connection.lock(Locked::Sites(&[id]))?;
    let Some(site) = by(connection, "id", id)? else { return Ok(None) };
    let site = match site.patched(patch, &plans, now_ms) {
        Ok(site) => site,
        Err(rejected) => return Ok(Some(Err(rejected))),
    };
    let settings = serde_json::to_string(&site.settings).map_err(|_| Failure::Damaged("a site's settings"))?;
    let (next, from) = site.zone.next.clone().unzip();
    connection.execute(
            "UPDATE site SET name = ?2, settings = ?3, zone = ?4, zone_next = ?5, zone_next_ms = ?6, month_floor = ?7 WHERE id = ?1",
            params![site.id, site.name, settings, site.zone.name, next, from, site.zone.floor],
        )?;
    // A smaller plan may be used up as it is.
    let (month, _) = site.zone.month(now_ms);
    let used = connection
        .prepare_cached("SELECT used, told FROM usage WHERE site = ?1 AND month = ?2")
        .query_row(params![site.id, month], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some(used) = used {
        hooks::note_use(connection, &site.id, &month, used, limit(rules, &site), now_ms)?;
    }
    Ok(Some(Ok(site)))
}

pub(super) fn remove(connection: &Connection, id: &str) -> Result<bool, Failure> {
    connection.execute("DELETE FROM usage WHERE site = ?1", [id])?;
    connection.execute("DELETE FROM saved_filter WHERE site = ?1", [id])?;
    connection.execute("DELETE FROM usage_day WHERE site = ?1", [id])?;
    connection.execute("DELETE FROM member WHERE site = ?1", [id])?;
    connection.execute("DELETE FROM access WHERE site = ?1", [id])?;
    hooks::forget_site(connection, id)?;
    Ok(connection.execute("DELETE FROM site WHERE id = ?1", [id])? == 1)
}

/// What the plan allows in a month.
pub(super) fn limit(rules: &Rules, site: &Site) -> u32 {
    rules.plans.get(&site.settings.plan).map_or(0, |plan| plan.recordings)
}

pub(super) fn usage(connection: &Connection, rules: &Rules, site: &Site, now_ms: Millis) -> Result<Usage, Failure> {
    let (month, resets_ms) = site.zone.month(now_ms);
    // What has expired and is still there counts no more; it is never much, and gone in a moment.
    let stored = connection.prepare_cached(
        "SELECT coalesce((SELECT count FROM stored WHERE site = ?1), 0) -
           (SELECT count(*) FROM recording INDEXED BY recording_by_expiry WHERE state IN ('open', 'ended', 'ready') AND expires_ms <= ?2 AND site = ?1)",
    );
    Ok(Usage {
        used: used(connection, site, &month)?,
        stored: stored.query_row(params![site.id, now_ms], |row| row.get(0))?,
        limit: limit(rules, site),
        resets_ms,
    })
}

fn used(connection: &Connection, site: &Site, month: &str) -> Result<u32, Failure> {
    let used = connection.prepare_cached("SELECT used FROM usage WHERE site = ?1 AND month = ?2");
    Ok(used.query_row(params![site.id, month], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// Counts one new recording if the month has room for it: one statement, exact however many collectors ask at once.
pub(super) fn count_one(connection: &Connection, site: &Site, limit: u32, now_ms: Millis) -> Result<bool, Failure> {
    // The first row of a month bypasses the condition of the update.
    if limit == 0 {
        return Ok(false);
    }
    let (month, _) = site.zone.month(now_ms);
    let statement = connection.prepare_cached(
        "INSERT INTO usage (site, month, used) VALUES (?1, ?2, 1)
         ON CONFLICT (site, month) DO UPDATE SET used = usage.used + 1 WHERE usage.used < ?3 RETURNING used, told",
    );
    let counted: Option<(u32, u32)> =
        statement.query_row(params![site.id, month, limit], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    if let Some(counted) = counted {
        days::count_day(connection, site, now_ms)?;
        hooks::note_use(connection, &site.id, &month, counted, limit, now_ms)?;
    }
    Ok(counted.is_some())
}

/// When a recording that begins now is deleted.
pub(super) fn expiry(rules: &Rules, site: &Site, now_ms: Millis) -> Millis {
    let days = rules.plans.get(&site.settings.plan).map_or(0, |plan| plan.days);
    now_ms + i64::from(days) * clock::DAY
}
