//! The commands that do one thing on the store and end.

use super::{Command, Failed, Printer, SiteCommand, Which, open, people, snippet, upkeep};
use crate::blobs::Blobs;
use crate::check;
use crate::clock;
use crate::config::{self, Config};
use crate::export::{self, Format};
use crate::keep;
use crate::store::site::Site;
use crate::store::{Filter, State, Store};
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
    let (store, blobs) = open(config)?;
    let store = &*store;
    let base_url = config.base_url(config.listen);
    match command {
        Command::Serve { .. } | Command::Config | Command::Restore { .. } => Ok(()),
        Command::Site(command) => site(command, config, store, &blobs, printer, &base_url).await,
        Command::User(command) => people::user(command, store, printer, &base_url).await,
        Command::Token(command) => people::token(command, store, printer).await,
        Command::Export { id, format, output } => export(&id, &format, &output, store, &blobs).await,
        Command::Import { file, site } => import(&file, &site, config, store, &blobs, printer).await,
        Command::Erase { site, which } => erase(site.as_deref(), which, store, &blobs, printer).await,
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
                    let json = site.to_json();
                    printer.print(&json, &format!("{json:#}"))
                }
            }
        }
        SiteCommand::Remove { site } => {
            let id = find_site(store, &site).await?.id;
            let off = Map::from_iter([("enabled".to_owned(), Value::Bool(false))]);
            store.change_site(&id, off, now_ms).await?;
            let all = Filter { site: Some(id.clone()), ..Filter::default() };
            let erased = keep::erase_all(store, blobs, all, ACTOR).await?;
            store.remove_site(&id).await?;
            let text = format!("removed, with {} recordings", erased.len());
            printer.print(&json!({"id": id, "erased": erased.len()}), &text)
        }
    }
}

fn parse_id(id: &str) -> Result<RecordingId, Failed> {
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

async fn import(
    file: &Path,
    site: &str,
    config: &Config,
    store: &dyn Store,
    blobs: &Blobs,
    printer: &Printer,
) -> Result<(), Failed> {
    let bytes = std::fs::read(file).map_err(|error| Failed::File { path: file.display().to_string(), error })?;
    let site = find_site(store, site).await?;
    let days = config.plans.get(&site.settings.plan).map_or(0, |plan| plan.days);
    let id = crate::finish::import(store, blobs, &site, bytes.into(), days).await.map_err(Failed::Told)?;
    printer.print(&json!({"id": id.to_string()}), &id.to_string())
}

async fn erase(
    site: Option<&str>,
    which: Which,
    store: &dyn Store,
    blobs: &Blobs,
    printer: &Printer,
) -> Result<(), Failed> {
    let site = match site {
        Some(name) => Some(find_site(store, name).await?.id),
        None => None,
    };
    let erased = match which.recording {
        Some(id) => {
            let id = parse_id(&id)?;
            let is_there =
                store.recording(id).await?.is_some_and(|row| site.as_ref().is_none_or(|site| *site == row.site));
            if is_there && keep::erase(store, blobs, id, ACTOR).await? { vec![id] } else { Vec::new() }
        }
        None => {
            let filter = Filter {
                site,
                visitor: which.visitor,
                email: which.email,
                identity: which.identity,
                ..Filter::default()
            };
            keep::erase_all(store, blobs, filter, ACTOR).await?
        }
    };
    let ids: Vec<String> = erased.iter().map(ToString::to_string).collect();
    let text = if ids.is_empty() { "nothing to erase".to_owned() } else { format!("erased {}", ids.join(" ")) };
    printer.print(&json!({"erased": ids}), &text)
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
