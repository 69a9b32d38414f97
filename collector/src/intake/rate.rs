//! How fast new recordings may begin: token buckets per address and per site, in this process's memory. They only slow a
//! flood down; what a month may have is decided by the store.

use crate::clock::Millis;
use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Buckets remembered; full ones are forgotten first.
const BUCKETS_MAX: usize = 100_000;

struct Bucket {
    tokens: f64,
    at_ms: Millis,
}

/// Token buckets by key.
pub struct Buckets<K> {
    capacity: f64,
    per_ms: f64,
    buckets: HashMap<K, Bucket>,
}

impl<K: Eq + Hash> Buckets<K> {
    /// `capacity` tokens each, refilled within `refill_ms`.
    pub fn new(capacity: u32, refill_ms: Millis) -> Self {
        let capacity = f64::from(capacity);
        Self { capacity, per_ms: capacity / refill_ms as f64, buckets: HashMap::new() }
    }

    fn filled(&self, bucket: &Bucket, now_ms: Millis) -> f64 {
        let passed = (now_ms - bucket.at_ms).max(0) as f64;
        (bucket.tokens + passed * self.per_ms).min(self.capacity)
    }

    /// Takes one token, or says after how many seconds there will be one.
    pub fn take(&mut self, key: K, now_ms: Millis) -> Result<(), u32> {
        if self.buckets.len() >= BUCKETS_MAX {
            let (capacity, per_ms) = (self.capacity, self.per_ms);
            self.buckets.retain(|_, bucket| bucket.tokens + (now_ms - bucket.at_ms).max(0) as f64 * per_ms < capacity);
        }
        let tokens = self.buckets.get(&key).map_or(self.capacity, |bucket| self.filled(bucket, now_ms));
        let enough = tokens >= 1.0;
        self.buckets.insert(key, Bucket { tokens: if enough { tokens - 1.0 } else { tokens }, at_ms: now_ms });
        if enough {
            return Ok(());
        }
        Err(((1.0 - tokens) / self.per_ms / 1000.0).ceil().clamp(1.0, 3600.0) as u32)
    }

    /// The key's bucket is full again.
    pub fn forget<Q: Eq + Hash + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        self.buckets.remove(key);
    }
}

/// Both limits on new recordings.
pub struct Rate {
    addresses: Mutex<Buckets<IpAddr>>,
    sites: Mutex<Buckets<String>>,
}

impl Rate {
    /// `per_minute` from one address, `burst` of one site within ten seconds.
    pub fn new(per_minute: u32, burst: u32) -> Self {
        Self { addresses: Mutex::new(Buckets::new(per_minute, 60_000)), sites: Mutex::new(Buckets::new(burst, 10_000)) }
    }

    /// Lets a new recording begin, or says after how many seconds to try again. No address: it is exempt.
    pub fn begin(&self, site: &str, address: Option<IpAddr>, now_ms: Millis) -> Result<(), u32> {
        if let Some(address) = address {
            self.addresses.lock().unwrap_or_else(PoisonError::into_inner).take(address, now_ms)?;
        }
        self.sites.lock().unwrap_or_else(PoisonError::into_inner).take(site.to_owned(), now_ms)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_address_waits_and_others_do_not() {
        let rate = Rate::new(120, 3000);
        let one = Some("203.0.113.1".parse().unwrap());
        for _ in 0..120 {
            rate.begin("site", one, 0).unwrap();
        }
        assert_eq!(rate.begin("site", one, 0), Err(1));
        rate.begin("site", Some("203.0.113.2".parse().unwrap()), 0).unwrap();
        rate.begin("site", one, 500).unwrap();
        assert_eq!(rate.begin("site", one, 500), Err(1));
    }

    #[test]
    fn a_site_has_its_burst_whatever_the_addresses() {
        let rate = Rate::new(120, 3);
        for _ in 0..3 {
            rate.begin("site", None, 0).unwrap();
        }
        assert!(rate.begin("site", None, 0).is_err());
        rate.begin("other", None, 0).unwrap();
    }
}
