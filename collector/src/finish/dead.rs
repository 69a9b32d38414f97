//! Dead clicks: something with a text was clicked, and for three seconds nothing on the page changed, moved or scrolled,
//! while the page went on. A click that the visitor's leaving follows may have led there, and is none.

use shared::replay::What;

/// Milliseconds in which a page answers a click.
const REACTION_MS: u32 = 3_000;

/// Counts the dead clicks of one page while its events go by.
#[derive(Default)]
pub(super) struct DeadClicks {
    /// Clicks that nothing has answered yet: when.
    waiting: Vec<u32>,
    /// Those that nothing answered in time.
    pub(super) count: i64,
}

impl DeadClicks {
    pub(super) fn note(&mut self, at_ms: u32, what: &What) {
        let before = self.waiting.len();
        self.waiting.retain(|clicked| at_ms.saturating_sub(*clicked) <= REACTION_MS);
        self.count += (before - self.waiting.len()) as i64;
        match what {
            What::Click { kind: 0, text, .. } if !text.is_empty() => self.waiting.push(at_ms),
            What::Hello { .. } | What::Click { .. } | What::Pointer { .. } | What::NaturalSize { .. } => {}
            // Whatever else happens, the page or the visitor has gone on from the click.
            _ => self.waiting.clear(),
        }
    }

    /// The page's last frame was made at `at_ms`.
    pub(super) fn end(&mut self, at_ms: u32) {
        self.count +=
            self.waiting.drain(..).filter(|clicked| at_ms.saturating_sub(*clicked) > REACTION_MS).count() as i64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn click() -> What {
        What::Click { node: 1, x: 1, y: 1, kind: 0, text: "Pay".to_owned() }
    }

    fn count(events: &[(u32, What)], end: u32) -> i64 {
        let mut clicks = DeadClicks::default();
        events.iter().for_each(|(at, what)| clicks.note(*at, what));
        clicks.end(end);
        clicks.count
    }

    #[test]
    fn only_what_nothing_answers_is_dead() {
        let text = || What::Text { id: 3, value: "Paid".to_owned() };
        assert_eq!(count(&[(100, click())], 5_000), 1);
        assert_eq!(count(&[(100, click()), (2_000, text())], 5_000), 0);
        assert_eq!(count(&[(100, click()), (3_500, text())], 5_000), 1, "too late to be its answer");
        assert_eq!(count(&[(100, click()), (400, click())], 5_000), 2);
        assert_eq!(count(&[(100, click())], 1_000), 0, "the visitor left");
    }
}
