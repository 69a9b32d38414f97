//! Lists of recordings by filter. Each list is walked in its order from its place, never from the start: along the site's
//! recordings, along the rarest term's postings, or along the index of a sort. Visits that still run have no terms yet;
//! they are few, and are looked at one by one by what their row says.

use super::{Connection, Failure, NONE, Owned as Sql, RecordingRow, Words, listing, params, text};
use crate::store::State;
use crate::store::filter::{Filter, Kind, STEP, Sort, Wanted, place};

/// So many recordings are better fetched and sorted than looked for along another list.
const FEW: i64 = 1500;
/// So many values of a kind are named one by one; more are looked for by their pattern.
const NAMED_MAX: usize = 50;

/// A `LIKE` pattern (escape `\`) that finds `text` anywhere; `*` stands for anything.
fn like(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_").replace('*', "%");
    format!("%{escaped}%")
}

/// Conditions joined by `AND`; a `?` for each value.
#[derive(Default, Clone)]
struct Where {
    conditions: Vec<String>,
    values: Vec<Sql>,
}

impl Where {
    fn add(&mut self, condition: impl Into<String>, values: impl IntoIterator<Item = Sql>) {
        self.conditions.push(condition.into());
        self.values.extend(values);
    }

    fn number(&mut self, condition: &'static str, value: Option<i64>) {
        if let Some(value) = value {
            self.add(condition, [Sql::Integer(value)]);
        }
    }

    fn flag(&mut self, yes: &'static str, no: &'static str, value: Option<bool>) {
        if let Some(value) = value {
            self.add(if value { yes } else { no }, []);
        }
    }
}

/// Everything that a recording's own row decides, but for its site and its place.
fn of_the_row(filter: &Filter) -> Where {
    let mut all = Where::default();
    match filter.state {
        // The word itself, so that the indexes made for it are seen to fit.
        Some(state) => all.add(format!("recording.state = '{}'", state.as_str()), []),
        None => all.add("recording.state IN ('open', 'ended', 'ready')", []),
    }
    if !filter.with_hidden {
        all.add("recording.hidden = 0", []);
    }
    all.number("recording.expires_ms > ?", Some(filter.now_ms));
    all.number("recording.started_ms >= ?", filter.from_ms);
    all.number("recording.started_ms < ?", filter.to_ms);
    all.number("recording.duration_ms >= ?", filter.min_duration_ms);
    all.number("recording.duration_ms <= ?", filter.max_duration_ms);
    all.number("recording.active_ms >= ?", filter.min_active_ms);
    all.number("recording.active_ms <= ?", filter.max_active_ms);
    all.number("recording.pages >= ?", filter.min_pages);
    all.number("recording.pages <= ?", filter.max_pages);
    all.flag("recording.watched = 1", "recording.watched = 0", filter.watched);
    all.flag("recording.starred = 1", "recording.starred = 0", filter.starred);
    all.flag("recording.rage_clicks > 0", "recording.rage_clicks = 0", filter.rage);
    all.flag("recording.dead_clicks > 0", "recording.dead_clicks = 0", filter.dead);
    all.flag("recording.errors > 0", "recording.errors = 0", filter.errors);
    if [filter.rage, filter.dead, filter.errors].contains(&Some(true)) {
        // Implied by each of them; an index is made for it.
        all.add("recording.trouble > 0", []);
    }
    all.flag("recording.conversation IS NOT NULL", "recording.conversation IS NULL", filter.chat);
    if !filter.steps.is_empty() {
        let pattern: String = filter.steps.iter().map(|step| step_pattern(step)).collect();
        all.add("recording.steps LIKE ? ESCAPE '\\'", [Sql::Text(format!("%{pattern}"))]);
    }
    all
}

/// One step of a path: its beginning is enough.
fn step_pattern(step: &str) -> String {
    let part = like(&Kind::Page.normal(step));
    format!("{STEP}{}{STEP}%", part.strip_prefix('%').unwrap_or(&part))
}

/// The sort's column, and whether it falls.
fn order(sort: Sort) -> (&'static str, bool) {
    match sort {
        Sort::Newest => ("recording.rid", true),
        Sort::Oldest => ("recording.rid", false),
        Sort::Longest => ("recording.duration_ms", true),
        Sort::MostActive => ("recording.active_ms", true),
        Sort::MostPages => ("recording.pages", true),
        Sort::Trouble => ("recording.trouble", true),
    }
}

/// A condition on terms, looked up for one site.
struct Found {
    /// The terms, when they are not too many.
    tids: Option<Vec<i64>>,
    /// Recordings that have one of them, counted up to [`FEW`].
    count: i64,
    kind: Kind,
    patterns: Vec<(bool, String)>,
}

