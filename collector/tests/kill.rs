//! kill -9 at any moment: nothing that was acknowledged is missing. Two rounds of each kind; with REVISIT_DRILL=1 twenty.

#![allow(clippy::unwrap_used)]

mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use support::{Collector, Site, Visit, random, request, seqs};

fn rounds() -> usize {
    if std::env::var_os("REVISIT_DRILL").is_some() { 20 } else { 2 }
}

fn pause_up_to(milliseconds: u64) {
    let [low, high] = random::<2>();
    std::thread::sleep(Duration::from_millis(u64::from(u16::from_le_bytes([low, high])) % milliseconds));
}

/// One visitor sends until the collector is gone; returns what was acknowledged.
fn send_until(stop: &AtomicBool, address: &str, key: &str, visit: &Visit) -> Vec<u32> {
    let mut acknowledged = Vec::new();
    let path = format!("/v1/frames?k={key}");
    for seq in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        match request(address, "POST", &path, &[], &visit.usual_body(seq..seq + 1)) {
            Ok(answer) if answer.status == 204 => acknowledged.push(seq),
            Ok(answer) => panic!("{}: {}", answer.status, answer.text()),
            Err(_) => break,
        }
    }
    acknowledged
}

fn assert_all_there(collector: &Collector, visits: &[(Visit, Vec<u32>)]) {
    for (visit, acknowledged) in visits.iter().filter(|(_, acknowledged)| !acknowledged.is_empty()) {
        collector.wait_ready(visit.id);
        let stored = seqs(&collector.stored(visit.id), visit.page);
        let missing: Vec<u32> = acknowledged.iter().copied().filter(|seq| !stored.contains(seq)).collect();
        assert!(missing.is_empty(), "acknowledged and missing: {missing:?}");
    }
    collector.assert_sound();
}

fn send_and_kill(collector: &mut Collector, site: &Site) -> Vec<(Visit, Vec<u32>)> {
    let stop = AtomicBool::new(false);
    let address = collector.address.clone();
    std::thread::scope(|scope| {
        let senders: Vec<_> = (0..12)
            .map(|_| {
                let (stop, address, key) = (&stop, &address, &site.key);
                scope.spawn(move || {
                    let visit = Visit::new();
                    let acknowledged = send_until(stop, address, key, &visit);
                    (visit, acknowledged)
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(50));
        pause_up_to(400);
        collector.kill();
        stop.store(true, Ordering::Relaxed);
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    })
}

#[test]
fn killed_during_intake() {
    let mut collector = Collector::start();
    let site = collector.add_site("pro");
    let mut sent = 0;
    for _ in 0..rounds() {
        let visits = send_and_kill(&mut collector, &site);
        sent += visits.iter().map(|(_, acknowledged)| acknowledged.len()).sum::<usize>();
        collector.restart();
        assert_all_there(&collector, &visits);
    }
    assert!(sent > 20, "only {sent} bodies were acknowledged: the test shows nothing");
}

#[test]
fn killed_during_finish() {
    let mut collector = Collector::with(&[("REVISIT_END_AFTER", "0s")]);
    let site = collector.add_site("pro");
    let mut caught = 0;
    for _ in 0..rounds() {
        let visits: Vec<(Visit, Vec<u32>)> = (0..30).map(|_| (Visit::new(), (0..41).collect())).collect();
        for (visit, _) in &visits {
            let mut frames: Vec<Vec<u8>> = (0..40).map(|seq| visit.usual(seq)).collect();
            frames.push(visit.end(40));
            assert_eq!(collector.post(&site, &visit.body(&frames)).status, 204);
        }
        pause_up_to(250);
        collector.kill();
        let database = rusqlite::Connection::open(collector.data.join("revisit.db")).unwrap();
        caught += database
            .query_row("SELECT count(*) FROM visit WHERE rev > done_rev", [], |row| row.get::<_, i64>(0))
            .unwrap();
        // Leases of the killed process would run out in a minute; the test does not wait for that.
        database.execute("UPDATE visit SET lease = 0", []).unwrap();
        drop(database);
        collector.restart();
        assert_all_there(&collector, &visits);
    }
    assert!(caught > 0, "never killed before all was finished: the test shows nothing");
}
