//! What the Replayer has of one page: every node as it was told, and where it stands now. In: nodes of the replay model.
//! Out: rrweb's nodes. Refuses what the Replayer cannot hold or would fail on; never recurses, since a visitor's page
//! decides how deep it is.

use super::address::{self, Owner};
use super::css::{self, Relative};
use super::guard::Guard;
use super::node::{Attributes, Nest, Node, What};
use shared::dom::DOCUMENT;
use shared::replay::NodeKind;
use std::cell::Cell;
use std::collections::HashMap;

/// Nesting of a snapshot. The Replayer builds it by recursion, so what lies deeper follows as additions; HTML parsers
/// stop at the same depth, only scripts go beyond.
const NESTING_MAX: usize = 512;
/// Names with a hyphen that are no custom element's (HTML, "valid custom element name").
const NOT_CUSTOM: [&str; 8] = [
    "annotation-xml",
    "color-profile",
    "font-face",
    "font-face-src",
    "font-face-uri",
    "font-face-format",
    "font-face-name",
    "missing-glyph",
];
/// What stands in a `<link>` whose sheet is not known: without any text the Replayer would leave it a `<link>`, and wait.
const UNKNOWN_SHEET: &str = "/* not in the recording */";

/// From the ids of a page to those of the export.
#[derive(Clone, Copy)]
pub(super) struct Ids<'s> {
    /// Added to the ids of the page.
    pub(super) base: u64,
    /// The next number that no page uses.
    pub(super) spare: &'s Cell<u64>,
}

impl Ids<'_> {
    pub(super) fn of(self, id: u32) -> u64 {
        self.base + u64::from(id)
    }

    /// A new id for what only the export has.
    pub(super) fn spare(self) -> u64 {
        self.spare.replace(self.spare.get() + 1)
    }
}

/// A node as the Replayer was told of it.
pub(super) enum Sent {
    Document {
        quirks: bool,
    },
    Doctype {
        name: String,
        public_id: String,
        system_id: String,
    },
    Element(Element),
    /// `sent` when the node was told, `now` since then.
    Text {
        sent: String,
        now: Option<String>,
        is_style: bool,
    },
    Comment,
    ShadowRoot,
}

pub(super) struct Element {
    pub(super) tag: String,
    pub(super) namespace: u8,
    /// As recorded, now.
    pub(super) recorded: Vec<(String, String)>,
    /// As told with the node. A move repeats it word for word: the Replayer then takes the node that it has.
    pub(super) sent: Vec<(String, String)>,
    pub(super) natural_size: Option<(u32, u32)>,
    scroll: Option<(i32, i32)>,
    /// The size of a place whose inside was never read.
    blocked: Option<(u32, u32)>,
    is_custom: bool,
    /// The text of a `<link>`'s sheet.
    pub(super) sheet: Option<String>,
    /// The Replayer shows a `<style>`: it is one, or a `<link>` that was given its text.
    pub(super) is_style: bool,
}

impl Element {
    pub(super) fn owner(&self) -> Owner<'_> {
        Owner {
            tag: &self.tag,
            is_svg: self.namespace == 1,
            attributes: &self.recorded,
            natural_size: self.natural_size,
        }
    }

    pub(super) fn is(&self, tag: &str) -> bool {
        self.namespace == 0 && self.tag == tag
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        address::value(&self.recorded, name)
    }

    /// Decides again what is told with the node.
    fn tell(&mut self) {
        self.sent = address::translate_all(&self.owner());
        if let Some(text) = &self.sheet {
            self.sent.push(("_cssText".to_owned(), text.clone()));
        }
        if let Some((width, height)) = self.blocked {
            self.sent.push(("rr_width".to_owned(), format!("{width}px")));
            self.sent.push(("rr_height".to_owned(), format!("{height}px")));
        }
    }

    /// Makes a `<link>` a style sheet of that text.
    pub(super) fn set_sheet(&mut self, text: &str) {
        self.sheet = Some(sheet_text(text));
        self.is_style = true;
    }
}

/// What a snapshot says of an element beside its attributes.
#[derive(Clone, Copy, Default)]
pub(super) struct Given<'a> {
    pub(super) sheet: Option<&'a str>,
    pub(super) natural_size: Option<(u32, u32)>,
    pub(super) scroll: Option<(i32, i32)>,
}