/// Whether a value is looked for by part, and its form for the comparison.
fn pattern(kind: Kind, value: &str) -> (bool, String) {
    let by_part = kind.by_part() || value.contains('*');
    match (by_part, kind.by_part()) {
        (true, true) => (true, like(value)),
        // Where the whole value counts, only a star is open.
        (true, false) => (true, like(value).trim_matches('%').to_owned() + if value.ends_with('*') { "%" } else { "" }),
        (false, _) => (false, value.to_owned()),
    }
}

fn compare(patterns: &[(bool, String)], column: &str) -> String {
    let one = |(by_part, _): &(bool, String)| {
        if *by_part { format!("{column} LIKE ? ESCAPE '\\'") } else { format!("{column} = ?") }
    };
    format!("({})", patterns.iter().map(one).collect::<Vec<_>>().join(" OR "))
}

fn look_up(connection: &Connection, site: &str, wanted: &Wanted) -> Result<Found, Failure> {
    let patterns: Vec<_> = wanted.values.iter().map(|value| pattern(wanted.kind, value)).collect();
    let sql = format!("SELECT tid FROM term WHERE site = ? AND kind = ? AND {} LIMIT ?", compare(&patterns, "value"));
    let mut values = vec![Sql::Text(site.to_owned()), Sql::Text(wanted.kind.as_str().to_owned())];
    values.extend(patterns.iter().map(|(_, text)| Sql::Text(text.clone())));
    values.push(Sql::Integer(NAMED_MAX as i64 + 1));
    let tids: Vec<i64> = connection.prepare(&sql).query_map(values, |row| row.get(0))?;
    let mut count = 0;
    for tid in &tids {
        let one: i64 = connection
            .prepare_cached("SELECT count(*) FROM (SELECT 1 FROM posting WHERE tid = ?1 LIMIT ?2) AS few")
            .query_row(params![tid, FEW], |row| row.get(0))?;
        count += one;
    }
    let tids = (tids.len() <= NAMED_MAX).then_some(tids);
    let count = if tids.is_some() { count } else { i64::MAX };
    Ok(Found { tids, count, kind: wanted.kind, patterns })
}

impl Found {
    /// The condition as it is asked of a recording that the list walks past.
    fn ask(&self, words: &Words, all: &mut Where) {
        match &self.tids {
            Some(tids) => {
                let list = named(tids);
                all.add(format!("EXISTS (SELECT 1 FROM posting WHERE tid IN ({list}) AND rid = recording.rid)"), []);
            }
            None => {
                let compare = compare(&self.patterns, "term.value");
                let values = std::iter::once(Sql::Text(self.kind.as_str().to_owned()))
                    .chain(self.patterns.iter().map(|(_, text)| Sql::Text(text.clone())));
                all.add(
                    format!(
                        "EXISTS (SELECT 1 FROM posting INDEXED BY posting_by_recording {} term ON term.tid = posting.tid
                         WHERE posting.rid = recording.rid AND term.kind = ? AND {compare})",
                        words.then
                    ),
                    values,
                );
            }
        }
    }
}

/// Numbers that we made ourselves, as SQL.
fn named(tids: &[i64]) -> String {
    tids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// The columns of a row that say what a term will say once the recording is finished.
fn column(words: &Words, kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Page | Kind::Exit => "exit_url",
        Kind::Entry => "entry_url",
        Kind::Device => "device",
        Kind::Browser => "browser",
        Kind::Os => "os",
        Kind::Country => "country",
        Kind::Language => "language",
        Kind::Screen => "screen",
        Kind::Referrer => "referrer",
        Kind::Visitor => words.visitor,
        Kind::Email => "email",
        Kind::Identity => "(identity ->> 'id')",
        Kind::Name => "(identity ->> 'name')",
        Kind::Ip => "ip",
        Kind::Conversation => "conversation",
        _ => return None,
    })
}

/// Recordings by filter, in its order.
pub(super) fn list(connection: &Connection, filter: &Filter) -> Result<Vec<RecordingRow>, Failure> {
    let sites = match (&filter.site, &filter.sites) {
        (Some(site), _) => vec![site.clone()],
        (None, Some(sites)) => sites.clone(),
        (None, None) => {
            connection.prepare_cached("SELECT site FROM stored WHERE count > 0").query_map(NONE, |row| row.get(0))?
        }
    };
    let mut rows = Vec::new();
    for site in sites {
        rows.extend(of_site(connection, filter, &site)?);
    }
    let (_, falls) = order(filter.sort);
    rows.sort_by_key(|row| place(row, filter.sort));
    if falls {
        rows.reverse();
    }
    rows.dedup_by_key(|row| row.rid);
    rows.truncate(filter.limit as usize);
    Ok(rows)
}

