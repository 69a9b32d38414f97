//! `revisit erase`, `access` and `audit`: what a site owes to its visitors. Data goes to a file or stdout, never to stderr.

use super::admin::{ACTOR, find_site, parse_id};
use super::{Failed, Printer, Which};
use crate::audit as look;
use crate::blobs::Blobs;
use crate::clock;
use crate::disclose;
use crate::erase as erasing;
use crate::store::Store;
use crate::store::site::Site;
use crate::subject::Subject;
use futures_util::StreamExt;
use serde_json::{Value, json};
use shared::recording;
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;

async fn site_of(site: Option<&str>, store: &dyn Store) -> Result<Option<Site>, Failed> {
    match site {
        Some(name) => Ok(Some(find_site(store, name).await?)),
        None => Ok(None),
    }
}

fn subject(which: Which, site: Option<&Site>) -> Result<Subject, Failed> {
    Ok(match which {
        Which { recording: Some(id), .. } => Subject::Recording(parse_id(&id)?),
        Which { visitor: Some(id), .. } => Subject::Visitor(id),
        Which { email: Some(email), .. } => Subject::Email(email),
        Which { identity: Some(id), .. } => Subject::Identity(id),
        Which { ip: Some(_), .. } if site.is_some_and(|site| !site.settings.record_ip) => {
            return Err(Failed::Told("this site stores no full addresses, so nobody can be found by one".to_owned()));
        }
        Which { ip: Some(ip), .. } => Subject::Ip(ip),
        _ => return Err(Failed::Usage("name one of the options".to_owned())),
    })
}

pub(super) async fn erase(
    site: Option<&str>,
    which: Which,
    store: &dyn Store,
    blobs: &Blobs,
    printer: &Printer,
) -> Result<(), Failed> {
    let site = site_of(site, store).await?;
    let subject = subject(which, site.as_ref())?;
    let erased = erasing::erase(store, blobs, site.map(|site| site.id), subject, ACTOR).await?;
    let ids: Vec<String> = erased.ids.iter().map(ToString::to_string).collect();
    let scan = erased.scan;
    let text = if ids.is_empty() {
        "nothing to erase".to_owned()
    } else {
        format!(
            "erased {}; nothing is left in {} chunks and {} recordings",
            ids.join(" "),
            scan.chunks,
            scan.recordings
        )
    };
    printer.print(&json!({"erased": ids, "verified": scan.to_json()}), &text)
}

pub(super) async fn access(
    site: Option<&str>,
    which: Which,
    output: &Path,
    store: Arc<dyn Store>,
    blobs: Blobs,
) -> Result<(), Failed> {
    let site = site_of(site, &*store).await?;
    let subject = subject(which, site.as_ref())?;
    let site = site.map(|site| site.id);
    let action = format!("access by {subject}");
    let object = site.clone().unwrap_or_else(|| "every site".to_owned());
    let (count, pieces) = disclose::disclose(store.clone(), blobs, site, subject).await?;
    store.audit(ACTOR, &action, &format!("{object}: {count}"), clock::now_ms()).await?;
    let unwritable = |error| Failed::File { path: output.display().to_string(), error };
    let mut file: Box<dyn Write> = match output == Path::new("-") {
        true => Box::new(std::io::stdout()),
        false => Box::new(std::fs::File::create(output).map_err(unwritable)?),
    };
    let mut pieces = pin!(pieces);
    while let Some(piece) = pieces.next().await {
        file.write_all(&piece?).map_err(unwritable)?;
    }
    file.flush().map_err(unwritable)
}

pub(super) async fn audit(
    site: Option<&str>,
    only: Option<String>,
    store: &dyn Store,
    blobs: &Blobs,
    printer: &Printer,
) -> Result<(), Failed> {
    let site = site_of(site, store).await?;
    let subject = only.map_or(Ok(Subject::Everyone), |id| parse_id(&id).map(Subject::Recording))?;
    let sites: HashMap<String, Site> = store.sites().await?.into_iter().map(|site| (site.id.clone(), site)).collect();
    let (mut items, mut lines) = (Vec::new(), Vec::new());
    let (mut scanned, mut hidden) = (0, 0);
    for row in store.recordings_of(site.map(|site| site.id), subject, None, u32::MAX).await? {
        let Some(settings) = sites.get(&row.site).map(|site| &site.settings).filter(|_| !row.facts.blob.is_empty())
        else {
            continue;
        };
        let Ok(recording) = recording::read(&blobs.get(&row.facts.blob).await?) else {
            lines.push(format!("{}  cannot be read", row.id));
            continue;
        };
        scanned += 1;
        for finding in look::audit(&recording, settings) {
            hidden += usize::from(!finding.allowed);
            let note = if finding.allowed { "  (the settings allow it)" } else { "" };
            lines.push(format!(
                "{}  page {}  {} times  {}  {}  {}{note}",
                row.id,
                finding.page,
                finding.count,
                finding.kind.as_str(),
                finding.place,
                finding.element
            ));
            items.push(finding.to_json(row.id));
        }
    }
    lines.push(format!("{scanned} recordings, {hidden} places with something that the settings hide"));
    let json: Value = json!({"items": items, "scanned": scanned, "hidden": hidden});
    printer.print(&json, &lines.join("\n"))?;
    if hidden == 0 { Ok(()) } else { Err(Failed::Findings) }
}
