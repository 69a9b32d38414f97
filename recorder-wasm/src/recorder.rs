//! The recorder of one page: reads the tap's operations, masks, encodes, and gathers payloads. One call for each flush.

use crate::batch::{Batch, Context};
use crate::dictionary::Dictionary;
use crate::element::Elements;
use crate::links::Links;
use crate::payload::{Payload, Payloads};
use crate::words::{Interned, Words};
use shared::dom::DOCUMENT;
use shared::frame::Flags;
use shared::mask::{Level, Masked, Rules};
use shared::record::{self, Declared, tag};
use shared::strings::{Kind, StringRef};

/// Operations of the tap, in `js/tap/ops.js` too.
mod code {
    pub const LIST: u32 = 1;
    pub const APPEND: u32 = 2;
    pub const ATTRIBUTE_REMOVED: u32 = 4;
    pub const TEXTS: u32 = 5;
    pub const DOM_END: u32 = 6;
    pub const STRINGS_CLEARED: u32 = 7;
    pub const HELLO: u32 = 10;
    pub const CHECKPOINT: u32 = 11;
    pub const CHECKPOINT_END: u32 = 12;
    pub const POINTER: u32 = 13;
    pub const CLICK: u32 = 14;
    pub const INPUT: u32 = 15;
    pub const SCROLL: u32 = 16;
    pub const VIEWPORT: u32 = 17;
    pub const FOCUS: u32 = 18;
    pub const VISIBILITY: u32 = 19;
    pub const NAVIGATE: u32 = 20;
    pub const END: u32 = 21;
    pub const SHEET: u32 = 22;
    pub const ADOPTED: u32 = 24;
    pub const EVENT: u32 = 25;
    pub const TAG: u32 = 26;
    pub const IDENTIFY: u32 = 27;
    pub const CONVERSATION: u32 = 28;
    pub const ERROR: u32 = 29;
    pub const GAP: u32 = 30;
    pub const HEARTBEAT: u32 = 31;
    pub const NATURAL_SIZE: u32 = 32;
}

/// See the module.
pub struct Recorder {
    rules: Rules,
    links: Links,
    dictionary: Dictionary,
    elements: Elements,
    interned: Interned,
    batch: Batch,
    payloads: Payloads,
}

