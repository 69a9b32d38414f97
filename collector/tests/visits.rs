//! A recording's life: open, ended, ready, taken up again, closed, expired, erased.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::json;
use shared::record::{self, Conversation, Declared, Identify, tag};
use std::time::Duration;
use support::{Collector, Visit, files, seqs, strings, until};

#[test]
fn an_open_recording_says_so_and_is_not_playable() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let visit = Visit::new();
    collector.post(&site, &visit.usual_body(0..2));
    let open = collector.recording(visit.id);
    assert_eq!(open["state"], "open");
    assert_eq!(open["live"], true);
    assert_eq!(open["site"], site.id);
    assert_eq!(open["entry_url"], "https://shop.example/lamps");
    assert_eq!(open["title"], "Lamps");
    assert_eq!(open["pages"], 1);
    assert_eq!(open["ended_at"], json!(null));
    let export = collector.api("GET", &format!("/api/v1/recordings/{}/export?format=revisit", visit.id), None);
    assert_eq!((export.status, export.code().as_str()), (409, "not_ready"));
    let listed = collector.api("GET", &format!("/api/v1/recordings?site={}", site.id), None).json();
    assert_eq!(listed["items"][0]["state"], "open");
}

#[test]
fn a_visit_ends_when_all_its_pages_were_left() {
    let collector = Collector::with(&[("REVISIT_SILENT_AFTER", "1h")]);
    let site = collector.add_site("standard");
    let first = Visit::new();
    let second = first.next_page();
    collector.post(&site, &first.body(&[first.usual(0), first.end(1)]));
    collector.post(&site, &second.usual_body(0..1));
    std::thread::sleep(Duration::from_millis(1200));
    assert_eq!(collector.recording(first.id)["state"], "open", "one tab is still there");
    collector.post(&site, &second.body(&[second.end(1)]));
    let ready = collector.wait_ready(first.id);
    assert_eq!(ready["pages"], 2);
    assert_eq!(ready["live"], false);
}

#[test]
fn a_tab_that_was_killed_ends_by_silence_and_a_heartbeat_keeps_it() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let (silent, living) = (Visit::new(), Visit::new());
    collector.post(&site, &silent.usual_body(0..1));
    collector.post(&site, &living.usual_body(0..1));
    let mut seq = 1;
    until("the silent one to be ready", || {
        collector.post(&site, &living.body(&[living.heartbeat(seq)]));
        seq += 1;
        (collector.recording(silent.id)["state"] == "ready").then_some(())
    });
    assert_eq!(collector.recording(living.id)["state"], "open");
}

#[test]
fn a_visitor_who_returns_goes_on_in_the_same_recording() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let visit = Visit::new();
    collector.post(&site, &visit.body(&[visit.usual(0), visit.usual(1), visit.end(2)]));
    let before = collector.wait_ready(visit.id);
    let back = visit.next_page();
    assert_eq!(collector.post(&site, &back.usual_body(0..2)).status, 204);
    assert_eq!(collector.recording(visit.id)["state"], "open");
    collector.post(&site, &back.body(&[back.end(2)]));
    let after = collector.wait_ready(visit.id);
    assert_eq!(after["pages"], 2);
    assert_eq!(after["clicks"], 2);
    assert!(after["duration_ms"].as_i64() >= before["duration_ms"].as_i64());
    assert_eq!(after["expires_at"], before["expires_at"]);
    let stored = collector.stored(visit.id);
    assert_eq!((seqs(&stored, visit.page), seqs(&stored, back.page)), (vec![0, 1, 2], vec![0, 1, 2]));
    assert_eq!(collector.usage(&site)["used"], 1, "one visit is counted once");
    collector.assert_sound();
}

