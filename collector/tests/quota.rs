//! A month's recordings are counted exactly, whoever asks and however many at once.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::json;
use std::sync::atomic::{AtomicU32, Ordering};
use support::{Collector, Folder, Visit};

fn small_plans(folder: &Folder) {
    let plans = "[plans.small]\nrecordings = 10\n[plans.larger]\nrecordings = 12\n";
    std::fs::write(folder.0.join("revisit.toml"), plans).unwrap();
}

#[test]
fn three_collectors_admit_exactly_what_the_plan_allows() {
    let folder = Folder::new();
    small_plans(&folder);
    let collectors: Vec<Collector> = (0..3).map(|_| Collector::on(&folder.0, &[])).collect();
    let site = collectors[0].add_site("small");
    let (admitted, refused) = (AtomicU32::new(0), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for at in 0..24 {
            let (collectors, site, admitted, refused) = (&collectors, &site, &admitted, &refused);
            scope.spawn(move || {
                for round in 0..3 {
                    let answer = collectors[(at + round) % 3].post(site, &Visit::new().usual_body(0..1));
                    match answer.status {
                        204 => admitted.fetch_add(1, Ordering::Relaxed),
                        402 => refused.fetch_add(1, Ordering::Relaxed),
                        other => panic!("{other}: {}", answer.text()),
                    };
                }
            });
        }
    });
    assert_eq!((admitted.into_inner(), refused.into_inner()), (10, 62));
    let usage = collectors[1].usage(&site);
    let numbers = ["limit", "used", "remaining", "stored", "warning"].map(|field| usage[field].as_i64().unwrap());
    assert_eq!(numbers, [10, 10, 0, 10, 100], "{usage}");
}

#[test]
fn at_the_limit_pages_are_told_what_runs_goes_on_and_a_new_plan_applies_at_once() {
    let folder = Folder::new();
    small_plans(&folder);
    let collector = Collector::on(&folder.0, &[]);
    let site = collector.add_site("small");
    let visits: Vec<Visit> = (0..10).map(|_| Visit::new()).collect();
    for (at, visit) in visits.iter().enumerate() {
        assert_eq!(collector.post(&site, &visit.usual_body(0..1)).status, 204);
        assert_eq!(collector.usage(&site)["used"], at + 1, "exact the moment it is answered");
        let warning = &collector.usage(&site)["warning"];
        assert_eq!(
            *warning,
            if at < 7 {
                json!(null)
            } else if at < 9 {
                json!(80)
            } else {
                json!(100)
            }
        );
    }
    let settings = collector.send("GET", &format!("/v1/site/{}", site.key), &[], b"").json();
    assert_eq!((&settings["record"], &settings["reason"]), (&json!(false), &json!("quota")));
    assert_eq!(settings["until"], collector.usage(&site)["resets_at"]);
    let late = collector.post(&site, &Visit::new().usual_body(0..1));
    assert_eq!((late.status, late.code().as_str()), (402, "quota"));
    assert_eq!(collector.post(&site, &visits[0].usual_body(1..2)).status, 204);
    collector.api("PATCH", &format!("/api/v1/sites/{}", site.id), Some(json!({"plan": "larger"})));
    assert_eq!(collector.usage(&site)["remaining"], 2);
    let statuses: Vec<u16> = (0..3).map(|_| collector.post(&site, &Visit::new().usual_body(0..1)).status).collect();
    assert_eq!(statuses, [204, 204, 402]);
    // Back to less than was used: nothing is below nothing.
    collector.api("PATCH", &format!("/api/v1/sites/{}", site.id), Some(json!({"plan": "small"})));
    assert_eq!(collector.usage(&site)["remaining"], 0);
}

#[test]
fn the_free_plan_records_nothing() {
    let collector = Collector::start();
    let site = collector.add_site("free");
    let settings = collector.send("GET", &format!("/v1/site/{}", site.key), &[], b"").json();
    assert_eq!((&settings["record"], &settings["reason"]), (&json!(false), &json!("plan")));
    let answer = collector.post(&site, &Visit::new().usual_body(0..1));
    assert_eq!((answer.status, answer.code().as_str()), (402, "plan"));
    assert_eq!(collector.usage(&site)["used"], 0);
}

