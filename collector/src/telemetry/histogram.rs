//! How long something took, as a Prometheus histogram: counts under fixed limits, the sum, the number.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Upper limits in milliseconds; what is longer is only in the number of all.
const LIMITS_MS: [u32; 12] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 20_000];

/// Counts of durations.
#[derive(Default)]
pub struct Histogram {
    counts: [AtomicU64; LIMITS_MS.len()],
    all: AtomicU64,
    sum_us: AtomicU64,
}

impl Histogram {
    /// Something took this long.
    pub fn add(&self, took: Duration) {
        let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        if let Some(at) = LIMITS_MS.iter().position(|limit| took_us <= u64::from(*limit) * 1000) {
            self.counts[at].fetch_add(1, Relaxed);
        }
        self.all.fetch_add(1, Relaxed);
        self.sum_us.fetch_add(took_us, Relaxed);
    }

    /// As Prometheus reads it, in seconds.
    pub fn render(&self, name: &str, text: &mut String) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "# TYPE {name} histogram");
        let mut below = 0;
        for (limit, count) in LIMITS_MS.iter().zip(&self.counts) {
            below += count.load(Relaxed);
            let _ = writeln!(text, "{name}_bucket{{le=\"{}\"}} {below}", f64::from(*limit) / 1000.0);
        }
        let all = self.all.load(Relaxed);
        let sum = self.sum_us.load(Relaxed) as f64 / 1e6;
        let _ = writeln!(text, "{name}_bucket{{le=\"+Inf\"}} {all}\n{name}_sum {sum}\n{name}_count {all}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_count_everything_below_them() {
        let histogram = Histogram::default();
        for milliseconds in [0, 5, 6, 30_000] {
            histogram.add(Duration::from_millis(milliseconds));
        }
        let mut text = String::new();
        histogram.render("x_seconds", &mut text);
        for line in [
            "x_seconds_bucket{le=\"0.001\"} 1",
            "x_seconds_bucket{le=\"0.005\"} 2",
            "x_seconds_bucket{le=\"0.01\"} 3",
            "x_seconds_bucket{le=\"20\"} 3",
            "x_seconds_bucket{le=\"+Inf\"} 4",
            "x_seconds_sum 30.011",
            "x_seconds_count 4",
        ] {
            assert!(text.lines().any(|one| one == line), "{line} is not in\n{text}");
        }
    }
}
