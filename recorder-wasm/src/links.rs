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

/// Checked, though every id was checked before: a failed index would bring the panic's formatting code to every visitor.
fn at(list: &[u32], id: u32) -> u32 {
    list.get(id as usize).copied().unwrap_or(0)
}

fn set(list: &mut [u32], id: u32, value: u32) {
    if let Some(place) = list.get_mut(id as usize) {
        *place = value;
    }
}

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
        set(&mut self.parent, id, 0);
        set(&mut self.first, id, 0);
        set(&mut self.text, id, 0);
        self.set_state(id, level as u8 | if is_style { STYLE } else { 0 });
    }

    fn set_state(&mut self, id: u32, state: u8) {
        if let Some(place) = self.state.get_mut(id as usize) {
            *place = state;
        }
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
        let mut child = at(&self.first, parent);
        while child != 0 {
            set(&mut self.place, child, count);
            last = child;
            count += 1;
            child = at(&self.next, child);
        }
        (last, count)
    }

    /// A child's place as [`Links::number_children`] gave it.
    pub fn place(&self, child: u32) -> u32 {
        at(&self.place, child)
    }

    /// Takes all children out of `parent`; they are added to `orphans`.
    pub fn take_children(&mut self, parent: u32, orphans: &mut Vec<u32>) {
        let mut child = at(&self.first, parent);
        set(&mut self.first, parent, 0);
        while child != 0 {
            set(&mut self.parent, child, 0);
            orphans.push(child);
            child = at(&self.next, child);
        }
    }

    /// Makes `children` the children of `parent`, in order, after `after` (0: from the front).
    pub fn put_children(&mut self, parent: u32, after: u32, children: &[u32]) {
        let mut prev = after;
        for &child in children {
            self.unlink(child);
            set(&mut self.parent, child, parent);
            set(&mut self.prev, child, prev);
            set(&mut self.next, child, 0);
            self.follow(parent, prev, child);
            prev = child;
        }
    }

    /// Makes `child` come after `prev`, or first.
    fn follow(&mut self, parent: u32, prev: u32, child: u32) {
        if prev == 0 {
            set(&mut self.first, parent, child);
        } else {
            set(&mut self.next, prev, child);
        }
    }

    /// Takes a node out of a list that is not rebuilt in this batch: its parent was detached meanwhile.
    fn unlink(&mut self, child: u32) {
        let parent = at(&self.parent, child);
        if parent == 0 {
            return;
        }
        let (prev, next) = (at(&self.prev, child), at(&self.next, child));
        self.follow(parent, prev, next);
        if next != 0 {
            set(&mut self.prev, next, prev);
        }
    }

    /// Forgets the subtrees of those `orphans` that no list took; `freed` gets every id that is free again.
    pub fn free_orphans(&mut self, orphans: &mut Vec<u32>, freed: &mut Vec<u32>) {
        orphans.retain(|id| at(&self.parent, *id) == 0);
        while let Some(id) = orphans.pop() {
            if !self.has(id) {
                continue;
            }
            self.set_state(id, DEAD);
            freed.push(id);
            let mut child = at(&self.first, id);
            while child != 0 {
                orphans.push(child);
                child = at(&self.next, child);
            }
        }
    }
}
