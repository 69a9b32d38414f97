//! `revisit doctor`, and the same at `/api/v1/doctor`: what stands in the way of recordings, for the whole installation and
//! for each site. In: the stores and the configuration. Out: findings and facts, without a name, an address or a URL, so
//! that the text can go to whoever helps. Changes nothing.

use crate::clock::{self, Millis};
use crate::config::Config;
use crate::disk::{self, Disk};
use crate::store::operations::Refused;
use crate::store::site::{Consent, Site};
use crate::store::{Failure, Store, Usage};
use crate::tls;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// A visit that has ended should be finished after this long.
const FINISH_LATE_MS: Millis = 3 * 60_000;
/// Clocks of several machines may differ by this.
const CLOCK_MS: Millis = 5000;
/// How far back refusals and failed messages are told.
const BACK_MS: Millis = 7 * clock::DAY;
/// A certificate that ends sooner should have been renewed by now.
const CERTIFICATE_MS: Millis = 14 * clock::DAY;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// As it should be.
    Fine,
    /// Worth knowing, or soon a problem.
    Warning,
    /// Something does not work.
    Problem,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Level::Fine => "ok",
            Level::Warning => "warning",
            Level::Problem => "problem",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Finding {
    pub level: Level,
    pub text: String,
}

/// What is known of one site.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct SiteReport {
    pub id: String,
    pub last_frame_ms: Option<Millis>,
    pub asked_ms: Option<Millis>,
    pub open: u64,
    pub usage: Usage,
    /// Why recordings may be missing, most likely first.
    pub reasons: Vec<String>,
    pub refused: Vec<Refused>,
    /// What is wrong with the messages to the owner's server, if anything is.
    pub webhooks: Option<String>,
}

/// Everything.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Report {
    pub at_ms: Millis,
    pub findings: Vec<Finding>,
    pub sites: Vec<SiteReport>,
}

/// Looks at everything.
pub async fn examine(store: &dyn Store, config: &Config, disk: &Disk) -> Result<Report, Failure> {
    let now_ms = clock::now_ms();
    let mut findings = Vec::new();
    let vitals = store.vitals(now_ms).await?;
    findings.push(space(config, disk, vitals.written_bytes, vitals.written_since_ms));
    findings.push(match vitals.oldest_unfinished_ms {
        Some(last_ms) if now_ms - last_ms > FINISH_LATE_MS => Finding {
            level: Level::Problem,
            text: format!(
                "a visit that ended waits for {} to be finished: is a collector running?",
                ago(now_ms, last_ms)
            ),
        },
        _ => fine("no visit waits for long to be finished"),
    });
    if vitals.failing > 0 {
        let text = format!("{} visits could not be finished at the first try; the log says why", vitals.failing);
        findings.push(Finding { level: Level::Warning, text });
    }
    findings.push(match vitals.newest_ms {
        Some(newest_ms) if newest_ms > now_ms + CLOCK_MS => Finding {
            level: Level::Problem,
            text: format!("the clock is {} behind what the store has seen", ago(newest_ms, now_ms)),
        },
        _ => fine("the clock is not behind the store"),
    });
    findings.push(certificate(config, now_ms));
    let refused = store.refusals(now_ms - BACK_MS).await?;
    if let Some(unknown) = refused.iter().find(|one| one.site.is_empty() && one.code != ASKED) {
        let text = format!(
            "{} requests came with a key that no site has, the last {} ago: is a page's key out of date?",
            unknown.count,
            ago(now_ms, unknown.last_ms)
        );
        findings.push(Finding { level: Level::Warning, text });
    }
    let mut sites = Vec::new();
    for site in store.sites().await? {
        sites.push(examine_site(store, site, &refused, now_ms).await?);
    }
    if sites.is_empty() {
        findings.push(Finding { level: Level::Warning, text: "there is no site yet: revisit site add".to_owned() });
    }
    Ok(Report { at_ms: now_ms, findings, sites })
}

