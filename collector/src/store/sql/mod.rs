//! The store in tables, with the same statements for SQLite and PostgreSQL: what each method reads and writes is here and in
//! the modules below; how a statement gets to the database, and in which transaction, is the engine's
//! ([`super::sqlite`], [`super::postgres`]).
//!
//! Not here: any decision about time or quota that another process could not take as well; all are in the statements.

mod access;
mod append;
mod connection;
mod finishing;
mod hooks;
mod index;
mod keeping;
mod listing;
mod operations;
mod people;
mod pool;
mod privacy;
mod saved;
mod search;
mod sharing;
mod sites;
mod text;
mod usage;
mod value;

use super::{
    Access, ChunkRow, Claim, Facts, Failure, Filter, Inventory, Marks, NewBody, NewChunk, OldChunk, Outcome,
    RecordingRow, Refusal, Rules, Standing, Store, Usage, postgres, sqlite,
};
use crate::clock::Millis;
use crate::store::site::{Rejected, Site};
use async_trait::async_trait;
pub(super) use connection::{Connection, Locked};
use connection::{Optional, Words};
pub(super) use pool::Pool;
use serde_json::{Map, Value as Json};
use shared::ids::RecordingId;
use std::sync::{Arc, Mutex, PoisonError};
pub(super) use value::Value;
use value::{NONE, Owned, Row, params};

/// What is done with a connection. It may be done again when it was in the way of somebody else, as if it had not been done
/// before.
pub(super) type Work = Box<dyn FnMut(&Connection) -> Result<(), Failure> + Send>;

/// Who waits for an answer.
#[derive(Clone, Copy)]
pub(super) enum Lane {
    /// Visitors and signed-in requests: some rows by their keys.
    Quick,
    /// Lists, checks, copies, which may take their time.
    Slow,
}

/// The database that the statements go to.
pub(super) enum Engine {
    Sqlite(sqlite::Engine),
    Postgres(postgres::Engine),
}

/// The store in tables.
pub struct SqlStore {
    engine: Engine,
    rules: Arc<Rules>,
}

impl SqlStore {
    pub(super) fn new(engine: Engine, rules: Rules) -> Self {
        Self { engine, rules: Arc::new(rules) }
    }

    /// All of it or nothing, durable when this returns.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        job: impl FnMut(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (work, answer) = work(job);
        match &self.engine {
            Engine::Sqlite(engine) => engine.write(work).await?,
            Engine::Postgres(engine) => engine.write(work).await?,
        }
        taken(&answer)
    }

    /// The same, for what must also be gone from where it lies by now.
    async fn write_away<T: Send + 'static>(
        &self,
        job: impl FnMut(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        if let Engine::Sqlite(engine) = &self.engine {
            // They hold what goes here.
            engine.forget_copies(true).await?;
        }
        self.write(job).await
    }

    async fn read<T: Send + 'static>(
        &self,
        job: impl FnMut(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.read_in(Lane::Slow, job).await
    }

    async fn look_up<T: Send + 'static>(
        &self,
        job: impl FnMut(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.read_in(Lane::Quick, job).await
    }

    async fn read_in<T: Send + 'static>(
        &self,
        lane: Lane,
        job: impl FnMut(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (work, answer) = work(job);
        match &self.engine {
            Engine::Sqlite(engine) => engine.read(lane, work).await?,
            Engine::Postgres(engine) => engine.read(lane, work).await?,
        }
        taken(&answer)
    }

    /// What was deleted is overwritten now, as far as the database can say so; `false` while somebody who reads holds that
    /// back. PostgreSQL does it by itself in its own time.
    pub async fn settle(&self) -> Result<bool, Failure> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.settle().await,
            Engine::Postgres(_) => Ok(true),
        }
    }
}

type Answer<T> = Arc<Mutex<Option<T>>>;

fn work<T: Send + 'static>(
    mut job: impl FnMut(&Connection) -> Result<T, Failure> + Send + 'static,
) -> (Work, Answer<T>) {
    let answer = Answer::default();
    let place = answer.clone();
    let work = move |connection: &Connection| {
        let done = job(connection)?;
        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
        Ok(())
    };
    (Box::new(work), answer)
}

fn taken<T>(answer: &Mutex<Option<T>>) -> Result<T, Failure> {
    answer.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or(Failure::Stopped)
}

#[async_trait]
impl Store for SqlStore {
    async fn add_site(&self, site: &Site) -> Result<bool, Failure> {
        let site = site.clone();
        self.write(move |connection| sites::add(connection, &site)).await
    }

    async fn sites(&self) -> Result<Vec<Site>, Failure> {
        self.read(sites::all).await
    }

    async fn site(&self, id: &str) -> Result<Option<Site>, Failure> {
        let id = id.to_owned();
        self.look_up(move |connection| sites::by(connection, "id", &id)).await
    }

    async fn site_by_key(&self, key: &str) -> Result<Option<Site>, Failure> {
        let key = key.to_owned();
        self.look_up(move |connection| sites::by(connection, "key", &key)).await
    }

    async fn change_site(
        &self,
        id: &str,
        patch: Map<String, Json>,
        now_ms: Millis,
    ) -> Result<Option<Result<Site, Rejected>>, Failure> {
        let (id, rules) = (id.to_owned(), self.rules.clone());
        self.write(move |connection| sites::change(connection, &rules, &id, &patch, now_ms)).await
    }

    async fn remove_site(&self, id: &str) -> Result<bool, Failure> {
        let id = id.to_owned();
        self.write(move |connection| sites::remove(connection, &id)).await
    }

