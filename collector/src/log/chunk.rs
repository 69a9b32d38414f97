//! A chunk: frames of many recordings in one blob.
//!
//! ```text
//! "RVC" version=1 · (recording [16] · len u32 little-endian · frame)*
//! ```
//! The index of the store says where each frame is; the ids are there so that a chunk explains itself without it. Frames
//! stand as they arrived, so their own checksums still hold. The write secret is not in here.

use crate::clock::Millis;
use bytes::{Bytes, BytesMut};
use shared::ids::RecordingId;

/// The folder of chunks in the blob store.
pub const FOLDER: &str = "chunks";
const MAGIC: &[u8; 4] = b"RVC\x01";

/// A fresh name.
pub fn name(created_ms: Millis) -> String {
    format!("{FOLDER}/{created_ms:013}-{}", crate::auth::random_text(8))
}

/// Collects frames.
pub struct ChunkWriter {
    bytes: BytesMut,
}

impl ChunkWriter {
    /// Makes room for about `len` bytes of frames.
    pub fn new(len: usize) -> Self {
        Self::in_room(BytesMut::new(), len)
    }

    /// The same in the room of a chunk that is written: a megabyte that is new costs more than to fill it.
    pub fn in_room(mut bytes: BytesMut, len: usize) -> Self {
        bytes.clear();
        bytes.reserve(MAGIC.len() + len + 1024);
        bytes.extend_from_slice(MAGIC);
        Self { bytes }
    }

    /// Adds a frame and says where it starts.
    pub fn push(&mut self, recording: RecordingId, frame: &[u8]) -> u32 {
        self.bytes.extend_from_slice(&recording.0);
        self.bytes.extend_from_slice(&(frame.len() as u32).to_le_bytes());
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(frame);
        start
    }

    /// The chunk.
    pub fn finish(self) -> Bytes {
        self.bytes.freeze()
    }
}
