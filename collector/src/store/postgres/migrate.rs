//! Brings the schema up to date, one numbered file after the other, all in one transaction under a lock that every process
//! takes. Killed in the middle, or failed, the store is as it was. No copy is made: that is `pg_dump`'s.

use super::Session;
use crate::store::Failure;
use crate::store::migrations::{self, Migrations, migrations};
use std::collections::BTreeSet;

const MIGRATIONS: &Migrations = migrations! {
    "../../../migrations/postgres/"
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
    for (number, sql) in migrations::pending(MIGRATIONS, &done)? {
        transaction.batch_execute(sql).await?;
        transaction.execute("INSERT INTO migration (number) VALUES ($1)", &[number]).await?;
    }
    Ok(transaction.commit().await?)
}
