//! One `DOM` record under way: child lists as runs over the lists sent before, new subtrees as tokens, attributes, texts.
//! In: operations of the tap, in order. Out: the record's body, and the ids that are free again. The grammar is in
//! [`shared::dom`].

use crate::dictionary::{Dictionary, element_token};
use crate::element::{self, Elements, RawElement};
use crate::links::{Inside, Links};
use crate::words::{Interned, Raw, Words};
use alloc::string::String;
use alloc::vec::Vec;
use shared::dom::{op, token};
use shared::mask::{Level, Rules};
use shared::strings::{Kind, StringRef};
use shared::varint::{put, put_delta};

/// Kinds of list items, the low three bits of their first word; `END` is a whole word. 6 is an iframe's document.
mod item {
    pub const END: u32 = 0;
    pub const KNOWN: u32 = 1;
    pub const ELEMENT: u32 = 2;
    pub const TEXT: u32 = 3;
    pub const DOCTYPE: u32 = 4;
    pub const SHADOW_ROOT: u32 = 5;
    pub const COMMENT: u32 = 7;
}

/// What a batch needs of the recorder.
pub struct Context<'a> {
    /// The masking rules.
    pub rules: &'a Rules,
    /// The tree as sent last.
    pub links: &'a mut Links,
    /// Strings and shapes sent before.
    pub dictionary: &'a mut Dictionary,
    /// Elements masked before.
    pub elements: &'a mut Elements,
    /// Strings of the tap.
    pub interned: &'a mut Interned,
}

/// A child list that is to be linked when all lists of the batch are known.
struct Relink {
    parent: u32,
    /// Children before these that stay as they are: the last of them, 0 for none.
    after: u32,
    /// The list existed before the batch and is rebuilt whole.
    replaces: bool,
    start: usize,
    end: usize,
}

/// The record under way. Kept between batches for its memory.
pub struct Batch {
    runs: Vec<(u32, u32)>,
    lists: Vec<u8>,
    list_count: u32,
    last_parent: u32,
    /// Nodes of all attributes, and counts of those that have the same name.
    attributes: Vec<u8>,
    groups: Vec<u8>,
    group_count: u32,
    group: Group,
    last_attribute: u32,
    texts: Vec<u8>,
    text_count: u32,
    last_text: u32,
    /// The strings of lists, then of attributes, then of texts: the tap tells them in that order.
    column: Vec<StringRef>,
    /// The column starts anew.
    is_fresh: bool,
    relinks: Vec<Relink>,
    /// Children of all relinks.
    children: Vec<u32>,
    /// Children of the lists that are being read, innermost last.
    open: Vec<u32>,
    orphans: Vec<u32>,
    pairs: Vec<(Raw, Raw)>,
    /// Texts that show as one line, through inline elements: not masked yet. What is inside their parents is the same.
    run: Vec<Text>,
    run_inside: Inside,
    /// Counts the borders of inline elements.
    element: u32,
    /// Ids that are free again.
    pub freed: Vec<u32>,
}

/// Attributes of the same name that may still become more.
#[derive(Clone, Copy)]
struct Group {
    name: Option<Raw>,
    is_removed: bool,
    count: u32,
}

const NO_GROUP: Group = Group { name: None, is_removed: false, count: 0 };

/// A text of a run. Texts with id 0 are there already and only give the context.
#[derive(Clone, Copy)]
struct Text {
    id: u32,
    raw: Raw,
    /// Where its string stands in the column.
    place: usize,
    /// The same for texts side by side in one element.
    element: u32,
}

/// A run of kept children that may still grow.
#[derive(Clone, Copy, Default)]
struct Run {
    start: u32,
    count: u32,
    backward: bool,
}

