//! A place in the records of one page, with the page's state there. Goes forward record by record; going back starts at
//! the last checkpoint before the wanted time.

use super::allowance::Allowance;
use super::event::{Event, Snapshot, What};
use super::tree::{Dictionary, Misfit, Tree};
use crate::dom;
use crate::phrases::Words;
use crate::record::{self, tag};
use crate::recording::Page;
use crate::strings;
use crate::varint::Reader;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use serde::Deserialize;

/// The state of a page beside its tree.
#[derive(Clone, Debug, Default)]
struct Surface {
    inputs: BTreeMap<u32, What>,
    scrolls: BTreeMap<u32, What>,
    sizes: BTreeMap<u32, What>,
    pictures: BTreeMap<u32, What>,
    adopted: BTreeMap<u32, What>,
    /// By (owner node, constructed sheet): its text, then the rules inserted and deleted since.
    sheets: BTreeMap<(u32, u32), Vec<What>>,
    focus: Option<What>,
    /// What elements are in, by node and kind, but for the top layer.
    states: BTreeMap<(u32, u32), What>,
    /// The top layer, what lies on top last.
    top_layer: Vec<What>,
    media: BTreeMap<u32, What>,
    sources: BTreeMap<u32, What>,
    /// Names of elements that are not defined.
    undefined: BTreeMap<String, What>,
    /// By document and text.
    fonts: BTreeMap<(u32, String), What>,
    selection: Option<What>,
    zoom: Option<What>,
    viewport: (u32, u32),
    url: String,
    title: String,
    pointer: Option<(i32, i32)>,
}

/// One inflated frame.
#[derive(Debug)]
struct Base {
    /// Milliseconds from the page's time 0 that its records count from.
    at_ms: u32,
    records: Vec<u8>,
    /// Frames before this one never came.
    after_hole: bool,
}

impl Base {
    /// When a record happened. Every body but those of strings, which have no time of their own, starts with its time.
    fn time_of(&self, tag: u32, body: &[u8]) -> u32 {
        let at = match tag {
            tag::STRINGS | tag::PHRASES => 0,
            tag::CHANGES => Reader::new(body).number().unwrap_or(0) >> 1,
            _ => Reader::new(body).number().unwrap_or(0),
        };
        self.at_ms.saturating_add(at)
    }
}

/// A place in a page. See the module.
#[derive(Clone, Debug)]
pub struct Cursor {
    frames: Arc<[Base]>,
    frame: usize,
    offset: usize,
    at: u32,
    /// The checkpoint that a seek goes to: what it voids is not looked at before it.
    skip_before: (usize, usize),
    dictionary: Dictionary,
    /// Words of the frame under way.
    words: Words,
    tree: Tree,
    surface: Surface,
    allowance: Allowance,
    /// Nothing of the tree can be known up to the next checkpoint.
    lost: bool,
}

impl Cursor {
    /// Stands before the page's first record.
    pub fn new(page: &Page) -> Self {
        let mut next_seq = 0;
        let frames = page.frames.iter().map(|frame| {
            let after_hole = frame.seq.0 != next_seq;
            next_seq = frame.seq.0.wrapping_add(1);
            Base { at_ms: frame.at_ms, records: frame.payload.clone(), after_hole }
        });
        Self::at_start(frames.collect())
    }

    fn at_start(frames: Arc<[Base]>) -> Self {
        Self {
            frames,
            frame: 0,
            offset: 0,
            at: 0,
            skip_before: (0, 0),
            dictionary: Dictionary::new(),
            words: Words::default(),
            tree: Tree::new(),
            surface: Surface::default(),
            allowance: Allowance::new(),
            lost: false,
        }
    }

    /// The page at `at_ms`; the cursor then stands after it.
    pub fn seek(&mut self, at_ms: u32) -> Snapshot {
        if at_ms < self.at {
            *self = Self::at_start(self.frames.clone());
        }
        self.skip_before = self.last_checkpoint(at_ms);
        let mut events = Vec::new();
        while self.step(at_ms, &mut events) {
            events.clear();
        }
        self.at = self.at.max(at_ms);
        self.snapshot(at_ms)
    }

