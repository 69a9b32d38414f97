//! How the words of an operation become the fields of a record: one line for each kind of record, read by one loop. The
//! bytes are those that postcard gives for the structs of [`shared::record`] (`tests/records.rs` holds both together);
//! code for each struct would weigh ten kilobytes on every visitor.

use shared::record::tag;

/// What one field is made from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// A word, as a number.
    Number,
    /// A word, as a signed number.
    Signed,
    /// A word, as one byte.
    Byte,
    /// A string of the page, masked as the text of the node that the record names, else of the page.
    Text,
    /// An address.
    Url,
    /// A value of a tag or an event.
    Property,
    /// A name that the browser states (its language).
    Name,
    /// A style sheet.
    Css,
    /// A word 0, or 1 and then a style sheet.
    OptionalCss,
    /// A word 0, or 1 and then 16 bytes in four words.
    OptionalId,
    /// A count, then so many numbers.
    Numbers,
    /// A count, then so many (number, signed, signed).
    Points,
    /// A count, then so many (text, property).
    Properties,
    /// What the owner declares: a string that is written as it is.
    Declared,
    /// A count, then so many pairs of [`Field::Declared`].
    DeclaredPairs,
}
use Field::*;

/// One kind of record.
pub struct Kind {
    /// The tag of the record.
    pub tag: u32,
    /// Its fields after `at`.
    pub fields: &'static [Field],
    /// The first field is a node, and the record is left out when that is not known.
    pub needs_node: bool,
}

const fn kind(tag: u32, fields: &'static [Field]) -> Kind {
    Kind { tag, fields, needs_node: false }
}

const fn of_node(tag: u32, fields: &'static [Field]) -> Kind {
    Kind { tag, fields, needs_node: true }
}

/// The code of the first kind in [`KINDS`].
pub const FIRST: u32 = 10;

/// Kinds of records by the code of the operation, see `js/tap/ops.js`. CHECKPOINT and INPUT have steps of their own;
/// records of nothing but numbers need no line here, see `code::NUMBERS` in `recorder.rs`.
pub const KINDS: [Kind; 27] = [
    kind(tag::HELLO, &[Url, Url, Text, Name, Number, Number, Number, Number, Number, OptionalId, Number, Byte]),
    kind(tag::CHECKPOINT, &[]),
    kind(tag::CHECKPOINT_END, &[]),
    kind(tag::POINTER, &[Byte, Points]),
    kind(tag::CLICK, &[Number, Signed, Signed, Byte, Number, Number]),
    of_node(tag::INPUT, &[]),
    of_node(tag::SCROLL, &[Number, Signed, Signed]),
    kind(tag::VIEWPORT, &[Number, Number]),
    kind(tag::FOCUS, &[Number]),
    kind(tag::VISIBILITY, &[Byte]),
    kind(tag::NAVIGATE, &[Url, Text]),
    kind(tag::END, &[Byte]),
    kind(tag::SHEET, &[Number, Number, Css]),
    kind(tag::RULE, &[Number, Number, Number, OptionalCss]),
    of_node(tag::ADOPTED, &[Number, Numbers]),
    kind(tag::EVENT, &[Text, Properties]),
    kind(tag::TAG, &[Text, Property]),
    kind(tag::IDENTIFY, &[DeclaredPairs]),
    kind(tag::CONVERSATION, &[Declared]),
    kind(tag::ERROR, &[Text]),
    kind(tag::GAP, &[Byte]),
    kind(tag::HEARTBEAT, &[]),
    of_node(tag::NATURAL_SIZE, &[Number, Number, Number]),
    kind(tag::DEFINED, &[Name, Byte]),
    of_node(tag::FONT, &[Number, Css]),
    of_node(tag::SOURCE, &[Number, Url]),
    kind(tag::CONSOLE, &[Byte, Text]),
];
