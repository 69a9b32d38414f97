//! One page: from rrweb's events to records. In: a full snapshot, then what happened, by time. Out: the page as the recorder
//! would have sent it. The tree is told by `telling`; everything else is told here, each text masked by its kind.

mod happened;
mod said;
mod sheets;

use super::Refused;
use super::attributes::{count, whole};
use super::format;
use super::marker::Marker;
use super::telling::{Context, Telling, number_of};
use super::tree::{Element, Key, Node, TOP, Tree, What};
use super::work::Work;
use super::writer::Writer;
use shared::dom::DOCUMENT;
use shared::ids::PageId;
use shared::mask::{Level, Rules};
use shared::record::{self, tag};
use shared::recording;
use shared::strings::Kind;
use std::collections::{BTreeSet, HashMap};

/// What a page is told with.
pub(super) struct Means<'m> {
    pub(super) rules: &'m Rules,
    pub(super) marker: &'m Marker,
    pub(super) work: &'m mut Work,
}

/// A page under way.
pub(super) struct Page {
    pub(super) start_ms: u64,
    pub(super) href: String,
    window: u32,
    viewport: (u32, u32),
    has_hello: bool,
    has_ended: bool,
    last_ms: u32,
    tree: Tree,
    telling: Telling,
    writer: Writer,
    /// Numbers of constructed sheets by rrweb's.
    sheets: HashMap<i64, u32>,
}

impl Page {
    pub(super) fn new(start_ms: u64, window: u32, href: String, viewport: (u32, u32)) -> Self {
        Self {
            start_ms,
            href,
            window,
            viewport,
            has_hello: false,
            has_ended: false,
            last_ms: 0,
            tree: Tree::new(),
            telling: Telling::new(),
            writer: Writer::new(),
            sheets: HashMap::new(),
        }
    }

    /// The page's records.
    pub(super) fn finish(mut self, id: PageId, started_at_ms: u64) -> recording::Page {
        if !self.has_ended {
            self.writer.put(self.last_ms, tag::END, |at| record::End { at, reason: 0 });
        }
        let offset_ms = u32::try_from(self.start_ms - started_at_ms).unwrap_or(u32::MAX);
        recording::Page { id, offset_ms, frames: self.writer.finish() }
    }

    /// The page's time of an event; the page is at least as long.
    fn time(&mut self, at_ms: u64) -> u32 {
        let at = u32::try_from(at_ms.saturating_sub(self.start_ms)).unwrap_or(u32::MAX);
        self.last_ms = self.last_ms.max(at);
        at
    }

    /// Whether there is room for more.
    pub(super) fn check(&self, number: usize) -> Result<(), Refused> {
        self.writer.check(number)
    }

    /// The window's size, if it is another one.
    pub(super) fn resize(&mut self, at_ms: u64, width: Option<f64>, height: Option<f64>) {
        let size = (count(width), count(height));
        if size != self.viewport && size.0 > 0 && size.1 > 0 {
            let at = self.time(at_ms);
            self.viewport = size;
            self.writer.put(at, tag::VIEWPORT, |at| record::Viewport { at, width: size.0, height: size.1 });
        }
    }

    /// The page as a whole.
    pub(super) fn snapshot(
        &mut self,
        at_ms: u64,
        snapshot: format::FullSnapshot,
        means: &mut Means<'_>,
    ) -> Result<(), Refused> {
        let at = self.time(at_ms);
        let mut tree = Tree::new();
        tree.build(snapshot.node, means.work)?;
        self.tree = tree;
        self.telling = Telling::new();
        self.sheets.clear();
        if !std::mem::replace(&mut self.has_hello, true) {
            self.hello(at, means)?;
        }
        self.writer.checkpoint(at);
        self.tell(at, means)?;
        let offset = snapshot.initial_offset;
        let (x, y) = offset.map_or((0, 0), |offset| (whole(offset.left), whole(offset.top)));
        if (x, y) != (0, 0) {
            self.writer.put(at, tag::SCROLL, |at| record::Scroll { at, node: DOCUMENT, x, y });
        }
        self.writer.put(at, tag::CHECKPOINT_END, |at| record::CheckpointEnd { at });
        Ok(())
    }

    fn hello(&mut self, at: u32, means: &mut Means<'_>) -> Result<(), Refused> {
        let title =
            self.tree.below(TOP, "title", means.work)?.first().map_or_else(String::new, |title| self.text_in(*title));
        let url = self.writer.string(Kind::Url, &means.rules.url(&self.href));
        let title = self.writer.string(Kind::Text, &means.rules.text(&title, Level::Page));
        let (viewport, tab) = (self.viewport, self.window);
        self.writer.put(at, tag::HELLO, |at| record::Hello {
            at,
            url,
            title,
            viewport,
            pixel_ratio_percent: 100,
            tab,
            ..record::Hello::default()
        });
        Ok(())
    }

    fn text_in(&self, key: Key) -> String {
        let children = self.tree.get(key).map_or(&[][..], |node| node.children.as_slice());
        let text = |key: &Key| match self.tree.get(*key) {
            Some(Node { what: What::Text(text), .. }) => Some(text.as_str()),
            _ => None,
        };
        children.iter().filter_map(text).collect()
    }

