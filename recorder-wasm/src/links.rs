//! The tree as it was sent last: parent and siblings of every node by its id, 28 bytes a node. No names, no text: only
//! what is needed to tell how a child list changed, how much of a place may be shown, and whether a text changed.

use alloc::vec::Vec;
use shared::mask::Level;

/// What may be shown inside a node, and whether text in it is a style sheet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Inside(pub u8);

/// Set beside the level of a `<style>` element: its text is a style sheet.
const STYLE: u8 = 0x80;
/// Set beside the level of an inline element: the line of text around it goes on inside.
const INLINE: u8 = 0x40;

impl Inside {
    /// Of a node at this level.
    pub fn new(level: Level, is_style: bool, is_inline: bool) -> Self {
        Self(level as u8 | if is_style { STYLE } else { 0 } | if is_inline { INLINE } else { 0 })
    }

    /// How much may be shown.
    pub fn level(self) -> Level {
        Level::from_byte(self.0 & !(STYLE | INLINE))
    }

    /// Whether text is a style sheet.
    pub fn is_style(self) -> bool {
        self.0 & STYLE != 0
    }

    /// Whether a line of text goes through it.
    pub fn is_inline(self) -> bool {
        self.0 & INLINE != 0
    }

    /// The same place, whichever element makes it.
    #[must_use]
    pub fn without_inline(self) -> Self {
        Self(self.0 & !INLINE)
    }

    /// The same place, but of a node whose text is text.
    #[must_use]
    pub fn without_style(self) -> Self {
        Self(self.0 & !STYLE)
    }
}

/// What is known of a node. Ids of others, 0 for none.
#[derive(Clone, Copy)]
struct Node {
    parent: u32,
    first: u32,
    next: u32,
    prev: u32,
    /// Place in the parent's list before the batch under way.
    place: u32,
    /// Hash of the text sent last.
    text: u32,
    /// [`DEAD`] for ids without a node.
    inside: Inside,
}

/// Reads as blocked.
const DEAD: Inside = Inside(0x7f);
const NOBODY: Node = Node { parent: 0, first: 0, next: 0, prev: 0, place: 0, text: 0, inside: DEAD };

/// See the module. Id 0 is nothing.
pub struct Links {
    nodes: Vec<Node>,
    /// Takes what is written of ids that there are not.
    nobody: Node,
}

impl Links {
    /// No node.
    pub const fn new() -> Self {
        Self { nodes: Vec::new(), nobody: NOBODY }
    }

    /// Forgets every node.
    pub fn clear(&mut self) {
        self.nodes.clear();
    }

    /// Checked, though every id was checked before: a failed index would bring the panic's code to every visitor.
    fn node(&mut self, id: u32) -> &mut Node {
        self.nodes.get_mut(id as usize).unwrap_or(&mut self.nobody)
    }

    /// A new node, not yet in any list.
    pub fn add(&mut self, id: u32, inside: Inside) {
        let need = id as usize + 1;
        if self.nodes.len() < need {
            self.nodes.resize(need, NOBODY);
        }
        *self.node(id) = Node { inside, ..NOBODY };
    }

    /// Whether the id has a node.
    pub fn has(&self, id: u32) -> bool {
        self.inside(id) != DEAD
    }

    /// What may be shown inside a node; nothing for an unknown one.
    pub fn inside(&self, id: u32) -> Inside {
        self.nodes.get(id as usize).map_or(DEAD, |node| node.inside)
    }

    /// The parent, 0 for none.
    pub fn parent(&self, id: u32) -> u32 {
        self.nodes.get(id as usize).map_or(0, |node| node.parent)
    }

    /// Notes the hash of a text that is about to be sent. `false` when it is the one sent last.
    pub fn changes_text(&mut self, id: u32, hash: u32) -> bool {
        core::mem::replace(&mut self.node(id).text, hash) != hash
    }

    /// The children before the batch, each given its place. The last child, 0 for none, and how many there are.
    pub fn number_children(&mut self, parent: u32) -> (u32, u32) {
        let (mut last, mut count) = (0, 0);
        let mut child = self.node(parent).first;
        while child != 0 {
            let node = self.node(child);
            node.place = count;
            last = child;
            count += 1;
            child = node.next;
        }
        (last, count)
    }

    /// A child's place as [`Links::number_children`] gave it.
    pub fn place(&mut self, child: u32) -> u32 {
        self.node(child).place
    }

    /// Takes all children out of `parent`; they are added to `orphans`.
    pub fn take_children(&mut self, parent: u32, orphans: &mut Vec<u32>) {
        let mut child = core::mem::take(&mut self.node(parent).first);
        while child != 0 {
            orphans.push(child);
            let node = self.node(child);
            node.parent = 0;
            child = node.next;
        }
    }

    /// Makes `children` the children of `parent`, in order, after `after` (0: from the front).
    pub fn put_children(&mut self, parent: u32, after: u32, children: &[u32]) {
        let mut prev = after;
        for &child in children {
            self.unlink(child);
            let node = self.node(child);
            node.parent = parent;
            node.prev = prev;
            node.next = 0;
            self.follow(parent, prev, child);
            prev = child;
        }
    }

    /// Makes `child` come after `prev`, or first.
    fn follow(&mut self, parent: u32, prev: u32, child: u32) {
        if prev == 0 {
            self.node(parent).first = child;
        } else {
            self.node(prev).next = child;
        }
    }

    /// Takes a node out of a list that is not rebuilt in this batch: its parent was detached meanwhile.
    fn unlink(&mut self, child: u32) {
        let Node { parent, prev, next, .. } = *self.node(child);
        if parent == 0 {
            return;
        }
        self.follow(parent, prev, next);
        if next != 0 {
            self.node(next).prev = prev;
        }
    }

    /// Forgets the subtrees of those `orphans` that no list took; `freed` gets every id that is free again.
    pub fn free_orphans(&mut self, orphans: &mut Vec<u32>, freed: &mut Vec<u32>) {
        orphans.retain(|id| self.parent(*id) == 0);
        while let Some(id) = orphans.pop() {
            if !self.has(id) {
                continue;
            }
            let node = self.node(id);
            node.inside = DEAD;
            freed.push(id);
            let mut child = node.first;
            while child != 0 {
                orphans.push(child);
                child = self.node(child).next;
            }
        }
    }
}
