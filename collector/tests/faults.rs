//! What breaks under a collector: the disk is full, read-only, fails or lies; the clock jumps; two processes share a
//! folder. Every acknowledged frame is in its recording exactly once, what cannot be read is told by `check`, and the
//! service comes back by itself. With REVISIT_DRILL=1 ten times as much.

#![allow(clippy::unwrap_used)]

mod support;

use shared::recording::Recording;
use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use support::{Collector, Folder, ORIGIN, Site, Visit, command, random, read_answer, request, seqs, until};

fn is_drill() -> bool {
    std::env::var_os("REVISIT_DRILL").is_some()
}

/// A test that this machine cannot run says so, and is missed where everything must run.
fn cannot(what: &str) {
    let told = format!("not looked at, since this machine has no {what}");
    assert!(std::env::var_os("CI").is_none(), "{told}");
    eprintln!("{told}");
}

fn shell(program: &str, arguments: &[&str]) -> bool {
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// A small disk of its own, gone with the test.
struct Disk(Folder);

impl Disk {
    /// None without the right to mount.
    fn new(megabytes: u32) -> Option<Self> {
        let disk = Self(Folder::new());
        let size = format!("size={megabytes}m");
        shell("mount", &["-t", "tmpfs", "-o", &size, "revisit-test", disk.path().to_str()?]).then_some(disk)
    }

    fn path(&self) -> &Path {
        &self.0.0
    }

    /// Leaves that many KiB free.
    fn fill(&self, leave_kib: u64) -> PathBuf {
        let filler = self.path().join("filler");
        let mut file = std::fs::File::create(&filler).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
        let len = file.metadata().unwrap().len();
        file.set_len(len.saturating_sub(leave_kib << 10)).unwrap();
        filler
    }

    fn remount(&self, how: &str) -> bool {
        shell("mount", &["-o", &format!("remount,{how}"), self.path().to_str().unwrap()])
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        shell("umount", &["-l", self.path().to_str().unwrap()]);
    }
}

/// Visits and what was acknowledged of each.
struct Sent(Vec<(Visit, Vec<u32>)>);

impl Sent {
    fn begin(collector: &Collector, site: &Site, visits: usize) -> Self {
        let visits: Vec<Visit> = (0..visits).map(|_| Visit::new()).collect();
        for visit in &visits {
            assert_eq!(collector.post(site, &visit.usual_body(0..1)).status, 204);
        }
        Self(visits.into_iter().map(|visit| (visit, vec![0])).collect())
    }

    /// One more frame of each; says what each was answered.
    fn go_on(&mut self, collector: &Collector, site: &Site, seq: u32) -> Vec<u16> {
        let send = |(visit, acknowledged): &mut (Visit, Vec<u32>)| {
            let answer = collector.post(site, &visit.usual_body(seq..seq + 1));
            if answer.status == 204 {
                acknowledged.push(seq);
            } else {
                assert!(answer.status == 503 && answer.header("retry-after").is_some(), "{}", answer.text());
            }
            answer.status
        };
        self.0.iter_mut().map(send).collect()
    }

    fn end_and_compare(&mut self, collector: &Collector, site: &Site, seq: u32) {
        for (visit, acknowledged) in &mut self.0 {
            assert_eq!(collector.post(site, &visit.body(&[visit.end(seq)])).status, 204);
            acknowledged.push(seq);
        }
        for (visit, acknowledged) in &self.0 {
            collector.wait_ready(visit.id);
            assert_eq!(seqs(&collector.stored(visit.id), visit.page), *acknowledged);
        }
        collector.assert_sound();
    }
}

#[test]
fn a_full_disk_takes_nothing_and_loses_nothing() {
    let Some(disk) = Disk::new(24) else { return cannot("right to mount") };
    let collector = Collector::on(disk.path(), &[("REVISIT_DISK_STOP", "100"), ("REVISIT_SILENT_AFTER", "1h")]);
    let site = collector.add_site("standard");
    let mut sent = Sent::begin(&collector, &site, 8);
    let filler = disk.fill(0);
    assert!(sent.go_on(&collector, &site, 1).contains(&503), "the disk is not full: the test shows nothing");
    until("it to say that it is not ready", || {
        (collector.send("GET", "/readyz", &[], b"").status == 503).then_some(())
    });
    assert_eq!(collector.send("GET", "/healthz", &[], b"").status, 200);
    let listed = collector.api("GET", &format!("/api/v1/recordings?site={}", site.id), None).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 8, "reading goes on");
    until("the log to say so", || collector.log().contains("ERROR").then_some(()));
    std::fs::remove_file(filler).unwrap();
    until("it to take frames again", || sent.go_on(&collector, &site, 2).iter().all(|it| *it == 204).then_some(()));
    until("it to be ready again", || (collector.send("GET", "/readyz", &[], b"").status == 200).then_some(()));
    sent.0.iter_mut().for_each(|(_, acknowledged)| acknowledged.dedup());
    sent.end_and_compare(&collector, &site, 3);
}

