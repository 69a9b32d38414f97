//! Pictures of canvases, which no masking rule can read. In: a recording that is not to show them, because its site does
//! not record them or a link is masked. Out: the same without them. Never: touches another record.

use shared::record::{self, tag};
use shared::recording::Recording;

/// Takes every picture of a canvas out. Frames must be masked already, so that their records can be read.
pub fn take_pictures(recording: &mut Recording) {
    for frame in recording.pages.iter_mut().flat_map(|page| &mut page.frames) {
        let mut kept = Vec::with_capacity(frame.payload.len());
        for (tag, body) in record::read(&frame.payload).flatten().filter(|(tag, _)| *tag != tag::CANVAS) {
            record::put_packed(&mut kept, tag, body);
        }
        frame.payload = kept;
    }
}
