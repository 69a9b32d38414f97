//! The rrweb export, read the way rrweb's Replayer reads it. In: recordings written record by record. Out: the tree that the
//! export leads to is the tree of the replay model. That a real Replayer shows the same is proved in the browser.

#![allow(clippy::unwrap_used)]

#[path = "support/outline.rs"]
mod outline;

use collector::export::rrweb;
use collector::import::rrweb::{self as import, Marker};
use serde_json::{Value, json};
use shared::frame::Flags;
use shared::ids::{PageId, PageSeq, RecordingId};
use shared::mask::{Masked, Policy, Rules};
use shared::record::{self, tag};
use shared::recording::{Page, PageFrame, Recording};
use shared::strings::{Kind, NewStrings};
use shared::varint;
use std::collections::{BTreeMap, HashMap, HashSet};

const STARTED_AT_MS: u64 = 1_700_000_000_000;

/// A node to be written.
enum New {
    Element(&'static str, &'static [(&'static str, &'static str)], Vec<New>),
    Text(&'static str),
    Doctype(&'static str),
    Shadow(Vec<New>),
    Document(Vec<New>),
    Moved(u32),
}
use New::{Doctype, Document, Element, Moved, Shadow, Text};

/// An operation on a child list.
enum Op {
    Keep(u32, u32),
    Moves(Vec<u32>),
    New(Vec<New>),
}

/// Writes a page's records as the recorder does.
struct Writer {
    strings: NewStrings,
    numbers: HashMap<&'static str, u32>,
    shapes: u32,
    next_id: u32,
    payload: Vec<u8>,
}

impl Writer {
    fn new() -> Self {
        Self {
            strings: NewStrings::starting_at(1),
            numbers: HashMap::from([("", 0)]),
            shapes: 0,
            next_id: 2,
            payload: Vec::new(),
        }
    }

    fn string(&mut self, text: &'static str) -> u32 {
        let strings = &mut self.strings;
        *self.numbers.entry(text).or_insert_with(|| strings.push(Kind::Attribute, &Masked::fixed(text)))
    }

    fn write_strings(&mut self) {
        let payload = &mut self.payload;
        self.strings.take(1 << 16, |body| record::put_packed(payload, tag::STRINGS, body));
    }

    /// A record with a postcard body; its strings are made before.
    fn put(&mut self, tag: u32, body: &impl serde::Serialize) {
        self.write_strings();
        record::put(&mut self.payload, tag, body);
    }

    fn hello(&mut self, url: &'static str) {
        let url = self.string(url);
        self.put(tag::HELLO, &record::Hello { url, viewport: (1200, 800), ..Default::default() });
    }

    fn checkpoint(&mut self, at: u32, nodes: Vec<New>) {
        let fresh = Self::new();
        self.put(tag::CHECKPOINT, &record::Checkpoint { at });
        let Self { strings, numbers, shapes, next_id, .. } = fresh;
        (self.strings, self.numbers, self.shapes, self.next_id) = (strings, numbers, shapes, next_id);
        self.batch(at, vec![(1, vec![Op::New(nodes)])], &[], &[]);
        self.put(tag::CHECKPOINT_END, &record::CheckpointEnd { at });
    }

    fn batch(
        &mut self,
        at: u32,
        lists: Vec<(u32, Vec<Op>)>,
        attributes: &[(u32, &'static str, Option<&'static str>)],
        texts: &[(u32, &'static str)],
    ) {
        let first_id = self.next_id;
        let mut body = Vec::new();
        varint::put(&mut body, lists.len() as u32);
        let mut last = 0;
        for (parent, ops) in lists {
            varint::put_delta(&mut body, &mut last, parent);
            let (mut position, mut moved) = (0, 0);
            for op in ops {
                match op {
                    Op::Keep(start, count) => {
                        varint::put(&mut body, count << 2);
                        varint::put_delta(&mut body, &mut position, start);
                        position = start + count;
                    }
                    Op::Moves(ids) => {
                        varint::put(&mut body, (ids.len() as u32) << 2 | 2);
                        ids.iter().for_each(|id| varint::put_delta(&mut body, &mut moved, *id));
                    }
                    Op::New(nodes) => {
                        varint::put(&mut body, 3);
                        nodes.into_iter().for_each(|node| self.node(node, &mut body));
                        varint::put(&mut body, 13);
                    }
                }
            }
            varint::put(&mut body, 0);
        }
        varint::put(&mut body, attributes.len() as u32);
        let mut last = 0;
        for (node, name, value) in attributes {
            varint::put_delta(&mut body, &mut last, *node);
            let number = self.string(name);
            varint::put(&mut body, number);
            let number = value.map_or(0, |value| self.string(value) + 1);
            varint::put(&mut body, number);
        }
        varint::put(&mut body, texts.len() as u32);
        let mut last = 0;
        for (node, text) in texts {
            varint::put_delta(&mut body, &mut last, *node);
            let number = self.string(text);
            varint::put(&mut body, number);
        }
        let mut head = Vec::new();
        varint::put(&mut head, at);
        varint::put(&mut head, 1);
        varint::put_delta(&mut head, &mut 0, first_id);
        varint::put(&mut head, self.next_id - first_id);
        head.extend_from_slice(&body);
        self.write_strings();
        record::put_packed(&mut self.payload, tag::DOM, &head);
    }

    fn node(&mut self, node: New, body: &mut Vec<u8>) {
        self.next_id += u32::from(!matches!(node, Moved(_)));
        let children = match node {
            Element(name, attributes, children) => {
                varint::put(body, self.shapes << 3);
                self.shapes += 1;
                body.push(0);
                let number = self.string(name);
                varint::put(body, number);
                varint::put(body, attributes.len() as u32);
                for (name, value) in attributes {
                    let numbers = [self.string(name), self.string(value)];
                    numbers.iter().for_each(|number| varint::put(body, *number));
                }
                children
            }
            Shadow(children) => {
                varint::put(body, 3);
                children
            }
            Document(children) => {
                varint::put(body, 4);
                children
            }
            Text(text) => return varint::put(body, self.string(text) << 3 | 1),
            Doctype(text) => return varint::put(body, self.string(text) << 3 | 2),
            Moved(id) => return varint::put(body, id << 3 | 7),
        };
        children.into_iter().for_each(|child| self.node(child, body));
        varint::put(body, 13);
    }

    fn page(self, number: u8, offset_ms: u32) -> Page {
        let frame = PageFrame { seq: PageSeq(0), flags: Flags::default(), at_ms: 0, payload: self.payload };
        Page { id: PageId([number; 8]), offset_ms, frames: vec![frame] }
    }
}

fn recording(pages: Vec<Page>) -> Recording {
    Recording { id: RecordingId([7; 16]), started_at_ms: STARTED_AT_MS, pages }
}

fn export(recording: &Recording) -> Vec<Value> {
    serde_json::from_slice(&rrweb(recording)).unwrap()
}

/// html 3, head 4, body 5 with a list 6 of three items 7 8, 9 10, 11 12; a host 13 with a shadow root 14 and a text in it
/// 15, an iframe 16 with a document 17, its html 18 and text 19.
fn shop() -> Vec<New> {
    let item = |text| Element("li", &[], vec![Text(text)]);
    let list = Element("ul", &[("id", "list")], vec![item("one"), item("two"), item("three")]);
    let host = Element("x-host", &[], vec![Shadow(vec![Text("in the shadow")])]);
    let inside = Document(vec![Element("html", &[], vec![Text("inside")])]);
    let frame = Element("iframe", &[("src", "inside.html")], vec![inside]);
    let body = Element("body", &[], vec![list, host, frame]);
    vec![Doctype("html\n\n"), Element("html", &[], vec![Element("head", &[], vec![]), body])]
}

/// The tree that a list of rrweb events leads to, by the rules of the Replayer: a full snapshot starts anew; removes, then
/// adds; an addition of a node that is there moves it, if it is told as before.
#[derive(Default)]
struct Replayed {
    nodes: BTreeMap<u64, (Value, u64, Vec<u64>)>,
    top: u64,
}

impl Replayed {
    fn of(events: &[Value]) -> Self {
        let mut replayed = Self::default();
        for event in events {
            replayed.apply(event);
        }
        replayed
    }

    fn apply(&mut self, event: &Value) {
        let data = &event["data"];
        if event["type"] == 2 {
            *self = Self::default();
            self.top = data["node"]["id"].as_u64().unwrap();
            self.add(&data["node"], 0, None);
        }
        if event["type"] != 3 || data["source"] != 0 {
            return;
        }
        for remove in data["removes"].as_array().unwrap() {
            let id = remove["id"].as_u64().unwrap();
            assert!(self.nodes.contains_key(&id), "a removed node is there: {remove}");
            self.unlink(id);
            self.forget(id);
        }
        for add in data["adds"].as_array().unwrap() {
            self.add(&add["node"], add["parentId"].as_u64().unwrap(), add["nextId"].as_u64());
        }
        for text in data["texts"].as_array().unwrap() {
            self.nodes.get_mut(&text["id"].as_u64().unwrap()).unwrap().0["now"] = text["value"].clone();
        }
    }

    fn add(&mut self, node: &Value, parent: u64, next: Option<u64>) {
        let id = node["id"].as_u64().unwrap();
        let mut told = node.clone();
        told.as_object_mut().unwrap().remove("childNodes");
        let is_known = self.nodes.contains_key(&id);
        if is_known {
            let mut known = self.nodes[&id].0.clone();
            known.as_object_mut().unwrap().remove("now");
            assert_eq!(known["attributes"], told["attributes"], "a moved node is told as before");
            self.unlink(id);
            self.nodes.get_mut(&id).unwrap().1 = parent;
        } else {
            self.nodes.insert(id, (told, parent, Vec::new()));
        }
        if parent != 0 {
            let siblings = &mut self.nodes.get_mut(&parent).expect("the parent is there").2;
            let place = next.map_or(siblings.len(), |next| {
                siblings.iter().position(|one| *one == next).expect("the next is there")
            });
            siblings.insert(place, id);
        }
        if !is_known {
            for child in node["childNodes"].as_array().into_iter().flatten() {
                self.add(child, id, None);
            }
        }
    }

    fn unlink(&mut self, id: u64) {
        let parent = self.nodes[&id].1;
        if let Some((_, _, siblings)) = self.nodes.get_mut(&parent) {
            siblings.retain(|one| *one != id);
        }
    }

    fn forget(&mut self, id: u64) {
        for child in self.nodes.remove(&id).unwrap().2 {
            self.forget(child);
        }
    }

    /// What it looks like, without ids.
    fn outline(&self, id: u64) -> String {
        let (node, _, children) = &self.nodes[&id];
        // A document of an iframe that was replaced hangs beside its successor here.
        let inside = |shadow: bool| -> String {
            let of = |child: &&u64| (self.nodes[child].0["isShadow"] == true) == shadow;
            children.iter().filter(of).map(|child| self.outline(*child)).collect()
        };
        let shadow = if node["isShadowHost"] == true { format!("#shadow({})", inside(true)) } else { String::new() };
        match node["type"].as_u64().unwrap() {
            0 => format!("#document({})", inside(false)),
            1 => "!".to_owned(),
            2 => format!("{}({shadow}{})", node["tagName"].as_str().unwrap(), inside(false)),
            3 => format!("'{}'", node["now"].as_str().or(node["textContent"].as_str()).unwrap()),
            _ => "c".to_owned(),
        }
    }
}

/// The same of the replay model.
fn outline(page: &Page, at_ms: u32) -> String {
    outline::outline(page, at_ms, false)
}

#[track_caller]
fn check(writer: Writer, at_ms: u32) {
    let page = writer.page(1, 0);
    let recording = recording(vec![page]);
    let until = STARTED_AT_MS + u64::from(at_ms);
    let events = export(&recording);
    let until: Vec<Value> = events.into_iter().filter(|event| event["timestamp"].as_u64().unwrap() <= until).collect();
    let replayed = Replayed::of(&until);
    assert_eq!(replayed.outline(replayed.top), outline(&recording.pages[0], at_ms));
    check_import(&recording, at_ms);
}

/// What was exported comes in again as the same page.
#[track_caller]
fn check_import(recording: &Recording, at_ms: u32) {
    let policy = Policy { numbers: true, emails: true, form_inputs: true, properties: true, allow_unmask: false };
    let again = import::read(&rrweb(recording), &Rules::new(policy, 1), &Marker::default()).unwrap();
    let (page, was) = (&again.recording.pages[0], &recording.pages[0]);
    assert_eq!((again.skipped, again.recording.started_at_ms), (0, recording.started_at_ms));
    let now = outline::outline(page, at_ms + was.offset_ms - page.offset_ms, true);
    assert_eq!(now, outline::outline(was, at_ms, true));
}

fn opened() -> Writer {
    let mut writer = Writer::new();
    writer.hello("https://shop.example/");
    writer.checkpoint(10, shop());
    writer
}

#[test]
fn a_snapshot_is_the_page() {
    check(opened(), 10);
}

#[test]
fn changes_lead_to_the_same_tree() {
    let mut writer = opened();
    // Reversed, one item in front, one gone.
    let new = Element("li", &[], vec![Text("new")]);
    writer.batch(
        20,
        vec![(6, vec![Op::New(vec![new]), Op::Keep(2, 1), Op::Keep(0, 1)])],
        &[],
        &[(12, "three, changed")],
    );
    // The list moves into a new section, which takes the host's place; the host goes to the end.
    let section = Element("section", &[], vec![Text("before"), Moved(6), Text("after")]);
    writer.batch(30, vec![(5, vec![Op::New(vec![section]), Op::Keep(2, 1), Op::Keep(1, 1)])], &[], &[]);
    writer.batch(40, vec![(14, vec![Op::Keep(0, 1), Op::New(vec![Element("b", &[], vec![])])])], &[], &[]);
    writer.batch(
        50,
        vec![(18, vec![Op::New(vec![Element("hr", &[], vec![])]), Op::Keep(0, 1)])],
        &[],
        &[(19, "changed inside")],
    );
    // An attribute of a node, then its move: it is told as it was at first.
    writer.batch(60, vec![], &[(7, "class", Some("x"))], &[]);
    writer.batch(70, vec![(6, vec![Op::Keep(0, 1)]), (5, vec![Op::Moves(vec![7]), Op::Keep(0, 3)])], &[], &[]);
    for at in [20, 30, 40, 50, 60, 70] {
        let copy = Writer { payload: writer.payload.clone(), ..Writer::new() };
        check(copy, at);
    }
}

#[test]
fn iframes_stay_where_they_are() {
    let mut writer = opened();
    // The iframe comes first: the others go behind it, since its document would be lost on the way.
    writer.batch(20, vec![(5, vec![Op::Keep(2, 1), Op::Keep(0, 2)])], &[], &[]);
    let page = writer.page(1, 0);
    let events = export(&recording(vec![page.clone()]));
    let iframe_adds = events.iter().flat_map(|event| event["data"]["adds"].as_array().cloned().unwrap_or_default());
    let moved: Vec<_> = iframe_adds.filter(|add| add["node"]["tagName"] == "iframe").collect();
    assert_eq!(moved, Vec::<Value>::new());
    let replayed = Replayed::of(&events);
    assert_eq!(replayed.outline(replayed.top), outline(&page, 20));
}

#[test]
fn pages_come_in_their_order_with_ids_of_their_own() {
    let mut second = Writer::new();
    second.hello("https://shop.example/second");
    second.checkpoint(5, shop());
    let mut first = opened();
    first.checkpoint(400, shop());
    let recording = recording(vec![first.page(1, 0), second.page(2, 1000)]);
    let events = export(&recording);

    let times: Vec<u64> = events.iter().map(|event| event["timestamp"].as_u64().unwrap()).collect();
    assert!(times.is_sorted());
    let metas: Vec<(u64, &str)> = events
        .iter()
        .filter(|event| event["type"] == 4)
        .map(|event| (event["timestamp"].as_u64().unwrap() - STARTED_AT_MS, event["data"]["href"].as_str().unwrap()))
        .collect();
    let (one, two) = ("https://shop.example/", "https://shop.example/second");
    assert_eq!(metas, [(10, one), (400, one), (1005, two)]);
    let mut ids: Vec<HashSet<u64>> = Vec::new();
    for (number, _) in events.iter().enumerate().filter(|(_, event)| event["type"] == 2) {
        assert_eq!(events[number - 1]["type"], 4, "a Meta before each FullSnapshot");
        ids.push(Replayed::of(&events[number..=number]).nodes.into_keys().collect());
    }
    let guards = 1 << 48;
    assert_eq!(ids.len(), 3);
    assert!(ids[0].intersection(&ids[2]).all(|id| *id >= guards), "two pages share no id");
}

#[test]
fn nothing_in_it_loads_or_runs() {
    let mut writer = Writer::new();
    writer.hello("https://shop.example/");
    let head = vec![
        Element("link", &[("rel", "stylesheet"), ("href", "https://cdn.example/a.css")], vec![]),
        Element("link", &[("rel", "preload"), ("href", "b.css")], vec![]),
        Element("meta", &[("http-equiv", "refresh"), ("content", "0;url=https://evil.example")], vec![]),
        Element("script", &[("src", "https://evil.example/x.js")], vec![Text("evil()")]),
        Element("style", &[], vec![Text("a{background:url(https://cdn.example/c.png)}")]),
    ];
    let body = vec![
        Element(
            "img",
            &[("src", "https://cdn.example/d.png"), ("srcset", "//cdn.example/e.png 2x"), ("onerror", "evil()")],
            vec![],
        ),
        Element("img", &[("src", "relative.png")], vec![]),
        Element("a", &[("href", "javascript:evil()")], vec![]),
        Element("iframe", &[("srcdoc", "<p>"), ("src", "f.html")], vec![]),
        Element(
            "p",
            &[("style", "background:url(https://cdn.example/g.png)"), ("rr_dataURL", "https://cdn.example/h")],
            vec![],
        ),
    ];
    writer.checkpoint(10, vec![Element("html", &[], vec![Element("head", &[], head), Element("body", &[], body)])]);
    let sheet = writer.string("b{background:url('https://cdn.example/i.png')} @import url(https://cdn.example/j.css);");
    writer.put(tag::SHEET, &record::Sheet { at: 20, node: 4, sheet: 0, text: sheet });
    writer.batch(30, vec![], &[(12, "src", Some("https://cdn.example/k.png")), (12, "onload", Some("evil()"))], &[]);
    let events = export(&recording(vec![writer.page(1, 0)]));

    let mut told = Vec::new();
    for event in &events {
        attributes(&event["data"], "", &mut told);
    }
    assert!(
        told.iter()
            .any(|(tag, name, value)| tag == "link" && name == "_cssText" && value.contains("b{background:url(\"\")}"))
    );
    assert!(told.iter().any(|(_, name, value)| name == "src" && value == "relative.png"));
    for (tag, name, value) in told {
        let is_kept_aside = name.starts_with("rrweb-original-") || name == "rr_src";
        let loads = value.contains("example") && !is_kept_aside && !(tag == "link" && name == "href") && tag != "meta";
        assert!(!loads, "<{tag} {name}={value}>");
        assert!(!name.starts_with("on") && !value.contains("javascript:"), "<{tag} {name}={value}>");
        assert!(!matches!(name.as_str(), "srcdoc" | "rr_dataURL"), "<{tag} {name}={value}>");
        assert!(tag != "meta" || name != "http-equiv" || value == "content-security-policy", "<{tag} {name}={value}>");
    }
    let text = serde_json::to_string(&events).unwrap();
    assert!(!text.contains("evil()"));
    assert!(!text.contains("c.png"));
}

/// Every attribute in an event, with its element's tag where that is told.
fn attributes(value: &Value, tag: &str, told: &mut Vec<(String, String, String)>) {
    let tag = value["tagName"].as_str().unwrap_or(tag);
    for (name, value) in value["attributes"].as_object().into_iter().flatten() {
        told.push((tag.to_owned(), name.clone(), value.as_str().unwrap_or_default().to_owned()));
    }
    match value {
        Value::Array(all) => all.iter().for_each(|one| attributes(one, tag, told)),
        Value::Object(all) => all.values().for_each(|one| attributes(one, tag, told)),
        _ => {}
    }
}

#[test]
fn what_the_visitor_did_is_told() {
    let mut writer = opened();
    writer.put(tag::POINTER, &record::Pointer { at: 20, kind: 0, points: vec![(0, 10, 20), (50, 5, -5)] });
    writer.put(tag::CLICK, &record::Click { at: 90, node: 7, x: 15, y: 15, ..Default::default() });
    writer.put(tag::SCROLL, &record::Scroll { at: 100, node: 6, x: 0, y: 40 });
    writer.put(tag::VIEWPORT, &record::Viewport { at: 110, width: 600, height: 500 });
    writer.put(tag::GAP, &record::Gap { at: 120, reason: 0 });
    let events = export(&recording(vec![writer.page(1, 0)]));
    let at = |at: u64| -> Vec<&Value> {
        events.iter().filter(|event| event["timestamp"] == STARTED_AT_MS + at).map(|event| &event["data"]).collect()
    };
    let positions = json!([
        {"x": 10, "y": 20, "id": 1, "timeOffset": -50},
        {"x": 15, "y": 15, "id": 1, "timeOffset": 0},
    ]);
    assert_eq!(at(70), [&json!({"source": 1, "positions": positions})]);
    let kinds: Vec<_> = at(90).iter().map(|data| (data["type"].as_u64(), data["id"].as_u64())).collect();
    assert_eq!(kinds, [(Some(1), Some(7)), (Some(0), Some(7)), (Some(2), Some(7))]);
    assert_eq!(at(100), [&json!({"source": 3, "id": 6, "x": 0, "y": 40})]);
    assert_eq!(at(110), [&json!({"source": 4, "width": 600, "height": 500})]);
    assert_eq!(at(120)[0]["tag"], "gap");
    assert_eq!(events.last().unwrap()["data"]["tag"], "end");
}

/// Jumping in time, the Replayer forgets sheets that were told with a host that is gone by then.
#[test]
fn constructed_sheets_are_told_with_the_document() {
    let mut writer = opened();
    let text = writer.string("b { color: red; } i { color: green; }");
    writer.put(tag::SHEET, &record::Sheet { at: 20, node: 0, sheet: 3, text });
    writer.put(tag::ADOPTED, &record::Adopted { at: 20, node: 14, sheets: vec![3] });
    let rule = writer.string("u { color: blue; }");
    writer.put(tag::RULE, &record::Rule { at: 30, node: 0, sheet: 3, index: 1, text: Some(rule) });
    let events = export(&recording(vec![writer.page(1, 0)]));
    let adopted: Vec<&Value> = events.iter().map(|event| &event["data"]).filter(|data| data["source"] == 15).collect();
    let [made, used, made_again, used_again] = adopted[..] else { panic!("{adopted:?}") };
    for (made, used) in [(made, used), (made_again, used_again)] {
        assert_eq!((&made["id"], &used["id"]), (&json!(1), &json!(13)));
        assert_eq!((&made["styleIds"], &used["styles"]), (&json!([]), &Value::Null));
        assert_eq!(used["styleIds"][0], made["styles"][0]["styleId"]);
    }
    assert_ne!(used["styleIds"], used_again["styleIds"], "a changed sheet is another one");
    let rules: Vec<_> = made_again["styles"][0]["rules"].as_array().unwrap().iter().map(|rule| &rule["rule"]).collect();
    assert_eq!(rules, ["b { color: red; }", "u { color: blue; }", "i { color: green; }"]);
}

#[test]
fn a_recording_without_a_page_can_be_opened() {
    let events = export(&recording(Vec::new()));
    assert!(events.iter().any(|event| event["type"] == 4));
    let replayed = Replayed::of(&events);
    assert_eq!(replayed.outline(replayed.top), "#document(html())");
}

#[test]
fn a_deep_page_ends_no_one() {
    let mut writer = Writer::new();
    writer.hello("https://shop.example/");
    let mut deep = Text("at the bottom");
    for _ in 0..3000 {
        deep = Element("div", &[], vec![deep]);
    }
    writer.checkpoint(10, vec![Element("html", &[], vec![Element("body", &[], vec![deep])])]);
    let json = rrweb(&recording(vec![writer.page(1, 0)]));
    let text = String::from_utf8(json).unwrap();
    assert!(text.contains("at the bottom"));
    let nesting = text.bytes().scan(0i32, |depth, byte| {
        *depth += i32::from(byte == b'[') - i32::from(byte == b']');
        Some(*depth)
    });
    let nesting: Vec<i32> = nesting.collect();
    assert_eq!(nesting.last(), Some(&0));
    assert!(nesting.iter().max() < Some(&520), "the Replayer's own recursion stays bounded");
}
