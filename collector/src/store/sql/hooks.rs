//! Rows of what the owners' servers are to be told. Most are added inside the transaction of what they tell of.

use super::{Connection, Failure, SqlStore, params};
use crate::auth;
use crate::clock::{self, Millis};
use crate::store::hooks::{HookJob, HookKind, HookOutcome, HookRow, Hooks};
use async_trait::async_trait;

/// How long what has been sent, or given up, can be looked at.
const KEPT_MS: Millis = 30 * clock::DAY;

/// Adds a message when the site has somebody to tell.
pub(super) fn note(
    connection: &Connection,
    site: &str,
    kind: HookKind,
    recording: Option<&[u8]>,
    now_ms: Millis,
) -> Result<(), Failure> {
    let told = "SELECT 1 FROM site WHERE id = ?1 AND settings ->> 'webhook_url' IS NOT NULL";
    if connection.prepare_cached(told).exists([site])? {
        connection.execute(
            "INSERT INTO webhook (id, site, kind, recording, created_ms, next_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
            params![new_id(), site, kind.as_str(), recording, now_ms],
        )?;
    }
    Ok(())
}

fn new_id() -> String {
    format!("wh_{}", auth::random_text(12))
}

/// Forgets what is long over.
pub(super) fn tidy(connection: &Connection, now_ms: Millis) -> Result<(), Failure> {
    connection.execute("DELETE FROM webhook WHERE state <> 'waiting' AND created_ms <= ?1", [now_ms - KEPT_MS])?;
    Ok(())
}

fn secret(connection: &Connection, site: &str, fresh: &str) -> Result<String, Failure> {
    connection.execute(
        "INSERT INTO webhook_secret (site, secret) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        params![site, fresh],
    )?;
    connection.query_row("SELECT secret FROM webhook_secret WHERE site = ?1", [site], |row| row.get(0))
}

fn claim(connection: &Connection, now_ms: Millis, lease_until_ms: Millis, limit: u32) -> Result<Vec<HookJob>, Failure> {
    let take = format!(
        "UPDATE webhook SET next_ms = ?2, tries = tries + 1
         WHERE hid IN (SELECT hid FROM webhook WHERE state = 'waiting' AND next_ms <= ?1 ORDER BY next_ms LIMIT ?3 {})
         RETURNING hid, id, site, kind, recording, created_ms, tries",
        connection.words().unclaimed
    );
    let mut jobs = connection.prepare_cached(&take).query_map(params![now_ms, lease_until_ms, limit], |row| {
        Ok(HookJob {
            hid: row.get(0)?,
            id: row.get(1)?,
            site: row.get(2)?,
            kind: row.get(3)?,
            recording: row.get(4)?,
            created_ms: row.get(5)?,
            tries: row.get(6)?,
            secret: String::new(),
        })
    })?;
    for job in &mut jobs {
        job.secret = secret(connection, &job.site, &auth::random_text(32))?;
    }
    Ok(jobs)
}

#[async_trait]
impl Hooks for SqlStore {
    async fn add_hook(&self, site: &str, kind: HookKind, now_ms: Millis) -> Result<String, Failure> {
        let site = site.to_owned();
        self.write(move |connection| {
            let id = new_id();
            connection.execute(
                "INSERT INTO webhook (id, site, kind, created_ms, next_ms) VALUES (?1, ?2, ?3, ?4, ?4)",
                params![id, site, kind.as_str(), now_ms],
            )?;
            Ok(id)
        })
        .await
    }

    async fn claim_hooks(&self, now_ms: Millis, lease_until_ms: Millis, limit: u32) -> Result<Vec<HookJob>, Failure> {
        let any = self
            .read(move |connection| {
                let statement = connection
                    .prepare_cached("SELECT 1 FROM webhook WHERE state = 'waiting' AND next_ms <= ?1 LIMIT 1");
                statement.exists([now_ms])
            })
            .await?;
        if !any {
            return Ok(Vec::new());
        }
        self.write(move |connection| claim(connection, now_ms, lease_until_ms, limit)).await
    }

