//! Everything that is counted in this process since it started, and its form for Prometheus.

use super::Histogram;
use super::sink;
use axum::http::StatusCode;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// The intake's answers, in the order of the contract.
const STATUSES: [u16; 12] = [204, 400, 402, 403, 408, 409, 410, 413, 429, 500, 503, 0];

/// Of the whole process: failures become answers where nothing of the application is at hand.
static STORE_FAILURES: AtomicU64 = AtomicU64::new(0);

/// One of the stores could not do what it should.
pub fn store_failed() {
    STORE_FAILURES.fetch_add(1, Relaxed);
}

/// What is counted.
#[derive(Default)]
pub struct Counters {
    intake: [AtomicU64; STATUSES.len()],
    frames: AtomicU64,
    bytes: AtomicU64,
    durable: Histogram,
    begun: AtomicU64,
    conflicts: AtomicU64,
    finished: AtomicU64,
    finish_failures: AtomicU64,
    finish_delay: Histogram,
}

/// What is looked up when somebody asks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gauges {
    /// Visits that will be finished sooner or later.
    pub open_visits: u64,
    /// Those among them that have ended.
    pub ended_visits: u64,
    /// Bodies that wait for the log.
    pub waiting: u64,
    /// Bodies that the log turned away.
    pub turned_away: u64,
    /// Bytes of bodies in memory.
    pub held_bytes: u64,
    /// Part of the disk that is used, from 0 to 1, where that is known.
    pub disk_used: Option<f64>,
}

impl Counters {
    /// A body was answered.
    pub fn intake(&self, status: StatusCode) {
        let at = STATUSES.iter().position(|known| *known == status.as_u16()).unwrap_or(STATUSES.len() - 1);
        self.intake[at].fetch_add(1, Relaxed);
    }

    /// A body was kept: its frames, its bytes, how long it took to be durable.
    pub fn kept(&self, frames: usize, bytes: usize, took: Duration, began: bool, conflicts: u32) {
        self.frames.fetch_add(frames as u64, Relaxed);
        self.bytes.fetch_add(bytes as u64, Relaxed);
        self.durable.add(took);
        self.begun.fetch_add(u64::from(began), Relaxed);
        self.conflicts.fetch_add(u64::from(conflicts), Relaxed);
    }

    /// A recording is ready, this long after its last frame.
    pub fn finished(&self, delay_ms: i64) {
        self.finished.fetch_add(1, Relaxed);
        self.finish_delay.add(Duration::from_millis(delay_ms.max(0).cast_unsigned()));
    }

    /// A recording could not be finished.
    pub fn finish_failed(&self) {
        self.finish_failures.fetch_add(1, Relaxed);
    }

    /// For Prometheus.
    pub fn render(&self, gauges: &Gauges) -> String {
        let mut text = String::from("# TYPE revisit_intake_bodies_total counter\n");
        for (status, count) in STATUSES.iter().zip(&self.intake) {
            let name = if *status == 0 { "other".to_owned() } else { status.to_string() };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "revisit_intake_bodies_total{{status=\"{name}\"}} {}", count.load(Relaxed));
        }
        let quota = STATUSES.iter().position(|status| *status == 402).unwrap_or_default();
        let counters = [
            ("revisit_frames_total", self.frames.load(Relaxed)),
            ("revisit_intake_bytes_total", self.bytes.load(Relaxed)),
            ("revisit_quota_refusals_total", self.intake[quota].load(Relaxed)),
            ("revisit_recordings_begun_total", self.begun.load(Relaxed)),
            ("revisit_frame_conflicts_total", self.conflicts.load(Relaxed)),
            ("revisit_recordings_finished_total", self.finished.load(Relaxed)),
            ("revisit_finish_failures_total", self.finish_failures.load(Relaxed)),
            ("revisit_store_failures_total", STORE_FAILURES.load(Relaxed)),
            ("revisit_intake_turned_away_total", gauges.turned_away),
            ("revisit_log_lines_lost_total", sink::lost()),
        ];
        for (name, value) in counters {
            let _ = writeln!(text, "# TYPE {name} counter\n{name} {value}");
        }
        let known = [
            ("revisit_visits_unfinished", gauges.open_visits),
            ("revisit_visits_ended_unfinished", gauges.ended_visits),
            ("revisit_log_waiting", gauges.waiting),
            ("revisit_intake_held_bytes", gauges.held_bytes),
        ];
        for (name, value) in known {
            let _ = writeln!(text, "# TYPE {name} gauge\n{name} {value}");
        }
        if let Some(used) = gauges.disk_used {
            let _ = writeln!(text, "# TYPE revisit_disk_used_ratio gauge\nrevisit_disk_used_ratio {used:.4}");
        }
        self.durable.render("revisit_durable_seconds", &mut text);
        self.finish_delay.render("revisit_finish_lag_seconds", &mut text);
        text
    }
}
