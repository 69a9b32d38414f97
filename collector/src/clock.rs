//! The collector's clock and the printed forms of time: milliseconds since 1970 inside, RFC 3339 in UTC outside,
//! durations as people write them (`10s`, `30m`), months in a site's time zone.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};

/// Milliseconds since 1970.
pub type Millis = i64;

/// One day.
pub const DAY: Millis = 86_400_000;

/// Now.
pub fn now_ms() -> Millis {
    Timestamp::now().as_millisecond()
}

/// RFC 3339 in UTC with milliseconds.
pub fn rfc3339(at_ms: Millis) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{at:.3}")
}

/// The time that `text` names in RFC 3339, or the start of the day that it names as a date in UTC.
pub fn parse_time(text: &str) -> Option<Millis> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.as_millisecond());
    }
    let day: Date = text.parse().ok()?;
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

/// Milliseconds in `10s`, `30m`, `2h`, `10d` or `250ms`.
pub fn parse_duration(text: &str) -> Option<Millis> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit: Millis = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.parse::<Millis>().ok()?.checked_mul(unit)
}

/// Whether `name` is a time zone of the IANA database.
pub fn is_zone(name: &str) -> bool {
    TimeZone::get(name).is_ok()
}

fn local(zone: &str, at_ms: Millis) -> Zoned {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(TimeZone::get(zone).unwrap_or(TimeZone::UTC))
}

/// The calendar month of a moment in a zone, as `2026-11`.
pub fn month(zone: &str, at_ms: Millis) -> String {
    let date = local(zone, at_ms).date();
    format!("{:04}-{:02}", date.year(), date.month())
}

/// The calendar day of a moment in a zone, as `2026-11-24`.
pub fn day(zone: &str, at_ms: Millis) -> String {
    local(zone, at_ms).date().to_string()
}

/// When the month after that of `at_ms` begins in a zone.
pub fn next_month(zone: &str, at_ms: Millis) -> Millis {
    let here = local(zone, at_ms);
    let first = here.date().first_of_month().saturating_add(Span::new().months(1));
    match first.to_zoned(here.time_zone().clone()) {
        Ok(start) => start.timestamp().as_millisecond(),
        // Only at the end of representable time.
        Err(_) => at_ms,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn months_begin_where_the_site_is() {
        let at = parse_time("2026-11-30T23:30:00Z").unwrap();
        assert_eq!(month("UTC", at), "2026-11");
        assert_eq!(month("Europe/Prague", at), "2026-12");
        assert_eq!(rfc3339(next_month("UTC", at)), "2026-12-01T00:00:00.000Z");
        assert_eq!(rfc3339(next_month("Europe/Prague", at)), "2026-12-31T23:00:00.000Z");
    }

    #[test]
    fn a_month_is_as_long_as_its_hours_whatever_the_summer_time() {
        let at = |text| parse_time(text).unwrap();
        // The clocks go back on 25 October and forward on 29 March 2026 in Prague.
        assert_eq!(rfc3339(next_month("Europe/Prague", at("2026-10-20T12:00:00Z"))), "2026-10-31T23:00:00.000Z");
        assert_eq!(rfc3339(next_month("Europe/Prague", at("2026-03-20T12:00:00Z"))), "2026-03-31T22:00:00.000Z");
        assert_eq!(month("Europe/Prague", at("2026-03-31T22:30:00Z")), "2026-04");
        assert_eq!(month("Europe/Prague", at("2026-10-31T22:30:00Z")), "2026-10");
        // In Havana the clocks go forward at midnight: 1 March 2026 begins, 8 March has no midnight.
        assert_eq!(day("America/Havana", at("2026-03-08T05:00:00Z")), "2026-03-08");
        assert_eq!(day("America/Havana", at("2026-03-08T04:59:59Z")), "2026-03-07");
    }

    #[test]
    fn durations_need_a_unit() {
        assert_eq!(parse_duration("90s"), Some(90_000));
        assert_eq!(parse_duration("2h"), Some(7_200_000));
        for wrong in ["", "10", "s", "-1s", "1 s", "9999999999999999999s", "1w"] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }
}
