//! The engine for one SQLite file: a thread that writes, a few connections that read. Several processes may share the file.
//!
//! WAL with `synchronous=FULL`: when a write returns, it is on the disk. `secure_delete`: what is erased is overwritten.
//! Not here: what is written, which is [`super::sql`]'s.

mod copies;
mod migrate;

use super::sql::{Connection, Engine as AnyEngine, Lane, Pool, SqlStore, Work};
use super::{Failure, Rules};
use rusqlite::config::DbConfig;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use tokio::sync::oneshot;

/// How long a writer waits for another process's transaction.
const BUSY: std::time::Duration = std::time::Duration::from_secs(10);
/// How long the database's own log waits for those who read.
const READERS_END: std::time::Duration = std::time::Duration::from_millis(200);
/// Bytes of a page of a new file. Each body changes a page or two of its own, all of which are written at each commit: half
/// of SQLite's usual size is half of that.
const PAGE_BYTES: u32 = 2048;
/// Pages of the write-ahead log after which it is copied into the file: 32 MiB, so that a busy intake seldom stops for it.
const CHECKPOINT_PAGES: u32 = (32 << 20) / PAGE_BYTES;

/// What the writer's thread does, one after the other.
type Job = Box<dyn FnOnce(&Connection) + Send>;

/// One file.
pub(super) struct Engine {
    path: PathBuf,
    writer: mpsc::Sender<Job>,
    quick: Pool,
    slow: Pool,
}

/// Opens the file, makes it when it is not there, and brings its schema up to date.
pub fn open(path: &Path, rules: Rules) -> Result<SqlStore, Failure> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| Failure::Open { path: folder.display().to_string(), error })?;
    }
    let mut connection = connect(path)?;
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    migrate::run(&mut connection, path)?;
    let connection = Connection::Sqlite(connection);
    let (writer, jobs) = mpsc::channel::<Job>();
    std::thread::Builder::new()
        .name("store-writer".to_owned())
        .spawn(move || {
            while let Ok(job) = jobs.recv() {
                // One job that panics is rolled back and fails alone; the store goes on.
                if std::panic::catch_unwind(AssertUnwindSafe(|| job(&connection))).is_err() {
                    tracing::error!("a write of the store stopped unexpectedly");
                    roll_back(&connection);
                }
            }
        })
        .map_err(|error| Failure::Open { path: "a thread".to_owned(), error })?;
    let (quick, slow) = (Pool::of(Vec::new()), Pool::of(Vec::new()));
    let engine = Engine { path: path.to_owned(), writer, quick, slow };
    Ok(SqlStore::new(AnyEngine::Sqlite(engine), rules))
}

impl Engine {
    /// One transaction that has the right to write from its start.
    pub(super) async fn write(&self, mut work: Work) -> Result<(), Failure> {
        self.in_turn(move |connection| {
            say(connection, "BEGIN IMMEDIATE")?;
            let done = work(connection).and_then(|()| say(connection, "COMMIT"));
            if done.is_err() {
                roll_back(connection);
            }
            done
        })
        .await
    }

    /// Brings everything out of the log into the file, so that what was deleted is overwritten there now; `false` while
    /// somebody who reads holds it back.
    pub(super) async fn settle(&self) -> Result<bool, Failure> {
        let (answer, wait) = oneshot::channel();
        let checkpoint = move |connection: &Connection| {
            let Connection::Sqlite(connection) = connection else { return Ok(()) };
            // Readers of a moment are waited for, no others: intake waits for this thread.
            connection.busy_timeout(READERS_END)?;
            let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
            connection.busy_timeout(BUSY)?;
            // Nobody waits any more when the process ends.
            let _ = answer.send(busy? == 0);
            Ok(())
        };
        self.in_turn(checkpoint).await?;
        wait.await.map_err(|_| Failure::Stopped)
    }

    /// Deletes copies before migrations: those that are too old, or all of them.
    pub(super) async fn forget_copies(&self, all: bool) -> Result<(), Failure> {
        let path = self.path.clone();
        self.in_turn(move |_| {
            copies::forget(&path, all);
            Ok(())
        })
        .await
    }

    /// Writes a copy of the whole file, as of one moment.
    pub(super) async fn copy_to(&self, file: PathBuf) -> Result<(), Failure> {
        let copy = move |connection: &Connection| match connection {
            Connection::Sqlite(connection) => copies::write(connection, &file),
            Connection::Postgres(_) => Ok(()),
        };
        self.read_among(&self.slow, copy).await
    }

    async fn in_turn(
        &self,
        job: impl FnOnce(&Connection) -> Result<(), Failure> + Send + 'static,
    ) -> Result<(), Failure> {
        let (answer, wait) = oneshot::channel();
        let job: Job = Box::new(move |connection| drop(answer.send(job(connection))));
        self.writer.send(job).map_err(|_| Failure::Stopped)?;
        wait.await.map_err(|_| Failure::Stopped)?
    }

    /// Reads; what may take its time has one view of all tables, so that what is counted is what is listed.
    pub(super) async fn read(&self, lane: Lane, mut work: Work) -> Result<(), Failure> {
        match lane {
            Lane::Quick => self.read_among(&self.quick, move |connection| work(connection)).await,
            Lane::Slow => {
                let job = move |connection: &Connection| {
                    say(connection, "BEGIN")?;
                    let done = work(connection);
                    roll_back(connection);
                    done
                };
                self.read_among(&self.slow, job).await
            }
        }
    }

    async fn read_among(
        &self,
        readers: &Pool,
        job: impl FnOnce(&Connection) -> Result<(), Failure> + Send + 'static,
    ) -> Result<(), Failure> {
        let path = self.path.clone();
        readers.with(move || Ok(Connection::Sqlite(connect(&path)?)), job).await
    }
}

fn connect(path: &Path) -> Result<rusqlite::Connection, Failure> {
    let connection = rusqlite::Connection::open(path)?;
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

fn say(connection: &Connection, words: &str) -> Result<(), Failure> {
    if let Connection::Sqlite(connection) = connection {
        connection.prepare_cached(words)?.execute([])?;
    }
    Ok(())
}

/// Ends whatever transaction is open.
fn roll_back(connection: &Connection) {
    if let Connection::Sqlite(connection) = connection
        && !connection.is_autocommit()
        && let Err(error) = connection.execute_batch("ROLLBACK")
    {
        tracing::error!(%error, "a transaction cannot be undone");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::config::Config;
    use crate::store::Store;
    use crate::store::people::{People, Rights, User};

    #[test]
    fn a_write_that_panics_is_undone_and_the_next_one_works() {
        let folder = std::env::temp_dir().join(format!("revisit-store-{}", std::process::id()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = open(&folder.join("revisit.db"), Rules::of(&Config::defaults())).unwrap();
            let stopped = store
                .write(|connection| {
                    let add = "INSERT INTO \"user\" (id, name, created_ms) VALUES (?1, ?1, 0)";
                    connection.execute(add, ["u_1"])?;
                    panic!("in the middle")
                })
                .await;
            assert!(matches!(stopped, Err::<(), _>(Failure::Stopped)));
            assert!(!store.has_users().await.unwrap());
            let (id, name) = ("u_2".to_owned(), "Jane".to_owned());
            let jane = User { id, name, login: None, password: None, created_ms: 0, rights: Rights::default() };
            assert!(store.put_user(jane).await.unwrap());
            assert!(store.has_users().await.unwrap());
        });
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