#[test]
fn a_thousand_at_once_start_exactly_as_many_as_are_left() {
    let folder = Folder::new();
    small_plans(&folder);
    let collectors: Vec<Collector> = (0..2).map(|_| Collector::on(&folder.0, &[])).collect();
    let site = collectors[0].add_site("small");
    let bodies: Vec<Vec<u8>> = (0..1000).map(|_| Visit::new().usual_body(0..1)).collect();
    let start = std::sync::Barrier::new(bodies.len());
    let (admitted, refused) = (AtomicU32::new(0), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for (at, body) in bodies.iter().enumerate() {
            let (collectors, site, start, admitted, refused) = (&collectors, &site, &start, &admitted, &refused);
            let thread = std::thread::Builder::new().stack_size(256 << 10);
            let post = move || {
                start.wait();
                let answer = collectors[at % 2].post(site, body);
                match answer.status {
                    204 => admitted.fetch_add(1, Ordering::Relaxed),
                    402 => refused.fetch_add(1, Ordering::Relaxed),
                    other => panic!("{other}: {}", answer.text()),
                };
            };
            thread.spawn_scoped(scope, post).unwrap();
        }
    });
    assert_eq!((admitted.into_inner(), refused.into_inner()), (10, 990));
    let usage = collectors[1].usage(&site);
    assert_eq!((&usage["used"], &usage["stored"]), (&json!(10), &json!(10)));
}

#[test]
fn what_was_forged_is_voided_and_its_quota_comes_back() {
    let folder = Folder::new();
    small_plans(&folder);
    let collector = Collector::on(&folder.0, &[]);
    let site = collector.add_site("small");
    let from = |address: &str, visit: &Visit| {
        let path = format!("/v1/frames?k={}", site.key);
        let headers = [("origin", support::ORIGIN), ("x-forwarded-for", address)];
        collector.send("POST", &path, &headers, &visit.body(&[visit.usual(0), visit.end(1)])).status
    };
    let real = [Visit::new(), Visit::new()];
    real.iter().for_each(|visit| assert_eq!(from("198.51.100.7", visit), 204));
    let forged: Vec<Visit> = (0..8).map(|_| Visit::new()).collect();
    forged.iter().for_each(|visit| assert_eq!(from("203.0.113.9", visit), 204));
    assert_eq!(from("198.51.100.8", &Visit::new()), 402, "the forger has used up the month");
    forged.iter().chain(&real).for_each(|visit| drop(collector.wait_ready(visit.id)));
    let path = format!("/api/v1/sites/{}/void", site.id);
    for wrong in [
        json!({}),
        json!({"site": site.id}),
        json!({"colour": "red"}),
        json!({"limit": 1}),
        // What asks for nothing would void everything.
        json!({"ip": ""}),
        json!({"ip": " "}),
        json!({"q": null}),
        json!({"tag": []}),
        json!({"tag": [""]}),
        json!({"steps": " > "}),
    ] {
        assert_eq!(collector.api("POST", &path, Some(wrong.clone())).status, 400, "{wrong}");
    }
    let answer = collector.api("POST", &path, Some(json!({"ip": "203.0.113.9"}))).json();
    assert_eq!(answer["voided"], 8);
    let usage = collector.usage(&site);
    assert_eq!((&usage["used"], &usage["stored"], &usage["remaining"]), (&json!(2), &json!(2), &json!(8)));
    let days = collector.api("GET", &format!("/api/v1/sites/{}/usage/days?days=3", site.id), None).json();
    let counts: Vec<i64> =
        days["items"].as_array().unwrap().iter().map(|day| day["recordings"].as_i64().unwrap()).collect();
    assert_eq!((counts.len(), counts.iter().sum::<i64>()), (3, 2));
    assert_eq!(collector.recording(forged[0].id)["code"], "not_found");
    assert_eq!(collector.recording(real[0].id)["state"], "ready");
    // What was voided stays out; new visits come in.
    assert_eq!(collector.post(&site, &forged[0].usual_body(2..3)).status, 410);
    assert_eq!(from("198.51.100.8", &Visit::new()), 204);
    collector.assert_sound();
}
