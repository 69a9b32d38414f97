//! What the API shows of a recording. Times are RFC 3339 in UTC; what is not known is null, never left out.

use super::describe::{Field, Type};
use crate::clock;
use crate::store::site::Site;
use crate::store::{RecordingRow, State, Usage};
use serde_json::{Map, Value, json};

/// What operators see, for the API's description.
pub(super) const FIELDS: &[Field] = &[
    ("id", Type::Text, ""),
    ("site", Type::Text, "the site's id"),
    ("state", Type::Text, "open, ended, ready, expired or erased"),
    ("live", Type::Flag, "some page of it is still open"),
    ("created_at", Type::Time, ""),
    ("started_at", Type::Time, ""),
    ("ended_at", Type::MaybeTime, ""),
    ("expires_at", Type::Time, ""),
    ("duration_ms", Type::Number, ""),
    ("active_ms", Type::Number, ""),
    ("pages", Type::Number, ""),
    ("urls", Type::List, ""),
    ("entry_url", Type::MaybeText, ""),
    ("exit_url", Type::MaybeText, ""),
    ("title", Type::MaybeText, ""),
    ("referrer", Type::MaybeText, ""),
    ("device", Type::MaybeText, ""),
    ("browser", Type::MaybeText, ""),
    ("os", Type::MaybeText, ""),
    ("country", Type::MaybeText, "two letters, when the collector has a GeoIP file"),
    ("language", Type::MaybeText, ""),
    ("screen", Type::MaybeList, "width, height"),
    ("viewport", Type::MaybeList, "width, height"),
    ("clicks", Type::Number, ""),
    ("rage_clicks", Type::Number, ""),
    (
        "dead_clicks",
        Type::Number,
        "clicks that the page did not answer within 1.5 seconds, on nothing that answers by itself",
    ),
    ("errors", Type::Number, ""),
    ("gaps", Type::Number, "stretches about which nothing is known"),
    ("events", Type::List, ""),
    ("tags", Type::Object, ""),
    ("visitor", Type::MaybeText, ""),
    ("identity", Type::MaybeObject, "as given to identify"),
    ("name", Type::MaybeText, ""),
    ("email", Type::MaybeText, ""),
    ("ip", Type::MaybeText, ""),
    ("conversation", Type::MaybeText, ""),
    ("conversation_verified", Type::Flag, "said by the site's server, not by the page alone"),
    ("watched", Type::Flag, ""),
    ("starred", Type::Flag, ""),
    ("note", Type::MaybeText, ""),
    ("conflicts", Type::Number, "frames that came again with other bytes"),
    ("size_bytes", Type::Number, ""),
];

fn or_null(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { text.into() }
}

fn size(text: &str) -> Value {
    let numbers = text
        .split_once('x')
        .and_then(|(width, height)| Some((width.parse::<u32>().ok()?, height.parse::<u32>().ok()?)));
    numbers.map_or(Value::Null, |(width, height)| json!([width, height]))
}

/// For operators.
pub(crate) fn recording(row: &RecordingRow) -> Value {
    let facts = &row.facts;
    let identity = if facts.identity.is_empty() { Value::Null } else { Value::Object(facts.identity.clone()) };
    let trait_of = |name: &str| facts.identity.get(name).cloned().unwrap_or(Value::Null);
    let mut object = public(row);
    let private = json!({
        "site": row.site,
        "visitor": facts.visitor.map(|id| shared::ids::to_hex(&id)),
        "identity": identity,
        "name": trait_of("name"),
        "email": trait_of("email"),
        "ip": row.ip,
        "conversation": facts.conversation,
        "conversation_verified": row.conversation_verified,
        "watched": row.watched,
        "starred": row.starred,
        "note": row.note,
        "conflicts": row.conflicts,
        "size_bytes": facts.size_bytes,
    });
    if let Value::Object(private) = private {
        object.extend(private);
    }
    Value::Object(object)
}

/// The month of a site.
pub(crate) fn usage(site: &Site, usage: &Usage) -> Value {
    let remaining = usage.limit.saturating_sub(usage.used);
    // Percent of the month's recordings, when it is worth a warning.
    let warning = match (usage.limit, remaining) {
        (0, _) => None,
        (_, 0) => Some(100),
        (limit, _) if u64::from(usage.used) * 100 >= u64::from(limit) * 80 => Some(80),
        _ => None,
    };
    json!({
        "plan": site.settings.plan,
        "limit": usage.limit,
        "used": usage.used,
        "remaining": remaining,
        "stored": usage.stored,
        "resets_at": clock::rfc3339(usage.resets_ms),
        "warning": warning,
    })
}

/// For whoever has a share link: nothing about who the visitor is.
pub(super) fn shared(row: &RecordingRow) -> Value {
    Value::Object(public(row))
}

fn public(row: &RecordingRow) -> Map<String, Value> {
    let facts = &row.facts;
    let done = row.state == State::Ready;
    // While it is open: from the first frame to the last, by the collector's clock.
    let so_far = row.last_ms.map_or(0, |last_ms| last_ms - facts.started_ms);
    let duration_ms = if done { facts.duration_ms } else { facts.duration_ms.max(so_far) };
    let object = json!({
        "id": row.id.to_string(),
        "state": row.state.as_str(),
        "live": row.state == State::Open && row.open_pages > 0,
        "created_at": clock::rfc3339(row.created_ms),
        "started_at": clock::rfc3339(facts.started_ms),
        "ended_at": done.then(|| clock::rfc3339(facts.started_ms + facts.duration_ms)),
        "expires_at": clock::rfc3339(row.expires_ms),
        "duration_ms": duration_ms,
        "active_ms": facts.active_ms,
        "pages": facts.pages,
        "urls": facts.urls,
        "entry_url": or_null(&facts.entry_url),
        "exit_url": or_null(&facts.exit_url),
        "title": or_null(&facts.title),
        "referrer": or_null(&facts.referrer),
        "device": row.device.as_deref().map_or(Value::Null, or_null),
        "browser": row.browser.as_deref().map_or(Value::Null, or_null),
        "os": row.os.as_deref().map_or(Value::Null, or_null),
        "country": row.country.as_deref().map_or(Value::Null, or_null),
        "language": or_null(&facts.language),
        "screen": size(&facts.screen),
        "viewport": size(&facts.viewport),
        "clicks": facts.clicks,
        "rage_clicks": facts.rage_clicks,
        "dead_clicks": facts.dead_clicks,
        "errors": facts.errors,
        "gaps": facts.gaps,
        "events": facts.events,
        "tags": facts.tags.iter().map(|(key, value)| (key.clone(), value.clone().into())).collect::<Map<_, Value>>(),
    });
    match object {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Facts;
    use shared::ids::RecordingId;
    use std::collections::BTreeSet;

    #[test]
    fn every_field_is_described() {
        let row = RecordingRow {
            rid: 1,
            id: RecordingId([0; 16]),
            site: String::new(),
            state: State::Ready,
            created_ms: 0,
            expires_ms: 0,
            last_ms: None,
            open_pages: 0,
            facts: Facts::default(),
            device: None,
            browser: None,
            os: None,
            ip: None,
            country: None,
            conflicts: 0,
            conversation_verified: false,
            watched: false,
            starred: false,
            note: None,
        };
        let shown: BTreeSet<String> =
            recording(&row).as_object().into_iter().flat_map(|it| it.keys().cloned()).collect();
        let described: BTreeSet<String> = FIELDS.iter().map(|(name, _, _)| (*name).to_owned()).collect();
        assert_eq!(shown, described);
    }
}
