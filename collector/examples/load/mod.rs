//! What the benches share: a collector in this process on a fresh folder, and visitors who send one body after the other.

#![allow(clippy::unwrap_used, dead_code)]

use collector::app::App;
use collector::blobs::Blobs;
use collector::config::Config;
use collector::server;
use collector::store::site::Site;
use collector::store::{self, Rules};
use shared::frame::{Flags, Header, seal, write_body};
use shared::ids::{PageId, PageSeq, RecordingId, WriteSecret};
use shared::record::{self, Pointer, tag};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const CONNECTIONS: usize = 256;

/// A folder that goes with the bench.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("revisit-bench-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub struct Serving {
    pub app: Arc<App>,
    pub address: SocketAddr,
    pub site: Site,
}

/// A collector with one site whose plan never ends; with or without finish and keep beside it.
pub async fn serve(folder: &Path, whole: bool) -> Serving {
    let mut config = Config::defaults();
    config.data = folder.to_owned();
    config.end_after = 0;
    config.new_burst = u32::MAX;
    if let Some(plan) = config.plans.get_mut("pro") {
        plan.recordings = u32::MAX;
    }
    let store = store::open(&config.database_place().unwrap(), Rules::of(&config)).await.unwrap();
    let blobs = Blobs::open(&config.blob_place().unwrap()).unwrap();
    let body = serde_json::json!({"name": "Bench", "origin": "https://bench.example", "plan": "pro"});
    let site = Site::create(body.as_object().unwrap().clone(), &["pro".to_owned()], 0).unwrap();
    store.add_site(&site).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = App::new(config, format!("http://{address}"), store, blobs);
    match whole {
        true => drop(tokio::spawn(collector::run(listener, app.clone(), None, std::future::pending()))),
        false => {
            let patience = app.config.patience();
            tokio::spawn(server::serve(listener, collector::app(app.clone()), patience, None, std::future::pending()));
        }
    }
    Serving { app, address, site }
}

pub struct Load {
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
    pub cpu_us: f64,
}

/// Processor time of this process so far, in microseconds.
pub fn cpu_us() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<f64> =
        stat.rsplit(") ").next().unwrap().split(' ').skip(11).take(2).map(|it| it.parse().unwrap()).collect();
    // Linux counts in hundredths of a second.
    (fields[0] + fields[1]) * 10_000.0
}

/// What the visitors do.
#[derive(Clone)]
pub struct Plan {
    pub path: String,
    /// Bytes of a body.
    pub size: usize,
    pub time: Duration,
    /// Bodies a second of all together; as many as they can without.
    pub pace: Option<f64>,
    /// Bodies of one recording before the next one begins.
    pub of_one: u32,
}

pub async fn load(address: SocketAddr, plan: &Plan) -> Load {
    let count = Arc::new(AtomicU64::new(0));
    let (start, cpu_before) = (Instant::now(), cpu_us());
    let until = start + plan.time;
    let visitors: Vec<_> = (0..CONNECTIONS)
        .map(|at| tokio::spawn(visitor(address, plan.clone(), at, start, until, count.clone())))
        .collect();
    let mut waits = Vec::new();
    for visitor in visitors {
        waits.extend(visitor.await.unwrap());
    }
    waits.sort_unstable();
    let count = count.load(Ordering::Relaxed) as f64;
    let per_second = count / start.elapsed().as_secs_f64();
    Load {
        per_second,
        p50: waits[waits.len() / 2],
        p99: waits[waits.len() * 99 / 100],
        cpu_us: (cpu_us() - cpu_before) / count,
    }
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

/// One visitor on one connection.
async fn visitor(
    address: SocketAddr,
    plan: Plan,
    at: usize,
    start: Instant,
    until: Instant,
    count: Arc<AtomicU64>,
) -> Vec<Duration> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut id, mut secret, mut page) = (random(), random(), random());
    let payload = payload(plan.size - 100);
    let mut answer = [0; 1024];
    let mut waits = Vec::new();
    let mut seq = 0;
    for sent in 0.. {
        if let Some(pace) = plan.pace {
            // Each in its own turn, so that bodies come evenly.
            let turn = (sent * CONNECTIONS + at) as f64 / pace;
            tokio::time::sleep_until((start + Duration::from_secs_f64(turn)).into()).await;
        }
        if Instant::now() >= until {
            break;
        }
        let header = Header { page: PageId(page), seq: PageSeq(seq), flags: Flags::ACTIVE, epoch_ms: 1, at_ms: seq };
        let body = write_body(RecordingId(id), WriteSecret(secret), 1, &[&seal(&header, &payload)]);
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: bench\r\norigin: https://bench.example\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n",
            plan.path,
            body.len()
        );
        let began = Instant::now();
        stream.write_all(&[head.as_bytes(), &body].concat()).await.unwrap();
        let read = stream.read(&mut answer).await.unwrap();
        waits.push(began.elapsed());
        assert!(answer[..read].starts_with(b"HTTP/1.1 204"), "{}", String::from_utf8_lossy(&answer[..read]));
        count.fetch_add(1, Ordering::Relaxed);
        seq += 1;
        if seq == plan.of_one {
            (id, secret, page, seq) = (random(), random(), random(), 0);
        }
    }
    waits
}

/// Records of about `size` bytes: what a pointer leaves behind.
pub fn payload(size: usize) -> Vec<u8> {
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

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
