//! Recordings are found by everything that is known of them, each list in its order, page by page.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use shared::frame::Flags;
use shared::ids::RecordingId;
use shared::record::{self, Declared, Event, Hello, Identify, Navigate, Tag, put, tag};
use support::{Collector, Folder, ORIGIN, Site, Visit, mmdb};

/// A visit with everything that can be looked for: `/lamps`, then `/cart`, then `/thanks`.
fn rich(visit: &Visit) -> Vec<u8> {
    let mut records = Vec::new();
    let texts = [
        "https://shop.example/lamps?utm_source=news", // 1
        "https://search.example/",                    // 2
        "Lamps and candles",                          // 3
        "de-AT",                                      // 4
        "https://shop.example/cart",                  // 5
        "https://shop.example/thanks",                // 6
        "bought",                                     // 7
        "size",                                       // 8
        "large",                                      // 9
        "plan",                                       // 10
        "gold",                                       // 11
        "Cannot read lamp",                           // 12
    ];
    support::strings(&mut records, 1, &texts);
    let hello = Hello {
        url: 1,
        referrer: 2,
        title: 3,
        language: 4,
        viewport: (1280, 720),
        screen: (1920, 1080),
        visitor: Some([7; 16]),
        ..Hello::default()
    };
    put(&mut records, tag::HELLO, &hello);
    put(&mut records, tag::NAVIGATE, &Navigate { at: 10, url: 5, title: 3 });
    put(&mut records, tag::NAVIGATE, &Navigate { at: 20, url: 6, title: 3 });
    put(&mut records, tag::EVENT, &Event { at: 21, name: 7, props: vec![(8, 9)] });
    put(&mut records, tag::TAG, &Tag { at: 22, key: 10, value: 11 });
    put(&mut records, tag::ERROR, &record::Error { at: 23, message: 12 });
    let traits = [("id", "C-7"), ("name", "Jana Nováková"), ("email", "Jana@Shop.example")];
    let traits = Declared(traits.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec());
    put(&mut records, tag::IDENTIFY, &Identify { at: 24, traits });
    put(&mut records, tag::CONVERSATION, &record::Conversation { at: 25, id: Declared("Chat-7".to_owned()) });
    visit.frame(0, Flags::CHECKPOINT, &records)
}

const AGENT: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";

fn send(collector: &Collector, site: &Site, address: &str, body: &[u8]) {
    let path = format!("/v1/frames?k={}", site.key);
    let headers = [("origin", ORIGIN), ("user-agent", AGENT), ("x-forwarded-for", address)];
    assert_eq!(collector.send("POST", &path, &headers, body).status, 204);
}

fn search(collector: &Collector, site: &Site, mut asked: Value) -> Value {
    asked["site"] = site.id.clone().into();
    let answer = collector.api("POST", "/api/v1/recordings/search", Some(asked.clone()));
    assert_eq!(answer.status, 200, "{asked}: {}", answer.text());
    answer.json()
}

