//! Brings the schema up to date, one numbered file after the other, all in one transaction. A store that is in use is copied
//! first. Killed in the middle, or failed, the store is as it was: the old program goes on, the new one begins again.

use super::{Failure, copies};
use crate::store::migrations::{self, Migrations, migrations};
use rusqlite::{Connection, TransactionBehavior};
use std::collections::BTreeSet;
use std::path::Path;

const MIGRATIONS: &Migrations = migrations! {
    "../../../migrations/"
    1 "0001_init.sql"
    10 "0010_erasing.sql"
    20 "0020_search.sql"
    21 "0021_sharing.sql"
    22 "0022_conversations.sql"
    23 "0023_usage.sql"
    24 "0024_people.sql"
    25 "0025_rare.sql"
    30 "0030_refusals.sql"
    31 "0031_stored.sql"
};

/// The first number that a store in use has not had; none for a new store.
fn first_pending(connection: &Connection) -> Result<Option<i64>, Failure> {
    let tables = "SELECT 1 FROM sqlite_schema WHERE name = 'recording'";
    if !connection.prepare(tables)?.exists([])? {
        return Ok(None);
    }
    let has_list = connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'migration'")?.exists([])?;
    let is_done = |number: i64| match has_list {
        true => Ok(connection.prepare("SELECT 1 FROM migration WHERE number = ?1")?.exists([number])?),
        false => Ok::<_, Failure>(number == 1),
    };
    for (number, _) in MIGRATIONS {
        if !is_done(*number)? {
            return Ok(Some(*number));
        }
    }
    Ok(None)
}

pub(super) fn run(connection: &mut Connection, path: &Path) -> Result<(), Failure> {
    if let Some(number) = first_pending(connection)? {
        let copy = copies::before_migration(path, number);
        copies::write(connection, &copy)?;
        tracing::info!(number, "the metadata are copied before they are brought up to date");
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        // Read inside the transaction: two processes may start at once on a new folder.
        transaction.execute_batch("CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY)")?;
        // The first version counted in the file's header.
        transaction
            .execute("INSERT OR IGNORE INTO migration SELECT 1 FROM pragma_user_version WHERE user_version = 1", [])?;
        let mut statement = transaction.prepare("SELECT number FROM migration")?;
        let done = statement.query_map([], |row| row.get(0))?.collect::<Result<BTreeSet<i64>, _>>()?;
        for (number, sql) in migrations::pending(MIGRATIONS, &done)? {
            transaction.execute_batch(sql)?;
            transaction.execute("INSERT INTO migration (number) VALUES (?1)", [number])?;
        }
    }
    transaction.commit()?;
    Ok(())
}
