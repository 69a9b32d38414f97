//! Who may do what: roles on sites, tokens with less than everything, passwords, sessions, and what is noted of it.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::{Answer, Collector, Site, Visit};

fn with(collector: &Collector, token: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
    let bearer = format!("Bearer {token}");
    let json = body.map(|value| value.to_string()).unwrap_or_default();
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    collector.send(method, path, &headers[..if json.is_empty() { 1 } else { 2 }], json.as_bytes())
}

fn token(collector: &Collector, site: Option<&Site>, role: &str) -> String {
    let mut new = json!({"name": role, "role": role});
    if let Some(site) = site {
        new["site"] = site.id.clone().into();
    }
    let made = collector.api("POST", "/api/v1/tokens", Some(new));
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["token"].as_str().unwrap().to_owned()
}

fn ready(collector: &Collector, site: &Site) -> String {
    let visit = Visit::new();
    assert_eq!(collector.post(site, &visit.body(&[visit.usual(0), visit.end(1)])).status, 204);
    collector.wait_ready(visit.id);
    visit.id.to_string()
}

/// Every operation about a site or a recording, with the least role that it wants.
fn operations(site: &str, recording: &str) -> Vec<(&'static str, String, Option<Value>, usize)> {
    let s = |rest: &str| format!("/api/v1/sites/{site}{rest}");
    let r = |rest: &str| format!("/api/v1/recordings/{recording}{rest}");
    let (panel, viewer, member, owner) = (0, 1, 2, 3);
    vec![
        ("POST", "/api/v1/conversations/c/panel".to_owned(), Some(json!({"site": site})), panel),
        ("GET", s(""), None, viewer),
        ("GET", s("/usage"), None, viewer),
        ("GET", s("/usage/days"), None, viewer),
        ("GET", s("/filters"), None, viewer),
        ("GET", r(""), None, viewer),
        ("GET", r("/export"), None, viewer),
        ("PATCH", r(""), Some(json!({"watched": true})), viewer),
        ("GET", format!("/api/v1/recordings?site={site}"), None, viewer),
        ("POST", "/api/v1/recordings/search".to_owned(), Some(json!({"site": site})), viewer),
        ("GET", r("/export?format=rrweb"), None, member),
        ("PATCH", r(""), Some(json!({"starred": true})), member),
        ("PATCH", r(""), Some(json!({"conversation": "c"})), member),
        ("POST", r("/shares"), Some(json!({})), member),
        ("GET", r("/shares"), None, member),
        ("DELETE", r("/shares"), None, member),
        ("GET", r("/watches"), None, member),
        ("POST", s("/filters"), Some(json!({"name": "f", "filter": {"rage": true}})), member),
        ("PATCH", s(""), Some(json!({"enabled": true})), owner),
        ("POST", s("/void"), Some(json!({"ip": "192.0.2.99"})), owner),
        ("GET", s("/webhook"), None, owner),
        ("POST", s("/webhook/secret"), None, owner),
        ("POST", "/api/v1/erase".to_owned(), Some(json!({"site": site, "email": "nobody@shop.example"})), owner),
        ("DELETE", r(""), None, owner),
        ("DELETE", s(""), None, owner),
    ]
}

#[test]
fn each_role_does_what_it_may_and_another_site_is_not_there() {
    let collector = Collector::start();
    for (rank, role) in ["panel", "viewer", "member", "owner"].into_iter().enumerate() {
        let (own, other) = (collector.add_site("standard"), collector.add_site("standard"));
        let (mine, theirs) = (ready(&collector, &own), ready(&collector, &other));
        let token = token(&collector, Some(&own), role);
        for (method, path, body, _) in operations(&other.id, &theirs) {
            let status = with(&collector, &token, method, &path, body).status;
            assert_eq!(status, 404, "{role} of another site: {method} {path}");
        }
        // Nobody with one site has anything to do with the installation.
        for (method, path) in [
            ("GET", "/api/v1/users"),
            ("GET", "/api/v1/tokens"),
            ("GET", "/api/v1/audit-log"),
            ("GET", "/metrics"),
            ("GET", "/api/v1/doctor"),
        ] {
            assert_eq!(with(&collector, &token, method, path, None).status, 403, "{role}: {path}");
        }
        let new = Some(json!({"name": "Mine", "allowed_origins": ["https://mine.example"]}));
        assert_eq!(with(&collector, &token, "POST", "/api/v1/sites", new).status, 403);
        for (method, path, body, least) in operations(&own.id, &mine) {
            let answer = with(&collector, &token, method, &path, body);
            if rank >= least {
                assert!(
                    (200..300).contains(&answer.status),
                    "{role}: {method} {path}: {} {}",
                    answer.status,
                    answer.text()
                );
            } else {
                assert_eq!((answer.status, answer.code().as_str()), (403, "not_allowed"), "{role}: {method} {path}");
            }
        }
        if rank >= 1 && role != "owner" {
            let sites = with(&collector, &token, "GET", "/api/v1/sites", None).json();
            assert_eq!(sites["items"].as_array().unwrap().len(), 1);
            let all = with(&collector, &token, "GET", "/api/v1/recordings", None).json();
            let seen: Vec<&Value> = all["items"].as_array().unwrap().iter().map(|item| &item["site"]).collect();
            assert!(seen.iter().all(|site| **site == json!(own.id)), "{seen:?}");
        }
    }
}