#[test]
fn chunks_go_when_their_recordings_are_finished() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let visit = Visit::new();
    collector.post(&site, &visit.body(&[visit.usual(0), visit.end(1)]));
    collector.wait_ready(visit.id);
    until("the chunk to go", || {
        let left = std::fs::read_dir(collector.data.join("blobs/chunks")).map_or(0, |folder| folder.count());
        (left == 0).then_some(())
    });
    assert_eq!(seqs(&collector.stored(visit.id), visit.page), [0, 1]);
}

#[test]
fn two_hours_or_idle_and_it_is_closed() {
    let settings = [("REVISIT_IDLE_AFTER", "800ms"), ("REVISIT_CLOSE_GRACE", "0s")];
    let collector = Collector::with(&settings);
    let site = collector.add_site("standard");
    let visit = Visit::new();
    collector.post(&site, &visit.usual_body(0..1));
    std::thread::sleep(Duration::from_millis(1000));
    let late = collector.post(&site, &visit.usual_body(1..2));
    assert_eq!((late.status, late.code().as_str()), (409, "closed"));

    let collector = Collector::with(&[("REVISIT_MAX_LENGTH", "800ms"), ("REVISIT_CLOSE_GRACE", "0s")]);
    let site = collector.add_site("standard");
    let visit = Visit::new();
    let mut seq = 0;
    let closed = until("the recording to be full", || {
        let answer = collector.post(&site, &visit.usual_body(seq..seq + 1));
        seq += 1;
        (answer.status != 204).then_some(answer)
    });
    assert_eq!((closed.status, closed.code().as_str()), (409, "closed"));
    // And it is kept.
    collector.wait_ready(visit.id);
}

#[test]
fn what_the_owner_declares_is_found_and_is_not_in_the_recording() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let visit = Visit::new();
    let mut records = Vec::new();
    let traits = vec![("name".to_owned(), "Jane Doe".to_owned()), ("email".to_owned(), "jane@shop.example".to_owned())];
    record::put(&mut records, tag::IDENTIFY, &Identify { at: 0, traits: Declared(traits) });
    record::put(&mut records, tag::CONVERSATION, &Conversation { at: 0, id: Declared("chat-7".to_owned()) });
    strings(&mut records, 3, &["paid"]);
    record::put(&mut records, tag::EVENT, &record::Event { at: 0, name: 3, props: Vec::new() });
    let told = visit.frame(1, Default::default(), &records);
    collector.post(&site, &visit.body(&[visit.usual(0), told, visit.end(2)]));
    let ready = collector.wait_ready(visit.id);
    assert_eq!((&ready["email"], &ready["name"]), (&json!("jane@shop.example"), &json!("Jane Doe")));
    assert_eq!((&ready["conversation"], &ready["events"]), (&json!("chat-7"), &json!(["paid"])));
    for field in [
        json!({"email": "JANE@shop.example"}),
        json!({"q": "Jane"}),
        json!({"conversation": "chat-7"}),
        json!({"event": "paid"}),
    ] {
        let found = collector.api("POST", "/api/v1/recordings/search", Some(field.clone())).json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{field}");
    }
    let none = collector.api("POST", "/api/v1/recordings/search", Some(json!({"email": "j@shop.example"}))).json();
    assert_eq!(none["items"], json!([]));
    let export = collector.api("GET", &format!("/api/v1/recordings/{}/export?format=revisit", visit.id), None);
    let recording = shared::recording::read(&export.body).unwrap();
    let payloads: Vec<u8> =
        recording.pages.iter().flat_map(|page| &page.frames).flat_map(|frame| frame.payload.clone()).collect();
    assert!(!payloads.windows(4).any(|four| four == b"Jane" || four == b"jane"));
}

