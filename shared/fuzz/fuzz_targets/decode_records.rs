//! The bodies of records, each kind by itself: postcard structs, and the packed strings and trees. Nothing may panic or take
//! memory out of proportion (`-rss_limit_mb`), and what was read is written and read the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde::{Serialize, de::DeserializeOwned};
use shared::record::{
    Adopted, Checkpoint, CheckpointEnd, Click, Conversation, End, Error, Event, Focus, Gap, Heartbeat, Hello, Identify, Input,
    NaturalSize, Navigate, Pointer, Rule, Scroll, Sheet, Tag, Viewport, Visibility, put,
};
use shared::{dom, record, strings};
use std::fmt::Debug;

fn again<T: DeserializeOwned + Serialize + PartialEq + Debug>(body: &[u8]) {
    let Ok(read) = postcard::from_bytes::<T>(body) else { return };
    let mut written = Vec::new();
    put(&mut written, 1, &read);
    let (_, body) = record::read(&written).next().expect("one record").expect("that divides");
    assert_eq!(postcard::from_bytes::<T>(body).as_ref(), Ok(&read));
}

const KINDS: [fn(&[u8]); 23] = [
    again::<Hello>,
    again::<Checkpoint>,
    again::<CheckpointEnd>,
    again::<Pointer>,
    again::<Click>,
    again::<Input>,
    again::<Scroll>,
    again::<Viewport>,
    again::<Focus>,
    again::<Visibility>,
    again::<Navigate>,
    again::<End>,
    again::<Sheet>,
    again::<Rule>,
    again::<Adopted>,
    again::<Event>,
    again::<Tag>,
    again::<Identify>,
    again::<Conversation>,
    again::<Error>,
    again::<Gap>,
    again::<Heartbeat>,
    again::<NaturalSize>,
];

fuzz_target!(|bytes: &[u8]| {
    let [kind, body @ ..] = bytes else { return };
    match usize::from(*kind) {
        kind if kind < KINDS.len() => KINDS[kind](body),
        kind if kind % 2 == 0 => drop(strings::read(body).map(|(_, pieces)| pieces.into_iter().for_each(drop))),
        _ => {
            let mut shapes = Vec::new();
            // Several batches of one page: shapes of one are known to the next.
            for part in body.chunks(64) {
                let _ = dom::read(part, &mut shapes);
            }
            let _ = dom::read(body, &mut shapes);
        }
    }
});
