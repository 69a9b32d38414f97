//! The fields by which recordings are searched, as one table: what each is called, what it means, how it is read. In: names
//! and values, as they stand in a query string or in a JSON object. Out: a [`Filter`]. A condition given twice asks for both.

use super::describe::{Field, Type};
use super::{bad_field, unknown_field};
use crate::address;
use crate::clock;
use crate::problem::Problem;
use crate::store::filter::{Filter, Kind, Place, Sort, Wanted};
use crate::store::{RecordingRow, State};
use serde_json::{Map, Value};
use std::net::IpAddr;

const LIMIT_DEFAULT: u32 = 50;
const LIMIT_MAX: u32 = 200;
/// Conditions of one search.
const CONDITIONS_MAX: usize = 40;
/// Words of a free text.
const WORDS_MAX: usize = 20;
/// Characters of one value.
const VALUE_MAX: usize = 2000;
/// Fields of which a search has one.
const SINGLE: &[&str] = &["site", "state", "q", "sort", "cursor", "limit"];

/// Fields that ask for a term.
const TERMS: &[(&str, Kind, &str)] = &[
    ("page", Kind::Page, "part of an address that was visited; * stands for anything"),
    ("entry", Kind::Entry, "part of the first page's address"),
    ("exit", Kind::Exit, "part of the last page's address"),
    ("click", Kind::Click, "part of the text of something that was clicked"),
    ("event", Kind::Event, "name of an event"),
    ("property", Kind::Property, "key:value of an event, or event.key:value; * stands for anything"),
    ("tag", Kind::Tag, "key, or key:value"),
    ("device", Kind::Device, "desktop, mobile or tablet"),
    ("browser", Kind::Browser, "part of a browser's name and version"),
    ("os", Kind::Os, "part of a system's name"),
    ("country", Kind::Country, "two letters, when the collector has a GeoIP file"),
    ("language", Kind::Language, "part of the browser's language, such as de"),
    ("screen", Kind::Screen, "size of the screen, such as 1920x1080"),
    ("referrer", Kind::Referrer, "part of the host that the visitor came from"),
    ("utm_source", Kind::UtmSource, "of the first page's address"),
    ("utm_medium", Kind::UtmMedium, "of the first page's address"),
    ("utm_campaign", Kind::UtmCampaign, "of the first page's address"),
    ("visitor", Kind::Visitor, "id of a visitor"),
    ("name", Kind::Name, "part of a name given to identify"),
    ("email", Kind::Email, "e-mail address given to identify"),
    ("identity", Kind::Identity, "id given to identify"),
    ("ip", Kind::Ip, "IP address; where only shortened ones are stored, all that are shortened to the same"),
    ("conversation", Kind::Conversation, "id of a conversation"),
];

/// All others.
const OTHERS: &[Field] = &[
    ("site", Type::Text, "id of a site"),
    ("state", Type::Text, "open, ended or ready"),
    ("q", Type::Text, "words, or beginnings of words, in titles, addresses, clicked texts, events, tags, names, notes"),
    ("from", Type::Time, "started at or after: a date or an RFC 3339 time"),
    ("to", Type::Time, "started before"),
    ("steps", Type::Text, "paths visited in this order, others between them or not: /cart > /checkout > /thanks"),
    ("min_duration", Type::Number, "seconds"),
    ("max_duration", Type::Number, "seconds"),
    ("min_active", Type::Number, "seconds in which the visitor did something"),
    ("max_active", Type::Number, "seconds in which the visitor did something"),
    ("min_pages", Type::Number, ""),
    ("max_pages", Type::Number, ""),
    ("rage", Type::Flag, "has rage clicks: three within a second of each other, close together"),
    (
        "dead",
        Type::Flag,
        "has dead clicks: the page did not answer one within 1.5 seconds, and it was on nothing that answers by itself",
    ),
    ("errors", Type::Flag, "has errors that the page did not catch"),
    ("chat", Type::Flag, "has a conversation"),
    ("watched", Type::Flag, ""),
    ("starred", Type::Flag, ""),
    ("sort", Type::Text, "newest, oldest, longest, most_active, most_pages or trouble (rage, dead clicks, errors)"),
    ("cursor", Type::Text, "what `next` was: the list goes on there, whatever has come since"),
    ("limit", Type::Number, "at most 200; 50 by default"),
];

