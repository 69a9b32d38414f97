//! Durable intake against a bare axum handler that only reads the body, in one run on one machine: same bodies, same
//! connections, taken in turns so that neither has the quieter moments. Prints requests a second and their ratio, the
//! processor time of one request (server and load generator together), which other work on the machine disturbs less, and
//! the durable latency at half of that load.
//!
//! ```text
//! cargo run --release -p revisit-collector --example intake_bench [-- SECONDS]
//! ```

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod load;

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use collector::config::Config;
use collector::server;
use http_body_util::BodyExt;
use load::{CONNECTIONS, Folder, Plan, load, serve};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

/// The binary's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Each is measured this often, in turns.
const TURNS: usize = 3;

fn main() {
    let seconds: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(3);
    // As the binary does: webhooks and certificates need it.
    rustls::crypto::ring::default_provider().install_default().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(bench(Duration::from_secs(seconds)));
}

async fn bench(time: Duration) {
    let folder = Folder::new("intake");
    let durable = serve(&folder.0, true).await;
    let bare = serve_bare().await;
    println!("{CONNECTIONS} connections, {TURNS} turns of {} s each, requests a second:", time.as_secs());
    println!(
        "{:>10} {:>10} {:>10} {:>7}   CPU durable / bare   durable p99 at half load",
        "body", "durable", "bare", "ratio"
    );
    for size in [2 << 10, 10 << 10] {
        let (mut sum, mut cpu) = ([0.0; 2], [0.0; 2]);
        let plan =
            Plan { path: format!("/v1/frames?k={}", durable.site.key), size, time, pace: None, of_one: u32::MAX };
        for _ in 0..TURNS {
            let one = load(durable.address, &plan).await;
            let other = load(bare, &Plan { path: "/".to_owned(), ..plan.clone() }).await;
            for (at, load) in [one, other].into_iter().enumerate() {
                sum[at] += load.per_second / TURNS as f64;
                cpu[at] += load.cpu_us / TURNS as f64;
            }
        }
        let half = load(durable.address, &Plan { pace: Some(sum[0] / 2.0), ..plan }).await;
        println!(
            "{size:>8} B {:>10.0} {:>10.0} {:>7.2}   {:>11.0} / {:.0} us   {:.1} ms",
            sum[0],
            sum[1],
            sum[0] / sum[1],
            cpu[0],
            cpu[1],
            half.p99.as_secs_f64() * 1000.0
        );
    }
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
    tokio::spawn(server::serve(listener, Router::new().route("/", post(read)), patience, None, std::future::pending()));
    address
}
