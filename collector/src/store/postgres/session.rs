//! One connection to PostgreSQL, used by one thread at a time: statements in the form that both databases share, their
//! values, and the locks.

use super::values::Bound;
use crate::store::Failure;
use crate::store::sql::{Locked, Value};
use std::cell::RefCell;
use std::collections::HashMap;
use tokio::runtime::Handle;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row, Statement};

/// A connection.
pub(in crate::store) struct Session {
    client: Client,
    runtime: Handle,
    /// Planned once; only statements that come again in the same words are here.
    kept: RefCell<HashMap<Box<str>, Statement>>,
}

impl Session {
    pub(super) fn new(client: Client, runtime: Handle) -> Self {
        Self { client, runtime, kept: RefCell::default() }
    }

    pub(super) fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Whether the connection stands.
    pub(in crate::store) fn is_usable(&self) -> bool {
        !self.client.is_closed()
    }

    /// Something without values and answers.
    pub(super) fn say(&self, words: &str) -> Result<(), Failure> {
        Ok(self.runtime.block_on(self.client.batch_execute(words))?)
    }

    fn statement(&self, sql: &str, kept: bool) -> Result<Statement, Failure> {
        if let Some(statement) = self.kept.borrow().get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.runtime.block_on(self.client.prepare(&translated(sql)))?;
        if kept {
            self.kept.borrow_mut().insert(sql.into(), statement.clone());
        }
        Ok(statement)
    }

    /// Changes rows and says how many.
    pub(in crate::store) fn execute(&self, sql: &str, kept: bool, values: &[Value<'_>]) -> Result<u64, Failure> {
        let statement = self.statement(sql, kept)?;
        let bound: Vec<Bound<'_>> = values.iter().copied().map(Bound).collect();
        let bound: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|value| value as _).collect();
        Ok(self.runtime.block_on(self.client.execute(&statement, &bound))?)
    }

    /// All rows.
    pub(in crate::store) fn query(&self, sql: &str, kept: bool, values: &[Value<'_>]) -> Result<Vec<Row>, Failure> {
        let bound: Vec<Bound<'_>> = values.iter().copied().map(Bound).collect();
        let bound: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|value| value as _).collect();
        self.query_lists(sql, kept, &bound)
    }

    /// The same with values that only PostgreSQL has, such as lists.
    pub(super) fn query_lists(
        &self,
        sql: &str,
        kept: bool,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Failure> {
        let statement = self.statement(sql, kept)?;
        let answer = self.runtime.block_on(self.client.query(&statement, values));
        if answer.as_ref().is_err_and(|error| error.code() == Some(&SqlState::FEATURE_NOT_SUPPORTED)) {
            // The table has changed since it was planned.
            self.kept.borrow_mut().remove(sql);
        }
        Ok(answer?)
    }

    /// Takes rows, in the order that all take them in, until the transaction ends; says how many there are.
    pub(in crate::store) fn lock(&self, locked: Locked<'_>) -> Result<usize, Failure> {
        let rows = match locked {
            Locked::Numbers([]) => return Ok(0),
            Locked::Numbers(rids) => self.query_lists(
                "SELECT rid FROM recording WHERE rid = ANY(?1) ORDER BY rid FOR UPDATE",
                true,
                &[&rids],
            )?,
            Locked::Recordings(ids) => {
                let ids: Vec<&[u8]> = ids.iter().map(<[u8; 16]>::as_slice).collect();
                let sql = "SELECT rid FROM recording WHERE id = ANY(?1) ORDER BY rid FOR UPDATE";
                self.query_lists(sql, true, &[&ids])?
            }
            Locked::Chunk(cid) => {
                let holders = "SELECT rid FROM recording WHERE rid IN
                                 (SELECT page.rid FROM frame JOIN page ON page.pid = frame.pid WHERE frame.chunk = ?1)
                               ORDER BY rid FOR UPDATE";
                self.query_lists(holders, true, &[&cid])?;
                self.query_lists("SELECT cid FROM chunk WHERE cid = ?1 FOR UPDATE", true, &[&cid])?
            }
            Locked::Sites(ids) => {
                let sql = "SELECT id FROM site WHERE id = ANY(?1) ORDER BY id FOR NO KEY UPDATE";
                self.query_lists(sql, true, &[&ids])?
            }
        };
        Ok(rows.len())
    }
}

/// The statement in PostgreSQL's form: `$1` for `?1`, a number of its own for each bare `?`, and no hints.
fn translated(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len() + 8);
    let mut bare = 0;
    let mut quoted = false;
    let mut rest = sql;
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        match letter {
            '\'' => {
                quoted = !quoted;
                out.push(letter);
            }
            '?' if !quoted => {
                out.push('$');
                if !rest.starts_with(|next: char| next.is_ascii_digit()) {
                    bare += 1;
                    out.push_str(&bare.to_string());
                }
            }
            'I' if !quoted && rest.starts_with("NDEXED BY ") => {
                let named = &rest["NDEXED BY ".len()..];
                let end = named.find(|next: char| !next.is_ascii_alphanumeric() && next != '_').unwrap_or(named.len());
                rest = &named[end..];
            }
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::translated;

    #[test]
    fn statements_are_the_same_but_for_their_marks() {
        assert_eq!(translated("a = ?2 AND b = '?1' AND c = ?10"), "a = $2 AND b = '?1' AND c = $10");
        assert_eq!(translated("a = ? AND b LIKE ? ESCAPE '\\'"), "a = $1 AND b LIKE $2 ESCAPE '\\'");
        assert_eq!(translated("FROM r INDEXED BY r_by_site WHERE a = ?"), "FROM r  WHERE a = $1");
    }
}
