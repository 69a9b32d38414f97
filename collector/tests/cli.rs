//! The command line: what is printed where, exit codes, precedence, first sign-in, shares, two processes on one folder.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use support::{BINARY, Collector, Folder, Visit, command};

fn code(data: &Folder, arguments: &[&str]) -> (i32, String, String) {
    let output = command(&data.0, &[], arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn exit_codes_tell_wrong_usage_from_failure() {
    let data = Folder::new();
    for wrong in [
        vec!["nonsense"],
        vec!["serve", "--listen", "nowhere"],
        vec!["site", "add", "--name", "Shop"],
        vec!["site", "add", "--name", "Shop", "--origin", "not an origin"],
        vec!["site", "add", "--name", "Shop", "--origin", "https://shop.example", "--plan", "gold"],
        vec!["export", "zz", "-o", "-"],
        vec!["erase", "--site", "x"],
        vec!["check", "--database", "postgres://user:secret@host/db"],
        vec!["check", "--blobs", "gs://bucket"],
    ] {
        let (code, stdout, stderr) = code(&data, &wrong);
        assert_eq!((code, stdout.as_str()), (2, ""), "{wrong:?}: {stderr}");
        assert!(!stderr.is_empty() && !stderr.contains("secret"), "{wrong:?}: {stderr}");
    }
    std::fs::write(data.0.join("bad.toml"), "listn = '127.0.0.1:1'").unwrap();
    assert_eq!(code(&data, &["check", "--config", "bad.toml"]).0, 2);
    for failed in
        [vec!["site", "set", "nobody", "enabled=false"], vec!["export", "00000000000000000000000000000000", "-o", "-"]]
    {
        let (code, _, stderr) = code(&data, &failed);
        assert_eq!(code, 1, "{failed:?}: {stderr}");
    }
    for good in
        [vec!["--help"], vec!["site", "--help"], vec!["site", "add", "--help"], vec!["--version"], vec!["check"]]
    {
        assert_eq!(code(&data, &good).0, 0, "{good:?}");
    }
}

#[test]
fn sites_and_tokens_are_made_on_the_store_with_or_without_a_server() {
    let data = Folder::new();
    let (status, stdout, _) =
        code(&data, &["site", "add", "--name", "Shop", "--origin", "https://shop.example", "--json"]);
    assert_eq!(status, 0);
    let site: Value = serde_json::from_str(&stdout).unwrap();
    assert!(site["id"].is_string() && site["key"].is_string());
    assert_eq!(site["plan"], "standard");
    let collector = Collector::on(&data.0, &[]);
    let id = site["id"].as_str().unwrap();
    assert_eq!(collector.api("GET", &format!("/api/v1/sites/{id}"), None).json()["name"], "Shop");
    collector.cli(&["site", "set", id, "enabled=false", "excluded_pages=[\"/account*\"]"]);
    let changed = collector.api("GET", &format!("/api/v1/sites/{id}"), None).json();
    assert_eq!((&changed["enabled"], &changed["excluded_pages"]), (&json!(false), &json!(["/account*"])));
    assert_eq!(collector.run(&["site", "set", id, "no_such=1"]).status.code(), Some(2));
    assert_eq!(collector.cli(&["site", "list"]).as_array().unwrap().len(), 1);
    collector.cli(&["site", "remove", site["key"].as_str().unwrap()]);
    assert_eq!(collector.api("GET", &format!("/api/v1/sites/{id}"), None).status, 404);
}

#[test]
fn with_json_only_data_is_on_stdout() {
    let data = Folder::new();
    let mut child = command(&data.0, &[], &["serve", "--listen", "127.0.0.1:0", "--json", "--demo"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let said: Value = serde_json::from_str(&line).unwrap();
    assert!(said["listening"].as_str().unwrap().starts_with("http://127.0.0.1:"));
    assert!(said["sign_in"].as_str().unwrap().contains("#claim="));
    assert!(said["demo"].as_str().unwrap().ends_with("/demo/"));
}

#[test]
fn it_stops_when_told_to() {
    let mut collector = Collector::start();
    let stopped = Command::new("kill").args(["-TERM", &collector.pid().to_string()]).status().unwrap();
    assert!(stopped.success());
    support::until("it to stop", || {
        support::request(&collector.address, "GET", "/healthz", &[], b"").is_err().then_some(())
    });
    collector.kill();
}

#[test]
fn the_sign_in_link_works_once_and_then_only_the_cookie_does() {
    let collector = Collector::start();
    let link = collector.cli(&["user", "add", "--name", "Jane"])["sign_in"].as_str().unwrap().to_owned();
    let (_, claim) = link.split_once("#claim=").unwrap();
    let headers = [("content-type", "application/json")];
    let login =
        |claim: &str| collector.send("POST", "/api/v1/login", &headers, json!({"claim": claim}).to_string().as_bytes());
    assert_eq!(login("rvc_wrong").status, 401);
    let signed_in = login(claim);
    assert_eq!(signed_in.status, 200, "{}", signed_in.text());
    let cookie = signed_in.header("set-cookie").unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert_eq!(login(claim).code(), "wrong_claim");
    let cookie = cookie.split(';').next().unwrap();
    assert_eq!(collector.send("GET", "/api/v1/sites", &[("cookie", cookie)], b"").status, 200);
    assert_eq!(collector.send("GET", "/api/v1/sites", &[], b"").status, 401);
    // Another website cannot use it.
    let foreign = [("cookie", cookie), ("origin", "https://evil.example"), ("content-type", "application/json")];
    let body = json!({"name": "Evil", "allowed_origins": ["https://evil.example"]}).to_string();
    assert_eq!(collector.send("POST", "/api/v1/sites", &foreign, body.as_bytes()).code(), "foreign_page");
    let origin = format!("http://{}", collector.address);
    let own = [("cookie", cookie), ("origin", origin.as_str()), ("content-type", "application/json")];
    assert_eq!(collector.send("POST", "/api/v1/sites", &own, body.as_bytes()).status, 201);
    assert_eq!(collector.send("POST", "/api/v1/logout", &own[..2], b"").status, 204);
    assert_eq!(collector.send("GET", "/api/v1/sites", &[("cookie", cookie)], b"").status, 401);
    // Nothing that opens anything is in the store.
    for file in ["revisit.db", "revisit.db-wal"] {
        let bytes = std::fs::read(collector.data.join(file)).unwrap_or_default();
        for secret in [claim, collector.token.as_str()] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
        }
    }
}

#[test]
fn a_share_shows_one_recording_until_it_is_ended() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let visit = Visit::new();
    collector.post(&site, &visit.body(&[visit.usual(0), visit.end(1)]));
    collector.wait_ready(visit.id);
    let shares = format!("/api/v1/recordings/{}/shares", visit.id);
    let share = collector.api("POST", &shares, Some(json!({"expires_in": 3600})));
    assert_eq!(share.status, 201, "{}", share.text());
    let url = share.json()["url"].as_str().unwrap().to_owned();
    let token = url.rsplit('/').next().unwrap();
    let open = |path: &str| collector.send("GET", path, &[], b"");
    let seen = open(&format!("/api/v1/shares/{token}")).json();
    assert_eq!(seen["id"], visit.id.to_string());
    for private in ["visitor", "ip", "email", "identity", "note"] {
        assert!(seen.get(private).is_none(), "{private}");
    }
    let bytes = open(&format!("/api/v1/shares/{token}/recording"));
    assert!(shared::recording::read(&bytes.body).is_ok());
    assert_eq!(open("/api/v1/shares/0000").code(), "not_found");
    let short = collector.api("POST", &shares, Some(json!({"expires_in": 1}))).json();
    let short = short["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    support::until("it to expire", || (open(&format!("/api/v1/shares/{short}")).status == 404).then_some(()));
    assert_eq!(collector.api("DELETE", &shares, None).status, 204);
    assert_eq!(open(&format!("/api/v1/shares/{token}")).code(), "not_found");
    assert_eq!(open(&format!("/api/v1/shares/{token}/recording")).code(), "not_found");
    assert_eq!(collector.api("POST", &shares, Some(json!({"expires": 1}))).code(), "unknown_field");
}

#[test]
fn export_and_import_carry_a_recording_to_another_site() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let visit = Visit::new();
    collector.post(&site, &visit.body(&[visit.usual(0), visit.usual(1), visit.end(2)]));
    collector.wait_ready(visit.id);
    let file = collector.data.join("one.revisit");
    let id = visit.id.to_string();
    assert!(collector.run(&["export", &id, "-o", file.to_str().unwrap()]).status.success());
    let rrweb = collector.run(&["export", &id, "--format", "rrweb", "-o", "-"]);
    assert!(serde_json::from_slice::<Value>(&rrweb.stdout).unwrap().is_array());
    let other = Collector::start();
    let there = other.add_site("standard");
    other.cli(&["import", file.to_str().unwrap(), "--site", &there.key]);
    let imported = other.recording(visit.id);
    assert_eq!(
        (&imported["state"], &imported["clicks"], &imported["site"]),
        (&json!("ready"), &json!(1), &json!(there.id))
    );
    assert_eq!(other.run(&["import", file.to_str().unwrap(), "--site", &there.key]).status.code(), Some(1));
    assert!(collector.run(&["erase", "--recording", &id]).status.success());
    assert_eq!(collector.api("GET", &format!("/api/v1/recordings/{id}"), None).status, 404);
    other.assert_sound();
}

#[test]
fn check_finds_what_is_damaged_or_missing() {
    let collector = Collector::with(&[("REVISIT_SILENT_AFTER", "1h")]);
    let site = collector.add_site("standard");
    let (open, done) = (Visit::new(), Visit::new());
    collector.post(&site, &open.usual_body(0..3));
    collector.post(&site, &done.body(&[done.usual(0), done.end(1)]));
    collector.wait_ready(done.id);
    collector.assert_sound();
    let chunks = collector.data.join("blobs/chunks");
    for entry in std::fs::read_dir(chunks).unwrap().flatten() {
        let mut bytes = std::fs::read(entry.path()).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(entry.path(), bytes).unwrap();
    }
    std::fs::remove_dir_all(collector.data.join("blobs/recordings")).unwrap();
    let output = collector.run(&["check", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), 2, "{report}");
}

#[test]
fn metrics_want_a_token_and_count() {
    let collector = Collector::with(&[("REVISIT_METRICS_TOKEN", "scrape")]);
    let site = collector.add_site("standard");
    collector.post(&site, &Visit::new().usual_body(0..1));
    collector.post(&site, b"nothing");
    assert_eq!(collector.send("GET", "/metrics", &[], b"").status, 401);
    let text = collector.send("GET", "/metrics", &[("authorization", "Bearer scrape")], b"").text();
    assert!(text.contains("revisit_intake_bodies_total{status=\"204\"} 1"), "{text}");
    assert!(text.contains("revisit_intake_bodies_total{status=\"400\"} 1"), "{text}");
    assert_eq!(collector.send("GET", "/api/v1/sites", &[("authorization", "Bearer scrape")], b"").status, 401);
    assert_eq!(collector.send("GET", "/readyz", &[], b"").text(), "ready\n");
}

#[test]
fn it_works_from_any_folder() {
    let (data, elsewhere) = (Folder::new(), Folder::new());
    let status =
        Command::new(BINARY).arg("check").arg("--data").arg(&data.0).current_dir(&elsewhere.0).status().unwrap();
    assert!(status.success());
    assert_eq!(std::fs::read_dir(&elsewhere.0).unwrap().count(), 0);
}
