//! What a site owes to its visitors: erasure that leaves nothing, also when it is killed half-way; access; persons and
//! networks that are never recorded; withdrawal; the audit of what is stored.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use shared::frame::Flags;
use shared::ids::RecordingId;
use shared::record::{self, Conversation, Declared, Identify, tag};
use std::time::Duration;
use support::{Collector, Site, Visit, files, random, strings, until};

const EMAIL: &str = "jane.canary@shop.example";

fn identify(visit: &Visit, seq: u32, id: &str, email: &str) -> Vec<u8> {
    let mut records = Vec::new();
    let traits = [("id", id), ("email", email), ("name", "Jane Canary")];
    let traits = traits.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    record::put(&mut records, tag::IDENTIFY, &Identify { at: 0, traits: Declared(traits) });
    visit.frame(seq, Flags::default(), &records)
}

/// The first frame of a page of this visitor.
fn of_visitor(visit: &Visit, visitor: [u8; 16]) -> Vec<u8> {
    let mut records = Vec::new();
    strings(&mut records, 1, &["https://shop.example/lamps", "Lamps"]);
    let hello = record::Hello { visitor: Some(visitor), url: 1, title: 2, ..record::Hello::default() };
    record::put(&mut records, tag::HELLO, &hello);
    visit.frame(0, Flags::CHECKPOINT, &records)
}

