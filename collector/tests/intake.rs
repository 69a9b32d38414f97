//! Whatever a visitor sends: its status, its code, a problem document that any page may read, and every good recording
//! stays whole.

#![allow(clippy::unwrap_used)]

mod support;

use shared::frame::{Flags, write_body};
use shared::limits::{BODY_MAX_BYTES, FRAME_MAX_BYTES};
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};
use support::{Answer, Collector, Site, Visit, random, read_answer, seqs};

fn check(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (status, code), "{}", answer.text());
    check_headers(answer);
}

fn check_headers(answer: &Answer) {
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-expose-headers"), Some("Retry-After"));
    assert_eq!(answer.header("cross-origin-resource-policy"), Some("cross-origin"));
}

/// A good visit is under way while `bad` happens, and is whole at the end.
fn beside_a_good_visit(bad: impl FnOnce(&Collector, &Site, &Visit)) {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let good = Visit::new();
    let first = collector.post(&site, &good.usual_body(0..3));
    assert_eq!((first.status, first.body.len()), (204, 0), "{}", first.text());
    check_headers(&first);
    bad(&collector, &site, &good);
    assert_eq!(collector.post(&site, &good.body(&[good.usual(3), good.end(4)])).status, 204);
    let ready = collector.wait_ready(good.id);
    assert_eq!(ready["clicks"], 3);
    assert_eq!(seqs(&collector.stored(good.id), good.page), [0, 1, 2, 3, 4]);
    collector.assert_sound();
}

#[test]
fn bodies_that_are_none_are_refused_whole() {
    beside_a_good_visit(|collector, site, good| {
        let other = Visit::new();
        let whole = other.usual_body(0..3);
        check(&collector.post(site, b""), 400, "empty");
        check(&collector.post(site, b"{\"type\":\"rrweb\"}"), 400, "not_a_frame");
        check(&collector.post(site, &random::<4096>()), 400, "not_a_frame");
        let mut version = whole.clone();
        version[2] = 9;
        check(&collector.post(site, &version), 400, "unknown_version");
        for cut in [3, 20, 40, 60, whole.len() - 1] {
            check(&collector.post(site, &whole[..cut]), 400, "bad_frame");
        }
        check(&collector.post(site, &[whole.as_slice(), b"x"].concat()), 400, "bad_frame");
        let mut damaged = whole.clone();
        *damaged.last_mut().unwrap() ^= 1;
        check(&collector.post(site, &damaged), 400, "bad_checksum");
        // A count that the body cannot hold.
        let mut many = write_body(other.id, other.secret, 1, &[]);
        *many.last_mut().unwrap() = 50;
        assert_eq!(collector.post(site, &many).status, 400);
        assert_eq!(collector.api("GET", &format!("/api/v1/recordings/{}", other.id), None).status, 404);
        // One bad frame among good ones of a good recording: nothing of the body is kept.
        let mut bad = good.frame(9, Flags::default(), b"\xff\xff\xff");
        check(&collector.post(site, &good.body(&[good.usual(8), bad.clone()])), 400, "bad_payload");
        bad.truncate(bad.len() - 1);
        check(&collector.post(site, &good.body(&[good.usual(8), bad])), 400, "bad_frame");
    });
}

#[test]
fn random_bytes_in_every_place_never_stop_the_collector() {
    beside_a_good_visit(|collector, site, _| {
        for round in 0..200 {
            let visit = Visit::new();
            let mut body = visit.usual_body(0..3);
            let [place, value] = random::<2>();
            let at = (usize::from(place) * 7 + round) % body.len();
            body[at] ^= value | 1;
            let answer = collector.post(site, &body);
            assert!([204, 400].contains(&answer.status), "{} at {at}: {}", answer.status, answer.text());
        }
    });
}

