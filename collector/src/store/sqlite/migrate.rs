//! Brings the schema up to date, one numbered file after the other, all in one transaction. A migration is never changed
//! once it has been released; a store with one that this program does not know is refused.

use super::{Failure, transaction};
use rusqlite::Connection;
use std::collections::BTreeSet;

macro_rules! migrations {
    ($($number:literal $file:literal)*) => {
        &[$(($number, include_str!(concat!("../../../migrations/", $file)))),*]
    };
}

/// In the order in which they run on a new store. Numbers may have holes.
const MIGRATIONS: &[(i64, &str)] = migrations! {
    1 "0001_init.sql"
};

pub(super) fn run(connection: &mut Connection) -> Result<(), Failure> {
    transaction(connection, |transaction| {
        // Read inside the transaction: two processes may start at once on a new folder.
        transaction.execute_batch("CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY)")?;
        // The first version counted in the file's header.
        transaction
            .execute("INSERT OR IGNORE INTO migration SELECT 1 FROM pragma_user_version WHERE user_version = 1", [])?;
        let mut statement = transaction.prepare("SELECT number FROM migration")?;
        let done = statement.query_map([], |row| row.get(0))?.collect::<Result<BTreeSet<i64>, _>>()?;
        if let Some(found) = done.iter().rev().find(|number| !MIGRATIONS.iter().any(|(known, _)| known == *number)) {
            let known = MIGRATIONS.iter().map(|(number, _)| *number).max().unwrap_or_default();
            return Err(Failure::TooNew { found: *found, known });
        }
        for (number, sql) in MIGRATIONS.iter().filter(|(number, _)| !done.contains(number)) {
            transaction.execute_batch(sql)?;
            transaction.execute("INSERT INTO migration (number) VALUES (?1)", [number])?;
        }
        Ok(())
    })
}
