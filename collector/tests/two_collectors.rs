//! Two processes on one store. Frames of each visit go to one and the other by turns while one of them is killed: what was
//! acknowledged is there once, the month is counted exactly, each visit is finished once. On SQLite and a folder; `cargo
//! xtask test` runs it once more on PostgreSQL and a bucket. More rounds with REVISIT_DRILL=1.

#![allow(clippy::unwrap_used)]

mod support;

use collector::config::Config;
use collector::store::{self, Facts, Rules, Store};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use support::{Collector, Folder, Site, Visit, now_ms, pause, random, request, rounds, seqs, until};

const LIMIT: usize = 10;
const VISITORS: usize = 24;
const FRAMES: u32 = 12;

/// One visitor's frames, each at the other process than the one before; what one does not answer goes to the other. The
/// numbers that were acknowledged, or nothing for a visit that the plan does not allow.
fn visit(addresses: &[String; 2], site: &Site, sent: &AtomicUsize) -> Option<(Visit, Vec<u32>)> {
    let visit = Visit::new();
    let path = format!("/v1/frames?k={}", site.key);
    let mut turn = usize::from(random::<1>()[0]);
    let mut acknowledged = Vec::new();
    for seq in 0..=FRAMES {
        let frame = if seq == FRAMES { visit.end(seq) } else { visit.usual(seq) };
        let body = visit.body(&[frame]);
        let status = until("somebody to answer", || {
            turn += 1;
            let answer = request(&addresses[turn % 2], "POST", &path, &[("origin", support::ORIGIN)], &body).ok()?;
            (answer.status != 503).then_some(answer.status)
        });
        match status {
            204 => acknowledged.push(seq),
            402 if seq == 0 => return None,
            other => panic!("{other} to frame {seq}"),
        }
        sent.fetch_add(1, Ordering::Relaxed);
    }
    Some((visit, acknowledged))
}

#[test]
fn frames_by_turns_come_once_and_quota_and_finish_are_exact_though_one_is_killed() {
    for round in 0..rounds() {
        let folder = Folder::new();
        std::fs::write(folder.0.join("revisit.toml"), format!("[plans.small]\nrecordings = {LIMIT}\n")).unwrap();
        let settings = [("REVISIT_SILENT_AFTER", "1h"), ("REVISIT_END_AFTER", "200ms")];
        let stays = Collector::on(&folder.0, &settings);
        let mut dies = Collector::on(&folder.0, &settings);
        let site = stays.add_site("small");
        // Nobody listens there: what would be told stays in the queue, where it can be counted.
        let hook = json!({"webhook_url": "https://127.0.0.1:9/"});
        assert_eq!(stays.api("PATCH", &format!("/api/v1/sites/{}", site.id), Some(hook)).status, 200);
        let addresses = [stays.address.clone(), dies.address.clone()];
        let sent = AtomicUsize::new(0);
        let visits: Vec<(Visit, Vec<u32>)> = std::thread::scope(|scope| {
            let visitors: Vec<_> = (0..VISITORS).map(|_| scope.spawn(|| visit(&addresses, &site, &sent))).collect();
            // In the midst of the visits, or while the first of them are finished.
            until("frames", || (sent.load(Ordering::Relaxed) > 20).then_some(()));
            pause(round, Duration::from_millis(600));
            dies.kill();
            visitors.into_iter().filter_map(|visitor| visitor.join().unwrap()).collect()
        });
        assert_eq!(visits.len(), LIMIT, "as many as the plan allows");
        assert_eq!(stays.usage(&site)["used"], LIMIT);
        dies.restart();
        let database = stays.database();
        for (visit, acknowledged) in &visits {
            assert_eq!(*acknowledged, (0..=FRAMES).collect::<Vec<_>>());
            dies.wait_ready(visit.id);
            assert_eq!(seqs(&stays.stored(visit.id), visit.page), *acknowledged);
            let id = database.bytes(&visit.id.0);
            let told = format!("SELECT count(*) FROM webhook WHERE kind = 'recording.ready' AND recording = {id}");
            assert_eq!(database.number(&told), 1, "finished once");
        }
        stays.assert_sound();
    }
}

/// The store of a collector, opened in this process.
async fn store(collector: &Collector, rules: Rules) -> Arc<dyn Store> {
    let mut config = Config::defaults();
    config.data = collector.data.clone();
    config.database = support::database::address(&collector.data);
    store::open(&config.database_place().unwrap(), rules).await.unwrap()
}

#[test]
fn a_claim_that_another_has_overtaken_finishes_nothing() {
    let collector = Collector::with(&[("REVISIT_SILENT_AFTER", "1h"), ("REVISIT_END_AFTER", "1h")]);
    let site = collector.add_site("standard");
    let visit = Visit::new();
    assert_eq!(collector.post(&site, &visit.body(&[visit.usual(0), visit.end(1)])).status, 204);
    let rules = Rules { end_after: 0, ..Rules::of(&Config::defaults()) };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let store = store(&collector, rules).await;
        let now_ms = now_ms() as i64 + 1000;
        let slow = store.claim_ended(now_ms, now_ms + 1000, 10).await.unwrap().pop().unwrap();
        assert!(store.claim_ended(now_ms, now_ms + 1000, 10).await.unwrap().is_empty(), "it is taken");
        let later = store.claim_ended(now_ms + 2000, now_ms + 30_000, 10).await.unwrap().pop().unwrap();
        let facts = |blob: &str| Facts { blob: blob.to_owned(), title: blob.to_owned(), ..Facts::default() };
        assert!(!store.finish(&slow, facts("recordings/slow")).await.unwrap());
        assert!(store.finish(&later, facts("recordings/later")).await.unwrap());
        for again in [&slow, &later] {
            assert!(!store.finish(again, facts("recordings/again")).await.unwrap());
        }
        assert_eq!(store.recording(visit.id).await.unwrap().unwrap().facts.blob, "recordings/later");
        let mut doomed = store.doomed().await.unwrap();
        doomed.sort();
        assert!(
            doomed.contains(&"recordings/slow".to_owned()) && !doomed.contains(&"recordings/later".to_owned()),
            "{doomed:?}"
        );
    });
}