fn cookie_of(answer: &Answer) -> String {
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

fn login(collector: &Collector, body: Value) -> Answer {
    collector.send("POST", "/api/v1/login", &[("content-type", "application/json")], body.to_string().as_bytes())
}

fn signed_in(collector: &Collector, cookie: &str, method: &str, path: &str, body: &str) -> Answer {
    let headers = [("cookie", cookie), ("content-type", "application/json"), ("sec-fetch-site", "same-origin")];
    collector.send(method, path, &headers, body.as_bytes())
}

#[test]
fn a_person_signs_in_by_link_sets_a_password_and_signs_in_by_it() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let made =
        collector.api("POST", "/api/v1/users", Some(json!({"name": "Petra", "roles": {&site.id: "viewer"}}))).json();
    let claim = made["sign_in"].as_str().unwrap().split_once("#claim=").unwrap().1.to_owned();
    let first = login(&collector, json!({"claim": claim}));
    assert_eq!(first.status, 200, "{}", first.text());
    assert_eq!(login(&collector, json!({"claim": claim})).status, 401, "a link is used once");
    let set = first.header("set-cookie").unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    let cookie = cookie_of(&first);
    let session = signed_in(&collector, &cookie, "GET", "/api/v1/session", "").json();
    assert_eq!((&session["name"], &session["roles"][&site.id]), (&json!("Petra"), &json!("viewer")));
    let own = format!("/api/v1/users/{}", made["id"].as_str().unwrap());
    // Nobody makes themselves more than they are.
    let more = signed_in(&collector, &cookie, "PATCH", &own, &json!({"roles": {"*": "owner"}}).to_string());
    assert_eq!(more.status, 403);
    for wrong in [
        json!({"login": "petra", "password": "short"}),
        json!({"password": "long enough, no login"}),
        json!({"colour": 1}),
    ] {
        assert_eq!(signed_in(&collector, &cookie, "PATCH", &own, &wrong.to_string()).status, 400, "{wrong}");
    }
    let set = json!({"login": "Petra@shop.example", "password": "correct horse battery"});
    assert_eq!(signed_in(&collector, &cookie, "PATCH", &own, &set.to_string()).status, 200);
    // By another website's doing: no.
    let headers = [("cookie", cookie.as_str()), ("content-type", "application/json"), ("sec-fetch-site", "cross-site")];
    let foreign = collector.send("PATCH", &own, &headers, b"{\"name\":\"x\"}");
    assert_eq!((foreign.status, foreign.code().as_str()), (403, "foreign_page"));
    let by_password = login(&collector, json!({"login": "petra@SHOP.example", "password": "correct horse battery"}));
    assert_eq!(by_password.status, 200, "{}", by_password.text());
    // A new password ends the other sessions.
    let second = cookie_of(&by_password);
    let set = json!({"password": "another long password"});
    assert_eq!(signed_in(&collector, &second, "PATCH", &own, &set.to_string()).status, 200);
    assert_eq!(signed_in(&collector, &cookie, "GET", "/api/v1/session", "").status, 401);
    assert_eq!(signed_in(&collector, &second, "GET", "/api/v1/session", "").status, 200);
    // Removed, and out at once.
    assert_eq!(collector.api("DELETE", &own, None).status, 204);
    assert_eq!(signed_in(&collector, &second, "GET", "/api/v1/session", "").status, 401);
    let deeds = collector.api("GET", "/api/v1/audit-log", None).json();
    let actions: Vec<&str> =
        deeds["items"].as_array().unwrap().iter().map(|deed| deed["action"].as_str().unwrap()).collect();
    for action in ["add user", "change user", "sign in", "remove user"] {
        assert!(actions.contains(&action), "{action}: {actions:?}");
    }
    assert!(!collector.database().holds("correct horse battery"));
}