    /// Frame and offset of the last checkpoint from here to `until_ms`; the cursor's own place when there is none.
    fn last_checkpoint(&self, until_ms: u32) -> (usize, usize) {
        let mut last = (self.frame, self.offset);
        // Stops where stepping would: times need not ascend.
        for (number, frame) in self.frames.iter().enumerate().skip(self.frame) {
            if frame.at_ms > until_ms {
                break;
            }
            let mut offset = if number == self.frame { self.offset } else { 0 };
            let mut records = record::read(&frame.records[offset..]);
            while let Some(Ok((tag, body))) = records.next() {
                if frame.time_of(tag, body) > until_ms {
                    return last;
                }
                if tag == tag::CHECKPOINT {
                    last = (number, offset);
                }
                offset = frame.records.len() - records.rest().len();
            }
        }
        last
    }

    /// What happens up to and including `until_ms`; the cursor then stands after it.
    pub fn next(&mut self, until_ms: u32) -> Vec<Event> {
        let mut events = Vec::new();
        while self.step(until_ms, &mut events) {}
        self.at = self.at.max(until_ms);
        events
    }

    /// Tells everything from here to the page's end, one by one.
    pub(super) fn each(&mut self, mut tell: impl FnMut(Event)) {
        let mut events = Vec::new();
        while self.step(u32::MAX, &mut events) {
            events.drain(..).for_each(&mut tell);
        }
        self.at = u32::MAX;
    }

    /// Everything from here to the page's end.
    pub fn rest(&mut self) -> Vec<Event> {
        self.next(u32::MAX)
    }

    /// Reads one record. `false` when there is none up to `until_ms`.
    fn step(&mut self, until_ms: u32, events: &mut Vec<Event>) -> bool {
        let frames = self.frames.clone();
        let Some(frame) = frames.get(self.frame) else { return false };
        if frame.at_ms > until_ms {
            return false;
        }
        if self.offset == 0 && frame.after_hole && !self.lost {
            self.lose(frame.at_ms, events);
        }
        let mut records = record::read(&frame.records[self.offset..]);
        let next = records.next();
        let Some(Ok((tag, body))) = next else {
            if next.is_some() && !self.lost {
                self.lose(frame.at_ms, events);
            }
            self.frame += 1;
            self.offset = 0;
            self.words = Words::default();
            return true;
        };
        let at = frame.time_of(tag, body);
        if at > until_ms {
            return false;
        }
        let is_void = (self.frame, self.offset) < self.skip_before && is_voided(tag);
        self.offset = frame.records.len() - records.rest().len();
        if is_void {
            return true;
        }
        let mut told = Vec::new();
        match self.understand(at, tag, body, &mut told) {
            Ok(()) => events.extend(told.into_iter().map(|what| Event { at, what })),
            Err(Misfit) if !self.lost => self.lose(at, events),
            Err(Misfit) => {}
        }
        true
    }

    fn lose(&mut self, at: u32, events: &mut Vec<Event>) {
        self.lost = true;
        events.push(Event { at, what: What::Gap { reason: 0 } });
    }