#[test]
fn a_disk_that_fills_up_starts_nothing_new_but_goes_on_with_what_runs() {
    let Some(disk) = Disk::new(64) else { return cannot("right to mount") };
    let collector = Collector::on(disk.path(), &[("REVISIT_SILENT_AFTER", "1h")]);
    let site = collector.add_site("standard");
    let mut sent = Sent::begin(&collector, &site, 2);
    let filler = disk.fill(2 << 10);
    until("it to see that", || (collector.metric("revisit_disk_used_ratio") > 0.95).then_some(()));
    let settings = collector.send("GET", &format!("/v1/site/{}", site.key), &[], b"").json();
    assert_eq!(settings["record"], false);
    // A recorder that was not built says so first.
    assert!(["disk_full", "not_built"].contains(&settings["reason"].as_str().unwrap()), "{settings}");
    let refused = collector.post(&site, &Visit::new().usual_body(0..1));
    assert_eq!((refused.status, refused.code().as_str()), (503, "disk_full"));
    assert!(refused.header("retry-after").is_some());
    assert_eq!(collector.usage(&site)["used"], 2, "what is refused is not counted");
    assert_eq!(sent.go_on(&collector, &site, 1), [204, 204]);
    assert!(collector.log().contains("the disk fills up"));
    std::fs::remove_file(filler).unwrap();
    until("a new visit to begin", || {
        (collector.post(&site, &Visit::new().usual_body(0..1)).status == 204).then_some(())
    });
    assert!(collector.log().contains("has room again"));
    sent.end_and_compare(&collector, &site, 2);
}

#[test]
fn a_disk_that_becomes_read_only_is_told_and_taken_up_again() {
    let Some(disk) = Disk::new(24) else { return cannot("right to mount") };
    let data = Folder::new();
    let blobs: &'static str = Box::leak(format!("file:{}", disk.path().display()).into_boxed_str());
    let collector = Collector::on(&data.0, &[("REVISIT_BLOBS", blobs), ("REVISIT_SILENT_AFTER", "1h")]);
    let site = collector.add_site("standard");
    let mut sent = Sent::begin(&collector, &site, 4);
    // A write may be under way at that moment.
    until("the disk to be read-only", || disk.remount("ro").then_some(()));
    assert_eq!(sent.go_on(&collector, &site, 1), [503; 4]);
    until("it to say so", || {
        let answer = collector.send("GET", "/readyz", &[], b"");
        (answer.status == 503 && answer.text().contains("blob store")).then_some(())
    });
    // A process that starts on a read-only disk says why it cannot.
    assert!(disk.remount("rw"));
    until("it to take frames again", || sent.go_on(&collector, &site, 2).iter().all(|it| *it == 204).then_some(()));
    sent.0.iter_mut().for_each(|(_, acknowledged)| acknowledged.dedup());
    sent.end_and_compare(&collector, &site, 3);
}