fn has(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

/// No file holds the text; recordings' ids stay known in the database alone.
fn assert_nowhere(collector: &Collector, text: &str, ids: &[RecordingId]) {
    let blobs = collector.blob_folder();
    let elsewhere = if blobs.starts_with(&collector.data) { Vec::new() } else { files(&blobs) };
    for (path, bytes) in files(&collector.data).into_iter().chain(elsewhere) {
        assert!(!has(&bytes, text.as_bytes()), "{text} is in {}", path.display());
        let is_blob = path.starts_with(&blobs);
        assert!(
            !is_blob || !ids.iter().any(|id| has(&bytes, &id.0)),
            "{} holds bytes of an erased one",
            path.display()
        );
    }
    assert!(!collector.database().holds(text), "{text} is in the metadata");
}

fn erase(collector: &Collector, site: &Site, name: &str, value: &str) -> Value {
    let answer = collector.api("POST", "/api/v1/erase", Some(json!({"site": site.id, name: value})));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[test]
fn a_person_is_erased_wherever_the_visit_stands() {
    let collector = Collector::with(&[("REVISIT_SILENT_AFTER", "1h")]);
    let site = collector.add_site("standard");
    let (finished, open, other) = (Visit::new(), Visit::new(), Visit::new());
    for visit in [&finished, &open] {
        let frames = [visit.usual(0), identify(visit, 1, "c-17", EMAIL)];
        assert_eq!(collector.post(&site, &visit.body(&frames)).status, 204);
    }
    assert_eq!(collector.post(&site, &other.usual_body(0..2)).status, 204);
    collector.post(&site, &finished.body(&[finished.end(2)]));
    collector.wait_ready(finished.id);
    assert_eq!(collector.recording(open.id)["email"], EMAIL, "known while the visitor is still there");
    // As a migration of a file leaves it.
    if let support::Database::File(..) = collector.database() {
        std::fs::write(collector.data.join("revisit.db.before-0010"), EMAIL).unwrap();
    }
    let share = format!("/api/v1/recordings/{}/shares", finished.id);
    let shared = collector.api("POST", &share, Some(json!({"expires_in": 60}))).json();

    let done = erase(&collector, &site, "email", "JANE.canary@shop.example");
    let mut erased: Vec<String> = serde_json::from_value(done["erased"].clone()).unwrap();
    let mut expected = [finished.id.to_string(), open.id.to_string()];
    erased.sort();
    expected.sort();
    assert_eq!(erased, expected);
    assert_eq!(done["verified"]["left"], 0);
    assert_nowhere(&collector, EMAIL, &[finished.id, open.id]);
    assert_nowhere(&collector, "Jane Canary", &[]);
    assert_eq!(collector.recording(other.id)["state"], "open", "others stay");
    let token = shared["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    assert_eq!(collector.api("GET", &format!("/api/v1/shares/{token}"), None).status, 404);
    assert_eq!(collector.post(&site, &open.usual_body(2..3)).code(), "erased");
    assert_eq!(erase(&collector, &site, "email", EMAIL)["erased"], json!([]), "twice is harmless");

    let log = collector.api("GET", "/api/v1/audit-log", None).json();
    let actions: Vec<&str> = log["items"].as_array().unwrap().iter().filter_map(|one| one["action"].as_str()).collect();
    assert!(actions.contains(&"erase by email"), "{log}");
    assert!(!log.to_string().contains("canary"), "{log}");
    collector.assert_sound();
}

#[test]
fn every_way_to_name_a_person_finds_only_them() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    assert_eq!(
        collector.api("POST", "/api/v1/erase", Some(json!({"site": site.id, "ip": "127.0.0.1"}))).status,
        422,
        "no full address is stored"
    );
    const IP: &str = "203.0.113.9";
    let path = format!("/v1/frames?k={}", site.key);
    let headers = [("origin", support::ORIGIN), ("x-forwarded-for", IP)];
    let visit = Visit::new();
    assert_eq!(collector.send("POST", &path, &headers, &visit.body(&[visit.usual(0), visit.end(1)])).status, 204);
    assert_eq!(collector.wait_ready(visit.id)["ip"], "203.0.113.0", "shortened");
    assert_nowhere(&collector, IP, &[]);
    assert!(!collector.log().contains(IP));
    collector.api("PATCH", &format!("/api/v1/sites/{}", site.id), Some(json!({"record_ip": true})));
    for name in ["identity", "ip", "recording", "visitor", "email"] {
        let (visit, other) = (Visit::new(), Visit::new());
        let visitor = random::<16>();
        let frames = [of_visitor(&visit, visitor), identify(&visit, 1, "c-17", EMAIL), visit.end(2)];
        assert_eq!(collector.send("POST", &path, &headers, &visit.body(&frames)).status, 204);
        let frames = [of_visitor(&other, random()), identify(&other, 1, "c-18", "x@y.example"), other.end(2)];
        collector.post(&site, &other.body(&frames));
        assert_eq!(collector.wait_ready(visit.id)["ip"], IP);
        collector.wait_ready(other.id);
        let (id, visitor) = (visit.id.to_string(), shared::ids::to_hex(&visitor));
        let value = match name {
            "identity" => "c-17",
            "ip" => IP,
            "recording" => &id,
            "visitor" => &visitor,
            _ => EMAIL,
        };
        assert_eq!(erase(&collector, &site, name, value)["erased"], json!([id]), "{name}");
        assert_nowhere(&collector, EMAIL, &[visit.id]);
        assert_nowhere(&collector, IP, &[]);
        assert_eq!(collector.recording(other.id)["state"], "ready");
    }
    for wrong in [json!({"site": site.id}), json!({"site": site.id, "email": "a", "ip": "b"}), json!({"email": EMAIL})]
    {
        assert_eq!(collector.api("POST", "/api/v1/erase", Some(wrong)).status, 400);
    }
}

#[test]
fn killed_in_an_erasure_the_next_start_finishes_it() {
    let mut collector = Collector::with(&[("REVISIT_SILENT_AFTER", "1h")]);
    let site = collector.add_site("pro");
    let mut caught = 0;
    let rounds = if std::env::var_os("REVISIT_DRILL").is_some() { 40 } else { 6 };
    for round in 0..rounds {
        let visits: Vec<Visit> = (0..40).map(|_| Visit::new()).collect();
        for (at, visit) in visits.iter().enumerate() {
            let end = if at % 2 == 0 { vec![visit.end(2)] } else { Vec::new() };
            let frames = [vec![visit.usual(0), identify(visit, 1, "c-17", EMAIL)], end].concat();
            assert_eq!(collector.post(&site, &visit.body(&frames)).status, 204);
        }
        until("the visits that ended", || {
            let listed =
                collector.api("GET", &format!("/api/v1/recordings?site={}&state=ready&limit=200", site.id), None);
            (listed.json()["items"].as_array().unwrap().len() >= 20).then_some(())
        });
        let bearer = format!("Bearer {}", collector.token);
        let (address, body) = (collector.address.clone(), json!({"site": site.id, "email": EMAIL}).to_string());
        let asked = std::thread::spawn(move || {
            let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
            let _ = support::request(&address, "POST", "/api/v1/erase", &headers, body.as_bytes());
        });
        let [pause] = random::<1>();
        let database = collector.database();
        let begun = "SELECT count(*) FROM erasing";
        if round % 2 == 0 {
            // As soon as it is seen to have begun, or when it has ended before.
            while database.number(begun) == 0 && !asked.is_finished() {}
        } else {
            std::thread::sleep(Duration::from_millis(15 + u64::from(pause) % 60 + 10 * (round % 6)));
        }
        collector.kill();
        asked.join().unwrap();
        let count = |sql: &str| database.number(sql);
        let (begun, done) = (count(begun), count("SELECT count(*) FROM recording WHERE state = 'erased'"));
        // Who reads holds the database's own log.
        drop(database);
        caught += i64::from(begun > 0);
        // The request may not have begun at all: then nobody was told anything, and it is asked again.
        let again = begun == 0 && done == 0;
        collector.restart();
        if again {
            erase(&collector, &site, "email", EMAIL);
        }
        let ids: Vec<RecordingId> = visits.iter().map(|visit| visit.id).collect();
        until("the erasure to be finished", || {
            let left = "SELECT (SELECT count(*) FROM erasing) + (SELECT count(*) FROM erasing_chunk)";
            (collector.database().number(left) == 0).then_some(())
        });
        assert_nowhere(&collector, EMAIL, &ids);
        collector.assert_sound();
    }
    assert!(caught > 0, "never killed in the middle of an erasure: the test shows nothing");
}

/// Somebody who reads the SQLite file holds its write-ahead log back, with what was in it. Nobody holds PostgreSQL's back.
#[test]
fn erased_is_not_said_while_the_databases_log_holds_it() {
    let collector = Collector::start();
    let support::Database::File(reader, _) = collector.database() else { return };
    let site = collector.add_site("standard");
    let visit = Visit::new();
    collector.post(&site, &visit.body(&[visit.usual(0), identify(&visit, 1, "c-17", EMAIL), visit.end(2)]));
    collector.wait_ready(visit.id);
    reader.execute_batch("BEGIN; SELECT count(*) FROM recording").unwrap();
    let answer = collector.api("POST", "/api/v1/erase", Some(json!({"site": site.id, "email": EMAIL})));
    let held = || files(&collector.data).iter().any(|(_, bytes)| has(bytes, EMAIL.as_bytes()));
    assert!(held(), "otherwise this shows nothing");
    assert_eq!((answer.status, answer.code().as_str()), (503, "not_yet"), "{}", answer.text());
    assert_eq!(collector.run(&["check"]).status.code(), Some(1), "it is still going on");
    reader.execute_batch("COMMIT").unwrap();
    until("the erasure to be finished by itself", || (!held()).then_some(()));
    assert_nowhere(&collector, EMAIL, &[visit.id]);
    until("check to say so", || collector.run(&["check"]).status.success().then_some(()));
}

/// The text of an answer that came in chunks.
fn unchunked(answer: &support::Answer) -> String {
    let (mut rest, mut text) = (answer.body.as_slice(), Vec::new());
    while let Some(line) = rest.windows(2).position(|two| two == b"\r\n") {
        let len = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        text.extend_from_slice(&rest[line + 2..line + 2 + len]);
        rest = &rest[line + 4 + len..];
    }
    String::from_utf8(text).unwrap()
}

#[test]
fn access_gives_everything_that_is_held_and_nothing_else() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let (visit, other) = (Visit::new(), Visit::new());
    for (visit, id, email) in [(&visit, "c-17", EMAIL), (&other, "c-18", "other@shop.example")] {
        collector.post(&site, &visit.body(&[visit.usual(0), identify(visit, 1, id, email), visit.end(2)]));
        collector.wait_ready(visit.id);
    }
    let answer = collector.api("POST", "/api/v1/access", Some(json!({"site": site.id, "identity": "c-17"})));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = unchunked(&answer);
    let held: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&held["count"], &held["by"]), (&json!(1), &json!("identity")));
    let one = &held["recordings"][0];
    assert_eq!((&one["id"], &one["email"]), (&json!(visit.id.to_string()), &json!(EMAIL)));
    assert!(one["rrweb"].as_array().is_some_and(|events| events.len() >= 2), "its content is in it");
    assert!(!text.contains("other@"), "and nobody else's");

    let file = collector.data.join("held.json");
    let output = collector.run(&["access", "--site", &site.id, "--email", EMAIL, "--output", file.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let written: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(written["recordings"][0]["id"], json!(visit.id.to_string()));
    std::fs::remove_file(&file).unwrap();
    let nobody = collector.api("POST", "/api/v1/access", Some(json!({"site": site.id, "email": "x@y.example"})));
    let nobody: Value = serde_json::from_str(&unchunked(&nobody)).unwrap();
    assert_eq!(nobody["recordings"], json!([]));
}

#[test]
fn persons_and_networks_that_are_never_recorded() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let settings = json!({"never_record": ["staff-7", "Boss@Shop.example", "203.0.113.0/24"]});
    let answer = collector.api("PATCH", &format!("/api/v1/sites/{}", site.id), Some(settings));
    assert!(!answer.text().to_lowercase().contains("boss"), "an address is kept as its hash: {}", answer.text());

    // A network: neither settings nor frames.
    let from = [("origin", support::ORIGIN), ("x-forwarded-for", "203.0.113.77")];
    let told = collector.send("GET", &format!("/v1/site/{}", site.key), &from, b"").json();
    assert_eq!((&told["record"], &told["reason"]), (&json!(false), &json!("never_record")));
    let visit = Visit::new();
    let path = format!("/v1/frames?k={}", site.key);
    let refused = collector.send("POST", &path, &from, &visit.usual_body(0..1));
    assert_eq!((refused.status, refused.code().as_str()), (403, "never_record"));
    let elsewhere = [("origin", support::ORIGIN), ("x-forwarded-for", "203.0.114.77")];
    assert_eq!(collector.send("GET", &format!("/v1/site/{}", site.key), &elsewhere, b"").json()["record"], true);

    // A person, by id or e-mail: what was recorded until they were known goes, and the month gets it back.
    for (id, email) in [("staff-7", "a@b.example"), ("c-1", "BOSS@shop.example")] {
        let visit = Visit::new();
        assert_eq!(collector.post(&site, &visit.usual_body(0..2)).status, 204);
        assert_eq!(collector.usage(&site)["used"], 1);
        let known = collector.post(&site, &visit.body(&[identify(&visit, 2, id, email)]));
        assert_eq!((known.status, known.code().as_str()), (410, "erased"));
        assert_eq!(collector.usage(&site)["used"], 0);
        assert_nowhere(&collector, email, &[visit.id]);
        // The first thing that is heard of a visit: nothing of it is kept, nothing more is taken.
        let visit = Visit::new();
        let first = collector.post(&site, &visit.body(&[visit.usual(0), identify(&visit, 1, id, email)]));
        assert_eq!((first.status, first.code().as_str()), (410, "erased"));
        assert_eq!(collector.post(&site, &visit.usual_body(2..3)).code(), "erased");
        assert_eq!(collector.usage(&site)["used"], 0);
    }
    let visit = Visit::new();
    assert_eq!(collector.post(&site, &visit.body(&[visit.usual(0), identify(&visit, 1, "c-2", EMAIL)])).status, 204);
    collector.assert_sound();
}