fn of_site(connection: &Connection, filter: &Filter, site: &str) -> Result<Vec<RecordingRow>, Failure> {
    let wanted = filter.wanted();
    let row = of_the_row(filter);
    let mut rows = finished(connection, filter, site, &wanted, row.clone())?;
    let ranges = [filter.min_duration_ms, filter.min_active_ms, filter.min_pages];
    let is_indexed = !wanted.is_empty() || filter.q.is_some() || ranges.iter().any(Option::is_some);
    if is_indexed && matches!(filter.sort, Sort::Newest | Sort::Oldest) {
        rows.extend(running(connection, filter, site, &wanted, row)?);
    }
    Ok(rows)
}

fn finished(
    connection: &Connection,
    filter: &Filter,
    site: &str,
    wanted: &[Wanted],
    mut all: Where,
) -> Result<Vec<RecordingRow>, Failure> {
    let mut found = wanted.iter().map(|one| look_up(connection, site, one)).collect::<Result<Vec<_>, _>>()?;
    found.sort_by_key(|one| one.count);
    if found.first().is_some_and(|one| one.count == 0) {
        return Ok(Vec::new());
    }
    let (key, falls) = order(filter.sort);
    let by_age = matches!(filter.sort, Sort::Newest | Sort::Oldest);
    let mut from = listing::COLUMNS.to_owned();
    let mut key = key.to_owned();
    // A `+` keeps a condition from leading the walk.
    let words = connection.words();
    let led = format!("{}recording.site = ?", words.aside);
    let mut site_condition = "recording.site = ?";
    let question = filter.q.as_deref().map(|q| text::question(connection, q));
    if let Some(question) = &question {
        let count: i64 = connection
            .prepare(&format!(
                "SELECT count(*) FROM (SELECT 1 FROM recording_text WHERE {} LIMIT ?) AS few",
                words.text_matches
            ))
            .query_row(params![question, FEW], |row| row.get(0))?;
        if count == 0 {
            return Ok(Vec::new());
        }
        if count >= FEW && by_age && found.first().is_none_or(|one| one.count >= FEW) {
            let (then, rid) = (words.then, words.text_rid);
            from = listing::columns_from(&format!("recording_text {then} recording ON recording.rid = {rid}"));
            key = rid.to_owned();
            site_condition = &led;
            all.add(words.text_matches, [Sql::Text(question.clone())]);
        } else {
            if count < FEW {
                site_condition = &led;
            }
            let (rid, matches) = (words.text_rid, words.text_matches);
            all.add(
                format!("recording.rid IN (SELECT {rid} FROM recording_text WHERE {matches})"),
                [Sql::Text(question.clone())],
            );
        }
    }
    let leads = question.is_none();
    for (at, one) in found.iter().enumerate() {
        match (&one.tids, at, leads) {
            (Some(tids), 0, true) if one.count < FEW => {
                site_condition = &led;
                all.add(format!("recording.rid IN (SELECT rid FROM posting WHERE tid IN ({}))", named(tids)), []);
            }
            (Some(tids), 0, true) if tids.len() == 1 && by_age => {
                site_condition = &led;
                from =
                    listing::columns_from(&format!("posting {} recording ON recording.rid = posting.rid", words.then));
                key = "posting.rid".to_owned();
                all.add(format!("posting.tid = {}", tids[0]), []);
            }
            _ => one.ask(words, &mut all),
        }
    }
    all.add(site_condition, [Sql::Text(site.to_owned())]);
    narrow(connection, filter, site, &mut all)?;
    if !by_age && filter.state.is_none() {
        all.add("recording.state = 'ready'", []);
    }
    let sign = if falls { '<' } else { '>' };
    if let Some(after) = filter.after {
        match by_age {
            true => all.add(format!("{key} {sign} ?"), [Sql::Integer(after.rid)]),
            false => {
                all.add(format!("({key}, recording.rid) < (?, ?)"), [Sql::Integer(after.key), Sql::Integer(after.rid)])
            }
        }
    }
    let falls = if falls { "DESC" } else { "ASC" };
    let order = if by_age { format!("{key} {falls}") } else { format!("{key} {falls}, recording.rid {falls}") };
    rows(connection, &from, all, &order, filter.limit)
}

/// How far clocks of collectors may be apart, and a visit's start from its first frame.
const SLACK_MS: i64 = 86_400_000;
/// Recordings beside each other that may have come in another order than their times say.
const NEIGHBOURS: u32 = 100;