pub(super) struct Known {
    pub(super) parent: u32,
    pub(super) children: Vec<u32>,
    /// The document that it is in.
    pub(super) root: u32,
    pub(super) what: Sent,
}

/// What a nested tree left out.
#[derive(Default)]
pub(super) struct LeftOut {
    /// Documents of iframes, to be attached.
    pub(super) documents: Vec<u32>,
    /// Roots of what lies too deep.
    pub(super) deep: Vec<u32>,
}

pub(super) struct Tree<'s> {
    known: HashMap<u32, Known>,
    pub(super) ids: Ids<'s>,
    /// Nodes that were told anew, under another id than their own.
    renamed: HashMap<u32, u64>,
}

impl<'s> Tree<'s> {
    /// Only the top document.
    pub(super) fn new(ids: Ids<'s>, quirks: bool) -> Self {
        let what = Sent::Document { quirks };
        let top = Known { parent: 0, children: Vec::new(), root: DOCUMENT, what };
        Self { known: HashMap::from([(DOCUMENT, top)]), ids, renamed: HashMap::new() }
    }

    /// The id in the export.
    pub(super) fn id(&self, id: u32) -> u64 {
        self.renamed.get(&id).copied().unwrap_or_else(|| self.ids.of(id))
    }

    pub(super) fn get(&self, id: u32) -> Option<&Known> {
        self.known.get(&id)
    }

    pub(super) fn element(&self, id: u32) -> Option<&Element> {
        match &self.known.get(&id)?.what {
            Sent::Element(element) => Some(element),
            _ => None,
        }
    }

    pub(super) fn element_mut(&mut self, id: u32) -> Option<&mut Element> {
        match &mut self.known.get_mut(&id)?.what {
            Sent::Element(element) => Some(element),
            _ => None,
        }
    }

    /// The first child that is an element of that name.
    pub(super) fn child_element(&self, parent: u32, tag: &str) -> Option<u32> {
        let children = self.known.get(&parent)?.children.iter().copied();
        children.into_iter().find(|child| self.element(*child).is_some_and(|element| element.is(tag)))
    }

    /// The element or doctype that a document has already and can have once.
    pub(super) fn only_one(&self, document: u32, kind: &NodeKind) -> Option<u32> {
        let Known { children, what: Sent::Document { .. }, .. } = self.known.get(&document)? else { return None };
        children.iter().copied().find(|child| match kind {
            NodeKind::Element { .. } => self.element(*child).is_some(),
            NodeKind::Doctype { .. } => matches!(self.get(*child), Some(Known { what: Sent::Doctype { .. }, .. })),
            _ => false,
        })
    }

    /// Adds a new node. `false` when the Replayer cannot hold it.
    pub(super) fn insert(&mut self, id: u32, parent: u32, before: u32, kind: &NodeKind, given: Given<'_>) -> bool {
        let Some(above) = self.known.get(&parent) else { return false };
        if id == 0 || self.known.contains_key(&id) {
            return false;
        }
        let fits = match (&above.what, kind) {
            (Sent::Element(element), NodeKind::Document { .. }) => element.is("iframe"),
            (Sent::Element(_), NodeKind::ShadowRoot { .. }) => !above
                .children
                .iter()
                .any(|child| matches!(self.get(*child).map(|known| &known.what), Some(Sent::ShadowRoot))),
            (_, NodeKind::Document { .. } | NodeKind::ShadowRoot { .. }) => false,
            // The Replayer needs an <html> in the top document.
            (Sent::Document { .. }, NodeKind::Element { tag, .. }) => {
                (parent != DOCUMENT || tag == "html") && self.only_one(parent, kind).is_none()
            }
            (Sent::Document { .. }, NodeKind::Doctype { .. }) => self.only_one(parent, kind).is_none(),
            (Sent::Document { .. }, NodeKind::Comment {}) => true,
            (Sent::Document { .. }, _) | (_, NodeKind::Doctype { .. }) => false,
            (Sent::Element(_) | Sent::ShadowRoot, _) => true,
            _ => false,
        };
        let in_style = matches!(&above.what, Sent::Element(element) if element.tag == "style");
        let in_script = matches!(&above.what, Sent::Element(element) if element.tag == "script");
        let root = if matches!(kind, NodeKind::Document { .. }) { id } else { above.root };
        let what = match kind {
            _ if !fits => return false,
            NodeKind::Document { quirks } => Sent::Document { quirks: *quirks },
            NodeKind::Doctype { name, public_id, system_id } => Sent::Doctype {
                name: if is_name(name) { name.clone() } else { "html".to_owned() },
                public_id: public_id.clone(),
                system_id: system_id.clone(),
            },
            NodeKind::Element { namespace, tag, attributes, blocked } => {
                Sent::Element(element(*namespace, tag, attributes, *blocked, given))
            }
            NodeKind::Text { value } => {
                Sent::Text { sent: text(value, in_style, in_script), now: None, is_style: in_style }
            }
            NodeKind::Comment {} => Sent::Comment,
            NodeKind::ShadowRoot { .. } => Sent::ShadowRoot,
            NodeKind::Moved {} => return false,
        };
        self.known.insert(id, Known { parent, children: Vec::new(), root, what });
        self.link(id, parent, before);
        true
    }

