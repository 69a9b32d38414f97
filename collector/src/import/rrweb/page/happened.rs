//! What happened on the page: rrweb's incremental events. In: the data of one. Out: records. What names a node that is not
//! there, or a place where the owner wants no events recorded, is passed over.

use super::super::Refused;
use super::super::attributes::{count, whole};
use super::super::format::{self, parse};
use super::super::telling::number_of;
use super::super::tree::{Key, id_of};
use super::{Means, Page};
use shared::record::{self, tag};

/// `IncrementalSource`.
mod source {
    pub(super) const MUTATION: i64 = 0;
    pub(super) const MOUSE_MOVE: i64 = 1;
    pub(super) const INTERACTION: i64 = 2;
    pub(super) const SCROLL: i64 = 3;
    pub(super) const RESIZE: i64 = 4;
    pub(super) const INPUT: i64 = 5;
    pub(super) const TOUCH_MOVE: i64 = 6;
    pub(super) const MEDIA: i64 = 7;
    pub(super) const RULES: i64 = 8;
    pub(super) const FONT: i64 = 10;
    pub(super) const DRAG: i64 = 12;
    pub(super) const SELECTION: i64 = 14;
    pub(super) const ADOPTED: i64 = 15;
}

impl Page {
    /// An incremental event. `false` when it cannot be read.
    pub(in super::super) fn incremental(
        &mut self,
        at_ms: u64,
        data: &str,
        means: &mut Means<'_>,
    ) -> Result<bool, Refused> {
        let Some(kind) = parse::<format::Source>(data).and_then(|data| id_of(data.source)) else { return Ok(false) };
        let at = self.time(at_ms);
        let is_read = match kind {
            source::MUTATION => match parse(data) {
                Some(mutation) => {
                    self.tree.apply(mutation, means.work)?;
                    self.tell(at, means)?;
                    true
                }
                None => false,
            },
            source::MOUSE_MOVE | source::DRAG => parse(data).map(|path| self.point(at, &path, false)).is_some(),
            source::TOUCH_MOVE => parse(data).map(|path| self.point(at, &path, true)).is_some(),
            source::INTERACTION => parse(data).map(|data| self.interact(at, &data)).is_some(),
            source::SCROLL => parse(data).map(|data| self.scroll(at, &data)).is_some(),
            source::RESIZE => {
                parse(data).map(|data: format::Numbers| self.resize(at_ms, data.width, data.height)).is_some()
            }
            source::INPUT => match parse(data) {
                Some(input) => {
                    self.input(at, input, means)?;
                    true
                }
                None => false,
            },
            source::MEDIA => parse(data).map(|data| self.media(at, &data)).is_some(),
            source::RULES => parse(data).map(|data| self.rules(at, data, means.rules)).is_some(),
            source::FONT => parse(data).map(|font| self.font(at, &font, means.rules)).is_some(),
            source::SELECTION => parse(data).map(|data| self.select(at, &data)).is_some(),
            source::ADOPTED => parse(data).map(|data| self.adopt(at, data, means.rules)).is_some(),
            // Canvases, logs, names of elements: nothing that a recording keeps, or of a later version.
            _ => true,
        };
        Ok(is_read)
    }

    /// The node that an event of the visitor's names, 0 when it is not in the recording. Nothing where the owner wants no
    /// such event recorded.
    pub(super) fn target(&self, id: Option<f64>) -> Option<u32> {
        let Some(key) = self.tree.find(id) else { return Some(0) };
        let is_quiet = self.tree.get(key).is_some_and(|node| node.is_quiet);
        (!is_quiet).then(|| number_of(&self.tree, key))
    }

    fn point(&mut self, at: u32, path: &format::Move, is_touch: bool) {
        let time = |position: &format::Position| {
            let offset = position.time_offset.unwrap_or_default().clamp(-1e9, 0.0) as i64;
            u32::try_from((i64::from(at) + offset).max(0)).unwrap_or(at)
        };
        let Some(first) = path.positions.iter().map(time).min() else { return };
        let (mut last, mut x, mut y) = (first, 0i32, 0i32);
        let points = path.positions.iter().map(|position| {
            let (to_x, to_y) = (whole(position.x), whole(position.y));
            let at = time(position).max(last);
            let step = (at - last, to_x.wrapping_sub(x), to_y.wrapping_sub(y));
            (last, x, y) = (at, to_x, to_y);
            step
        });
        let points = points.collect();
        if is_touch {
            self.writer.put(first, tag::TOUCH, |at| record::Touch { at, finger: 0, is_up: 0, points });
        } else {
            self.writer.put(first, tag::POINTER, |at| record::Pointer { at, kind: 0, points });
        }
    }

