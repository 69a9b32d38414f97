//! Bytes as the intake gets them, and as the store gives a recording back. Nothing may panic, and what is accepted must
//! come out the same when it is written again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::frame::{open, read_body, seal, write_body};
use shared::{record, recording};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(body) = read_body(bytes) {
        body.frames.iter().for_each(|frame| open_frame(frame));
        let written = write_body(body.recording, body.secret, body.sent_at_ms, &body.frames);
        let again = read_body(&written).expect("a body that was written is read");
        assert_eq!((again.recording, again.sent_at_ms, again.frames), (body.recording, body.sent_at_ms, body.frames));
    }
    open_frame(bytes);
    if let Ok(recording) = recording::read(bytes) {
        assert_eq!(recording::read(&recording::write(&recording)), Ok(recording));
    }
});

fn open_frame(bytes: &[u8]) {
    let Ok(frame) = open(bytes) else { return };
    assert_eq!(open(&seal(&frame.header, frame.payload)), Ok(frame));
    if let Some(records) = recording::inflate(frame.header.flags, frame.payload) {
        record::read(&records).for_each(drop);
    }
}