    fn link(&mut self, id: u32, parent: u32, before: u32) {
        if let Some(above) = self.known.get_mut(&parent) {
            let place = if before == 0 { None } else { above.children.iter().position(|child| *child == before) };
            above.children.insert(place.unwrap_or(above.children.len()), id);
        }
    }

    fn unlink(&mut self, id: u32) {
        let parent = self.known.get(&id).map_or(0, |known| known.parent);
        if let Some(above) = self.known.get_mut(&parent) {
            above.children.retain(|child| *child != id);
        }
    }

    /// Moves a node with its subtree. `false` when it cannot be there.
    pub(super) fn relocate(&mut self, id: u32, parent: u32, before: u32) -> bool {
        let Some(Known { root, what: Sent::Element(_) | Sent::ShadowRoot, .. }) = self.known.get(&parent) else {
            return false;
        };
        let root = *root;
        let mut above = parent;
        while let Some(known) = self.known.get(&above) {
            if above == id {
                return false;
            }
            above = known.parent;
        }
        match self.known.get(&id) {
            Some(Known { what: Sent::Document { .. } | Sent::ShadowRoot | Sent::Doctype { .. }, .. }) | None => {
                return false;
            }
            Some(known) if known.root != root => {
                for below in self.subtree(id) {
                    if let Some(known) =
                        self.known.get_mut(&below).filter(|known| !matches!(known.what, Sent::Document { .. }))
                    {
                        known.root = root;
                    }
                }
            }
            Some(_) => {}
        }
        self.unlink(id);
        if let Some(known) = self.known.get_mut(&id) {
            known.parent = parent;
        }
        self.link(id, parent, before);
        true
    }

    /// The siblings between a node and the place before `before` under the same parent, in order, and whether that place
    /// is further on. `None` when the node has another parent.
    pub(super) fn between(&self, id: u32, parent: u32, before: u32) -> Option<(Vec<u32>, bool)> {
        if self.get(id)?.parent != parent {
            return None;
        }
        let siblings = &self.get(parent)?.children;
        let from = siblings.iter().position(|child| *child == id)?;
        let to = siblings.iter().position(|child| *child == before).unwrap_or(siblings.len());
        let (range, is_on) = if to > from { (from + 1..to, true) } else { (to..from, false) };
        Some((siblings.get(range)?.to_vec(), is_on))
    }

    /// What stands after a child; 0 when it is the last.
    pub(super) fn after(&self, id: u32) -> u32 {
        let siblings = self.get(id).and_then(|known| self.get(known.parent)).map_or(&[][..], |parent| &parent.children);
        let place = siblings.iter().position(|child| *child == id);
        place.and_then(|place| siblings.get(place + 1)).copied().unwrap_or(0)
    }

    /// Whether a document of an iframe is below a node.
    pub(super) fn has_document(&self, id: u32) -> bool {
        self.subtree(id).iter().any(|below| matches!(self.get(*below), Some(Known { what: Sent::Document { .. }, .. })))
    }

    /// Forgets a node and its subtree; gives the ids that are gone.
    pub(super) fn remove(&mut self, id: u32) -> Vec<u32> {
        self.unlink(id);
        let gone = self.subtree(id);
        for id in &gone {
            self.known.remove(id);
            // A recorder gives the number to another node one day; the Replayer, jumping over both, would take them for one.
            self.renamed.insert(*id, self.ids.spare());
        }
        gone
    }

