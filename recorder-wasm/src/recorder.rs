//! The recorder of one page: reads the tap's operations, masks, encodes, and gathers payloads. One call for each flush.

use crate::batch::{Batch, Context};
use crate::dictionary::Dictionary;
use crate::element::Elements;
use crate::fields::{FIRST, Field, KINDS};
use crate::links::{Inside, Links};
use crate::payload::{Payload, Payloads};
use crate::table::Hash;
use crate::words::{Interned, Raw, Words};
use alloc::vec::Vec;
use shared::dom::DOCUMENT;
use shared::frame::Flags;
use shared::mask::{Level, Masked, Rules};
use shared::record::tag;
use shared::strings::Kind;
use shared::varint::{put, put_signed};

/// Operations that change the tree, in `js/tap/ops.js` too; the others are in [`KINDS`].
mod code {
    pub const LIST: u32 = 1;
    pub const APPEND: u32 = 2;
    pub const ATTRIBUTE_REMOVED: u32 = 4;
    pub const TEXTS: u32 = 5;
    pub const DOM_END: u32 = 6;
    pub const STRINGS_CLEARED: u32 = 7;
    /// A record of nothing but numbers: time, tag, count, numbers. Signed ones come in zigzag already.
    pub const NUMBERS: u32 = 8;
}

/// Milliseconds in which a field's state is not told again as it was: what is hidden looks the same with every key.
const SAME_INPUT_MS: u32 = 1000;

/// See the module.
pub struct Recorder {
    rules: Rules,
    links: Links,
    dictionary: Dictionary,
    elements: Elements,
    interned: Interned,
    batch: Batch,
    payloads: Payloads,
    /// Hash and time of the field state told last; see [`SAME_INPUT_MS`].
    last_input: (u64, u32),
}

impl Recorder {
    /// A recorder that masks by `rules`.
    pub const fn new(rules: Rules) -> Self {
        Self {
            rules,
            links: Links::new(),
            dictionary: Dictionary::new(),
            elements: Elements::new(),
            interned: Interned::new(),
            batch: Batch::new(),
            payloads: Payloads::new(),
            last_input: (0, 0),
        }
    }

    /// Masks by other rules. To be called before anything else.
    pub fn mask_by(&mut self, rules: Rules) {
        self.rules = rules;
    }

