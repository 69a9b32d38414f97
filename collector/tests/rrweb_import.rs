//! Recordings that rrweb made, taken in. In: events as rrweb writes them. Out: the tree of the replay model is the tree that
//! rrweb's Replayer would have; what is masked is masked; what is hostile is refused in a sentence or passed over.

#![allow(clippy::unwrap_used)]

#[path = "support/outline.rs"]
mod outline;

use collector::import::rrweb::{Marker, NoEvents, Read, Refused, read};
use outline::outline;
use serde_json::{Value, json};
use shared::mask::{Policy, Rules};
use shared::replay::{Cursor, What, overview};
use std::collections::{BTreeMap, BTreeSet};

const START: u64 = 1_700_000_000_000;
const CLEAR: Policy = Policy { numbers: true, emails: true, form_inputs: true, properties: true, allow_unmask: false };

fn take(events: &Value, policy: Policy) -> Result<Read, Refused> {
    read(events.to_string().as_bytes(), &Rules::new(policy, 7), &Marker::default())
}

#[track_caller]
fn taken(events: &Value) -> Read {
    take(events, CLEAR).unwrap()
}

fn element(id: i64, tag: &str, attributes: Value, children: Vec<Value>) -> Value {
    json!({"type": 2, "id": id, "tagName": tag, "attributes": attributes, "childNodes": children})
}

fn text(id: i64, text: &str) -> Value {
    json!({"type": 3, "id": id, "textContent": text})
}

/// A page with that body: Meta and FullSnapshot, at a time after the start.
fn page(at: u64, href: &str, body: Vec<Value>) -> Vec<Value> {
    let html =
        element(3, "html", json!({}), vec![element(4, "head", json!({}), vec![]), element(5, "body", json!({}), body)]);
    let doctype = json!({"type": 1, "id": 2, "name": "html", "publicId": "", "systemId": ""});
    let node = json!({"type": 0, "id": 1, "childNodes": [doctype, html]});
    vec![
        json!({"type": 4, "timestamp": START + at, "data": {"href": href, "width": 1200, "height": 800}}),
        json!({"type": 2, "timestamp": START + at, "data": {"node": node, "initialOffset": {"left": 0, "top": 40}}}),
    ]
}

fn change(at: u64, mut data: Value) -> Value {
    data["source"] = json!(data["source"].as_u64().unwrap_or(0));
    json!({"type": 3, "timestamp": START + at, "data": data})
}

/// The page, and after it each of the changes 10 ms after the one before; what its body is then.
#[track_caller]
fn body_after(body: Vec<Value>, changes: Vec<Value>) -> String {
    let mut events = page(0, "https://shop.example/", body);
    let count = changes.len() as u64;
    events.extend(changes.into_iter().enumerate().map(|(number, data)| change(10 + 10 * number as u64, data)));
    let read = taken(&json!(events));
    assert_eq!(read.skipped, 0);
    inside_body(&outline(&read.recording.pages[0], 10 * count as u32, true))
}

fn inside_body(outline: &str) -> String {
    let outline = outline.split_once("body[](").unwrap().1;
    outline.strip_suffix(")))").unwrap().to_owned()
}

fn happened(read: &Read) -> Vec<What> {
    Cursor::new(&read.recording.pages[0]).rest().into_iter().map(|event| event.what).collect()
}

fn add(parent: i64, next: Option<i64>, node: Value) -> Value {
    json!({"parentId": parent, "nextId": next, "node": node})
}

#[test]
fn nodes_come_go_and_move() {
    let list = vec![element(
        6,
        "ul",
        json!({}),
        vec![element(7, "li", json!({"class": "a"}), vec![text(8, "one")]), element(9, "li", json!({}), vec![])],
    )];
    let adds = json!({"adds": [add(6, Some(7), element(10, "li", json!({}), vec![])), add(10, None, text(11, "new"))]});
    assert_eq!(body_after(list.clone(), vec![adds]), "ul[](li[]('new')li[class=\"a\"]('one')li[]())");
    // As rrweb tells a move: taken out and put in again, with everything in it.
    let moves = json!({
        "removes": [{"parentId": 6, "id": 7}],
        "adds": [add(6, None, element(7, "li", json!({"class": "b"}), vec![])), add(7, None, text(8, "one"))],
    });
    assert_eq!(body_after(list.clone(), vec![moves]), "ul[](li[]()li[class=\"b\"]('one'))");
    // As our export tells it: put in again as it was told at first, though it has changed since.
    let changed = json!({"attributes": [{"id": 7, "attributes": {"class": null, "title": "x"}}], "texts": [{"id": 8, "value": "two"}]});
    let moved = json!({"adds": [add(5, None, element(7, "li", json!({"class": "a"}), vec![]))]});
    assert_eq!(body_after(list.clone(), vec![changed, moved]), "ul[](li[]())li[title=\"x\"]('two')");
    // What waits for its neighbour comes when that is there; what waits for ever does not.
    let waits = json!({"adds": [
        add(6, Some(13), element(12, "b", json!({}), vec![])),
        add(6, None, element(13, "i", json!({}), vec![])),
        add(6, Some(99), element(14, "u", json!({}), vec![])),
        add(98, None, element(15, "u", json!({}), vec![])),
    ]});
    assert_eq!(body_after(list, vec![waits]), "ul[](li[class=\"a\"]('one')li[]()b[]()i[]())");
}