    fn interact(&mut self, at: u32, data: &format::Numbers) {
        let Some(node) = self.target(data.id) else { return };
        let (x, y) = (whole(data.x), whole(data.y));
        match id_of(data.kind) {
            Some(kind @ 2..=4) => {
                let kind = [0, 2, 1][(kind - 2) as usize];
                self.writer.put(at, tag::CLICK, |at| record::Click { at, node, x, y, kind, within: (0, 0) });
            }
            Some(5) if node != 0 => self.writer.put(at, tag::FOCUS, |at| record::Focus { at, node }),
            Some(6) => self.writer.put(at, tag::FOCUS, |at| record::Focus { at, node: 0 }),
            Some(kind @ (7 | 9 | 10)) => {
                let is_up = u32::from(kind != 7);
                let points = vec![(0, x, y)];
                self.writer.put(at, tag::TOUCH, |at| record::Touch { at, finger: 0, is_up, points });
            }
            _ => {}
        }
    }

    fn scroll(&mut self, at: u32, data: &format::Numbers) {
        let (Some(key), Some(node)) = (self.tree.find(data.id), self.target(data.id).filter(|node| *node != 0)) else {
            return;
        };
        let (x, y) = (whole(data.x), whole(data.y));
        if let Some(element) = self.tree.element_mut(key) {
            element.surface.scroll = Some((x, y));
        }
        self.writer.put(at, tag::SCROLL, |at| record::Scroll { at, node, x, y });
    }

    fn input(&mut self, at: u32, data: format::Input, means: &mut Means<'_>) -> Result<(), Refused> {
        let (Some(key), Some(1..)) = (self.tree.find(data.id), self.target(data.id)) else { return Ok(()) };
        if self.tree.element(key).is_some_and(|element| element.is("select")) {
            self.choose(key, &data.text, means)?;
        }
        let Some(element) = self.tree.element_mut(key) else { return Ok(()) };
        if !matches!(element.tag.as_str(), "input" | "textarea" | "select") {
            return Ok(());
        }
        element.surface.checked = data.is_checked;
        element.surface.value = Some(data.text);
        self.tell_field(at, key, data.user_triggered.unwrap_or(true), means)
    }

    /// The first option with that value is selected, and no other.
    fn choose(&mut self, select: Key, value: &str, means: &mut Means<'_>) -> Result<(), Refused> {
        let mut is_found = false;
        for key in self.tree.below(select, "option", means.work)? {
            let Some(option) = self.tree.element(key) else { continue };
            let text = || self.text_in(key).split_ascii_whitespace().collect::<Vec<_>>().join(" ");
            let is_it = !is_found && option.value("value").map_or_else(text, str::to_owned) == value;
            is_found |= is_it;
            if let Some(option) = self.tree.element_mut(key) {
                option.surface.selected = is_it;
            }
        }
        Ok(())
    }

    pub(super) fn media(&mut self, at: u32, data: &format::Numbers) {
        let Some(key) = self.tree.find(data.id) else { return };
        let kind = id_of(data.kind);
        let Some(element) = self.tree.element_mut(key) else { return };
        let media = element.surface.media.get_or_insert_default();
        match kind {
            Some(0) => media.paused = false,
            Some(1) => media.paused = true,
            _ => {}
        }
        if let Some(seconds) = data.current_time {
            media.time_ms = count(Some(seconds * 1000.0));
        }
        if let Some(volume) = data.volume {
            media.volume_percent = count(Some(volume * 100.0));
        }
        if let Some(rate) = data.playback_rate {
            media.rate_percent = count(Some(rate * 100.0));
        }
        media.muted = data.muted.unwrap_or(media.muted);
        let media = *media;
        if let Some((node, ..)) = self.shown(key) {
            self.writer.put(at, tag::MEDIA, |at| media.record(at, node));
        }
    }

    fn select(&mut self, at: u32, data: &format::Selection) {
        let place = |id: Option<f64>, offset: Option<f64>| -> Option<(u32, u32)> {
            let key = self.tree.find(id)?;
            let node = self.tree.get(key).filter(|node| !node.is_quiet)?;
            let offset = count(offset);
            let hidden = if offset == 0 { 0 } else { record::Selection::END };
            Some((number_of(&self.tree, key), if node.is_masked { hidden } else { offset }))
        };
        let first = data.ranges.first();
        let ends = first
            .and_then(|range| Some((place(range.start, range.start_offset)?, place(range.end, range.end_offset)?)));
        let ((anchor, anchor_offset), (focus, focus_offset)) =
            ends.filter(|((anchor, _), (focus, _))| *anchor != 0 && *focus != 0).unwrap_or_default();
        self.writer.put(at, tag::SELECTION, |at| record::Selection { at, anchor, anchor_offset, focus, focus_offset });
    }
}