    /// A node and all below it, in document order.
    pub(super) fn subtree(&self, id: u32) -> Vec<u32> {
        let mut all = Vec::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if let Some(known) = self.known.get(&id) {
                all.push(id);
                open.extend(known.children.iter().rev());
            }
        }
        all
    }

    /// The parent of a node as rrweb counts it, and whether the node is in that parent's shadow root.
    pub(super) fn place(&self, id: u32) -> Option<(u64, Option<bool>)> {
        let parent = self.known.get(&id)?.parent;
        match self.known.get(&parent)? {
            Known { what: Sent::ShadowRoot, parent: host, .. } => Some((self.id(*host), Some(true))),
            _ => Some((self.id(parent), None)),
        }
    }

    /// The node that stands after a place, as rrweb counts it.
    pub(super) fn next(&self, parent: u32, before: u32) -> Option<u64> {
        let next = self.known.get(&before)?;
        let is_sibling = next.parent == parent && !matches!(next.what, Sent::ShadowRoot | Sent::Document { .. });
        is_sibling.then(|| self.id(before))
    }

    /// The text that a style sheet was made of.
    pub(super) fn style_text(&self, id: u32) -> String {
        self.element(id).and_then(|element| element.sheet.clone()).unwrap_or_else(|| self.text(id))
    }

    /// The text in an element, at this time.
    pub(super) fn text(&self, id: u32) -> String {
        let mut all = String::new();
        for below in self.subtree(id) {
            if let Some(Known { what: Sent::Text { sent, now, .. }, .. }) = self.get(below) {
                all.push_str(now.as_ref().unwrap_or(sent));
            }
        }
        all
    }

    /// Notes a text's new value; gives it as it is told. Nothing when it is no text.
    pub(super) fn set_text(&mut self, id: u32, value: &str) -> Option<String> {
        let parent = self.known.get(&id)?.parent;
        let in_script = self.element(parent).is_some_and(|element| element.tag == "script");
        let Sent::Text { now, is_style, .. } = &mut self.known.get_mut(&id)?.what else { return None };
        let value = text(value, *is_style, in_script);
        *now = Some(value.clone());
        Some(value)
    }

    /// Makes ready to tell a subtree anew, as it is now and under new ids. `selected` says which options are; gives the
    /// nodes in document order.
    pub(super) fn renew(&mut self, root: u32, selected: &[u32]) -> Vec<u32> {
        let all = self.subtree(root);
        for id in &all {
            let new_id = self.ids.spare();
            self.renamed.insert(*id, new_id);
            match self.known.get_mut(id).map(|known| &mut known.what) {
                Some(Sent::Element(element)) => {
                    element.tell();
                    if element.is("option") && !selected.is_empty() {
                        element.sent.retain(|(name, _)| name != "selected");
                        element.sent.extend(selected.contains(id).then(|| ("selected".to_owned(), String::new())));
                    }
                }
                Some(Sent::Text { sent, now, .. }) => {
                    if let Some(now) = now.take() {
                        *sent = now;
                    }
                }
                _ => {}
            }
        }
        all
    }

    /// The node as the Replayer was told of it, without its children.
    pub(super) fn node(&self, id: u32) -> Option<Node<'_>> {
        let known = self.known.get(&id)?;
        let what = match &known.what {
            Sent::ShadowRoot => return None,
            // Without a child the Replayer stumbles over the mode. In an iframe it would add a doctype, and jumping in time
            // it would not get the mode all the same.
            Sent::Document { quirks } => {
                let is_told = *quirks && id == DOCUMENT && !known.children.is_empty();
                What::Document { compat_mode: is_told.then_some("BackCompat") }
            }
            Sent::Doctype { name, public_id, system_id } => What::Doctype { name, public_id, system_id },
            Sent::Element(element) => {
                let has_shadow =
                    |child: &u32| matches!(self.get(*child).map(|known| &known.what), Some(Sent::ShadowRoot));
                What::Element {
                    tag_name: &element.tag,
                    attributes: Attributes { values: &element.sent, scroll: element.scroll },
                    is_svg: (element.namespace == 1).then_some(true),
                    need_block: element.blocked.map(|_| true),
                    is_custom: element.is_custom.then_some(true),
                    is_shadow_host: known.children.iter().any(has_shadow).then_some(true),
                }
            }
            Sent::Text { sent, is_style, .. } => What::Text { text_content: sent, is_style: is_style.then_some(true) },
            Sent::Comment => What::Comment { text_content: "" },
        };
        let mut node = Node::new(what, self.id(id));
        if known.root != DOCUMENT && known.root != id {
            node.root_id = Some(self.id(known.root));
        }
        node.is_shadow = self.place(id).and_then(|(_, is_shadow)| is_shadow);
        Some(node)
    }

    /// Writes the tree of a document as one nested node.
    pub(super) fn write(
        &self,
        document: u32,
        guard: Option<&Guard>,
        json: &mut Vec<u8>,
    ) -> serde_json::Result<LeftOut> {
        enum Step {
            Open(u32),
            Close(bool),
        }
        let mut left_out = LeftOut::default();
        let mut nest = Nest::new(json);
        let mut depth = 0;
        let mut steps = vec![Step::Open(document)];
        while let Some(step) = steps.pop() {
            let id = match step {
                Step::Open(id) => id,
                Step::Close(has_children) => {
                    depth -= 1;
                    nest.close(has_children);
                    continue;
                }
            };
            let Some(known) = self.known.get(&id) else { continue };
            match known.what {
                Sent::Document { .. } if id != document => {
                    left_out.documents.push(id);
                    continue;
                }
                _ if depth >= NESTING_MAX && !matches!(known.what, Sent::ShadowRoot) => {
                    left_out.deep.push(id);
                    continue;
                }
                _ => {}
            }
            if let Some(node) = self.node(id) {
                nest.open(&node)?;
                steps.push(Step::Close(matches!(known.what, Sent::Document { .. } | Sent::Element(_))));
                depth += 1;
                if let Some(guard) = guard.filter(|guard| guard.parent == id) {
                    guard.write(&mut nest)?;
                }
            }
            steps.extend(known.children.iter().rev().map(|child| Step::Open(*child)));
        }
        Ok(left_out)
    }
}