#[test]
fn old_recordings_name_the_node_before() {
    let adds =
        json!({"adds": [{"parentId": 5, "previousId": 6, "nextId": null, "node": element(8, "i", json!({}), vec![])}]});
    let body = vec![element(6, "p", json!({}), vec![]), element(7, "p", json!({}), vec![])];
    assert_eq!(body_after(body, vec![adds]), "p[]()i[]()p[]()");
}

#[test]
fn nothing_runs_and_no_script_or_comment_is_read() {
    let body = vec![
        element(6, "script", json!({"src": "x.js", "type": "module"}), vec![text(7, "canary()")]),
        element(8, "noscript", json!({}), vec![element(9, "p", json!({}), vec![])]),
        json!({"type": 5, "id": 10, "textContent": "canary"}),
        element(11, "a", json!({"href": "javascript:canary()", "onclick": "canary()"}), vec![]),
        element(12, "canvas", json!({"rr_dataURL": "data:image/png;base64,canary"}), vec![]),
    ];
    let read = taken(&json!(page(0, "https://shop.example/", body)));
    let outline = outline(&read.recording.pages[0], 0, true);
    assert!(!outline.contains("canary") && outline.contains("onclick=\"\""), "{outline}");
    assert!(outline.contains("](c") || outline.contains(")c"), "{outline}");
}

#[test]
fn shadow_roots_frames_and_sheets_are_there() {
    let mut inner = element(7, "b", json!({}), vec![]);
    inner["isShadow"] = json!(true);
    let mut host = element(6, "x-host", json!({}), vec![inner, element(8, "i", json!({}), vec![])]);
    host["isShadowHost"] = json!(true);
    let body = vec![
        host,
        element(9, "iframe", json!({"rr_src": "in.html"}), vec![]),
        element(10, "link", json!({"_cssText": "a { color: red; }"}), vec![]),
        element(20, "style", json!({"_cssText": "a { } /* rr_split */b { }"}), vec![text(21, ""), text(22, "")]),
    ];
    let document = |id: i64| json!({"type": 0, "id": id, "childNodes": [element(id + 1, "html", json!({}), vec![element(id + 2, "body", json!({}), vec![])])]});
    let events = vec![
        json!({"isAttachIframe": true, "adds": [add(9, None, document(11))]}),
        json!({"adds": [add(13, None, element(14, "p", json!({}), vec![]))]}),
        json!({"source": 15, "id": 6, "styleIds": [3], "styles": [{"styleId": 3, "rules": [{"rule": "b { top: 0; }", "index": 0}]}]}),
        json!({"source": 8, "id": 20, "adds": [{"rule": "i { }", "index": 1}, {"rule": "u { }", "index": [0, 1]}], "removes": [{"index": 0}]}),
    ];
    let before = "x-host[](#shadow(b[]())i[]())iframe[src=\"in.html\"](#document(html[](body[](p[]()))))link[rel=\"stylesheet\"]()style[]('a { } ''b { }')";
    assert_eq!(body_after(body.clone(), events.clone()), before);
    // Another document in the frame, under the same numbers.
    let again = [events.clone(), vec![json!({"isAttachIframe": true, "adds": [add(9, None, document(11))]})]].concat();
    assert_eq!(body_after(body.clone(), again), before.replace("p[]()", ""));
    let mut all = page(0, "https://shop.example/", body);
    all.extend(events.into_iter().map(|data| change(10, data)));
    let said = happened(&taken(&json!(all)));
    let rules: Vec<_> = said
        .iter()
        .filter(|what| matches!(what, What::Sheet { .. } | What::Rule { .. } | What::Adopted { .. }))
        .collect();
    assert!(matches!(rules[0], What::Sheet { sheet: 0, text, .. } if text == "a { color: red; }"), "{rules:?}");
    assert!(matches!(rules[1], What::Sheet { node: 0, sheet: 1, text } if text == "b { top: 0; }"), "{rules:?}");
    assert!(matches!(rules[2], What::Adopted { sheets, .. } if *sheets == [1]), "{rules:?}");
    assert!(matches!(rules[3], What::Rule { index: 1, text: Some(text), .. } if text == "i { }"), "{rules:?}");
    assert!(matches!(rules[4], What::Rule { index: 0, text: None, .. }), "{rules:?}");
    assert_eq!(rules.len(), 5);
}

