//! Which recordings a list shows, and what a recording can be found by. A `Term` is one fact of a recording in the form
//! in which it is compared; the store keeps an index of them. Pure: no SQL, no clock.

use super::{Facts, RecordingRow, State};
use crate::clock::Millis;

/// Characters of a term that are compared.
const TERM_MAX: usize = 300;
/// Terms of one recording.
const TERMS_MAX: usize = 1000;
/// Stands on both sides of each step of a visit's path.
pub const STEP: char = '\u{1f}';

/// What a term is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[allow(missing_docs)]
pub enum Kind {
    Page,
    Entry,
    Exit,
    Click,
    Event,
    /// `key:value` of any event, and `event.key:value`.
    Property,
    /// `key`, and `key:value`.
    Tag,
    Device,
    Browser,
    Os,
    Country,
    Language,
    Screen,
    Referrer,
    UtmSource,
    UtmMedium,
    UtmCampaign,
    Visitor,
    Name,
    Email,
    Identity,
    Ip,
    Conversation,
}

impl Kind {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Page => "page",
            Kind::Entry => "entry",
            Kind::Exit => "exit",
            Kind::Click => "click",
            Kind::Event => "event",
            Kind::Property => "property",
            Kind::Tag => "tag",
            Kind::Device => "device",
            Kind::Browser => "browser",
            Kind::Os => "os",
            Kind::Country => "country",
            Kind::Language => "language",
            Kind::Screen => "screen",
            Kind::Referrer => "referrer",
            Kind::UtmSource => "utm_source",
            Kind::UtmMedium => "utm_medium",
            Kind::UtmCampaign => "utm_campaign",
            Kind::Visitor => "visitor",
            Kind::Name => "name",
            Kind::Email => "email",
            Kind::Identity => "identity",
            Kind::Ip => "ip",
            Kind::Conversation => "conversation",
        }
    }

    /// Whether part of the text is enough to find it.
    pub fn by_part(self) -> bool {
        use Kind::{Browser, Click, Entry, Exit, Language, Name, Os, Page, Referrer};
        matches!(self, Page | Entry | Exit | Click | Browser | Os | Language | Referrer | Name)
    }

    /// Ids of other systems are compared as they are, all else without regard to case.
    fn is_exact(self) -> bool {
        matches!(self, Kind::Conversation | Kind::Identity)
    }

    /// The form in which values of this kind are stored and looked for.
    pub fn normal(self, value: &str) -> String {
        let cut: String = value.trim().chars().take(TERM_MAX).collect();
        if self.is_exact() { cut } else { cut.to_lowercase() }
    }
}

/// A condition on the terms of a recording: one of the values must be there, whole or, where the kind allows it, as a part
/// (`*` then stands for anything).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// Of which kind.
    pub kind: Kind,
    /// Any of these, in their normal form.
    pub values: Vec<String>,
}

impl Wanted {
    /// The condition that `value` stands for.
    pub fn new(kind: Kind, value: &str) -> Self {
        Self { kind, values: vec![kind.normal(value)] }
    }
}

/// In which order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[allow(missing_docs)]
pub enum Sort {
    #[default]
    Newest,
    Oldest,
    Longest,
    MostActive,
    MostPages,
    /// Most rage clicks, dead clicks and errors together.
    Trouble,
}

impl Sort {
    /// All of them with the API's word.
    pub const ALL: [(&'static str, Sort); 6] = [
        ("newest", Sort::Newest),
        ("oldest", Sort::Oldest),
        ("longest", Sort::Longest),
        ("most_active", Sort::MostActive),
        ("most_pages", Sort::MostPages),
        ("trouble", Sort::Trouble),
    ];

    /// The order that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == word).map(|(_, sort)| *sort)
    }
}

/// A place in a list: the sort key and the number of the last recording shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct Place {
    pub key: i64,
    pub rid: i64,
}