    /// Reads operations. Afterwards [`Recorder::freed`] tells which ids are free again.
    pub fn ingest(&mut self, words: &[u32], arena: &[u8]) {
        self.batch.freed.clear();
        let mut words = Words::new(words, arena);
        while !words.is_empty() {
            match words.word() {
                code @ code::LIST..=code::TEXTS => self.change(code, &mut words),
                code::DOM_END => self.end_batch(words.word()),
                code::STRINGS_CLEARED => {
                    self.interned.clear();
                    self.elements.clear();
                }
                code::NUMBERS => self.numbers(&mut words),
                code => self.record(code, &mut words),
            }
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

    /// The oldest closed payload.
    pub fn next_payload(&mut self) -> Option<Payload> {
        self.payloads.next()
    }

    fn change(&mut self, code: u32, words: &mut Words<'_>) {
        // Places are small while few strings are named: with each frame they start anew.
        if self.payloads.is_empty() && self.batch.is_empty() {
            self.batch.start_column(&mut self.dictionary);
        }
        let context = &mut Context {
            rules: &self.rules,
            links: &mut self.links,
            dictionary: &mut self.dictionary,
            elements: &mut self.elements,
            interned: &mut self.interned,
        };
        if matches!(code, code::LIST | code::APPEND) {
            // A number may come to mean another field.
            self.last_input.0 = 0;
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
            let body = self.batch.take(self.payloads.relative(at), &mut self.dictionary);
            self.payloads.put(&mut self.dictionary, tag::CHANGES, &body, Flags::default());
        }
    }

    /// Writes one record that is not about the tree.
    fn record(&mut self, code: u32, words: &mut Words<'_>) {
        let Some(kind) = code.checked_sub(FIRST).and_then(|index| KINDS.get(index as usize)) else { return };
        if kind.tag == tag::CHECKPOINT {
            self.start_anew();
        }
        let time = words.word();
        let at = self.payloads.relative(time);
        let node = words.peek();
        let mut body = Vec::new();
        put(&mut body, at);
        let start = body.len();
        if kind.tag == tag::INPUT {
            self.input(words, &mut body);
            let mut hash = Hash::new(0);
            hash.bytes(body.get(start..).unwrap_or(&[]));
            let (last, last_time) = core::mem::replace(&mut self.last_input, (hash.finish(), time));
            if last == self.last_input.0 && time.wrapping_sub(last_time) < SAME_INPUT_MS {
                self.last_input.1 = last_time;
                return;
            }
        }
        for field in kind.fields {
            self.field(*field, kind.tag, node, words, &mut body);
        }
        if kind.needs_node && !self.links.has(node) {
            return;
        }
        let flags = match kind.tag {
            tag::CHECKPOINT => Flags::CHECKPOINT,
            tag::END => Flags::END,
            tag::POINTER | tag::CLICK => Flags::ACTIVE,
            _ => Flags::default(),
        };
        self.payloads.put(&mut self.dictionary, kind.tag, &body, flags);
    }

    fn numbers(&mut self, words: &mut Words<'_>) {
        let mut body = Vec::new();
        put(&mut body, self.payloads.relative(words.word()));
        let tag = words.word();
        for _ in 0..words.word() {
            put(&mut body, words.word());
        }
        if (tag::KEY..=tag::TOUCH).contains(&tag) {
            self.payloads.flag(Flags::ACTIVE);
        }
        self.payloads.put(&mut self.dictionary, tag, &body, Flags::default());
    }

    /// Everything sent so far is void: the page is read anew.
    fn start_anew(&mut self) {
        self.links.clear();
        self.links.add(DOCUMENT, Inside::new(Level::Page, false, false));
        self.dictionary.clear();
        self.elements.clear();
    }

    fn field(&mut self, field: Field, tag: u32, node: u32, words: &mut Words<'_>, body: &mut Vec<u8>) {
        match field {
            Field::Number => put(body, words.word()),
            Field::Signed => put_signed(body, words.signed()),
            Field::Byte => body.push(words.word() as u8),
            Field::Numbers | Field::Points | Field::Properties | Field::DeclaredPairs => {
                let parts: &[Field] = match field {
                    Field::Numbers => &[Field::Number],
                    Field::Points => &[Field::Number, Field::Signed, Field::Signed],
                    Field::Properties => &[Field::Text, Field::Property],
                    _ => &[Field::Declared, Field::Declared],
                };
                let count = words.word();
                put(body, count);
                for _ in 0..count {
                    for part in parts {
                        self.field(*part, tag, node, words, body);
                    }
                }
            }
            Field::OptionalCss => {
                let is_there = words.word() != 0;
                body.push(is_there.into());
                if is_there {
                    self.field(Field::Css, tag, node, words, body);
                } else {
                    words.string(&mut self.interned);
                }
            }
            Field::OptionalId => {
                let is_there = words.word() != 0;
                body.push(is_there.into());
                for _ in 0..4 {
                    let part = words.word().to_le_bytes();
                    body.extend_from_slice(if is_there { &part } else { &[] });
                }
            }
            Field::Declared => {
                let raw = words.string(&mut self.interned);
                let text = words.text(raw, &self.interned).as_bytes();
                put(body, text.len() as u32);
                body.extend_from_slice(text);
            }
            Field::Text | Field::Url | Field::Property | Field::Name | Field::Css => {
                let raw = words.string(&mut self.interned);
                let level = if tag == tag::SHEET || tag == tag::RULE { self.sheet_level(node) } else { Level::Page };
                put(body, self.masked(field, raw, level, words));
            }
        }
    }

    /// A constructed sheet belongs to no node.
    fn sheet_level(&self, node: u32) -> Level {
        if node == 0 { Level::Page } else { self.links.inside(node).level() }
    }

    fn masked(&mut self, field: Field, raw: Raw, level: Level, words: &Words<'_>) -> u32 {
        let text = words.text(raw, &self.interned);
        let (kind, masked): (Kind, Masked<'_>) = match field {
            Field::Url => (Kind::Url, self.rules.url(text)),
            Field::Property => (Kind::Text, self.rules.property(text)),
            Field::Name => (Kind::Name, self.rules.name(text)),
            Field::Css => (Kind::Css, self.rules.css(text, level)),
            _ => (Kind::Text, self.rules.text(text, level)),
        };
        self.dictionary.string(kind, &masked)
    }

    /// The state of a form field: what may be told of it depends on the level of its node.
    fn input(&mut self, words: &mut Words<'_>, body: &mut Vec<u8>) {
        let node = words.word();
        put(body, node);
        let level = self.links.inside(node).level();
        let has_value = words.word() != 0;
        let raw = words.string(&mut self.interned);
        body.push(has_value.into());
        if has_value {
            let masked = self.rules.field_value(words.text(raw, &self.interned), level);
            put(body, self.dictionary.string(Kind::Field, &masked));
        }
        let shows_choice = self.rules.shows_choice(level);
        match words.word() {
            checked @ 1.. if shows_choice => body.extend_from_slice(&[1, checked as u8 - 1]),
            _ => body.push(0),
        }
        let by_visitor = words.word() as u8;
        let selected = words.word();
        let told = selected > 0 && shows_choice;
        body.push(told.into());
        if told {
            put(body, selected - 1);
        }
        for _ in 1..selected {
            let index = words.word();
            if told {
                put(body, index);
            }
        }
        body.push(by_visitor);
        if by_visitor != 0 {
            self.payloads.flag(Flags::ACTIVE);
        }
    }
}