#[test]
fn text_that_an_old_recorder_left_in_clear_is_masked_here() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let visit = Visit::new();
    let mut records = Vec::new();
    strings(&mut records, 1, &["https://shop.example/?email=canary@shop.example", "Call canary@shop.example"]);
    record::put(&mut records, tag::HELLO, &record::Hello { url: 1, title: 2, ..Default::default() });
    collector.post(&site, &visit.body(&[visit.frame(0, Default::default(), &records)]));
    let open = collector.recording(visit.id).to_string();
    assert!(!open.contains("canary@"), "{open}");
    collector.wait_ready(visit.id);
    let stored = collector.stored(visit.id);
    let text = String::from_utf8_lossy(&stored.pages[0].frames[0].payload).into_owned();
    assert!(text.contains("Call") && !text.contains("canary@"), "{text}");
}

#[test]
fn erased_is_gone_from_every_file_when_it_is_answered() {
    let collector = Collector::with(&[("REVISIT_SILENT_AFTER", "1h")]);
    let site = collector.add_site("standard");
    // So many at once that they share chunks. Two are finished, the others open; one of each is erased.
    let visits: Vec<Visit> = (0..24).map(|_| Visit::new()).collect();
    let bodies: Vec<Vec<u8>> = visits.iter().map(|visit| visit.usual_body(0..3)).collect();
    std::thread::scope(|scope| {
        for body in &bodies {
            scope.spawn(|| assert_eq!(collector.post(&site, body).status, 204));
            scope.spawn(|| assert_eq!(collector.post(&site, body).status, 204));
        }
    });
    for visit in &visits[..2] {
        collector.post(&site, &visit.body(&[visit.end(3)]));
        collector.wait_ready(visit.id);
    }
    for visit in [&visits[0], &visits[2]] {
        let answer = collector.api("DELETE", &format!("/api/v1/recordings/{}", visit.id), None);
        assert_eq!(answer.status, 204, "{}", answer.text());
        for (path, bytes) in files(&collector.blob_folder()) {
            let found = bytes.windows(16).any(|window| window == visit.id.0);
            let page = bytes.windows(8).any(|window| window == visit.page.0);
            assert!(!found && !page, "{} still holds it", path.display());
        }
        assert_eq!(collector.api("GET", &format!("/api/v1/recordings/{}", visit.id), None).status, 404);
        let late = collector.post(&site, &visit.usual_body(7..8));
        assert_eq!((late.status, late.code().as_str()), (410, "erased"));
    }
    for visit in [&visits[1], &visits[3]] {
        collector.post(&site, &visit.body(&[visit.end(3)]));
        collector.wait_ready(visit.id);
        assert_eq!(seqs(&collector.stored(visit.id), visit.page), [0, 1, 2, 3]);
    }
    assert_eq!(collector.usage(&site)["used"], 24, "erasing gives no quota back");
    collector.assert_sound();
}

#[test]
fn an_expired_recording_is_gone_with_its_bytes() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let visit = Visit::new();
    collector.post(&site, &visit.body(&[visit.usual(0), visit.end(1)]));
    let ready = collector.wait_ready(visit.id);
    let days = |field: &str| ready[field].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second();
    assert_eq!(days("expires_at") - days("created_at"), 10 * 86_400);
    // Ten days pass.
    collector.database().execute("UPDATE recording SET expires_ms = created_ms");
    assert_eq!(collector.api("GET", &format!("/api/v1/recordings/{}", visit.id), None).status, 404, "hidden at once");
    until("its bytes to go", || files(&collector.blob_folder()).is_empty().then_some(()));
    let late = collector.post(&site, &visit.usual_body(7..8));
    assert_eq!((late.status, late.code().as_str()), (409, "closed"));
    collector.assert_sound();
}

#[test]
fn a_visit_shorter_than_the_sites_minimum_is_not_listed() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    collector.api("PATCH", &format!("/api/v1/sites/{}", site.id), Some(json!({"min_duration": 60})));
    let visit = Visit::new();
    collector.post(&site, &visit.body(&[visit.usual(0), visit.end(1)]));
    collector.wait_ready(visit.id);
    let listed = collector.api("GET", &format!("/api/v1/recordings?site={}", site.id), None).json();
    assert_eq!(listed["items"], json!([]));
}