#[test]
fn what_the_visitor_did_is_told() {
    let options = vec![
        element(8, "option", json!({"value": "a"}), vec![]),
        element(9, "option", json!({"selected": true}), vec![text(10, " b \n c ")]),
    ];
    let body = vec![
        element(6, "input", json!({"type": "checkbox", "checked": true}), vec![]),
        element(7, "select", json!({"value": "b c"}), options),
        element(11, "textarea", json!({"value": "said"}), vec![]),
        element(12, "div", json!({"rr_scrollTop": 30, "style": "margin: 1px; color: red"}), vec![]),
        element(13, "video", json!({"rr_mediaState": "played", "rr_mediaCurrentTime": 1.5}), vec![]),
        element(14, "dialog", json!({"open": "", "rr_open_mode": "modal"}), vec![]),
    ];
    let mut events = page(0, "https://shop.example/", body);
    let more = [
        json!({"source": 1, "positions": [{"x": 1, "y": 2, "id": 6, "timeOffset": -40}, {"x": 4.4, "y": 2, "id": 6, "timeOffset": 0}]}),
        json!({"source": 2, "type": 2, "id": 6, "x": 4, "y": 2}),
        json!({"source": 5, "id": 7, "text": "a", "isChecked": false}),
        json!({"source": 5, "id": 6, "text": "on", "isChecked": false, "userTriggered": false}),
        json!({"source": 3, "id": 1, "x": 0, "y": 500}),
        json!({"source": 4, "width": 900, "height": 700}),
        json!({"source": 7, "type": 1, "id": 13, "currentTime": 2}),
        json!({"source": 2, "type": 5, "id": 11}),
        json!({"source": 0, "attributes": [{"id": 12, "attributes": {"style": {"color": ["blue", "important"], "margin-top": false}}}]}),
    ];
    events.extend(more.into_iter().map(|data| change(100, data)));
    events.push(json!({"type": 5, "timestamp": START + 120, "data": {"tag": "bought", "payload": {"sum": 12, "deep": {"x": 1}}}}));
    events.push(json!({"type": 5, "timestamp": START + 130, "data": {"tag": "$url_changed", "payload": {"href": "https://shop.example/next"}}}));
    events.push(json!({"type": 5, "timestamp": START + 140, "data": {"tag": "key", "payload": {"name": "Ctrl+C"}}}));
    events.push(json!({"type": 6, "timestamp": START + 150, "data": {"plugin": "rrweb/console@1", "payload": {}}}));
    let read = taken(&json!(events));
    assert_eq!(read.skipped, 0);
    let said = happened(&read);
    let has = |what: &dyn Fn(&What) -> bool| assert!(said.iter().any(what), "{said:#?}");
    has(&|what| matches!(what, What::Input { checked: Some(true), value: None, .. }));
    has(&|what| matches!(what, What::Input { selected: Some(places), by_visitor: false, .. } if *places == [1]));
    has(&|what| matches!(what, What::Input { selected: Some(places), by_visitor: true, .. } if *places == [0]));
    has(&|what| matches!(what, What::Input { checked: Some(false), by_visitor: false, .. }));
    has(&|what| matches!(what, What::Input { value: Some(text), .. } if text == "said"));
    has(&|what| matches!(what, What::Pointer { points, .. } if *points == [(0, 1, 2), (40, 3, 0)]));
    has(&|what| matches!(what, What::Click { kind: 0, x: 4, y: 2, .. }));
    has(&|what| matches!(what, What::Scroll { node: 1, y: 40, .. }));
    has(&|what| matches!(what, What::Scroll { node: 1, y: 500, .. }));
    has(&|what| matches!(what, What::Scroll { node: 2.., y: 30, .. }));
    has(&|what| matches!(what, What::Viewport { width: 900, height: 700 }));
    has(&|what| matches!(what, What::Media { paused: false, time_ms: 1500, .. }));
    has(&|what| matches!(what, What::Media { paused: true, time_ms: 2000, .. }));
    has(&|what| matches!(what, What::State { state: 0, value: 1, .. }));
    has(&|what| matches!(what, What::Focus { node: 2.. }));
    has(
        &|what| matches!(what, What::Attribute { value: Some(style), .. } if style == "margin-right: 1px; margin-bottom: 1px; margin-left: 1px; color: blue !important;"),
    );
    has(
        &|what| matches!(what, What::Custom { name, props } if name == "bought" && *props == [("sum".to_owned(), "12".to_owned())]),
    );
    has(&|what| matches!(what, What::Navigate { url, .. } if url == "https://shop.example/next"));
    has(&|what| matches!(what, What::Key { name } if name == "Ctrl+C"));
    assert_eq!(overview(&read.recording).duration_ms, 140);
}

#[test]
fn pages_begin_with_another_address_or_a_load() {
    let body = || vec![element(6, "p", json!({}), vec![])];
    let loaded = |at: u64| {
        vec![
            json!({"type": 0, "timestamp": START + at, "data": {}}),
            json!({"type": 1, "timestamp": START + at, "data": {}}),
        ]
    };
    let events = [
        loaded(0),
        page(0, "https://shop.example/", body()),
        page(1000, "https://shop.example/", body()),
        loaded(2000),
        page(2000, "https://shop.example/", body()),
        page(3000, "https://shop.example/other", body()),
    ]
    .concat();
    let read = taken(&json!(events));
    let pages: Vec<(u32, usize)> = read
        .recording
        .pages
        .iter()
        .map(|page| {
            (page.offset_ms, Cursor::new(page).rest().iter().filter(|event| event.what == What::Checkpoint {}).count())
        })
        .collect();
    assert_eq!(pages, [(0, 2), (2000, 1), (3000, 1)]);
    assert_eq!(read.recording.started_at_ms, START);
    let urls: Vec<String> = overview(&read.recording).pages.into_iter().map(|page| page.url).collect();
    assert_eq!(urls, ["https://shop.example/", "https://shop.example/", "https://shop.example/other"]);
}

