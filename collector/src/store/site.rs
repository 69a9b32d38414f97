//! A site and its settings, as stored, as the API shows them (one flat object), and as PATCH changes them.
//! In: JSON. Out: a checked [`Site`]. A field that nobody knows is an error, never ignored.

use crate::clock::{self, Millis};
use crate::intake::origin;
use crate::persons;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Whether recording needs the visitor's consent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Consent {
    /// Recording starts by itself.
    #[default]
    None,
    /// Recording starts at `revisit('consent', true)`.
    Required,
}

/// Where pictures of the site come from in a replay.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Assets {
    /// From nowhere: their place is kept.
    #[default]
    Off,
    /// The site's own, fetched by the collector.
    Site,
}

/// Everything that a site's owner can set. The defaults mask everything.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Settings {
    pub enabled: bool,
    pub record_mobile: bool,
    pub record_form_inputs: bool,
    pub record_numbers: bool,
    pub record_emails: bool,
    pub record_properties: bool,
    pub record_canvas: bool,
    pub record_console: bool,
    pub record_web_vitals: bool,
    pub record_ip: bool,
    pub excluded_pages: Vec<String>,
    pub included_pages: Vec<String>,
    pub sample_rate: f64,
    pub min_duration: u32,
    pub consent: Consent,
    pub respect_gpc: bool,
    pub visitor_days: u32,
    pub never_record: Vec<String>,
    pub skip_bots: bool,
    pub allowed_origins: Vec<String>,
    pub embed_origins: Vec<String>,
    pub plan: String,
    pub time_zone: String,
    pub webhook_url: Option<String>,
    pub block_selectors: Vec<String>,
    pub mask_selectors: Vec<String>,
    pub unmask_selectors: Vec<String>,
    pub allow_unmask: bool,
    pub assets: Assets,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: true,
            record_mobile: false,
            record_form_inputs: false,
            record_numbers: false,
            record_emails: false,
            record_properties: false,
            record_canvas: false,
            record_console: false,
            record_web_vitals: false,
            record_ip: false,
            excluded_pages: Vec::new(),
            included_pages: Vec::new(),
            sample_rate: 1.0,
            min_duration: 0,
            consent: Consent::None,
            respect_gpc: true,
            visitor_days: 0,
            never_record: Vec::new(),
            skip_bots: false,
            allowed_origins: Vec::new(),
            embed_origins: Vec::new(),
            plan: "standard".to_owned(),
            time_zone: "UTC".to_owned(),
            webhook_url: None,
            block_selectors: Vec::new(),
            mask_selectors: Vec::new(),
            unmask_selectors: Vec::new(),
            allow_unmask: false,
            assets: Assets::Off,
        }
    }
}

/// The zone in which a site's months are counted. A new one takes over when the running month ends, so that no month is
/// counted twice or cut.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Zone {
    /// In force.
    pub name: String,
    /// What comes next, and when.
    pub next: Option<(String, Millis)>,
    /// No month before this one is counted in again.
    pub floor: String,
}

impl Zone {
    /// The month of `now_ms` and when it ends.
    pub fn month(&self, now_ms: Millis) -> (String, Millis) {
        match &self.next {
            Some((_, from)) if now_ms < *from => (clock::month(&self.name, now_ms).max(self.floor.clone()), *from),
            Some((next, from)) => month_in(next, &clock::month(&self.name, *from), now_ms),
            None => month_in(&self.name, &self.floor, now_ms),
        }
    }

    /// The same with `zone` from the next month.
    #[must_use]
    pub fn changed_to(&self, zone: &str, now_ms: Millis) -> Self {
        let (_, ends) = self.month(now_ms);
        let (name, floor) = match &self.next {
            Some((next, from)) if now_ms >= *from => (next.clone(), clock::month(&self.name, *from)),
            _ => (self.name.clone(), self.floor.clone()),
        };
        let next = (name != zone).then(|| (zone.to_owned(), ends));
        Self { name, next, floor }
    }
}

fn month_in(zone: &str, floor: &str, now_ms: Millis) -> (String, Millis) {
    let month = clock::month(zone, now_ms);
    let ends = clock::next_month(zone, now_ms);
    if month.as_str() >= floor {
        return (month, ends);
    }
    // West of the zone before: the old month still runs there, but it is over for this site.
    (floor.to_owned(), clock::next_month(zone, ends))
}

