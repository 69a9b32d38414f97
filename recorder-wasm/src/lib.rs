//! The recorder on the visitor's page, the part in Rust: `tap` (JavaScript, reads the DOM) → **mask → encode** → `send`
//! (JavaScript). The tap fills two buffers in this module's memory and calls `ingest` once a flush; `next_payload`
//! then gives the records of the next frame, masked and packed, and `seal` a frame.
//!
//! | module | what it does |
//! |---|---|
//! | `words` | reads the tap's operations and strings |
//! | `element` | raw tag and attributes → level and masked shape (`shared::mask`) |
//! | `batch`, `links` | child lists → runs over what was sent last, new subtrees → tokens (`shared::dom`) |
//! | `fields` | which words make which record (`shared::record`) |
//! | `dictionary`, `table` | masked strings and shapes → numbers |
//! | `payload` | records → payloads that fit a frame |
//! | `recorder` | one operation after the other |
//! | `exports` | what JavaScript calls |
//! | `allocator` | the module's memory |
//!
//! Raw text never leaves this module's memory: records hold numbers of `shared::mask::Masked` strings. Every exported
//! function takes and gives numbers only, so that no glue travels to the visitor.
#![cfg_attr(target_arch = "wasm32", no_std)]
extern crate alloc;

mod batch;
mod dictionary;
mod element;
mod fields;
mod links;
mod payload;
mod recorder;
mod table;
mod words;

pub use recorder::Recorder;

#[cfg(target_arch = "wasm32")]
mod allocator;
#[cfg(target_arch = "wasm32")]
mod exports;
