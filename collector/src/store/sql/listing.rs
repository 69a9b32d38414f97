//! Rows of recordings as the API reads and marks them. Lists by filter are [`super::search`]'s.

use super::{Connection, Failure, Locked, Marks, Optional, RecordingRow, Row, index, params};
use crate::store::filter::Kind;
use crate::store::{Facts, State};
use shared::ids::RecordingId;

/// Everything of a row, with the moving part of a visit that still runs.
pub(super) const COLUMNS: &str =
    "SELECT recording.*, visit.last_ms AS visit_last_ms, visit.open_pages AS visit_open_pages
     FROM recording LEFT JOIN visit ON visit.rid = recording.rid";

/// The same out of a list that leads to recordings.
pub(super) fn columns_from(list: &str) -> String {
    format!(
        "SELECT recording.*, visit.last_ms AS visit_last_ms, visit.open_pages AS visit_open_pages
         FROM {list} LEFT JOIN visit ON visit.rid = recording.rid"
    )
}

fn text(row: &Row<'_>, column: &str) -> Result<String, Failure> {
    Ok(row.get::<Option<String>>(column)?.unwrap_or_default())
}

fn list_of<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: &str) -> Result<Vec<T>, Failure> {
    Ok(serde_json::from_str(&text(row, column)?).unwrap_or_default())
}

fn facts(row: &Row<'_>) -> Result<Facts, Failure> {
    let identity: Option<String> = row.get("identity")?;
    Ok(Facts {
        started_ms: row.get::<Option<i64>>("started_ms")?.unwrap_or_default(),
        ended_ms: row.get::<Option<i64>>("ended_ms")?.unwrap_or_default(),
        duration_ms: row.get("duration_ms")?,
        active_ms: row.get("active_ms")?,
        pages: row.get("pages")?,
        entry_url: text(row, "entry_url")?,
        exit_url: text(row, "exit_url")?,
        title: text(row, "title")?,
        referrer: text(row, "referrer")?,
        urls: list_of(row, "urls")?,
        language: text(row, "language")?,
        screen: text(row, "screen")?,
        viewport: text(row, "viewport")?,
        visitor: row.get("visitor")?,
        clicks: row.get("clicks")?,
        rage_clicks: row.get("rage_clicks")?,
        dead_clicks: row.get("dead_clicks")?,
        errors: row.get("errors")?,
        gaps: row.get("gaps")?,
        identity: identity.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
        conversation: row.get("conversation")?,
        events: list_of(row, "events")?,
        tags: list_of(row, "tags")?,
        hidden: row.get("hidden")?,
        blob: text(row, "blob")?,
        size_bytes: row.get("size_bytes")?,
        // Only what finding needs; it is in the index.
        ..Facts::default()
    })
}

pub(super) fn recording(row: &Row<'_>) -> Result<RecordingRow, Failure> {
    let state: String = row.get("state")?;
    Ok(RecordingRow {
        rid: row.get("rid")?,
        id: row.get("id")?,
        site: row.get("site")?,
        // A word that this version does not know is shown as one that allows nothing.
        state: State::parse(&state).unwrap_or(State::Expired),
        created_ms: row.get("created_ms")?,
        expires_ms: row.get("expires_ms")?,
        last_ms: row.get("visit_last_ms")?,
        open_pages: row.get::<Option<i64>>("visit_open_pages")?.unwrap_or_default(),
        facts: facts(row)?,
        device: row.get("device")?,
        browser: row.get("browser")?,
        os: row.get("os")?,
        ip: row.get("ip")?,
        country: row.get("country")?,
        conflicts: row.get("conflicts")?,
        conversation_verified: row.get("conversation_verified")?,
        watched: row.get("watched")?,
        starred: row.get("starred")?,
        note: row.get("note")?,
    })
}

pub(super) fn one(connection: &Connection, id: RecordingId) -> Result<Option<RecordingRow>, Failure> {
    let sql = format!("{COLUMNS} WHERE recording.id = ?1");
    connection.prepare_cached(&sql).query_row([id.0], recording).optional()
}

pub(super) fn by_rid(connection: &Connection, rid: i64) -> Result<Option<RecordingRow>, Failure> {
    let sql = format!("{COLUMNS} WHERE recording.rid = ?1");
    connection.prepare_cached(&sql).query_row([rid], recording).optional()
}

pub(super) fn mark(connection: &Connection, id: RecordingId, marks: &Marks) -> Result<bool, Failure> {
    connection.lock(Locked::Recordings(&[id.0]))?;
    let note = marks.note.as_ref().and_then(Option::as_ref);
    let rid: Option<i64> = connection
        .prepare_cached(
            "UPDATE recording SET watched = coalesce(?2, watched), starred = coalesce(?3, starred),
                   note = CASE WHEN ?4 THEN ?5 ELSE note END
                 WHERE id = ?1 AND state IN ('open', 'ended', 'ready') RETURNING rid",
        )
        .query_row(params![id.0.as_slice(), marks.watched, marks.starred, marks.note.is_some(), note], |row| row.get(0))
        .optional()?;
    if let (Some(rid), true) = (rid, marks.note.is_some()) {
        index::put_note(connection, rid, note.map(String::as_str))?;
    }
    if let (Some(rid), Some(conversation)) = (rid, &marks.conversation) {
        set_conversation(connection, rid, conversation.as_deref())?;
    }
    Ok(rid.is_some())
}

/// The site's server says which conversation a recording belongs to, or that it belongs to none.
fn set_conversation(connection: &Connection, rid: i64, conversation: Option<&str>) -> Result<(), Failure> {
    let site: String = connection
        .prepare_cached(
            "UPDATE recording SET conversation = ?2, conversation_verified = 1 WHERE rid = ?1 RETURNING site",
        )
        .query_row(params![rid, conversation], |row| row.get(0))?;
    index::take_kind(connection, rid, Kind::Conversation)?;
    if let Some(conversation) = conversation {
        let term = (Kind::Conversation, Kind::Conversation.normal(conversation));
        index::put_terms(connection, rid, &site, &[term])?;
    }
    Ok(())
}