    async fn usage(&self, site: &Site, now_ms: Millis) -> Result<Usage, Failure> {
        let (site, rules) = (site.clone(), self.rules.clone());
        self.look_up(move |connection| sites::usage(connection, &rules, &site, now_ms)).await
    }

    async fn standing(
        &self,
        site: &str,
        recording: RecordingId,
        secret_hash: [u8; 32],
        now_ms: Millis,
    ) -> Result<Result<Standing, Refusal>, Failure> {
        let (site, rules) = (site.to_owned(), self.rules.clone());
        self.look_up(move |connection| append::standing(connection, &rules, &site, recording, &secret_hash, now_ms))
            .await
    }

    async fn append(&self, chunk: NewChunk, bodies: Vec<NewBody>) -> Result<(i64, Vec<Outcome>), Failure> {
        let rules = self.rules.clone();
        self.write(move |connection| append::append(connection, &rules, &chunk, &bodies)).await
    }

    async fn claim_ended(&self, now_ms: Millis, lease_until_ms: Millis, limit: u32) -> Result<Vec<Claim>, Failure> {
        let rules = self.rules.clone();
        let due = {
            let rules = rules.clone();
            self.read(move |connection| finishing::due(connection, &rules, now_ms, limit)).await?
        };
        if due.is_empty() {
            return Ok(Vec::new());
        }
        self.write(move |connection| finishing::claim(connection, &rules, &due, now_ms, lease_until_ms)).await
    }

    async fn finish(&self, claim: &Claim, facts: Facts) -> Result<bool, Failure> {
        let claim = claim.clone();
        self.write(move |connection| finishing::finish(connection, &claim, &facts)).await
    }

    async fn import(&self, claim: &Claim, facts: Facts, expires_ms: Millis) -> Result<bool, Failure> {
        let claim = claim.clone();
        self.write(move |connection| finishing::import(connection, &claim, &facts, expires_ms)).await
    }

    async fn unfinished(&self, now_ms: Millis) -> Result<(u64, u64), Failure> {
        let rules = self.rules.clone();
        self.read(move |connection| finishing::unfinished(connection, &rules, now_ms)).await
    }

    async fn recordings(&self, filter: Filter) -> Result<Vec<RecordingRow>, Failure> {
        self.read(move |connection| search::list(connection, &filter)).await
    }

    async fn recording(&self, id: RecordingId) -> Result<Option<RecordingRow>, Failure> {
        self.read(move |connection| listing::one(connection, id)).await
    }

    async fn mark(&self, id: RecordingId, marks: Marks) -> Result<bool, Failure> {
        self.write(move |connection| listing::mark(connection, id, &marks)).await
    }

    async fn tidy(&self, now_ms: Millis) -> Result<u64, Failure> {
        let at_once = match &self.engine {
            Engine::Sqlite(engine) => {
                engine.forget_copies(false).await?;
                keeping::BATCH
            }
            // Whoever expires holds what begins on the same site: never for long.
            Engine::Postgres(_) => keeping::SMALL_BATCH,
        };
        let mut expired = 0;
        while expired < keeping::BATCH {
            let some = self.write(move |connection| keeping::expire(connection, now_ms, at_once)).await?;
            expired += some;
            if some < at_once {
                break;
            }
        }
        let rules = self.rules.clone();
        self.write(move |connection| keeping::tidy(connection, &rules, now_ms)).await?;
        Ok(expired.into())
    }

    async fn erase(&self, id: RecordingId, actor: &str, now_ms: Millis) -> Result<(), Failure> {
        let actor = actor.to_owned();
        self.write_away(move |connection| keeping::erase(connection, id, &actor, now_ms)).await
    }

    async fn chunk(&self, cid: i64) -> Result<Option<ChunkRow>, Failure> {
        self.read(move |connection| keeping::chunk(connection, cid)).await
    }

    async fn replace_chunk(&self, old: OldChunk, by: NewChunk, moved: Vec<(i64, u32, u32)>) -> Result<bool, Failure> {
        self.write(move |connection| keeping::replace_chunk(connection, &old, &by, &moved)).await
    }

    async fn doomed(&self) -> Result<Vec<String>, Failure> {
        self.read(keeping::doomed).await
    }

    async fn forget_doomed(&self, names: Vec<String>) -> Result<(), Failure> {
        self.write(move |connection| keeping::forget_doomed(connection, &names)).await
    }

    async fn chunk_names(&self) -> Result<Vec<String>, Failure> {
        self.read(keeping::chunk_names).await
    }

    async fn inventory(&self, now_ms: Millis) -> Result<Inventory, Failure> {
        self.read(move |connection| keeping::inventory(connection, now_ms)).await
    }

    async fn has_users(&self) -> Result<bool, Failure> {
        self.look_up(access::has_users).await
    }

    async fn grant(&self, access: Access) -> Result<(), Failure> {
        self.write(move |connection| access::grant(connection, &access)).await
    }

    async fn access(&self, hash: [u8; 32], now_ms: Millis) -> Result<Option<Access>, Failure> {
        self.look_up(move |connection| access::find(connection, &hash, now_ms)).await
    }

    async fn use_claim(&self, hash: [u8; 32], now_ms: Millis) -> Result<Option<Access>, Failure> {
        self.write(move |connection| access::use_claim(connection, &hash, now_ms)).await
    }

    async fn revoke(&self, hash: [u8; 32]) -> Result<bool, Failure> {
        self.write(move |connection| access::revoke(connection, &hash)).await
    }

    async fn audit(&self, actor: &str, action: &str, object: &str, now_ms: Millis) -> Result<(), Failure> {
        let (actor, action, object) = (actor.to_owned(), action.to_owned(), object.to_owned());
        self.write(move |connection| access::audit(connection, &actor, &action, &object, now_ms)).await
    }
}
