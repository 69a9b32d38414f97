//! Pages for the tests, written with the recorder's own writers. In: strings, records, batches. Out: payloads in frames.
//! The packed form of a `DOM` record is written here a second time, from what its reader gives, so that the reader is
//! tested against the grammar in [`shared::dom`] and not against itself.
#![allow(dead_code)] // Each test uses a part.

use serde::Serialize;
use shared::dom::{Batch, ListOp, Shape, Token, op, token};
use shared::frame::Flags;
use shared::ids::{PageId, PageSeq};
use shared::mask::Rules;
use shared::record::{self, Checkpoint, tag};
use shared::recording::{Page, PageFrame};
use shared::strings::{Kind, NewStrings, StringRef};
use shared::varint::{put, put_delta};

/// The body of a `DOM` record. `known` counts the shapes defined so far; `shapes` has them all.
pub fn encode(batch: &Batch, known: &mut usize, shapes: &[Shape]) -> Vec<u8> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    let mut lists = Vec::new();
    let mut parent = 0;
    for list in &batch.lists {
        put_delta(&mut lists, &mut parent, list.parent);
        let (mut position, mut moved) = (0, 0);
        for one in &list.ops {
            match one {
                ListOp::Keep { start, count, backward } => {
                    put(&mut lists, count << 2 | if *backward { op::KEEP_BACKWARD } else { op::KEEP });
                    put_delta(&mut lists, &mut position, *start);
                    position = if *backward { start.wrapping_sub(*count) } else { start.wrapping_add(*count) };
                }
                ListOp::Moved(ids) => {
                    put(&mut lists, (ids.len() as u32) << 2 | op::MOVED);
                    ids.iter().for_each(|id| put_delta(&mut lists, &mut moved, *id));
                }
                ListOp::New(tokens) => {
                    put(&mut lists, op::NEW);
                    for token in tokens {
                        if let Some(id) = encode_token(token, known, shapes, &mut lists) {
                            match runs.last_mut() {
                                Some((start, len)) if start.checked_add(*len) == Some(id) => *len += 1,
                                _ => runs.push((id, 1)),
                            }
                        }
                    }
                    put(&mut lists, token::END);
                }
            }
        }
        put(&mut lists, 0);
    }
    let mut body = Vec::new();
    put(&mut body, batch.at);
    put(&mut body, runs.len() as u32);
    let mut last = 0;
    for (start, len) in runs {
        put_delta(&mut body, &mut last, start);
        put(&mut body, len);
        last = start + len;
    }
    put(&mut body, batch.lists.len() as u32);
    body.append(&mut lists);
    put(&mut body, batch.attributes.len() as u32);
    let mut last = 0;
    for (node, name, value) in &batch.attributes {
        put_delta(&mut body, &mut last, *node);
        put(&mut body, *name);
        put(&mut body, value.map_or(0, |value| value + 1));
    }
    put(&mut body, batch.texts.len() as u32);
    let mut last = 0;
    for (node, text) in &batch.texts {
        put_delta(&mut body, &mut last, *node);
        put(&mut body, *text);
    }
    body
}

/// Writes a token and gives the id of its node, if it makes one.
fn encode_token(one: &Token, known: &mut usize, shapes: &[Shape], out: &mut Vec<u8>) -> Option<u32> {
    let (id, value, kind) = match *one {
        Token::End => {
            put(out, token::END);
            return None;
        }
        Token::Moved { id } => {
            put(out, id << 3 | token::MOVED);
            return None;
        }
        Token::Element { id, shape } => (id, shape, token::ELEMENT),
        Token::Blocked { id, shape, .. } => (id, shape, token::BLOCKED),
        Token::Text { id, text } => (id, text, token::TEXT),
        Token::Doctype { id, text } => (id, text, token::DOCTYPE),
        Token::ShadowRoot { id, flags } => (id, flags, token::SHADOW_ROOT),
        Token::Document { id, flags } => (id, flags, token::DOCUMENT),
        Token::Comment { id } => (id, 0, token::COMMENT),
    };
    put(out, value << 3 | kind);
    if matches!(kind, token::ELEMENT | token::BLOCKED) && value as usize == *known {
        let shape = &shapes[*known];
        *known += 1;
        out.push(shape.namespace);
        put(out, shape.tag);
        put(out, shape.attributes.len() as u32);
        for (name, value) in &shape.attributes {
            put(out, *name);
            put(out, *value);
        }
    }
    if let Token::Blocked { width, height, .. } = *one {
        put(out, width);
        put(out, height);
    }
    Some(id)
}

/// A page under way.
pub struct PageWriter {
    strings: NewStrings,
    shapes: Vec<Shape>,
    known_shapes: usize,
    records: Vec<u8>,
    flags: Flags,
    frames: Vec<PageFrame>,
}

impl PageWriter {
    pub fn new() -> Self {
        Self {
            strings: NewStrings::starting_at(1),
            shapes: Vec::new(),
            known_shapes: 0,
            records: Vec::new(),
            flags: Flags::default(),
            frames: Vec::new(),
        }
    }

    /// The number of a string, which goes into the next record that is put.
    pub fn string(&mut self, kind: Kind, text: &str) -> StringRef {
        self.strings.push(kind, &Rules::default().stated(text))
    }

    pub fn name(&mut self, text: &str) -> StringRef {
        self.string(Kind::Name, text)
    }

    pub fn text(&mut self, text: &str) -> StringRef {
        self.string(Kind::Text, text)
    }

    /// The number of a shape of HTML, which is defined where it is first used. To be used in the order of the numbers.
    pub fn shape(&mut self, tag: &str, attributes: &[(&str, &str)]) -> u32 {
        let tag = self.name(tag);
        let attributes =
            attributes.iter().map(|(name, value)| (self.name(name), self.string(Kind::Attribute, value))).collect();
        self.shapes.push(Shape { namespace: 0, tag, attributes });
        self.shapes.len() as u32 - 1
    }

    pub fn put<T: Serialize>(&mut self, tag: u32, body: &T) {
        self.put_strings();
        record::put(&mut self.records, tag, body);
    }

    pub fn put_packed(&mut self, tag: u32, body: &[u8]) {
        self.put_strings();
        record::put_packed(&mut self.records, tag, body);
    }

    fn put_strings(&mut self) {
        self.strings.take(16 << 10, |body| record::put_packed(&mut self.records, tag::STRINGS, body));
    }

    pub fn dom(&mut self, batch: &Batch) {
        let body = encode(batch, &mut self.known_shapes, &self.shapes);
        self.put_packed(tag::DOM, &body);
    }

    pub fn checkpoint(&mut self, at: u32) {
        self.strings = NewStrings::starting_at(1);
        self.shapes.clear();
        self.known_shapes = 0;
        self.flags = self.flags.with(Flags::CHECKPOINT);
        self.put(tag::CHECKPOINT, &Checkpoint { at });
    }

    /// Ends the frame under way; its records count from `at_ms`.
    pub fn end_frame(&mut self, at_ms: u32) {
        let seq = PageSeq(self.frames.len() as u32);
        let flags = core::mem::take(&mut self.flags);
        self.frames.push(PageFrame { seq, flags, at_ms, payload: core::mem::take(&mut self.records) });
    }

    /// The page; what was put since the last frame makes one from time 0.
    pub fn page(mut self) -> Page {
        self.put_strings();
        if !self.records.is_empty() {
            self.end_frame(0);
        }
        Page { id: PageId([1; 8]), offset_ms: 0, frames: self.frames }
    }
}