#[test]
fn a_visitor_takes_the_recording_of_the_visit_back() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let visit = Visit::new();
    collector.post(&site, &visit.body(&[visit.usual(0), identify(&visit, 1, "c-17", EMAIL)]));
    let path = format!("/v1/erase?k={}", site.key);
    let hex = |secret: &[u8]| format!("{}{}", visit.id, shared::ids::to_hex(secret));
    let origin = [("origin", support::ORIGIN)];
    let wrong = collector.send("POST", &path, &origin, hex(&random::<16>()).as_bytes());
    assert_eq!((wrong.status, wrong.code().as_str()), (403, "not_yours"));
    assert_eq!(
        collector.send("POST", &path, &[("origin", "https://evil.example")], hex(&visit.secret.0).as_bytes()).status,
        403
    );
    assert_eq!(collector.send("POST", &path, &origin, b"something").status, 400);
    assert_eq!(collector.send("POST", &path, &origin, hex(&visit.secret.0).as_bytes()).status, 204);
    assert_nowhere(&collector, EMAIL, &[visit.id]);
    assert_eq!(collector.usage(&site)["used"], 1, "it was recorded, with leave");

    // A finished one, too.
    let visit = Visit::new();
    collector.post(&site, &visit.body(&[visit.usual(0), visit.end(1)]));
    collector.wait_ready(visit.id);
    let body = format!("{}{}", visit.id, shared::ids::to_hex(&visit.secret.0));
    assert_eq!(collector.send("POST", &path, &origin, body.as_bytes()).status, 204);
    assert_nowhere(&collector, "Jane Canary", &[visit.id]);
    assert_eq!(collector.api("GET", &format!("/api/v1/recordings/{}", visit.id), None).status, 404);
    collector.assert_sound();
}

