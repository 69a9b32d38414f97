//! One way to say a statement to either database: values are `?1`, `?2`, … in both. Every function of [`super`] that is
//! given a connection is inside one transaction, or, where it only reads, may be.
//!
//! The two differ in few words ([`Words`]), and in locks: SQLite has one writer at a time, so that nothing changes under a
//! transaction that writes. In PostgreSQL others write meanwhile: whoever decides something about a recording first takes
//! its row ([`Connection::lock`]), and whoever begins one takes its site's. The order is recordings by their number, then
//! sites by their id; what breaks it all the same ends one transaction, which is then done again.

use super::value::{Row, Value, Values};
use crate::store::Failure;
use crate::store::postgres::Session;

/// A connection to one of the databases.
pub(in crate::store) enum Connection {
    Sqlite(rusqlite::Connection),
    Postgres(Session),
}

/// The words in which the two differ.
pub(in crate::store) struct Words {
    /// Like `LIKE`, whatever the case.
    pub like: &'static str,
    /// A join that is walked in the order in which it is written, where that can be said.
    pub then: &'static str,
    /// Keeps a condition from leading the walk, where that can be said.
    pub aside: &'static str,
    /// Rows that somebody else is at are left to them.
    pub unclaimed: &'static str,
    /// The number of a row of the full-text index.
    pub text_rid: &'static str,
    /// Whether such a row has the words of the question.
    pub text_matches: &'static str,
    /// The kind of a value that is bytes.
    pub bytes: &'static str,
    /// A visitor's id as text.
    pub visitor: &'static str,
    /// The values of what was declared of a person, a row each.
    pub declared: &'static str,
}

const SQLITE: Words = Words {
    like: "LIKE",
    then: "CROSS JOIN",
    aside: "+",
    unclaimed: "",
    text_rid: "recording_text.rowid",
    text_matches: "recording_text MATCH ?",
    bytes: "BLOB",
    visitor: "hex(visitor)",
    declared: "json_each(identity)",
};

const POSTGRES: Words = Words {
    like: "ILIKE",
    then: "JOIN",
    aside: "",
    unclaimed: "FOR UPDATE SKIP LOCKED",
    text_rid: "recording_text.rid",
    text_matches: "recording_text.words @@ CAST(CAST(? AS TEXT) AS tsquery)",
    bytes: "BYTEA",
    visitor: "encode(visitor, 'hex')",
    declared: "json_each_text(identity)",
};

/// What a transaction is about to decide about.
pub(in crate::store) enum Locked<'a> {
    /// Recordings by their numbers.
    Numbers(&'a [i64]),
    /// Recordings by their ids; those that are not there are nobody's yet.
    Recordings(&'a [[u8; 16]]),
    /// Recordings with frames in a chunk, and then the chunk.
    Chunk(i64),
    /// Sites on which recordings may begin.
    Sites(&'a [&'a str]),
}

/// A statement and its connection.
pub(in crate::store) struct Statement<'a> {
    connection: &'a Connection,
    sql: &'a str,
    kept: bool,
}

impl Connection {
    pub(in crate::store) fn words(&self) -> &'static Words {
        match self {
            Connection::Sqlite(_) => &SQLITE,
            Connection::Postgres(_) => &POSTGRES,
        }
    }

    /// Whether it stands.
    pub(in crate::store) fn is_usable(&self) -> bool {
        match self {
            Connection::Sqlite(_) => true,
            Connection::Postgres(session) => session.is_usable(),
        }
    }

    /// A statement that comes again in the same words.
    pub(in crate::store) fn prepare_cached<'a>(&'a self, sql: &'a str) -> Statement<'a> {
        Statement { connection: self, sql, kept: true }
    }

    /// A statement that is made up of parts: there may be many of its kind.
    pub(in crate::store) fn prepare<'a>(&'a self, sql: &'a str) -> Statement<'a> {
        Statement { connection: self, sql, kept: false }
    }

    /// Changes rows and says how many.
    pub(in crate::store) fn execute(&self, sql: &str, values: impl Values) -> Result<u64, Failure> {
        self.prepare_cached(sql).execute(values)
    }

    /// The first row, or [`Failure::NoRow`].
    pub(in crate::store) fn query_row<T>(
        &self,
        sql: &str,
        values: impl Values,
        row: impl FnMut(&Row<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.prepare_cached(sql).query_row(values, row)
    }

    /// Keeps others from changing what is decided about, until the transaction ends. Says how much of it there is; all of
    /// it, where nobody else can write anyway.
    pub(in crate::store) fn lock(&self, locked: Locked<'_>) -> Result<usize, Failure> {
        match self {
            Connection::Sqlite(_) => Ok(usize::MAX),
            Connection::Postgres(session) => session.lock(locked),
        }
    }
}

impl Statement<'_> {
    /// Changes rows and says how many.
    pub(in crate::store) fn execute(&self, values: impl Values) -> Result<u64, Failure> {
        let values = values.values();
        match self.connection {
            Connection::Sqlite(connection) => {
                Ok(connection.prepare_cached(self.sql)?.execute(rusqlite::params_from_iter(values))? as u64)
            }
            Connection::Postgres(session) => session.execute(self.sql, self.kept, &values),
        }
    }

    /// All rows.
    pub(in crate::store) fn query_map<T>(
        &self,
        values: impl Values,
        mut row: impl FnMut(&Row<'_>) -> Result<T, Failure>,
    ) -> Result<Vec<T>, Failure> {
        let mut all = Vec::new();
        self.each(&values.values(), &mut |one| {
            all.push(row(one)?);
            Ok(true)
        })?;
        Ok(all)
    }

    /// The first row, or [`Failure::NoRow`].
    pub(in crate::store) fn query_row<T>(
        &self,
        values: impl Values,
        mut row: impl FnMut(&Row<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut first = None;
        self.each(&values.values(), &mut |one| {
            first = Some(row(one)?);
            Ok(false)
        })?;
        first.ok_or(Failure::NoRow)
    }

    /// Whether there is any row.
    pub(in crate::store) fn exists(&self, values: impl Values) -> Result<bool, Failure> {
        Ok(self.query_row(values, |_| Ok(())).optional()?.is_some())
    }

    fn each(
        &self,
        values: &[Value<'_>],
        row: &mut dyn FnMut(&Row<'_>) -> Result<bool, Failure>,
    ) -> Result<(), Failure> {
        match self.connection {
            Connection::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(self.sql)?;
                let mut rows = statement.query(rusqlite::params_from_iter(values))?;
                while let Some(one) = rows.next()? {
                    if !row(&Row::Sqlite(one))? {
                        break;
                    }
                }
            }
            Connection::Postgres(session) => {
                for one in session.query(self.sql, self.kept, values)? {
                    if !row(&Row::Postgres(&one))? {
                        break;
                    }
                }
            }
        }
        Ok(())
    }
}

/// A row that need not be there.
pub(in crate::store) trait Optional<T> {
    fn optional(self) -> Result<Option<T>, Failure>;
}

impl<T> Optional<T> for Result<T, Failure> {
    fn optional(self) -> Result<Option<T>, Failure> {
        match self {
            Ok(found) => Ok(Some(found)),
            Err(Failure::NoRow) => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}
