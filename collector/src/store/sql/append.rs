//! Indexes the bodies of one chunk in one transaction: the moment at which frames are acknowledged, new recordings are
//! counted, and everything is decided that two collectors could see differently.

use super::{
    Connection, Failure, Locked, NewBody, NewChunk, Optional, Outcome, Refusal, Rules, params, privacy, sites,
};
use crate::clock::Millis;
use crate::persons::Declared;
use crate::store::site::Site;
use crate::store::{NewFrame, PageHello, Standing, State};
use crate::visits::Visit;
use serde_json::{Map, Value};
use shared::frame::Flags;
use shared::ids::RecordingId;
use std::collections::{BTreeSet, HashMap};

/// The parts of a recording's rows that decide about a body.
struct Known {
    rid: i64,
    site: String,
    state: State,
    secret: Option<Vec<u8>>,
    /// None once it takes no frames any more.
    visit: Option<Visit>,
}

fn known(connection: &Connection, id: RecordingId) -> Result<Option<Known>, Failure> {
    let statement = connection.prepare_cached(
        "SELECT rid, site, state, secret, first_ms, last_ms, visit.active_ms, open_pages
         FROM recording LEFT JOIN visit USING (rid) WHERE id = ?1",
    );
    let row = statement.query_row([id.0.as_slice()], |row| {
        let visit = match row.get::<Option<i64>>(4)? {
            Some(first_ms) => {
                Some(Visit { first_ms, last_ms: row.get(5)?, active_ms: row.get(6)?, open_pages: row.get(7)? })
            }
            None => None,
        };
        Ok(Known {
            rid: row.get(0)?,
            site: row.get(1)?,
            // A word of a newer version is none that takes frames.
            state: State::parse(&row.get::<String>(2)?).unwrap_or(State::Expired),
            secret: row.get(3)?,
            visit,
        })
    });
    row.optional()
}

/// Whether a known recording takes a body.
fn admit(rules: &Rules, known: &Known, site: &str, secret_hash: &[u8; 32], now_ms: Millis) -> Result<(), Refusal> {
    match known.state {
        State::Erased => return Err(Refusal::Erased),
        State::Expired => return Err(Refusal::Closed),
        State::Open | State::Ended | State::Ready => {}
    }
    if known.site != site || known.secret.as_deref() != Some(secret_hash) {
        return Err(Refusal::NotYours);
    }
    match known.visit {
        Some(visit) if !visit.is_closed(rules, now_ms) => Ok(()),
        _ => Err(Refusal::Closed),
    }
}

/// What would become of a body, without writing.
pub(super) fn standing(
    connection: &Connection,
    rules: &Rules,
    site: &str,
    recording: RecordingId,
    secret_hash: &[u8; 32],
    now_ms: Millis,
) -> Result<Result<Standing, Refusal>, Failure> {
    if let Some(known) = known(connection, recording)? {
        return Ok(admit(rules, &known, site, secret_hash, now_ms).map(|()| Standing::GoesOn));
    }
    let Some(site) = sites::by(connection, "id", site)? else { return Ok(Err(Refusal::UnknownKey)) };
    if !site.settings.enabled {
        return Ok(Err(Refusal::Disabled));
    }
    let usage = sites::usage(connection, rules, &site, now_ms)?;
    Ok(match usage.limit {
        0 => Err(Refusal::Plan),
        limit if usage.used >= limit => Err(Refusal::Quota),
        _ => Ok(Standing::Begins),
    })
}

pub(super) fn append(
    connection: &Connection,
    rules: &Rules,
    chunk: &NewChunk,
    bodies: &[NewBody],
) -> Result<(i64, Vec<Outcome>), Failure> {
    lock(connection, bodies)?;
    let cid = connection
        .prepare_cached("INSERT INTO chunk (name, created_ms, bytes, live) VALUES (?1, ?2, ?3, -1) RETURNING cid")
        .query_row(params![chunk.name, chunk.created_ms, chunk.bytes as i64], |row| row.get(0))?;
    let mut batch = Batch { connection, rules, chunk: cid, sites: HashMap::new(), live: 0, strays: BTreeSet::new() };
    let outcomes = bodies.iter().map(|body| batch.body(body)).collect::<Result<Vec<_>, _>>()?;
    batch.close()?;
    Ok((batch.chunk, outcomes))
}

