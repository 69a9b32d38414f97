//! Random changes to a tree, told to the recorder as the tap tells them, must come out of the replay model as the same
//! tree: from the snapshot, and from the events applied one by one as the player applies them.
#![allow(clippy::unwrap_used, missing_docs)]

use recorder::Recorder;
use shared::ids::{PageId, PageSeq};
use shared::mask::{Policy, Rules};
use shared::recording::{Page, PageFrame};
use shared::replay::{Cursor, Event, Node, NodeKind, What};
use std::collections::{BTreeMap, BTreeSet};

/// xorshift64*: the same seed gives the same run everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }
}

const INLINE: u32 = 1 << 31;

/// The page: nodes by key; key 0 is the document. A text node has no children.
#[derive(Default)]
struct Dom {
    children: Vec<Vec<usize>>,
    parent: Vec<Option<usize>>,
    text: Vec<Option<String>>,
    id: Vec<u32>,
    free: Vec<u32>,
    next_id: u32,
    dirty: BTreeSet<usize>,
    changed_texts: BTreeSet<usize>,
    words: Vec<u32>,
    arena: Vec<u8>,
    by_id: BTreeMap<u32, usize>,
}

impl Dom {
    fn create(&mut self, text: Option<String>) -> usize {
        self.children.push(Vec::new());
        self.parent.push(None);
        self.text.push(text);
        self.id.push(0);
        self.id.len() - 1
    }

    fn is_connected(&self, key: usize) -> bool {
        key == 0 || self.parent[key].is_some_and(|parent| self.is_connected(parent))
    }

    fn contains(&self, root: usize, key: usize) -> bool {
        key == root || self.parent[key].is_some_and(|parent| self.contains(root, parent))
    }

    fn touch(&mut self, parent: usize) {
        if self.id[parent] != 0 {
            self.dirty.insert(parent);
        }
    }

    fn remove(&mut self, key: usize) {
        if let Some(parent) = self.parent[key].take() {
            self.children[parent].retain(|child| *child != key);
            self.touch(parent);
        }
    }

    fn insert(&mut self, parent: usize, at: usize, key: usize) {
        self.remove(key);
        let at = at.min(self.children[parent].len());
        self.children[parent].insert(at, key);
        self.parent[key] = Some(parent);
        self.touch(parent);
    }

    /// What the tap does for nodes that are detached when the observer reports.
    fn forget(&mut self, key: usize) {
        self.id[key] = 0;
        for child in self.children[key].clone() {
            self.forget(child);
        }
    }

    fn put_text(&mut self, text: &str) {
        self.words.push(if text.is_empty() { 0 } else { INLINE | text.len() as u32 });
        self.arena.extend_from_slice(text.as_bytes());
    }

    fn item(&mut self, key: usize) {
        if self.id[key] != 0 {
            self.words.push(self.id[key] << 3 | 1);
            return;
        }
        let id = self.free.pop().unwrap_or_else(|| {
            self.next_id += 1;
            self.next_id
        });
        self.id[key] = id;
        self.by_id.insert(id, key);
        if let Some(text) = self.text[key].clone() {
            self.words.push(id << 3 | 3);
            self.put_text(&text);
            return;
        }
        self.words.push(id << 3 | 2);
        self.put_text("b");
        self.words.extend([0, 0]);
        for child in self.children[key].clone() {
            self.item(child);
        }
        self.words.push(0);
    }

    fn flush(&mut self, recorder: &mut Recorder, time: u32) {
        for key in 1..self.id.len() {
            if self.id[key] != 0 && !self.is_connected(key) {
                self.forget(key);
            }
        }
        for parent in std::mem::take(&mut self.dirty) {
            if self.id[parent] == 0 {
                continue;
            }
            self.words.extend([1, self.id[parent]]);
            for child in self.children[parent].clone() {
                self.item(child);
            }
            self.words.push(0);
        }
        for key in std::mem::take(&mut self.changed_texts) {
            if self.id[key] != 0 {
                self.words.extend([5, 1, self.id[key]]);
                let text = self.text[key].clone().unwrap();
                self.put_text(&text);
            }
        }
        self.words.extend([6, time]);
        recorder.ingest(&self.words, &self.arena);
        self.words.clear();
        self.arena.clear();
        for id in recorder.freed().to_vec() {
            let key = self.by_id.remove(&id).unwrap();
            if self.id[key] == id {
                self.id[key] = 0;
            }
            self.free.push(id);
        }
    }

    /// The tree in one line.
    fn print(&self, key: usize, out: &mut String) {
        match &self.text[key] {
            Some(text) => out.push_str(&format!("'{text}'")),
            None => {
                out.push('(');
                self.children[key].iter().for_each(|child| self.print(*child, out));
                out.push(')');
            }
        }
    }
}

/// A tree as a player would hold it.
#[derive(Default)]
struct Player {
    children: BTreeMap<u32, Vec<u32>>,
    parent: BTreeMap<u32, u32>,
    text: BTreeMap<u32, String>,
}

