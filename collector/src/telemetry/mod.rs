//! What the collector says about itself: a log on stderr and counters at `/metrics`. No personal data in either: no
//! addresses, no URLs, no bodies; recordings only by their random id.

mod counters;
mod histogram;
mod sink;

pub use counters::{Counters, Gauges, store_failed};
pub use histogram::Histogram;
pub use sink::flush;

/// How lines of the log look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: a JSON object a line, `timestamp`, `level`, and `message` among its `fields`.
    Json,
}

impl LogFormat {
    /// The format that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// Sends the log to stderr. Harmless when called twice (tests).
pub fn start(format: LogFormat) {
    let lines = tracing_subscriber::fmt()
        .with_writer(sink::open)
        .with_ansi(false)
        .with_target(false)
        .with_max_level(tracing::Level::INFO);
    let started = match format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
    if started.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            // Only where: the message may quote what a visitor sent.
            let at = panic.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(at, "stopped unexpectedly");
        }));
    }
}
