//! What whoever runs the collector relies on: doctor, metrics, readiness, configuration.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use std::process::{Command, Stdio};
use std::time::Duration;
use support::{Collector, Folder, Visit, command, run, told, until};

#[test]
fn the_doctor_says_why_there_is_no_recording() {
    let collector = Collector::start();
    let healthy = collector.run(&["doctor"]);
    assert_eq!(healthy.status.code(), Some(0), "{}", told(&healthy));
    let site = collector.add_site("free");
    let reasons = || {
        let report = collector.api("GET", "/api/v1/doctor", None).json();
        report["sites"][0]["reasons"].to_string()
    };
    assert!(reasons().contains("has no recordings") && reasons().contains("no page has asked"), "{}", reasons());
    collector.api("PATCH", &format!("/api/v1/sites/{}", site.id), Some(json!({"plan": "standard"})));
    let path = format!("/v1/frames?k={}", site.key);
    let foreign = [("origin", "https://www.other.example")];
    for _ in 0..3 {
        assert_eq!(collector.send("POST", &path, &foreign, &Visit::new().usual_body(0..1)).status, 403);
    }
    collector.send("POST", "/v1/frames?k=nobody", &[], &Visit::new().usual_body(0..1));
    assert!(reasons().contains("3 times `origin_not_allowed`"), "{}", reasons());
    assert!(!reasons().contains("has no recordings"));
    let report = collector.api("GET", "/api/v1/doctor", None).json();
    assert!(report["findings"].to_string().contains("1 requests came with a key that no site has"), "{report}");
    // What is told to helpers names nobody.
    for private in ["other.example", "shop.example", "nobody", "\"Test\"", &site.key] {
        assert!(!report.to_string().contains(private), "{private} in {report}");
    }
    assert_eq!(collector.post(&site, &Visit::new().usual_body(0..1)).status, 204);
    let report = collector.api("GET", "/api/v1/doctor", None).json();
    assert!(report["sites"][0]["last_frame_at"].is_string() && report["sites"][0]["open"] == 1, "{report}");
    assert_eq!(collector.send("GET", "/api/v1/doctor", &[], b"").status, 401);
    // The command says the same, from the store alone.
    let text = told(&collector.run(&["doctor"]));
    assert!(text.contains("3 times `origin_not_allowed`") && text.contains("of the disk is used"), "{text}");
}

