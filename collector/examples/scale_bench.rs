//! What a full store costs: intake, usage and lists with 1,000 and with 1,000,000 recordings stored, taken in turns; the
//! finish of a recording of one hour; the memory of 10,000 open visits. The rows are written straight into the store, as
//! finish would leave them. Prints figures and ratios; asserts nothing.
//!
//! ```text
//! cargo run --release -p revisit-collector --example scale_bench [-- RECORDINGS]
//! ```

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod load;

use collector::auth;
use collector::finish;
use collector::store::AccessKind;
use load::{CONNECTIONS, Folder, Plan, Serving, load, median, payload, serve};
use shared::frame::{Flags, Header, seal, write_body};
use shared::ids::{PageId, PageSeq, RecordingId, WriteSecret};
use shared::record::{self, Hello, tag};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const FEW: u64 = 1000;
const TURNS: usize = 5;
const TURN: Duration = Duration::from_secs(2);
/// Requests of each list.
const ASKED: usize = 100;
const OPEN_VISITS: usize = 10_000;

fn main() {
    let many: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    // As the binary does: webhooks and certificates need it.
    rustls::crypto::ring::default_provider().install_default().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(bench(many));
}

async fn bench(many: u64) {
    let folders = [Folder::new("few"), Folder::new("many")];
    let one_hour = Folder::new("hour");
    let hour = serve(&one_hour.0, false).await;
    println!("finish of a recording of one hour: {:.0} ms", finish_one_hour(&hour).await.as_secs_f64() * 1000.0);

    let (few, full) = (serve(&folders[0].0, true).await, serve(&folders[1].0, true).await);
    let began = Instant::now();
    fill(&folders[0].0, &few.site.id, FEW);
    fill(&folders[1].0, &full.site.id, many);
    println!("filled with {FEW} and {many} recordings in {:.0} s", began.elapsed().as_secs_f64());

    let (mut rates, mut cpus) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for _ in 0..TURNS {
        for (at, store) in [&few, &full].into_iter().enumerate() {
            // A new recording every ten bodies: more than sites have, since beginning is what could grow dear.
            let path = format!("/v1/frames?k={}", store.site.key);
            let load = load(store.address, &Plan { path, size: 2048, time: TURN, pace: None, of_one: 10 }).await;
            rates[at].push(load.per_second);
            cpus[at].push(load.cpu_us);
        }
    }
    let [few_rate, full_rate] = rates.map(median);
    let [few_cpu, full_cpu] = cpus.map(median);
    println!(
        "intake, bodies a second: {few_rate:.0} with {FEW}, {full_rate:.0} with {many} stored: ratio {:.2}; CPU of one {few_cpu:.0} / {full_cpu:.0} us: {:.2}",
        few_rate / full_rate,
        full_cpu / few_cpu
    );
    lists(&full).await;
    println!("memory: {OPEN_VISITS} open visits take {} MB more", open_visits(&few).await);
}

/// One page with a frame each second, as a busy visitor would leave it; the time of its finish alone.
async fn finish_one_hour(serving: &Serving) -> Duration {
    let (id, secret, page) = (RecordingId([1; 16]), WriteSecret([2; 16]), PageId([3; 8]));
    let busy = payload(1400);
    let mut stream = TcpStream::connect(serving.address).await.unwrap();
    for first in (0..3600).step_by(60) {
        let frames: Vec<Vec<u8>> = (first..first + 60)
            .map(|seq| {
                let mut records = Vec::new();
                if seq == 0 {
                    record::put(&mut records, tag::HELLO, &Hello::default());
                }
                records.extend_from_slice(&busy);
                let flags = Flags(Flags::ACTIVE.0 | if seq == 3599 { Flags::END.0 } else { 0 });
                seal(&Header { page, seq: PageSeq(seq), flags, epoch_ms: 1, at_ms: seq * 1000 }, &records)
            })
            .collect();
        let frames: Vec<&[u8]> = frames.iter().map(Vec::as_slice).collect();
        let body = write_body(id, secret, 1, &frames);
        assert_eq!(send(&mut stream, "POST", &format!("/v1/frames?k={}", serving.site.key), "", &body).await.0, 204);
    }
    let began = Instant::now();
    assert_eq!(finish::finish_ended(&serving.app).await.unwrap(), 1);
    began.elapsed()
}

