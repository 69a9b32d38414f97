//! What the collector says about itself: a log on stderr and counters at `/metrics`. No personal data in either: no
//! addresses, no URLs, no bodies; recordings only by their random id.

use axum::http::StatusCode;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Sends the log to stderr. Harmless when called twice (tests).
pub fn start() {
    let _ = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(false)
        .with_max_level(tracing::Level::INFO)
        .try_init();
}

/// The intake's answers, in the order of the contract.
const STATUSES: [u16; 12] = [204, 400, 402, 403, 408, 409, 410, 413, 429, 500, 503, 0];

/// Everything that is counted.
#[derive(Default)]
pub struct Counters {
    intake: [AtomicU64; STATUSES.len()],
    begun: AtomicU64,
    conflicts: AtomicU64,
    finished: AtomicU64,
    finish_failures: AtomicU64,
    finish_delay_ms: AtomicU64,
}

impl Counters {
    /// A body was answered.
    pub fn intake(&self, status: StatusCode) {
        let at = STATUSES.iter().position(|known| *known == status.as_u16()).unwrap_or(STATUSES.len() - 1);
        self.intake[at].fetch_add(1, Relaxed);
    }

    /// A body was kept.
    pub fn kept(&self, began: bool, conflicts: u32) {
        self.begun.fetch_add(u64::from(began), Relaxed);
        self.conflicts.fetch_add(u64::from(conflicts), Relaxed);
    }

    /// A recording is ready, this long after its last frame.
    pub fn finished(&self, delay_ms: i64) {
        self.finished.fetch_add(1, Relaxed);
        self.finish_delay_ms.fetch_add(delay_ms.max(0).cast_unsigned(), Relaxed);
    }

    /// A recording could not be finished.
    pub fn finish_failed(&self) {
        self.finish_failures.fetch_add(1, Relaxed);
    }

    /// The counters, and how many visits are open and ended, for Prometheus.
    pub fn render(&self, (open, ended): (u64, u64)) -> String {
        let mut text = String::from("# TYPE revisit_intake_bodies_total counter\n");
        for (status, count) in STATUSES.iter().zip(&self.intake) {
            let name = if *status == 0 { "other".to_owned() } else { status.to_string() };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "revisit_intake_bodies_total{{status=\"{name}\"}} {}", count.load(Relaxed));
        }
        let counters = [
            ("revisit_recordings_begun_total", &self.begun),
            ("revisit_frame_conflicts_total", &self.conflicts),
            ("revisit_recordings_finished_total", &self.finished),
            ("revisit_finish_failures_total", &self.finish_failures),
            ("revisit_finish_delay_milliseconds_total", &self.finish_delay_ms),
        ];
        for (name, counter) in counters {
            let _ = writeln!(text, "# TYPE {name} counter\n{name} {}", counter.load(Relaxed));
        }
        let gauges = [("revisit_visits_unfinished", open), ("revisit_visits_ended_unfinished", ended)];
        for (name, value) in gauges {
            let _ = writeln!(text, "# TYPE {name} gauge\n{name} {value}");
        }
        text
    }
}