impl Batch {
    /// Nothing has changed.
    pub const fn new() -> Self {
        Self {
            runs: Vec::new(),
            lists: Vec::new(),
            list_count: 0,
            last_parent: 0,
            attributes: Vec::new(),
            groups: Vec::new(),
            group_count: 0,
            group: NO_GROUP,
            last_attribute: 0,
            texts: Vec::new(),
            text_count: 0,
            last_text: 0,
            column: Vec::new(),
            is_fresh: false,
            relinks: Vec::new(),
            children: Vec::new(),
            open: Vec::new(),
            orphans: Vec::new(),
            pairs: Vec::new(),
            run: Vec::new(),
            run_inside: Inside(0),
            element: 0,
            freed: Vec::new(),
        }
    }

    /// Whether nothing has changed.
    pub fn is_empty(&self) -> bool {
        self.list_count == 0 && self.group.count == 0 && self.text_count == 0
    }

    /// The column names every string anew. To be called while the batch is empty.
    pub fn start_column(&mut self, dictionary: &mut Dictionary) {
        self.is_fresh = true;
        dictionary.start_column();
    }

    /// Reads the whole new child list of `parent`, or with `appends` only what was added at its end.
    pub fn list(&mut self, words: &mut Words<'_>, parent: u32, appends: bool, context: &mut Context<'_>) {
        if !context.links.has(parent) {
            self.skip_items(words, context);
            return;
        }
        put_delta(&mut self.lists, &mut self.last_parent, parent);
        self.list_count += 1;
        let (last, count) = context.links.number_children(parent);
        let mut writer = ListWriter::default();
        if appends && count > 0 {
            writer.run = Run { start: 0, count, backward: false };
        }
        let inside = context.links.inside(parent);
        let opened = self.open.len();
        loop {
            let head = words.peek();
            let id = head >> 3;
            match head & 7 {
                _ if head == item::END => break,
                item::KNOWN => {
                    words.word();
                    self.end_run(words, context);
                    if !context.links.has(id) {
                        continue;
                    }
                    self.open.push(id);
                    if context.links.parent(id) == parent {
                        writer.keep(context.links.place(id), &mut self.lists);
                    } else {
                        writer.moved(id, &mut self.lists);
                    }
                }
                _ => {
                    writer.new_node(&mut self.lists);
                    self.subtree(words, inside, context);
                }
            }
        }
        words.word();
        self.end_run(words, context);
        writer.finish(&mut self.lists);
        self.relink(parent, if appends { last } else { 0 }, !appends, opened);
    }

    fn relink(&mut self, parent: u32, after: u32, replaces: bool, opened: usize) {
        let start = self.children.len();
        self.children.extend_from_slice(self.open.get(opened..).unwrap_or(&[]));
        self.open.truncate(opened);
        self.relinks.push(Relink { parent, after, replaces, start, end: self.children.len() });
    }

    /// Reads one new node with its subtree, or a run of texts, or a known node inside a new one.
    fn subtree(&mut self, words: &mut Words<'_>, inside: Inside, context: &mut Context<'_>) {
        let head = words.word();
        let id = head >> 3;
        match head & 7 {
            item::KNOWN => {
                self.end_run(words, context);
                if context.links.has(id) {
                    self.open.push(id);
                    put(&mut self.lists, id << 3 | token::MOVED);
                }
            }
            item::ELEMENT => self.element(words, id, inside, context),
            item::TEXT => self.text(words, id, inside, context),
            item::DOCTYPE => {
                let raw = words.string(context.interned);
                let name = context.rules.name(words.text(raw, context.interned));
                let number = context.dictionary.string(Kind::Name, &name);
                self.plant(id, inside.without_style(), context);
                put(&mut self.lists, token::DOCTYPE);
                self.column.push(number);
            }
            item::COMMENT => {
                self.plant(id, inside.without_style(), context);
                put(&mut self.lists, token::COMMENT);
            }
            kind => {
                let flags = words.word();
                self.end_run(words, context);
                self.plant(id, inside.without_style(), context);
                let kind = if kind == item::SHADOW_ROOT { token::SHADOW_ROOT } else { token::DOCUMENT };
                put(&mut self.lists, flags << 3 | kind);
                self.inside(words, id, inside.without_style(), context);
                self.end_run(words, context);
            }
        }
    }

