//! What a list says about a recording, found out of the recording itself: pages, durations, counts, names of events.
//! Everything here is masked text, but for what the owner declared.

use crate::persons::Declared;
use crate::store::filter::path_of;
use crate::store::{Claim, Facts};
use shared::recording::Recording;
use shared::replay::{Cursor, Mark, What, overview};
use std::collections::BTreeSet;

/// Addresses, names of events, tags that are kept of one recording.
const LIST_MAX: usize = 200;

pub(super) fn find(recording: &Recording, declared: Declared, claim: &Claim) -> Facts {
    let glance = overview(recording);
    let identity = declared.identity();
    let started_ms = i64::try_from(recording.started_at_ms).unwrap_or(claim.created_ms);
    // Never longer than it took to arrive, never shorter than it was shown before.
    let duration_ms = i64::from(glance.duration_ms).min((claim.last_ms - started_ms).max(0)).max(claim.duration_ms);
    let inactive: i64 = glance.inactive.iter().map(|(start, end)| i64::from(end - start)).sum();
    let count = |kind: &str| glance.marks.iter().filter(|mark| mark.kind == kind).count() as i64;
    let urls: Vec<String> = labels(&glance.marks, &["page", "navigate"]);
    let mut facts = Facts {
        started_ms,
        ended_ms: started_ms + duration_ms,
        duration_ms,
        active_ms: (duration_ms - inactive).clamp(0, duration_ms),
        pages: recording.pages.len() as i64,
        entry_url: urls.first().cloned().unwrap_or_default(),
        exit_url: last_label(&glance.marks, &["page", "navigate"]).unwrap_or_default(),
        clicks: count("click") + count("rage") + count("dead"),
        rage_clicks: count("rage"),
        dead_clicks: count("dead"),
        errors: count("error"),
        gaps: glance.gaps.len() as i64,
        events: unique(labels(&glance.marks, &["event"])),
        clicked: unique(labels(&glance.marks, &["click", "rage", "dead"])),
        messages: unique(labels(&glance.marks, &["error"])),
        steps: steps(&urls),
        urls: unique(urls),
        conversation: declared.conversation,
        identity: claim.identity.clone(),
        ..Facts::default()
    };
    facts.identity.extend(identity);
    for page in &recording.pages {
        for event in Cursor::new(page).rest() {
            note(&mut facts, event.what);
        }
    }
    facts
}

fn note(facts: &mut Facts, what: What) {
    match what {
        What::Hello { referrer, title, language, viewport, screen, .. } if facts.viewport.is_empty() => {
            facts.referrer = referrer;
            facts.title = title;
            facts.language = language;
            facts.viewport = format!("{}x{}", viewport.0, viewport.1);
            facts.screen = format!("{}x{}", screen.0, screen.1);
        }
        What::Tag { key, value } if facts.tags.len() < LIST_MAX => {
            facts.tags.retain(|(known, _)| *known != key);
            facts.tags.push((key, value));
        }
        What::Custom { name, props } => {
            let room = LIST_MAX.saturating_sub(facts.properties.len());
            facts.properties.extend(props.into_iter().take(room).map(|(key, value)| (name.clone(), key, value)));
        }
        _ => {}
    }
}

/// The paths of a visit in their order, each once where it follows itself.
fn steps(urls: &[String]) -> Vec<String> {
    let mut steps: Vec<String> = urls.iter().map(|url| path_of(url).to_owned()).collect();
    steps.dedup();
    steps.truncate(LIST_MAX);
    steps
}

fn labels(marks: &[Mark], kinds: &[&str]) -> Vec<String> {
    marks
        .iter()
        .filter(|mark| kinds.contains(&mark.kind) && !mark.label.is_empty())
        .map(|mark| mark.label.clone())
        .collect()
}

fn last_label(marks: &[Mark], kinds: &[&str]) -> Option<String> {
    labels(marks, kinds).pop()
}

fn unique(all: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    all.into_iter().filter(|one| seen.insert(one.clone())).take(LIST_MAX).collect()
}