#[test]
fn what_a_disk_does_not_confirm_is_not_acknowledged() {
    if !shell("strace", &["--version"]) {
        return cannot("strace");
    }
    let collector = Collector::with(&[("REVISIT_SILENT_AFTER", "1h")]);
    let site = collector.add_site("standard");
    let mut sent = Sent::begin(&collector, &site, 4);
    for (round, call) in ["fsync", "fdatasync", "fsync,fdatasync"].into_iter().enumerate() {
        let mut strace = Command::new("strace")
            .args(["-f", "-o", "/dev/null", "-e", &format!("trace={call}")])
            .args(["-e", &format!("inject={call}:error=EIO"), "-p", &collector.pid().to_string()])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let is_traced = || {
            let status = std::fs::read_to_string(format!("/proc/{}/status", collector.pid())).unwrap();
            let traced = status.lines().any(|line| line.starts_with("TracerPid:") && !line.ends_with("\t0"));
            traced.then_some(())
        };
        until("strace", is_traced);
        let seq = round as u32 * 2 + 1;
        // Which of the two calls is used where is the stores' own affair; with both failing nothing can be durable.
        let answers = sent.go_on(&collector, &site, seq);
        if call.contains(',') {
            assert_eq!(answers, [503; 4]);
        }
        shell("kill", &["-TERM", &strace.id().to_string()]);
        strace.wait().unwrap();
        until("it to take frames again", || {
            sent.go_on(&collector, &site, seq + 1).iter().all(|it| *it == 204).then_some(())
        });
        sent.0.iter_mut().for_each(|(_, acknowledged)| acknowledged.dedup());
    }
    sent.end_and_compare(&collector, &site, 7);
}

#[test]
fn a_damaged_or_cut_chunk_is_a_hole_and_is_told() {
    let collector = Collector::with(&[("REVISIT_SILENT_AFTER", "1h"), ("REVISIT_END_AFTER", "1h")]);
    let site = collector.add_site("standard");
    let visits: Vec<Visit> = (0..3).map(|_| Visit::new()).collect();
    for visit in &visits {
        for seq in 0..3 {
            assert_eq!(collector.post(&site, &visit.usual_body(seq..seq + 1)).status, 204);
        }
        assert_eq!(collector.post(&site, &visit.body(&[visit.end(3)])).status, 204);
    }
    let (damaged, cut) = (&visits[0], &visits[1]);
    let chunk_of = |visit: &Visit, seq: u32| -> PathBuf {
        let database = collector.database();
        let id = database.bytes(&visit.id.0);
        let sql = format!(
            "SELECT name FROM chunk JOIN frame ON cid = chunk JOIN page USING (pid) JOIN recording USING (rid)
             WHERE id = {id} AND seq = {seq}"
        );
        collector.data.join("blobs").join(database.text(&sql))
    };
    let path = chunk_of(damaged, 1);
    let mut bytes = std::fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let path = chunk_of(cut, 2);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 4]).unwrap();
    let output = collector.run(&["check"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1));
    for place in [
        format!("frame 1 of page {} of recording {}", damaged.page, damaged.id),
        format!("frame 2 of page {} of recording {}", cut.page, cut.id),
    ] {
        assert!(told.contains(&place), "{told}");
    }
    assert!(told.contains("2 findings"), "{told}");
    // The visits end. What cannot be read at all is tried again for a while; the test does not wait for that.
    let data = collector.data.clone();
    let collector = Collector::on(&data, &[("REVISIT_END_AFTER", "0s")]);
    let database = collector.database();
    let states = until("all to be ready", || {
        database
            .execute("UPDATE visit SET lease = 0, tries = CASE WHEN tries > 5 THEN tries ELSE 5 END WHERE tries > 0");
        let states: Vec<_> = visits.iter().map(|visit| collector.recording(visit.id)).collect();
        states.iter().all(|state| state["state"] == "ready").then_some(states)
    });
    let holes: Vec<_> = states.iter().map(|state| state["gaps"].as_i64()).collect();
    assert_eq!(holes, [Some(1), Some(1), Some(0)], "{states:?}");
    assert_eq!(seqs(&collector.stored(damaged.id), damaged.page), [0, 2, 3]);
    assert_eq!(seqs(&collector.stored(cut.id), cut.page), [0, 1, 3]);
    assert_eq!(seqs(&collector.stored(visits[2].id), visits[2].page), [0, 1, 2, 3]);
    assert!(collector.log().contains("damaged"), "the log says nothing");
}

