//! The reading side: frames of a stored page → the page's state at any time, and the events that lead on from there.
//!
//! [`Cursor`] walks the records of one page, keeps the tree in a `tree::Tree`, and tells what happened as plain
//! [`Event`]s. [`overview`] reads a whole recording once. Nothing here trusts its input: a record that cannot be
//! understood is passed over, what can no longer be known is a gap up to the next checkpoint, and the work is bounded by
//! the bytes that came (`allowance`).

mod allowance;
mod cursor;
mod event;
mod overview;
mod tree;

pub use cursor::Cursor;
pub use event::{Event, Mark, Node, NodeKind, Overview, PageOverview, Segment, Snapshot, What};
pub use overview::{INACTIVE_MS, RAGE_CLICKS, RAGE_RADIUS_PX, RAGE_WINDOW_MS, overview};