fn fine(text: &str) -> Finding {
    Finding { level: Level::Fine, text: text.to_owned() }
}

fn space(config: &Config, disk: &Disk, written: u64, since_ms: Millis) -> Finding {
    let Some(space) = disk.fullest() else { return fine("the stores are not on a disk of this machine") };
    let used = space.used_percent();
    let mut text = format!("{used:.0} % of the disk is used, {} MB are free", space.free >> 20);
    if let Some(days) = disk::days_left(space.free, written, since_ms) {
        // What expires makes room again: this is the worst case, or a store that is still filling.
        let _ = write!(text, ", enough for {days:.0} days if nothing expired");
    }
    let level = if used >= f64::from(config.disk_stop) {
        text.push_str(": no new recordings begin");
        Level::Problem
    } else if used >= f64::from(config.disk_warn) {
        Level::Warning
    } else {
        Level::Fine
    };
    Finding { level, text }
}

fn certificate(config: &Config, now_ms: Millis) -> Finding {
    let Some(source) = config.tls() else { return fine("TLS is not spoken here: that is for a proxy in front") };
    let (level, text) = match tls::ends_ms(&source) {
        Ok(ends_ms) if ends_ms <= now_ms => {
            (Level::Problem, format!("the certificate ended {} ago", ago(now_ms, ends_ms)))
        }
        Ok(ends_ms) => {
            let level = if ends_ms - now_ms < CERTIFICATE_MS { Level::Warning } else { Level::Fine };
            (level, format!("the certificate holds for another {}", ago(ends_ms, now_ms)))
        }
        // Where its file is may name somebody.
        Err(tls::Failure::File { why, .. }) => (Level::Problem, format!("no certificate: {why}")),
        Err(failure) => (Level::Problem, format!("no certificate: {failure}")),
    };
    Finding { level, text }
}

/// Pages that asked for their settings are noted beside what was refused, by this word.
pub const ASKED: &str = "asked";

async fn examine_site(
    store: &dyn Store,
    site: Site,
    refused: &[Refused],
    now_ms: Millis,
) -> Result<SiteReport, Failure> {
    let vitals = store.site_vitals(&site.id, now_ms - BACK_MS).await?;
    let usage = store.usage(&site, now_ms).await?;
    let own = || refused.iter().filter(|one| one.site == site.id);
    let asked_ms = own().find(|one| one.code == ASKED).map(|one| one.last_ms);
    let refused: Vec<Refused> = own().filter(|one| one.code != ASKED).cloned().collect();
    let settings = &site.settings;
    let mut reasons = Vec::new();
    let mut say = |holds: bool, text: String| {
        if holds {
            reasons.push(text);
        }
    };
    say(!settings.enabled, "recording is switched off for this site (`enabled`)".to_owned());
    say(usage.limit == 0, format!("the plan `{}` has no recordings", settings.plan));
    let is_over = usage.limit > 0 && usage.used >= usage.limit;
    say(
        is_over,
        format!("the month's {} recordings are used up until {}", usage.limit, clock::rfc3339(usage.resets_ms)),
    );
    say(
        asked_ms.is_none() && vitals.last_frame_ms.is_none(),
        "no page has asked for this site's settings: is the snippet on the pages, with this key?".to_owned(),
    );
    say(
        asked_ms.is_some() && vitals.last_frame_ms.is_none() && refused.is_empty(),
        "pages ask for their settings and send nothing: consent, exclusions, sampling, or a policy of the page that forbids it".to_owned(),
    );
    for one in &refused {
        let what = meaning(&one.code);
        say(true, format!("{} times `{}`, the last {} ago: {what}", one.count, one.code, ago(now_ms, one.last_ms)));
    }
    say(settings.consent == Consent::Required, "nothing is recorded before revisit('consent', true)".to_owned());
    say(
        settings.sample_rate < 1.0,
        format!("only {:.0} % of visits are recorded (`sample_rate`)", settings.sample_rate * 100.0),
    );
    say(settings.min_duration > 0, format!("visits under {} s are not listed (`min_duration`)", settings.min_duration));
    say(!settings.excluded_pages.is_empty(), "some pages are excluded (`excluded_pages`)".to_owned());
    say(!settings.included_pages.is_empty(), "only some pages are included (`included_pages`)".to_owned());
    say(!settings.record_mobile, "visits on phones are not recorded (`record_mobile`)".to_owned());
    Ok(SiteReport {
        id: site.id.clone(),
        last_frame_ms: vitals.last_frame_ms,
        asked_ms,
        open: vitals.open,
        usage,
        reasons,
        refused,
        webhooks: webhooks(vitals.failed_hooks, vitals.retried_hooks),
    })
}