/// Where a row stands in a list: the sort key, and the number that decides between equals.
pub fn place(row: &RecordingRow, sort: Sort) -> (i64, i64) {
    let facts = &row.facts;
    let key = match sort {
        Sort::Newest | Sort::Oldest => row.rid,
        Sort::Longest => facts.duration_ms,
        Sort::MostActive => facts.active_ms,
        Sort::MostPages => facts.pages,
        Sort::Trouble => facts.rage_clicks + facts.dead_clicks + facts.errors,
    };
    (key, row.rid)
}

/// Which recordings a list shows.
#[derive(Clone, PartialEq, Debug, Default)]
#[allow(missing_docs)]
pub struct Filter {
    /// What has expired by then is left out.
    pub now_ms: Millis,
    /// Also recordings shorter than their site's minimum.
    pub with_hidden: bool,
    pub site: Option<String>,
    /// Without `site`: of these alone.
    pub sites: Option<Vec<String>>,
    pub state: Option<State>,
    pub from_ms: Option<Millis>,
    pub to_ms: Option<Millis>,
    pub visitor: Option<String>,
    pub email: Option<String>,
    pub identity: Option<String>,
    pub ip: Option<String>,
    /// All of these.
    pub terms: Vec<Wanted>,
    /// Paths that follow each other in the visit, others between them or not.
    pub steps: Vec<String>,
    pub min_duration_ms: Option<i64>,
    pub max_duration_ms: Option<i64>,
    pub min_active_ms: Option<i64>,
    pub max_active_ms: Option<i64>,
    pub min_pages: Option<i64>,
    pub max_pages: Option<i64>,
    pub watched: Option<bool>,
    pub starred: Option<bool>,
    pub rage: Option<bool>,
    pub dead: Option<bool>,
    pub errors: Option<bool>,
    /// Has a conversation.
    pub chat: Option<bool>,
    pub q: Option<String>,
    pub sort: Sort,
    pub after: Option<Place>,
    pub limit: u32,
}

impl Filter {
    /// All conditions on terms, those with a field of their own among them.
    pub fn wanted(&self) -> Vec<Wanted> {
        let own = [
            (Kind::Visitor, &self.visitor),
            (Kind::Email, &self.email),
            (Kind::Identity, &self.identity),
            (Kind::Ip, &self.ip),
        ];
        let own = own.into_iter().filter_map(|(kind, value)| Some(Wanted::new(kind, value.as_deref()?)));
        own.chain(self.terms.iter().cloned()).collect()
    }
}

/// What is known of a recording beside its facts.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)]
pub struct Opened {
    pub device: Option<String>,
    pub browser: Option<String>,
    pub os: Option<String>,
    pub ip: Option<String>,
    pub country: Option<String>,
    pub visitor: Option<Vec<u8>>,
    pub conversation: Option<String>,
}

/// Path and query of an address: what a page is called within its site.
pub fn path_of(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, rest)| rest);
    match after.find('/') {
        Some(at) if url.contains("://") => &after[at..],
        _ if url.starts_with('/') => url,
        _ => "/",
    }
}

fn host_of(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, rest)| rest);
    after.split(['/', '?', '#']).next().unwrap_or_default()
}

fn query_of(url: &str) -> impl Iterator<Item = (&str, &str)> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    query.split('&').filter_map(|pair| pair.split_once('='))
}

