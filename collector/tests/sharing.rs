//! Share links: what they show, what they ask, when they end.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use support::{Answer, Collector, Visit};

struct Shared<'a> {
    collector: &'a Collector,
    recording: String,
    token: String,
    made: Value,
}

fn ready(collector: &Collector) -> String {
    let site = collector.add_site("standard");
    let visit = Visit::new();
    assert_eq!(collector.post(&site, &visit.body(&[visit.usual(0), visit.usual(1), visit.end(2)])).status, 204);
    collector.wait_ready(visit.id);
    visit.id.to_string()
}

impl<'a> Shared<'a> {
    fn new(collector: &'a Collector, how: Value) -> Self {
        let recording = ready(collector);
        let answer = collector.api("POST", &format!("/api/v1/recordings/{recording}/shares"), Some(how));
        assert_eq!(answer.status, 201, "{}", answer.text());
        let made = answer.json();
        let token = made["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        Self { collector, recording, token, made }
    }

    fn get(&self, what: &str) -> Answer {
        self.collector.send("GET", &format!("/api/v1/shares/{}{what}", self.token), &[], b"")
    }

    fn play(&self, body: Value) -> Answer {
        let path = format!("/api/v1/shares/{}/play", self.token);
        self.collector.send("POST", &path, &[("content-type", "application/json")], body.to_string().as_bytes())
    }

    fn bytes(&self, ticket: &str) -> Answer {
        let path = format!("/api/v1/shares/{}/recording", self.token);
        self.collector.send("GET", &path, &[("revisit-ticket", ticket)], b"")
    }

    fn listed(&self) -> Value {
        let path = format!("/api/v1/recordings/{}/shares", self.recording);
        self.collector.api("GET", &path, None).json()["items"][0].clone()
    }
}

#[test]
fn a_plain_link_shows_the_recording_and_counts_who_pressed_play() {
    let collector = Collector::start();
    let shared = Shared::new(&collector, json!({"expires_in": 600, "start_ms": 1500}));
    let facts = shared.get("").json();
    assert_eq!((&facts["needs_password"], &facts["start_ms"]), (&json!(false), &json!(1500)));
    for private in ["visitor", "identity", "ip", "note", "email"] {
        assert!(facts.get(private).is_none(), "{private} is shown");
    }
    assert_eq!(shared.get("/recording").status, 200);
    assert_eq!(shared.listed()["plays"], 0, "looking is not playing");
    assert_eq!(shared.play(json!({})).status, 200);
    assert_eq!(shared.listed()["plays"], 1);
    assert!(shared.listed()["url"].is_null(), "the link is stored nowhere");
    assert!(shared.made["warning"].as_str().unwrap().contains("Texts that the page showed"));
    let page = collector.send("GET", &format!("/s/{}", shared.token), &[], b"");
    assert_eq!(page.header("x-robots-tag"), Some("noindex, nofollow"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    // The store has only a hash of the token.
    assert!(!collector.database().holds(&shared.token));
    let path = format!("/api/v1/recordings/{}/shares/{}", shared.recording, shared.made["id"].as_str().unwrap());
    assert_eq!(collector.api("DELETE", &path, None).status, 204);
    for what in ["", "/recording"] {
        assert_eq!(shared.get(what).status, 404);
    }
    assert_eq!(shared.play(json!({})).status, 404);
}

#[test]
fn a_link_that_plays_once_is_used_up_by_one_press_of_play_and_by_nothing_else() {
    let collector = Collector::start();
    let shared = Shared::new(&collector, json!({"once": true}));
    for _ in 0..3 {
        assert_eq!(shared.get("").status, 200);
        assert_eq!(collector.send("GET", &format!("/s/{}", shared.token), &[], b"").status, 200);
        let early = shared.get("/recording");
        assert_eq!((early.status, early.code().as_str()), (403, "press_play"));
    }
    let tickets = std::sync::Mutex::new(Vec::new());
    let refused = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| match shared.play(json!({})) {
                answer if answer.status == 200 => tickets.lock().unwrap().push(answer.json()["ticket"].clone()),
                answer => {
                    assert_eq!(answer.status, 404, "{}", answer.text());
                    refused.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let tickets = tickets.into_inner().unwrap();
    assert_eq!((tickets.len(), refused.into_inner()), (1, 15));
    assert_eq!(shared.bytes(tickets[0].as_str().unwrap()).status, 200);
    assert_eq!(shared.bytes("1.00.00").status, 403);
    assert_eq!(shared.get("").status, 404, "its next reader finds nothing");
    // A ticket of another link opens nothing.
    let other = Shared::new(&collector, json!({"once": true}));
    assert_eq!(other.bytes(tickets[0].as_str().unwrap()).status, 403);
}

#[test]
fn a_password_is_asked_for_and_guessing_is_slowed() {
    let collector = Collector::start();
    let shared = Shared::new(&collector, json!({"password": "velvet-otter-7"}));
    let facts = shared.get("").json();
    assert_eq!(facts["needs_password"], true);
    assert!(facts.get("entry_url").is_none(), "nothing is shown before the password: {facts}");
    assert_eq!(shared.get("/recording").status, 403);
    let wrong = shared.play(json!({"password": "velvet-otter-8"}));
    assert_eq!((wrong.status, wrong.code().as_str()), (403, "wrong_password"));
    assert_eq!(shared.listed()["plays"], 0);
    let right = shared.play(json!({"password": "velvet-otter-7"}));
    assert_eq!(right.status, 200, "{}", right.text());
    assert_eq!(shared.bytes(right.json()["ticket"].as_str().unwrap()).status, 200);
    let mut last = 0;
    for _ in 0..12 {
        last = shared.play(json!({"password": "guess"})).status;
    }
    assert_eq!(last, 429);
    assert!(!collector.database().holds("velvet-otter-7"));
}

#[test]
fn a_link_can_be_masked_further_than_the_recording() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let all = json!({"record_numbers": true, "record_emails": true, "record_canvas": true});
    assert_eq!(collector.api("PATCH", &format!("/api/v1/sites/{}", site.id), Some(all)).status, 200);
    let visit = Visit::new();
    let mut records = Vec::new();
    support::strings(&mut records, 1, &["call 5550199 or ask jane@shop.example"]);
    support::picture(&mut records, b"a picture");
    assert_eq!(
        collector
            .post(&site, &visit.body(&[visit.frame(0, shared::frame::Flags::CHECKPOINT, &records), visit.end(1)]))
            .status,
        204
    );
    collector.wait_ready(visit.id);
    let bytes_of = |masked: bool| {
        let path = format!("/api/v1/recordings/{}/shares", visit.id);
        let made = collector.api("POST", &path, Some(json!({"masked": masked}))).json();
        let token = made["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let blob = collector.send("GET", &format!("/api/v1/shares/{token}/recording"), &[], b"").body;
        let recording = shared::recording::read(&blob).unwrap();
        let payloads = recording.pages[0].frames.iter().flat_map(|frame| frame.payload.clone()).collect::<Vec<_>>();
        String::from_utf8_lossy(&payloads).into_owned()
    };
    let (plain, masked) = (bytes_of(false), bytes_of(true));
    assert!(plain.contains("5550199") && plain.contains("jane@shop.example"), "{plain}");
    assert!(!masked.contains("5550199") && !masked.contains("jane@"), "{masked}");
    assert!(plain.contains("a picture") && !masked.contains("a picture"), "{masked}");
    // What stands beside the bytes is masked as they are.
    let facts = "UPDATE recording SET title = 'Order 5550199 of jane@shop.example', tags = '{\"card 4111\": \"4111\"}',
        urls = '[\"https://shop.example/u/jane@shop.example?card=4111\"]', events = '[\"paid 4111\"]'";
    collector.database().execute(facts);
    let facts_of = |masked: bool| {
        let path = format!("/api/v1/recordings/{}/shares", visit.id);
        let made = collector.api("POST", &path, Some(json!({"masked": masked}))).json();
        let path = format!("/api/v1/shares/{}", made["url"].as_str().unwrap().rsplit('/').next().unwrap());
        let seen = collector.send("GET", &path, &[], b"").text();
        let json = [("content-type", "application/json")];
        (seen, collector.send("POST", &format!("{path}/play"), &json, b"{}").text())
    };
    let (seen, played) = facts_of(true);
    for text in [&seen, &played] {
        assert!(
            text.contains("Order") && !text.contains("jane@") && !text.contains("4111") && !text.contains("5550199"),
            "{text}"
        );
    }
    assert!(facts_of(false).0.contains("jane@shop.example"));
}

#[test]
fn whoever_takes_the_bytes_has_watched_once() {
    let collector = Collector::start();
    let recording = ready(&collector);
    let path = format!("/api/v1/recordings/{recording}");
    let watches = || collector.api("GET", &format!("{path}/watches"), None).json()["items"].clone();
    assert_eq!(watches(), json!([]));
    for _ in 0..2 {
        assert_eq!(collector.api("GET", &format!("{path}/export?format=revisit"), None).status, 200);
        assert_eq!(collector.api("PATCH", &path, Some(json!({"watched": true}))).status, 200);
    }
    assert_eq!(watches().as_array().unwrap().len(), 1);
}

#[test]
fn what_a_link_cannot_be_is_refused() {
    let collector = Collector::start();
    let recording = ready(&collector);
    let path = format!("/api/v1/recordings/{recording}/shares");
    for wrong in [
        json!({"expires_in": 0}),
        json!({"once": "yes"}),
        json!({"password": ""}),
        json!({"colour": "red"}),
        json!({"start_ms": -1}),
    ] {
        assert_eq!(collector.api("POST", &path, Some(wrong.clone())).status, 400, "{wrong}");
    }
    // Never longer than the recording.
    let made = collector.api("POST", &path, Some(json!({"expires_in": 864000000}))).json();
    let row: Value = collector.api("GET", &format!("/api/v1/recordings/{recording}"), None).json();
    assert_eq!(made["expires_at"], row["expires_at"]);
}

#[test]
fn pictures_of_canvases_are_kept_only_where_the_site_records_them() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    for records_them in [false, true] {
        let settings = json!({"record_canvas": records_them});
        assert_eq!(collector.api("PATCH", &format!("/api/v1/sites/{}", site.id), Some(settings)).status, 200);
        let visit = Visit::new();
        let mut records = Vec::new();
        support::picture(&mut records, b"a picture");
        let body = visit.body(&[visit.frame(0, shared::frame::Flags::CHECKPOINT, &records), visit.end(1)]);
        assert_eq!(collector.post(&site, &body).status, 204);
        collector.wait_ready(visit.id);
        let stored = collector.stored(visit.id);
        let payloads: Vec<u8> = stored.pages[0].frames.iter().flat_map(|frame| frame.payload.clone()).collect();
        assert_eq!(String::from_utf8_lossy(&payloads).contains("a picture"), records_them);
    }
}
