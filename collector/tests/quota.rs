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