/// Nobody else changes what is decided here: the recordings that are known, then the sites on which others may begin, then
/// those that began before the sites were ours.
fn lock(connection: &Connection, bodies: &[NewBody]) -> Result<(), Failure> {
    let mut ids: Vec<[u8; 16]> = bodies.iter().map(|body| body.recording.0).collect();
    ids.sort_unstable();
    ids.dedup();
    if connection.lock(Locked::Recordings(&ids))? >= ids.len() {
        return Ok(());
    }
    let mut sites: Vec<&str> = bodies.iter().map(|body| body.site.as_str()).collect();
    sites.sort_unstable();
    sites.dedup();
    connection.lock(Locked::Sites(&sites))?;
    connection.lock(Locked::Recordings(&ids))?;
    Ok(())
}

struct Batch<'a> {
    connection: &'a Connection,
    rules: &'a Rules,
    chunk: i64,
    /// As of this transaction: a change of plan or switch holds at once.
    sites: HashMap<&'a str, Option<Site>>,
    live: i64,
    strays: BTreeSet<[u8; 16]>,
}

impl<'a> Batch<'a> {
    fn body(&mut self, body: &'a NewBody) -> Result<Outcome, Failure> {
        let outcome = self.take(body)?;
        if let Outcome::Refused(reason) = outcome {
            self.strays.insert(body.recording.0);
            if reason == Refusal::Erased {
                privacy::note_chunk(self.connection, self.chunk)?;
            }
        }
        Ok(outcome)
    }

    fn take(&mut self, body: &'a NewBody) -> Result<Outcome, Failure> {
        let now_ms = body.received_ms;
        let found = known(self.connection, body.recording)?;
        let (rid, state, began) = match found {
            Some(found) => match admit(self.rules, &found, &body.site, &body.secret_hash, now_ms) {
                Ok(()) => (found.rid, found.state, false),
                Err(refusal) => return Ok(Outcome::Refused(refusal)),
            },
            None => match self.begin(body)? {
                Ok(rid) => (rid, State::Open, true),
                Err(refusal) => return Ok(Outcome::Refused(refusal)),
            },
        };
        let mut change = Change::default();
        for frame in &body.frames {
            self.frame(rid, body, frame, &mut change)?;
        }
        if change.repeated > 0 {
            self.strays.insert(body.recording.0);
        }
        if change.new > 0 {
            self.live += change.new;
            self.grow(rid, state, now_ms, &change)?;
        }
        if change.conflicts > 0 {
            self.connection
                .prepare_cached("UPDATE recording SET conflicts = conflicts + ?2 WHERE rid = ?1")
                .execute(params![rid, change.conflicts])?;
        }
        Ok(Outcome::Kept { began, conflicts: change.conflicts })
    }

