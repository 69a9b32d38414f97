//! Recordings by conversation, and the panel that shows them inside of a chat tool.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use shared::frame::Flags;
use shared::record::{Conversation, Declared, put, tag};
use support::{Collector, Site, Visit};

fn says(visit: &Visit, seq: u32, conversation: &str) -> Vec<u8> {
    let mut records = Vec::new();
    put(&mut records, tag::CONVERSATION, &Conversation { at: 1, id: Declared(conversation.to_owned()) });
    visit.frame(seq, Flags::ACTIVE, &records)
}

fn panel(collector: &Collector, conversation: &str, how: Option<Value>) -> (String, String) {
    let made = collector.api("POST", &format!("/api/v1/conversations/{conversation}/panel"), how);
    assert_eq!(made.status, 201, "{}", made.text());
    let url = made.json()["url"].as_str().unwrap().to_owned();
    let path = url.split_once(&collector.address).unwrap().1.to_owned();
    let token = path.split_once("?t=").unwrap().1.to_owned();
    (path, token)
}

fn shown(collector: &Collector, token: &str) -> Value {
    collector.send("GET", "/api/v1/panel", &[("revisit-panel", token)], b"").json()
}

fn chat_site(collector: &Collector) -> Site {
    let site = collector.add_site("standard");
    let patch = json!({"embed_origins": ["https://chat.example", "https://*.desk.example"]});
    assert_eq!(collector.api("PATCH", &format!("/api/v1/sites/{}", site.id), Some(patch)).status, 200);
    site
}

#[test]
fn a_panel_shows_its_conversation_and_is_framed_by_the_chat_tool_alone() {
    let collector = Collector::start();
    let site = chat_site(&collector);
    let (visit, other) = (Visit::new(), Visit::new());
    collector.post(&site, &visit.body(&[visit.usual(0), says(&visit, 1, "chat/7 ä"), visit.end(2)]));
    collector.post(&site, &other.body(&[other.usual(0), says(&other, 1, "chat-8"), other.end(2)]));
    collector.wait_ready(visit.id);
    collector.wait_ready(other.id);
    let (path, token) = panel(&collector, "chat%2F7%20%C3%A4", None);
    assert!(path.starts_with("/embed/conversation/chat%2F7%20%C3%A4?t="), "{path}");
    let page = collector.send("GET", &path, &[], b"");
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.ends_with("frame-ancestors https://chat.example https://*.desk.example"), "{policy}");
    assert_eq!(page.header("x-frame-options"), None);
    assert_eq!(page.header("set-cookie"), None);
    let stage = collector.send("GET", &format!("/embed/stage?t={token}"), &[], b"");
    assert!(stage.header("content-security-policy").unwrap().contains("frame-ancestors 'self' https://chat.example"));
    let list = shown(&collector, &token);
    assert_eq!(list["conversation"], "chat/7 ä");
    let items = list["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["id"], &items[0]["verified"]), (1, &json!(visit.id.to_string()), &json!(false)));
    for private in ["ip", "identity", "email", "visitor", "note"] {
        assert!(items[0].get(private).is_none(), "{private} is shown");
    }
    let bytes = |id: &str| {
        collector.send("GET", &format!("/api/v1/panel/recordings/{id}"), &[("revisit-panel", &token)], b"").status
    };
    assert_eq!((bytes(&visit.id.to_string()), bytes(&other.id.to_string())), (200, 404));
    // Another conversation's address with this seal, a changed seal, none at all.
    assert_eq!(collector.send("GET", &format!("/embed/conversation/chat-8?t={token}"), &[], b"").status, 404);
    let changed = token.replace('a', "b");
    for wrong in [changed.as_str(), ""] {
        assert_eq!(collector.send("GET", "/api/v1/panel", &[("revisit-panel", wrong)], b"").code(), "panel_ended");
    }
}

#[test]
fn a_link_ends_and_says_so_to_the_chat_tool() {
    let collector = Collector::start();
    chat_site(&collector);
    let (path, token) = panel(&collector, "chat-9", Some(json!({"expires_in": 1})));
    assert_eq!(shown(&collector, &token)["items"], json!([]));
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert_eq!(collector.send("GET", "/api/v1/panel", &[("revisit-panel", &token)], b"").status, 403);
    let page = collector.send("GET", &path, &[], b"");
    assert_eq!(page.status, 403);
    assert!(page.header("content-security-policy").unwrap().contains("https://chat.example"));
}

#[test]
fn a_conversation_is_seen_while_the_visitor_is_there_and_what_the_server_says_counts() {
    let collector = Collector::with(&[("REVISIT_SILENT_AFTER", "60s")]);
    let site = chat_site(&collector);
    let visit = Visit::new();
    collector.post(&site, &visit.body(&[visit.usual(0), says(&visit, 1, "forged")]));
    let (_, token) = panel(&collector, "forged", Some(json!({"site": site.id})));
    assert_eq!(shown(&collector, &token)["items"][0]["state"], "open");
    let path = format!("/api/v1/recordings/{}", visit.id);
    let set = collector.api("PATCH", &path, Some(json!({"conversation": "real"}))).json();
    assert_eq!((&set["conversation"], &set["conversation_verified"]), (&json!("real"), &json!(true)));
    // The page goes on saying something else, also at the end.
    collector.post(&site, &visit.body(&[says(&visit, 2, "forged"), visit.end(3)]));
    let ready = collector.wait_ready(visit.id);
    assert_eq!(ready["conversation"], "real");
    assert_eq!(shown(&collector, &token)["items"], json!([]));
    let (_, token) = panel(&collector, "real", None);
    assert_eq!(shown(&collector, &token)["items"][0]["verified"], true);
    // Said again after the end: found under the new one alone.
    collector.api("PATCH", &path, Some(json!({"conversation": "moved"})));
    assert_eq!(shown(&collector, &token)["items"], json!([]));
    let (_, token) = panel(&collector, "moved", None);
    assert_eq!(shown(&collector, &token)["items"][0]["id"], visit.id.to_string());
}