#[test]
fn every_wrapping_is_the_same_recording() {
    let events = page(0, "https://shop.example/", vec![element(6, "p", json!({}), vec![text(7, "here")])]);
    let lines: String = events.iter().map(|event| format!("{event}\n")).collect();
    let posthog_lines: String = events.iter().map(|event| format!("{}\n", json!(["window-1", event]))).collect();
    let files = [
        json!(events).to_string(),
        format!("\u{feff}\n{}", json!({"events": events, "name": "x"})),
        lines,
        posthog_lines,
        json!({"window_id": "w", "data": events}).to_string(),
        json!({"version": "2023-04-28", "data": {"id": "x", "snapshots": events}}).to_string(),
        format!("{{\"segment_id\":0}}\n{}", json!([[events[0]], [events[1]]])),
        json!([events[1], events[0]]).to_string(),
    ];
    for file in files {
        let read = read(file.as_bytes(), &Rules::new(CLEAR, 7), &Marker::default())
            .unwrap_or_else(|refused| panic!("{file}: {refused}"));
        assert_eq!(read.recording.pages.len(), 1, "{file}");
        assert_eq!(inside_body(&outline(&read.recording.pages[0], 0, true)), "p[]('here')", "{file}");
    }
    // Two windows with the same numbers are two pages.
    let other = page(5, "https://shop.example/", vec![element(6, "b", json!({}), vec![])]);
    let mixed: String = [("a", &events[0]), ("b", &other[0]), ("a", &events[1]), ("b", &other[1])]
        .iter()
        .map(|(window, event)| format!("{}\n", json!([window, event])))
        .collect();
    let named = |window: &str, event: &Value| {
        let mut event = event.clone();
        event["windowId"] = json!(window);
        event
    };
    let objects = json!([named("a", &events[0]), named("b", &other[0]), named("a", &events[1]), named("b", &other[1])]);
    for mixed in [mixed, objects.to_string()] {
        let read = read(mixed.as_bytes(), &Rules::new(CLEAR, 7), &Marker::default()).unwrap();
        let bodies: Vec<String> =
            read.recording.pages.iter().map(|page| inside_body(&outline(page, 9, true))).collect();
        assert_eq!(bodies, ["p[]('here')", "b[]()"], "{mixed}");
    }
}

#[test]
fn every_text_is_masked_by_its_place() {
    let body = vec![
        element(
            6,
            "p",
            json!({"title": "canary-title", "data-x": "canary-data"}),
            vec![text(7, "jane.can"), element(8, "b", json!({}), vec![]), text(9, "call 5551234567 now")],
        ),
        element(10, "input", json!({"type": "password", "value": "canary-secret"}), vec![]),
        element(11, "input", json!({"type": "text", "value": "canary-field"}), vec![]),
        element(12, "textarea", json!({"value": "canary-area"}), vec![]),
        element(13, "div", json!({"class": "rr-mask"}), vec![text(14, "canary-masked")]),
        element(15, "div", json!({"data-revisit": "block", "class": "keep"}), vec![text(16, "canary-blocked")]),
        element(17, "input", json!({"type": "text", "data-rr-is-password": "true", "value": "canary-shown"}), vec![]),
        element(18, "div", json!({"contenteditable": ""}), vec![text(19, "canary-edited")]),
        element(20, "style", json!({"_cssText": "a::after { content: \"jane@canary.example\"; }"}), vec![]),
        element(21, "p", json!({}), vec![text(22, "hello")]),
    ];
    let mut events = page(0, "https://shop.example/u/jane@canary.example?token=canary-token", body);
    let more = [
        json!({"texts": [{"id": 7, "value": "jane@canary.example"}, {"id": 14, "value": "canary-masked-too"}, {"id": 16, "value": "canary-blocked-too"}]}),
        json!({"adds": [add(15, None, text(30, "canary-blocked-three")), add(13, None, element(31, "i", json!({}), vec![])), add(31, None, text(32, "canary-below"))]}),
        json!({"adds": [add(21, None, text(33, "@canary.example"))], "texts": [{"id": 22, "value": "jane.doe"}]}),
        json!({"attributes": [{"id": 10, "attributes": {"type": "text"}}, {"id": 21, "attributes": {"data-revisit": "mask"}}]}),
        json!({"attributes": [{"id": 10, "attributes": {"value": "canary-secret-two"}}], "texts": [{"id": 22, "value": "canary-late"}]}),
        json!({"source": 5, "id": 10, "text": "canary-typed", "isChecked": false}),
        json!({"source": 5, "id": 11, "text": "canary-typed-too", "isChecked": false}),
        // Into a masked place and out of one.
        json!({"removes": [{"parentId": 6, "id": 9}], "adds": [add(13, None, text(9, "canary-moved-in"))]}),
    ];
    events.extend(more.into_iter().enumerate().map(|(number, data)| change(10 + number as u64, data)));
    let custom = |tag: &str, payload: Value| json!({"type": 5, "timestamp": START + 30, "data": {"tag": tag, "payload": payload}});
    events.push(custom("tagged", json!({"who": "canary-property", "mail": "jane@canary.example"})));
    events.push(custom(
        "navigate",
        json!({"href": "https://shop.example/?q=canary-query", "title": "for jane@canary.example"}),
    ));
    events.push(custom("error", json!({"message": "no jane@canary.example"})));
    for (policy, may) in [(Policy::default(), false), (CLEAR, true)] {
        let read = take(&json!(events), policy).unwrap();
        assert_eq!(read.skipped, 0);
        let said = format!("{:?}", happened(&read));
        let leaks = |word: &str| said.contains(word);
        for word in [
            "canary-secret",
            "canary-typed\"",
            "canary-shown",
            "canary-masked",
            "canary-blocked",
            "canary-below",
            "canary-late",
            "canary-moved-in",
            "canary-token",
        ] {
            assert!(!leaks(word), "{word} with {policy:?}: {said}");
        }
        for word in [
            "canary.example",
            "canary-title",
            "canary-data",
            "canary-field",
            "canary-area",
            "canary-typed-too",
            "canary-edited",
            "canary-property",
            "5551234567",
        ] {
            assert_eq!(leaks(word), may, "{word} with {policy:?}: {said}");
        }
    }
}

