//! Who wants to harm: floods of every kind, bodies that promise more than they hold, clocks that lie, paths that climb,
//! ids of others. Each is answered as the contract says, takes no memory to speak of, and a good visit beside it is whole.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::json;
use shared::frame::Flags;
use shared::limits::SEQ_MAX;
use shared::record::{self, Heartbeat, tag};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use support::{Collector, ORIGIN, Site, Visit, random, read_answer, request, seqs, until};

/// What any of these floods may cost: a body in each of a few workers, and what the allocator keeps. One bomb unpacked
/// would be more than twice as much.
const ROOM_KIB: u64 = 96 << 10;

/// `bad` happens beside a good visit, which is whole at the end; memory stays where it was.
fn beside_a_good_visit(settings: &[(&'static str, &'static str)], bad: impl FnOnce(&Collector, &Site)) {
    let collector = Collector::with(settings);
    let site = collector.add_site("standard");
    let good = Visit::new();
    assert_eq!(collector.post(&site, &good.usual_body(0..3)).status, 204);
    let before = collector.peak_kib();
    bad(&collector, &site);
    let grown = collector.peak_kib().saturating_sub(before);
    assert!(grown < ROOM_KIB, "took {grown} KiB");
    assert_eq!(collector.post(&site, &good.body(&[good.usual(3), good.end(4)])).status, 204);
    collector.wait_ready(good.id);
    assert_eq!(seqs(&collector.stored(good.id), good.page), [0, 1, 2, 3, 4]);
    assert_eq!(collector.send("GET", "/readyz", &[], b"").status, 200);
    collector.assert_sound();
    assert!(!collector.log().contains("unexpectedly"), "{}", collector.log());
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

#[test]
fn counts_that_nothing_can_hold_take_no_memory() {
    beside_a_good_visit(&[], |collector, site| {
        let promised: [u64; 4] = [1 << 20, u64::from(u32::MAX), 1 << 40, u64::MAX];
        for many in promised.map(varint) {
            let visit = Visit::new();
            // As the count of a body's frames, and as the length of its first.
            let whole = visit.usual_body(0..1);
            let start = 3 + 32 + varint(support::now_ms()).len();
            for at in [start, start + 1] {
                let body = [&whole[..at], many.as_slice(), &[1; 40]].concat();
                assert_eq!(collector.post(site, &body).status, 400);
            }
            // As a record's length: the payload does not divide.
            let records = [&[9], many.as_slice(), &[1; 20]].concat();
            let answer = collector.post(site, &visit.body(&[visit.frame(0, Flags::default(), &records)]));
            assert_eq!(answer.code(), "bad_payload");
            // Inside records of every kind. Only finish looks there: what cannot be read is lost, the rest is not.
            let mut records = Vec::new();
            for tag in 1..=60 {
                for before in 0..4 {
                    record::put_packed(&mut records, tag, &[&vec![1; before], many.as_slice()].concat());
                }
            }
            let frames = [visit.usual(0), visit.frame(1, Flags::ACTIVE, &records), visit.end(2)];
            assert_eq!(collector.post(site, &visit.body(&frames)).status, 204);
            collector.wait_ready(visit.id);
            assert_eq!(seqs(&collector.stored(visit.id), visit.page), [0, 1, 2]);
            let rrweb = collector.api("GET", &format!("/api/v1/recordings/{}/export?format=rrweb", visit.id), None);
            assert_eq!(rrweb.status, 200);
        }
    });
}

#[test]
fn sixty_bombs_at_once_are_refused_without_being_unpacked() {
    beside_a_good_visit(&[], |collector, site| {
        let bomb = miniz_oxide::deflate::compress_to_vec(&vec![0; 200 << 20], 9);
        std::thread::scope(|scope| {
            for _ in 0..60 {
                let visit = Visit::new();
                let body = visit.body(&[visit.frame(0, Flags::DEFLATE, &bomb)]);
                scope.spawn(move || assert_eq!(collector.post(site, &body).code(), "bad_payload"));
            }
        });
    });
}

#[test]
fn numbers_over_their_limit_and_clocks_that_lie_change_nothing() {
    beside_a_good_visit(&[], |collector, site| {
        for seq in [SEQ_MAX + 1, u32::MAX] {
            let visit = Visit::new();
            assert_eq!(collector.post(site, &visit.usual_body(seq..seq.saturating_add(1))).status, 400);
            let body = visit.body(&[visit.frame(seq, Flags::default(), b"")]);
            let answer = collector.post(site, &body);
            assert_eq!((answer.status, answer.code().as_str()), (400, "over_limit"));
        }
        let ten_years = 10 * 365 * 86_400_000;
        for epoch_ms in [0, 1, support::now_ms() - ten_years, support::now_ms() + ten_years, u64::MAX] {
            let visit = Visit { epoch_ms, ..Visit::new() };
            let mut records = Vec::new();
            record::put(&mut records, tag::HEARTBEAT, &Heartbeat { at: u32::MAX });
            let frames = [visit.usual(0), visit.frame(1, Flags::ACTIVE, &records), visit.end(2)];
            assert_eq!(collector.post(site, &visit.body(&frames)).status, 204);
            let ready = collector.wait_ready(visit.id);
            let ms = |field: &str| ready[field].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_millisecond();
            assert_eq!(ms("expires_at") - ms("created_at"), 10 * 86_400_000);
            let now_ms = support::now_ms() as i64;
            for field in ["created_at", "started_at", "ended_at"] {
                assert!((now_ms - 7_300_000..=now_ms).contains(&ms(field)), "{epoch_ms}: {ready}");
            }
        }
    });
}

#[test]
fn heads_that_never_end_are_cut_off() {
    beside_a_good_visit(&[("REVISIT_HEAD_TIMEOUT", "700ms")], |collector, site| {
        // One line a moment, for ever; nothing at all; half a line.
        let mut slow: Vec<TcpStream> = (0..60).map(|_| TcpStream::connect(&collector.address).unwrap()).collect();
        for (at, stream) in slow.iter_mut().enumerate().filter(|(at, _)| at % 3 != 0) {
            stream.write_all(if at % 3 == 1 { b"GET / HTTP/1.1\r\nhost: x\r\n" } else { b"GE" }).unwrap();
        }
        let visit = Visit::new();
        assert_eq!(collector.post(site, &visit.usual_body(0..1)).status, 204);
        for stream in &mut slow {
            stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
            // Closed, with or without a word: no bytes follow.
            let mut said = Vec::new();
            if let Err(error) = stream.read_to_end(&mut said) {
                assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "it was not cut off");
            }
            assert!(said.is_empty() || said.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&said));
        }
    });
}