/// A recording as an installation that masks nothing would export it.
fn unmasked(visit: &Visit, title: &str) -> Vec<u8> {
    let mut records = Vec::new();
    strings(&mut records, 1, &["https://shop.example/orders", title]);
    let hello = record::Hello { url: 1, title: 2, ..record::Hello::default() };
    record::put(&mut records, tag::HELLO, &hello);
    record::put(&mut records, tag::CONVERSATION, &Conversation { at: 0, id: Declared("chat-of-jane".into()) });
    let traits = Declared(vec![("email".into(), EMAIL.into())]);
    record::put(&mut records, tag::IDENTIFY, &Identify { at: 0, traits });
    let frame = shared::recording::PageFrame {
        seq: shared::ids::PageSeq(0),
        flags: Flags::CHECKPOINT,
        at_ms: 0,
        payload: records,
    };
    let page = shared::recording::Page { id: visit.page, offset_ms: 0, frames: vec![frame] };
    shared::recording::write(&shared::recording::Recording {
        id: visit.id,
        started_at_ms: support::now_ms(),
        pages: vec![page],
    })
}

#[test]
fn what_is_imported_brings_nobody_with_it() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let visit = Visit::new();
    let file = collector.data.join("foreign.revisit");
    std::fs::write(&file, unmasked(&visit, "Order 4111 1111 1111 1111")).unwrap();
    collector.cli(&["import", file.to_str().unwrap(), "--site", &site.id]);
    std::fs::remove_file(&file).unwrap();
    let stored = collector.stored(visit.id);
    let payload = &stored.pages[0].frames[0].payload;
    for text in [EMAIL, "chat-of-jane", "4111"] {
        assert!(!has(payload, text.as_bytes()), "{text}");
    }
    assert!(has(payload, b"Order 0000"), "the rest is there, masked");
    assert_eq!(collector.recording(visit.id)["email"], Value::Null);
    assert_nowhere(&collector, EMAIL, &[]);
}