impl Player {
    fn place(&mut self, parent: u32, before: u32, id: u32) {
        assert!(!self.contains(id, parent), "a node was put into its own subtree");
        if let Some(old) = self.parent.insert(id, parent) {
            self.children.get_mut(&old).unwrap().retain(|child| *child != id);
        }
        let list = self.children.entry(parent).or_default();
        let at = if before == 0 { list.len() } else { list.iter().position(|child| *child == before).unwrap() };
        list.insert(at, id);
    }

    fn contains(&self, root: u32, id: u32) -> bool {
        id == root || self.parent.get(&id).is_some_and(|parent| self.contains(root, *parent))
    }

    fn add(&mut self, node: &Node, parent: u32, before: u32) {
        // Ids come again after their node is gone.
        if !matches!(node.what, NodeKind::Moved {}) {
            self.text.remove(&node.id);
            self.children.remove(&node.id);
            self.parent.remove(&node.id);
        }
        if let NodeKind::Text { value } = &node.what {
            self.text.insert(node.id, value.clone());
        }
        self.place(parent, before, node.id);
    }

    fn apply(&mut self, event: &Event) {
        match &event.what {
            What::Checkpoint {} => *self = Player::default(),
            What::Insert { parent, before, nodes } => {
                for (i, node) in nodes.iter().enumerate() {
                    if i == 0 { self.add(node, *parent, *before) } else { self.add(node, node.parent, 0) }
                }
            }
            What::Move { id, parent, before } => self.place(*parent, *before, *id),
            What::Remove { id } => {
                let parent = self.parent.remove(id).unwrap();
                self.children.get_mut(&parent).unwrap().retain(|child| child != id);
            }
            What::Text { id, value } => drop(self.text.insert(*id, value.clone())),
            What::Gap { .. } => panic!("state was lost"),
            _ => {}
        }
    }

    fn print(&self, id: u32, out: &mut String) {
        match self.text.get(&id) {
            Some(text) => out.push_str(&format!("'{text}'")),
            None => {
                out.push('(');
                self.children.get(&id).into_iter().flatten().for_each(|child| self.print(*child, out));
                out.push(')');
            }
        }
    }
}

fn run(seed: u64, flushes: u32, steps: usize) {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut recorder = Recorder::new(Rules::new(Policy::default(), 7));
    let mut dom = Dom { next_id: 1, ..Dom::default() };
    dom.create(None);
    dom.id[0] = 1;
    dom.by_id.insert(1, 0);
    dom.words.extend([11, 0]);
    let mut printed = Vec::new();
    for flush in 0..flushes {
        for _ in 0..random.below(steps) + 1 {
            let count = dom.id.len();
            let key = random.below(count);
            match random.below(10) {
                0..=3 => {
                    let text = (random.below(3) == 0).then(|| "lorem".chars().take(random.below(6)).collect());
                    let new = dom.create(text);
                    if dom.text[key].is_none() {
                        let at = random.below(4);
                        dom.insert(key, at, new);
                    }
                }
                4..=6 => {
                    let child = random.below(count);
                    if child != 0 && dom.text[key].is_none() && !dom.contains(child, key) {
                        let at = random.below(6);
                        dom.insert(key, at, child);
                    }
                }
                7 if key != 0 => dom.remove(key),
                8 => {
                    dom.children[key].reverse();
                    dom.touch(key);
                }
                _ => {
                    if let Some(text) = &mut dom.text[key] {
                        text.push('x');
                        dom.changed_texts.insert(key);
                    }
                }
            }
        }
        dom.flush(&mut recorder, flush * 10);
        let mut live = String::new();
        dom.print(0, &mut live);
        printed.push(live);
    }
    recorder.close_payload();
    let mut frames = Vec::new();
    while let Some(payload) = recorder.next_payload() {
        let seq = PageSeq(frames.len() as u32);
        frames.push(PageFrame { seq, flags: payload.flags, at_ms: payload.at, payload: payload.records });
    }
    let page = Page { id: PageId([1; 8]), offset_ms: 0, frames };
    let mut cursor = Cursor::new(&page);
    let mut player = Player::default();
    for (flush, live) in printed.iter().enumerate() {
        let time = flush as u32 * 10;
        cursor.next(time).iter().for_each(|event| player.apply(event));
        let mut replayed = String::new();
        player.print(1, &mut replayed);
        assert_eq!(live, &replayed, "events, seed {seed}, flush {flush}");
    }
    for flush in [printed.len() - 1, printed.len() / 2, 0] {
        let mut player = Player::default();
        for node in cursor.seek(flush as u32 * 10).nodes.iter().skip(1) {
            player.add(node, node.parent, 0);
        }
        let mut replayed = String::new();
        player.print(1, &mut replayed);
        assert_eq!(printed[flush], replayed, "snapshot, seed {seed}, flush {flush}");
    }
}

#[test]
fn random_changes_come_back_equal() {
    let seeds = std::env::var("REVISIT_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(200);
    for seed in 1..=seeds {
        run(seed, 40, 1 + (seed % 30) as usize);
    }
}