#[test]
fn selectors_of_the_site_hide() {
    let body = vec![
        element(6, "div", json!({"class": "card private"}), vec![text(7, "canary-one")]),
        element(
            8,
            "ul",
            json!({"id": "list"}),
            vec![element(9, "li", json!({}), vec![element(10, "b", json!({}), vec![text(11, "canary-two")])])],
        ),
        element(12, "p", json!({"data-kind": "x"}), vec![text(13, "stays")]),
    ];
    let events = json!(page(0, "https://shop.example/", body)).to_string();
    let list = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    let take = |block: &[&str], mask: &[&str]| {
        let marker = Marker::new(&list(block), &list(mask), &list(&[":hover"]))?;
        let read = read(events.as_bytes(), &Rules::new(CLEAR, 7), &marker)?;
        Ok::<_, Refused>(inside_body(&outline(&read.recording.pages[0], 0, false).replace("body(", "body[](")))
    };
    assert_eq!(
        take(&["div.private"], &["#list > li b, p[data-kind=\"y\"]"]).unwrap(),
        "div()ul(li(b('•••••')))p('stays')"
    );
    assert_eq!(take(&[], &["ul > b"]).unwrap(), "div('canary-one')ul(li(b('canary-two')))p('stays')");
    assert_eq!(take(&["a:has(b)"], &[]).unwrap_err(), Refused::Selector("a:has(b)".to_owned()));
}

#[test]
fn hostile_files_are_refused_in_a_sentence() {
    let refused = |file: &[u8]| read(file, &Rules::default(), &Marker::default()).unwrap_err();
    assert_eq!(refused(b""), Refused::NoEvents(NoEvents::Foreign));
    assert_eq!(refused(b"{\"a\": [1, 2, {}]}"), Refused::NoEvents(NoEvents::Foreign));
    assert_eq!(refused(b"[\"x\xc3\x9c\"]"), Refused::NoEvents(NoEvents::Packed));
    assert_eq!(refused(b"[{\"type\": 2, \"timestamp\": null}]"), Refused::NoEvents(NoEvents::Unreadable));
    assert_eq!(refused(b"[{\"type\": 2, \"timestamp\": -5}]"), Refused::NoEvents(NoEvents::Unreadable));
    assert_eq!(refused(b"[{\"type\": 2, \"timestamp\": NaN}]"), Refused::NotJson { line: 1, column: 27 });
    assert_eq!(refused(b"[\n{\"type\": 2,"), Refused::NotJson { line: 2, column: 11 });
    assert_eq!(refused(b"abc\xff"), Refused::NotText { byte: 3 });
    assert_eq!(refused(b"[{\"type\": 0, \"timestamp\": 5}]"), Refused::NoSnapshot);
    assert_eq!(
        refused(b"[{\"type\":2,\"timestamp\":5,\"data\":\"\\u001f\"}]"),
        Refused::Snapshot { number: 1, is_packed: true }
    );
    assert_eq!(
        refused(b"[{\"type\":0,\"timestamp\":5},{\"type\":2,\"timestamp\":6,\"data\":{\"node\":7}}]"),
        Refused::Snapshot { number: 2, is_packed: false }
    );
    assert_eq!(
        refused(b"[{\"type\":0,\"timestamp\":5},{\"type\":0,\"timestamp\":1700000000000}]"),
        Refused::TooLong { first: 1, last: 2 }
    );
    // 100,000 levels, whether closed or not, in data and around events.
    let deep = format!(
        "[{{\"type\":2,\"timestamp\":1,\"data\":{{\"node\":{}{}}}}}]",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert_eq!(refused(deep.as_bytes()), Refused::TooDeep { number: 1 });
    assert_eq!(
        refused(format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)).as_bytes()),
        Refused::NoEvents(NoEvents::Foreign)
    );
    assert!(matches!(refused("[".repeat(100_000).as_bytes()), Refused::NotJson { .. }));
    assert!(matches!(refused("{\"a\":".repeat(100_000).as_bytes()), Refused::NotJson { .. }));
}

