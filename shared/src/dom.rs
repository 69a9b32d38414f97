//! A `DOM` record: what changed in the tree since the last one, packed. Written by the recorder, read by the replay model.
//!
//! A parent's child list goes out as runs over the list it had before the batch, so that an append, a reversal or a sort
//! costs a few bytes and removals are implied. New nodes come with their subtree; an element's tag and attributes are a
//! *shape*, defined at its first use. Numbers are varints, `Δ` a zigzag distance from the value before it.
//!
//! ```text
//! batch    at · runs: n (Δstart len)* · lists: n (Δparent op* 0)* · attributes: n (Δnode name value+1|0)* · texts: n (Δnode string)*
//! op       count<<2|0 Δstart   keep a run of the old list, forward     count<<2|1 Δstart   backward (start is its first taken)
//!          count<<2|2 (Δid)*   nodes that were elsewhere               3 token* end        new nodes, each a subtree
//! token    shape<<3|0 token* end    element           string<<3|1    text       string<<3|2    doctype "name\npublic\nsystem"
//!          flags<<3|3 token* end    shadow root (bit 0 closed, bit 1 delegatesFocus)
//!          flags<<3|4 token* end    document of an iframe (bit 0 quirks)
//!          5    comment             8|5    end         shape<<3|6 width height    blocked element: its place only
//!          id<<3|7    a node that was elsewhere, with its subtree
//! shape    (at first use, when its number is the next)  namespace · tag · n (name value)*      namespace 0 HTML, 1 SVG, 2 MathML
//! ```
//! New nodes take the ids of `runs` in the order in which their tokens stand. A shadow root or an iframe's document is
//! its host's first child. Id 1 is the top document.
//!
//! A `CHANGES` record says the same with its strings in a column of their own ([`crate::column`]), because what is left
//! then repeats itself and packs to next to nothing. Its tokens and shapes have no string numbers (a text is `1`, a
//! doctype `2`); attributes stand by name.
//!
//! ```text
//! changes  at<<1|the column starts anew · runs as above · bytes of the column · column · lists as above
//!          · names: n (count<<1|removed)* · (Δnode)* of them all · texts: n (Δnode)*
//! column   the strings of the lists; for each name its string and those of its values; the texts
//! ```

use crate::column::Column;
use crate::strings::StringRef;
use crate::varint::Reader;
use alloc::vec::Vec;

/// The top document.
pub const DOCUMENT: u32 = 1;

/// Kinds of list operations, the low two bits.
#[allow(missing_docs)]
pub mod op {
    pub const KEEP: u32 = 0;
    pub const KEEP_BACKWARD: u32 = 1;
    pub const MOVED: u32 = 2;
    pub const NEW: u32 = 3;
}

/// Kinds of tokens, the low three bits.
#[allow(missing_docs)]
pub mod token {
    pub const ELEMENT: u32 = 0;
    pub const TEXT: u32 = 1;
    pub const DOCTYPE: u32 = 2;
    pub const SHADOW_ROOT: u32 = 3;
    pub const DOCUMENT: u32 = 4;
    pub const COMMENT: u32 = 5;
    /// [`COMMENT`] with value 1: the innermost open token or the `NEW` operation ends.
    pub const END: u32 = 13;
    pub const BLOCKED: u32 = 6;
    pub const MOVED: u32 = 7;
}

/// An element's tag and attributes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shape {
    /// 0 HTML, 1 SVG, 2 MathML.
    pub namespace: u8,
    /// Local name.
    pub tag: StringRef,
    /// Names and values.
    pub attributes: Vec<(StringRef, StringRef)>,
}

/// One token of a subtree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Token {
    Element { id: u32, shape: u32 },
    Text { id: u32, text: StringRef },
    Doctype { id: u32, text: StringRef },
    ShadowRoot { id: u32, flags: u32 },
    Document { id: u32, flags: u32 },
    Comment { id: u32 },
    Blocked { id: u32, shape: u32, width: u32, height: u32 },
    Moved { id: u32 },
    End,
}

/// One operation on a child list.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum ListOp {
    Keep {
        start: u32,
        count: u32,
        backward: bool,
    },
    Moved(Vec<u32>),
    /// Subtrees, flat, in document order, each open token closed by `End`.
    New(Vec<Token>),
}

/// The new child list of one parent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct List {
    /// Whose.
    pub parent: u32,
    /// How it comes from the old list.
    pub ops: Vec<ListOp>,
}

/// A batch as read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Batch {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// Child lists, all relative to the lists before the batch.
    pub lists: Vec<List>,
    /// (node, name, value or removed).
    pub attributes: Vec<(u32, StringRef, Option<StringRef>)>,
    /// (node, text).
    pub texts: Vec<(u32, StringRef)>,
}

/// Where the numbers of strings come from.
enum Numbers<'a> {
    /// They stand among the rest.
    Inline,
    /// They stand in a column.
    Column(Reader<'a>, &'a mut Column),
}

impl Numbers<'_> {
    fn next(&mut self, reader: &mut Reader<'_>) -> Option<StringRef> {
        match self {
            Numbers::Inline => reader.number(),
            Numbers::Column(reader, column) => column.read(reader),
        }
    }

    /// `value` stands in the token itself.
    fn of_token(&mut self, value: u32) -> Option<StringRef> {
        match self {
            Numbers::Inline => Some(value),
            Numbers::Column(reader, column) => column.read(reader),
        }
    }
}