    /// Applies one record.
    fn understand(&mut self, at: u32, tag: u32, body: &[u8], told: &mut Vec<What>) -> Result<(), Misfit> {
        if self.lost && matches!(tag, tag::DOM | tag::CHANGES | tag::STRINGS) {
            return Err(Misfit);
        }
        self.allowance.earn(body.len());
        let mut text = |number| self.dictionary.text(number, &mut self.allowance);
        let what = match tag {
            tag::STRINGS => {
                let (first, pieces) = strings::read(body).ok_or(Misfit)?;
                self.dictionary.extend(first, pieces.iter().map(|piece| (piece.text, piece.continued)))?;
                return Ok(());
            }
            tag::PHRASES => {
                let (first, phrases) = self.words.read(body).ok_or(Misfit)?;
                self.allowance.spend(phrases.iter().map(|phrase| phrase.text.len()).sum())?;
                // Read even then: the next checkpoint may stand in this frame.
                if self.lost {
                    return Err(Misfit);
                }
                self.dictionary.extend(first, phrases.iter().map(|phrase| (phrase.text.as_str(), phrase.continued)))?;
                return Ok(());
            }
            tag::CHECKPOINT => {
                self.dictionary = Dictionary::new();
                self.words.start_anew();
                self.tree.clear();
                self.lost = false;
                let Surface { viewport, url, title, pointer, zoom, .. } = core::mem::take(&mut self.surface);
                self.surface = Surface { viewport, url, title, pointer, zoom, ..Surface::default() };
                What::Checkpoint {}
            }
            tag::DOM | tag::CHANGES => {
                let Dictionary { shapes, column, .. } = &mut self.dictionary;
                let batch =
                    if tag == tag::DOM { dom::read(body, shapes) } else { dom::read_changes(body, shapes, column) };
                let batch = batch.ok_or(Misfit)?;
                let mut freed = Vec::new();
                self.tree.apply(&batch, &self.dictionary, &mut self.allowance, told, &mut freed)?;
                for id in freed {
                    self.surface.forget(id);
                }
                self.surface.forget_sheets(told, &self.tree);
                return Ok(());
            }
            tag::HELLO => {
                let hello: record::Hello = parse(body)?;
                What::Hello {
                    url: text(hello.url)?,
                    referrer: text(hello.referrer)?,
                    title: text(hello.title)?,
                    language: text(hello.language)?,
                    viewport: hello.viewport,
                    screen: hello.screen,
                    pixel_ratio_percent: hello.pixel_ratio_percent,
                    tab: hello.tab,
                    start: hello.start,
                }
            }
            tag::CHECKPOINT_END => What::CheckpointEnd {},
            tag::POINTER => {
                let pointer: record::Pointer = parse(body)?;
                What::Pointer { kind: pointer.kind, points: pointer.points }
            }
            tag::CLICK => {
                let record::Click { node, x, y, kind, within, .. } = parse(body)?;
                What::Click { node, x, y, kind, within, text: self.tree.label(node), target: self.tree.target(node) }
            }
            tag::INPUT => {
                let record::Input { node, value, checked, selected, by_visitor, .. } = parse(body)?;
                What::Input { node, value: value.map(text).transpose()?, checked, selected, by_visitor }
            }
            tag::SCROLL => {
                let record::Scroll { node, x, y, .. } = parse(body)?;
                What::Scroll { node, x, y }
            }
            tag::VIEWPORT => {
                let record::Viewport { width, height, .. } = parse(body)?;
                What::Viewport { width, height }
            }
            tag::FOCUS => {
                let record::Focus { node, .. } = parse(body)?;
                What::Focus { node }
            }
            tag::VISIBILITY => {
                let record::Visibility { visible, .. } = parse(body)?;
                What::Visibility { visible }
            }
            tag::NAVIGATE => {
                let record::Navigate { url, title, .. } = parse(body)?;
                What::Navigate { url: text(url)?, title: text(title)? }
            }
            tag::END => {
                let record::End { reason, .. } = parse(body)?;
                What::End { reason }
            }
            tag::SHEET => {
                let record::Sheet { node, sheet, text: rules, .. } = parse(body)?;
                What::Sheet { node, sheet, text: text(rules)? }
            }
            tag::RULE => {
                let record::Rule { node, sheet, index, text: rule, .. } = parse(body)?;
                What::Rule { node, sheet, index, text: rule.map(text).transpose()? }
            }
            tag::ADOPTED => {
                let record::Adopted { node, sheets, .. } = parse(body)?;
                What::Adopted { node, sheets }
            }
            tag::EVENT => {
                let record::Event { name, props, .. } = parse(body)?;
                let props = props.into_iter().map(|(name, value)| Ok((text(name)?, text(value)?)));
                let props = props.collect::<Result<_, Misfit>>()?;
                What::Custom { name: text(name)?, props }
            }
            tag::TAG => {
                let record::Tag { key, value, .. } = parse(body)?;
                What::Tag { key: text(key)?, value: text(value)? }
            }
            tag::ERROR => {
                let record::Error { message, .. } = parse(body)?;
                What::Error { message: text(message)? }
            }
            tag::GAP => {
                let record::Gap { reason, .. } = parse(body)?;
                self.lost = true;
                What::Gap { reason }
            }
            tag::NATURAL_SIZE => {
                let record::NaturalSize { node, width, height, .. } = parse(body)?;
                What::NaturalSize { node, width, height }
            }
            tag::STATE => {
                let record::State { node, what, value, .. } = parse(body)?;
                What::State { node, state: what, value }
            }
            tag::MEDIA => {
                let record::Media { node, flags, time_ms, volume_percent, rate_percent, .. } = parse(body)?;
                let [paused, muted, ended] = [1, 2, 4].map(|bit| flags & bit != 0);
                What::Media { node, paused, muted, ended, time_ms, volume_percent, rate_percent, since_ms: at }
            }
            tag::SELECTION => {
                let record::Selection { anchor, anchor_offset, focus, focus_offset, .. } = parse(body)?;
                What::Selection { anchor, anchor_offset, focus, focus_offset }
            }
            tag::KEY => {
                let key: record::Key = parse(body)?;
                What::Key { name: key.name() }
            }
            tag::CLIPBOARD => {
                let record::Clipboard { node, kind, .. } = parse(body)?;
                What::Clipboard { node, kind }
            }
            tag::SUBMIT => {
                let record::Submit { node, by, .. } = parse(body)?;
                What::Submit { node, by, text: self.tree.label(by) }
            }
            tag::TOUCH => {
                let record::Touch { finger, is_up, points, .. } = parse(body)?;
                What::Touch { finger, is_up: is_up != 0, points }
            }
            tag::ZOOM => {
                let record::Zoom { x, y, scale_percent, .. } = parse(body)?;
                What::Zoom { x, y, scale_percent }
            }
            tag::DEAD => {
                let record::Dead { node, ago_ms, .. } = parse(body)?;
                What::Dead { node, ago_ms }
            }
            tag::DEFINED => {
                let record::Defined { name, is_defined, .. } = parse(body)?;
                What::Defined { name: text(name)?, is_defined }
            }
            tag::FONT => {
                let record::Font { node, text: face, .. } = parse(body)?;
                What::Font { node, text: text(face)? }
            }
            tag::SOURCE => {
                let record::Source { node, url, .. } = parse(body)?;
                What::Source { node, url: text(url)? }
            }
            tag::CANVAS => {
                let record::Canvas { node, picture, .. } = parse(body)?;
                What::Canvas { node, picture: picture.into() }
            }
            tag::VITAL => {
                let record::Vital { name, value, .. } = parse(body)?;
                let Some(name) = VITALS.get(usize::from(name)) else { return Ok(()) };
                What::Vital { name, value: f64::from(value) / 1000.0 }
            }
            tag::CONSOLE => {
                let record::Console { level, text: line, .. } = parse(body)?;
                What::Console { level, text: text(line)? }
            }
            // Heartbeats, what the owner declared, and tags of later versions say nothing about the page.
            _ => return Ok(()),
        };
        self.surface.note(&what, &self.tree);
        told.push(what);
        Ok(())
    }