#[test]
fn as_deep_as_is_allowed_is_read_and_written() {
    let levels = 4000;
    let open: String = (0..levels)
        .map(|level| {
            format!("{{\"type\":2,\"id\":{},\"tagName\":\"i\",\"attributes\":{{}},\"childNodes\":[", level + 10)
        })
        .collect();
    let body = format!("{open}{}", "]}".repeat(levels));
    let events = json!(page(0, "https://shop.example/", vec![json!("HERE")])).to_string().replace("\"HERE\"", &body);
    let read = read(events.as_bytes(), &Rules::default(), &Marker::default()).unwrap();
    let nodes = Cursor::new(&read.recording.pages[0]).seek(0).nodes.len();
    assert_eq!(nodes, levels + 5);
    // Deeper by changes, one below the other, last one first.
    let adds: Vec<Value> = (0..100_000i64)
        .rev()
        .map(|level| add(if level == 0 { 5 } else { level + 9 }, None, element(level + 10, "i", json!({}), vec![])))
        .collect();
    let events = [page(0, "https://shop.example/", vec![]), vec![change(10, json!({"adds": adds}))]].concat();
    let read = taken(&json!(events));
    assert_eq!(Cursor::new(&read.recording.pages[0]).seek(10).nodes.len(), 100_005);
}

#[test]
fn what_cannot_be_is_passed_over() {
    let body = || {
        vec![
            element(6, "ul", json!({}), vec![element(7, "li", json!({}), vec![])]),
            element(8, "p", json!({}), vec![text(9, "x")]),
        ]
    };
    let same = "ul[](li[]())p[]('x')";
    for strange in [
        // Below itself, unknown, the document, nothing at all.
        json!({"adds": [add(7, None, element(6, "ul", json!({}), vec![]))]}),
        json!({"adds": [add(7, None, json!({"type": 0, "id": 1, "childNodes": []}))]}),
        json!({"adds": [add(9, None, text(20, "in a text")), add(1, None, text(21, "in the document")), add(6, None, json!({"type": 9, "id": 22}))]}),
        json!({"removes": [{"parentId": 6, "id": 99}, {"parentId": 98, "id": 7}, {"parentId": null, "id": 1}, {"parentId": 1, "id": 1}]}),
        json!({"texts": [{"id": 6, "value": "x"}, {"id": 99, "value": "x"}], "attributes": [{"id": 9, "attributes": {"a": "b"}}, {"id": 99, "attributes": {}}]}),
        json!({"source": 8, "id": 99, "adds": [{"rule": "a{}"}]}),
        json!({"source": 15, "id": 9, "styleIds": [4]}),
        json!({"source": 5, "id": 8, "text": "x", "isChecked": true}),
        json!({"source": 3, "id": 1e300, "x": 1e300, "y": null}),
        json!({"source": 1, "positions": [{"x": 1e300, "y": -1e300, "timeOffset": 1e300}, {"timeOffset": -1e300}]}),
        json!({"source": 14, "ranges": [{"start": 6, "startOffset": -4, "end": 99, "endOffset": 1e99}]}),
        json!({"source": 2, "type": 77, "id": -1}),
        json!({"source": 200}),
        json!({}),
    ] {
        assert_eq!(body_after(body(), vec![strange.clone()]), same, "{strange}");
    }
    // The same number twice: the later one is meant.
    let twice = vec![element(6, "b", json!({}), vec![]), element(6, "i", json!({}), vec![])];
    let named = json!({"attributes": [{"id": 6, "attributes": {"title": "x"}}]});
    assert_eq!(body_after(twice, vec![named]), "b[]()i[title=\"x\"]()");
    // What is no event of rrweb's is counted.
    let mut events = page(0, "https://shop.example/", body());
    events.extend([
        json!({"type": 3, "timestamp": START, "data": 5}),
        json!({"type": 3, "timestamp": "x", "data": {}}),
        json!({"type": 3, "timestamp": START, "data": {"source": 0, "adds": [{}]}}),
    ]);
    assert_eq!(taken(&json!(events)).skipped, 3);
}

#[test]
fn a_file_may_not_ask_for_more_work_than_it_is_long() {
    // A long list, and its first child moved to the end again and again.
    let items: Vec<Value> = (0..300_000).map(|number| json!({"type": 5, "id": number + 10})).collect();
    let one: Vec<Value> = (0..40).map(|_| add(5, None, json!({"type": 5, "id": 10}))).collect();
    let mut events = page(0, "https://shop.example/", items);
    events.extend((0..100).map(|number| change(number, json!({"adds": one}))));
    assert!(matches!(take(&json!(events), CLEAR).unwrap_err(), Refused::TooMuch { number: 3.. }));
}

// Random pages.

struct Random(u64);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % count.max(1)
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for place in (1..list.len()).rev() {
            list.swap(place, self.below(place + 1));
        }
    }
}

/// A node of a live page: a text, or an element with what is in it and in its shadow root.
#[derive(Clone, PartialEq)]
struct Live {
    parent: i64,
    in_shadow: bool,
    text: Option<String>,
    title: Option<String>,
    light: Vec<i64>,
    shadow: Vec<i64>,
}