#[test]
fn the_audit_finds_what_is_stored_in_clear_and_does_not_print_it() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let on = json!({"record_numbers": true, "record_emails": true});
    collector.api("PATCH", &format!("/api/v1/sites/{}", site.id), Some(on));
    let visit = Visit::new();
    let file = collector.data.join("clear.revisit");
    std::fs::write(&file, unmasked(&visit, "Order of jane@shop.example, 5550199")).unwrap();
    collector.cli(&["import", file.to_str().unwrap(), "--site", &site.id]);
    std::fs::remove_file(&file).unwrap();

    let allowed = collector.run(&["audit", "--site", &site.id]);
    assert!(allowed.status.success(), "the settings allow it: {}", String::from_utf8_lossy(&allowed.stdout));
    // The owner becomes strict; what is stored already is found.
    let off = json!({"record_numbers": false, "record_emails": false});
    collector.api("PATCH", &format!("/api/v1/sites/{}", site.id), Some(off));
    let found = collector.run(&["audit", "--site", &site.id, "--json"]);
    assert_eq!(found.status.code(), Some(1));
    let text = String::from_utf8_lossy(&found.stdout).into_owned();
    let report: Value = serde_json::from_str(&text).unwrap();
    let items = report["items"].as_array().unwrap();
    assert!(
        items.iter().any(|one| one["kind"] == "e-mail"
            && one["place"] == "title"
            && one["page"] == 1
            && one["allowed"] == false),
        "{text}"
    );
    assert!(items.iter().all(|one| one["recording"] == json!(visit.id.to_string())));
    assert!(!text.contains("jane@") && !text.contains("5550199"), "{text}");
    let same = collector.api("POST", "/api/v1/audit", Some(json!({"site": site.id}))).json();
    assert_eq!((&same["items"], &same["scanned"], &same["next"]), (&report["items"], &json!(1), &Value::Null));
    let texts = collector.api("GET", &format!("/api/v1/recordings/{}/texts", visit.id), None).json();
    assert!(
        texts["items"].as_array().unwrap().iter().any(|one| one["text"] == "Order of jane@shop.example, 5550199"),
        "{texts}"
    );
}

