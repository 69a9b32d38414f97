//! A recording as a JSON array of rrweb events, for rrweb's own Replayer (written against 2.1.6).
//!
//! In: a recording. Out: per stretch in which one page is in front, and per checkpoint, `Meta` and `FullSnapshot`, then
//! what changed since; times are server time; ids are unique over the whole array. What rrweb has no event for (address
//! changes, gaps, the site's own events) becomes a `Custom` event with a `tag`.
//!
//! **The same DOM, without network.** The Replayer builds real elements, so an address in `src` would be fetched:
//! - Style sheets travel as text: a stylesheet `<link>` gets `_cssText` (the Replayer makes a `<style>` of it), and every
//!   address inside CSS but `data:` and `#…` becomes `url("")`, which browsers do not fetch.
//! - An attribute that would load an absolute address gets rrweb's name for an address that it took out,
//!   `rrweb-original-src` (`-srcset`, `-href`, …), on an `<iframe>` `rr_src`; where the picture's own size is known, a
//!   `data:` picture of that size stands in `src`. A relative address stays as it was: it names nothing without the page's
//!   address. (Addresses of preloading links and of frames go in any case.)
//! - A player whose own page has an http address would still resolve a relative address against it. Therefore each
//!   snapshot begins with a Content-Security-Policy (`default-src 'none'`, module `guard`) that the next event takes out of the
//!   tree: it stays in force for the player's frame and leaves the DOM as it was.
//! - Handlers (`on…`) and `javascript:` addresses never come out, whoever sent them.
//!
//! What rrweb cannot hold: closed shadow roots are open, MathML becomes unknown HTML elements, `<frame>` and `<object>`
//! stay empty, a page in quirks mode gets a doctype, and a document in an iframe is always in standards mode.

mod address;
mod css;
mod format;
mod guard;
mod mutation;
mod node;
mod scene;
mod sheets;
mod timeline;
mod tree;

pub(crate) use address::{PLACEHOLDER, TAKEN_OUT};

use shared::recording::Recording;

/// The recording as rrweb events. Never empty: the Replayer needs at least two events.
pub fn rrweb(recording: &Recording) -> Vec<u8> {
    timeline::events(recording).finish()
}