#[test]
fn too_much_is_too_large() {
    beside_a_good_visit(|collector, site, _| {
        check(&collector.post(site, &vec![b'x'; 100 << 20]), 413, "too_large");
        check(&collector.post(site, &vec![b'x'; BODY_MAX_BYTES + 1]), 413, "too_large");
        let visit = Visit::new();
        let big = visit.frame(0, Flags::default(), &vec![0; FRAME_MAX_BYTES]);
        check(&collector.post(site, &visit.body(&[big])), 413, "frame_too_large");
        // 64 GiB that are only announced are refused unread.
        let path = format!("/v1/frames?k={}", site.key);
        let announced = collector.send("POST", &path, &[("content-length", "68719476736")], b"");
        check(&announced, 413, "too_large");
        // In pieces whose sum nobody announced.
        let mut chunked = Vec::new();
        for _ in 0..40 {
            chunked.extend_from_slice(b"10000\r\n");
            chunked.extend_from_slice(&[b'x'; 0x10000]);
            chunked.extend_from_slice(b"\r\n");
        }
        chunked.extend_from_slice(b"0\r\n\r\n");
        check(&collector.send("POST", &path, &[("transfer-encoding", "chunked")], &chunked), 413, "too_large");
    });
}

#[test]
fn a_payload_that_inflates_without_end_is_refused() {
    beside_a_good_visit(|collector, site, _| {
        let visit = Visit::new();
        let bomb = miniz_oxide::deflate::compress_to_vec(&vec![0; 40 << 20], 9);
        assert!(bomb.len() < FRAME_MAX_BYTES);
        let frame = visit.frame(0, Flags::DEFLATE, &bomb);
        check(&collector.post(site, &visit.body(&[frame])), 400, "bad_payload");
        // Each frame within its limit, all together not.
        let zeros = miniz_oxide::deflate::compress_to_vec(&vec![0; 512 << 10], 9);
        let frames: Vec<Vec<u8>> = (0..64).map(|seq| visit.frame(seq, Flags::DEFLATE, &zeros)).collect();
        check(&collector.post(site, &visit.body(&frames)), 413, "inflates_too_far");
        assert_eq!(collector.post(site, &visit.body(&frames[..16])).status, 204);
        let frame = visit.frame(0, Flags::DEFLATE, &random::<64>());
        assert_eq!(collector.post(site, &visit.body(&[frame])).status, 400);
    });
}

#[test]
fn foreign_keys_origins_sites_and_secrets_are_refused() {
    beside_a_good_visit(|collector, site, good| {
        let unknown = Site { id: String::new(), key: "no-such-key".to_owned() };
        check(&collector.post(&unknown, &good.usual_body(5..6)), 403, "unknown_key");
        check(&collector.send("POST", "/v1/frames", &[], &good.usual_body(5..6)), 403, "unknown_key");
        check(&collector.send("GET", "/v1/site/no-such-key", &[], b""), 403, "unknown_key");
        let path = format!("/v1/frames?k={}", site.key);
        for origin in ["https://evil.example", "https://shop.example.evil.example", "http://shop.example", "null"] {
            let answer = collector.send("POST", &path, &[("origin", origin)], &good.usual_body(5..6));
            check(&answer, 403, "origin_not_allowed");
        }
        let other = collector.add_site("standard");
        check(&collector.post(&other, &good.usual_body(5..6)), 403, "not_yours");
        let mut thief = good.clone();
        thief.secret = Visit::new().secret;
        check(&collector.post(site, &thief.usual_body(5..6)), 403, "not_yours");
        // The same again from a process that has never heard of the recording.
        let second = Collector::on(&collector.data, &[]);
        check(&second.post(site, &thief.usual_body(5..6)), 403, "not_yours");
    });
}

#[test]
fn frames_may_come_again_and_in_any_order() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let visit = Visit::new();
    for seq in [5, 3, 4, 1, 2, 0, 3, 3] {
        assert_eq!(collector.post(&site, &visit.usual_body(seq..seq + 1)).status, 204);
    }
    let whole = visit.usual_body(0..6);
    for _ in 0..20 {
        assert_eq!(collector.post(&site, &whole).status, 204);
    }
    // The same place with other bytes: the first is kept, and counted.
    let other = visit.frame(2, Flags::default(), b"");
    assert_eq!(collector.post(&site, &visit.body(&[other])).status, 204);
    assert_eq!(collector.post(&site, &visit.body(&[visit.end(6)])).status, 204);
    let ready = collector.wait_ready(visit.id);
    assert_eq!(ready["clicks"], 5);
    assert!(ready["conflicts"].as_u64().unwrap() >= 1);
    let stored = collector.stored(visit.id);
    assert_eq!(seqs(&stored, visit.page), [0, 1, 2, 3, 4, 5, 6]);
    assert!(!stored.pages[0].frames[2].payload.is_empty());
    assert_eq!(collector.usage(&site)["used"], 1);
    // All of it once more, after it is ready: known, and no reason to open it again.
    assert_eq!(collector.post(&site, &whole).status, 204);
    assert_eq!(collector.recording(visit.id)["state"], "ready");
    collector.assert_sound();
}

