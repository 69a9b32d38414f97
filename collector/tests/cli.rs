//! The command line: what is printed where, exit codes, precedence, first sign-in, shares, two processes on one folder.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use support::{BINARY, Collector, Folder, Visit, command, files};

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
        vec!["check", "--database", "mysql://user:secret@host/db"],
        vec!["check", "--database", "postgres://user:secret@host:port/db"],
        vec!["check", "--blobs", "gs://bucket"],
    ] {
        let (code, stdout, stderr) = code(&data, &wrong);
        assert_eq!((code, stdout.as_str()), (2, ""), "{wrong:?}: {stderr}");
        assert!(!stderr.is_empty() && !stderr.contains("secret"), "{wrong:?}: {stderr}");
    }
    std::fs::write(data.0.join("bad.toml"), "listn = '127.0.0.1:1'").unwrap();
    assert_eq!(code(&data, &["check", "--config", "bad.toml"]).0, 2);
    for failed in [
        vec!["site", "set", "nobody", "enabled=false"],
        vec!["export", "00000000000000000000000000000000", "-o", "-"],
        vec!["check", "--database", "postgres://user:secret@127.0.0.1:9/db"],
    ] {
        let (code, _, stderr) = code(&data, &failed);
        assert_eq!(code, 1, "{failed:?}: {stderr}");
        assert!(!stderr.is_empty() && !stderr.contains("secret"), "{failed:?}: {stderr}");
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
    for secret in [claim, collector.token.as_str()] {
        assert!(!collector.database().holds(secret));
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

/// A recording as rrweb writes it, with what nobody may find in the store.
fn of_rrweb(address: &str) -> String {
    let text = |id: u32, text: &str| json!({"type": 3, "id": id, "textContent": text});
    let element = |id: u32, tag: &str, attributes: Value, children: Vec<Value>| json!({"type": 2, "id": id, "tagName": tag, "attributes": attributes, "childNodes": children});
    let body = vec![
        element(5, "button", json!({}), vec![text(6, "Buy the canary")]),
        element(7, "p", json!({}), vec![text(8, "for jane@canary.example, 5551234567")]),
        element(9, "input", json!({"type": "password", "value": "canary-secret"}), vec![]),
    ];
    let html = element(3, "html", json!({}), vec![element(4, "body", json!({}), body)]);
    let events = json!([
        {"type": 4, "timestamp": 1_700_000_000_000u64, "data": {"href": address, "width": 800, "height": 600}},
        {"type": 2, "timestamp": 1_700_000_000_000u64, "data": {"node": {"type": 0, "id": 1, "childNodes": [html]}, "initialOffset": {"top": 0, "left": 0}}},
        {"type": 3, "timestamp": 1_700_000_002_500u64, "data": {"source": 2, "type": 2, "id": 5, "x": 10, "y": 10}},
        {"type": 3, "timestamp": 1_700_000_003_000u64, "data": {"source": 5, "id": 9, "text": "canary-typed", "isChecked": false}},
        {"type": 3, "timestamp": 1_700_000_003_000u64, "data": "not rrweb's"},
    ]);
    events.to_string()
}

#[test]
fn recordings_of_rrweb_come_in_masked() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let file = collector.data.join("rrweb.json");
    std::fs::write(&file, of_rrweb("https://shop.example/cart?token=canary-token")).unwrap();
    let path = file.to_str().unwrap();
    let said = collector.cli(&["import", path, "--site", &site.key]);
    let id = said["id"].as_str().unwrap();
    assert_eq!(said["skipped"], 1);
    let recording = collector.api("GET", &format!("/api/v1/recordings/{id}"), None).json();
    let shown =
        ["state", "clicks", "pages", "duration_ms", "entry_url", "started_at"].map(|name| recording[name].clone());
    let url = "https://shop.example/cart?token=•••";
    assert_eq!(json!(shown), json!(["ready", 1, 1, 3000, url, "2023-11-14T22:13:20.000Z"]));
    // Twice is once, and it is not counted.
    let again = collector.run(&["import", path, "--site", &site.key]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("is here"), "{again:?}");
    assert_eq!(collector.usage(&site)["used"], 0);
    // What was hidden is in no file, whole or packed.
    std::fs::remove_file(&file).unwrap();
    let stored = collector.stored(shared::ids::RecordingId::parse(id).unwrap());
    let frames: Vec<u8> =
        stored.pages.iter().flat_map(|page| &page.frames).flat_map(|frame| frame.payload.clone()).collect();
    let mut files: Vec<Vec<u8>> = files(&collector.data).into_iter().map(|(_, bytes)| bytes).collect();
    files.push(frames);
    let has = |word: &str| files.iter().any(|bytes| bytes.windows(word.len()).any(|part| part == word.as_bytes()));
    for canary in ["canary.example", "5551234567", "canary-secret", "canary-typed", "canary-token"] {
        assert!(!has(canary), "{canary}");
    }
    assert!(has("Buy the canary"));
    collector.assert_sound();
}

#[test]
fn files_come_in_over_the_api_for_owners() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let path = format!("/api/v1/sites/{}/import", site.id);
    let bearer = |token: &str| format!("Bearer {token}");
    let send = |token: &str, file: &[u8]| collector.send("POST", &path, &[("authorization", &bearer(token))], file);
    let file = of_rrweb("https://shop.example/");
    let done = send(&collector.token, file.as_bytes());
    assert_eq!((done.status, &done.json()["skipped"]), (201, &json!(1)), "{}", done.text());
    let id = done.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(collector.api("GET", &format!("/api/v1/recordings/{id}"), None).json()["state"], "ready");
    let code =
        |answer: &support::Answer| (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned());
    assert_eq!(code(&send(&collector.token, file.as_bytes())), (409, "known".to_owned()));
    assert_eq!(code(&send(&collector.token, b"{}")), (400, "not_importable".to_owned()));
    assert_eq!(code(&send(&collector.token, b"RVR\x01")), (400, "not_importable".to_owned()));
    let member =
        collector.api("POST", "/api/v1/tokens", Some(json!({"name": "m", "site": site.id, "role": "member"}))).json();
    assert_eq!(send(member["token"].as_str().unwrap(), file.as_bytes()).status, 403);
    assert_eq!(send("nobody", file.as_bytes()).status, 401);
    assert_eq!(collector.api("POST", "/api/v1/sites/none/import", None).status, 404);
    // A site that hides by what cannot be looked for here takes nothing in.
    let hides = json!({"block_selectors": [".card:has(img)"]});
    assert_eq!(collector.api("PATCH", &format!("/api/v1/sites/{}", site.id), Some(hides)).status, 200);
    let other = of_rrweb("https://shop.example/other");
    let refused = send(&collector.token, other.as_bytes());
    assert_eq!(code(&refused), (400, "not_importable".to_owned()));
    assert!(refused.json()["detail"].as_str().unwrap().contains(".card:has(img)"));
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
