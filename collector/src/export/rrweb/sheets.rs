//! Style sheets that change. In: `Sheet`, `Rule` and `Adopted` of the replay model. Out: rrweb's events for them.
//!
//! The Replayer applies changes of constructed sheets before it has made the sheets when it jumps in time. So a constructed
//! sheet is never changed: it is told anew, under another number, and adopted again; once per moment, however many rules
//! were inserted in it.

use super::css::{self, Relative};
use super::format::{AddedRule, Adopted, Constructed, Events, Kind, RemovedRule, SheetRules};
use super::tree::{Sent, Tree};
use std::collections::{BTreeMap, BTreeSet, HashMap};

#[derive(Default)]
struct Sheet {
    rules: Vec<String>,
    /// The document that it was told in, as it is now, and its number in the export.
    told: Option<(u32, u64)>,
}

/// The sheets of one built page.
#[derive(Default)]
pub(super) struct Sheets {
    constructed: BTreeMap<u32, Sheet>,
    adopted: BTreeMap<u32, Vec<u32>>,
    /// Documents and shadow roots to be told again.
    changed: BTreeSet<u32>,
    /// At most so many rules has a `<style>` whose rules are not those of its text.
    rule_counts: HashMap<u32, usize>,
}

impl Sheets {
    /// All rules of a constructed sheet.
    pub(super) fn construct(&mut self, sheet: u32, text: &str) {
        let rules = css::rules(text).into_iter().map(|rule| css::offline(rule, Relative::Goes).into_owned());
        self.constructed.insert(sheet, Sheet { rules: rules.collect(), told: None });
        self.touch(sheet);
    }

    /// One rule of a constructed sheet.
    pub(super) fn construct_rule(&mut self, sheet: u32, index: u32, text: Option<&str>) {
        let Sheet { rules, told } = self.constructed.entry(sheet).or_default();
        let index = index as usize;
        match text {
            Some(text) => rules.insert(index.min(rules.len()), css::offline(text, Relative::Goes).into_owned()),
            None if index < rules.len() => drop(rules.remove(index)),
            None => {}
        }
        *told = None;
        self.touch(sheet);
    }

    fn touch(&mut self, sheet: u32) {
        let users = self.adopted.iter().filter(|(_, sheets)| sheets.contains(&sheet));
        self.changed.extend(users.map(|(node, _)| *node));
    }

    /// The constructed sheets of a document or shadow root.
    pub(super) fn adopt(&mut self, node: u32, sheets: &[u32]) {
        self.adopted.insert(node, sheets.to_vec());
        self.changed.insert(node);
    }

    /// Tells the sheets of a node again, since the Replayer may have built it anew.
    pub(super) fn again(&mut self, node: u32) {
        if self.adopted.contains_key(&node) {
            self.changed.insert(node);
        }
    }

    /// Forgets a node that is gone.
    pub(super) fn forget(&mut self, node: u32) {
        self.adopted.remove(&node);
        self.changed.remove(&node);
        self.rule_counts.remove(&node);
    }

    /// Whether something is waiting to be told.
    pub(super) fn is_waiting(&self) -> bool {
        !self.changed.is_empty()
    }

    /// Tells what changed in constructed sheets. Jumping in time, the Replayer passes over a host that is gone by then,
    /// together with the sheets that were told with it: so new ones are told with the host's document.
    pub(super) fn write(&mut self, tree: &Tree<'_>, timestamp: u64, events: &mut Events) {
        for node in std::mem::take(&mut self.changed) {
            let Some(known) = tree.get(node) else { continue };
            let id = match known.what {
                Sent::Document { .. } => tree.id(node),
                Sent::ShadowRoot => tree.id(known.parent),
                _ => continue,
            };
            let mut fresh = Vec::new();
            let ids = self.tell(node, known.root, tree, &mut fresh);
            if known.root != node && !fresh.is_empty() {
                let of_document = self.tell(known.root, known.root, tree, &mut fresh);
                self.write_one(tree.id(known.root), of_document, &fresh, timestamp, events);
                fresh.clear();
            }
            self.write_one(id, ids, &fresh, timestamp, events);
        }
    }

    /// The export's numbers of the sheets of a node. Those that have none yet in its document get one, and are `fresh`.
    fn tell(&mut self, node: u32, root: u32, tree: &Tree<'_>, fresh: &mut Vec<u32>) -> Vec<u64> {
        let mut ids = Vec::new();
        for number in self.adopted.get(&node).into_iter().flatten() {
            let told = &mut self.constructed.entry(*number).or_default().told;
            let style_id = match *told {
                Some((document, style_id)) if document == root => style_id,
                _ => tree.ids.spare(),
            };
            if told.replace((root, style_id)) != Some((root, style_id)) {
                fresh.push(*number);
            }
            ids.push(style_id);
        }
        ids
    }

    fn write_one(&self, id: u64, style_ids: Vec<u64>, fresh: &[u32], timestamp: u64, events: &mut Events) {
        let styles = fresh.iter().filter_map(|number| {
            let Sheet { rules, told } = self.constructed.get(number)?;
            Some(Constructed { style_id: (*told)?.1, rules: numbered(rules.iter().map(String::as_str)) })
        });
        events.push(Kind::Incremental, timestamp, &Adopted::new(id, style_ids, styles.collect()));
    }

    /// All rules of a `<style>`, beside what its text says.
    pub(super) fn replace(&mut self, node: u32, text: &str, tree: &Tree<'_>, timestamp: u64, events: &mut Events) {
        let text = css::offline(text, Relative::Goes);
        let before = tree.style_text(node);
        let count = self.rule_counts.get(&node).copied();
        if count.is_none() && text.trim() == before.trim() {
            return;
        }
        let rules = css::rules(&text);
        let count = count.unwrap_or_else(|| css::rules(&before).len());
        // Those that were there stand after the new ones. One too many does no harm.
        let removes = (0..count).map(|_| RemovedRule { index: rules.len() }).collect();
        self.rule_counts.insert(node, rules.len());
        let change = SheetRules::new(tree.id(node), numbered(rules.into_iter()), removes);
        events.push(Kind::Incremental, timestamp, &change);
    }

    /// One rule of a `<style>` or of a `<link>`'s sheet.
    pub(super) fn rule(
        &mut self,
        (node, index): (u32, u32),
        text: Option<&str>,
        tree: &Tree<'_>,
        timestamp: u64,
        events: &mut Events,
    ) {
        let count = self.rule_counts.entry(node).or_insert_with(|| css::rules(&tree.style_text(node)).len());
        *count += usize::from(text.is_some());
        let index = index as usize;
        let text = text.map(|text| css::offline(text, Relative::Goes));
        let adds = text.iter().map(|rule| AddedRule { rule, index }).collect();
        let removes = if text.is_none() { vec![RemovedRule { index }] } else { Vec::new() };
        events.push(Kind::Incremental, timestamp, &SheetRules::new(tree.id(node), adds, removes));
    }

    /// The rules of a `<style>` are those of its text again.
    pub(super) fn reset(&mut self, node: u32) {
        self.rule_counts.remove(&node);
    }
}

fn numbered<'a>(rules: impl Iterator<Item = &'a str>) -> Vec<AddedRule<'a>> {
    rules.enumerate().map(|(index, rule)| AddedRule { rule, index }).collect()
}