    fn snapshot(&self, at: u32) -> Snapshot {
        let surface = &self.surface;
        let nodes = self.tree.nodes();
        let state = surface.sheets.values().flatten().chain(surface.fonts.values()).chain(surface.undefined.values());
        let state = state.chain(surface.adopted.values()).chain(surface.sizes.values()).chain(surface.sources.values());
        let state = state.chain(surface.pictures.values());
        let state = state.chain(surface.inputs.values()).chain(surface.states.values()).chain(&surface.top_layer);
        let state = state.chain(surface.media.values()).chain(surface.scrolls.values()).chain(&surface.focus);
        let state = state.chain(&surface.selection).chain(&surface.zoom).cloned().collect();
        Snapshot {
            at,
            nodes: if nodes.len() > 1 { nodes } else { Vec::new() },
            state,
            viewport: surface.viewport,
            url: surface.url.clone(),
            title: surface.title.clone(),
            pointer: surface.pointer,
            gap: self.lost,
        }
    }
}

impl Surface {
    fn note(&mut self, what: &What, tree: &Tree) {
        match what {
            What::Hello { url, title, viewport, .. } => {
                self.url.clone_from(url);
                self.title.clone_from(title);
                self.viewport = *viewport;
            }
            What::Navigate { url, title } => {
                self.url.clone_from(url);
                self.title.clone_from(title);
            }
            What::Viewport { width, height } => self.viewport = (*width, *height),
            What::Pointer { points, .. } => {
                let sum =
                    points.iter().fold((0i32, 0i32), |(x, y), (_, dx, dy)| (x.wrapping_add(*dx), y.wrapping_add(*dy)));
                self.pointer = Some(sum);
            }
            What::Click { x, y, .. } => self.pointer = Some((*x, *y)),
            What::Input { node, .. } if tree.has(*node) => drop(self.inputs.insert(*node, what.clone())),
            What::Scroll { node, .. } if tree.has(*node) => drop(self.scrolls.insert(*node, what.clone())),
            What::NaturalSize { node, .. } if tree.has(*node) => drop(self.sizes.insert(*node, what.clone())),
            What::Canvas { node, .. } if tree.has(*node) => drop(self.pictures.insert(*node, what.clone())),
            What::Adopted { node, .. } if tree.has(*node) => drop(self.adopted.insert(*node, what.clone())),
            What::Focus { .. } => self.focus = Some(what.clone()),
            What::State { node, state: TOP_LAYER, value } if tree.has(*node) => {
                self.top_layer.retain(|other| !is_of(other, *node));
                if *value != 0 {
                    self.top_layer.push(what.clone());
                }
            }
            What::State { node, state, value } if tree.has(*node) => {
                if *value == 0 {
                    self.states.remove(&(*node, *state));
                } else {
                    self.states.insert((*node, *state), what.clone());
                }
            }
            What::Media { node, .. } if tree.has(*node) => drop(self.media.insert(*node, what.clone())),
            What::Source { node, .. } if tree.has(*node) => drop(self.sources.insert(*node, what.clone())),
            What::Selection { anchor: 0, .. } => self.selection = None,
            What::Selection { .. } => self.selection = Some(what.clone()),
            What::Zoom { .. } => self.zoom = Some(what.clone()),
            What::Defined { name, is_defined: true } => drop(self.undefined.remove(name)),
            What::Defined { name, .. } => drop(self.undefined.insert(name.clone(), what.clone())),
            What::Font { node, text } if tree.has(*node) => {
                drop(self.fonts.insert((*node, text.clone()), what.clone()));
            }
            What::Sheet { node, sheet, .. } => drop(self.sheets.insert((*node, *sheet), alloc::vec![what.clone()])),
            What::Rule { node, sheet, .. } => self.sheets.entry((*node, *sheet)).or_default().push(what.clone()),
            _ => {}
        }
    }

