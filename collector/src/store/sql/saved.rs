//! Rows of filters that people keep.

use super::{Failure, SqlStore, params};
use crate::store::saved::{SavedFilter, SavedFilters};
use async_trait::async_trait;

#[async_trait]
impl SavedFilters for SqlStore {
    async fn save_filter(&self, filter: SavedFilter) -> Result<String, Failure> {
        self.write(move |connection| {
            let json = serde_json::to_string(&filter.filter).map_err(|_| Failure::Damaged("a saved filter"))?;
            let id = connection.query_row(
                "INSERT INTO saved_filter (id, site, name, filter, created_ms) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (site, name) DO UPDATE SET filter = excluded.filter RETURNING id",
                params![filter.id, filter.site, filter.name, json, filter.created_ms],
                |row| row.get(0),
            )?;
            Ok(id)
        })
        .await
    }

    async fn saved_filters(&self, site: &str) -> Result<Vec<SavedFilter>, Failure> {
        let site = site.to_owned();
        self.read(move |connection| {
            let statement = connection.prepare_cached(
                "SELECT id, site, name, filter, created_ms FROM saved_filter WHERE site = ?1 ORDER BY name",
            );
            statement.query_map([&site], |row| {
                let json: String = row.get(3)?;
                Ok(SavedFilter {
                    id: row.get(0)?,
                    site: row.get(1)?,
                    name: row.get(2)?,
                    filter: serde_json::from_str(&json).unwrap_or_default(),
                    created_ms: row.get(4)?,
                })
            })
        })
        .await
    }

    async fn forget_filter(&self, site: &str, id: &str) -> Result<bool, Failure> {
        let (site, id) = (site.to_owned(), id.to_owned());
        self.write(move |connection| {
            Ok(connection.execute("DELETE FROM saved_filter WHERE site = ?1 AND id = ?2", params![site, id])? == 1)
        })
        .await
    }
}
