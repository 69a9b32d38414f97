//! Passwords as argon2id, and a brake on guessing them. Checking one is slow on purpose, so only a few are checked at once,
//! away from the threads that serve.

use crate::clock::Millis;
use crate::intake::rate::Buckets;
use crate::problem::Problem;
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use axum::http::StatusCode;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Checked at once: each takes some 20 MB.
const AT_ONCE: usize = 2;
/// Tries on one account or link from one address in [`REFILL_MS`].
const TRIES: u32 = 10;
/// Tries from one address, whatever it tries, and tries on one account or link, from wherever they come: many enough that
/// nobody is kept out of an account by somebody else's few tries.
const WIDE_TRIES: u32 = 60;
const REFILL_MS: Millis = 10 * 60_000;
/// Characters of a password.
pub const LENGTH: std::ops::RangeInclusive<usize> = 10..=200;

/// Makes and checks passwords.
pub struct Passwords {
    room: Semaphore,
    tries: Mutex<Buckets<String>>,
    wide: Mutex<Buckets<String>>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            room: Semaphore::new(AT_ONCE),
            tries: Mutex::new(Buckets::new(TRIES, REFILL_MS)),
            wide: Mutex::new(Buckets::new(WIDE_TRIES, REFILL_MS)),
        }
    }
}

fn stopped() -> Problem {
    Problem::unavailable()
}

/// A password as it is stored.
pub fn hash(password: &str) -> Option<String> {
    Argon2::default().hash_password(password.as_bytes()).ok().map(|hash| hash.to_string())
}

fn fits(password: &str, hash: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(hash) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()
}

impl Passwords {
    /// A new password as it is stored.
    pub async fn make(&self, password: String) -> Result<String, Problem> {
        let _place = self.room.acquire().await.map_err(|_| stopped())?;
        tokio::task::spawn_blocking(move || hash(&password)).await.ok().flatten().ok_or_else(stopped)
    }

    /// Whether a password is the stored one. Tries are counted for `whose` and for the network `from`, and for both together;
    /// without a stored one it takes as long and says no.
    pub async fn check(
        &self,
        whose: &str,
        from: IpAddr,
        password: String,
        stored: Option<String>,
        now_ms: Millis,
    ) -> Result<bool, Problem> {
        let both = format!("{whose} from {from}");
        let wait = self.take(&self.tries, &both, now_ms);
        let wait = wait.and_then(|()| self.take(&self.wide, &format!("from {from}"), now_ms));
        let wait = wait.and_then(|()| self.take(&self.wide, whose, now_ms));
        if let Err(seconds) = wait {
            let told = "too many tries, wait before the next";
            return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", told).retry_after(seconds));
        }
        let _place = self.room.acquire().await.map_err(|_| stopped())?;
        let fits = tokio::task::spawn_blocking(move || match stored {
            Some(stored) => fits(&password, &stored),
            None => {
                hash(&password);
                false
            }
        })
        .await
        .map_err(|_| stopped())?;
        if fits {
            self.tries.lock().unwrap_or_else(PoisonError::into_inner).forget(&both);
        }
        Ok(fits)
    }

    fn take(&self, tries: &Mutex<Buckets<String>>, key: &str, now_ms: Millis) -> Result<(), u32> {
        tries.lock().unwrap_or_else(PoisonError::into_inner).take(key.to_owned(), now_ms)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn a_password_fits_and_guessing_is_slowed() {
        let passwords = Passwords::default();
        let stored = passwords.make("correct horse".to_owned()).await.unwrap();
        assert!(stored.starts_with("$argon2id$"), "{stored}");
        let [here, there] = [IpAddr::from([192, 0, 2, 1]), IpAddr::from([198, 51, 100, 1])];
        let check = |password: &str| passwords.check("one", here, password.to_owned(), Some(stored.clone()), 0);
        assert!(check("correct horse").await.unwrap());
        for _ in 0..TRIES {
            assert!(!check("wrong").await.unwrap());
        }
        assert_eq!(check("correct horse").await.unwrap_err().status, StatusCode::TOO_MANY_REQUESTS);
        assert!(!passwords.check("other", here, "x".to_owned(), None, 0).await.unwrap());
        // Whoever tries from elsewhere is not kept out by it.
        assert!(passwords.check("one", there, "correct horse".to_owned(), Some(stored), 0).await.unwrap());
    }

    #[tokio::test]
    async fn one_password_tried_on_many_accounts_is_slowed_too() {
        let passwords = Passwords::default();
        let [here, there] = [IpAddr::from([192, 0, 2, 1]), IpAddr::from([198, 51, 100, 1])];
        for account in 0..WIDE_TRIES {
            let whose = format!("account {account}");
            assert!(!passwords.check(&whose, here, "x".to_owned(), None, 0).await.unwrap());
        }
        assert!(passwords.check("another", here, "x".to_owned(), None, 0).await.is_err());
        assert!(passwords.check("another", there, "x".to_owned(), None, 0).await.is_ok());
    }
}
