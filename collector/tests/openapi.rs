//! The document describes what is there: every path and method, and no other.

#![allow(clippy::unwrap_used)]

mod support;

use support::Collector;

#[test]
fn what_is_described_is_routed_and_what_is_not_is_not() {
    let collector = Collector::start();
    let document = collector.send("GET", "/api/openapi.json", &[], b"").json();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 15);
    for (path, item) in paths {
        let real = path.replace(['{', '}'], "");
        for method in ["get", "post", "put", "patch", "delete"] {
            let status = collector.send(&method.to_uppercase(), &real, &[], b"").status;
            let described = item.get(method).is_some();
            assert_eq!(status != 405, described, "{method} {path}: {status}");
            if described && item[method]["security"].is_null() {
                assert_eq!(status, 401, "{method} {path} wants somebody who is signed in");
            }
        }
    }
    // Every schema that is named is there.
    let text = document.to_string();
    for part in text.split("#/components/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(document.pointer(&format!("/components/{name}")).is_some(), "{name}");
    }
}