    /// Where the text of a `<style>` changed, the browser has thrown away what scripts did to its sheet.
    fn forget_sheets(&mut self, told: &[What], tree: &Tree) {
        if self.sheets.is_empty() {
            return;
        }
        for what in told {
            let owner = match what {
                What::Text { id, .. } => tree.parent(*id),
                What::Insert { parent, .. } | What::Move { parent, .. } => *parent,
                _ => continue,
            };
            self.sheets.remove(&(owner, 0));
        }
    }

    fn forget(&mut self, id: u32) {
        self.inputs.remove(&id);
        self.scrolls.remove(&id);
        self.sizes.remove(&id);
        self.pictures.remove(&id);
        self.adopted.remove(&id);
        self.sheets.remove(&(id, 0));
        self.media.remove(&id);
        self.sources.remove(&id);
        if !self.states.is_empty() {
            self.states.retain(|(node, _), _| *node != id);
        }
        self.top_layer.retain(|what| !is_of(what, id));
        if !self.fonts.is_empty() {
            self.fonts.retain(|(node, _), _| *node != id);
        }
        if matches!(self.selection, Some(What::Selection { anchor, focus, .. }) if anchor == id || focus == id) {
            self.selection = None;
        }
        if self.focus == Some(What::Focus { node: id }) {
            self.focus = None;
        }
    }
}

/// The top layer, among what elements are in.
const TOP_LAYER: u32 = 0;

/// Whether it says something of what that node is in.
fn is_of(what: &What, id: u32) -> bool {
    matches!(what, What::State { node, .. } if *node == id)
}

/// What measurements are called, by [`record::Vital::name`].
const VITALS: [&str; 4] = ["LCP", "CLS", "INP", "TTFB"];

/// Whether a checkpoint leaves nothing of what such a record says.
fn is_voided(tag: u32) -> bool {
    matches!(
        tag,
        tag::DOM
            | tag::CHANGES
            | tag::INPUT
            | tag::SCROLL
            | tag::FOCUS
            | tag::SHEET
            | tag::RULE
            | tag::ADOPTED
            | tag::NATURAL_SIZE
            | tag::CANVAS
            | tag::CONSOLE
            | tag::EVENT
            | tag::TAG
            | tag::ERROR
            | tag::STATE
            | tag::MEDIA
            | tag::SELECTION
            | tag::KEY
            | tag::CLIPBOARD
            | tag::SUBMIT
            | tag::TOUCH
            | tag::DEAD
            | tag::DEFINED
            | tag::FONT
            | tag::SOURCE
    )
}

fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Misfit> {
    postcard::from_bytes(body).map_err(|_| Misfit)
}