/// Finished recordings of the last ten days, by many visitors of a few pages.
fn fill(folder: &Path, site: &str, count: u64) {
    let database = rusqlite::Connection::open(folder.join("revisit.db")).unwrap();
    database.busy_timeout(Duration::from_secs(60)).unwrap();
    database.execute_batch("PRAGMA synchronous = OFF").unwrap();
    let now_ms = collector::clock::now_ms();
    // In parts, so that the collector beside it gets its turns.
    for first in (0..count).step_by(50_000) {
        database
            .execute(
                "WITH RECURSIVE n(n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM n WHERE n + 1 < ?2)
                 INSERT INTO recording (id, site, state, created_ms, expires_ms, started_ms, ended_ms, duration_ms, active_ms, pages,
                   entry_url, exit_url, title, referrer, urls, language, screen, viewport, device, browser, os, ip, visitor, clicks,
                   rage_clicks, errors, trouble, identity, email, conversation, events, tags, watched, starred, blob, size_bytes)
                 SELECT randomblob(16), ?3, 'ready', ?4 - (?5 - n) * 800, ?4 - (?5 - n) * 800 + 864000000, ?4 - (?5 - n) * 800, ?4 - (?5 - n) * 800 + n % 600000,
                   n % 600000, n % 300000, 1 + n % 9, 'https://shop.example/product/' || (n % 5000), 'https://shop.example/cart/' || (n % 50),
                   'Lamps ' || (n % 5000), 'https://search.example/', json_array('https://shop.example/product/' || (n % 5000)),
                   CASE n % 3 WHEN 0 THEN 'en' WHEN 1 THEN 'cs' ELSE 'de' END, '1920x1080', '1280x720',
                   CASE n % 5 WHEN 0 THEN 'mobile' ELSE 'desktop' END, CASE n % 4 WHEN 0 THEN 'Firefox 145' ELSE 'Chrome 142' END,
                   CASE n % 7 WHEN 0 THEN 'macOS' ELSE 'Windows' END, '203.0.' || (n % 250) || '.0', CAST(printf('%016d', n % 300000) AS BLOB),
                   n % 40, n % 97 = 0, n % 53 = 0, (n % 97 = 0) + (n % 53 = 0), CASE n % 20 WHEN 0 THEN json_object('id', 'u' || n, 'email', 'v' || n || '@shop.example') END,
                   CASE n % 20 WHEN 0 THEN 'v' || n || '@shop.example' END, CASE n % 500 WHEN 0 THEN 'chat-' || n END,
                   CASE n % 11 WHEN 0 THEN '[\"paid\"]' ELSE '[]' END, CASE n % 13 WHEN 0 THEN '[[\"plan\",\"gold\"]]' ELSE '[]' END,
                   n % 3 = 0, n % 1000 = 0, 'recordings/none', 40000
                 FROM n",
                rusqlite::params![first as i64, (first + 50_000).min(count) as i64, site, now_ms, count as i64],
            )
            .unwrap();
        index(&database);
    }
}

/// Kinds of terms, and what they are of a row.
const TERMS: [(&str, &str); 15] = [
    ("device", "device"),
    ("browser", "lower(browser)"),
    ("os", "lower(os)"),
    ("ip", "ip"),
    ("conversation", "conversation"),
    ("visitor", "lower(hex(visitor))"),
    ("email", "email"),
    ("identity", "json_extract(identity, '$.id')"),
    ("language", "language"),
    ("screen", "screen"),
    ("entry", "entry_url"),
    ("exit", "exit_url"),
    ("page", "entry_url"),
    ("event", "json_extract(events, '$[0]')"),
    ("tag", "json_extract(tags, '$[0][0]')"),
];

/// Puts the rows that are new into the index, as finish does one by one.
fn index(database: &rusqlite::Connection) {
    let from = "FROM recording WHERE rid > (SELECT ifnull(max(rowid), 0) FROM recording_text)";
    for (kind, value) in TERMS {
        let terms = format!(
            "INSERT OR IGNORE INTO term (site, kind, value) SELECT DISTINCT site, '{kind}', {value} {from} AND {value} IS NOT NULL"
        );
        database.execute(&terms, []).unwrap();
        let postings = format!(
            "INSERT OR IGNORE INTO posting (tid, rid) SELECT (SELECT tid FROM term WHERE term.site = recording.site AND kind = '{kind}' AND value = {value}), rid {from} AND {value} IS NOT NULL"
        );
        database.execute(&postings, []).unwrap();
    }
    let text = format!("INSERT INTO recording_text (rowid, facts) SELECT rid, title || char(10) || entry_url {from}");
    database.execute(&text, []).unwrap();
}

