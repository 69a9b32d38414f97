//! Who is here and who has left. Pure rules over what the store knows of a visit, used inside its transactions.
//!
//! A visit has ended when every page has sent its last frame and nothing new came for a while, or when all were silent
//! for longer. It may be taken up again until it is closed: idle for too long, or too old.

use crate::clock::Millis;
use crate::store::Rules;

/// What the store knows of a visit that may still grow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Visit {
    /// Receipt of the first frame.
    pub first_ms: Millis,
    /// Receipt of the last new frame.
    pub last_ms: Millis,
    /// Receipt of the last frame with input of the visitor.
    pub active_ms: Millis,
    /// Pages that have not sent their last frame.
    pub open_pages: i64,
}

impl Visit {
    /// Whether the visitor has left.
    pub fn has_ended(&self, rules: &Rules, now_ms: Millis) -> bool {
        let silent_for = now_ms - self.last_ms;
        let left = self.open_pages == 0 && silent_for >= rules.end_after;
        left || silent_for >= rules.silent_after
    }

    /// Whether no frame may be added any more.
    pub fn is_closed(&self, rules: &Rules, now_ms: Millis) -> bool {
        let too_old = now_ms - self.first_ms > rules.max_length + rules.close_grace;
        let idle = now_ms - self.active_ms > rules.idle_after + rules.close_grace;
        too_old || idle
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    const SECOND: Millis = 1000;
    const MINUTE: Millis = 60 * SECOND;

    fn rules() -> Rules {
        Rules::of(&Config::defaults())
    }

    fn visit(open_pages: i64) -> Visit {
        Visit { first_ms: 0, last_ms: 0, active_ms: 0, open_pages }
    }

    #[test]
    fn left_pages_end_a_visit_after_ten_seconds_and_silence_after_a_hundred() {
        assert!(!visit(0).has_ended(&rules(), 9 * SECOND));
        assert!(visit(0).has_ended(&rules(), 10 * SECOND));
        assert!(!visit(1).has_ended(&rules(), 99 * SECOND));
        assert!(visit(1).has_ended(&rules(), 100 * SECOND));
    }

    #[test]
    fn a_visitor_may_return_within_half_an_hour_of_the_last_input() {
        let mut one = visit(0);
        assert!(!one.is_closed(&rules(), 30 * MINUTE));
        assert!(one.is_closed(&rules(), 33 * MINUTE));
        one.last_ms = 32 * MINUTE;
        assert!(one.is_closed(&rules(), 33 * MINUTE), "heartbeats alone keep nothing open");
        one.active_ms = 110 * MINUTE;
        assert!(!one.is_closed(&rules(), 120 * MINUTE));
        assert!(one.is_closed(&rules(), 123 * MINUTE));
    }
}
