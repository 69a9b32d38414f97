//! Share links: one recording for whoever has the link. Tokens only as hashes, passwords only as argon2id.

use super::{Failure, RecordingRow};
use crate::clock::Millis;
use async_trait::async_trait;

/// A link that shows one recording to whoever has it.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Share {
    pub hash: [u8; 32],
    pub id: String,
    pub rid: i64,
    pub created_ms: Millis,
    pub expires_ms: Millis,
    /// As a PHC string.
    pub password: Option<String>,
    /// Plays once, for whoever presses Play first.
    pub once: bool,
    /// Shown with nothing in clear that any setting could hide.
    pub masked: bool,
    pub start_ms: i64,
    pub plays: i64,
    pub played_ms: Option<Millis>,
}

impl Share {
    /// Whether it has been used up.
    pub fn is_spent(&self) -> bool {
        self.once && self.plays > 0
    }
}

/// The part of the store that keeps them.
#[async_trait]
pub trait Shares {
    /// Adds a share.
    async fn add_share(&self, share: Share) -> Result<(), Failure>;
    /// The recording that a share shows, when neither has expired.
    async fn shared(&self, hash: [u8; 32], now_ms: Millis) -> Result<Option<(Share, RecordingRow)>, Failure>;
    /// Counts one play; `false` when the share is used up or gone. Of two at once one gets a share that plays once.
    async fn play_share(&self, hash: [u8; 32], now_ms: Millis) -> Result<bool, Failure>;
    /// Shares of a recording that have not expired, newest first.
    async fn shares(&self, rid: i64, now_ms: Millis) -> Result<Vec<Share>, Failure>;
    /// Ends all shares of a recording, or one of them.
    async fn end_shares(&self, rid: i64, id: Option<String>) -> Result<u64, Failure>;
    /// The installation's key of this name: 32 random bytes, the same for every process on the store. `fresh` is kept when
    /// there is none yet.
    async fn key(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], Failure>;
}