async fn send(stream: &mut TcpStream, method: &str, path: &str, headers: &str, body: &[u8]) -> (u16, Vec<u8>) {
    let head = format!("{method} {path} HTTP/1.1\r\nhost: bench\r\n{headers}content-length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
    let mut bytes = vec![0; 1 << 20];
    let mut read = 0;
    loop {
        read += stream.read(&mut bytes[read..]).await.unwrap();
        let Some(end) = bytes[..read].windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let length =
            head.split("content-length: ").nth(1).map_or(0, |rest| rest.split("\r\n").next().unwrap().parse().unwrap());
        if read >= end + 4 + length {
            let status = head.split(' ').nth(1).unwrap().parse().unwrap();
            return (status, bytes[end + 4..end + 4 + length].to_vec());
        }
    }
}

/// What operators ask for, each with its next page.
async fn lists(serving: &Serving) {
    let token = auth::grant(&*serving.app.store, AccessKind::Token, None, "bench", None).await.unwrap();
    let bearer = format!("authorization: Bearer {token}\r\n");
    let site = &serving.site.id;
    let mut stream = TcpStream::connect(serving.address).await.unwrap();
    let now_ms = collector::clock::now_ms();
    let day = |days: i64| collector::clock::rfc3339(now_ms - days * 86_400_000);
    let filters = [
        String::new(),
        "&page=/product/77".to_owned(),
        "&device=mobile".to_owned(),
        "&browser=Firefox".to_owned(),
        "&os=macOS".to_owned(),
        "&min_duration=590".to_owned(),
        "&event=paid".to_owned(),
        "&tag=plan".to_owned(),
        "&conversation=chat-500000".to_owned(),
        "&visitor=30303030303030303030303030303737".to_owned(),
        "&email=v500000@shop.example".to_owned(),
        "&ip=203.0.77.0".to_owned(),
        "&rage=true".to_owned(),
        "&errors=true".to_owned(),
        "&watched=false".to_owned(),
        "&starred=true".to_owned(),
        "&q=lamps".to_owned(),
        format!("&from={}&to={}", day(5), day(4)),
        "&device=mobile&browser=Firefox".to_owned(),
        "&device=mobile&errors=true".to_owned(),
        "&event=paid&tag=plan".to_owned(),
        "&rage=true&starred=true".to_owned(),
        "&browser=Chrome&os=macOS&watched=false".to_owned(),
        "&page=/product/77&device=desktop".to_owned(),
        "&min_duration=300&errors=true".to_owned(),
        format!("&from={}&device=mobile", day(2)),
        "&q=lamps&device=mobile".to_owned(),
        "&email=v500000@shop.example&watched=true".to_owned(),
    ];
    println!("lists, 50 newest and the page after them, {ASKED} times: p50 / p99");
    for filter in filters {
        let mut waits = Vec::new();
        let mut next = String::new();
        let mut found = 0;
        for _ in 0..ASKED {
            let path = format!("/api/v1/recordings?site={site}{filter}{next}");
            let began = Instant::now();
            let (status, body) = send(&mut stream, "GET", &path, &bearer, b"").await;
            waits.push(began.elapsed().as_secs_f64() * 1000.0);
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(status, 200, "{filter}: {body}");
            found += body["items"].as_array().unwrap().len();
            next = body["next"].as_str().map_or(String::new(), |next| format!("&cursor={next}"));
            // One that takes seconds has shown what it has to show.
            if waits.iter().sum::<f64>() > 3000.0 {
                break;
            }
        }
        waits.sort_by(f64::total_cmp);
        let name = if filter.is_empty() { "all" } else { &filter[1..] };
        println!(
            "{:>9.1} / {:>8.1} ms   {name}   ({found} found)",
            waits[waits.len() / 2],
            waits[waits.len() * 99 / 100]
        );
    }
    let mut waits = Vec::new();
    for _ in 0..ASKED {
        let began = Instant::now();
        assert_eq!(send(&mut stream, "GET", &format!("/api/v1/sites/{site}/usage"), &bearer, b"").await.0, 200);
        waits.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    waits.sort_by(f64::total_cmp);
    println!("usage: {:.1} / {:.1} ms", waits[waits.len() / 2], waits[waits.len() * 99 / 100]);
}

fn memory_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() >> 10
}

/// Each has sent some frames on a connection of its own, which it keeps.
async fn open_visits(serving: &Serving) -> u64 {
    let before = memory_mb();
    let path = format!("/v1/frames?k={}", serving.site.key);
    // As many connections as a usual limit of open files has room for; the others' are closed, as a browser does.
    let mut kept = Vec::new();
    for at in 0..OPEN_VISITS {
        let mut stream = TcpStream::connect(serving.address).await.unwrap();
        let (id, page) = (RecordingId(random()), PageId(random()));
        for seq in 0..3 {
            let header = Header { page, seq: PageSeq(seq), flags: Flags::ACTIVE, epoch_ms: 1, at_ms: seq };
            let body = write_body(id, WriteSecret([1; 16]), 1, &[&seal(&header, &payload(2000))]);
            assert_eq!(send(&mut stream, "POST", &path, "", &body).await.0, 204);
        }
        if at < CONNECTIONS {
            kept.push(stream);
        }
    }
    memory_mb().saturating_sub(before)
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}