#[test]
fn retention_leaves_nothing_and_check_proves_it() {
    let mut collector = Collector::with(&[("REVISIT_SILENT_AFTER", "1h")]);
    let site = collector.add_site("standard");
    // Bytes of a finished recording stay in a chunk that an open one still needs.
    let (gone, open) = (Visit::new(), Visit::new());
    std::thread::scope(|scope| {
        for _ in 0..6 {
            for visit in [&gone, &open] {
                scope.spawn(|| assert_eq!(collector.post(&site, &visit.usual_body(0..3)).status, 204));
            }
        }
    });
    collector.post(&site, &gone.body(&[identify(&gone, 3, "c-17", EMAIL), gone.end(4)]));
    collector.wait_ready(gone.id);
    let share = format!("/api/v1/recordings/{}/shares", gone.id);
    let link = collector.api("POST", &share, Some(json!({"expires_in": 6000}))).json();
    let database = collector.database();
    // With no collector to do it, check says that something is overdue.
    collector.kill();
    let id = database.bytes(&gone.id.0);
    database.execute(&format!("UPDATE recording SET expires_ms = created_ms WHERE id = {id}"));
    let overdue = collector.run(&["check"]);
    let told = String::from_utf8_lossy(&overdue.stdout).into_owned();
    assert!(overdue.status.code() == Some(1) && told.contains("has expired and is still there"), "{told}");
    drop(database);
    collector.restart();
    until("its bytes to go", || {
        let left = files(&collector.blob_folder()).iter().any(|(_, bytes)| has(bytes, &gone.id.0));
        (!left).then_some(())
    });
    until("who it was to go from every file", || {
        let left = files(&collector.data).iter().any(|(_, bytes)| has(bytes, EMAIL.as_bytes()));
        (!left).then_some(())
    });
    let token = link["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    assert_eq!(collector.api("GET", &format!("/api/v1/shares/{token}"), None).status, 404);
    collector.assert_sound();
    assert_eq!(collector.recording(open.id)["state"], "open");
    // A blob that should not be there is found.
    let stale = collector.blob_folder().join("recordings").join(&site.id).join(gone.id.to_string());
    std::fs::create_dir_all(&stale).unwrap();
    std::fs::write(stale.join("1-aaaaaaaa"), b"left").unwrap();
    let output = collector.run(&["check"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
}