impl Recorder {
    /// A recorder that masks by `rules`.
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            links: Links::default(),
            dictionary: Dictionary::new(),
            elements: Elements::default(),
            interned: Interned::default(),
            batch: Batch::default(),
            payloads: Payloads::default(),
        }
    }

    /// Reads operations. Afterwards [`Recorder::freed`] tells which ids are free again.
    pub fn ingest(&mut self, words: &[u32], arena: &[u8]) {
        self.batch.freed.clear();
        let mut words = Words::new(words, arena);
        while !words.is_empty() {
            let code = words.word();
            self.operation(code, &mut words);
        }
    }

    /// Ids that the last [`Recorder::ingest`] freed.
    pub fn freed(&self) -> &[u32] {
        &self.batch.freed
    }

    /// Ends the payload under way, so that everything read so far can be sent.
    pub fn close_payload(&mut self) {
        self.payloads.close();
    }

    /// Bytes of records that no closed payload holds yet.
    pub fn open_bytes(&self) -> usize {
        self.payloads.open_bytes()
    }

    /// The oldest closed payload.
    pub fn next_payload(&mut self) -> Option<Payload> {
        self.payloads.next()
    }

    fn operation(&mut self, code: u32, words: &mut Words<'_>) {
        match code {
            code::LIST..=code::TEXTS => self.change(code, words),
            code::DOM_END => self.end_batch(words.word()),
            code::STRINGS_CLEARED => {
                self.interned.clear();
                self.elements.clear();
            }
            code::CHECKPOINT => self.checkpoint(words.word()),
            code::IDENTIFY..=code::CONVERSATION => self.declare(code, words),
            code::CLICK..=code::INPUT => self.interaction(code, words),
            code::SHEET..=code::ADOPTED => self.style(code, words),
            _ => self.occurrence(code, words),
        }
    }

    fn change(&mut self, code: u32, words: &mut Words<'_>) {
        let context = &mut Context {
            rules: &self.rules,
            links: &mut self.links,
            dictionary: &mut self.dictionary,
            elements: &mut self.elements,
            interned: &mut self.interned,
        };
        if matches!(code, code::LIST | code::APPEND) {
            let parent = words.word();
            self.batch.list(words, parent, code == code::APPEND, context);
            return;
        }
        // Lists stand before everything else in a flush, so what follows sees the tree as it is now.
        self.batch.link(context.links);
        if code == code::TEXTS {
            self.batch.texts(words, context);
            return;
        }
        let node = words.word();
        let tag = words.string(context.interned);
        let name = words.string(context.interned);
        let value = (code != code::ATTRIBUTE_REMOVED).then(|| words.string(context.interned));
        self.batch.attribute(node, tag, name, value, words, context);
    }

    fn end_batch(&mut self, at: u32) {
        self.batch.link(&mut self.links);
        if !self.batch.is_empty() {
            let body = self.batch.take(self.payloads.relative(at));
            self.payloads.put_packed(&mut self.dictionary, tag::DOM, &body);
        }
    }

    /// Everything sent so far is void: the page is read anew.
    fn checkpoint(&mut self, at: u32) {
        self.links.clear();
        self.links.add(DOCUMENT, Level::Page, false);
        self.dictionary.clear();
        self.elements.clear();
        self.payloads.flag(Flags::CHECKPOINT);
        let at = self.payloads.relative(at);
        self.payloads.put(&mut self.dictionary, tag::CHECKPOINT, &record::Checkpoint { at });
    }

    fn string(
        &mut self,
        words: &mut Words<'_>,
        kind: Kind,
        mask: impl Fn(&Rules, &str) -> Masked<'static>,
    ) -> StringRef {
        let raw = words.string(&mut self.interned);
        let masked = mask(&self.rules, words.text(raw, &self.interned));
        self.dictionary.string(kind, &masked)
    }

    fn text(&mut self, words: &mut Words<'_>, level: Level) -> StringRef {
        self.string(words, Kind::Text, |rules, raw| rules.text(raw, level).into_owned())
    }

    fn url(&mut self, words: &mut Words<'_>) -> StringRef {
        self.string(words, Kind::Url, |rules, raw| rules.url(raw).into_owned())
    }

    fn property(&mut self, words: &mut Words<'_>) -> StringRef {
        self.string(words, Kind::Text, |rules, raw| rules.property(raw).into_owned())
    }

    /// What the visitor did to an element.
    fn interaction(&mut self, code: u32, words: &mut Words<'_>) {
        let at = self.payloads.relative(words.word());
        let node = words.word();
        let level = self.links.level(node);
        if code == code::CLICK {
            let (x, y, kind) = (words.signed(), words.signed(), words.word() as u8);
            let within = (words.word(), words.word());
            self.payloads.flag(Flags::ACTIVE);
            let click = record::Click { at, node, x, y, kind, within };
            self.payloads.put(&mut self.dictionary, tag::CLICK, &click);
            return;
        }
        let has_value = words.word() != 0;
        let value = self.string(words, Kind::Field, |rules, raw| rules.field_value(raw, level).into_owned());
        let checked = words.word().checked_sub(1);
        let by_visitor = words.word() != 0;
        let selected = words.word().checked_sub(1).map(|count| (0..count).map(|_| words.word()).collect());
        let shows_choice = self.rules.shows_choice(level);
        if by_visitor {
            self.payloads.flag(Flags::ACTIVE);
        }
        let input = record::Input {
            at,
            node,
            value: has_value.then_some(value),
            checked: checked.filter(|_| shows_choice).map(|checked| checked != 0),
            selected: selected.filter(|_| shows_choice),
            by_visitor,
        };
        if self.links.has(node) {
            self.payloads.put(&mut self.dictionary, tag::INPUT, &input);
        }
    }

    /// Style sheets that are not the text of a `<style>`.
    fn style(&mut self, code: u32, words: &mut Words<'_>) {
        let at = self.payloads.relative(words.word());
        let node = words.word();
        if code == code::ADOPTED {
            let sheets = (0..words.word()).map(|_| words.word()).collect();
            self.payloads.put(&mut self.dictionary, tag::ADOPTED, &record::Adopted { at, node, sheets });
            return;
        }
        let sheet = words.word();
        let level = if node == 0 { Level::Page } else { self.links.level(node) };
        let css = move |rules: &Rules, raw: &str| rules.css(raw, level).into_owned();
        if code == code::SHEET {
            let text = self.string(words, Kind::Css, css);
            self.payloads.put(&mut self.dictionary, tag::SHEET, &record::Sheet { at, node, sheet, text });
            return;
        }
        // What is left is a single rule, inserted or deleted.
        let index = words.word();
        let inserts = words.word() != 0;
        let text = self.string(words, Kind::Css, css);
        let rule = record::Rule { at, node, sheet, index, text: inserts.then_some(text) };
        self.payloads.put(&mut self.dictionary, tag::RULE, &rule);
    }

    /// What the site's owner declares: the only text that is not masked, and kept apart from the recording.
    fn declare(&mut self, code: u32, words: &mut Words<'_>) {
        let at = self.payloads.relative(words.word());
        if code == code::CONVERSATION {
            let id = words.string(&mut self.interned);
            let id = Declared(words.text(id, &self.interned).to_owned());
            self.payloads.put(&mut self.dictionary, tag::CONVERSATION, &record::Conversation { at, id });
            return;
        }
        let traits = (0..words.word()).map(|_| {
            let name = words.string(&mut self.interned);
            let value = words.string(&mut self.interned);
            (words.text(name, &self.interned).to_owned(), words.text(value, &self.interned).to_owned())
        });
        let traits = Declared(traits.collect());
        self.payloads.put(&mut self.dictionary, tag::IDENTIFY, &record::Identify { at, traits });
    }

    /// Everything else that happens on a page.
    fn occurrence(&mut self, code: u32, words: &mut Words<'_>) {
        let at = self.payloads.relative(words.word());
        match code {
            code::HELLO => self.hello(at, words),
            code::CHECKPOINT_END => self.put(tag::CHECKPOINT_END, &record::CheckpointEnd { at }),
            code::POINTER => {
                let kind = words.word() as u8;
                let points = (0..words.word()).map(|_| (words.word(), words.signed(), words.signed())).collect();
                self.payloads.flag(Flags::ACTIVE);
                self.put(tag::POINTER, &record::Pointer { at, kind, points });
            }
            code::SCROLL => {
                let (node, x, y) = (words.word(), words.signed(), words.signed());
                if self.links.has(node) {
                    self.put(tag::SCROLL, &record::Scroll { at, node, x, y });
                }
            }
            code::VIEWPORT => {
                let (width, height) = (words.word(), words.word());
                self.put(tag::VIEWPORT, &record::Viewport { at, width, height });
            }
            code::FOCUS => {
                let node = words.word();
                self.put(tag::FOCUS, &record::Focus { at, node });
            }
            code::VISIBILITY => {
                let visible = words.word() != 0;
                self.put(tag::VISIBILITY, &record::Visibility { at, visible });
            }
            code::NAVIGATE => {
                let url = self.url(words);
                let title = self.text(words, Level::Page);
                self.put(tag::NAVIGATE, &record::Navigate { at, url, title });
            }
            code::END => {
                let reason = words.word() as u8;
                self.payloads.flag(Flags::END);
                self.put(tag::END, &record::End { at, reason });
            }
            code::EVENT => {
                let name = self.text(words, Level::Page);
                let props = (0..words.word()).map(|_| (self.text(words, Level::Page), self.property(words))).collect();
                self.put(tag::EVENT, &record::Event { at, name, props });
            }
            code::TAG => {
                let key = self.text(words, Level::Page);
                let value = self.property(words);
                self.put(tag::TAG, &record::Tag { at, key, value });
            }
            code::ERROR => {
                let message = self.text(words, Level::Page);
                self.put(tag::ERROR, &record::Error { at, message });
            }
            code::GAP => {
                let reason = words.word() as u8;
                self.put(tag::GAP, &record::Gap { at, reason });
            }
            code::HEARTBEAT => self.put(tag::HEARTBEAT, &record::Heartbeat { at }),
            code::NATURAL_SIZE => {
                let (node, width, height) = (words.word(), words.word(), words.word());
                if self.links.has(node) {
                    self.put(tag::NATURAL_SIZE, &record::NaturalSize { at, node, width, height });
                }
            }
            _ => {}
        }
    }

    fn hello(&mut self, at: u32, words: &mut Words<'_>) {
        let url = self.url(words);
        let referrer = self.url(words);
        let title = self.text(words, Level::Page);
        let language = self.string(words, Kind::Name, |rules, raw| rules.name(raw).into_owned());
        let viewport = (words.word(), words.word());
        let screen = (words.word(), words.word());
        let pixel_ratio_percent = words.word();
        let has_visitor = words.word() != 0;
        let mut visitor = [0; 16];
        for bytes in visitor.chunks_exact_mut(4) {
            bytes.copy_from_slice(&words.word().to_le_bytes());
        }
        let visitor = has_visitor.then_some(visitor);
        let (tab, start) = (words.word(), words.word() as u8);
        let hello = record::Hello {
            at,
            url,
            referrer,
            title,
            language,
            viewport,
            screen,
            pixel_ratio_percent,
            visitor,
            tab,
            start,
        };
        self.put(tag::HELLO, &hello);
    }

    fn put<T: serde::Serialize>(&mut self, tag: u32, body: &T) {
        self.payloads.put(&mut self.dictionary, tag, body);
    }
}
