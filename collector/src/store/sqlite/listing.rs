//! Reads recordings for the API, by filter, newest first.

use super::{Failure, Filter, Marks, RecordingRow, recording_id};
use crate::store::{Facts, State};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use shared::ids::RecordingId;

const COLUMNS: &str = "SELECT recording.*, visit.last_ms AS visit_last_ms, visit.open_pages AS visit_open_pages
     FROM recording LEFT JOIN visit ON visit.rid = recording.rid";

fn text(row: &Row<'_>, column: &str) -> rusqlite::Result<String> {
    Ok(row.get::<_, Option<String>>(column)?.unwrap_or_default())
}

fn list_of<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<Vec<T>> {
    Ok(serde_json::from_str(&text(row, column)?).unwrap_or_default())
}

fn facts(row: &Row<'_>) -> rusqlite::Result<Facts> {
    let identity: Option<String> = row.get("identity")?;
    Ok(Facts {
        started_ms: row.get::<_, Option<i64>>("started_ms")?.unwrap_or_default(),
        ended_ms: row.get::<_, Option<i64>>("ended_ms")?.unwrap_or_default(),
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
        errors: row.get("errors")?,
        gaps: row.get("gaps")?,
        identity: identity.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
        conversation: row.get("conversation")?,
        events: list_of(row, "events")?,
        tags: list_of(row, "tags")?,
        hidden: row.get("hidden")?,
        blob: text(row, "blob")?,
        size_bytes: row.get("size_bytes")?,
    })
}

pub(super) fn recording(row: &Row<'_>) -> rusqlite::Result<RecordingRow> {
    let id: Vec<u8> = row.get("id")?;
    let state: String = row.get("state")?;
    Ok(RecordingRow {
        rid: row.get("rid")?,
        id: recording_id(&id).map_err(|_| rusqlite::Error::InvalidQuery)?,
        site: row.get("site")?,
        // A word that this version does not know is shown as one that allows nothing.
        state: State::parse(&state).unwrap_or(State::Expired),
        created_ms: row.get("created_ms")?,
        expires_ms: row.get("expires_ms")?,
        last_ms: row.get("visit_last_ms")?,
        open_pages: row.get::<_, Option<i64>>("visit_open_pages")?.unwrap_or_default(),
        facts: facts(row)?,
        device: row.get("device")?,
        browser: row.get("browser")?,
        os: row.get("os")?,
        ip: row.get("ip")?,
        conflicts: row.get("conflicts")?,
        watched: row.get("watched")?,
        starred: row.get("starred")?,
        note: row.get("note")?,
    })
}

pub(super) fn one(connection: &Connection, id: RecordingId) -> Result<Option<RecordingRow>, Failure> {
    let mut statement = connection.prepare_cached(&format!("{COLUMNS} WHERE recording.id = ?1"))?;
    Ok(statement.query_row([id.0.as_slice()], recording).optional()?)
}

pub(super) fn by_rid(connection: &Connection, rid: i64) -> Result<Option<RecordingRow>, Failure> {
    let mut statement = connection.prepare_cached(&format!("{COLUMNS} WHERE recording.rid = ?1"))?;
    Ok(statement.query_row([rid], recording).optional()?)
}

/// A `LIKE` pattern (escape `\`) that finds `text` anywhere; `*` stands for anything.
fn like(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_").replace('*', "%");
    format!("%{escaped}%")
}

/// Conditions joined by `AND`; a `?` for each value.
#[derive(Default)]
struct Where {
    conditions: Vec<&'static str>,
    values: Vec<Sql>,
}

impl Where {
    fn add(&mut self, condition: &'static str, values: impl IntoIterator<Item = Sql>) {
        self.conditions.push(condition);
        self.values.extend(values);
    }

    fn text(&mut self, condition: &'static str, value: Option<&String>) {
        if let Some(value) = value {
            let count = condition.matches('?').count();
            self.add(condition, std::iter::repeat_n(Sql::Text(value.clone()), count));
        }
    }

    fn like(&mut self, condition: &'static str, value: Option<&String>) {
        self.text(condition, value.map(|value| like(value)).as_ref());
    }

    fn number(&mut self, condition: &'static str, value: Option<i64>) {
        if let Some(value) = value {
            self.add(condition, [Sql::Integer(value)]);
        }
    }
}