    fn tell(&mut self, at: u32, means: &mut Means<'_>) -> Result<(), Refused> {
        let mut context =
            Context { rules: means.rules, marker: means.marker, writer: &mut self.writer, work: means.work, at_ms: at };
        let fresh = self.telling.tell(&mut self.tree, &mut context)?;
        let mut fields = BTreeSet::new();
        for key in &fresh {
            let Some(element) = self.tree.element(*key) else { continue };
            match element.tag.as_str() {
                // What is not told holds what its markup says.
                "input" => drop(fields.insert(*key)),
                "textarea" if element.surface.value.is_some() => drop(fields.insert(*key)),
                "option" if element.surface.selected => fields.extend(self.select_of(*key)),
                _ => {}
            }
        }
        for key in fresh {
            self.tell_surface(at, key, means.rules);
        }
        fields.extend(std::mem::take(&mut self.tree.changed_fields));
        for key in fields {
            self.tell_field(at, key, false, means)?;
        }
        for key in std::mem::take(&mut self.tree.changed_sheets) {
            self.tell_sheet(at, key, means.rules);
        }
        for key in std::mem::take(&mut self.tree.changed_dialogs) {
            let is_modal = self.tree.element(key).is_some_and(|element| element.surface.is_modal);
            self.tell_dialog(at, key, is_modal);
        }
        self.tree.clear_out();
        Ok(())
    }

    /// Number and element of a node that is in the recording and may be shown.
    fn shown(&self, key: Key) -> Option<(u32, &Element, Level)> {
        let node = self.tree.get(key)?;
        let id = number_of(&self.tree, key);
        let What::Element(element) = &node.what else { return None };
        (id != 0 && node.level != Level::Blocked).then_some((id, element, node.level))
    }

    fn tell_surface(&mut self, at: u32, key: Key, rules: &Rules) {
        self.tell_sheet(at, key, rules);
        let Some((node, element, _)) = self.shown(key) else { return };
        let surface = &element.surface;
        let (natural, scroll, media, is_modal) = (surface.natural, surface.scroll, surface.media, surface.is_modal);
        if let Some((width, height)) = natural {
            self.writer.put(at, tag::NATURAL_SIZE, |at| record::NaturalSize { at, node, width, height });
        }
        if let Some((x, y)) = scroll {
            self.writer.put(at, tag::SCROLL, |at| record::Scroll { at, node, x, y });
        }
        if let Some(media) = media {
            self.writer.put(at, tag::MEDIA, |at| media.record(at, node));
        }
        if is_modal {
            self.tell_dialog(at, key, true);
        }
    }

    fn tell_dialog(&mut self, at: u32, key: Key, is_modal: bool) {
        if let Some((node, ..)) = self.shown(key) {
            let value = u32::from(is_modal);
            self.writer.put(at, tag::STATE, |at| record::State { at, node, what: 0, value });
        }
    }

    fn tell_sheet(&mut self, at: u32, key: Key, rules: &Rules) {
        let Some((node, element, level)) = self.shown(key) else { return };
        let Some(css) = element.surface.css.clone() else { return };
        let text = self.writer.string(Kind::Css, &rules.css(&css, level));
        self.writer.put(at, tag::SHEET, |at| record::Sheet { at, node, sheet: 0, text });
    }

    /// The select that an option is in.
    fn select_of(&self, option: Key) -> Option<Key> {
        let mut at = self.tree.get(option)?.parent;
        while let Some(key) = at {
            if self.tree.element(key)?.is("select") {
                return Some(key);
            }
            at = self.tree.get(key)?.parent;
        }
        None
    }

    /// What a field holds.
    fn tell_field(&mut self, at: u32, key: Key, by_visitor: bool, means: &mut Means<'_>) -> Result<(), Refused> {
        let Some((node, element, level)) = self.shown(key) else { return Ok(()) };
        let shows_choice = means.rules.shows_choice(level);
        let kind = element.value("type").unwrap_or_default().to_ascii_lowercase();
        let surface = &element.surface;
        let is_select = element.is("select");
        let is_box = element.is("input") && matches!(kind.as_str(), "checkbox" | "radio");
        if element.is("input") && matches!(kind.as_str(), "submit" | "button" | "reset" | "image") {
            return Ok(());
        }
        let checked = (is_box && shows_choice).then_some(surface.checked);
        let value = surface.value.clone().filter(|_| !is_box && !is_select);
        let mut selected = None;
        if is_select && shows_choice {
            let options = self.tree.below(key, "option", means.work)?;
            let is_selected = |option: &Key| self.tree.element(*option).is_some_and(|option| option.surface.selected);
            let places = options.iter().enumerate().filter(|(_, option)| is_selected(option));
            selected = Some(places.map(|(place, _)| place as u32).collect::<Vec<_>>());
        }
        if value.is_none() && checked.is_none() && selected.is_none() {
            return Ok(());
        }
        let value = value.map(|value| self.writer.string(Kind::Field, &means.rules.field_value(&value, level)));
        self.writer.put(at, tag::INPUT, |at| record::Input { at, node, value, checked, selected, by_visitor });
        Ok(())
    }
}
