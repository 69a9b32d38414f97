//! A few connections for one lane, and whose turn it is.

use super::Connection;
use crate::store::Failure;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Transactions at once in each lane: a burst of new visitors takes turns, since opening a connection for each costs more
/// than to wait, in time and in memory, and with several collectors on one server connections are dear.
const TURNS: usize = 4;

pub(in crate::store) struct Pool {
    turns: Semaphore,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Pool {
    /// With these to begin with.
    pub(in crate::store) fn of(connections: Vec<Connection>) -> Self {
        Self { turns: Semaphore::new(TURNS), idle: Arc::new(Mutex::new(connections)) }
    }

    /// Does a job on a connection that stands, or on a new one, on a thread that may wait. It goes on to its end even when
    /// nobody waits for it any more: no transaction is left open.
    pub(in crate::store) async fn with(
        &self,
        connect: impl FnOnce() -> Result<Connection, Failure> + Send + 'static,
        job: impl FnOnce(&Connection) -> Result<(), Failure> + Send + 'static,
    ) -> Result<(), Failure> {
        let _turn = self.turns.acquire().await.map_err(|_| Failure::Stopped)?;
        let idle = self.idle.clone();
        let job = move || {
            let connection = match usable(&idle) {
                Some(connection) => connection,
                None => connect()?,
            };
            // Should it panic, its connection is closed, which undoes what it did.
            let done = job(&connection);
            if connection.is_usable() {
                idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            }
            done
        };
        let done = tokio::task::spawn_blocking(job).await;
        done.map_err(|error| {
            if error.is_panic() {
                tracing::error!("a transaction of the store stopped unexpectedly");
            }
            Failure::Stopped
        })?
    }
}

/// A connection that was not lost since it was used last.
fn usable(idle: &Mutex<Vec<Connection>>) -> Option<Connection> {
    let mut idle = idle.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let connection = idle.pop()?;
        if connection.is_usable() {
            return Some(connection);
        }
    }
}