    /// A new recording, counted.
    fn begin(&mut self, body: &'a NewBody) -> Result<Result<i64, Refusal>, Failure> {
        let connection = self.connection;
        let site = match self.sites.entry(&body.site) {
            std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::hash_map::Entry::Vacant(entry) => entry.insert(sites::by(connection, "id", &body.site)?),
        };
        let Some(site) = site else { return Ok(Err(Refusal::UnknownKey)) };
        if !site.settings.enabled {
            return Ok(Err(Refusal::Disabled));
        }
        let limit = sites::limit(self.rules, site);
        if limit == 0 {
            return Ok(Err(Refusal::Plan));
        }
        let now_ms = body.received_ms;
        if !sites::count_one(connection, site, limit, now_ms)? {
            return Ok(Err(Refusal::Quota));
        }
        let rid: i64 = connection
            .prepare_cached(
                "INSERT INTO recording (id, site, state, secret, created_ms, expires_ms, started_ms, device, browser, os, ip, country)
                 VALUES (?1, ?2, 'open', ?3, ?4, ?5, ?4, ?6, ?7, ?8, ?9, ?10) RETURNING rid",
            )
            .query_row(params![
                body.recording.0.as_slice(),
                body.site,
                body.secret_hash.as_slice(),
                now_ms,
                sites::expiry(self.rules, site, now_ms),
                body.opening.device,
                body.opening.browser,
                body.opening.os,
                body.opening.ip,
                body.opening.country,
            ], |row| row.get(0))?;
        connection
            .prepare_cached(
                "INSERT INTO visit (rid, first_ms, last_ms, active_ms, open_pages, rev, done_rev) VALUES (?1, ?2, ?2, ?2, 0, 0, -1)",
            )
            .execute(params![rid, now_ms])?;
        Ok(Ok(rid))
    }

