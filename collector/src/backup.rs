//! `revisit backup` and `revisit restore`. A backup is a folder with the metadata as of one moment and every blob that they
//! name; collectors go on meanwhile. A restore puts it into an empty place, then erases again what was erased since, and
//! lets expire what has expired since, before anybody can see it.

use crate::blobs::{self, Blobs};
use crate::clock;
use crate::erase;
use crate::keep;
use crate::store::sqlite;
use crate::store::{self, Rules, Store};
use shared::ids::RecordingId;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The metadata inside a backup.
const DATABASE: &str = "revisit.db";
/// The blobs inside a backup.
const BLOBS: &str = "blobs";
/// Meanwhile finished, expired or erased: what the copy of the metadata names may be gone before it is read. Then a newer
/// copy names what came in its place. Each round has only what changed during the one before.
const ROUNDS: usize = 10;

/// Why it did not work.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A store says no.
    #[error(transparent)]
    Store(#[from] store::Failure),
    /// A blob store says no.
    #[error(transparent)]
    Blobs(#[from] blobs::Failure),
    /// What was restored cannot be brought up to date.
    #[error(transparent)]
    Keep(#[from] keep::Failure),
    /// A file cannot be used.
    #[error("cannot use {path}: {error}")]
    File {
        /// Which.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// Something is there already.
    #[error("{0} is not empty")]
    NotEmpty(String),
    /// No backup is there.
    #[error("{0} holds no backup")]
    NoBackup(String),
    /// Blobs that the metadata name cannot be had.
    #[error("{0} blobs are missing in the store (`revisit check` names them); everything else is copied")]
    Missing(usize),
}

/// What was copied.
#[derive(Clone, Copy, Debug, Default)]
#[allow(missing_docs)]
pub struct Copied {
    pub blobs: usize,
    pub bytes: u64,
    /// Recordings that were erased after the backup, and are again.
    pub erased: usize,
    /// Recordings that have expired since the backup.
    pub expired: u64,
}

fn file(path: &Path, error: std::io::Error) -> Failure {
    Failure::File { path: path.display().to_string(), error }
}

fn make_empty(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| file(folder, error))?;
    let mut entries = std::fs::read_dir(folder).map_err(|error| file(folder, error))?;
    if entries.next().is_some() { Err(Failure::NotEmpty(folder.display().to_string())) } else { Ok(()) }
}

/// Names of all blobs that metadata point at.
async fn names(store: &dyn Store) -> Result<BTreeSet<String>, Failure> {
    let mut names: BTreeSet<String> = store.chunk_names().await?.into_iter().collect();
    names.extend(store.inventory(clock::now_ms()).await?.recordings.into_iter().map(|(_, name)| name));
    Ok(names)
}

/// Copies everything into a folder that is empty or not there.
pub async fn backup(store: &dyn Store, blobs: &Blobs, rules: &Rules, folder: &Path) -> Result<Copied, Failure> {
    make_empty(folder)?;
    let (database, there) = (folder.join(DATABASE), Blobs::in_folder(&folder.join(BLOBS))?);
    let mut copied = Copied::default();
    let mut done = BTreeSet::new();
    let mut missing = 0;
    for _ in 0..ROUNDS {
        store.copy_to(database.clone()).await?;
        let wanted = names(&sqlite::open(&database, rules.clone())?).await?;
        missing = 0;
        for name in &wanted {
            if done.contains(name) {
                continue;
            }
            match blobs.get(name).await {
                Ok(bytes) => {
                    copied.blobs += 1;
                    copied.bytes += bytes.len() as u64;
                    there.put(name, bytes).await?;
                    done.insert(name.clone());
                }
                Err(blobs::Failure::Missing) => missing += 1,
                Err(failure) => return Err(failure.into()),
            }
        }
        // What an earlier round copied and the last metadata do not name may have been erased meanwhile.
        for name in done.difference(&wanted) {
            there.delete(name).await?;
            copied.blobs -= 1;
        }
        done.retain(|name| wanted.contains(name));
        if missing == 0 {
            return Ok(copied);
        }
    }
    Err(Failure::Missing(missing))
}

/// Puts a backup where no store is, and brings it up to date. `erased`: recordings that are to stay erased.
pub async fn restore(
    folder: &Path,
    database: &Path,
    blobs: &Blobs,
    rules: &Rules,
    erased: &[RecordingId],
    actor: &str,
) -> Result<Copied, Failure> {
    let source = folder.join(DATABASE);
    if !source.is_file() {
        return Err(Failure::NoBackup(folder.display().to_string()));
    }
    if database.exists() {
        return Err(Failure::NotEmpty(database.display().to_string()));
    }
    let parent = database.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(|error| file(parent, error))?;
    let there = Blobs::in_folder(&folder.join(BLOBS))?;
    let mut copied = Copied::default();
    {
        // Read from a copy: the backup itself stays as it is.
        let wanted = {
            let look: PathBuf = parent.join("restoring.db");
            std::fs::copy(&source, &look).map_err(|error| file(&source, error))?;
            let wanted = names(&sqlite::open(&look, rules.clone())?).await?;
            std::fs::remove_file(&look).map_err(|error| file(&look, error))?;
            wanted
        };
        for name in wanted {
            let bytes = there.get(&name).await?;
            copied.blobs += 1;
            copied.bytes += bytes.len() as u64;
            blobs.put(&name, bytes).await?;
        }
    }
    // The metadata come last, and whole: before that nothing points at the blobs.
    let part = parent.join("restoring.db");
    let publish = || {
        std::fs::copy(&source, &part)?;
        std::fs::File::open(&part)?.sync_all()?;
        std::fs::rename(&part, database)?;
        std::fs::File::open(parent)?.sync_all()
    };
    publish().map_err(|error| file(database, error))?;
    let store = sqlite::open(database, rules.clone())?;
    for id in erased {
        copied.erased += usize::from(erase::erase_recording(&store, blobs, *id, actor).await?);
    }
    loop {
        let expired = store.tidy(clock::now_ms()).await?;
        copied.expired += expired;
        if expired == 0 {
            break;
        }
    }
    keep::tidy(&store, blobs).await?;
    store.settle().await?;
    Ok(copied)
}