/// Different in every run, and told when a test fails.
fn shuffled<T>(mut list: Vec<T>) -> Vec<T> {
    for at in (1..list.len()).rev() {
        list.swap(at, u32::from_le_bytes(random()) as usize % (at + 1));
    }
    list
}

#[test]
fn frames_of_many_visits_in_any_order_through_two_processes_come_once() {
    let visits: Vec<Visit> = (0..if is_drill() { 1000 } else { 100 }).map(|_| Visit::new()).collect();
    let folder = Folder::new();
    let settings = [("REVISIT_END_AFTER", "2s"), ("REVISIT_SILENT_AFTER", "1h"), ("REVISIT_NEW_BURST", "100000")];
    let collectors = [Collector::on(&folder.0, &settings), Collector::on(&folder.0, &settings)];
    let site = collectors[0].add_site("standard");
    let mut bodies = Vec::new();
    for visit in &visits {
        let frames = [0, 1, 2, 3, 4].map(|seq| if seq == 4 { visit.end(4) } else { visit.usual(seq) });
        bodies.extend(frames.iter().map(|frame| visit.body(std::slice::from_ref(frame))));
        bodies.push(visit.body(&frames[1..4]));
        bodies.push(visit.body(&[frames[3].clone(), frames[0].clone()]));
    }
    let bodies = shuffled(bodies);
    std::thread::scope(|scope| {
        for (at, part) in bodies.chunks(bodies.len().div_ceil(8)).enumerate() {
            let (collector, site) = (&collectors[at % 2], &site);
            scope.spawn(move || {
                for body in part {
                    // Told to come again it comes again, as a recorder does.
                    until("it to be taken", || {
                        let answer = collector.post(site, body);
                        assert!([204, 429, 503].contains(&answer.status), "{}", answer.text());
                        (answer.status == 204).then_some(())
                    });
                }
            });
        }
    });
    for (at, visit) in visits.iter().enumerate() {
        collectors[at % 2].wait_ready(visit.id);
        let stored: Recording = collectors[at % 2].stored(visit.id);
        assert_eq!(stored.pages.len(), 1);
        assert_eq!(seqs(&stored, visit.page), [0, 1, 2, 3, 4]);
        assert_eq!(collectors[0].recording(visit.id)["conflicts"], 0);
    }
    assert_eq!(collectors[1].usage(&site)["used"], visits.len());
    collectors[0].assert_sound();
}

