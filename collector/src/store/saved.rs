//! Filters that people keep under a name, for everybody of the site. They never name a person: no names, e-mail
//! addresses, ids of persons or IP addresses (the API sees to it), so that erase has nothing to look for here.

use super::Failure;
use crate::clock::Millis;
use async_trait::async_trait;
use serde_json::{Map, Value};

/// A filter with a name.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct SavedFilter {
    pub id: String,
    pub site: String,
    pub name: String,
    pub filter: Map<String, Value>,
    pub created_ms: Millis,
}

/// The part of the store that keeps them.
#[async_trait]
pub trait SavedFilters {
    /// Keeps a filter, in the place of one with the same name; gives the id under which it stands.
    async fn save_filter(&self, filter: SavedFilter) -> Result<String, Failure>;
    /// All filters of a site, by name.
    async fn saved_filters(&self, site: &str) -> Result<Vec<SavedFilter>, Failure>;
    /// Forgets one; `false` when the site has none with this id.
    async fn forget_filter(&self, site: &str, id: &str) -> Result<bool, Failure>;
}