    fn element(&mut self, words: &mut Words<'_>, id: u32, parent: Inside, context: &mut Context<'_>) {
        let parent = parent.without_inline();
        let tag = words.string(context.interned);
        let flags = words.word();
        let mut pairs = core::mem::take(&mut self.pairs);
        pairs.clear();
        for _ in 0..words.word() {
            let name = words.string(context.interned);
            pairs.push((name, words.string(context.interned)));
        }
        let raw = RawElement { tag, flags, attributes: &pairs };
        let key = element::key(&raw, parent);
        let inside = if let Some((shape, inside)) = key.and_then(|key| context.elements.get(key)) {
            element_token(shape, inside, &mut self.lists);
            inside
        } else {
            let masked = element::mask(&raw, parent, words, context);
            let shape = context.dictionary.shape(&masked, &mut self.lists, &mut self.column);
            if let Some(key) = key {
                context.elements.keep(key, shape, masked.inside);
            }
            masked.inside
        };
        self.pairs = pairs;
        self.plant(id, inside, context);
        self.border(inside, words, context);
        if inside.level() == Level::Blocked {
            put(&mut self.lists, words.word());
            put(&mut self.lists, words.word());
        } else {
            self.inside(words, id, inside, context);
        }
        self.border(inside, words, context);
    }

    /// An element begins or ends: a line of text goes through inline ones only.
    #[inline(never)]
    fn border(&mut self, inside: Inside, words: &Words<'_>, context: &mut Context<'_>) {
        self.element += 1;
        if !inside.is_inline() {
            self.end_run(words, context);
        }
    }

    /// The children of a new node.
    fn inside(&mut self, words: &mut Words<'_>, parent: u32, inside: Inside, context: &mut Context<'_>) {
        let opened = self.open.len();
        while words.peek() != item::END {
            self.subtree(words, inside, context);
        }
        words.word();
        put(&mut self.lists, token::END);
        if self.open.len() > opened {
            self.relink(parent, 0, false, opened);
        }
    }

    fn text(&mut self, words: &mut Words<'_>, id: u32, inside: Inside, context: &mut Context<'_>) {
        let raw = words.string(context.interned);
        let inside = inside.without_inline();
        let is_label =
            |last: &Text| last.element != self.element && words.text(last.raw, context.interned).ends_with(':');
        if self.run_inside != inside || self.run.last().is_some_and(is_label) {
            self.end_run(words, context);
            self.run_inside = inside;
        }
        self.run.push(Text { id, raw, place: self.column.len(), element: self.element });
        if id != 0 {
            self.plant(id, inside.without_style(), context);
            put(&mut self.lists, token::TEXT);
            self.column.push(0);
        }
    }

    /// The line of text is over: its texts get their strings.
    #[inline(never)]
    fn end_run(&mut self, words: &Words<'_>, context: &mut Context<'_>) {
        let mut run = core::mem::take(&mut self.run);
        mask_run(&run, self.run_inside, words, context, &mut |text, number, hash, context| {
            context.links.changes_text(text.id, hash);
            if let Some(place) = self.column.get_mut(text.place) {
                *place = number;
            }
        });
        run.clear();
        self.run = run;
    }

    fn plant(&mut self, id: u32, inside: Inside, context: &mut Context<'_>) {
        context.links.add(id, inside);
        self.open.push(id);
        match self.runs.last_mut() {
            Some((start, len)) if *start + *len == id => *len += 1,
            _ => self.runs.push((id, 1)),
        }
    }

