//! An element's attributes as the page had them, out of what rrweb made of them. In: rrweb's names and values. Out: the
//! page's attributes, and apart from them what rrweb keeps there that is none: sheets, sizes, scroll, the state of fields.
//! Undoes what our own export does to addresses. Masks nothing.

use super::format::Value;
use crate::export::rrweb::{PLACEHOLDER, TAKEN_OUT};
use shared::record;

/// rrweb's mark on a field that was a password's once.
const WAS_PASSWORD: &str = "data-rr-is-password";

/// What is known of an element beside its attributes. It may change later.
#[derive(Default)]
pub(super) struct Surface {
    /// What a field holds.
    pub(super) value: Option<String>,
    pub(super) checked: bool,
    /// Whether an option is.
    pub(super) selected: bool,
    pub(super) scroll: Option<(i32, i32)>,
    /// The rules of its sheet.
    pub(super) css: Option<String>,
    pub(super) media: Option<Media>,
    pub(super) is_modal: bool,
    /// The size that its picture gives itself.
    pub(super) natural: Option<(u32, u32)>,
}

/// Where sound or film is.
#[derive(Clone, Copy)]
pub(super) struct Media {
    pub(super) paused: bool,
    pub(super) muted: bool,
    pub(super) time_ms: u32,
    pub(super) volume_percent: u32,
    pub(super) rate_percent: u32,
}

impl Default for Media {
    fn default() -> Self {
        Self { paused: true, muted: false, time_ms: 0, volume_percent: 100, rate_percent: 100 }
    }
}

impl Media {
    /// As a record says it.
    pub(super) fn record(&self, at: u32, node: u32) -> record::Media {
        record::Media {
            at,
            node,
            flags: u32::from(self.paused) | u32::from(self.muted) << 1,
            time_ms: self.time_ms,
            volume_percent: self.volume_percent,
            rate_percent: self.rate_percent,
        }
    }
}

/// An element out of rrweb's attributes.
#[derive(Default)]
pub(super) struct Given {
    /// As the page had them.
    pub(super) attributes: Vec<(String, String)>,
    pub(super) surface: Surface,
    /// The size of a place whose inside was not recorded.
    pub(super) blocked: Option<(u32, u32)>,
    pub(super) was_secret: bool,
}

/// What a change of attributes comes to.
#[derive(Default)]
pub(super) struct Changes {
    /// Nothing removes one.
    pub(super) attributes: Vec<(String, Option<String>)>,
    pub(super) style: Option<Declarations>,
    pub(super) css: Option<String>,
    pub(super) modal: Option<bool>,
    pub(super) natural: Option<(u32, u32)>,
    pub(super) was_secret: bool,
}

/// Declarations that changed: name, value and priority, nothing for one that went.
pub(super) type Declarations = Vec<(String, Option<(String, String)>)>;

/// A new element.
pub(super) fn given(tag: &str, values: Vec<(String, Value)>) -> Given {
    let mut given = Given::default();
    let surface = &mut given.surface;
    let mut media = Media::default();
    let (mut width, mut height) = (None, None);
    let mut rest = Vec::with_capacity(values.len());
    for (name, value) in values {
        match (name.as_str(), &value) {
            ("_cssText", _) => surface.css = value.into_text(),
            // The state that it was in, as against `checked=""` in the markup.
            ("checked", Value::Flag(checked)) => surface.checked = *checked,
            ("selected", Value::Flag(selected)) => surface.selected = *selected,
            ("value", _) if matches!(tag, "textarea" | "select") => surface.value = value.into_text(),
            ("rr_width", _) => width = value.number(),
            ("rr_height", _) => height = value.number(),
            ("rr_scrollLeft", _) => surface.scroll.get_or_insert_default().0 = whole(value.number()),
            ("rr_scrollTop", _) => surface.scroll.get_or_insert_default().1 = whole(value.number()),
            ("rr_mediaState", Value::Text(state)) => media.paused = state != "played",
            ("rr_mediaCurrentTime", _) => media.time_ms = count(value.number().map(|seconds| seconds * 1000.0)),
            ("rr_mediaPlaybackRate", Value::Number(rate)) => media.rate_percent = count(Some(rate * 100.0)),
            ("rr_mediaVolume", Value::Number(volume)) => media.volume_percent = count(Some(volume * 100.0)),
            ("rr_mediaMuted", Value::Flag(muted)) => media.muted = *muted,
            ("rr_open_mode", Value::Text(mode)) => surface.is_modal = mode == "modal",
            (WAS_PASSWORD, _) => given.was_secret = true,
            _ => rest.push((name, value)),
        }
        if matches!(tag, "audio" | "video") {
            surface.media = Some(media);
        }
    }
    if width.is_some() || height.is_some() {
        given.blocked = Some((count(width), count(height)));
    }
    let rest: Vec<_> = rest.into_iter().map(|(name, value)| (name, value.into_text())).collect();
    let (attributes, natural) = taken_back(tag, rest);
    surface.natural = natural;
    given.attributes = attributes.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let has = |attributes: &[(String, String)], name: &str| attributes.iter().any(|(known, _)| known == name);
    if tag == "input" {
        let value = given.attributes.iter().find(|(name, _)| name == "value");
        surface.value = value.map(|(_, value)| value.clone());
        surface.checked |= has(&given.attributes, "checked");
    }
    if tag == "link" && surface.css.is_some() && !has(&given.attributes, "rel") {
        // What rrweb gave the rules of was a style sheet's link.
        given.attributes.push(("rel".to_owned(), "stylesheet".to_owned()));
    }
    given
}