/// Reads a `DOM` record; `shapes` grows by the shapes it defines. `None` when malformed.
pub fn read(body: &[u8], shapes: &mut Vec<Shape>) -> Option<Batch> {
    let mut reader = Reader::new(body);
    let mut batch = Batch { at: reader.number()?, ..Batch::default() };
    let runs = read_runs(&mut reader)?;
    batch.lists = read_lists(&mut reader, runs, &mut Numbers::Inline, shapes)?;
    let mut last = 0;
    for _ in 0..reader.count()? {
        let node = reader.delta(&mut last)?;
        let name = reader.number()?;
        batch.attributes.push((node, name, reader.number()?.checked_sub(1)));
    }
    let mut last = 0;
    for _ in 0..reader.count()? {
        let node = reader.delta(&mut last)?;
        batch.texts.push((node, reader.number()?));
    }
    reader.is_empty().then_some(batch)
}

/// Reads a `CHANGES` record like [`read`]; `column` is as the record before left it.
pub fn read_changes(body: &[u8], shapes: &mut Vec<Shape>, column: &mut Column) -> Option<Batch> {
    let mut reader = Reader::new(body);
    let head = reader.number()?;
    if head & 1 != 0 {
        *column = Column::default();
    }
    let mut batch = Batch { at: head >> 1, ..Batch::default() };
    let runs = read_runs(&mut reader)?;
    let len = reader.number()? as usize;
    let mut numbers = Numbers::Column(Reader::new(reader.bytes(len)?), column);
    batch.lists = read_lists(&mut reader, runs, &mut numbers, shapes)?;
    let groups = (0..reader.count()?).map(|_| reader.number()).collect::<Option<Vec<_>>>()?;
    let mut last = 0;
    for group in groups {
        let name = numbers.next(&mut reader)?;
        for _ in 0..group >> 1 {
            let node = reader.delta(&mut last)?;
            let value = if group & 1 != 0 { None } else { Some(numbers.next(&mut reader)?) };
            batch.attributes.push((node, name, value));
        }
    }
    let mut last = 0;
    for _ in 0..reader.count()? {
        let node = reader.delta(&mut last)?;
        batch.texts.push((node, numbers.next(&mut reader)?));
    }
    let is_read = matches!(&numbers, Numbers::Column(rest, _) if rest.is_empty());
    (is_read && reader.is_empty()).then_some(batch)
}

/// The ids of new nodes.
fn read_runs(reader: &mut Reader<'_>) -> Option<impl Iterator<Item = u32> + use<>> {
    let mut runs = Vec::new();
    let mut last = 0;
    for _ in 0..reader.count()? {
        let start = reader.delta(&mut last)?;
        let len = reader.number()?;
        last = start.checked_add(len)?;
        runs.push(start..last);
    }
    Some(runs.into_iter().flatten())
}

fn read_lists(
    reader: &mut Reader<'_>,
    mut ids: impl Iterator<Item = u32>,
    numbers: &mut Numbers<'_>,
    shapes: &mut Vec<Shape>,
) -> Option<Vec<List>> {
    let mut lists = Vec::new();
    let mut last = 0;
    for _ in 0..reader.count()? {
        let parent = reader.delta(&mut last)?;
        let mut ops = Vec::new();
        let mut position = 0;
        let mut moved = 0;
        loop {
            let head = reader.number()?;
            if head == 0 {
                break;
            }
            let count = head >> 2;
            ops.push(match head & 3 {
                op::MOVED => ListOp::Moved((0..count).map(|_| reader.delta(&mut moved)).collect::<Option<_>>()?),
                op::NEW => ListOp::New(read_subtrees(reader, &mut ids, numbers, shapes)?),
                kind => {
                    let start = reader.delta(&mut position)?;
                    let backward = kind == op::KEEP_BACKWARD;
                    position = if backward { start.wrapping_sub(count) } else { start.wrapping_add(count) };
                    ListOp::Keep { start, count, backward }
                }
            });
        }
        lists.push(List { parent, ops });
    }
    Some(lists)
}

fn read_subtrees(
    reader: &mut Reader<'_>,
    ids: &mut impl Iterator<Item = u32>,
    numbers: &mut Numbers<'_>,
    shapes: &mut Vec<Shape>,
) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut open = 1u32;
    loop {
        let head = reader.number()?;
        let value = head >> 3;
        let token = match head & 7 {
            _ if head == token::END => Token::End,
            token::ELEMENT => Token::Element { id: ids.next()?, shape: read_shape(reader, value, numbers, shapes)? },
            token::TEXT => Token::Text { id: ids.next()?, text: numbers.of_token(value)? },
            token::DOCTYPE => Token::Doctype { id: ids.next()?, text: numbers.of_token(value)? },
            token::SHADOW_ROOT => Token::ShadowRoot { id: ids.next()?, flags: value },
            token::DOCUMENT => Token::Document { id: ids.next()?, flags: value },
            token::COMMENT => Token::Comment { id: ids.next()? },
            token::BLOCKED => Token::Blocked {
                id: ids.next()?,
                shape: read_shape(reader, value, numbers, shapes)?,
                width: reader.number()?,
                height: reader.number()?,
            },
            _ => Token::Moved { id: value },
        };
        match token {
            Token::Element { .. } | Token::ShadowRoot { .. } | Token::Document { .. } => open += 1,
            Token::End => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(tokens);
        }
        tokens.push(token);
    }
}

fn read_shape(reader: &mut Reader<'_>, number: u32, numbers: &mut Numbers<'_>, shapes: &mut Vec<Shape>) -> Option<u32> {
    if number as usize == shapes.len() {
        let namespace = reader.byte()?;
        let tag = numbers.next(reader)?;
        let count = reader.number()?;
        let mut attributes = Vec::new();
        for _ in 0..count {
            attributes.push((numbers.next(reader)?, numbers.next(reader)?));
        }
        shapes.push(Shape { namespace, tag, attributes });
    }
    ((number as usize) < shapes.len()).then_some(number)
}
