//! `revisit serve`: opens the stores, listens, prints where, and serves until it is told to stop.

use super::{Failed, Printer, open, snippet};
use crate::app::App;
use crate::auth;
use crate::clock;
use crate::config::Config;
use crate::country::Countries;
use crate::store::Store;
use crate::store::site::Site;
use crate::tls::Tls;
use serde_json::{Map, Value, json};
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpSocket};
use tokio::signal::unix::{SignalKind, signal};

/// The key of the demo shop.
const DEMO_KEY: &str = "demo";
/// Connections that may wait to be taken; the system's own limit (4,096 on Linux) may be lower.
const WAITING_CONNECTIONS: u32 = 4096;

pub(super) async fn serve(config: Config, printer: Printer, demo: bool) -> Result<(), Failed> {
    let countries = config.geoip.as_deref().map(Countries::open).transpose()?;
    let (store, blobs) = open(&config).await?;
    open_more_files();
    // Wrong files are told before anything is promised.
    let tls = config.tls().as_ref().map(Tls::open).transpose()?;
    let listen = config.listen;
    let listener = listen_at(listen).map_err(|error| Failed::Listen { address: listen, error })?;
    let listening = listener.local_addr()?;
    let base_url = config.base_url(listening);
    if demo {
        seed_demo(&*store, &config, listening).await?;
    }
    let sign_in = match store.has_users().await? {
        true => None,
        false => Some(auth::sign_in_link(&*store, &base_url, "owner").await?),
    };
    let sites = store.sites().await?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    greet(&printer, &format!("{scheme}://{listening}"), &base_url, sign_in.as_deref(), demo, &sites)?;
    let app = App::new(config, base_url, store, blobs);
    if let Some(countries) = countries {
        // Nobody else sets it.
        let _ = app.countries.set(countries);
    }
    run(listener, app, tls).await
}

/// As `TcpListener::bind`, which lets 128 connections wait: when more come at once, some of them are reset.
fn listen_at(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING_CONNECTIONS)
}

/// Every connection is an open file, and what systems allow at first is often 1,024.
fn open_more_files() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let raised =
        getrlimit(Resource::RLIMIT_NOFILE).and_then(|(_, most)| setrlimit(Resource::RLIMIT_NOFILE, most, most));
    if let Err(error) = raised {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
}

async fn run(listener: TcpListener, app: Arc<App>, tls: Option<Tls>) -> Result<(), Failed> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    crate::run(listener, app, tls, async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping: requests under way are answered first");
        // Asked a second time, it goes at once: what is acknowledged is durable anyway.
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            crate::telemetry::flush();
            std::process::exit(1);
        });
    })
    .await;
    Ok(())
}

fn greet(
    printer: &Printer,
    listening: &str,
    base_url: &str,
    sign_in: Option<&str>,
    demo: bool,
    sites: &[Site],
) -> Result<(), Failed> {
    let mut lines = vec![format!("listening on {listening}"), format!("dashboard    {base_url}/")];
    if let Some(link) = sign_in {
        lines.push(format!("sign in      {link}  (once; nobody else can use it then)"));
    }
    if demo {
        lines.push(format!("demo shop    {base_url}/demo/"));
    }
    match sites.iter().find(|site| site.key != DEMO_KEY) {
        Some(site) => lines.push(format!("in your pages  {}", snippet(base_url, &site.key))),
        None => lines.push("add a site   revisit site add --name NAME --origin https://your.site".to_owned()),
    }
    let text = lines.join("\n");
    if printer.json {
        // Whoever reads JSON gets the link as a value; the log must not hold it.
        let json = json!({
            "listening": listening,
            "dashboard": format!("{base_url}/"),
            "sign_in": sign_in,
            "demo": demo.then(|| format!("{base_url}/demo/")),
        });
        writeln!(std::io::stderr(), "listening on {listening}")?;
        return printer.print(&json, &text);
    }
    printer.print(&Value::Null, &text)
}

/// The demo shop's site, or its origins brought up to where we listen now.
async fn seed_demo(store: &dyn Store, config: &Config, listening: SocketAddr) -> Result<(), Failed> {
    let port = listening.port();
    let mut origins =
        vec![config.base_url(listening), format!("http://127.0.0.1:{port}"), format!("http://localhost:{port}")];
    origins.dedup();
    let now_ms = clock::now_ms();
    if let Some(site) = store.site_by_key(DEMO_KEY).await? {
        let patch = Map::from_iter([("allowed_origins".to_owned(), json!(origins))]);
        store.change_site(&site.id, patch, now_ms).await?;
        return Ok(());
    }
    let body = json!({"name": "Demo shop", "key": DEMO_KEY, "allowed_origins": origins, "plan": "standard"});
    let plans: Vec<String> = config.plans.keys().cloned().collect();
    let body = body.as_object().cloned().unwrap_or_default();
    let site = Site::create(body, &plans, now_ms).map_err(|rejected| Failed::Usage(rejected.0))?;
    // Another process that starts at the same time may have been first.
    store.add_site(&site).await?;
    Ok(())
}
