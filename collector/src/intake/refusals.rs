//! What was refused, by site and reason, gathered in memory and noted in the store from time to time: a flood costs a map's
//! entry, not a write. A process that is killed loses the last few seconds of these counts, and nothing else.

use crate::clock::{self, Millis};
use crate::store::operations::Refused;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Sites and reasons that are gathered at once.
const ENTRIES_MAX: usize = 10_000;

/// By site and code: how often, and when last.
type Counts = HashMap<(String, &'static str), (u64, Millis)>;

/// Counts since they were noted last.
#[derive(Default)]
pub struct Refusals(Mutex<Counts>);

impl Refusals {
    /// One more. `site` is empty for a key that no site has.
    pub fn add(&self, site: &str, code: &'static str) {
        let now_ms = clock::now_ms();
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() < ENTRIES_MAX {
            let (count, last_ms) = counts.entry((site.to_owned(), code)).or_default();
            *count += 1;
            *last_ms = now_ms;
        }
    }

    /// All of them, to be noted; the counts begin anew.
    pub fn take(&self) -> Vec<Refused> {
        let counts = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let row = |((site, code), (count, last_ms)): ((String, &'static str), (u64, Millis))| Refused {
            site,
            code: code.to_owned(),
            count,
            last_ms,
        };
        counts.into_iter().map(row).collect()
    }
}
