//! The records inside a frame: tag, length, body. An unknown tag is skipped and kept; a changed body gets a new tag.
//!
//! Bodies are postcard structs, but for `STRINGS` ([`crate::strings`]), `PHRASES` ([`crate::phrases`]), `DOM` and `CHANGES`
//! ([`crate::dom`]), which are packed.
//! `at` is milliseconds from the frame's `at_ms`. Text is always a [`StringRef`]; only what the owner declares travels
//! inline, as [`Declared`].

use crate::strings::StringRef;
use crate::varint::{self, Reader};
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What a record is; see the struct of the same name.
#[allow(missing_docs)]
pub mod tag {
    pub const HELLO: u32 = 1;
    pub const STRINGS: u32 = 2;
    pub const CHECKPOINT: u32 = 3;
    pub const DOM: u32 = 4;
    pub const CHECKPOINT_END: u32 = 5;
    pub const POINTER: u32 = 6;
    pub const CLICK: u32 = 7;
    pub const INPUT: u32 = 8;
    pub const SCROLL: u32 = 9;
    pub const VIEWPORT: u32 = 10;
    pub const FOCUS: u32 = 11;
    pub const VISIBILITY: u32 = 12;
    pub const NAVIGATE: u32 = 13;
    pub const END: u32 = 14;
    pub const SHEET: u32 = 15;
    pub const RULE: u32 = 16;
    pub const ADOPTED: u32 = 17;
    pub const EVENT: u32 = 18;
    pub const TAG: u32 = 19;
    pub const IDENTIFY: u32 = 20;
    pub const CONVERSATION: u32 = 21;
    pub const ERROR: u32 = 22;
    pub const GAP: u32 = 23;
    pub const HEARTBEAT: u32 = 24;
    pub const NATURAL_SIZE: u32 = 25;
    pub const STATE: u32 = 26;
    pub const MEDIA: u32 = 27;
    pub const SELECTION: u32 = 28;
    pub const KEY: u32 = 29;
    pub const CLIPBOARD: u32 = 30;
    pub const SUBMIT: u32 = 31;
    pub const TOUCH: u32 = 32;
    pub const ZOOM: u32 = 33;
    pub const DEAD: u32 = 34;
    pub const DEFINED: u32 = 35;
    pub const FONT: u32 = 36;
    pub const SOURCE: u32 = 37;
    pub const PHRASES: u32 = 40;
    pub const CHANGES: u32 = 41;
    pub const CANVAS: u32 = 50;
    pub const VITAL: u32 = 51;
    pub const CONSOLE: u32 = 52;
}

/// What the site's owner declares about a visit (`identify`, `conversation`, `tag`): kept only in metadata, reached by erase.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Declared<T>(pub T);

/// The first record of a page.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Hello {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// The page's address, masked.
    pub url: StringRef,
    /// Where the visitor came from, masked.
    pub referrer: StringRef,
    /// `document.title`, masked.
    pub title: StringRef,
    /// `navigator.language`.
    pub language: StringRef,
    /// CSS pixels of the window's inside: width, height.
    pub viewport: (u32, u32),
    /// CSS pixels of the screen: width, height.
    pub screen: (u32, u32),
    /// Device pixels per CSS pixel, in hundredths.
    pub pixel_ratio_percent: u32,
    /// The browser's id for this visitor, where there may be one.
    pub visitor: Option<[u8; 16]>,
    /// A number that stays the same in one tab.
    pub tab: u32,
    /// Why this page starts: 0 a load, 1 restored from the back/forward cache, 2 recording began on a page already open.
    pub start: u8,
}

/// The document was read anew: dictionary, shapes, and tree are empty from here.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Milliseconds from the frame's start.
    pub at: u32,
}

/// Everything the document held at the checkpoint has been sent.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CheckpointEnd {
    /// Milliseconds from the frame's start.
    pub at: u32,
}

/// A path of the pointer, thinned. Each point is (ms since the point before it, x distance, y distance), CSS pixels of
/// the window; the first counts from `at`, 0, 0.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Pointer {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// 0 mouse, 1 touch, 2 pen.
    pub kind: u8,
    /// The points.
    pub points: Vec<(u32, i32, i32)>,
}

/// A press of a mouse button or a tap.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Click {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// The node clicked, 0 when it is not in the recording.
    pub node: u32,
    /// CSS pixels in the window.
    pub x: i32,
    /// CSS pixels in the window.
    pub y: i32,
    /// 0 click, 1 double click, 2 context menu, 3 another button.
    pub kind: u8,
    /// Place inside the element, in thousandths of its width and height.
    pub within: (u32, u32),
}

/// The state of a form field changed, or was found at a checkpoint.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Input {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// The field.
    pub node: u32,
    /// Its value, masked; nothing when the field has none (check boxes).
    pub value: Option<StringRef>,
    /// Whether it is checked; nothing when it cannot be or may not be told.
    pub checked: Option<bool>,
    /// Indexes of the options selected; nothing when there are none or they may not be told.
    pub selected: Option<Vec<u32>>,
    /// Whether the visitor did it (otherwise the page's script, or a checkpoint).
    pub by_visitor: bool,
}