fn webhooks(failed: u64, retried: u64) -> Option<String> {
    let told =
        format!("webhooks: {failed} given up within a week, {retried} to be tried again; the settings' page says why");
    (failed + retried > 0).then_some(told)
}

/// What a refusal's code means to whoever owns the site.
fn meaning(code: &str) -> &'static str {
    match code {
        "origin_not_allowed" => "the page's origin is not in `allowed_origins`",
        "quota" | "plan" => "the plan allows no more recordings now",
        "disabled" => "the site is switched off",
        "too_fast" => "more new recordings at once than the limits allow",
        "disk_full" => "the disk was full",
        "unavailable" => "the store was not available; the recorder sends again",
        "not_yours" => "frames for a recording that began with another secret: forged, or storage that was copied",
        "closed" => "the visit was over; the recorder starts a new one",
        "erased" => "the recording was erased",
        "too_slow" | "cut_short" => "the visitor's connection was too slow or broke",
        "too_large" | "frame_too_large" | "inflates_too_far" => "larger than a recorder sends",
        _ => "not a frame of a recorder that this version knows",
    }
}

/// A time in words.
fn ago(later_ms: Millis, earlier_ms: Millis) -> String {
    let seconds = (later_ms - earlier_ms).max(0) / 1000;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

impl Report {
    /// Whether something does not work.
    pub fn has_problems(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Problem)
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        let time = |at: Option<Millis>| at.map(clock::rfc3339);
        let site = |site: &SiteReport| {
            let refused = site
                .refused
                .iter()
                .map(|one| json!({"code": one.code, "count": one.count, "last_at": clock::rfc3339(one.last_ms)}));
            json!({
                "site": site.id,
                "last_frame_at": time(site.last_frame_ms),
                "last_asked_at": time(site.asked_ms),
                "open": site.open,
                "stored": site.usage.stored,
                "used": site.usage.used,
                "limit": site.usage.limit,
                "reasons": site.reasons,
                "webhooks": site.webhooks,
                "refused": refused.collect::<Vec<_>>(),
            })
        };
        let finding = |one: &Finding| json!({"level": one.level.word(), "text": one.text});
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "at": clock::rfc3339(self.at_ms),
            "findings": self.findings.iter().map(finding).collect::<Vec<_>>(),
            "sites": self.sites.iter().map(site).collect::<Vec<_>>(),
        })
    }

    /// For people.
    pub fn to_text(&self) -> String {
        let mut text = format!("Revisit {} at {}\n", env!("CARGO_PKG_VERSION"), clock::rfc3339(self.at_ms));
        for finding in &self.findings {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{:<8} {}", finding.level.word(), finding.text);
        }
        for site in &self.sites {
            let last = site.last_frame_ms.map_or("never".to_owned(), |at| format!("{} ago", ago(self.at_ms, at)));
            let _ = writeln!(
                text,
                "\nsite {}: last frame {last}, {} open, {} stored, {} of {} this month",
                site.id, site.open, site.usage.stored, site.usage.used, site.usage.limit
            );
            for reason in site.reasons.iter().chain(&site.webhooks) {
                let _ = writeln!(text, "  - {reason}");
            }
        }
        text.trim_end().to_owned()
    }
}
