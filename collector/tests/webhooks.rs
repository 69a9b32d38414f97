//! The owner's server is told what has happened: signed, until it has heard, and nowhere that it should not be told.

#![allow(clippy::unwrap_used)]

mod support;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use support::receiver::{Heard, Receiver};
use support::{Collector, Folder, Site, Visit, until};

const LISTED: &[(&str, &str)] = &[("REVISIT_WEBHOOK_NETWORKS", "127.0.0.1")];

fn tell(collector: &Collector, site: &Site, url: &str) {
    let patch = json!({"webhook_url": url});
    let answer = collector.api("PATCH", &format!("/api/v1/sites/{}", site.id), Some(patch));
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn webhook(collector: &Collector, site: &Site) -> Value {
    collector.api("GET", &format!("/api/v1/sites/{}/webhook", site.id), None).json()
}

fn signature(secret: &str, heard: &Heard) -> String {
    let seconds = heard.header("revisit-signature").split(',').next().unwrap().strip_prefix("t=").unwrap().to_owned();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{seconds}.{}", heard.body).as_bytes());
    let digits: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={seconds},v1={digits}")
}

fn types(receiver: &Receiver) -> Vec<String> {
    let body = |heard: &Heard| serde_json::from_str::<Value>(&heard.body).unwrap()["type"].as_str().unwrap().to_owned();
    receiver.heard().iter().map(body).collect()
}

#[test]
fn a_ready_recording_is_told_signed_and_names_nobody() {
    let receiver = Receiver::start(|_| "204 No Content".to_owned());
    let collector = Collector::with(LISTED);
    let site = collector.add_site("standard");
    tell(&collector, &site, &receiver.url());
    let visit = Visit::new();
    collector.post(&site, &visit.body(&[visit.usual(0), visit.end(1)]));
    collector.wait_ready(visit.id);
    let heard = until("the message", || receiver.heard().first().cloned());
    let body: Value = serde_json::from_str(&heard.body).unwrap();
    assert_eq!((&body["type"], &body["site"]), (&json!("recording.ready"), &json!(site.id)));
    assert_eq!(body["recording"]["id"], visit.id.to_string());
    assert!(body["recording"]["url"].as_str().unwrap().ends_with(&format!("/recordings/{}", visit.id)));
    for private in ["ip", "identity", "email", "name", "visitor", "entry_url"] {
        assert!(body["recording"].get(private).is_none(), "{private} is told");
    }
    let secret = webhook(&collector, &site)["secret"].as_str().unwrap().to_owned();
    assert_eq!(heard.header("revisit-signature"), signature(&secret, &heard));
    assert_eq!(heard.header("revisit-id"), body["id"]);
    let delivered = until("the note", || {
        let delivery = webhook(&collector, &site)["deliveries"][0].clone();
        (delivery["state"] == "delivered").then_some(delivery)
    });
    assert_eq!((&delivered["status"], &delivered["tries"]), (&json!(204), &json!(1)));
    // Again, with a new secret.
    let path = format!("/api/v1/sites/{}/webhook", site.id);
    let renewed = collector.api("POST", &format!("{path}/secret"), None).json();
    assert_ne!(renewed["secret"], secret);
    let replay = format!("{path}/deliveries/{}/replay", delivered["id"].as_str().unwrap());
    assert_eq!(collector.api("POST", &replay, None).status, 204);
    let again = until("the message again", || receiver.heard().get(1).cloned());
    assert_eq!(again.header("revisit-id"), heard.header("revisit-id"));
    assert_eq!(again.header("revisit-signature"), signature(renewed["secret"].as_str().unwrap(), &again));
}

#[test]
fn what_was_not_heard_is_told_again_also_after_a_kill() {
    let receiver = Receiver::start(|number| if number == 0 { "500 Oops".to_owned() } else { "200 OK".to_owned() });
    let mut collector = Collector::with(LISTED);
    let site = collector.add_site("standard");
    tell(&collector, &site, &receiver.url());
    let path = format!("/api/v1/sites/{}/webhook/ping", site.id);
    assert_eq!(collector.api("POST", &path, None).status, 201);
    let waiting = until("the first try", || {
        let delivery = webhook(&collector, &site)["deliveries"][0].clone();
        (delivery["status"] == 500).then_some(delivery)
    });
    assert_eq!((&waiting["state"], &waiting["problem"]), (&json!("waiting"), &json!("answered 500")));
    let told = collector.api("GET", "/api/v1/doctor", None).json()["sites"][0]["webhooks"].clone();
    assert!(told.as_str().unwrap().starts_with("webhooks: 0 given up within a week, 1 to be tried again"), "{told}");
    collector.kill();
    collector.restart();
    until("the second try", || (receiver.heard().len() == 2).then_some(()));
    until("the note", || (webhook(&collector, &site)["deliveries"][0]["state"] == "delivered").then_some(()));
    assert_eq!(types(&receiver), ["ping", "ping"]);
    let report = collector.api("GET", "/api/v1/doctor", None).json();
    assert_eq!(report["sites"][0]["webhooks"], Value::Null);
}

#[test]
fn the_month_is_warned_of_once_at_each_level() {
    let receiver = Receiver::start(|_| "200 OK".to_owned());
    let folder = Folder::new();
    std::fs::write(folder.0.join("revisit.toml"), "[plans.small]\nrecordings = 5\n").unwrap();
    let collector =
        Collector::on(&folder.0, &[("REVISIT_WEBHOOK_NETWORKS", "127.0.0.1"), ("REVISIT_SILENT_AFTER", "1h")]);
    let site = collector.add_site("small");
    tell(&collector, &site, &receiver.url());
    for _ in 0..7 {
        collector.post(&site, &Visit::new().usual_body(0..1));
    }
    until("both messages", || (types(&receiver).len() >= 2).then_some(()));
    std::thread::sleep(std::time::Duration::from_millis(1200));
    let mut told = types(&receiver);
    told.sort();
    assert_eq!(told, ["quota.reached", "quota.warning"]);
    let usage: Value = serde_json::from_str(&receiver.heard()[0].body).unwrap();
    assert_eq!(usage["usage"]["limit"], 5);
    // Room for more, and then for less than there is.
    let plan = |plan: &str| {
        let path = format!("/api/v1/sites/{}", site.id);
        assert_eq!(collector.api("PATCH", &path, Some(json!({"plan": plan}))).status, 200);
    };
    plan("standard");
    plan("small");
    until("a message on the smaller plan", || (types(&receiver).len() == 3).then_some(()));
    assert_eq!(types(&receiver)[2], "quota.reached");
}

#[test]
fn nothing_is_told_inside_of_private_networks_by_whatever_way() {
    let inside = Receiver::start(|_| "200 OK".to_owned());
    let port = inside.address.port();
    let redirecting = Receiver::start(move |_| format!("307 Elsewhere\r\nlocation: http://127.0.0.3:{port}/hook"));
    let collector = Collector::with(&[("REVISIT_WEBHOOK_NETWORKS", "127.0.0.2")]);
    let site = collector.add_site("standard");
    let urls = [
        inside.url(),
        format!("http://localhost:{port}/hook"),
        format!("http://[::1]:{port}/hook"),
        format!("http://[::ffff:127.0.0.1]:{port}/hook"),
        format!("http://2130706433:{port}/hook"),
        format!("http://0x7f.1:{port}/hook"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        // Listed, but it leads elsewhere.
        format!("http://127.0.0.2:{}/hook", redirecting.address.port()),
    ];
    for (at, url) in urls.iter().enumerate() {
        tell(&collector, &site, url);
        let path = format!("/api/v1/sites/{}/webhook/ping", site.id);
        assert_eq!(collector.api("POST", &path, None).status, 201);
        let told = until("the refusal", || {
            let deliveries = webhook(&collector, &site)["deliveries"].clone();
            let newest = deliveries[0].clone();
            (deliveries.as_array().unwrap().len() == at + 1 && !newest["problem"].is_null()).then_some(newest)
        });
        let problem = told["problem"].as_str().unwrap();
        // Nothing listens on 127.0.0.2, where the redirecting server would be.
        let expected = if at == urls.len() - 1 { "no connection" } else { "private network" };
        assert!(problem.contains(expected), "{url}: {problem}");
    }
    assert_eq!(inside.heard().len(), 0);
}

#[test]
fn a_redirect_is_followed_only_to_where_messages_may_go() {
    let inside = Receiver::start(|_| "200 OK".to_owned());
    let port = inside.address.port();
    let redirecting = Receiver::start(move |_| format!("307 Elsewhere\r\nlocation: http://127.0.0.3:{port}/hook"));
    let collector = Collector::with(LISTED);
    let site = collector.add_site("standard");
    tell(&collector, &site, &redirecting.url());
    assert_eq!(collector.api("POST", &format!("/api/v1/sites/{}/webhook/ping", site.id), None).status, 201);
    let problem =
        until("the refusal", || webhook(&collector, &site)["deliveries"][0]["problem"].as_str().map(str::to_owned));
    assert!(problem.contains("private network"), "{problem}");
    assert_eq!((redirecting.heard().len(), inside.heard().len()), (1, 0));
}