#[test]
fn the_log_is_lines_of_json_where_that_is_asked_for() {
    let mut collector = Collector::with(&[("REVISIT_LOG_FORMAT", "json")]);
    // What there is to say: that it is told to stop.
    assert!(Command::new("kill").args(["-TERM", &collector.pid().to_string()]).status().unwrap().success());
    collector.wait();
    let lines: Vec<Value> = until("lines", || {
        let log = collector.log();
        (!log.is_empty()).then(|| log.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    });
    for line in &lines {
        assert!(line["timestamp"].is_string() && line["level"].is_string() && line["fields"].is_object(), "{line}");
    }
    let wrong = command(&collector.data, &[("REVISIT_LOG_FORMAT", "xml")], &["serve"]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(told(&wrong).contains("`xml` is not a value for `log_format`"), "{}", told(&wrong));
}

#[test]
fn the_doctor_sees_a_visit_that_nobody_finishes_and_a_clock_that_is_behind() {
    let mut collector = Collector::with(&[("REVISIT_SILENT_AFTER", "1h")]);
    let site = collector.add_site("standard");
    assert_eq!(collector.post(&site, &Visit::new().usual_body(0..1)).status, 204);
    collector.kill();
    let database = collector.database();
    database.execute("UPDATE visit SET last_ms = last_ms - 7200000, open_pages = 0");
    let output = run(&collector.data, &["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("waits for 2 h to be finished"), "{}", told(&output));
    database.execute("UPDATE visit SET last_ms = last_ms + 14400000");
    let output = run(&collector.data, &["doctor"]);
    assert!(told(&output).contains("the clock is"), "{}", told(&output));
}

#[test]
fn metrics_count_what_is_kept_and_how_long_it_took() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let visit = Visit::new();
    let body = visit.body(&[visit.usual(0), visit.usual(1), visit.end(2)]);
    assert_eq!(collector.post(&site, &body).status, 204);
    collector.wait_ready(visit.id);
    let free = collector.add_site("free");
    assert_eq!(collector.post(&free, &Visit::new().usual_body(0..1)).status, 402);
    let counts =
        ["frames", "intake_bytes", "quota_refusals", "recordings_begun", "recordings_finished", "store_failures"];
    let counts = counts.map(|name| collector.metric(&format!("revisit_{name}_total")));
    assert_eq!(counts, [3.0, body.len() as f64, 1.0, 1.0, 1.0, 0.0]);
    for histogram in ["durable", "finish_lag"] {
        assert_eq!(collector.metric(&format!("revisit_{histogram}_seconds_count")), 1.0);
        assert_eq!(collector.metric(&format!("revisit_{histogram}_seconds_bucket{{le=\"+Inf\"}}")), 1.0);
    }
    assert_eq!(collector.metric("revisit_visits_unfinished"), 0.0);
    assert!((0.0..=1.0).contains(&collector.metric("revisit_disk_used_ratio")));
}

#[test]
fn the_printed_configuration_is_one_that_it_takes() {
    let folder = Folder::new();
    let printed = run(&folder.0, &["config"]);
    assert!(printed.status.success());
    let text = String::from_utf8(printed.stdout).unwrap();
    // With every key uncommented, as somebody would who wants to change one.
    let is_key =
        |line: &&str| line.starts_with('[') || line.split_once(" = ").is_some_and(|(name, _)| !name.contains(' '));
    let keys: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# ")).filter(is_key).collect();
    assert!(keys.len() > 20, "{text}");
    std::fs::write(folder.0.join("all.toml"), keys.join("\n")).unwrap();
    let checked = run(&folder.0, &["check", "--config", "all.toml"]);
    assert!(checked.status.success(), "{}", told(&checked));
    for (wrong, says) in
        [("disk_stop = 101", "disk_stop"), ("end_after = \"10\"", "end_after"), ("nonsense = 1", "nonsense")]
    {
        std::fs::write(folder.0.join("wrong.toml"), wrong).unwrap();
        let refused = run(&folder.0, &["check", "--config", "wrong.toml"]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(told(&refused).contains(says), "{}", told(&refused));
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let mut collector = Collector::start();
    let site = collector.add_site("standard");
    // A body that never comes to its end would hold the first one up.
    use std::io::Write;
    let mut slow = std::net::TcpStream::connect(&collector.address).unwrap();
    write!(slow, "POST /v1/frames?k={} HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n\r\nRV", site.key).unwrap();
    assert_eq!(collector.post(&site, &Visit::new().usual_body(0..1)).status, 204);
    let stop = || Command::new("kill").args(["-TERM", &collector.pid().to_string()]).stdout(Stdio::null()).status();
    stop().unwrap();
    until("it to say so", || collector.log().contains("stopping").then_some(()));
    std::thread::sleep(Duration::from_millis(100));
    stop().unwrap();
    assert_eq!(collector.wait().code(), Some(1));
}

#[test]
fn the_log_names_nobody() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let path = format!("/v1/frames?k={}&email=canary@shop.example", site.key);
    let headers =
        [("origin", "https://canary.example"), ("x-forwarded-for", "198.51.100.77"), ("user-agent", "canary-agent")];
    collector.send("POST", &path, &headers, &Visit::new().usual_body(0..1));
    collector.send("GET", "/api/v1/recordings?q=canary-search", &[], b"");
    collector.send("GET", "/canary-path?canary=1", &[], b"");
    collector.api("POST", "/api/v1/recordings/search", Some(json!({"email": "canary@shop.example"})));
    // Something that is logged.
    std::fs::remove_dir_all(collector.data.join("blobs")).unwrap();
    std::fs::write(collector.data.join("blobs"), "").unwrap();
    assert_eq!(collector.post(&site, &Visit::new().usual_body(0..1)).status, 503);
    until("an error in the log", || collector.log().contains("ERROR").then_some(()));
    let log = collector.log();
    for private in ["canary", "198.51.100.77", &site.key, &collector.token] {
        assert!(!log.contains(private), "{private} in\n{log}");
    }
    let metrics: Value = collector.api("GET", "/metrics", None).text().into();
    assert!(!metrics.to_string().contains("canary"));
}

#[test]
fn it_opens_as_many_files_as_the_system_lets_it() {
    let folder = Folder::new();
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -S -n 256; exec \"$0\" serve --listen 127.0.0.1:0 --data data", support::BINARY]);
    let (mut child, _) = support::ready(shell.current_dir(&folder.0).stdout(Stdio::piped()).spawn().unwrap());
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let numbers: Vec<&str> = files.split_whitespace().filter(|word| word.parse::<u64>().is_ok()).collect();
    assert_eq!(numbers[0], numbers[1]);
    child.kill().unwrap();
    child.wait().unwrap();
}
