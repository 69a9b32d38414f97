//! What only the store in one SQLite file has: its migrations with a copy of the file before them, backup and restore.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use support::{Collector, Folder, Visit, files, pause, rounds, run, seqs, told};

#[test]
fn a_backup_taken_under_load_comes_back_whole_and_without_what_was_erased_since() {
    let collector = Collector::with(&[("REVISIT_END_AFTER", "200ms")]);
    let site = collector.add_site("standard");
    let send = |visit: &Visit| {
        assert_eq!(collector.post(&site, &visit.body(&[visit.usual(0), visit.end(1)])).status, 204);
    };
    let done: Vec<Visit> = (0..6).map(|_| Visit::new()).collect();
    done.iter().for_each(send);
    done.iter().for_each(|visit| drop(collector.wait_ready(visit.id)));
    let open = Visit::new();
    assert_eq!(collector.post(&site, &open.usual_body(0..2)).status, 204);
    // Visits come, end and are finished while it is copied.
    let backup = Folder::new();
    let copy = backup.0.join("copy");
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                send(&Visit::new());
            }
        });
        let output = collector.run(&["backup", copy.to_str().unwrap()]);
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(output.status.success(), "{}", told(&output));
    });
    assert_eq!(collector.run(&["backup", copy.to_str().unwrap()]).status.code(), Some(1), "it is not empty");
    // Later one is erased, and one expires.
    let (erased, expired) = (&done[0], &done[1]);
    assert!(collector.run(&["erase", "--recording", &erased.id.to_string()]).status.success());
    let list = collector.run(&["erased"]);
    assert_eq!(String::from_utf8_lossy(&list.stdout).trim(), erased.id.to_string());
    let file = backup.0.join("erased");
    std::fs::write(&file, &list.stdout).unwrap();
    let database = rusqlite::Connection::open(copy.join("revisit.db")).unwrap();
    database.execute("UPDATE recording SET expires_ms = created_ms WHERE id = ?1", [expired.id.0]).unwrap();
    drop(database);
    assert_eq!(
        collector.run(&["restore", copy.to_str().unwrap()]).status.code(),
        Some(1),
        "a store that is there is not written over"
    );
    let fresh = Folder::new();
    let data = fresh.0.join("data");
    std::fs::create_dir(&data).unwrap();
    let output = run(&data, &["restore", copy.to_str().unwrap(), "--erased", file.to_str().unwrap()]);
    assert!(output.status.success(), "{}", told(&output));
    for (path, bytes) in files(&data) {
        for gone in [erased, expired] {
            assert!(!bytes.windows(8).any(|eight| eight == gone.page.0), "{} still holds it", path.display());
        }
    }
    let restored = Collector::on(&data, &[]);
    for gone in [erased, expired] {
        assert_eq!(restored.api("GET", &format!("/api/v1/recordings/{}", gone.id), None).status, 404);
    }
    for visit in &done[2..] {
        assert_eq!(seqs(&restored.stored(visit.id), visit.page), [0, 1]);
    }
    restored.wait_ready(open.id);
    assert_eq!(seqs(&restored.stored(open.id), open.page), [0, 1]);
    assert!(restored.usage(&site)["used"].as_u64().unwrap() >= 7);
    restored.assert_sound();
}

/// Takes the newest migration back, as if an older program had made the store.
fn make_old(data: &Path) {
    let database = rusqlite::Connection::open(data.join("revisit.db")).unwrap();
    database.execute_batch(support::UNDO_MIGRATION).unwrap();
}

#[test]
fn an_old_store_is_copied_and_brought_up_to_date_and_a_newer_one_refused() {
    let mut collector = Collector::with(&[("REVISIT_SILENT_AFTER", "1h")]);
    let site = collector.add_site("standard");
    let visit = Visit::new();
    assert_eq!(collector.post(&site, &visit.usual_body(0..1)).status, 204);
    collector.kill();
    make_old(&collector.data);
    // Something stands in the migration's way: the store stays as it was.
    let database = rusqlite::Connection::open(collector.data.join("revisit.db")).unwrap();
    database.execute_batch("CREATE VIEW refusal AS SELECT 1").unwrap();
    let output = run(&collector.data, &["check"]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    let done: i64 =
        database.query_row("SELECT count(*) FROM migration WHERE number = 30", [], |row| row.get(0)).unwrap();
    assert_eq!(done, 0);
    database.execute_batch("DROP VIEW refusal").unwrap();
    drop(database);
    collector.restart();
    assert_eq!(collector.post(&site, &visit.usual_body(1..2)).status, 204);
    let copy = collector.data.join("revisit.db.before-0030");
    let old = rusqlite::Connection::open(&copy).unwrap();
    let sites: i64 = old.query_row("SELECT count(*) FROM site", [], |row| row.get(0)).unwrap();
    assert_eq!(sites, 1);
    drop(old);
    // It may hold what is erased.
    assert!(collector.run(&["erase", "--recording", &visit.id.to_string()]).status.success());
    assert!(!copy.exists());
    collector.kill();
    let database = rusqlite::Connection::open(collector.data.join("revisit.db")).unwrap();
    database.execute("INSERT INTO migration (number) VALUES (9999)", []).unwrap();
    for arguments in [vec!["check"], vec!["serve", "--listen", "127.0.0.1:0"]] {
        let output = run(&collector.data, &arguments);
        assert_eq!(output.status.code(), Some(1));
        assert!(told(&output).contains("9999"), "{}", told(&output));
    }
}

#[test]
fn killed_during_migration() {
    let mut collector = Collector::with(&[("REVISIT_SILENT_AFTER", "1h")]);
    let site = collector.add_site("pro");
    let visit = Visit::new();
    for seq in 0..50 {
        assert_eq!(collector.post(&site, &visit.usual_body(seq..seq + 1)).status, 204);
    }
    let start = |data: &Path| {
        let mut starting = support::command(data, &[], &["serve", "--listen", "127.0.0.1:0"]);
        starting.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let is_done = |database: &rusqlite::Connection| {
        let done = "SELECT count(*) FROM migration WHERE number = 30";
        database.query_row(done, [], |row| row.get::<_, i64>(0)).unwrap() == 1
    };
    // The first time nobody kills it: so long a start and its migration take here.
    let mut takes = None;
    let mut caught = 0;
    for round in 0..rounds() {
        collector.kill();
        let database = rusqlite::Connection::open(collector.data.join("revisit.db")).unwrap();
        // As if an older program had made the store.
        database.execute_batch(support::UNDO_MIGRATION).unwrap();
        let takes = *takes.get_or_insert_with(|| {
            let (begun, mut starting) = (Instant::now(), start(&collector.data));
            while !is_done(&database) {
                assert!(begun.elapsed() < Duration::from_secs(30), "the migration is never done");
                std::thread::sleep(Duration::from_millis(1));
            }
            let took = begun.elapsed();
            starting.kill().unwrap();
            starting.wait().unwrap();
            database.execute_batch(support::UNDO_MIGRATION).unwrap();
            took
        });
        let mut starting = start(&collector.data);
        pause(round, takes);
        starting.kill().unwrap();
        starting.wait().unwrap();
        caught += usize::from(!is_done(&database));
        drop(database);
        collector.restart();
        assert_eq!(collector.post(&site, &visit.usual_body(0..1)).status, 204);
        collector.assert_sound();
    }
    assert!(caught > 0, "never killed before it was done: the test shows nothing");
    collector.post(&site, &visit.body(&[visit.end(50)]));
    collector.wait_ready(visit.id);
    assert_eq!(seqs(&collector.stored(visit.id), visit.page), (0..=50).collect::<Vec<_>>());
}