#[test]
fn guessing_a_password_is_slowed_for_one_account_and_not_for_others() {
    let collector = Collector::start();
    for name in ["anna", "berta"] {
        let new = json!({"name": name, "login": name, "password": "correct horse battery", "roles": {"*": "viewer"}});
        assert_eq!(collector.api("POST", "/api/v1/users", Some(new)).status, 201);
    }
    let wrong = |name: &str| login(&collector, json!({"login": name, "password": "wrong"}));
    let first = wrong("anna");
    assert_eq!((first.status, first.code().as_str()), (401, "wrong_password"));
    assert_eq!(wrong("nobody").code(), "wrong_password", "who is there is not told");
    let slowed = (0..12).map(|_| wrong("anna")).find(|answer| answer.status == 429).unwrap();
    assert!(slowed.header("retry-after").is_some());
    assert_eq!(login(&collector, json!({"login": "berta", "password": "correct horse battery"})).status, 200);
}

#[test]
fn tokens_are_shown_once_and_can_be_taken_back() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let made = collector
        .api("POST", "/api/v1/tokens", Some(json!({"name": "chat tool", "site": site.id, "role": "panel"})))
        .json();
    let secret = made["token"].as_str().unwrap().to_owned();
    let listed = collector.api("GET", "/api/v1/tokens", None);
    assert!(!listed.text().contains(&secret));
    let path = format!("/api/v1/tokens/{}", made["id"].as_str().unwrap());
    assert_eq!(collector.api("DELETE", &path, None).status, 204);
    assert_eq!(with(&collector, &secret, "GET", "/api/v1/session", None).status, 401);
    // From the command line, with less than everything; a session by it may do no more.
    let viewer = collector.cli(&["token", "create", "--site", &site.key, "--role", "viewer"]);
    let token = viewer["token"].as_str().unwrap();
    let cookie = cookie_of(&login(&collector, json!({"token": token})));
    let path = format!("/api/v1/sites/{}", site.id);
    assert_eq!(signed_in(&collector, &cookie, "GET", &path, "").status, 200);
    assert_eq!(signed_in(&collector, &cookie, "PATCH", &path, "{\"enabled\":false}").status, 403);
}

#[test]
fn who_watched_is_noted_and_pages_keep_others_out() {
    let collector = Collector::start();
    let site = collector.add_site("standard");
    let recording = ready(&collector, &site);
    let path = format!("/api/v1/recordings/{recording}");
    assert_eq!(collector.api("PATCH", &path, Some(json!({"watched": true}))).status, 200);
    let watches = collector.api("GET", &format!("{path}/watches"), None).json();
    assert!(watches["items"][0]["actor"].as_str().unwrap().starts_with("token:"), "{watches}");
    let dashboard = collector.send("GET", "/", &[], b"");
    assert_eq!(dashboard.header("x-frame-options"), Some("DENY"));
    assert_eq!(dashboard.header("x-content-type-options"), Some("nosniff"));
    assert!(dashboard.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"));
    assert_eq!(dashboard.header("strict-transport-security"), None, "there is no TLS here");
    let answer = collector.api("GET", "/api/v1/sites", None);
    assert_eq!(answer.header("content-security-policy"), Some("default-src 'none'; frame-ancestors 'none'"));
    assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"));
    assert_eq!(answer.header("x-robots-tag"), Some("noindex, nofollow"));
    // No second copy of a page without its policy.
    assert_eq!(collector.send("GET", "/www/dashboard/index.html", &[], b"").status, 404);
    let over_tls = Collector::with(&[("REVISIT_PUBLIC_URL", "https://revisit.example")]);
    let answer = over_tls.send("GET", "/", &[], b"");
    assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"));
    assert_eq!(over_tls.send("GET", "/revisit.js", &[], b"").header("strict-transport-security"), None);
    for open in ["/revisit.js", &format!("/v1/site/{}", site.key), "/demo/"] {
        let answer = collector.send("GET", open, &[], b"");
        assert_eq!(answer.header("x-frame-options"), None, "{open}");
        assert_eq!(answer.header("cross-origin-opener-policy"), None, "{open}");
    }
}
