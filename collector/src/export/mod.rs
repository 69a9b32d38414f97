//! A recording in formats that other programs read. In: a finished recording. Out: bytes. Never: more than the recording
//! holds, and never an address that a reader's browser would fetch.

pub mod rrweb;

pub use rrweb::rrweb;
