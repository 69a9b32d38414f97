//! The engine for PostgreSQL, which any number of collectors share: a few connections for each lane, each transaction on
//! one of them.
//!
//! A write is `READ COMMITTED` and takes the rows that it decides about first (`super::sql::Connection`'s locks), so that
//! each of its statements sees what others have committed before. One that was in another's way all the same begins again.
//! Not here: what is written, which is [`super::sql`]'s.

mod migrate;
mod session;
mod terms;
mod tls;
mod values;

use super::sql::{Connection, Engine as AnyEngine, Lane, Pool, SqlStore, Work};
use super::{Failure, Rules};
use crate::config::Address;
pub(super) use session::Session;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio_postgres::error::SqlState;

/// A write that was in the way of another begins again so often.
const TRIES: u32 = 10;
/// How long a transaction waits for another's rows, and how long a statement may take. A recorder that hears 503 comes
/// again. A process that stands still in a transaction is cut off, so that nobody waits for it.
const SETTINGS: &str = "SET lock_timeout = '10s'; SET statement_timeout = '30s';
    SET idle_in_transaction_session_timeout = '30s'; SET synchronous_commit = on; SET client_min_messages = warning";

/// Why PostgreSQL did not do it: its code, and its words where these cannot hold anything of a visitor or of the address
/// that was given.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The server says no.
    #[error("{code}{}", words.as_ref().map(|words| format!(": {words}")).unwrap_or_default())]
    Said {
        /// SQLSTATE.
        code: String,
        /// In words.
        words: Option<String>,
        /// Done again, it may work.
        again: bool,
    },
    /// There is no connection, or it was lost.
    #[error("no connection: {0}")]
    Lost(String),
    /// An answer that does not fit the question.
    #[error("an answer that does not fit")]
    Answer,
}

impl From<tokio_postgres::Error> for Refused {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(said) = error.as_db_error() {
            let code = said.code();
            // Data that do not fit (22) and constraints (23) are told with values; their code says enough.
            let tells_values = ["22", "23"].iter().any(|class| code.code().starts_with(class));
            let again = [
                SqlState::T_R_SERIALIZATION_FAILURE,
                SqlState::T_R_DEADLOCK_DETECTED,
                SqlState::UNIQUE_VIOLATION,
                // A newer process has added a column: the statement is planned anew.
                SqlState::FEATURE_NOT_SUPPORTED,
            ];
            return Refused::Said {
                code: code.code().to_owned(),
                words: (!tells_values).then(|| said.message().to_owned()),
                again: again.contains(code),
            };
        }
        let source = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<std::io::Error>());
        match source {
            Some(source) => Refused::Lost(source.to_string()),
            None if error.is_closed() => Refused::Lost("it was closed".to_owned()),
            None => Refused::Answer,
        }
    }
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Failure::Postgres(error.into())
    }
}

/// One database.
pub(super) struct Engine {
    server: Arc<Server>,
    writing: Pool,
    quick: Pool,
    slow: Pool,
}

struct Server {
    settings: tokio_postgres::Config,
    tls: tls::Tls,
    runtime: Handle,
}

/// Connects, and brings the schema up to date.
pub async fn open(address: &Address, rules: Rules) -> Result<SqlStore, Failure> {
    let server = Server { settings: address.settings().clone(), tls: tls::connector()?, runtime: Handle::current() };
    let mut session = server.connect().await?;
    migrate::run(&mut session).await?;
    let writing = Pool::of(vec![Connection::Postgres(session)]);
    let engine = Engine { server: Arc::new(server), writing, quick: Pool::of(Vec::new()), slow: Pool::of(Vec::new()) };
    Ok(SqlStore::new(AnyEngine::Postgres(engine), rules))
}

impl Server {
    async fn connect(&self) -> Result<Session, Failure> {
        let (client, connection) = self.settings.connect(self.tls.clone()).await?;
        tokio::spawn(async move {
            // Whoever waits for an answer hears of it.
            let _ = connection.await;
        });
        client.batch_execute(SETTINGS).await?;
        Ok(Session::new(client, self.runtime.clone()))
    }
}

impl Engine {
    /// One transaction, begun again when it was in the way of another.
    pub(super) async fn write(&self, mut work: Work) -> Result<(), Failure> {
        let job = move |session: &Session, connection: &Connection| {
            let mut tries = 1;
            loop {
                let done = in_transaction(session, "BEGIN", || work(connection));
                match done {
                    Err(Failure::Postgres(Refused::Said { again: true, .. })) if tries < TRIES => {
                        std::thread::sleep(pause(tries));
                        tries += 1;
                    }
                    done => return done,
                }
            }
        };
        self.with(&self.writing, job).await
    }

    /// Reads; what may take its time has one view of all tables, so that what is counted is what is listed.
    pub(super) async fn read(&self, lane: Lane, mut work: Work) -> Result<(), Failure> {
        match lane {
            Lane::Quick => self.with(&self.quick, move |_, connection| work(connection)).await,
            Lane::Slow => {
                let view = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                let job = move |session: &Session, connection: &Connection| {
                    in_transaction(session, view, || work(connection))
                };
                self.with(&self.slow, job).await
            }
        }
    }

    async fn with(
        &self,
        pool: &Pool,
        job: impl FnOnce(&Session, &Connection) -> Result<(), Failure> + Send + 'static,
    ) -> Result<(), Failure> {
        let server = self.server.clone();
        let connect = move || Ok(Connection::Postgres(server.runtime.block_on(server.connect())?));
        let job = move |connection: &Connection| match connection {
            Connection::Postgres(session) => job(session, connection),
            Connection::Sqlite(_) => Err(Failure::Stopped),
        };
        pool.with(connect, job).await
    }
}

fn in_transaction(session: &Session, begin: &str, work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    session.say(begin)?;
    let done = work().and_then(|()| session.say("COMMIT"));
    if done.is_err() && session.is_usable() {
        session.say("ROLLBACK")?;
    }
    done
}

/// Longer each time, and different in each process.
fn pause(tries: u32) -> Duration {
    let mut byte = [0];
    // Without randomness it is a little less fair.
    let _ = getrandom::fill(&mut byte);
    Duration::from_millis(u64::from(tries) * (5 + u64::from(byte[0]) / 16))
}