    fn frame(&mut self, rid: i64, body: &NewBody, frame: &NewFrame, change: &mut Change) -> Result<(), Failure> {
        let pid = self.page(rid, body, frame, change)?;
        let added = self
            .connection
            .prepare_cached(
                "INSERT INTO frame (pid, seq, chunk, start, len, crc) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            )
            .execute(params![pid, frame.seq.0, self.chunk, frame.start, frame.len, frame.crc])?;
        if added == 0 {
            change.repeated += 1;
            let crc: u32 = self
                .connection
                .prepare_cached("SELECT crc FROM frame WHERE pid = ?1 AND seq = ?2")
                .query_row(params![pid, frame.seq.0], |row| row.get(0))?;
            change.conflicts += u32::from(crc != frame.crc);
            return Ok(());
        }
        change.new += 1;
        change.active |= frame.flags.has(Flags::ACTIVE);
        if frame.flags.has(Flags::END) {
            let ended = self
                .connection
                .prepare_cached("UPDATE page SET ended = 1 WHERE pid = ?1 AND ended = 0")
                .execute([pid])?;
            change.open_pages -= ended as i64;
        }
        if let Some(hello) = &frame.hello {
            self.hello(rid, hello)?;
        }
        if let Some(declared) = &frame.declared {
            self.declared(rid, declared)?;
        }
        Ok(())
    }

    /// The row of a frame's page, made when it is the page's first frame.
    fn page(&mut self, rid: i64, body: &NewBody, frame: &NewFrame, change: &mut Change) -> Result<i64, Failure> {
        if let Some((page, pid)) = change.page
            && page == frame.page.0
        {
            return Ok(pid);
        }
        let skew_ms = body.received_ms.saturating_sub_unsigned(body.sent_at_ms);
        let found: Option<(i64, i64)> = self
            .connection
            .prepare_cached("SELECT pid, skew_ms FROM page WHERE rid = ?1 AND page = ?2")
            .query_row(params![rid, frame.page.0.as_slice()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let pid = match found {
            Some((pid, least)) => {
                if skew_ms < least {
                    self.connection
                        .prepare_cached("UPDATE page SET skew_ms = ?2 WHERE pid = ?1")
                        .execute(params![pid, skew_ms])?;
                }
                pid
            }
            None => {
                let epoch_ms = i64::try_from(frame.epoch_ms).unwrap_or(i64::MAX);
                change.open_pages += 1;
                change.pages += 1;
                self.connection
                    .prepare_cached(
                        "INSERT INTO page (rid, page, epoch_ms, skew_ms, first_ms, ended) VALUES (?1, ?2, ?3, ?4, ?5, 0) RETURNING pid",
                    )
                    .query_row(params![rid, frame.page.0, epoch_ms, skew_ms, body.received_ms], |row| row.get(0))?
            }
        };
        change.page = Some((frame.page.0, pid));
        Ok(pid)
    }

    /// What the list shows of a recording that is still open.
    fn hello(&self, rid: i64, hello: &PageHello) -> Result<(), Failure> {
        self.connection
            .prepare_cached(
                "UPDATE recording SET entry_url = coalesce(entry_url, ?2), referrer = coalesce(referrer, ?3), exit_url = ?2,
                   title = coalesce(title, ?4), language = coalesce(language, ?5), viewport = coalesce(viewport, ?6),
                   screen = coalesce(screen, ?7), visitor = coalesce(?8, visitor)
                 WHERE rid = ?1",
            )
            .execute(params![
                rid,
                hello.url,
                hello.referrer,
                hello.title,
                hello.language,
                format!("{}x{}", hello.viewport.0, hello.viewport.1),
                format!("{}x{}", hello.screen.0, hello.screen.1),
                hello.visitor.as_ref().map(|id| id.as_slice()),
            ])?;
        Ok(())
    }

    /// Who the visitor is, known while the visit lasts: to be found, and to be erased. A conversation that the site's server
    /// has named stays.
    fn declared(&self, rid: i64, declared: &Declared) -> Result<(), Failure> {
        let told = declared.identity();
        let email = told.get("email").and_then(|value| value.as_str()).map(str::to_owned);
        let identity = if told.is_empty() { None } else { Some(self.identity(rid, told)?) };
        self.connection
            .prepare_cached(
                "UPDATE recording SET identity = coalesce(?2, identity), email = coalesce(?3, email),
                   conversation = CASE conversation_verified WHEN 0 THEN coalesce(?4, conversation) ELSE conversation END
                 WHERE rid = ?1",
            )
            .execute(params![rid, identity, email, declared.conversation])?;
        Ok(())
    }

    /// What is known with what is told over it, as JSON. What is told as nothing is forgotten.
    fn identity(&self, rid: i64, told: Map<String, Value>) -> Result<String, Failure> {
        let known: Option<String> = self
            .connection
            .prepare_cached("SELECT identity FROM recording WHERE rid = ?1")
            .query_row([rid], |row| row.get(0))?;
        let mut all: Map<String, Value> = known.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        all.extend(told);
        all.retain(|_, value| !value.is_null());
        Ok(Value::Object(all).to_string())
    }

    /// Something new came: the visit goes on, also when it had been finished.
    fn grow(&self, rid: i64, state: State, now_ms: Millis, change: &Change) -> Result<(), Failure> {
        // A collector whose clock is a little behind never takes a visit back in time.
        self.connection
            .prepare_cached(
                "UPDATE visit SET last_ms = CASE WHEN last_ms > ?2 THEN last_ms ELSE ?2 END,
                   active_ms = CASE WHEN active_ms > ?3 THEN active_ms ELSE ?3 END, open_pages = open_pages + ?4,
                   rev = rev + 1, tries = 0
                 WHERE rid = ?1",
            )
            .execute(params![rid, now_ms, if change.active { now_ms } else { 0 }, change.open_pages])?;
        // Most bodies leave the wide row alone.
        if change.pages > 0 {
            self.connection
                .prepare_cached("UPDATE recording SET pages = pages + ?2 WHERE rid = ?1")
                .execute(params![rid, change.pages])?;
        }
        if state != State::Open {
            self.connection.prepare_cached("UPDATE recording SET state = 'open' WHERE rid = ?1").execute([rid])?;
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Failure> {
        self.connection
            .prepare_cached("UPDATE chunk SET live = ?2 WHERE cid = ?1")
            .execute(params![self.chunk, self.live])?;
        for id in &self.strays {
            self.connection
                .prepare_cached("INSERT INTO stray (cid, id) VALUES (?1, ?2)")
                .execute(params![self.chunk, id.as_slice()])?;
        }
        Ok(())
    }
}

/// What a body changes in its recording.
#[derive(Default)]
struct Change {
    page: Option<([u8; 8], i64)>,
    new: i64,
    repeated: u32,
    conflicts: u32,
    open_pages: i64,
    pages: i64,
    active: bool,
}
