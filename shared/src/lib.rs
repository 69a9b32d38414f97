//! What the recorder, the collector and the viewer share: the words of the protocol, the frame format and the masking rules.
//!
//! The path of a piece of text: facts of the page → [`mask`] (makes [`mask::Masked`]) → [`strings`] (the only place of a
//! frame that holds text) → [`record`]s → [`frame`] (sealed, checked, idempotent) → and back through `replay`.
//!
//! No IO, no clock, no randomness, no DOM: everything here is a plain function of its arguments.
#![no_std]
extern crate alloc;
#[cfg(any(test, feature = "replay"))]
extern crate std;

pub mod checksum;
pub mod column;
pub mod dom;
pub mod frame;
pub mod ids;
pub mod limits;
pub mod mask;
pub mod phrases;
pub mod record;
#[cfg(feature = "replay")]
pub mod recording;
#[cfg(feature = "replay")]
pub mod replay;
pub mod strings;
pub mod utf8;
pub mod varint;