/// Something was scrolled.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Scroll {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// The element, or the document.
    pub node: u32,
    /// CSS pixels from the left.
    pub x: i32,
    /// CSS pixels from the top.
    pub y: i32,
}

/// The window has another size.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Viewport {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// CSS pixels.
    pub width: u32,
    /// CSS pixels.
    pub height: u32,
}

/// The focus moved.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Focus {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// The element, 0 for none.
    pub node: u32,
}

/// The tab came to the front or went to the back.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Visibility {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// Whether it can be seen.
    pub visible: bool,
}

/// The page's address changed without a load.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Navigate {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// The new address, masked.
    pub url: StringRef,
    /// `document.title`, masked.
    pub title: StringRef,
}

/// The page was left.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct End {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// 0 left, 1 stopped by the page, 2 idle, 3 two hours, 4 the recorder gave up.
    pub reason: u8,
}

/// All rules of the style sheet that belongs to a node (`<style>`, `<link>`), or of a constructed sheet, as text.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Sheet {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// The owner node; 0 when `sheet` names a constructed sheet.
    pub node: u32,
    /// The number of a constructed sheet; 0 when it belongs to a node.
    pub sheet: u32,
    /// The text.
    pub text: StringRef,
}

/// One rule was inserted or deleted.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Rule {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// As in [`Sheet`].
    pub node: u32,
    /// As in [`Sheet`].
    pub sheet: u32,
    /// Its place in the sheet.
    pub index: u32,
    /// Its text; nothing when it was deleted.
    pub text: Option<StringRef>,
}

/// The constructed sheets that a document or a shadow root uses, in order.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Adopted {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// The document or shadow root.
    pub node: u32,
    /// Numbers of sheets.
    pub sheets: Vec<u32>,
}

/// `revisit('event', name, props)`: values are masked unless the site records properties.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Event {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// Its name.
    pub name: StringRef,
    /// Names and values.
    pub props: Vec<(StringRef, StringRef)>,
}

/// `revisit('tag', key, value)`: the value is masked unless the site records properties.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Tag {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// Its key.
    pub key: StringRef,
    /// Its value.
    pub value: StringRef,
}

/// `revisit('identify', {id, name, email, …})`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Identify {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// Names and values as given.
    pub traits: Declared<Vec<(String, String)>>,
}

/// `revisit('conversation', id)`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Conversation {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// The chat tool's id.
    pub id: Declared<String>,
}

/// An error that the page did not catch.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Error {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// Its message, masked.
    pub message: StringRef,
}

/// What follows up to the next checkpoint cannot be known: frames were given up, or the recorder paused.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Gap {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// 0 frames were given up, 1 paused by the page, 2 too much at once.
    pub reason: u8,
}

/// The tab still lives.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Heartbeat {
    /// Milliseconds from the frame's start.
    pub at: u32,
}

/// The size that a picture gives itself, so that its place stays where the picture is not loaded.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct NaturalSize {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// The image or video.
    pub node: u32,
    /// CSS pixels.
    pub width: u32,
    /// CSS pixels.
    pub height: u32,
}

/// What an element is in beside its attributes.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct State {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// The element.
    pub node: u32,
    /// What of it: 0 the top layer, 1 a check box that is neither ticked nor not, 2 a shadow root that nobody can read.
    pub what: u32,
    /// 0 no, 1 yes; in the top layer 1 a modal dialog, 2 a popover, 3 full screen. It comes to lie on top of the others.
    pub value: u32,
}

/// Sound or film: where it is and whether it plays.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Media {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// The `<audio>` or `<video>`.
    pub node: u32,
    /// Bit 0 paused, bit 1 muted, bit 2 at its end.
    pub flags: u32,
    /// Milliseconds from its own start.
    pub time_ms: u32,
    /// Hundredths of the full volume.
    pub volume_percent: u32,
    /// Hundredths of the normal speed.
    pub rate_percent: u32,
}

/// The text selected: places, never what stands there. All 0 for none.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Selection {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// Where it began: a text, or an element.
    pub anchor: u32,
    /// Characters of the text, children of the element. Where the text is hidden, 0 or [`Selection::END`].
    pub anchor_offset: u32,
    /// Where it ends, before or after the anchor.
    pub focus: u32,
    /// As for the anchor.
    pub focus_offset: u32,
}

impl Selection {
    /// The end of a text whose length is hidden.
    pub const END: u32 = 0xffff_ffff;
}

/// A key that is a command, never one that writes.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Key {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// Bit 0 Ctrl, 1 Shift, 2 Alt, 3 Meta.
    pub modifiers: u32,
    /// Below 128 an ASCII character, in lower case; from 256 on the name at that place in [`KEY_NAMES`].
    pub key: u32,
}

