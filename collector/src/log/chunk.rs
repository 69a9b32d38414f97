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

/// Whose each frame of a chunk is, one after the other; ends where the bytes are no chunk.
pub fn recordings(chunk: &[u8]) -> impl Iterator<Item = RecordingId> {
    let mut rest = chunk.strip_prefix(MAGIC).unwrap_or_default();
    std::iter::from_fn(move || {
        let (id, after) = rest.split_first_chunk::<16>()?;
        let (len, after) = after.split_first_chunk::<4>()?;
        rest = after.get(u32::from_le_bytes(*len) as usize..).unwrap_or_default();
        Some(RecordingId(*id))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_says_whose_its_frames_are() {
        let mut writer = ChunkWriter::new(0);
        writer.push(RecordingId([1; 16]), b"one");
        writer.push(RecordingId([2; 16]), b"");
        let chunk = writer.finish();
        assert_eq!(recordings(&chunk).collect::<Vec<_>>(), [RecordingId([1; 16]), RecordingId([2; 16])]);
        assert_eq!(recordings(b"something else").count(), 0);
    }
}