/// A live page, changed at random and told as rrweb tells it.
#[derive(Clone)]
struct Page {
    nodes: BTreeMap<i64, Live>,
    next: i64,
}

const BODY: i64 = 5;

impl Page {
    fn list(&mut self, parent: i64, in_shadow: bool) -> &mut Vec<i64> {
        let parent = self.nodes.get_mut(&parent).unwrap();
        if in_shadow { &mut parent.shadow } else { &mut parent.light }
    }

    fn is_below(&self, id: i64, root: i64) -> bool {
        id == root || id != BODY && self.is_below(self.nodes[&id].parent, root)
    }

    fn put(&mut self, id: i64, random: &mut Random) {
        let parents: Vec<i64> = self
            .nodes
            .iter()
            .filter(|(key, node)| node.text.is_none() && !self.is_below(**key, id))
            .map(|(key, _)| *key)
            .collect();
        let parent = parents[random.below(parents.len())];
        // Odd numbers are hosts.
        let in_shadow = parent != BODY && parent % 2 == 1 && random.below(2) == 0;
        let node = self.nodes.get_mut(&id).unwrap();
        (node.parent, node.in_shadow) = (parent, in_shadow);
        let list = self.list(parent, in_shadow);
        let place = random.below(list.len() + 1);
        list.insert(place, id);
    }

    fn take(&mut self, id: i64) {
        let Live { parent, in_shadow, .. } = self.nodes[&id];
        self.list(parent, in_shadow).retain(|child| *child != id);
    }

    fn forget(&mut self, id: i64) {
        let node = self.nodes.remove(&id).unwrap();
        node.light.iter().chain(&node.shadow).for_each(|child| self.forget(*child));
    }

    /// Changes something. `moved` gets the nodes that were taken out and put in.
    fn change(&mut self, random: &mut Random, moved: &mut BTreeSet<i64>) {
        let ids: Vec<i64> = self.nodes.keys().copied().filter(|id| *id != BODY).collect();
        let one = ids.get(random.below(ids.len())).copied();
        match (random.below(6), one) {
            (0, Some(id)) => {
                self.take(id);
                self.forget(id);
            }
            (1 | 2, Some(id)) => {
                self.take(id);
                self.put(id, random);
                moved.insert(id);
            }
            (3, Some(id)) => {
                let word = ["", "a", "bc", "d e"][random.below(4)].to_owned();
                let node = self.nodes.get_mut(&id).unwrap();
                match &mut node.text {
                    Some(text) => *text = word,
                    None => node.title = (word != "a").then_some(word),
                }
            }
            _ => {
                let text = (random.below(3) == 0).then(|| "new".to_owned());
                let id = self.next;
                self.next += 1;
                self.nodes.insert(
                    id,
                    Live { parent: 0, in_shadow: false, text, title: None, light: Vec::new(), shadow: Vec::new() },
                );
                self.put(id, random);
            }
        }
    }

    fn node(&self, id: i64, deep: bool) -> Value {
        let live = &self.nodes[&id];
        let mut node = match &live.text {
            Some(text) => self::text(id, text),
            None => {
                let children = live
                    .shadow
                    .iter()
                    .chain(&live.light)
                    .filter(|_| deep)
                    .map(|child| self.node(*child, true))
                    .collect();
                let attributes = live.title.as_ref().map_or(json!({}), |title| json!({"title": title}));
                element(id, if id == BODY { "body" } else { "div" }, attributes, children)
            }
        };
        if live.text.is_none() && id % 2 == 1 && id != BODY {
            node["isShadowHost"] = json!(true);
        }
        if live.in_shadow {
            node["isShadow"] = json!(true);
        }
        node
    }

    /// What rrweb tells of a change.
    fn mutation(&self, before: &Page, moved: &BTreeSet<i64>, random: &mut Random) -> Value {
        let left = |id: i64| !self.nodes.contains_key(&id) || moved.contains(&id);
        let above = |id: i64| {
            let mut at = id;
            std::iter::from_fn(move || {
                at = if at == BODY { 0 } else { before.nodes[&at].parent };
                (at != 0).then_some(at)
            })
        };
        let removes: Vec<Value> = before
            .nodes
            .iter()
            .filter(|(id, _)| **id != BODY && left(**id) && !above(**id).any(|above| above != BODY && left(above)))
            .map(|(id, node)| json!({"parentId": node.parent, "id": id, "isShadow": node.in_shadow}))
            .collect();
        let is_unknown = |id: i64| {
            id != BODY
                && (!before.nodes.contains_key(&id) || left(id) || above(id).any(|above| above != BODY && left(above)))
        };
        let mut adds: Vec<Value> = self
            .nodes
            .iter()
            .filter(|(id, _)| is_unknown(**id))
            .map(|(id, node)| {
                let above = &self.nodes[&node.parent];
                let list = if node.in_shadow { &above.shadow } else { &above.light };
                let place = list.iter().position(|child| child == id).unwrap();
                add(node.parent, list.get(place + 1).copied(), self.node(*id, false))
            })
            .collect();
        random.shuffle(&mut adds);
        let kept = || {
            self.nodes
                .iter()
                .filter(|(id, _)| !is_unknown(**id))
                .filter_map(|(id, node)| Some((id, node, before.nodes.get(id)?)))
        };
        let texts: Vec<Value> = kept()
            .filter(|(_, now, was)| now.text != was.text)
            .map(|(id, now, _)| json!({"id": id, "value": now.text}))
            .collect();
        let attributes: Vec<Value> = kept()
            .filter(|(_, now, was)| now.title != was.title)
            .map(|(id, now, _)| json!({"id": id, "attributes": {"title": now.title}}))
            .collect();
        json!({"removes": removes, "adds": adds, "texts": texts, "attributes": attributes})
    }

