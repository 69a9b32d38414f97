//! Decodes a stored recording for the player: bytes in, plain JavaScript values out (the shapes of [`shared::replay`]).
//! Holds one recording and one place in it. Does no drawing and knows no clock: `www/player/` has both.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use shared::recording::{self, Recording};
use shared::replay::{self, Cursor};
use wasm_bindgen::prelude::{JsError, JsValue, wasm_bindgen};

/// A recording, open at one place.
#[wasm_bindgen]
pub struct Decoder {
    recording: Recording,
    /// The page last sought and the place in it.
    place: Option<(usize, Cursor)>,
}

#[wasm_bindgen]
impl Decoder {
    /// Opens `bytes` as the collector stores them. Throws a text when they are not a recording.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8]) -> Result<Decoder, JsValue> {
        let recording = recording::read(bytes).map_err(|error| JsValue::from(error.to_string()))?;
        Ok(Self { recording, place: None })
    }

    /// Pages, segments, marks: an `Overview`.
    pub fn overview(&self) -> Result<JsValue, JsError> {
        plain(&replay::overview(&self.recording))
    }

    /// The page at a time of its own: a `Snapshot`. [`Decoder::next`] goes on from there.
    pub fn seek(&mut self, page: usize, at_ms: u32) -> Result<JsValue, JsError> {
        let mut cursor = match self.place.take() {
            Some((open, cursor)) if open == page => cursor,
            _ => {
                let page = self.recording.pages.get(page).ok_or_else(|| JsError::new("no such page"))?;
                Cursor::new(page)
            }
        };
        let snapshot = cursor.seek(at_ms);
        self.place = Some((page, cursor));
        plain(&snapshot)
    }

    /// What happens on the page from the place on, up to and including `until_ms`: an array of `Event`s.
    pub fn next(&mut self, until_ms: u32) -> Result<JsValue, JsError> {
        match &mut self.place {
            Some((_, cursor)) => plain(&cursor.next(until_ms)),
            None => Err(JsError::new("seek comes first")),
        }
    }
}

/// As objects and arrays: flattened enums would otherwise become `Map`s.
fn plain<T: Serialize>(value: &T) -> Result<JsValue, JsError> {
    let serializer = Serializer::new().serialize_maps_as_objects(true);
    value.serialize(&serializer).map_err(|error| JsError::new(&error.to_string()))
}
