//! The policy that keeps a replay off the network, as a node that is there only while the page is built. In: a tree. Out:
//! a `<meta>` inside the snapshot, and its removal. A policy outlives the element that brought it (CSP 3, "Policy
//! applicability", and HTML's `meta` processing), and the documents of iframes inherit it.

use super::format::{Mutation, Removal};
use super::node::{Attributes, Nest, Node, What};
use super::tree::Tree;
use shared::dom::DOCUMENT;

/// Styles and inline pictures only. The Replayer would neutralise `Content-Security-Policy` in rrweb's spelling, which it
/// takes for the recorded page's own.
const NAME: &str = "content-security-policy";
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; media-src data:";

pub(super) struct Guard {
    /// The node of the page that the guard stands in, as its first child.
    pub(super) parent: u32,
    /// Ids of what the page lacks and a `<meta>` needs around it.
    html: Option<u64>,
    head: Option<u64>,
    meta: u64,
}

impl Guard {
    /// Finds its place.
    pub(super) fn new(tree: &Tree<'_>) -> Self {
        let html = tree.child_element(DOCUMENT, "html");
        let head = html.and_then(|html| tree.child_element(html, "head"));
        Self {
            parent: head.or(html).unwrap_or(DOCUMENT),
            html: html.is_none().then(|| tree.ids.spare()),
            head: head.is_none().then(|| tree.ids.spare()),
            meta: tree.ids.spare(),
        }
    }

    /// Writes it as a child of the node that was opened last.
    pub(super) fn write(&self, nest: &mut Nest<'_>) -> serde_json::Result<()> {
        let wrappers = [("html", self.html), ("head", self.head)];
        let wrappers = wrappers.into_iter().filter_map(|(tag, id)| Some((tag, id?)));
        for (tag, id) in wrappers.clone() {
            nest.open(&Node::new(element(tag, &[]), id))?;
        }
        let attributes = [("http-equiv".to_owned(), NAME.to_owned()), ("content".to_owned(), POLICY.to_owned())];
        nest.leaf(&Node::new(element("meta", &attributes), self.meta))?;
        for _ in wrappers {
            nest.close(true);
        }
        Ok(())
    }

    /// What takes it out again.
    pub(super) fn removal(&self, tree: &Tree<'_>) -> Mutation<'static> {
        let parent_id = match (self.html, self.head) {
            (Some(html), Some(_)) => html,
            _ => tree.id(self.parent),
        };
        let id = self.head.unwrap_or(self.meta);
        Mutation { removes: vec![Removal { parent_id, id, is_shadow: None }], ..Mutation::default() }
    }
}

fn element<'a>(tag: &'a str, attributes: &'a [(String, String)]) -> What<'a> {
    What::Element {
        tag_name: tag,
        attributes: Attributes { values: attributes, scroll: None },
        is_svg: None,
        need_block: None,
        is_custom: None,
        is_shadow_host: None,
    }
}
