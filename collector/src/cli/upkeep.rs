//! The commands of whoever keeps the installation running: doctor, backup, restore.

use super::{Failed, Printer};
use crate::backup::{self, Copied};
use crate::blobs::Blobs;
use crate::config::{Config, DatabasePlace};
use crate::disk::Disk;
use crate::doctor;
use crate::store::{self, Rules, Store};
use serde_json::{Value, json};
use shared::ids::RecordingId;
use std::path::{Path, PathBuf};

const ACTOR: &str = "restore";

pub(super) async fn doctor(store: &dyn Store, config: &Config, printer: &Printer) -> Result<(), Failed> {
    let report = doctor::examine(store, config, &Disk::of(config)).await?;
    printer.print(&report.to_json(), &report.to_text())?;
    if report.has_problems() { Err(Failed::Findings) } else { Ok(()) }
}

/// The file that holds the metadata; PostgreSQL's are copied by its own tools.
fn file_of(config: &Config) -> Result<PathBuf, Failed> {
    match config.database_place()? {
        DatabasePlace::File(path) => Ok(path),
        DatabasePlace::Postgres(_) => Err(store::Failure::NoCopy.into()),
    }
}

pub(super) async fn backup(
    store: &dyn Store,
    blobs: &Blobs,
    config: &Config,
    folder: &Path,
    printer: &Printer,
) -> Result<(), Failed> {
    file_of(config)?;
    let Copied { blobs, bytes, .. } = backup::backup(store, blobs, &Rules::of(config), folder).await?;
    let text = format!("copied the metadata and {blobs} blobs of {bytes} bytes to {}", folder.display());
    printer.print(&json!({"blobs": blobs, "bytes": bytes}), &text)
}

pub(super) async fn restore(
    folder: &Path,
    erased: Option<&Path>,
    config: &Config,
    printer: &Printer,
) -> Result<(), Failed> {
    let erased = match erased {
        None => Vec::new(),
        Some(path) => {
            let failed = |error| Failed::File { path: path.display().to_string(), error };
            let text = std::fs::read_to_string(path).map_err(failed)?;
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            let id = |line: &str| {
                RecordingId::parse(line).ok_or_else(|| Failed::Usage(format!("`{line}` is not a recording's id")))
            };
            lines.map(id).collect::<Result<_, _>>()?
        }
    };
    let blobs = Blobs::open(&config.blob_place()?)?;
    let rules = Rules::of(config);
    let done = backup::restore(folder, &file_of(config)?, &blobs, &rules, &erased, ACTOR).await?;
    let Copied { blobs, bytes, erased, expired } = done;
    let text =
        format!("restored {blobs} blobs of {bytes} bytes; {erased} recordings erased again, {expired} expired since");
    printer.print(&json!({"blobs": blobs, "bytes": bytes, "erased": erased, "expired": expired}), &text)
}

pub(super) async fn erased(store: &dyn Store, printer: &Printer) -> Result<(), Failed> {
    let ids: Vec<String> = store.erased().await?.iter().map(ToString::to_string).collect();
    let text = ids.join("\n");
    printer.print(&Value::from(ids), &text)
}
