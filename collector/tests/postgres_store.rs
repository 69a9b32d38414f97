//! What only the store in PostgreSQL has: its schema made by many at once or killed in the middle, a server that goes away
//! and comes back, copies by its own tools. Runs where `REVISIT_TEST_POSTGRES` names a server: see `cargo xtask test rust`.

#![allow(clippy::unwrap_used)]

mod support;

use std::process::Stdio;
use support::{Collector, Database, Folder, Visit, command, rounds, seqs, told, until};

#[test]
fn the_schema_is_made_once_though_many_begin_and_some_are_killed() {
    let folder = Folder::new();
    let start = |arguments: &[&str]| {
        let mut starting = command(&folder.0, &[], arguments);
        starting.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let database = Database::of(&folder.0);
    for _ in 0..rounds() {
        // The last table that it makes is being made by somebody else: it waits in the midst of its work.
        let in_the_way = database.open("BEGIN; CREATE TABLE erasing_chunk ()");
        let mut killed = start(&["serve", "--listen", "127.0.0.1:0"]);
        let waits = "SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%TABLE erasing_chunk%'";
        until("it to be in the midst", || (database.number(waits) == 1).then_some(()));
        killed.kill().unwrap();
        killed.wait().unwrap();
        drop(in_the_way);
        until("the killed one's transaction to be gone", || (database.number(waits) == 0).then_some(()));
        let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
        until("nothing to be left of it", || (database.number(tables) == 0).then_some(()));
        let mut many: Vec<_> = (0..4).map(|_| start(&["check"])).collect();
        assert!(many.iter_mut().all(|one| one.wait().unwrap().success()));
        assert_eq!(database.number("SELECT count(*) - count(DISTINCT number) FROM migration"), 0);
        database.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    }
}

#[test]
fn a_newer_store_is_refused_and_copies_are_left_to_its_own_tools() {
    let mut collector = Collector::start();
    let copy = collector.data.join("copy");
    for arguments in [["backup", copy.to_str().unwrap()], ["restore", copy.to_str().unwrap()]] {
        let output = collector.run(&arguments);
        assert_eq!(output.status.code(), Some(1));
        assert!(told(&output).contains("pg_dump") && !copy.exists(), "{}", told(&output));
    }
    collector.kill();
    collector.database().execute("INSERT INTO migration (number) VALUES (9999)");
    let output = collector.run(&["check"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("9999"), "{}", told(&output));
}

#[test]
fn a_server_that_goes_away_is_503_and_nothing_is_lost_when_it_comes_back() {
    let collector = Collector::with(&[("REVISIT_SILENT_AFTER", "1h")]);
    let site = collector.add_site("standard");
    let visit = Visit::new();
    let mut acknowledged = Vec::new();
    let mut send = |seq: u32| {
        let status = collector.post(&site, &visit.usual_body(seq..seq + 1)).status;
        if status == 204 {
            acknowledged.push(seq);
        }
        status
    };
    assert_eq!(send(0), 204);
    let Database::Postgres { name, .. } = collector.database() else { panic!("not on PostgreSQL") };
    let database = collector.database();
    let end = format!("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}'");
    database.beside(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"));
    database.beside(&end);
    assert_eq!(send(1), 503);
    until("it to say that it is not ready", || {
        (collector.send("GET", "/readyz", &[], b"").status == 503).then_some(())
    });
    database.beside(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true"));
    until("it to take frames again", || (send(2) == 204).then_some(()));
    // Connections that are lost between two bodies cost at most one of them an answer.
    database.beside(&end);
    until("it to take frames again", || (send(3) == 204).then_some(()));
    assert_eq!(collector.post(&site, &visit.body(&[visit.end(4)])).status, 204);
    collector.wait_ready(visit.id);
    let stored = seqs(&collector.stored(visit.id), visit.page);
    assert!(acknowledged.iter().chain(&[4]).all(|seq| stored.contains(seq)), "{acknowledged:?} {stored:?}");
    let log = collector.log();
    assert!(log.contains("PostgreSQL") && !log.contains("postgres://"), "{log}");
    collector.assert_sound();
}
