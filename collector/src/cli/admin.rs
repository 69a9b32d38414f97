//! The commands that do one thing on the store and end.

use super::{Command, Failed, Printer, SiteCommand, open, people, privacy, snippet, upkeep};
use crate::blobs::Blobs;
use crate::check;
use crate::clock;
use crate::config::{self, Config};
use crate::erase;
use crate::export::{self, Format};
use crate::import::{self, Imported};
use crate::store::site::Site;
use crate::store::{State, Store};
use crate::subject::Subject;
use serde_json::{Map, Value, json};
use shared::ids::RecordingId;
use std::io::Write;
use std::path::Path;

/// Who does it, for the audit.
pub(super) const ACTOR: &str = "command line";

pub(super) async fn run(command: Command, config: &Config, printer: &Printer) -> Result<(), Failed> {
    match &command {
        Command::Config => return printer.print(&json!({"example": config::example()}), config::example().trim_end()),
        Command::Restore { folder, erased } => {
            return upkeep::restore(folder, erased.as_deref(), config, printer).await;
        }
        _ => {}
    }
    let (shared_store, blobs) = open(config).await?;
    let store = &*shared_store.clone();
    let base_url = config.base_url(config.listen);
    match command {
        Command::Serve { .. } | Command::Config | Command::Restore { .. } => Ok(()),
        Command::Site(command) => site(command, config, store, &blobs, printer, &base_url).await,
        Command::User(command) => people::user(command, store, printer, &base_url).await,
        Command::Token(command) => people::token(command, store, printer).await,
        Command::Export { id, format, output } => export(&id, &format, &output, store, &blobs).await,
        Command::Import { file, site } => take_in(&file, &site, config, store, &blobs, printer).await,
        Command::Erase { site, which } => privacy::erase(site.as_deref(), which, store, &blobs, printer).await,
        Command::Access { site, which, output } => {
            privacy::access(site.as_deref(), which, &output, shared_store, blobs).await
        }
        Command::Audit { site, recording } => privacy::audit(site.as_deref(), recording, store, &blobs, printer).await,
        Command::Check => verify(store, &blobs, printer).await,
        Command::Doctor => upkeep::doctor(store, config, printer).await,
        Command::Backup { folder } => upkeep::backup(store, &blobs, config, &folder, printer).await,
        Command::Erased => upkeep::erased(store, printer).await,
    }
}

pub(super) async fn find_site(store: &dyn Store, name: &str) -> Result<Site, Failed> {
    let found = match store.site(name).await? {
        Some(site) => Some(site),
        None => store.site_by_key(name).await?,
    };
    found.ok_or_else(|| Failed::Told(format!("no site has the id or key `{name}`")))
}

async fn site(
    command: SiteCommand,
    config: &Config,
    store: &dyn Store,
    blobs: &Blobs,
    printer: &Printer,
    base_url: &str,
) -> Result<(), Failed> {
    let now_ms = clock::now_ms();
    match command {
        SiteCommand::Add { name, origin, plan, consent, time_zone } => {
            let body = json!({
                "name": name, "allowed_origins": origin, "plan": plan, "consent": consent, "time_zone": time_zone,
            });
            let plans: Vec<String> = config.plans.keys().cloned().collect();
            let body = body.as_object().cloned().unwrap_or_default();
            let site = Site::create(body, &plans, now_ms).map_err(|rejected| Failed::Usage(rejected.0))?;
            if !store.add_site(&site).await? {
                return Err(Failed::Told("another site has this key".to_owned()));
            }
            store.audit(ACTOR, "add site", &site.id, now_ms).await?;
            let snippet = snippet(base_url, &site.key);
            let mut json = site.to_json();
            json["snippet"] = snippet.clone().into();
            printer.print(&json, &format!("id       {}\nkey      {}\nsnippet  {snippet}", site.id, site.key))
        }
        SiteCommand::List => {
            let sites = store.sites().await?;
            let json = Value::Array(sites.iter().map(Site::to_json).collect());
            let line = |site: &Site| format!("{}  {}  {}  {}", site.id, site.key, site.settings.plan, site.name);
            let text = sites.iter().map(line).collect::<Vec<_>>().join("\n");
            printer.print(&json, if sites.is_empty() { "no sites yet" } else { &text })
        }
        SiteCommand::Set { site, settings } => {
            let id = find_site(store, &site).await?.id;
            let mut patch = Map::new();
            for setting in settings {
                let Some((name, value)) = setting.split_once('=') else {
                    return Err(Failed::Usage(format!("`{setting}` is not NAME=VALUE")));
                };
                let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
                patch.insert(name.to_owned(), value);
            }
            match store.change_site(&id, patch, now_ms).await? {
                None => Err(Failed::Told(format!("no site has the id or key `{site}`"))),
                Some(Err(rejected)) => Err(Failed::Usage(rejected.0)),
                Some(Ok(site)) => {
                    store.audit(ACTOR, "change site", &site.id, now_ms).await?;
                    let json = site.to_json();
                    printer.print(&json, &format!("{json:#}"))
                }
            }
        }
        SiteCommand::Remove { site } => {
            let id = find_site(store, &site).await?.id;
            let off = Map::from_iter([("enabled".to_owned(), Value::Bool(false))]);
            store.change_site(&id, off, now_ms).await?;
            let erased = erase::erase(store, blobs, Some(id.clone()), Subject::Everyone, ACTOR).await?.ids.len();
            store.remove_site(&id).await?;
            store.audit(ACTOR, "remove site", &id, now_ms).await?;
            let text = format!("removed, with {erased} recordings");
            printer.print(&json!({"id": id, "erased": erased}), &text)
        }
    }
}