#[test]
fn floods_of_header_lines_are_refused() {
    beside_a_good_visit(&[], |collector, _| {
        let lines = |count: usize, len: usize| -> String {
            (0..count).map(|at| format!("x-{at}: {}\r\n", "v".repeat(len))).collect()
        };
        for flood in [lines(20_000, 20), lines(1, 2 << 20), lines(90, 10_000), "\r\n".repeat(100_000)] {
            std::thread::scope(|scope| {
                for _ in 0..20 {
                    scope.spawn(|| {
                        let mut stream = TcpStream::connect(&collector.address).unwrap();
                        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
                        // The answer may come, and the connection close, before all is sent.
                        let _ = stream.write_all(format!("GET / HTTP/1.1\r\nhost: x\r\n{flood}\r\n").as_bytes());
                        if let Ok(answer) = read_answer(&mut stream) {
                            assert!(
                                [400, 431].contains(&answer.status) || flood.starts_with('\r'),
                                "{}",
                                answer.status
                            );
                        }
                    });
                }
            });
        }
    });
}

#[test]
fn requests_that_two_servers_would_read_differently_are_not_two() {
    beside_a_good_visit(&[], |collector, site| {
        let path = format!("/v1/frames?k={}", site.key);
        let smuggled = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n");
        for lengths in [
            "content-length: 5\r\ntransfer-encoding: chunked\r\n".to_owned(),
            "content-length: 5\r\ncontent-length: 6\r\n".to_owned(),
            "content-length: +5\r\n".to_owned(),
            "transfer-encoding: chunked, identity\r\n".to_owned(),
            format!("content-length: {}\r\n", u128::MAX),
        ] {
            let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{lengths}\r\n");
            let mut stream = TcpStream::connect(&collector.address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
            stream.write_all(format!("{head}0\r\n\r\n{smuggled}").as_bytes()).unwrap();
            let mut said = String::new();
            let _ = stream.read_to_string(&mut said);
            assert!(said.matches("HTTP/1.1 ").count() <= 1, "{lengths}: {said}");
            assert!(!said.contains("HTTP/1.1 2"), "{lengths}: {said}");
        }
    });
}

#[test]
fn paths_that_climb_find_nothing() {
    beside_a_good_visit(&[], |collector, _| {
        for path in [
            "/assets/../revisit.db",
            "/assets/..%2f..%2fCargo.toml",
            "/assets/%2e%2e/%2e%2e/etc/passwd",
            "/assets/recorder-/../../../etc/passwd",
            "/assets/recorder-%00.js",
            "/www/../../etc/passwd",
            "/www/..%2f..%2f..%2fetc/passwd",
            "/www//etc/passwd",
            "/www/player/../../Cargo.toml",
            "/www/decoder/src/lib.rs",
            "/demo/../www/decoder/Cargo.toml",
            "/demo/%2e%2e/%2e%2e/revisit.db",
            "/v1/site/..%2f..%2fadmin",
            "/v1/site/%ff%fe",
            "/api/v1/shares/..%2f..%2frecordings",
            "/api/v1/recordings/..%2f..%2fsites",
            "//evil.example/",
            "/\\evil.example",
        ] {
            let answer = collector.send("GET", path, &[], b"");
            assert!([400, 401, 403, 404].contains(&answer.status), "{path}: {} {}", answer.status, answer.text());
            assert!(!answer.text().contains("root:"), "{path}");
            assert!(answer.header("location").is_none(), "{path}");
        }
        let long = format!("/{}", "a".repeat(60_000));
        assert!([404, 414, 431].contains(&collector.send("GET", &long, &[], b"").status));
    });
}

#[test]
fn ids_that_nobody_gave_out_open_nothing() {
    beside_a_good_visit(&[], |collector, site| {
        let id = Visit::new().id.to_string();
        for wrong in
            [id.as_str(), "0", "%00", "00000000000000000000000000000000", &"f".repeat(33), "' OR 1=1 --", "..."]
        {
            let wrong = wrong.replace(' ', "%20").replace('\'', "%27");
            for path in [
                format!("/api/v1/recordings/{wrong}"),
                format!("/api/v1/recordings/{wrong}/export?format=revisit"),
                format!("/api/v1/shares/{wrong}"),
                format!("/api/v1/shares/{wrong}/recording"),
            ] {
                let answer = collector.api("GET", &path, None);
                assert!([400, 404].contains(&answer.status), "{path}: {} {}", answer.status, answer.text());
                // The same without any right, but never more.
                assert!([400, 401, 404].contains(&collector.send("GET", &path, &[], b"").status), "{path}");
            }
        }
        // One visit's page id in another visit's body is another page.
        let (one, other) = (Visit::new(), Visit::new());
        let forged = Visit { page: one.page, ..other.clone() };
        assert_eq!(collector.post(site, &one.body(&[one.usual(0), one.usual(1)])).status, 204);
        let empty = forged.frame(1, Flags::default(), b"");
        assert_eq!(collector.post(site, &forged.body(&[empty, forged.end(2)])).status, 204);
        assert_eq!(collector.post(site, &one.body(&[one.end(2)])).status, 204);
        assert_eq!(collector.wait_ready(one.id)["clicks"], 1);
        assert_eq!(collector.wait_ready(other.id)["clicks"], 0);
        assert_eq!(collector.recording(one.id)["conflicts"], 0);
    });
}

#[test]
fn what_a_client_says_of_itself_does_not_hide_it_behind_a_proxy() {
    let collector = Collector::with(&[("REVISIT_NEW_PER_MINUTE", "2")]);
    let site = collector.add_site("standard");
    let path = format!("/v1/frames?k={}", site.key);
    let statuses: Vec<u16> = (0..4)
        .map(|_| {
            // A proxy adds a line of its own below the one that the client sent.
            let headers = [("x-forwarded-for", "127.0.0.1"), ("x-forwarded-for", "203.0.113.7"), ("origin", ORIGIN)];
            collector.send("POST", &path, &headers, &Visit::new().usual_body(0..1)).status
        })
        .collect();
    assert_eq!(statuses, [204, 204, 429, 429]);
}

#[test]
fn a_site_has_its_burst_and_what_is_over_it_is_not_counted() {
    let collector = Collector::with(&[("REVISIT_NEW_BURST", "5")]);
    let (site, other) = (collector.add_site("standard"), collector.add_site("standard"));
    let answers: Vec<_> = (0..12).map(|_| collector.post(&site, &Visit::new().usual_body(0..1))).collect();
    let taken = answers.iter().filter(|answer| answer.status == 204).count();
    let slowed = answers.iter().filter(|answer| answer.status == 429 && answer.header("retry-after").is_some()).count();
    assert!(taken >= 5 && slowed > 0 && taken + slowed == 12, "{taken} taken, {slowed} slowed");
    assert_eq!(collector.usage(&site)["used"], json!(taken));
    assert_eq!(collector.post(&other, &Visit::new().usual_body(0..1)).status, 204, "another site is not concerned");
}

#[test]
fn who_takes_nothing_of_the_answer_is_cut_off() {
    beside_a_good_visit(&[("REVISIT_STALL_TIMEOUT", "1s")], |collector, _| {
        let connections = || {
            let open = std::fs::read_dir(format!("/proc/{}/fd", collector.pid())).unwrap().flatten();
            open.filter(|fd| std::fs::read_link(fd.path()).is_ok_and(|to| to.to_string_lossy().contains("socket")))
                .count()
        };
        let before = connections();
        let stalled: Vec<TcpStream> = (0..8)
            .map(|_| {
                let mut stream = TcpStream::connect(&collector.address).unwrap();
                // More than both kernels keep for it.
                let one = "GET /api/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n";
                stream.set_write_timeout(Some(Duration::from_secs(1))).unwrap();
                let _ = stream.write_all(one.repeat(2000).as_bytes());
                stream
            })
            .collect();
        until("the stalled connections to be gone", || (connections() <= before).then_some(()));
        drop(stalled);
    });
}

#[test]
fn two_thousand_idle_connections_keep_nobody_out() {
    beside_a_good_visit(&[("REVISIT_HEAD_TIMEOUT", "60s")], |collector, site| {
        // Half of what this test may open itself.
        let mut idle = Vec::new();
        while idle.len() < 2000 {
            match TcpStream::connect(&collector.address) {
                Ok(stream) => idle.push(stream),
                Err(_) => break,
            }
        }
        idle.truncate(idle.len().max(20) - 10);
        assert!(idle.len() > 500, "only {} connections", idle.len());
        assert_eq!(collector.post(site, &Visit::new().usual_body(0..1)).status, 204);
    });
}

#[test]
fn random_requests_are_answered_or_closed() {
    beside_a_good_visit(&[], |collector, site| {
        for round in 0..300u32 {
            let noise = random::<600>();
            let (cut, kind) = (usize::from(noise[0]) * 2 + 1, round % 4);
            let mut stream = TcpStream::connect(&collector.address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
            let head = format!("POST /v1/frames?k={} HTTP/1.1\r\nhost: x\r\ncontent-length: {cut}\r\n\r\n", site.key);
            let bytes = match kind {
                0 => noise[..cut].to_vec(),
                1 => [head.as_bytes(), &noise[..cut]].concat(),
                2 => [head.as_bytes(), b"RV\x01", &noise[..cut]].concat(),
                _ => [&head.as_bytes()[..cut.min(head.len())], &noise[..cut]].concat(),
            };
            let _ = stream.write_all(&bytes);
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let mut said = [0; 12];
            let answered = stream.read(&mut said).unwrap_or(0) >= 12;
            assert!(!answered || said.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&said));
        }
        assert!(request(&collector.address, "GET", "/healthz", &[], b"").is_ok());
    });
}