    /// Passes over a list whose parent is gone. Its new nodes are not planted: the tap hears of them as freed.
    fn skip_items(&mut self, words: &mut Words<'_>, context: &mut Context<'_>) {
        let mut depth = 1;
        while depth > 0 && !words.is_empty() {
            let head = words.word();
            match head & 7 {
                _ if head == item::END => depth -= 1,
                item::KNOWN => {}
                kind => {
                    // Texts beside new ones have no id here.
                    if head >> 3 != 0 {
                        self.freed.push(head >> 3);
                    }
                    match kind {
                        item::ELEMENT => {
                            words.string(context.interned);
                            words.word();
                            for _ in 0..words.word() * 2 {
                                words.string(context.interned);
                            }
                            depth += 1;
                        }
                        item::TEXT | item::DOCTYPE => drop(words.string(context.interned)),
                        item::COMMENT => {}
                        _ => {
                            words.word();
                            depth += 1;
                        }
                    }
                }
            }
        }
    }

    /// Links all lists as the tap found them and forgets what is in none. To be called when the last list was read.
    pub fn link(&mut self, links: &mut Links) {
        for relink in self.relinks.iter().filter(|relink| relink.replaces) {
            links.take_children(relink.parent, &mut self.orphans);
        }
        for relink in self.relinks.drain(..) {
            let children = self.children.get(relink.start..relink.end).unwrap_or(&[]);
            links.put_children(relink.parent, relink.after, children);
        }
        self.children.clear();
        links.free_orphans(&mut self.orphans, &mut self.freed);
    }

    /// An attribute of a node that was sent before. `value` none: removed.
    pub fn attribute(
        &mut self,
        node: u32,
        tag: Raw,
        name: Raw,
        value: Option<Raw>,
        words: &Words<'_>,
        context: &mut Context<'_>,
    ) {
        if !context.links.has(node) {
            return;
        }
        if self.group.name != Some(name) || self.group.is_removed != value.is_none() {
            self.end_group();
            self.group = Group { name: Some(name), is_removed: value.is_none(), count: 0 };
            let name = context.rules.name(words.text(name, context.interned));
            self.column.push(context.dictionary.string(Kind::Name, &name));
        }
        if let Some(value) = value {
            let inside = context.links.inside(node);
            self.column.push(element::changed(tag, name, value, inside, words, context));
        }
        put_delta(&mut self.attributes, &mut self.last_attribute, node);
        self.group.count += 1;
    }

    fn end_group(&mut self) {
        let Group { is_removed, count, .. } = core::mem::replace(&mut self.group, NO_GROUP);
        if count > 0 {
            put(&mut self.groups, count << 1 | u32::from(is_removed));
            self.group_count += 1;
        }
    }

    /// Texts of nodes that were sent before, side by side (id 0: context only). One that stays the same after masking
    /// sends nothing.
    pub fn texts(&mut self, words: &mut Words<'_>, context: &mut Context<'_>) {
        let mut run = core::mem::take(&mut self.run);
        for _ in 0..words.word() {
            run.push(Text { id: words.word(), raw: words.string(context.interned), place: 0, element: 0 });
        }
        if let Some(text) = run.iter().find(|text| context.links.has(text.id)) {
            let inside = context.links.inside(context.links.parent(text.id));
            mask_run(&run, inside, words, context, &mut |text, number, hash, context| {
                if !context.links.has(text.id) || !context.links.changes_text(text.id, hash) {
                    return;
                }
                put_delta(&mut self.texts, &mut self.last_text, text.id);
                self.column.push(number);
                self.text_count += 1;
            });
        }
        run.clear();
        self.run = run;
    }

    /// The record's body; the batch is empty after it.
    pub fn take(&mut self, at: u32, dictionary: &mut Dictionary) -> Vec<u8> {
        self.end_group();
        let mut column = Vec::with_capacity(self.column.len() * 2);
        for number in self.column.drain(..) {
            dictionary.name(number, &mut column);
        }
        let parts = [&column, &self.lists, &self.groups, &self.attributes, &self.texts];
        let len = parts.iter().map(|part| part.len()).sum::<usize>() + self.runs.len() * 5 + 32;
        let mut body = Vec::with_capacity(len);
        put(&mut body, at << 1 | u32::from(core::mem::take(&mut self.is_fresh)));
        put(&mut body, self.runs.len() as u32);
        let mut last = 0;
        for (start, len) in self.runs.drain(..) {
            put_delta(&mut body, &mut last, start);
            put(&mut body, len);
            last = start + len;
        }
        put(&mut body, column.len() as u32);
        body.append(&mut column);
        put(&mut body, core::mem::take(&mut self.list_count));
        body.append(&mut self.lists);
        put(&mut body, core::mem::take(&mut self.group_count));
        body.append(&mut self.groups);
        body.append(&mut self.attributes);
        put(&mut body, core::mem::take(&mut self.text_count));
        body.append(&mut self.texts);
        (self.last_parent, self.last_attribute, self.last_text) = (0, 0, 0);
        body
    }
}