    fn outline(&self, id: i64) -> String {
        let node = &self.nodes[&id];
        let of = |list: &[i64]| list.iter().map(|child| self.outline(*child)).collect::<String>();
        match (&node.text, &node.title) {
            (Some(text), _) => format!("'{text}'"),
            (None, title) => {
                let title = title.as_ref().map(|title| format!("title={title:?}")).unwrap_or_default();
                let tag = if id == BODY { "body" } else { "div" };
                let shadow =
                    if id % 2 == 1 && id != BODY { format!("#shadow({})", of(&node.shadow)) } else { String::new() };
                format!("{tag}[{title}]({shadow}{})", of(&node.light))
            }
        }
    }
}

fn seeds() -> u64 {
    std::env::var("REVISIT_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60)
}

/// Events of a random page, and the outline of its body after each.
fn random_events(seed: u64) -> (Vec<Value>, Vec<String>) {
    let mut random = Random(seed);
    let body = Live { parent: 0, in_shadow: false, text: None, title: None, light: Vec::new(), shadow: Vec::new() };
    let mut live = Page { nodes: BTreeMap::from([(BODY, body)]), next: 10 };
    for _ in 0..random.below(60) {
        live.change(&mut random, &mut BTreeSet::new());
    }
    let mut events = page(0, "https://shop.example/", vec![]);
    events[1]["data"]["node"]["childNodes"][1]["childNodes"][1] = live.node(BODY, true);
    let mut outlines = vec![live.outline(BODY)];
    for number in 1..20 {
        let before = live.clone();
        let mut moved = BTreeSet::new();
        for _ in 0..random.below(12) {
            live.change(&mut random, &mut moved);
        }
        // What was new and is moved is just new.
        moved.retain(|id| before.nodes.contains_key(id) && live.nodes.contains_key(id));
        events.push(change(number * 10, live.mutation(&before, &moved, &mut random)));
        outlines.push(live.outline(BODY));
    }
    (events, outlines)
}

#[test]
fn random_changes_come_in_as_the_same_tree_and_leave_as_it() {
    for seed in 0..seeds() {
        let (events, outlines) = random_events(seed);
        let read = taken(&json!(events));
        assert_eq!(read.skipped, 0);
        let again = collector::export::rrweb(&read.recording);
        let again = self::read(&again, &Rules::new(CLEAR, 7), &Marker::default()).unwrap();
        for (number, expected) in outlines.iter().enumerate() {
            let at = number as u32 * 10;
            let now = outline(&read.recording.pages[0], at, true);
            assert!(now.contains(&format!("{expected})")), "seed {seed}, event {number}:\n{expected}\n{now}");
            assert_eq!(
                outline(&again.recording.pages[0], at, true),
                now,
                "seed {seed}, event {number}, exported and imported again"
            );
        }
        // Each event is told by changes, not as a whole page.
        let gaps = happened(&read).iter().filter(|what| matches!(what, What::Gap { .. })).count();
        assert_eq!(gaps, 0, "seed {seed}");
    }
}

#[test]
fn files_changed_anywhere_are_read_or_refused() {
    let (mut taken, mut refused) = (0, 0);
    for seed in 0..seeds() * 3 {
        let (events, _) = random_events(seed);
        let mut file = json!(events).to_string().into_bytes();
        let mut random = Random(seed + 1000);
        for _ in 0..1 + random.below(4) {
            let at = random.below(file.len());
            match random.below(6) {
                0 => file[at] ^= 1 << random.below(8),
                1 => file.truncate(at + 1),
                2 => file.insert(at, b"{}[],:\"0-e"[random.below(10)]),
                3 => file[at] = b"0123456789-"[random.below(11)],
                4 => drop(file.remove(at)),
                _ => {
                    // A number is another one.
                    let digits: Vec<usize> = (0..file.len()).filter(|at| file[*at].is_ascii_digit()).collect();
                    file[digits[random.below(digits.len())]] = b'0' + random.below(10) as u8;
                }
            }
        }
        match read(&file, &Rules::default(), &Marker::default()) {
            Ok(read) => {
                taken += 1;
                for page in &read.recording.pages {
                    let lost = Cursor::new(page).rest().iter().any(|event| matches!(event.what, What::Gap { .. }));
                    assert!(!lost, "seed {seed}: a record does not fit the tree");
                }
            }
            Err(_) => refused += 1,
        }
    }
    assert!(taken > 20 && refused > 20, "{taken} {refused}");
}