fn element(
    namespace: u8,
    tag: &str,
    attributes: &[(String, String)],
    blocked: Option<(u32, u32)>,
    given: Given<'_>,
) -> Element {
    let is_plain = if namespace == 0 { is_name(tag) } else { is_name(tag) && !tag.contains(':') };
    let mut element = Element {
        // A parser accepts names that `createElement` does not; the Replayer would stop there.
        tag: if is_plain { tag.to_owned() } else { "unknown".to_owned() },
        namespace,
        recorded: attributes.to_vec(),
        sent: Vec::new(),
        natural_size: given.natural_size,
        scroll: given.scroll,
        blocked,
        is_custom: namespace == 0 && is_custom(tag),
        sheet: None,
        is_style: tag == "style",
    };
    if element.is("link") && (given.sheet.is_some() || element.owner().is_sheet_link()) {
        element.set_sheet(given.sheet.unwrap_or_default());
    }
    element.tell();
    element
}

/// The text of a `<link>`'s sheet as it is told.
fn sheet_text(sheet: &str) -> String {
    match css::offline(sheet, Relative::Goes).into_owned() {
        empty if empty.trim().is_empty() => UNKNOWN_SHEET.to_owned(),
        text => text,
    }
}

fn text(value: &str, is_style: bool, is_script: bool) -> String {
    if is_script {
        return String::new();
    }
    if is_style { css::offline(value, Relative::Goes).into_owned() } else { value.to_owned() }
}

/// Whether every browser's `createElement` takes it.
fn is_name(name: &str) -> bool {
    let is_start = |char: char| char.is_alphabetic() || char == '_';
    let mut chars = name.chars();
    chars.next().is_some_and(is_start)
        && chars.all(|char| is_start(char) || char.is_numeric() || matches!(char, '-' | '.' | ':'))
        && !name.ends_with(':')
}

fn is_custom(tag: &str) -> bool {
    let is_char = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_');
    tag.starts_with(|char: char| char.is_ascii_lowercase())
        && tag.contains('-')
        && tag.bytes().all(is_char)
        && !NOT_CUSTOM.contains(&tag)
}