    async fn hook_done(&self, hid: i64, outcome: HookOutcome, now_ms: Millis) -> Result<(), Failure> {
        self.write(move |connection| {
            let (state, status, told, next_ms) = match &outcome {
                HookOutcome::Delivered { status } => ("delivered", Some(*status), None, now_ms),
                HookOutcome::Retry { status, told, next_ms } => ("waiting", *status, Some(told), *next_ms),
                HookOutcome::Failed { status, told } => ("failed", *status, Some(told), now_ms),
            };
            connection.execute(
                "UPDATE webhook SET state = ?2, status = ?3, told = ?4, next_ms = ?5,
                   done_ms = ?6
                 WHERE hid = ?1",
                params![hid, state, status, told, next_ms, (state != "waiting").then_some(now_ms)],
            )?;
            Ok(())
        })
        .await
    }

    async fn hooks(&self, site: &str, limit: u32) -> Result<Vec<HookRow>, Failure> {
        let site = site.to_owned();
        self.read(move |connection| {
            let statement = connection.prepare_cached(
                "SELECT id, kind, recording, created_ms, state, tries, next_ms, status, told, done_ms FROM webhook
                 WHERE site = ?1 ORDER BY hid DESC LIMIT ?2",
            );
            statement.query_map(params![site, limit], |row| {
                Ok(HookRow {
                    id: row.get(0)?,
                    kind: row.get(1)?,
                    recording: row.get(2)?,
                    created_ms: row.get(3)?,
                    state: row.get(4)?,
                    tries: row.get(5)?,
                    next_ms: row.get(6)?,
                    status: row.get(7)?,
                    told: row.get(8)?,
                    done_ms: row.get(9)?,
                })
            })
        })
        .await
    }

    async fn replay_hook(&self, site: &str, id: &str, now_ms: Millis) -> Result<bool, Failure> {
        let (site, id) = (site.to_owned(), id.to_owned());
        self.write(move |connection| {
            let again = connection.execute(
                "UPDATE webhook SET state = 'waiting', next_ms = ?3, tries = 0, done_ms = NULL WHERE site = ?1 AND id = ?2",
                params![site, id, now_ms],
            )?;
            Ok(again == 1)
        })
        .await
    }

    async fn hook_secret(&self, site: &str, fresh: &str, renew: bool) -> Result<String, Failure> {
        let (site, fresh) = (site.to_owned(), fresh.to_owned());
        self.write(move |connection| {
            if renew {
                connection.execute("DELETE FROM webhook_secret WHERE site = ?1", [&site])?;
            }
            secret(connection, &site, &fresh)
        })
        .await
    }
}

/// Whether the message that a level of use asks for has been sent, and that it has been.
pub(super) fn note_use(
    connection: &Connection,
    site: &str,
    month: &str,
    (used, told): (u32, u32),
    limit: u32,
    now_ms: Millis,
) -> Result<(), Failure> {
    let level = match () {
        () if used >= limit => 100,
        () if u64::from(used) * 100 >= u64::from(limit) * 80 => 80,
        () => 0,
    };
    if level == told {
        return Ok(());
    }
    connection
        .prepare_cached("UPDATE usage SET told = ?3 WHERE site = ?1 AND month = ?2")
        .execute(params![site, month, level])?;
    match level {
        // A larger plan has made room again: nothing to tell.
        _ if level < told => Ok(()),
        100 => note(connection, site, HookKind::QuotaReached, None, now_ms),
        _ => note(connection, site, HookKind::QuotaWarning, None, now_ms),
    }
}

/// The site's secret goes with the site.
pub(super) fn forget_site(connection: &Connection, site: &str) -> Result<(), Failure> {
    connection.execute("DELETE FROM webhook_secret WHERE site = ?1", [site])?;
    connection.execute("DELETE FROM webhook WHERE site = ?1", [site])?;
    Ok(())
}