/// Says the same once more in a way that an index answers: where in the order of arrival a span of time lies, and which
/// recordings are among the few that are so long, so active or so large.
fn narrow(connection: &Connection, filter: &Filter, site: &str, all: &mut Where) -> Result<(), Failure> {
    if let Some(from_ms) = filter.from_ms {
        let first: Option<i64> = connection
            .prepare_cached(
                "SELECT min(rid) FROM (SELECT rid FROM recording INDEXED BY recording_by_site
                   WHERE site = ?1 AND created_ms >= ?2 ORDER BY created_ms, rid LIMIT ?3) AS near",
            )
            .query_row(params![site, from_ms.saturating_sub(SLACK_MS), NEIGHBOURS], |row| row.get(0))?;
        all.number("recording.rid >= ?", Some(first.unwrap_or(i64::MAX)));
    }
    if let Some(to_ms) = filter.to_ms {
        let last: Option<i64> = connection
            .prepare_cached(
                "SELECT max(rid) FROM (SELECT rid FROM recording INDEXED BY recording_by_site
                   WHERE site = ?1 AND created_ms < ?2 ORDER BY created_ms DESC, rid DESC LIMIT ?3) AS near",
            )
            .query_row(params![site, to_ms.saturating_add(SLACK_MS), NEIGHBOURS], |row| row.get(0))?;
        all.number("recording.rid <= ?", Some(last.unwrap_or(0)));
    }
    let ranges = [
        ("recording_by_duration", "duration_ms", filter.min_duration_ms),
        ("recording_by_activity", "active_ms", filter.min_active_ms),
        ("recording_by_pages", "pages", filter.min_pages),
    ];
    for (index, column, least) in ranges {
        let Some(least) = least else { continue };
        let few = format!(
            "SELECT rid FROM recording INDEXED BY {index} WHERE site = ? AND state = 'ready' AND {column} >= ?"
        );
        let count: i64 = connection
            .prepare_cached(&format!("SELECT count(*) FROM ({few} LIMIT {FEW}) AS few"))
            .query_row(params![site, least], |row| row.get(0))?;
        if count < FEW && filter.state.is_none_or(|state| state == State::Ready) {
            all.add(format!("recording.rid IN ({few})"), [Sql::Text(site.to_owned()), Sql::Integer(least)]);
        }
    }
    Ok(())
}

fn running(
    connection: &Connection,
    filter: &Filter,
    site: &str,
    wanted: &[Wanted],
    mut all: Where,
) -> Result<Vec<RecordingRow>, Failure> {
    all.add("recording.site = ?", [Sql::Text(site.to_owned())]);
    all.add("recording.state IN ('open', 'ended')", []);
    let words = connection.words();
    for one in wanted {
        let Some(column) = column(words, one.kind) else { return Ok(Vec::new()) };
        let patterns: Vec<_> = one.values.iter().map(|value| pattern(one.kind, value)).collect();
        let column = if matches!(one.kind, Kind::Conversation | Kind::Identity) {
            column.to_owned()
        } else {
            format!("lower({column})")
        };
        all.add(compare(&patterns, &column), patterns.into_iter().map(|(_, text)| Sql::Text(text)));
    }
    if let Some(q) = &filter.q {
        let text = "coalesce(title, '') || ' ' || coalesce(entry_url, '') || ' ' || coalesce(exit_url, '') || ' ' ||
                    coalesce(CAST(identity AS TEXT), '') || ' ' || coalesce(conversation, '') || ' ' || coalesce(note, '')";
        for word in q.split_whitespace() {
            all.add(format!("({text}) {} ? ESCAPE '\\'", words.like), [Sql::Text(like(word))]);
        }
    }
    let (sign, falls) = if filter.sort == Sort::Oldest { ('>', "ASC") } else { ('<', "DESC") };
    if let Some(after) = filter.after {
        all.add(format!("recording.rid {sign} ?"), [Sql::Integer(after.rid)]);
    }
    rows(connection, listing::COLUMNS, all, &format!("recording.rid {falls}"), filter.limit)
}

fn rows(
    connection: &Connection,
    from: &str,
    mut all: Where,
    order: &str,
    limit: u32,
) -> Result<Vec<RecordingRow>, Failure> {
    let sql = format!("{from} WHERE {} ORDER BY {order} LIMIT ?", all.conditions.join(" AND "));
    all.values.push(Sql::Integer(limit.into()));
    connection.prepare(&sql).query_map(all.values, listing::recording)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_star_is_a_wildcard() {
        assert_eq!(like("/a_b%c*d\\"), "%/a\\_b\\%c%d\\\\%");
        assert_eq!(pattern(Kind::Tag, "plan:*"), (true, "plan:%".to_owned()));
        assert_eq!(pattern(Kind::Tag, "plan"), (false, "plan".to_owned()));
    }
}
