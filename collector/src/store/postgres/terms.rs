//! The index of terms, written in a few statements for all terms of a recording: each statement is a way to the server.
//! A term that somebody refers to stays: who adds a posting holds its term, who takes the last one off looks again with the
//! term in hand.

use super::Session;
use super::values::clean;
use crate::store::Failure;
use crate::store::filter::Kind;
use std::collections::BTreeSet;

impl Session {
    /// Adds terms to a recording.
    pub(in crate::store) fn put_terms(&self, rid: i64, site: &str, terms: &[(Kind, String)]) -> Result<(), Failure> {
        let wanted: BTreeSet<(&str, String)> =
            terms.iter().map(|(kind, value)| (kind.as_str(), clean(value).into_owned())).collect();
        let columns = |terms: &[(&str, String)]| -> (Vec<String>, Vec<String>) {
            terms.iter().map(|(kind, value)| ((*kind).to_owned(), value.clone())).unzip()
        };
        let all: Vec<(&str, String)> = wanted.iter().cloned().collect();
        let (kinds, values) = columns(&all);
        let known = self.query_lists(
            "SELECT tid, kind, value FROM term WHERE site = ?1
               AND (kind, value) IN (SELECT * FROM unnest(CAST(?2 AS TEXT[]), CAST(?3 AS TEXT[])))
             ORDER BY tid FOR KEY SHARE",
            true,
            &[&site, &kinds, &values],
        )?;
        let mut tids = Vec::with_capacity(all.len());
        let mut found = BTreeSet::new();
        for row in &known {
            tids.push(row.try_get::<_, i64>(0)?);
            found.insert((row.try_get::<_, String>(1)?, row.try_get::<_, String>(2)?));
        }
        let new: Vec<(&str, String)> =
            all.into_iter().filter(|(kind, value)| !found.contains(&((*kind).to_owned(), value.clone()))).collect();
        if !new.is_empty() {
            let (kinds, values) = columns(&new);
            // Somebody else may add the same at the same time: then theirs is taken, and held.
            let added = self.query_lists(
                "INSERT INTO term (site, kind, value)
                 SELECT CAST(?1 AS TEXT), kind, value FROM unnest(CAST(?2 AS TEXT[]), CAST(?3 AS TEXT[])) AS new (kind, value)
                 ON CONFLICT (site, kind, value) DO UPDATE SET value = excluded.value RETURNING tid",
                true,
                &[&site, &kinds, &values],
            )?;
            for row in added {
                tids.push(row.try_get(0)?);
            }
        }
        let post =
            "INSERT INTO posting (tid, rid) SELECT tid, CAST(?2 AS BIGINT) FROM unnest(CAST(?1 AS BIGINT[])) AS tid
                    ON CONFLICT DO NOTHING";
        self.query_lists(post, true, &[&tids, &rid])?;
        Ok(())
    }

    /// Takes terms off a recording; a value that no other recording has goes, too.
    pub(in crate::store) fn drop_postings(&self, rid: i64, tids: &[i64]) -> Result<(), Failure> {
        if tids.is_empty() {
            return Ok(());
        }
        self.query_lists("DELETE FROM posting WHERE rid = ?1 AND tid = ANY(?2)", true, &[&rid, &tids])?;
        let lonely = self.query_lists(
            "SELECT tid FROM term WHERE tid = ANY(?1) AND NOT EXISTS (SELECT 1 FROM posting WHERE posting.tid = term.tid)
             ORDER BY tid FOR UPDATE",
            true,
            &[&tids],
        )?;
        let lonely = lonely.iter().map(|row| row.try_get(0)).collect::<Result<Vec<i64>, _>>()?;
        if !lonely.is_empty() {
            let gone = "DELETE FROM term WHERE tid = ANY(?1) AND NOT EXISTS (SELECT 1 FROM posting WHERE posting.tid = term.tid)";
            self.query_lists(gone, true, &[&lonely])?;
        }
        Ok(())
    }
}