fn conditions(filter: &Filter) -> Where {
    let mut all = Where::default();
    all.add("recording.state IN ('open', 'ended', 'ready')", []);
    if !filter.with_hidden {
        all.add("recording.hidden = 0", []);
    }
    all.number("recording.expires_ms > ?", Some(filter.now_ms));
    all.text("recording.site = ?", filter.site.as_ref());
    all.text("recording.state = ?", filter.state.map(|state| state.as_str().to_owned()).as_ref());
    all.number("recording.started_ms >= ?", filter.from_ms);
    all.number("recording.started_ms < ?", filter.to_ms);
    all.number("recording.duration_ms >= ?", filter.min_duration_ms);
    all.like(
        "(entry_url LIKE ? ESCAPE '\\' OR exit_url LIKE ? ESCAPE '\\'
          OR EXISTS (SELECT 1 FROM json_each(urls) WHERE value LIKE ? ESCAPE '\\'))",
        filter.page.as_ref(),
    );
    all.text("device = ? COLLATE NOCASE", filter.device.as_ref());
    all.like("browser LIKE ? ESCAPE '\\'", filter.browser.as_ref());
    all.like("os LIKE ? ESCAPE '\\'", filter.os.as_ref());
    all.text("lower(hex(visitor)) = lower(?)", filter.visitor.as_ref());
    all.text("email = ? COLLATE NOCASE", filter.email.as_ref());
    all.text("identity ->> 'id' = ?", filter.identity.as_ref());
    all.text("conversation = ?", filter.conversation.as_ref());
    all.text("EXISTS (SELECT 1 FROM json_each(events) WHERE value = ?)", filter.event.as_ref());
    // `key` or `key:value`.
    all.text(
        "EXISTS (SELECT 1 FROM json_each(tags) WHERE value ->> 0 = ? OR (value ->> 0) || ':' || (value ->> 1) = ?)",
        filter.tag.as_ref(),
    );
    all.text("ip = ?", filter.ip.as_ref());
    all.number("watched = ?", filter.watched.map(i64::from));
    all.number("starred = ?", filter.starred.map(i64::from));
    all.number("(rage_clicks > 0) = ?", filter.rage.map(i64::from));
    all.number("(errors > 0) = ?", filter.errors.map(i64::from));
    all.like(
        "(title LIKE ? ESCAPE '\\' OR entry_url LIKE ? ESCAPE '\\' OR urls LIKE ? ESCAPE '\\' OR identity LIKE ? ESCAPE '\\'
          OR conversation LIKE ? ESCAPE '\\' OR note LIKE ? ESCAPE '\\' OR events LIKE ? ESCAPE '\\' OR tags LIKE ? ESCAPE '\\')",
        filter.q.as_ref(),
    );
    if let Some((created_ms, rid)) = filter.after {
        all.add("(recording.created_ms, recording.rid) < (?, ?)", [Sql::Integer(created_ms), Sql::Integer(rid)]);
    }
    all
}

pub(super) fn list(connection: &Connection, filter: &Filter) -> Result<Vec<RecordingRow>, Failure> {
    let mut all = conditions(filter);
    let sql = format!(
        "{COLUMNS} WHERE {} ORDER BY recording.created_ms DESC, recording.rid DESC LIMIT ?",
        all.conditions.join(" AND ")
    );
    all.values.push(Sql::Integer(filter.limit.into()));
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(all.values), recording)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn mark(connection: &Connection, id: RecordingId, marks: &Marks) -> Result<bool, Failure> {
    let changed = connection.execute(
        "UPDATE recording SET watched = coalesce(?2, watched), starred = coalesce(?3, starred),
           note = CASE WHEN ?4 THEN ?5 ELSE note END
         WHERE id = ?1 AND state IN ('open', 'ended', 'ready')",
        params![
            id.0.as_slice(),
            marks.watched,
            marks.starred,
            marks.note.is_some(),
            marks.note.as_ref().and_then(Option::as_ref)
        ],
    )?;
    Ok(changed == 1)
}

#[cfg(test)]
mod tests {
    use super::like;

    #[test]
    fn only_a_star_is_a_wildcard() {
        assert_eq!(like("/a_b%c*d\\"), "%/a\\_b\\%c%d\\\\%");
    }
}