impl Key {
    /// As people write it: `Ctrl+C`, `Escape`.
    pub fn name(&self) -> String {
        let mut name = String::new();
        for (bit, modifier) in ["Ctrl+", "Shift+", "Alt+", "Meta+"].iter().enumerate() {
            if self.modifiers & 1 << bit != 0 {
                name.push_str(modifier);
            }
        }
        match (self.key.checked_sub(256), u8::try_from(self.key)) {
            (Some(place), _) => name.push_str(KEY_NAMES.get(place as usize).unwrap_or(&"?")),
            (None, Ok(character @ b'!'..=b'~')) => name.push(char::from(character.to_ascii_uppercase())),
            (None, _) => name.push('?'),
        }
        name
    }
}

/// Keys that have a name, by their place. New ones go to the end.
pub const KEY_NAMES: [&str; 26] = [
    "Enter",
    "Escape",
    "Tab",
    "Backspace",
    "Delete",
    "ArrowUp",
    "ArrowDown",
    "ArrowLeft",
    "ArrowRight",
    "Home",
    "End",
    "PageUp",
    "PageDown",
    "Insert",
    "F1",
    "F2",
    "F3",
    "F4",
    "F5",
    "F6",
    "F7",
    "F8",
    "F9",
    "F10",
    "F11",
    "F12",
];

/// Something was copied, cut or pasted; what, nobody reads.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Clipboard {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// Where, 0 when it is not in the recording.
    pub node: u32,
    /// 0 copied, 1 cut, 2 pasted.
    pub kind: u32,
}

/// A form was submitted.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Submit {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// The form, 0 when it is not in the recording.
    pub node: u32,
    /// The button that did it, 0 for none.
    pub by: u32,
}

/// The path of one finger, as [`Pointer`] has it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Touch {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// Which finger, as long as it is down.
    pub finger: u32,
    /// Whether it has left the screen after the last point.
    pub is_up: u32,
    /// The points.
    pub points: Vec<(u32, i32, i32)>,
}

/// The part of the window that is seen after pinching.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Zoom {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// CSS pixels of the window to its left.
    pub x: u32,
    /// CSS pixels of the window above it.
    pub y: u32,
    /// Size of a CSS pixel in hundredths.
    pub scale_percent: u32,
}

/// Nothing came of a click, as far as the recorder can see.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Dead {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// What was clicked.
    pub node: u32,
    /// Milliseconds since the click.
    pub ago_ms: u32,
}

/// Whether elements of that name have been defined by script. Those that nothing is told about have.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Defined {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// The elements' name.
    pub name: StringRef,
    /// Whether they are.
    pub is_defined: bool,
}

/// A font that a script gave to a document.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Font {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// The document.
    pub node: u32,
    /// An `@font-face` rule.
    pub text: StringRef,
}

/// Which of its addresses a picture or film took.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Source {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// The `<img>`, `<video>` or `<audio>`.
    pub node: u32,
    /// The address, masked.
    pub url: StringRef,
}

/// What a canvas showed, where the site records that. The one record that holds no text and no number of the page alone:
/// pixels, as the site asked for them.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Canvas {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// The canvas.
    pub node: u32,
    /// Pixels of the picture, which may be smaller than the canvas.
    pub width: u32,
    /// Pixels of the picture.
    pub height: u32,
    /// A WebP, PNG or JPEG file.
    pub picture: Vec<u8>,
}

/// A measurement of the browser about this page, where the site records that.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Vital {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// 0 LCP, 1 CLS, 2 INP, 3 TTFB.
    pub name: u8,
    /// Thousandths of a millisecond; of CLS, thousandths of its score. The last one of a page counts.
    pub value: u32,
}

/// A line that the page wrote on its console, where the site records that.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Console {
    /// Milliseconds from the frame's start.
    pub at: u32,
    /// 0 an error, 1 a warning.
    pub level: u8,
    /// What it says, masked.
    pub text: StringRef,
}

/// Appends a record with a packed body.
pub fn put_packed(out: &mut Vec<u8>, tag: u32, body: &[u8]) {
    varint::put(out, tag);
    varint::put(out, body.len() as u32);
    out.extend_from_slice(body);
}

/// Appends a record with a postcard body.
pub fn put<T: Serialize>(out: &mut Vec<u8>, tag: u32, body: &T) {
    // Writing to a Vec cannot fail: postcard's only error here is a full buffer.
    let body = postcard::to_allocvec(body).unwrap_or_default();
    put_packed(out, tag, &body);
}

/// The records of an inflated payload. Ends with an `Err` when the bytes do not divide into records.
pub fn read(payload: &[u8]) -> Records<'_> {
    Records { reader: Reader::new(payload) }
}

/// Iterator over (tag, body).
#[derive(Clone, Debug)]
pub struct Records<'a> {
    reader: Reader<'a>,
}

impl<'a> Records<'a> {
    /// The bytes after the record read last.
    pub fn rest(&self) -> &'a [u8] {
        self.reader.rest()
    }
}

/// The bytes do not divide into records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Broken;

impl<'a> Iterator for Records<'a> {
    type Item = Result<(u32, &'a [u8]), Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let mut one = || {
            let tag = self.reader.number()?;
            let len = self.reader.number()? as usize;
            Some((tag, self.reader.bytes(len)?))
        };
        let record = one().ok_or(Broken);
        if record.is_err() {
            self.reader = Reader::new(&[]);
        }
        Some(record)
    }
}