/// One customer website.
#[derive(Clone, PartialEq, Debug)]
pub struct Site {
    /// What the API calls it.
    pub id: String,
    /// What the page's script tag calls it; public.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// When it was added.
    pub created_ms: Millis,
    /// Everything that can be set.
    pub settings: Settings,
    /// How its months are counted.
    pub zone: Zone,
}

/// Why a change to a site is refused: the field and what is wrong with it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Rejected(pub String);

impl Site {
    /// A new site out of the API's JSON: `name`, at least one of `allowed_origins` (or `origin`), any settings.
    pub fn create(mut body: Map<String, Value>, plans: &[String], now_ms: Millis) -> Result<Self, Rejected> {
        if let Some(origin) = body.remove("origin") {
            body.entry("allowed_origins").or_insert_with(|| Value::Array(vec![origin]));
        }
        let key = match body.remove("key") {
            None => crate::auth::random_text(16),
            Some(Value::String(key)) if is_key(&key) => key,
            Some(_) => return Err(Rejected("`key` must be 1 to 64 letters, digits, `-` or `_`".to_owned())),
        };
        let blank = Self {
            id: format!("s_{}", crate::auth::random_text(12)),
            key,
            name: String::new(),
            created_ms: now_ms,
            settings: Settings::default(),
            zone: Zone { name: "UTC".to_owned(), next: None, floor: String::new() },
        };
        let mut site = blank.patched(&body, plans, now_ms)?;
        // A site that has counted nothing yet has its own zone from the start.
        site.zone = Zone { name: site.settings.time_zone.clone(), next: None, floor: String::new() };
        Ok(site)
    }

    /// The site with some fields changed.
    pub fn patched(&self, patch: &Map<String, Value>, plans: &[String], now_ms: Millis) -> Result<Self, Rejected> {
        let mut name = self.name.clone();
        let Ok(Value::Object(mut settings)) = serde_json::to_value(&self.settings) else {
            return Err(Rejected("the settings cannot be read".to_owned()));
        };
        for (field, value) in patch {
            match (field.as_str(), value) {
                ("name", Value::String(text)) => text.trim().clone_into(&mut name),
                ("name", _) => return Err(Rejected("`name` must be text".to_owned())),
                ("id" | "key" | "created_at", _) => return Err(Rejected(format!("`{field}` cannot be changed"))),
                _ => {
                    settings.insert(field.clone(), value.clone());
                }
            }
        }
        if name.is_empty() || name.chars().count() > 200 {
            return Err(Rejected("`name` must have 1 to 200 characters".to_owned()));
        }
        let settings = Value::Object(settings);
        let mut settings: Settings = serde_json::from_value(settings).map_err(|error| Rejected(error.to_string()))?;
        settings.check(plans)?;
        let zone = match settings.time_zone == self.settings.time_zone {
            true => self.zone.clone(),
            false => self.zone.changed_to(&settings.time_zone, now_ms),
        };
        Ok(Self { name, settings, zone, ..self.clone() })
    }

    /// The flat object of the API.
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        object.insert("id".to_owned(), self.id.clone().into());
        object.insert("key".to_owned(), self.key.clone().into());
        object.insert("name".to_owned(), self.name.clone().into());
        object.insert("created_at".to_owned(), clock::rfc3339(self.created_ms).into());
        if let Ok(Value::Object(settings)) = serde_json::to_value(&self.settings) {
            object.extend(settings);
        }
        Value::Object(object)
    }
}

