//! How full the disks of the store are. In: the folders. Out: the fullest one's share, looked up every few seconds, and
//! what follows from it: a warning, then no new recordings. What runs goes on; reading, erasing and expiry never stop.

use crate::clock;
use crate::config::{BlobPlace, Config, DatabasePlace};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// How often the disks are looked at.
const TICK: Duration = Duration::from_secs(2);

/// One disk.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Space {
    /// Bytes that we may still write.
    pub free: u64,
    /// Bytes that are written, and those.
    pub all: u64,
}

impl Space {
    /// Part that is used, in hundredths.
    pub fn used_percent(&self) -> f64 {
        100.0 - self.free as f64 * 100.0 / self.all.max(1) as f64
    }
}

/// The disk of a folder, as `df` counts: what is kept back for root is neither free nor there.
pub fn space(folder: &Path) -> Option<Space> {
    let found = nix::sys::statvfs::statvfs(folder).ok()?;
    let (block, used) = (found.fragment_size(), found.blocks().saturating_sub(found.blocks_free()));
    let free = found.blocks_available() * block;
    Some(Space { free, all: used * block + free })
}

/// What is known of the disks.
pub struct Disk {
    folders: Vec<PathBuf>,
    warn_percent: f64,
    stop_percent: f64,
    used_thousandths: AtomicU64,
    told: AtomicBool,
}

impl Disk {
    /// Of the local parts of a configured store; a store elsewhere has its own guard.
    pub fn of(config: &Config) -> Self {
        let database = match config.database_place() {
            Ok(DatabasePlace::File(path)) => path.parent().map(Path::to_owned),
            Ok(DatabasePlace::Postgres(_)) | Err(_) => None,
        };
        let blobs = match config.blob_place() {
            Ok(BlobPlace::Folder(folder)) => Some(folder),
            Ok(BlobPlace::Bucket(_)) | Err(_) => None,
        };
        let disk = Self {
            folders: database.into_iter().chain(blobs).collect(),
            warn_percent: f64::from(config.disk_warn),
            stop_percent: f64::from(config.disk_stop),
            used_thousandths: AtomicU64::new(0),
            told: AtomicBool::new(false),
        };
        disk.look();
        disk
    }

    /// The fullest disk, now.
    pub fn fullest(&self) -> Option<Space> {
        let spaces = self.folders.iter().filter_map(|folder| space(folder));
        spaces.max_by(|one, other| one.used_percent().total_cmp(&other.used_percent()))
    }

    fn look(&self) {
        let Some(space) = self.fullest() else { return };
        let used = space.used_percent();
        self.used_thousandths.store((used * 1000.0) as u64, Relaxed);
        let is_warning = used >= self.warn_percent;
        if is_warning != self.told.swap(is_warning, Relaxed) {
            let free_mb = space.free >> 20;
            match is_warning {
                true => tracing::warn!(used_percent = used as u32, free_mb, "the disk fills up"),
                false => tracing::info!(used_percent = used as u32, free_mb, "the disk has room again"),
            }
        }
    }

    /// Part that is used, in hundredths.
    pub fn used_percent(&self) -> f64 {
        self.used_thousandths.load(Relaxed) as f64 / 1000.0
    }

    /// Whether somebody should do something.
    pub fn is_filling(&self) -> bool {
        self.used_percent() >= self.warn_percent
    }

    /// Whether no new recording may begin.
    pub fn is_full(&self) -> bool {
        self.used_percent() >= self.stop_percent
    }

    /// Looks until it is dropped.
    pub async fn watch(&self) {
        loop {
            tokio::time::sleep(TICK).await;
            // A disk that hangs must not hold up a worker of the runtime for more than one look; a local one answers at once.
            self.look();
        }
    }
}

/// Days until a disk is full at the pace since `since_ms`, when it fills at all.
pub fn days_left(free: u64, written: u64, since_ms: clock::Millis) -> Option<f64> {
    let days = (clock::now_ms() - since_ms) as f64 / clock::DAY as f64;
    (written > 0 && days > 0.0).then(|| free as f64 / (written as f64 / days))
}