#[test]
fn a_frame_that_never_came_is_a_jump() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let visit = Visit::new();
    collector.post(&site, &visit.usual_body(0..2));
    collector.post(&site, &visit.body(&[visit.usual(4), visit.end(5)]));
    collector.wait_ready(visit.id);
    assert_eq!(seqs(&collector.stored(visit.id), visit.page), [0, 1, 4, 5]);
}

#[test]
fn who_is_slow_is_told_so_and_nobody_else_waits() {
    let collector = Collector::with(&[("REVISIT_BODY_TIMEOUT", "700ms")]);
    let site = collector.add_site("standard");
    let mut slow = TcpStream::connect(&collector.address).unwrap();
    let head = format!(
        "POST /v1/frames?k={} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 500\r\n\r\nRV",
        site.key
    );
    slow.write_all(head.as_bytes()).unwrap();
    let started = Instant::now();
    let visit = Visit::new();
    assert_eq!(collector.post(&site, &visit.usual_body(0..1)).status, 204);
    assert!(started.elapsed() < Duration::from_millis(600), "{:?}", started.elapsed());
    check(&read_answer(&mut slow).unwrap(), 408, "too_slow");
}

#[test]
fn a_flood_of_new_recordings_from_one_address_is_slowed() {
    let collector = Collector::with(&[("REVISIT_NEW_PER_MINUTE", "3")]);
    let site = collector.add_site("standard");
    let path = format!("/v1/frames?k={}", site.key);
    let from = |address: &str, visit: &Visit, seq: u32| {
        collector.send("POST", &path, &[("x-forwarded-for", address)], &visit.usual_body(seq..seq + 1))
    };
    let visits: Vec<Visit> = (0..4).map(|_| Visit::new()).collect();
    for visit in &visits[..3] {
        assert_eq!(from("203.0.113.9", visit, 0).status, 204);
    }
    let refused = from("203.0.113.9", &visits[3], 0);
    check(&refused, 429, "too_fast");
    assert!(refused.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
    assert_eq!(collector.usage(&site)["used"], 3, "what is refused is not counted");
    // What has begun goes on; other addresses and this machine are not concerned.
    assert_eq!(from("203.0.113.9", &visits[0], 1).status, 204);
    assert_eq!(from("203.0.113.10", &Visit::new(), 0).status, 204);
    for _ in 0..5 {
        assert_eq!(collector.post(&site, &Visit::new().usual_body(0..1)).status, 204);
    }
}

#[test]
fn a_site_that_is_switched_off_takes_nothing() {
    beside_a_good_visit(|collector, _, _| {
        let site = collector.add_site("standard");
        let visit = Visit::new();
        assert_eq!(collector.post(&site, &visit.usual_body(0..1)).status, 204);
        collector.api("PATCH", &format!("/api/v1/sites/{}", site.id), Some(serde_json::json!({"enabled": false})));
        check(&collector.post(&site, &visit.usual_body(1..2)), 403, "disabled");
        let settings = collector.send("GET", &format!("/v1/site/{}", site.key), &[], b"");
        assert_eq!(
            (settings.status, &settings.json()["record"], &settings.json()["reason"]),
            (200, &false.into(), &"disabled".into())
        );
        check_headers(&settings);
    });
}

#[test]
fn preflights_and_wrong_methods_are_answered_for_any_origin() {
    let collector = Collector::start();
    let preflight = collector.send("OPTIONS", "/v1/frames?k=x", &[("origin", "https://shop.example")], b"");
    assert_eq!(preflight.status, 204);
    check_headers(&preflight);
    check(&collector.send("GET", "/v1/frames?k=x", &[], b""), 405, "method_not_allowed");
    check(&collector.send("GET", "/v1/nothing", &[], b""), 404, "not_found");
    check(&collector.send("GET", "/assets/nothing.js", &[], b""), 404, "not_found");
}
