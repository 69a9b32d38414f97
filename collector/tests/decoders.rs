//! Whatever text or bytes reach a decoder of the collector: it says yes or no, never panics, and what it has taken once it
//! takes again. `cargo xtask fuzz` tries many more (REVISIT_SEEDS); the frame's own decoders are in `shared/fuzz`.

#![allow(clippy::unwrap_used)]

mod support;

use collector::address::{self, Network};
use collector::intake::{body, origin};
use collector::{agent, clock};
use shared::mask::Rules;
use std::net::IpAddr;
use support::{Visit, random};

fn rounds() -> usize {
    let seeds = std::env::var("REVISIT_SEEDS").ok().and_then(|text| text.parse().ok());
    seeds.unwrap_or(300)
}

fn number(below: usize) -> usize {
    u32::from_le_bytes(random()) as usize % below.max(1)
}

/// What stands in such a text, cut, repeated and mixed.
fn text(parts: &[&str]) -> String {
    (0..number(9)).map(|_| parts[number(parts.len())]).collect()
}

#[test]
fn bodies_that_were_changed_anywhere_are_taken_or_refused() {
    let rules = Rules::default();
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..rounds() {
        let visit = Visit::new();
        let mut bytes = visit.usual_body(0..1 + number(3) as u32);
        for _ in 0..number(3) {
            // An earlier cut may have left nothing.
            let at = number(bytes.len());
            if bytes.is_empty() {
                break;
            }
            match number(4) {
                0 => bytes[at] ^= 1 << number(8),
                1 => bytes.truncate(at),
                2 => bytes.insert(at, number(256) as u8),
                _ => {
                    let part = bytes[at..].to_vec();
                    bytes.extend_from_slice(&part);
                }
            }
        }
        match body::open(&bytes, &rules) {
            Ok(opened) => {
                taken += 1;
                for frame in opened.frames {
                    let (start, len) = (frame.start as usize, frame.len as usize);
                    assert!(shared::frame::open(&bytes[start..start + len]).is_ok());
                }
            }
            Err(problem) => {
                refused += 1;
                assert!([400, 413].contains(&problem.status.as_u16()), "{problem:?}");
            }
        }
    }
    assert!(taken > 0 && refused > 0, "{taken} taken, {refused} refused: the test shows nothing");
}

#[test]
fn an_origin_that_is_stored_allows_itself_and_nothing_that_only_looks_like_it() {
    const PARTS: [&str; 18] = [
        "https://", "http://", "*.", "shop", ".", "example", ":", "443", "8080", "/", "@", "[::1]", "%00", "é", "\0",
        " ", "-", "https:",
    ];
    for _ in 0..rounds() * 10 {
        let raw = text(&PARTS);
        let Some(normal) = origin::normal(&raw) else { continue };
        assert_eq!(origin::normal(&normal).as_deref(), Some(normal.as_str()), "{raw:?}");
        let allowed = [normal.clone()];
        if !normal.contains('*') {
            assert!(origin::allows(&allowed, &normal), "{raw:?}");
        }
        let evil = normal.replacen("://", "://evil-", 1);
        assert!(!origin::allows(&allowed, &evil) || normal.contains("*."), "{raw:?} allows {evil:?}");
        assert!(!origin::allows(&allowed, &format!("{normal}.evil.test")), "{raw:?}");
        assert!(!origin::allows(&allowed, &format!("{normal}@evil.test")), "{raw:?}");
    }
}

#[test]
fn headers_of_any_kind_are_read() {
    const PARTS: [&str; 22] = [
        "Mozilla/5.0 ",
        "(Windows NT 10.0) ",
        "(iPhone; CPU iPhone OS 18_1 like Mac OS X) ",
        "Chrome/",
        "142.0",
        "Firefox/",
        "Version/",
        "Safari/",
        "Edg/",
        "Android ",
        "é",
        "\u{202e}",
        ";",
        "(",
        ")",
        "9999999999999999999",
        " OS ",
        "Mac OS X ",
        "CrOS ",
        "Linux",
        "",
        "Tablet",
    ];
    for _ in 0..rounds() * 10 {
        let agent = agent::read(&text(&PARTS));
        assert!(agent.browser.len() < 64 && agent.os.len() < 64, "{agent:?}");
        assert!(["desktop", "mobile", "tablet"].contains(&agent.device), "{agent:?}");
    }
    const HOPS: [&str; 12] = [
        "203.0.113.5",
        ", ",
        ",",
        "127.0.0.1",
        "::1",
        "[::1]:80",
        "unknown",
        "_hidden",
        "10.0.0.1",
        " ",
        "\"",
        "::ffff:10.0.0.1",
    ];
    let trusted: [Network; 1] = ["10.0.0.0/8".parse().unwrap()];
    let stranger: IpAddr = "198.51.100.1".parse().unwrap();
    for _ in 0..rounds() * 10 {
        let lines = [text(&HOPS), text(&HOPS)];
        let lines = || lines.iter().map(String::as_str);
        assert_eq!(address::client(stranger, lines(), &trusted), stranger, "a stranger is believed nothing");
        let client = address::client("10.0.0.9".parse().unwrap(), lines(), &trusted);
        assert!(address::anonymous(client) == address::anonymous(address::anonymous(client)));
    }
    const TIMES: [&str; 12] =
        ["10", "s", "ms", "h", "d", "-", "2026-11-24", "T", "Z", "12:00:00", "9223372036854775807", "é"];
    for _ in 0..rounds() * 10 {
        let text = text(&TIMES);
        assert!(clock::parse_duration(&text).is_none_or(|it| it >= 0), "{text}");
        let _ = clock::parse_time(&text);
        let _ = text.parse::<Network>();
    }
}
