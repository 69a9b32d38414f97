//! Brings the schema up to date, one numbered file after the other, each in its own transaction. A migration is never
//! changed once it has been released; a newer schema than the program knows is refused.

use super::{Failure, transaction};
use rusqlite::Connection;

const MIGRATIONS: &[&str] = &[include_str!("../../../migrations/0001_init.sql")];

pub(super) fn run(connection: &mut Connection) -> Result<(), Failure> {
    let known = MIGRATIONS.len() as i64;
    transaction(connection, |transaction| {
        // Read inside the transaction: two processes may start at once on a new folder.
        let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if found > known {
            return Err(Failure::TooNew { found, known });
        }
        for migration in &MIGRATIONS[found as usize..] {
            transaction.execute_batch(migration)?;
        }
        transaction.pragma_update(None, "user_version", known)?;
        Ok(())
    })
}
