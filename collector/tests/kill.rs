//! kill -9 at any moment (intake, finish, retention): nothing that was acknowledged is missing, nothing that is
//! over comes back. Some rounds of each kind, ten together; with REVISIT_DRILL=1 a hundred.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use support::{Collector, Site, Visit, pause, random, request, rounds, seqs, until};

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
        std::thread::sleep(Duration::from_millis(u64::from(random::<1>()[0])));
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
    for round in 0..rounds() {
        let visits: Vec<(Visit, Vec<u32>)> = (0..30).map(|_| (Visit::new(), (0..41).collect())).collect();
        for (visit, _) in &visits {
            let mut frames: Vec<Vec<u8>> = (0..40).map(|seq| visit.usual(seq)).collect();
            frames.push(visit.end(40));
            assert_eq!(collector.post(&site, &visit.body(&frames)).status, 204);
        }
        pause(round, Duration::from_millis(250));
        collector.kill();
        let database = collector.database();
        caught += database.number("SELECT count(*) FROM visit WHERE rev > done_rev");
        // Leases of the killed process would run out in a minute; the test does not wait for that.
        database.execute("UPDATE visit SET lease = 0");
        collector.restart();
        assert_all_there(&collector, &visits);
    }
    assert!(caught > 0, "never killed before all was finished: the test shows nothing");
}

fn blobs(folder: &Path) -> usize {
    let count = |folder: PathBuf| std::fs::read_dir(folder).map_or(0, |entries| entries.flatten().count());
    let recordings = std::fs::read_dir(folder.join("recordings")).into_iter().flatten().flatten();
    let recordings: Vec<PathBuf> = recordings.map(|site| site.path()).collect();
    let of_site = |site: &PathBuf| -> usize {
        std::fs::read_dir(site).into_iter().flatten().flatten().map(|visit| count(visit.path())).sum()
    };
    count(folder.join("chunks")) + recordings.iter().map(of_site).sum::<usize>()
}

#[test]
fn killed_during_retention() {
    let mut collector = Collector::with(&[("REVISIT_END_AFTER", "0s")]);
    let site = collector.add_site("pro");
    let kept = Visit::new();
    assert_eq!(collector.post(&site, &kept.body(&[kept.usual(0), kept.end(1)])).status, 204);
    collector.wait_ready(kept.id);
    let mut caught = 0;
    for round in 0..rounds() {
        // So many that the first is seen to go long before the last does.
        let visits: Vec<Visit> = (0..200).map(|_| Visit::new()).collect();
        for visit in &visits {
            assert_eq!(collector.post(&site, &visit.body(&[visit.usual(0), visit.end(1)])).status, 204);
        }
        visits.iter().for_each(|visit| drop(collector.wait_ready(visit.id)));
        // Ten days pass for all but one, while nobody looks.
        collector.kill();
        let database = collector.database();
        let id = database.bytes(&kept.id.0);
        database.execute(&format!("UPDATE recording SET expires_ms = created_ms WHERE id <> {id}"));
        let folder = collector.blob_folder();
        let all = blobs(&folder);
        collector.restart_until(|| blobs(&folder) < all);
        pause(round, Duration::from_millis(10));
        collector.kill();
        // The bytes of some are gone: the next one goes on from there.
        caught += usize::from((2..all).contains(&blobs(&folder)));
        collector.restart();
        until("all bytes to be gone", || (blobs(&collector.blob_folder()) == 1).then_some(()));
        for visit in &visits {
            let gone = collector.api("GET", &format!("/api/v1/recordings/{}", visit.id), None);
            assert_eq!(gone.status, 404, "{}", gone.text());
            assert_eq!(collector.post(&site, &visit.usual_body(2..3)).code(), "closed");
        }
        assert_eq!(seqs(&collector.stored(kept.id), kept.page), [0, 1]);
        collector.assert_sound();
    }
    assert!(caught > 0, "never killed before all was deleted: the test shows nothing");
}
