//! Durable intake against a bare axum handler that only reads the body, in one run on one machine: same bodies, same
//! connections, taken in turns so that neither has the quieter moments. Prints requests a second and their ratio, and the
//! processor time of one request (server and load generator together), which other work on the machine disturbs less.
//!
//! ```text
//! cargo run --release -p revisit-collector --example intake_bench [-- SECONDS]
//! ```

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use collector::app::App;
use collector::blobs::Blobs;
use collector::config::Config;
use collector::server;
use collector::store::site::Site;
use collector::store::sqlite::Sqlite;
use collector::store::{Rules, Store};
use http_body_util::BodyExt;
use shared::frame::{Flags, Header, seal, write_body};
use shared::ids::{PageId, PageSeq, RecordingId, WriteSecret};
use shared::record::{self, Pointer, tag};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The binary's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CONNECTIONS: usize = 256;
/// Each is measured this often, in turns.
const TURNS: usize = 3;

fn main() {
    let seconds: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(3);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(bench(Duration::from_secs(seconds)));
}

async fn bench(time: Duration) {
    let folder = std::env::temp_dir().join(format!("revisit-intake-bench-{}", std::process::id()));
    let (durable, key) = serve_collector(&folder).await;
    let bare = serve_bare().await;
    println!("{CONNECTIONS} connections, {TURNS} turns of {} s each, requests a second:", time.as_secs());
    println!("{:>10} {:>10} {:>10} {:>7}   p99 of durable   CPU durable / bare", "body", "durable", "bare", "ratio");
    for size in [2 << 10, 10 << 10] {
        let (mut sum, mut cpu, mut slowest) = ([0.0; 2], [0.0; 2], Duration::ZERO);
        let path = format!("/v1/frames?k={key}");
        for _ in 0..TURNS {
            let one = load(durable, &path, size, time).await;
            slowest = slowest.max(one.p99);
            for (at, load) in [one, load(bare, "/", size, time).await].into_iter().enumerate() {
                sum[at] += load.per_second / TURNS as f64;
                cpu[at] += load.cpu_us / TURNS as f64;
            }
        }
        let ([durable, bare], slowest_ms) = (sum, slowest.as_secs_f64() * 1000.0);
        println!(
            "{size:>8} B {durable:>10.0} {bare:>10.0} {:>7.2}   {slowest_ms:>11.1} ms   {:.0} / {:.0} us",
            durable / bare,
            cpu[0],
            cpu[1]
        );
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

async fn serve_collector(folder: &std::path::Path) -> (SocketAddr, String) {
    let mut config = Config::defaults();
    config.data = folder.to_owned();
    if let Some(plan) = config.plans.get_mut("pro") {
        plan.recordings = u32::MAX;
    }
    let store = Sqlite::open(&config.database_path().unwrap(), Rules::of(&config)).unwrap();
    let blobs = Blobs::in_folder(&config.blobs_path().unwrap()).unwrap();
    let body = serde_json::json!({"name": "Bench", "origin": "https://bench.example", "plan": "pro"});
    let site = Site::create(body.as_object().unwrap().clone(), &["pro".to_owned()], 0).unwrap();
    store.add_site(&site).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = App::new(config, format!("http://{address}"), Arc::new(store), blobs);
    tokio::spawn(collector::run(listener, app, std::future::pending()));
    (address, site.key)
}

/// The same server, with a handler that reads the body and says 204.
async fn serve_bare() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let read = |body: Body| async move {
        let _ = body.collect().await;
        axum::http::StatusCode::NO_CONTENT
    };
    let patience = Config::defaults().patience();
    tokio::spawn(server::serve(listener, Router::new().route("/", post(read)), patience, std::future::pending()));
    address
}

struct Load {
    per_second: f64,
    p99: Duration,
    cpu_us: f64,
}

/// Processor time of this process so far, in microseconds.
fn cpu_us() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<f64> =
        stat.rsplit(") ").next().unwrap().split(' ').skip(11).take(2).map(|it| it.parse().unwrap()).collect();
    // Linux counts in hundredths of a second.
    (fields[0] + fields[1]) * 10_000.0
}

async fn load(address: SocketAddr, path: &str, size: usize, time: Duration) -> Load {
    let count = Arc::new(AtomicU64::new(0));
    let (start, cpu_before) = (Instant::now(), cpu_us());
    let until = start + time;
    let visitors: Vec<_> =
        (0..CONNECTIONS).map(|_| tokio::spawn(visitor(address, path.to_owned(), size, until, count.clone()))).collect();
    let mut waits = Vec::new();
    for visitor in visitors {
        waits.extend(visitor.await.unwrap());
    }
    waits.sort_unstable();
    let count = count.load(Ordering::Relaxed) as f64;
    let per_second = count / start.elapsed().as_secs_f64();
    Load { per_second, p99: waits[waits.len() * 99 / 100], cpu_us: (cpu_us() - cpu_before) / count }
}

/// One visitor: a recording of its own, one body after the other on one connection.
async fn visitor(
    address: SocketAddr,
    path: String,
    size: usize,
    until: Instant,
    count: Arc<AtomicU64>,
) -> Vec<Duration> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut id, mut secret, mut page) = ([0; 16], [0; 16], [0; 8]);
    for random in [&mut id[..], &mut secret[..], &mut page[..]] {
        getrandom::fill(random).unwrap();
    }
    let payload = payload(size - 100);
    let mut answer = [0; 1024];
    let mut waits = Vec::new();
    for seq in 0.. {
        if Instant::now() >= until {
            break;
        }
        let header = Header { page: PageId(page), seq: PageSeq(seq), flags: Flags::ACTIVE, epoch_ms: 1, at_ms: seq };
        let body = write_body(RecordingId(id), WriteSecret(secret), 1, &[&seal(&header, &payload)]);
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: bench\r\norigin: https://bench.example\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let sent = Instant::now();
        stream.write_all(&[head.as_bytes(), &body].concat()).await.unwrap();
        let read = stream.read(&mut answer).await.unwrap();
        waits.push(sent.elapsed());
        assert!(answer[..read].starts_with(b"HTTP/1.1 204"), "{}", String::from_utf8_lossy(&answer[..read]));
        count.fetch_add(1, Ordering::Relaxed);
    }
    waits
}

/// Records of about `size` bytes: what a pointer leaves behind.
fn payload(size: usize) -> Vec<u8> {
    let mut records = Vec::new();
    let mut x = 1;
    while records.len() + 120 < size {
        let points = (0..30).map(|_| {
            x = x * 1103 % 7919;
            (16, x % 40 - 20, x % 30 - 15)
        });
        record::put(&mut records, tag::POINTER, &Pointer { at: 0, kind: 0, points: points.collect() });
    }
    let rest = size - records.len() - 3;
    record::put_packed(&mut records, 999, &vec![7; rest]);
    records
}