/// Masks the texts of a line and gives each one's number and hash. As one when an address may be among them, for which
/// markup is no border; otherwise those of each element as one.
#[inline(never)]
fn mask_run(
    run: &[Text],
    inside: Inside,
    words: &Words<'_>,
    context: &mut Context<'_>,
    each: &mut dyn FnMut(&Text, u32, u32, &mut Context<'_>),
) {
    let (level, is_style) = (inside.level(), inside.is_style());
    let kind = if is_style { Kind::Css } else { Kind::Text };
    let mask = if is_style { Rules::css_run } else { Rules::text_run };
    // A text alone is its own line.
    let is_line = run.len() > 1 && run.iter().any(|part| context.rules.joins(words.text(part.raw, context.interned)));
    let mut at = 0;
    while let Some(first) = run.get(at) {
        let (start, mut joined, mut ends) = (at, String::new(), Vec::new());
        while let Some(part) = run.get(at)
            && (is_line || part.element == first.element)
        {
            joined.push_str(words.text(part.raw, context.interned));
            ends.push(joined.len());
            at += 1;
        }
        let masked = mask(context.rules, &joined, &mut ends, level);
        let mut from = 0;
        for (part, end) in run.iter().skip(start).zip(ends) {
            // What only gives the context is no part of the recording, and may be a field's.
            if part.id != 0 {
                let (number, hash) = context.dictionary.string_and_hash(kind, &masked.part(from, end));
                each(part, number, hash, context);
            }
            from = end;
        }
    }
}

/// Writes the operations of one list.
#[derive(Default)]
struct ListWriter {
    run: Run,
    position: u32,
    moved: Vec<u32>,
    last_moved: u32,
    in_new: bool,
}

impl ListWriter {
    fn keep(&mut self, place: u32, out: &mut Vec<u8>) {
        let run = &mut self.run;
        if run.count > 0 {
            let forward = run.start + run.count == place && !run.backward;
            let backward = run.start >= run.count && run.start - run.count == place && (run.backward || run.count == 1);
            if forward || backward {
                run.backward = backward;
                run.count += 1;
                return;
            }
        }
        self.settle(out);
        self.run = Run { start: place, count: 1, backward: false };
    }

    fn moved(&mut self, id: u32, out: &mut Vec<u8>) {
        if self.moved.is_empty() {
            self.settle(out);
        }
        self.moved.push(id);
    }

    fn new_node(&mut self, out: &mut Vec<u8>) {
        if !self.in_new {
            self.settle(out);
            put(out, op::NEW);
            self.in_new = true;
        }
    }

    /// Writes what is under way.
    fn settle(&mut self, out: &mut Vec<u8>) {
        if core::mem::take(&mut self.in_new) {
            put(out, token::END);
        }
        let Run { start, count, backward } = core::mem::take(&mut self.run);
        if count > 0 {
            put(out, count << 2 | if backward { op::KEEP_BACKWARD } else { op::KEEP });
            put_delta(out, &mut self.position, start);
            self.position = if backward { start.wrapping_sub(count) } else { start + count };
        }
        if !self.moved.is_empty() {
            put(out, (self.moved.len() as u32) << 2 | op::MOVED);
            for id in self.moved.drain(..) {
                put_delta(out, &mut self.last_moved, id);
            }
        }
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        self.settle(out);
        put(out, 0);
    }
}