/// Attributes that changed.
pub(super) fn changes(tag: &str, values: Vec<(String, Value)>) -> Changes {
    let mut changes = Changes::default();
    let mut rest = Vec::with_capacity(values.len());
    for (name, value) in values {
        match (name.as_str(), value) {
            ("style", Value::Style(declarations)) => changes.style = Some(declarations),
            ("_cssText", value) => changes.css = value.into_text(),
            ("rr_open_mode", Value::Text(mode)) => changes.modal = Some(mode == "modal"),
            (WAS_PASSWORD, _) => changes.was_secret = true,
            (_, value) => rest.push((name, value.into_text())),
        }
    }
    (changes.attributes, changes.natural) = taken_back(tag, rest);
    changes
}

/// Attributes with their values, nothing for one that goes.
type Attributes = Vec<(String, Option<String>)>;

/// Puts addresses back where they were, and leaves out what the page never had. Gives the size that a placeholder keeps.
fn taken_back(tag: &str, values: Attributes) -> (Attributes, Option<(u32, u32)>) {
    let mut natural = None;
    let is_taken = |name: &str| values.iter().any(|(known, _)| known.strip_prefix(TAKEN_OUT) == Some(name));
    let taken: Vec<String> = values.iter().filter(|(name, _)| is_taken(name)).map(|(name, _)| name.clone()).collect();
    let mut kept = Vec::with_capacity(values.len());
    for (name, value) in values {
        if let (Some(size), "src" | "poster") = (value.as_deref().and_then(placeholder), name.as_str()) {
            natural = Some(size);
            continue;
        }
        if taken.contains(&name) {
            continue;
        }
        match name.strip_prefix(TAKEN_OUT) {
            Some(original) => kept.push((original.to_owned(), value)),
            None if name == "rr_src" && tag == "iframe" => kept.push(("src".to_owned(), value)),
            // Pixels cannot be masked; what else rrweb has named so is nothing of the page.
            None if name.starts_with("rr_") || name == "csp-content" || name.is_empty() => {}
            None => kept.push((name, value)),
        }
    }
    (kept, natural)
}

/// The size that one of our placeholders keeps.
fn placeholder(address: &str) -> Option<(u32, u32)> {
    let [start, between, end] = PLACEHOLDER;
    let (width, rest) = address.strip_prefix(start)?.split_once(between)?;
    Some((width.parse().ok()?, rest.strip_suffix(end)?.parse().ok()?))
}

/// A number of pixels, 0 when there is none.
pub(super) fn whole(number: Option<f64>) -> i32 {
    // Casts stop at the ends of the type, and what is no number becomes 0.
    number.unwrap_or_default().round() as i32
}

/// A number that is not negative.
pub(super) fn count(number: Option<f64>) -> u32 {
    number.unwrap_or_default().round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(list: &[(&str, &str)]) -> Vec<(String, Value)> {
        list.iter().map(|(name, value)| ((*name).to_owned(), Value::Text((*value).to_owned()))).collect()
    }

    fn owned(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn addresses_go_back_to_their_place() {
        let [start, between, end] = PLACEHOLDER;
        let picture = format!("{start}3{between}2{end}");
        let one = given("img", text(&[("rrweb-original-src", "http://x/y"), ("src", &picture), ("alt", "a")]));
        assert_eq!(one.attributes, owned(&[("src", "http://x/y"), ("alt", "a")]));
        assert_eq!(one.surface.natural, Some((3, 2)));
        let frame = given("iframe", text(&[("rr_src", "in.html"), ("rr_dataURL", "data:x")]));
        assert_eq!(frame.attributes, owned(&[("src", "in.html")]));
    }

    #[test]
    fn a_link_with_rules_is_a_style_sheet() {
        let link = given("link", text(&[("_cssText", "a{}")]));
        assert_eq!(link.attributes, owned(&[("rel", "stylesheet")]));
        assert_eq!(link.surface.css.as_deref(), Some("a{}"));
    }

    #[test]
    fn sizes_and_places_are_no_attributes() {
        let place = given("div", text(&[("rr_width", "12.6px"), ("rr_height", "NaNpx"), ("rr_scrollTop", "4")]));
        assert_eq!((place.blocked, place.surface.scroll, place.attributes.len()), (Some((13, 0)), Some((0, 4)), 0));
    }
}