/// Fields that name a person: these stand in no saved filter, and in no address of the dashboard.
const PERSONAL: &[&str] = &["visitor", "name", "email", "identity", "ip", "conversation", "q"];

/// Every field, for the API's description.
pub(super) fn fields() -> impl Iterator<Item = Field> {
    OTHERS.iter().copied().chain(TERMS.iter().map(|(name, _, meaning)| (*name, Type::Text, *meaning)))
}

/// The filter that these fields describe.
pub(super) fn parse(fields: impl IntoIterator<Item = (String, String)>) -> Result<Filter, Problem> {
    let mut filter = Filter { now_ms: clock::now_ms(), limit: LIMIT_DEFAULT, ..Filter::default() };
    let mut cursor = None;
    let mut seen = Vec::new();
    for (name, value) in fields {
        let value = value.trim().to_owned();
        // An empty field of a form asks for nothing.
        if value.is_empty() {
            continue;
        }
        if value.chars().count() > VALUE_MAX || value.contains(char::is_control) {
            return Err(bad_field(&name, "text of at most 2000 characters, without control characters"));
        }
        if SINGLE.contains(&name.as_str()) {
            if seen.contains(&name) {
                return Err(bad_field(&name, "given once"));
            }
            seen.push(name.clone());
        }
        match name.as_str() {
            "cursor" => cursor = Some(value),
            _ => field(&mut filter, &name, value)?,
        }
        if filter.terms.len() + filter.steps.len() > CONDITIONS_MAX {
            return Err(Problem::bad_request("too_many", "a search may have 40 conditions"));
        }
    }
    if let Some(cursor) = cursor {
        filter.after = Some(read_cursor(&cursor, filter.sort).ok_or_else(|| bad_field("cursor", "what `next` was"))?);
    }
    Ok(filter)
}

fn field(filter: &mut Filter, name: &str, value: String) -> Result<(), Problem> {
    if let Some((_, kind, _)) = TERMS.iter().find(|(known, _, _)| *known == name) {
        filter.terms.push(term(*kind, &value));
        return Ok(());
    }
    let flag = || match value.as_str() {
        "true" | "1" => Ok(Some(true)),
        "false" | "0" => Ok(Some(false)),
        _ => Err(bad_field(name, "true or false")),
    };
    let time = || clock::parse_time(&value).map(Some).ok_or_else(|| bad_field(name, "a date or an RFC 3339 time"));
    let number = || value.parse::<u32>().map(i64::from).map_err(|_| bad_field(name, "a number"));
    let seconds = || Ok::<_, Problem>(Some(number()? * 1000));
    match name {
        "site" => filter.site = Some(value),
        "state" => filter.state = Some(State::parse(&value).ok_or_else(|| bad_field(name, "open, ended or ready"))?),
        "q" if value.split_whitespace().count() > WORDS_MAX => return Err(bad_field(name, "at most 20 words")),
        "q" => filter.q = Some(value),
        "from" => filter.from_ms = time()?,
        "to" => filter.to_ms = time()?,
        "steps" => {
            filter.steps.extend(value.split('>').map(|step| step.trim().to_owned()).filter(|step| !step.is_empty()));
        }
        "min_duration" => filter.min_duration_ms = seconds()?,
        "max_duration" => filter.max_duration_ms = seconds()?,
        "min_active" => filter.min_active_ms = seconds()?,
        "max_active" => filter.max_active_ms = seconds()?,
        "min_pages" => filter.min_pages = Some(number()?),
        "max_pages" => filter.max_pages = Some(number()?),
        "rage" => filter.rage = flag()?,
        "dead" => filter.dead = flag()?,
        "errors" => filter.errors = flag()?,
        "chat" => filter.chat = flag()?,
        "watched" => filter.watched = flag()?,
        "starred" => filter.starred = flag()?,
        "sort" => {
            let words = "newest, oldest, longest, most_active, most_pages or trouble";
            filter.sort = Sort::parse(&value).ok_or_else(|| bad_field(name, words))?;
        }
        "limit" => {
            let limit = u32::try_from(number()?).ok().filter(|it| *it > 0);
            filter.limit = limit.ok_or_else(|| bad_field(name, "a number from 1 on"))?.min(LIMIT_MAX);
        }
        _ => return Err(unknown_field(name)),
    }
    Ok(())
}

fn term(kind: Kind, value: &str) -> Wanted {
    let mut wanted = Wanted::new(kind, value);
    if let (Kind::Ip, Ok(address)) = (kind, value.parse::<IpAddr>()) {
        wanted.values = vec![address::plain(address).to_string(), address::anonymous(address).to_string()];
        wanted.values.dedup();
    }
    wanted
}

