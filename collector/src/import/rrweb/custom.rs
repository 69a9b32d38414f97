//! Custom events. In: a tag and its payload. Out: what it says in our words: those that our own export wrote become again
//! what they were, addresses that PostHog and Sentry note become addresses, all else an event of the site. Still in the
//! clear; the page masks.

use serde_json::Value;
use shared::record::KEY_NAMES;

/// Properties of one event.
const PROPERTIES_MAX: usize = 50;

/// What a custom event says.
pub(super) enum Said {
    /// Nothing that a recording keeps.
    Nothing,
    Visibility(bool),
    /// Address and title.
    Navigate(String, String),
    End(u8),
    Event(String, Vec<(String, String)>),
    Tag(String, String),
    Error(String),
    Gap(u8),
    /// Node, whether it pauses and is muted, where it is.
    Media(f64, bool, bool, f64),
    /// Modifiers and key.
    Key(u32, u32),
    Clipboard(u32),
    Submit(f64),
    /// Node, and how long ago.
    Dead(f64, u32),
    /// Place and size.
    Zoom(u32, u32, u32),
}

/// What it says.
pub(super) fn understand(tag: String, payload: &Value) -> Said {
    ours(&tag, payload).or_else(|| address(&tag, payload)).unwrap_or_else(|| event(tag, payload))
}

fn ours(tag: &str, payload: &Value) -> Option<Said> {
    let text = |name: &str| payload.get(name).and_then(Value::as_str).map(str::to_owned);
    let number = |name: &str| payload.get(name).and_then(Value::as_f64);
    let count = |name: &str| number(name).map(|number| number as u32);
    let flag = |name: &str| payload.get(name).and_then(Value::as_bool);
    Some(match tag {
        "end" if payload.as_object().is_some_and(serde_json::Map::is_empty) => Said::Nothing,
        "visibility" => Said::Visibility(flag("visible")?),
        "navigate" => Said::Navigate(text("href")?, text("title").unwrap_or_default()),
        "leave" => Said::End(count("reason")?.min(255) as u8),
        "event" => {
            let Value::Object(_) = payload.get("props")? else { return None };
            event(text("name")?, payload.get("props")?)
        }
        "tag" => Said::Tag(text("key")?, text("value")?),
        "error" => Said::Error(text("message")?),
        "gap" => Said::Gap(count("reason")?.min(255) as u8),
        "media" => Said::Media(number("id")?, flag("paused")?, flag("muted")?, number("currentTimeMs")?),
        "key" => key(&text("name")?)?,
        "clipboard" => Said::Clipboard(count("kind")?),
        "submit" => Said::Submit(number("id")?),
        "dead-click" => Said::Dead(number("id")?, count("agoMs")?),
        "zoom" => Said::Zoom(count("x")?, count("y")?, count("scalePercent")?),
        _ => return None,
    })
}

/// PostHog's and Sentry's words for a new address.
fn address(tag: &str, payload: &Value) -> Option<Said> {
    let address = match tag {
        "$pageview" | "$url_changed" => payload.get("href")?,
        "breadcrumb" if payload.get("data")?.get("category")? == "navigation" => {
            payload.get("data")?.get("data")?.get("to")?
        }
        _ => return None,
    };
    Some(Said::Navigate(address.as_str()?.to_owned(), String::new()))
}

fn event(name: String, payload: &Value) -> Said {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    let properties = match payload {
        Value::Object(map) => {
            let pairs = map.iter().filter_map(|(name, value)| Some((name.clone(), text(value)?)));
            pairs.take(PROPERTIES_MAX).collect()
        }
        other => text(other).map(|value| ("value".to_owned(), value)).into_iter().collect(),
    };
    Said::Event(name, properties)
}

/// A command key as people write it, `Ctrl+C`.
fn key(name: &str) -> Option<Said> {
    let mut rest = name;
    let mut modifiers = 0;
    for (bit, modifier) in ["Ctrl+", "Shift+", "Alt+", "Meta+"].iter().enumerate() {
        if let Some(after) = rest.strip_prefix(modifier) {
            modifiers |= 1 << bit;
            rest = after;
        }
    }
    if let Some(place) = KEY_NAMES.iter().position(|known| *known == rest) {
        return Some(Said::Key(modifiers, place as u32 + 256));
    }
    // A key that writes is told only with a modifier.
    let mut chars = rest.chars();
    let one = chars.next().filter(|char| ('!'..='~').contains(char) && modifiers & 0b1101 != 0)?;
    chars.next().is_none().then(|| Said::Key(modifiers, u32::from(one.to_ascii_lowercase())))
}
