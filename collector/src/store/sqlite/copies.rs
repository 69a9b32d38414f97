//! Copies of the whole file, each as of one moment: for a backup, and before a migration. A copy before a migration lies
//! beside the file for a day, so that whoever regrets the new version has the old metadata; an erasure deletes it at once,
//! since it may hold what is erased.

use super::Failure;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long a copy before a migration is kept.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// Writes a copy that is whole and on the disk when it stands under its name.
pub(super) fn write(connection: &Connection, file: &Path) -> Result<(), Failure> {
    let part = file.with_extension("part");
    let failed = |error| Failure::Open { path: file.display().to_string(), error };
    match std::fs::remove_file(&part) {
        // What a killed attempt left.
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    connection.execute("VACUUM INTO ?1", [part.to_string_lossy()])?;
    let publish = || {
        std::fs::File::open(&part)?.sync_all()?;
        std::fs::rename(&part, file)?;
        std::fs::File::open(file.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new(".")))?.sync_all()
    };
    publish().map_err(failed)
}

/// The copy before the migration with this number.
pub(super) fn before_migration(database: &Path, number: i64) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(format!(".before-{number:04}"));
    name.into()
}

/// Deletes copies before migrations: those that are too old, or all of them.
pub(super) fn forget(database: &Path, all: bool) {
    let (Some(folder), Some(name)) = (database.parent(), database.file_name()) else { return };
    let prefix = format!("{}.before-", name.to_string_lossy());
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_copy = entry.file_name().to_string_lossy().starts_with(&prefix);
        let age =
            entry.metadata().and_then(|it| it.modified()).ok().and_then(|at| SystemTime::now().duration_since(at).ok());
        if is_copy
            && (all || age.is_some_and(|age| age > KEPT))
            && let Err(error) = std::fs::remove_file(entry.path())
        {
            tracing::error!(%error, "a copy of the metadata cannot be deleted");
        }
    }
}