/// The fields of a JSON object: text, numbers, true and false, and lists of them.
pub(super) fn of_json(fields: Map<String, Value>) -> Result<Vec<(String, String)>, Problem> {
    let mut all = Vec::new();
    for (name, value) in fields {
        match value {
            Value::Null => {}
            Value::Array(list) => {
                for one in list {
                    all.push((name.clone(), scalar(&name, one)?));
                }
            }
            one => {
                let text = scalar(&name, one)?;
                all.push((name, text));
            }
        }
    }
    Ok(all)
}

fn scalar(name: &str, value: Value) -> Result<String, Problem> {
    match value {
        Value::String(text) => Ok(text),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err(bad_field(name, "text, a number, true or false, or a list of them")),
    }
}

/// Whether a filter may be kept under a name.
pub(super) fn check_saved(fields: &Map<String, Value>) -> Result<(), Problem> {
    if let Some(name) = fields.keys().find(|name| PERSONAL.contains(&name.as_str())) {
        let told = format!("`{name}` may name a person, and so cannot be kept in a saved filter");
        return Err(Problem::bad_request("personal", told));
    }
    let names_somebody = |value: &Value| value.to_string().contains('@');
    if let Some((name, _)) = fields.iter().find(|(_, value)| names_somebody(value)) {
        return Err(Problem::bad_request("personal", format!("`{name}` holds an `@`, and so may name a person")));
    }
    if let Some(name) = ["site", "cursor", "limit"].into_iter().find(|name| fields.contains_key(*name)) {
        return Err(bad_field(name, "left out of a saved filter"));
    }
    parse(of_json(fields.clone())?).map(drop)
}

fn letter(sort: Sort) -> char {
    match sort {
        Sort::Newest => 'n',
        Sort::Oldest => 'o',
        Sort::Longest => 'l',
        Sort::MostActive => 'a',
        Sort::MostPages => 'p',
        Sort::Trouble => 't',
    }
}

fn read_cursor(text: &str, sort: Sort) -> Option<Place> {
    let (key, rid) = text.strip_prefix(letter(sort))?.split_once('-')?;
    Some(Place { key: i64::from_str_radix(key, 16).ok()?, rid: i64::from_str_radix(rid, 16).ok()? })
}

/// Where the list goes on after this row.
pub(super) fn write_cursor(row: &RecordingRow, sort: Sort) -> String {
    let (key, rid) = crate::store::filter::place(row, sort);
    format!("{}{key:x}-{rid:x}", letter(sort))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    fn filter(value: Value) -> Result<Filter, Problem> {
        parse(of_json(value.as_object().unwrap().clone())?)
    }

    #[test]
    fn a_search_says_what_it_wants() {
        let found =
            filter(json!({"tag": ["plan", "plan:gold"], "min_duration": 5, "rage": true, "steps": "/a > /b"})).unwrap();
        assert_eq!(found.terms.len(), 2);
        assert_eq!((found.min_duration_ms, found.rage), (Some(5000), Some(true)));
        assert_eq!(found.steps, ["/a", "/b"]);
        for wrong in [
            json!({"nonsense": 1}),
            json!({"rage": "maybe"}),
            json!({"sort": "best"}),
            json!({"page": {}}),
            json!({"limit": 0}),
            json!({"q": "a\0b"}),
            json!({"q": "w ".repeat(21)}),
            json!({"page": "x".repeat(2001)}),
            json!({"q": ["a", "b"]}),
        ] {
            assert!(filter(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_cursor_belongs_to_its_order() {
        assert!(filter(json!({"cursor": "n5-5"})).is_ok());
        assert!(filter(json!({"cursor": "n5-5", "sort": "longest"})).is_err());
        assert!(filter(json!({"cursor": "l5-5", "sort": "longest"})).is_ok());
    }

    #[test]
    fn no_saved_filter_names_a_person() {
        let check = |value: Value| check_saved(value.as_object().unwrap());
        assert!(check(json!({"rage": true, "page": "/cart"})).is_ok());
        for wrong in [
            json!({"email": "a@b.example"}),
            json!({"ip": "192.0.2.1"}),
            json!({"site": "s"}),
            json!({"x": 1}),
            json!({"page": "/u/a@b.example"}),
        ] {
            assert!(check(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