pub(super) fn parse_id(id: &str) -> Result<RecordingId, Failed> {
    RecordingId::parse(id)
        .ok_or_else(|| Failed::Usage(format!("`{id}` is not a recording's id: 32 hexadecimal digits")))
}

async fn export(id: &str, format: &str, output: &Path, store: &dyn Store, blobs: &Blobs) -> Result<(), Failed> {
    let format = Format::parse(format)
        .ok_or_else(|| Failed::Usage(format!("`{format}` is not a format: revisit, rrweb or html")))?;
    let row = store.recording(parse_id(id)?).await?.filter(|row| row.expires_ms > clock::now_ms());
    let row = row.ok_or_else(|| Failed::Told(format!("there is no recording {id}")))?;
    if row.state != State::Ready {
        return Err(Failed::Told(format!("recording {id} is {}, not ready", row.state.as_str())));
    }
    let blob = blobs.get(&row.facts.blob).await?;
    let bytes = export::as_file(format, &row, &blob).map_err(|not_made| Failed::Told(not_made.to_string()))?;
    store.audit(ACTOR, &format!("export {}", format.name()), &row.id.to_string(), clock::now_ms()).await?;
    if output == Path::new("-") {
        std::io::stdout().write_all(&bytes)?;
        return Ok(());
    }
    std::fs::write(output, bytes).map_err(|error| Failed::File { path: output.display().to_string(), error })
}

async fn take_in(
    file: &Path,
    site: &str,
    config: &Config,
    store: &dyn Store,
    blobs: &Blobs,
    printer: &Printer,
) -> Result<(), Failed> {
    let failed = |error| Failed::File { path: file.display().to_string(), error };
    if std::fs::metadata(file).map_err(failed)?.len() > import::FILE_MAX_BYTES as u64 {
        return Err(Failed::Told(import::Failure::TooLarge.to_string()));
    }
    let bytes = std::fs::read(file).map_err(failed)?;
    let site = find_site(store, site).await?;
    let days = config.days(&site.settings.plan);
    let imported = import::import(store, blobs, &site, bytes.into(), days).await;
    let Imported { id, skipped } = imported.map_err(|failure| Failed::Told(failure.to_string()))?;
    store.audit(ACTOR, "import", &id.to_string(), clock::now_ms()).await?;
    if skipped > 0 {
        tracing::warn!(skipped, "events that cannot be read were left out");
    }
    printer.print(&json!({"id": id.to_string(), "skipped": skipped}), &id.to_string())
}

async fn verify(store: &dyn Store, blobs: &Blobs, printer: &Printer) -> Result<(), Failed> {
    let report = check::check(store, blobs).await?;
    let mut lines = report.findings.clone();
    lines.push(format!(
        "{} chunks with {} frames, {} recordings: {}",
        report.chunks,
        report.frames,
        report.recordings,
        if report.findings.is_empty() {
            "all is well".to_owned()
        } else {
            format!("{} findings", report.findings.len())
        }
    ));
    let json = json!({
        "chunks": report.chunks,
        "frames": report.frames,
        "recordings": report.recordings,
        "findings": report.findings,
    });
    printer.print(&json, &lines.join("\n"))?;
    if report.findings.is_empty() { Ok(()) } else { Err(Failed::Findings) }
}
