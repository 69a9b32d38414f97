//! The store in one SQLite file: a thread that writes, a few connections that read. Several processes may share the file.
//!
//! WAL with `synchronous=FULL`: when a write returns, it is on the disk. `secure_delete`: what is erased is overwritten.
//! Not here: any decision about time or quota that another process could not take as well; all are in the statements.

mod access;
mod append;
mod copies;
mod finishing;
mod hooks;
mod index;
mod keeping;
mod listing;
mod migrate;
mod operations;
mod people;
mod privacy;
mod saved;
mod search;
mod sharing;
mod sites;
mod usage;

use super::{
    Access, ChunkRow, Claim, Facts, Failure, Filter, Inventory, Marks, NewBody, NewChunk, OldChunk, Outcome,
    RecordingRow, Refusal, Rules, Standing, Store, Usage,
};
use crate::clock::Millis;
use crate::store::site::{Rejected, Site};
use async_trait::async_trait;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use serde_json::{Map, Value};
use shared::ids::RecordingId;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use tokio::sync::{Semaphore, oneshot};

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// How long a writer waits for another process's transaction.
const BUSY: std::time::Duration = std::time::Duration::from_secs(10);
/// Bytes of a page of a new file. Each body changes a page or two of its own, all of which are written at each commit: half
/// of SQLite's usual size is half of that.
const PAGE_BYTES: u32 = 2048;
/// Pages of the write-ahead log after which it is copied into the file: 32 MiB, so that a busy intake seldom stops for it.
const CHECKPOINT_PAGES: u32 = (32 << 20) / PAGE_BYTES;

/// The store in one SQLite file.
pub struct Sqlite {
    path: PathBuf,
    writer: mpsc::Sender<Job>,
    /// For what visitors and signed-in requests wait for: some rows by their keys.
    quick: Readers,
    /// For what may take its time: lists, checks, copies.
    slow: Readers,
    rules: Arc<Rules>,
}

impl Sqlite {
    /// Opens the file, makes it when it is not there, and brings its schema up to date.
    pub fn open(path: &Path, rules: Rules) -> Result<Self, Failure> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|error| Failure::Open { path: folder.display().to_string(), error })?;
        }
        let mut connection = connect(path)?;
        connection.pragma_update(None, "page_size", PAGE_BYTES)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        migrate::run(&mut connection, path)?;
        let (writer, jobs) = mpsc::channel::<Job>();
        std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                while let Ok(job) = jobs.recv() {
                    // One job that panics is rolled back and fails alone; the store goes on.
                    if std::panic::catch_unwind(AssertUnwindSafe(|| job(&mut connection))).is_err() {
                        tracing::error!("a write of the store stopped unexpectedly");
                    }
                }
            })
            .map_err(|error| Failure::Open { path: "a thread".to_owned(), error })?;
        let (quick, slow) = (Readers::default(), Readers::default());
        Ok(Self { path: path.to_owned(), writer, quick, slow, rules: Arc::new(rules) })
    }

    async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (answer, wait) = oneshot::channel();
        let job: Job = Box::new(move |connection| drop(answer.send(job(connection))));
        self.writer.send(job).map_err(|_| Failure::Stopped)?;
        wait.await.map_err(|_| Failure::Stopped)?
    }

    async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.read_among(&self.slow, job).await
    }

    async fn look_up<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.read_among(&self.quick, job).await
    }

    async fn read_among<T: Send + 'static>(
        &self,
        readers: &Readers,
        job: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let _turn = readers.turns.acquire().await.map_err(|_| Failure::Stopped)?;
        let idle = readers.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let path = self.path.clone();
        let (connection, answer) = tokio::task::spawn_blocking(move || {
            let connection = match idle {
                Some(connection) => connection,
                None => connect(&path)?,
            };
            let answer = job(&connection);
            Ok::<_, Failure>((connection, answer))
        })
        .await
        .map_err(|_| Failure::Stopped)??;
        readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        answer
    }
}

/// Reads at once in each kind: a burst of new visitors takes turns, since opening a connection for each costs more than to
/// wait, in time and in memory.
const READERS: usize = 4;

/// Connections for reading, and whose turn it is.
struct Readers {
    turns: Semaphore,
    idle: Mutex<Vec<Connection>>,
}

impl Default for Readers {
    fn default() -> Self {
        Self { turns: Semaphore::new(READERS), idle: Mutex::default() }
    }
}

fn connect(path: &Path) -> Result<Connection, Failure> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    // A statement is planned once, not anew for every value: for the intake's statements planning costs more than running.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "foreign_keys", "OFF")?;
    connection.pragma_update(None, "cache_size", -32_768)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// One transaction that has the right to write from its start.
fn transaction<T>(
    connection: &mut Connection,
    work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let done = work(&transaction)?;
    transaction.commit()?;
    Ok(done)
}

fn recording_id(bytes: &[u8]) -> Result<RecordingId, Failure> {
    Ok(RecordingId(bytes.try_into().map_err(|_| Failure::Damaged("a recording's id"))?))
}

#[async_trait]
impl Store for Sqlite {
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
        patch: Map<String, Value>,
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
        let (rules, path) = (self.rules.clone(), self.path.clone());
        self.write(move |connection| {
            copies::forget(&path, false);
            keeping::tidy(connection, &rules, now_ms)
        })
        .await
    }

    async fn erase(&self, id: RecordingId, actor: &str, now_ms: Millis) -> Result<(), Failure> {
        let (actor, path) = (actor.to_owned(), self.path.clone());
        self.write(move |connection| {
            // They hold what is erased here.
            copies::forget(&path, true);
            keeping::erase(connection, id, &actor, now_ms)
        })
        .await
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::config::Config;

    const ADD_USER: &str = "INSERT INTO user (id, name, created_ms) VALUES ('u_1', 'Jane', 0)";

    #[test]
    fn a_write_that_panics_is_undone_and_the_next_one_works() {
        let folder = std::env::temp_dir().join(format!("revisit-store-{}", std::process::id()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = Sqlite::open(&folder.join("revisit.db"), Rules::of(&Config::defaults())).unwrap();
            let stopped = store
                .write(|connection| {
                    transaction(connection, |transaction| {
                        transaction.execute(ADD_USER, [])?;
                        panic!("in the middle")
                    })
                })
                .await;
            assert!(matches!(stopped, Err::<(), _>(Failure::Stopped)));
            assert!(!store.has_users().await.unwrap());
            store.write(|connection| Ok(connection.execute(ADD_USER, [])?)).await.unwrap();
            assert!(store.has_users().await.unwrap());
        });
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
