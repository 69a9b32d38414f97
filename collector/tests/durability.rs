//! A killed process's page cache survives, so `kill.rs` cannot show that anything reached the disk. Here the kernel's own
//! account does: for every acknowledged body, the chunk is synced, its folder is synced, and the transaction is synced, in
//! this order, before the first byte of its 204.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Stdio};
use support::{Folder, ORIGIN, Visit, command, ready, request};

const BODIES: usize = 100;
const CALLS: &str = "trace=fsync,fdatasync,write,writev,sendto,sendmsg";

#[test]
fn every_204_comes_after_chunk_and_transaction_are_on_the_disk() {
    if Command::new("strace").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        let told = "strace is not installed: what reaches the disk before a 204 was not looked at";
        assert!(std::env::var_os("CI").is_none(), "{told}");
        eprintln!("{told}");
        return;
    }
    let folder = Folder::new();
    let site =
        command(&folder.0, &[], &["site", "add", "--name", "Test", "--origin", ORIGIN, "--json"]).output().unwrap();
    let site: serde_json::Value = serde_json::from_slice(&site.stdout).unwrap();
    let trace = folder.0.join("trace");
    serve_traced(&folder.0, &trace, site["key"].as_str().unwrap());

    let events = events(&std::fs::read_to_string(&trace).unwrap());
    let answers: Vec<usize> = (0..events.len()).filter(|at| events[*at].contains("HTTP/1.1 204")).collect();
    assert_eq!(answers.len(), BODIES);
    let mut from = 0;
    for (number, at) in answers.into_iter().enumerate() {
        check(number, &events[from..at]);
        from = at + 1;
    }
}

/// Runs the collector under strace and sends it the bodies, one after the other.
fn serve_traced(data: &Path, trace: &Path, key: &str) {
    // Nothing ends or is tidied meanwhile: every call in the trace belongs to a body.
    let mut traced = Command::new("strace");
    traced.args(["-f", "-y", "-s", "40", "-e", CALLS, "-o"]).arg(trace).arg(support::BINARY);
    traced.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
    traced.env("REVISIT_SILENT_AFTER", "1h").current_dir(data).stdout(Stdio::piped());
    let (mut strace, address) = ready(traced.spawn().unwrap());
    let visit = Visit::new();
    for seq in 0..BODIES as u32 {
        let path = format!("/v1/frames?k={key}");
        let answer = request(&address, "POST", &path, &[], &visit.usual_body(seq..seq + 1)).unwrap();
        assert_eq!(answer.status, 204, "{}", answer.text());
    }
    // strace itself ignores signals, and ends with what it runs.
    let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", strace.id())).unwrap();
    Command::new("kill").arg("-TERM").args(children.split_whitespace()).status().unwrap();
    strace.wait().unwrap();
}

/// Whether a call is the step in question.
type Is<'a> = &'a dyn Fn(&str) -> bool;

/// The steps before one answer, in their order.
fn check(number: usize, events: &[String]) {
    let is_sync = |event: &str| event.starts_with("fsync(") || event.starts_with("fdatasync(");
    let steps: [(&str, Is<'_>); 3] = [
        ("the chunk's sync", &|event| is_sync(event) && event.contains("/blobs/chunks/")),
        ("its folder's sync", &|event| is_sync(event) && event.contains("/blobs/chunks>")),
        ("the transaction's sync", &|event| is_sync(event) && event.contains("revisit.db-wal>")),
    ];
    let mut rest = events.iter();
    for (name, is_it) in steps {
        let found = rest.by_ref().find(|event| is_it(event));
        let Some(event) = found else { panic!("{name} is missing before answer {number}:\n{}", events.join("\n")) };
        assert!(event.ends_with(" = 0"), "{event}");
    }
}

/// The calls in the order in which they returned (answers: in which they began), each on one line without its process.
fn events(trace: &str) -> Vec<String> {
    let mut begun: HashMap<&str, &str> = HashMap::new();
    let mut events = Vec::new();
    for line in trace.lines() {
        let Some((process, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        if let Some(start) = call.strip_suffix(" <unfinished ...>") {
            match start.contains("HTTP/1.1 ") {
                true => events.push(start.to_owned()),
                false => drop(begun.insert(process, start)),
            }
        } else if let Some((_, end)) = call.split_once(" resumed>") {
            if let Some(start) = begun.remove(process) {
                events.push(squeezed(&format!("{start}{end}")));
            }
        } else {
            events.push(squeezed(call));
        }
    }
    events
}

/// strace pads results into a column.
fn squeezed(call: &str) -> String {
    match call.rsplit_once(" = ") {
        Some((call, result)) => format!("{} = {result}", call.trim_end()),
        None => call.to_owned(),
    }
}