fn is_key(key: &str) -> bool {
    (1..=64).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Whether it has the scheme and the host of a page; who may be called is decided at each call.
fn is_web_address(text: &str) -> bool {
    reqwest::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

const LIST_MAX: usize = 500;
const ENTRY_MAX_BYTES: usize = 1000;

impl Settings {
    fn check(&mut self, plans: &[String]) -> Result<(), Rejected> {
        if !plans.contains(&self.plan) {
            return Err(Rejected(format!("`plan` must be one of {}", plans.join(", "))));
        }
        if !(0.0..=1.0).contains(&self.sample_rate) {
            return Err(Rejected("`sample_rate` must be between 0 and 1".to_owned()));
        }
        if !clock::is_zone(&self.time_zone) {
            return Err(Rejected("`time_zone` must be a name such as Europe/Prague".to_owned()));
        }
        if self.webhook_url.as_deref().is_some_and(|url| !is_web_address(url)) {
            return Err(Rejected("`webhook_url` must be an http or https address".to_owned()));
        }
        // None would mean that nobody may be recorded: `enabled` says that in words.
        if self.allowed_origins.is_empty() {
            return Err(Rejected(
                "`allowed_origins` needs at least one origin, such as https://shop.example".to_owned(),
            ));
        }
        for entry in &mut self.never_record {
            *entry = persons::listed(entry);
        }
        for (field, origins) in
            [("allowed_origins", &mut self.allowed_origins), ("embed_origins", &mut self.embed_origins)]
        {
            for origin in origins {
                *origin = origin::normal(origin).ok_or_else(|| {
                    Rejected(format!(
                        "`{field}` must hold origins such as https://shop.example or https://*.shop.example"
                    ))
                })?;
            }
        }
        let lists = [
            ("allowed_origins", &self.allowed_origins),
            ("embed_origins", &self.embed_origins),
            ("excluded_pages", &self.excluded_pages),
            ("included_pages", &self.included_pages),
            ("never_record", &self.never_record),
            ("block_selectors", &self.block_selectors),
            ("mask_selectors", &self.mask_selectors),
            ("unmask_selectors", &self.unmask_selectors),
        ];
        for (field, list) in lists {
            if list.len() > LIST_MAX || list.iter().any(|entry| entry.len() > ENTRY_MAX_BYTES) {
                return Err(Rejected(format!("`{field}` may have {LIST_MAX} entries of {ENTRY_MAX_BYTES} bytes")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::clock::{parse_time, rfc3339};
    use serde_json::json;

    fn plans() -> Vec<String> {
        ["free", "standard", "pro"].map(str::to_owned).to_vec()
    }

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn site() -> Site {
        Site::create(object(json!({"name": "Shop", "origin": "https://Shop.example/"})), &plans(), 0).unwrap()
    }

    #[test]
    fn a_new_site_masks_everything_and_is_one_flat_object() {
        let json = site().to_json();
        assert_eq!(json["allowed_origins"], json!(["https://shop.example"]));
        for off in ["record_form_inputs", "record_numbers", "record_emails", "record_ip", "allow_unmask"] {
            assert_eq!(json[off], json!(false), "{off}");
        }
        assert_eq!(
            (&json["plan"], &json["consent"], &json["assets"]),
            (&json!("standard"), &json!("none"), &json!("off"))
        );
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let refused = |patch: Value| site().patched(&object(patch), &plans(), 0).is_err();
        assert!(refused(json!({"record_everything": true})));
        assert!(refused(json!({"enabled": "yes"})));
        assert!(refused(json!({"plan": "gold"})));
        assert!(refused(json!({"time_zone": "Mars/Olympus"})));
        assert!(refused(json!({"sample_rate": 1.5})));
        assert!(refused(json!({"allowed_origins": ["shop.example"]})));
        assert!(refused(json!({"allowed_origins": []})));
        for url in ["", "shop.example/hook", "https://", "http://[::1", "ftp://shop.example/", "https://shop example/"]
        {
            assert!(refused(json!({"webhook_url": url})), "{url}");
        }
        assert!(!refused(json!({"webhook_url": "https://shop.example:8443/hook?a=b"})));
        assert!(!refused(json!({"webhook_url": null})));
        assert!(refused(json!({"id": "other"})));
        assert!(Site::create(object(json!({"name": "Shop"})), &plans(), 0).is_err());
    }

    #[test]
    fn a_new_zone_counts_from_the_next_month() {
        let at = |text| parse_time(text).unwrap();
        let november = at("2026-11-10T00:00:00Z");
        let zone = Zone { name: "UTC".to_owned(), next: None, floor: String::new() };
        let zone = zone.changed_to("America/New_York", november);
        let (month, ends) = zone.month(november);
        assert_eq!((month.as_str(), rfc3339(ends).as_str()), ("2026-11", "2026-12-01T00:00:00.000Z"));
        // In New York it is still November, but November is over for this site.
        let (month, ends) = zone.month(at("2026-12-01T01:00:00Z"));
        assert_eq!((month.as_str(), rfc3339(ends).as_str()), ("2026-12", "2027-01-01T05:00:00.000Z"));
        let (month, _) = zone.month(at("2026-12-20T00:00:00Z"));
        assert_eq!(month, "2026-12");
        // Changed back before it took effect: nothing is left of it.
        assert_eq!(zone.changed_to("UTC", november).next, None);
    }
}
