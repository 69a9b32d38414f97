//! The tree as it was sent last: parents and siblings of every node in flat arrays, 25 bytes a node. No names, no text:
//! only what is needed to tell how a child list changed, how much of a place may be shown, and whether a text changed.

use alloc::vec::Vec;
use shared::mask::Level;

/// Set beside the level of a `<style>` element: its text is a style sheet.
const STYLE: u8 = 0x80;

/// The arrays, by node id. Id 0 is nothing.
#[derive(Default)]
pub struct Links {
    parent: Vec<u32>,
    first: Vec<u32>,
    next: Vec<u32>,
    prev: Vec<u32>,
    /// Place in the parent's list before the batch under way.
    place: Vec<u32>,
    /// Hash of the text sent last.
    text: Vec<u32>,
    /// Level and [`STYLE`]; [`DEAD`] for ids without a node.
    state: Vec<u8>,
}

const DEAD: u8 = 0xff;

impl Links {
    /// Forgets every node.
    pub fn clear(&mut self) {
        for list in [&mut self.parent, &mut self.first, &mut self.next, &mut self.prev, &mut self.place, &mut self.text]
        {
            list.clear();
        }
        self.state.clear();
    }

    /// A new node, not yet in any list.
    pub fn add(&mut self, id: u32, level: Level, is_style: bool) {
        let need = id as usize + 1;
        if self.state.len() < need {
            for list in
                [&mut self.parent, &mut self.first, &mut self.next, &mut self.prev, &mut self.place, &mut self.text]
            {
                list.resize(need, 0);
            }
            self.state.resize(need, DEAD);
        }
        let id = id as usize;
        self.parent[id] = 0;
        self.first[id] = 0;
        self.text[id] = 0;
        self.state[id] = level as u8 | if is_style { STYLE } else { 0 };
    }

    /// Whether the id has a node.
    pub fn has(&self, id: u32) -> bool {
        self.state.get(id as usize).is_some_and(|state| *state != DEAD)
    }

    /// How much of the inside of a node may be shown; nothing for an unknown one.
    pub fn level(&self, id: u32) -> Level {
        self.state.get(id as usize).map_or(Level::Blocked, |state| Level::from_byte(state & !STYLE))
    }

    /// Whether text inside the node is a style sheet.
    pub fn is_style(&self, id: u32) -> bool {
        self.state.get(id as usize).is_some_and(|state| *state != DEAD && state & STYLE != 0)
    }

    /// The parent, 0 for none.
    pub fn parent(&self, id: u32) -> u32 {
        self.parent.get(id as usize).copied().unwrap_or(0)
    }

    /// Notes the hash of a text that is about to be sent. `false` when it is the one sent last.
    pub fn changes_text(&mut self, id: u32, hash: u32) -> bool {
        self.text.get_mut(id as usize).is_some_and(|last| core::mem::replace(last, hash) != hash)
    }

    /// The children before the batch, each given its place. The last child, 0 for none, and how many there are.
    pub fn number_children(&mut self, parent: u32) -> (u32, u32) {
        let (mut last, mut count) = (0, 0);
        let mut child = self.first[parent as usize];
        while child != 0 {
            self.place[child as usize] = count;
            last = child;
            count += 1;
            child = self.next[child as usize];
        }
        (last, count)
    }

    /// A child's place as [`Links::number_children`] gave it.
    pub fn place(&self, child: u32) -> u32 {
        self.place[child as usize]
    }

    /// Takes all children out of `parent`; they are added to `orphans`.
    pub fn take_children(&mut self, parent: u32, orphans: &mut Vec<u32>) {
        let mut child = core::mem::take(&mut self.first[parent as usize]);
        while child != 0 {
            self.parent[child as usize] = 0;
            orphans.push(child);
            child = self.next[child as usize];
        }
    }

    /// Makes `children` the children of `parent`, in order, after `after` (0: from the front).
    pub fn put_children(&mut self, parent: u32, after: u32, children: &[u32]) {
        let mut prev = after;
        for &child in children {
            self.unlink(child);
            let at = child as usize;
            self.parent[at] = parent;
            self.prev[at] = prev;
            self.next[at] = 0;
            if prev == 0 {
                self.first[parent as usize] = child;
            } else {
                self.next[prev as usize] = child;
            }
            prev = child;
        }
    }

    /// Takes a node out of a list that is not rebuilt in this batch: its parent was detached meanwhile.
    fn unlink(&mut self, child: u32) {
        let at = child as usize;
        let parent = self.parent[at];
        if parent == 0 {
            return;
        }
        let (prev, next) = (self.prev[at], self.next[at]);
        if prev == 0 {
            self.first[parent as usize] = next;
        } else {
            self.next[prev as usize] = next;
        }
        if next != 0 {
            self.prev[next as usize] = prev;
        }
    }

    /// Forgets the subtrees of those `orphans` that no list took; `freed` gets every id that is free again.
    pub fn free_orphans(&mut self, orphans: &mut Vec<u32>, freed: &mut Vec<u32>) {
        orphans.retain(|id| self.parent[*id as usize] == 0);
        while let Some(id) = orphans.pop() {
            let at = id as usize;
            if self.state[at] == DEAD {
                continue;
            }
            self.state[at] = DEAD;
            freed.push(id);
            let mut child = self.first[at];
            while child != 0 {
                orphans.push(child);
                child = self.next[child as usize];
            }
        }
    }
}