fn ids(found: &Value) -> Vec<String> {
    found["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// One rich recording and one plain one, both ready.
fn shop(collector: &Collector) -> (Site, RecordingId, RecordingId) {
    let site = collector.add_site("standard");
    let patch =
        json!({"record_properties": true, "record_numbers": true, "record_emails": true, "record_form_inputs": true});
    assert_eq!(collector.api("PATCH", &format!("/api/v1/sites/{}", site.id), Some(patch)).status, 200);
    let (one, other) = (Visit::new(), Visit::new());
    send(collector, &site, "203.0.113.77", &one.body(&[rich(&one), one.end(1)]));
    send(collector, &site, "198.51.100.9", &other.body(&[other.usual(0), other.end(1)]));
    collector.wait_ready(one.id);
    collector.wait_ready(other.id);
    (site, one.id, other.id)
}

#[test]
fn every_field_finds_what_has_it_and_nothing_else() {
    let folder = Folder::new();
    let file = folder.0.join("countries.mmdb");
    std::fs::write(&file, mmdb::write(&[([203, 0, 113, 0], 24, "AT"), ([198, 51, 0, 0], 16, "CZ")])).unwrap();
    std::fs::write(folder.0.join("revisit.toml"), format!("geoip = '{}'", file.display())).unwrap();
    let collector = Collector::on(&folder.0, &[]);
    let (site, one, other) = shop(&collector);
    let fitting = [
        json!({"page": "/cart"}),
        json!({"page": "shop.example/c*t"}),
        json!({"entry": "utm_source"}),
        json!({"exit": "/thanks"}),
        json!({"steps": "/lamps > /thanks"}),
        json!({"steps": "/lamps > /cart > /thanks"}),
        json!({"event": "Bought"}),
        json!({"property": "size:large"}),
        json!({"property": "bought.size:l*"}),
        json!({"tag": "plan"}),
        json!({"tag": ["plan", "plan:gold"]}),
        json!({"referrer": "search.example"}),
        json!({"utm_source": "news"}),
        json!({"country": "at"}),
        json!({"language": "de"}),
        json!({"visitor": "07070707070707070707070707070707"}),
        json!({"name": "nováková"}),
        json!({"email": "jana@shop.example"}),
        json!({"identity": "C-7"}),
        json!({"ip": "203.0.113.77"}),
        json!({"conversation": "Chat-7"}),
        json!({"chat": true}),
        json!({"errors": true}),
        json!({"q": "candles"}),
        json!({"q": "lamp novak"}),
        json!({"q": "jana@shop.example"}),
        json!({"q": "cannot read"}),
        json!({"tag": "plan", "event": "bought", "country": "AT", "q": "thanks", "device": "desktop"}),
    ];
    for asked in fitting {
        assert_eq!(ids(&search(&collector, &site, asked.clone())), [one.to_string()], "{asked}");
    }
    let neither = [
        json!({"page": "/checkout"}),
        json!({"steps": "/thanks > /lamps"}),
        json!({"steps": "/lamps > /cart > /lamps"}),
        json!({"event": "bough"}),
        json!({"property": "size:small"}),
        json!({"tag": "plan:silver"}),
        json!({"tag": ["plan", "plan:silver"]}),
        json!({"conversation": "chat-7"}),
        json!({"ip": "192.0.2.1"}),
        json!({"country": "DE"}),
        json!({"q": "candlesticks"}),
        json!({"q": "candles\" OR \"lamps"}),
        json!({"rage": true}),
        json!({"min_duration": 3600}),
        json!({"starred": true}),
        json!({"country": "CZ", "tag": "plan"}),
    ];
    for asked in neither {
        assert_eq!(ids(&search(&collector, &site, asked.clone())), Vec::<String>::new(), "{asked}");
    }
    for asked in [
        json!({}),
        json!({"browser": "firefox"}),
        json!({"os": "win"}),
        json!({"page": "lamps"}),
        json!({"q": "lam"}),
        json!({"screen": "1920x1080"}),
    ] {
        assert_eq!(ids(&search(&collector, &site, asked.clone())), [other.to_string(), one.to_string()], "{asked}");
    }
    let country = |id| collector.recording(id)["country"].clone();
    assert_eq!((country(one), country(other)), (json!("AT"), json!("CZ")));
    // The same by query string, given twice; a field that nobody knows.
    let path = format!("/api/v1/recordings?site={}&tag=plan&tag=plan:gold&sort=longest", site.id);
    assert_eq!(ids(&collector.api("GET", &path, None).json()), [one.to_string()]);
    let wrong = collector.api("POST", "/api/v1/recordings/search", Some(json!({"colour": "red"})));
    assert_eq!((wrong.status, wrong.code().as_str()), (400, "unknown_field"));
}

#[test]
fn a_note_is_found_and_what_is_erased_leaves_no_word_in_the_file() {
    let collector = Collector::start();
    let (site, one, _) = shop(&collector);
    let noted =
        collector.api("PATCH", &format!("/api/v1/recordings/{one}"), Some(json!({"note": "zirkonium, ask Petra"})));
    assert_eq!(noted.status, 200, "{}", noted.text());
    assert_eq!(ids(&search(&collector, &site, json!({"q": "zirkon"}))), [one.to_string()]);
    let words = ["zirkonium", "Nováková", "jana@shop.example", "candles"];
    let database = collector.database();
    let held = |word: &str| database.holds(word);
    assert!(words.iter().all(|word| held(word)));
    assert_eq!(collector.api("DELETE", &format!("/api/v1/recordings/{one}"), None).status, 204);
    for asked in [json!({"q": "zirkon"}), json!({"email": "jana@shop.example"}), json!({"tag": "plan"})] {
        assert_eq!(ids(&search(&collector, &site, asked.clone())), Vec::<String>::new(), "{asked}");
    }
    for word in words {
        assert!(!held(word), "{word} is still in the store");
    }
}

#[test]
fn lists_go_on_where_they_were_whatever_has_come_since() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let visits: Vec<Visit> = (0..7).map(|_| Visit::new()).collect();
    for visit in &visits {
        send(&collector, &site, "203.0.113.1", &visit.body(&[visit.usual(0), visit.end(1)]));
    }
    visits.iter().for_each(|visit| drop(collector.wait_ready(visit.id)));
    let oldest: Vec<String> = visits.iter().map(|visit| visit.id.to_string()).collect();
    let newest: Vec<String> = oldest.iter().rev().cloned().collect();
    for (asked, expected) in [
        (json!({}), Some(&newest)),
        (json!({"sort": "oldest"}), Some(&oldest)),
        (json!({"page": "lamps"}), Some(&newest)),
        (json!({"device": "desktop", "sort": "oldest"}), Some(&oldest)),
        (json!({"q": "lamps"}), Some(&newest)),
        (json!({"sort": "longest"}), None),
        (json!({"sort": "trouble", "browser": "firefox"}), None),
    ] {
        let mut seen = Vec::new();
        let mut cursor = Value::Null;
        loop {
            let mut page = asked.clone();
            page["limit"] = 3.into();
            page["cursor"] = cursor;
            let found = search(&collector, &site, page);
            seen.extend(ids(&found));
            cursor = found["next"].clone();
            if cursor.is_null() {
                break;
            }
            // New ones do not move what is still to come.
            if asked["sort"].is_null() {
                let late = Visit::new();
                send(&collector, &site, "203.0.113.1", &late.body(&[late.usual(0)]));
            }
        }
        match expected {
            Some(expected) => {
                let known: Vec<&String> = seen.iter().filter(|id| oldest.contains(id)).collect();
                assert_eq!(known, expected.iter().collect::<Vec<_>>(), "{asked}");
            }
            None => {
                let known = |id: &String| oldest.contains(id);
                assert_eq!(seen.iter().filter(|id| known(id)).count(), 7, "{asked}: {seen:?}");
            }
        }
    }
}

#[test]
fn a_visit_that_still_runs_is_found_by_what_is_known_of_it() {
    let collector = Collector::with(&[("REVISIT_SILENT_AFTER", "60s")]);
    let site = collector.add_site("standard");
    let visit = Visit::new();
    send(&collector, &site, "203.0.113.77", &visit.body(&[rich(&visit)]));
    for asked in [
        json!({"device": "desktop"}),
        json!({"browser": "firefox"}),
        json!({"entry": "/lamps"}),
        json!({"q": "candles"}),
    ] {
        assert_eq!(ids(&search(&collector, &site, asked.clone())), [visit.id.to_string()], "{asked}");
    }
    assert_eq!(ids(&search(&collector, &site, json!({"device": "mobile"}))), Vec::<String>::new());
    assert_eq!(ids(&search(&collector, &site, json!({"event": "bought"}))), Vec::<String>::new());
}

#[test]
fn filters_are_kept_for_the_site_and_name_nobody() {
    let collector = Collector::start();
    let (site, other) = (collector.add_site("standard"), collector.add_site("standard"));
    let path = format!("/api/v1/sites/{}/filters", site.id);
    let add = |name: &str, filter: Value| collector.api("POST", &path, Some(json!({"name": name, "filter": filter})));
    let first = add("Rage in the cart", json!({"rage": true, "page": "/cart"}));
    assert_eq!(first.status, 201, "{}", first.text());
    let again = add("Rage in the cart", json!({"rage": true})).json();
    assert_eq!(again["id"], first.json()["id"]);
    for (filter, code) in [
        (json!({"email": "jana@shop.example"}), "personal"),
        (json!({"q": "Jana"}), "personal"),
        (json!({"colour": "red"}), "unknown_field"),
        (json!({"cursor": "n1-1"}), "bad_field"),
    ] {
        let refused = add("Somebody", filter.clone());
        assert_eq!((refused.status, refused.code().as_str()), (400, code), "{filter}");
    }
    let kept = collector.api("GET", &path, None).json();
    assert_eq!(kept["items"].as_array().unwrap().len(), 1);
    assert_eq!(kept["items"][0]["filter"], json!({"rage": true}));
    let one = format!("{path}/{}", again["id"].as_str().unwrap());
    let foreign = one.replace(&site.id, &other.id);
    assert_eq!(collector.api("DELETE", &foreign, None).status, 404);
    assert_eq!(collector.api("DELETE", &one, None).status, 204);
    assert_eq!(collector.api("GET", &path, None).json()["items"], json!([]));
}
