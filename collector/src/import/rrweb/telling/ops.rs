//! The operations of one child list, as `shared::dom` has them. In: what becomes of each child, in order. Out: bytes.

use shared::dom::{op, token};
use shared::varint::{put, put_delta};

/// Writes the operations of one list.
#[derive(Default)]
pub(super) struct Ops {
    /// First place and length of the run of kept children that may still grow.
    run: (u32, u32),
    position: u32,
    moved: Vec<u32>,
    last_moved: u32,
    in_new: bool,
}

impl Ops {
    pub(super) fn keep_first(&mut self, count: usize) {
        self.run = (0, count as u32);
    }

    pub(super) fn keep(&mut self, place: u32, out: &mut Vec<u8>) {
        let (start, count) = self.run;
        if count > 0 && start + count == place && !self.in_new && self.moved.is_empty() {
            self.run.1 += 1;
            return;
        }
        self.settle(out);
        self.run = (place, 1);
    }

    pub(super) fn moved(&mut self, id: u32, out: &mut Vec<u8>) {
        if self.moved.is_empty() {
            self.settle(out);
        }
        self.moved.push(id);
    }

    pub(super) fn new_node(&mut self, out: &mut Vec<u8>) {
        if !self.in_new {
            self.settle(out);
            put(out, op::NEW);
            self.in_new = true;
        }
    }

    fn settle(&mut self, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.in_new) {
            put(out, token::END);
        }
        let (start, count) = std::mem::take(&mut self.run);
        if count > 0 {
            put(out, count << 2 | op::KEEP);
            put_delta(out, &mut self.position, start);
            self.position = start + count;
        }
        if !self.moved.is_empty() {
            put(out, (self.moved.len() as u32) << 2 | op::MOVED);
            for id in self.moved.drain(..) {
                put_delta(out, &mut self.last_moved, id);
            }
        }
    }

    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        self.settle(out);
        put(out, 0);
    }
}
