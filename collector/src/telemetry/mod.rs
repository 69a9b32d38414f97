//! What the collector says about itself: a log on stderr and counters at `/metrics`. No personal data in either: no
//! addresses, no URLs, no bodies; recordings only by their random id.

mod counters;
mod histogram;
mod sink;

pub use counters::{Counters, Gauges, store_failed};
pub use histogram::Histogram;
pub use sink::flush;

/// Sends the log to stderr. Harmless when called twice (tests).
pub fn start() {
    let started = tracing_subscriber::fmt()
        .with_writer(sink::open)
        .with_ansi(false)
        .with_target(false)
        .with_max_level(tracing::Level::INFO)
        .try_init();
    if started.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            // Only where: the message may quote what a visitor sent.
            let at = panic.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(at, "stopped unexpectedly");
        }));
    }
}