/// Everything that a finished recording can be found by, each once.
pub fn terms(facts: &Facts, opened: &Opened) -> Vec<(Kind, String)> {
    let mut all: Vec<(Kind, String)> = Vec::new();
    let mut add = |kind: Kind, value: &str| {
        let value = kind.normal(value);
        if !value.is_empty() {
            all.push((kind, value));
        }
    };
    let columns = [
        (Kind::Device, &opened.device),
        (Kind::Browser, &opened.browser),
        (Kind::Os, &opened.os),
        (Kind::Ip, &opened.ip),
        (Kind::Country, &opened.country),
        (Kind::Conversation, &opened.conversation),
    ];
    for (kind, value) in columns {
        add(kind, value.as_deref().unwrap_or_default());
    }
    if let Some(visitor) = &opened.visitor {
        add(Kind::Visitor, &shared::ids::to_hex(visitor));
    }
    for (name, kind) in [("id", Kind::Identity), ("name", Kind::Name), ("email", Kind::Email)] {
        add(kind, facts.identity.get(name).and_then(|value| value.as_str()).unwrap_or_default());
    }
    add(Kind::Language, &facts.language);
    add(Kind::Screen, &facts.screen);
    add(Kind::Referrer, host_of(&facts.referrer));
    add(Kind::Entry, &facts.entry_url);
    add(Kind::Exit, &facts.exit_url);
    for (name, value) in query_of(&facts.entry_url) {
        match name {
            "utm_source" => add(Kind::UtmSource, value),
            "utm_medium" => add(Kind::UtmMedium, value),
            "utm_campaign" => add(Kind::UtmCampaign, value),
            _ => {}
        }
    }
    for (key, value) in &facts.tags {
        add(Kind::Tag, key);
        add(Kind::Tag, &format!("{key}:{value}"));
    }
    facts.urls.iter().for_each(|url| add(Kind::Page, url));
    facts.events.iter().for_each(|name| add(Kind::Event, name));
    for (event, key, value) in &facts.properties {
        add(Kind::Property, &format!("{key}:{value}"));
        add(Kind::Property, &format!("{event}.{key}:{value}"));
    }
    facts.clicked.iter().for_each(|text| add(Kind::Click, text));
    all.truncate(TERMS_MAX);
    all.sort();
    all.dedup();
    all
}

/// The paths of a visit as one text in which their order can be looked for.
pub fn steps_text(steps: &[String]) -> String {
    steps.iter().map(|step| format!("{STEP}{}{STEP}", Kind::Page.normal(step))).collect()
}

/// What free text is looked for in.
pub fn text(facts: &Facts, opened: &Opened) -> String {
    let identity = facts.identity.values().filter_map(|value| value.as_str());
    let lists = [&facts.urls, &facts.events, &facts.clicked, &facts.messages];
    let tags = facts.tags.iter().flat_map(|(key, value)| [key.as_str(), value.as_str()]);
    let properties = facts.properties.iter().flat_map(|(_, key, value)| [key.as_str(), value.as_str()]);
    [facts.title.as_str(), facts.referrer.as_str(), opened.conversation.as_deref().unwrap_or_default()]
        .into_iter()
        .chain(identity)
        .chain(lists.into_iter().flatten().map(String::as_str))
        .chain(tags)
        .chain(properties)
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    #[test]
    fn a_recording_is_found_by_what_happened_in_it() {
        let facts = Facts {
            entry_url: "https://shop.example/lamps?utm_source=News&utm_medium=mail".to_owned(),
            urls: vec!["https://shop.example/lamps?utm_source=News&utm_medium=mail".to_owned()],
            referrer: "https://www.search.example/find".to_owned(),
            clicked: vec!["Add to cart".to_owned()],
            properties: vec![("bought".to_owned(), "size".to_owned(), "XL".to_owned())],
            tags: vec![("plan".to_owned(), "gold".to_owned())],
            identity: json!({"id": "C-7", "email": "Jane@Shop.example"}).as_object().unwrap().clone(),
            ..Facts::default()
        };
        let terms = terms(&facts, &Opened { visitor: Some(vec![0xab; 2]), ..Opened::default() });
        for (kind, value) in [
            (Kind::UtmSource, "news"),
            (Kind::UtmMedium, "mail"),
            (Kind::Referrer, "www.search.example"),
            (Kind::Click, "add to cart"),
            (Kind::Property, "size:xl"),
            (Kind::Property, "bought.size:xl"),
            (Kind::Tag, "plan"),
            (Kind::Tag, "plan:gold"),
            (Kind::Identity, "C-7"),
            (Kind::Email, "jane@shop.example"),
            (Kind::Visitor, "abab"),
        ] {
            assert!(terms.contains(&(kind, value.to_owned())), "{kind:?} {value}: {terms:?}");
        }
    }

    #[test]
    fn a_path_is_what_comes_after_the_host() {
        assert_eq!(path_of("https://shop.example/a?b=1"), "/a?b=1");
        assert_eq!(path_of("https://shop.example"), "/");
        assert_eq!(path_of("/a"), "/a");
    }
}