#[test]
fn a_clock_that_jumps_by_hours_ends_nothing_too_late_and_deletes_nothing_too_early() {
    if !shell("faketime", &["--version"]) {
        return cannot("faketime");
    }
    let clock = Folder::new();
    let file = clock.0.join("time");
    let set = |offset: &str| std::fs::write(&file, offset).unwrap();
    set("+0");
    let library = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"]
        .map(|folder| Path::new(folder).join("faketime/libfaketimeMT.so.1"));
    let Some(library) = library.iter().find(|it| it.is_file()) else { return cannot("libfaketime") };
    let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let settings = [
        ("LD_PRELOAD", leak(library.display().to_string())),
        ("FAKETIME_TIMESTAMP_FILE", leak(file.display().to_string())),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ("REVISIT_SILENT_AFTER", "3s"),
        ("REVISIT_IDLE_AFTER", "24h"),
        ("REVISIT_MAX_LENGTH", "24h"),
    ];
    let collector = Collector::with(&settings);
    let site = collector.add_site("standard");
    for jump in ["-5h", "+5h", "+0"] {
        let before: Vec<Visit> = (0..3).map(|_| Visit::new()).collect();
        for visit in &before {
            assert_eq!(collector.post(&site, &visit.usual_body(0..2)).status, 204);
        }
        set(jump);
        // One goes on, one leaves, one is never heard again.
        assert_eq!(collector.post(&site, &before[0].usual_body(2..3)).status, 204);
        assert_eq!(collector.post(&site, &before[1].body(&[before[1].end(2)])).status, 204);
        for (visit, whole) in before.iter().zip([vec![0, 1, 2], vec![0, 1, 2], vec![0, 1]]) {
            until("it to have all that came", || {
                let recording = collector.wait_ready(visit.id);
                assert!(recording["duration_ms"].as_i64().unwrap() < 7_200_000, "{recording}");
                (seqs(&collector.stored(visit.id), visit.page) == whole).then_some(())
            });
        }
    }
    let listed = collector.api("GET", &format!("/api/v1/recordings?site={}&limit=50", site.id), None).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 9);
    assert_eq!(collector.usage(&site)["used"], 9);
}

#[test]
fn a_log_that_nobody_reads_stops_nothing() {
    let folder = Folder::new();
    let site =
        command(&folder.0, &[], &["site", "add", "--name", "Test", "--origin", ORIGIN, "--json"]).output().unwrap();
    let site: serde_json::Value = serde_json::from_slice(&site.stdout).unwrap();
    let path = format!("/v1/frames?k={}", site["key"].as_str().unwrap());
    let mut serve = command(&folder.0, &[], &["serve", "--listen", "127.0.0.1:0"]);
    // Its stderr is a pipe that is full after 64 KiB.
    let (mut child, address) = support::ready(serve.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let post = |visit: &Visit| request(&address, "POST", &path, &[], &visit.usual_body(0..1)).unwrap().status;
    assert_eq!(post(&Visit::new()), 204);
    // Where chunks go is a file: every body is an error in the log.
    let chunks = folder.0.join("blobs/chunks");
    let aside = folder.0.join("aside");
    std::fs::rename(&chunks, &aside).unwrap();
    std::fs::write(&chunks, "").unwrap();
    for _ in 0..2000 {
        assert_eq!(post(&Visit::new()), 503);
    }
    std::fs::remove_file(&chunks).unwrap();
    std::fs::rename(&aside, &chunks).unwrap();
    assert_eq!(post(&Visit::new()), 204);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn what_is_under_way_at_the_end_is_answered_first() {
    let mut collector = Collector::with(&[("REVISIT_SILENT_AFTER", "1h")]);
    let site = collector.add_site("standard");
    let visit = Visit::new();
    let body = visit.usual_body(0..1);
    let mut slow = TcpStream::connect(&collector.address).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let head = format!("POST /v1/frames?k={} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", site.key, body.len());
    slow.write_all(&[head.as_bytes(), &body[..10]].concat()).unwrap();
    // It has taken the head by the time that it has answered this.
    assert_eq!(collector.post(&site, &visit.usual_body(1..2)).status, 204);
    shell("kill", &["-TERM", &collector.pid().to_string()]);
    until("it to take no new connection", || TcpStream::connect(&collector.address).is_err().then_some(()));
    slow.write_all(&body[10..]).unwrap();
    assert_eq!(read_answer(&mut slow).unwrap().status, 204);
    assert!(collector.wait().success());
    assert!(collector.log().contains("stopping"));
    collector.restart();
    collector.post(&site, &visit.body(&[visit.end(2)]));
    collector.wait_ready(visit.id);
    assert_eq!(seqs(&collector.stored(visit.id), visit.page), [0, 1, 2]);
}
