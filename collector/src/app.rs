//! What every handler shares: the configuration, the two stores, the log, limits, counters. Made once by [`crate::run`];
//! tests make their own and call [`crate::app()`].

use crate::address;
use crate::assets::Assets;
use crate::blobs::Blobs;
use crate::clock::{self, Millis};
use crate::config::Config;
use crate::country::Countries;
use crate::disk::Disk;
use crate::health::Health;
use crate::intake::Known;
use crate::intake::rate::Rate;
use crate::intake::refusals::Refusals;
use crate::log::Log;
use crate::password::Passwords;
use crate::seal::Seals;
use crate::store::site::Site;
use crate::store::{Failure, Store};
use crate::telemetry::Counters;
use axum::http::HeaderMap;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::sync::OnceCell;

/// How long a site may be remembered: a change made by another process is in force after that.
const SITE_MS: Millis = 1000;
/// Keys remembered, unknown ones among them.
const SITES_MAX: usize = 10_000;

/// A site as it was at a time; nothing where there is none.
type Remembered = (Millis, Option<Arc<Site>>);

/// Shared state.
pub struct App {
    /// What was configured.
    pub config: Config,
    /// The address that browsers use.
    pub base_url: String,
    /// Metadata.
    pub store: Arc<dyn Store>,
    /// Bytes.
    pub blobs: Blobs,
    /// The way in for frames.
    pub log: Log,
    /// Limits on new recordings.
    pub rate: Rate,
    /// Recordings that were accepted a moment ago.
    pub known: Known,
    /// Bytes of bodies that the intake holds now.
    pub held_bytes: AtomicUsize,
    /// Passwords of links and people.
    pub passwords: Passwords,
    /// What is counted.
    pub counters: Counters,
    /// What was refused a moment ago, to be noted in the store.
    pub refusals: Refusals,
    /// How full the disks are.
    pub disk: Disk,
    /// What the parts of this process met last.
    pub health: Arc<Health>,
    /// Countries of addresses, when the operator gives a file.
    pub countries: OnceLock<Countries>,
    /// The files inside the binary.
    pub assets: Assets,
    sites: Mutex<HashMap<String, Remembered>>,
    seals: OnceCell<Seals>,
}

impl App {
    /// Puts it together; starts the log's writers, so it needs a runtime.
    pub fn new(config: Config, base_url: String, store: Arc<dyn Store>, blobs: Blobs) -> Arc<Self> {
        let on_erased = {
            let (store, blobs) = (store.clone(), blobs.clone());
            Arc::new(move |cid| drop(tokio::spawn(crate::erase::rewrite_later(store.clone(), blobs.clone(), cid))))
        };
        let health = Arc::new(Health::default());
        let log = Log::start(store.clone(), blobs.clone(), health.clone(), on_erased);
        Arc::new(Self {
            rate: Rate::new(config.new_per_minute, config.new_burst),
            refusals: Refusals::default(),
            disk: Disk::of(&config),
            health,
            config,
            base_url,
            store,
            blobs,
            log,
            known: Known::default(),
            held_bytes: AtomicUsize::new(0),
            passwords: Passwords::default(),
            counters: Counters::default(),
            countries: OnceLock::new(),
            assets: Assets::embedded(),
            sites: Mutex::default(),
            seals: OnceCell::new(),
        })
    }

    /// Who asks: the peer, or whom a trusted proxy forwards for.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let forwarded = headers.get_all("x-forwarded-for").into_iter().filter_map(|value| value.to_str().ok());
        address::client(peer, forwarded, &self.config.trusted_proxies)
    }

    /// The site of a public key, at most a second old.
    pub async fn site_by_key(&self, key: &str) -> Result<Option<Arc<Site>>, Failure> {
        let now_ms = clock::now_ms();
        if let Some((read_ms, site)) = self.sites.lock().unwrap_or_else(PoisonError::into_inner).get(key)
            // A clock that was set back makes nothing remembered for longer.
            && (now_ms - read_ms).abs() < SITE_MS
        {
            return Ok(site.clone());
        }
        let site = self.store.site_by_key(key).await?.map(Arc::new);
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        if sites.len() >= SITES_MAX {
            sites.clear();
        }
        sites.insert(key.to_owned(), (now_ms, site.clone()));
        Ok(site)
    }

    /// What signs links that are held nowhere.
    pub async fn seals(&self) -> Result<&Seals, Failure> {
        self.seals.get_or_try_init(|| Seals::of(&*self.store)).await
    }

    /// A site was changed here: what is remembered of it is void.
    pub fn forget_sites(&self) {
        self.sites.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
