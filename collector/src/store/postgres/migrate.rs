//! Brings the schema up to date, one numbered file after the other, all in one transaction under a lock that every process
//! takes. A migration is never changed once it has been released; a store with one that this program does not know is
//! refused. Killed in the middle, or failed, the store is as it was. No copy is made: that is `pg_dump`'s.

use super::Session;
use crate::store::Failure;
use std::collections::BTreeSet;

macro_rules! migrations {
    ($($number:literal $file:literal)*) => {
        &[$(($number, include_str!(concat!("../../../migrations/postgres/", $file)))),*]
    };
}

/// In the order in which they run on a new store.
const MIGRATIONS: &[(i64, &str)] = migrations! {
    1 "0001_init.sql"
    2 "0002_erasing.sql"
};
/// A number of our own among the locks of the database.
const LOCK: i64 = 0x7265_7669_7369_7401;

pub(super) async fn run(session: &mut Session) -> Result<(), Failure> {
    let transaction = session.client().transaction().await?;
    transaction.batch_execute("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0").await?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    transaction.batch_execute("CREATE TABLE IF NOT EXISTS migration (number BIGINT PRIMARY KEY)").await?;
    let done = transaction.query("SELECT number FROM migration", &[]).await?;
    let done = done.iter().map(|row| row.try_get(0)).collect::<Result<BTreeSet<i64>, _>>()?;
    if let Some(found) = done.iter().rev().find(|number| !MIGRATIONS.iter().any(|(known, _)| known == *number)) {
        let known = MIGRATIONS.iter().map(|(number, _)| *number).max().unwrap_or_default();
        return Err(Failure::TooNew { found: *found, known });
    }
    for (number, sql) in MIGRATIONS.iter().filter(|(number, _)| !done.contains(number)) {
        transaction.batch_execute(sql).await?;
        transaction.execute("INSERT INTO migration (number) VALUES ($1)", &[number]).await?;
    }
    Ok(transaction.commit().await?)
}
