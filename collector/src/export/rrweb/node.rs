//! rrweb's serialised nodes, one by one or as a nested tree. In: nodes that are ready to be written. Out: JSON. Writes
//! trees without recursion, since a visitor's page decides how deep they are.

use serde::Serialize;
use serde::ser::SerializeMap;

/// A node without its children.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Node<'a> {
    #[serde(rename = "type")]
    pub(super) kind: u8,
    #[serde(flatten)]
    pub(super) what: What<'a>,
    /// Present, and empty, where the children follow as nodes of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) child_nodes: Option<[u8; 0]>,
    pub(super) id: u64,
    /// The document that it is in, unless that is the top one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) root_id: Option<u64>,
    /// Child of its parent's shadow root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) is_shadow: Option<bool>,
}

#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(super) enum What<'a> {
    Document {
        #[serde(skip_serializing_if = "Option::is_none")]
        compat_mode: Option<&'static str>,
    },
    Doctype {
        name: &'a str,
        public_id: &'a str,
        system_id: &'a str,
    },
    Element {
        tag_name: &'a str,
        attributes: Attributes<'a>,
        #[serde(rename = "isSVG", skip_serializing_if = "Option::is_none")]
        is_svg: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        need_block: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        is_custom: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        is_shadow_host: Option<bool>,
    },
    Text {
        text_content: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        is_style: Option<bool>,
    },
    Comment {
        text_content: &'static str,
    },
}

impl What<'_> {
    /// `NodeType`.
    pub(super) fn kind(&self) -> u8 {
        match self {
            What::Document { .. } => 0,
            What::Doctype { .. } => 1,
            What::Element { .. } => 2,
            What::Text { .. } => 3,
            What::Comment { .. } => 5,
        }
    }

    fn has_children(&self) -> bool {
        matches!(self, What::Document { .. } | What::Element { .. })
    }
}

/// Attributes in order, and where the element was scrolled to.
pub(super) struct Attributes<'a> {
    pub(super) values: &'a [(String, String)],
    pub(super) scroll: Option<(i32, i32)>,
}

impl Serialize for Attributes<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.values {
            map.serialize_entry(name, value)?;
        }
        if let Some((x, y)) = self.scroll {
            map.serialize_entry("rr_scrollLeft", &x)?;
            map.serialize_entry("rr_scrollTop", &y)?;
        }
        map.end()
    }
}

impl<'a> Node<'a> {
    pub(super) fn new(what: What<'a>, id: u64) -> Self {
        Self { kind: what.kind(), what, child_nodes: None, id, root_id: None, is_shadow: None }
    }

    /// Its children, if it can have any, follow as nodes of their own.
    #[must_use]
    pub(super) fn alone(mut self) -> Self {
        self.child_nodes = self.what.has_children().then_some([]);
        self
    }
}

/// Writes nested nodes: each is opened, and closed once its children are written.
pub(super) struct Nest<'j> {
    json: &'j mut Vec<u8>,
    /// For each open node: whether it has a child already.
    open: Vec<bool>,
}

impl<'j> Nest<'j> {
    pub(super) fn new(json: &'j mut Vec<u8>) -> Self {
        Self { json, open: Vec::new() }
    }

    /// Starts a node. To be closed with [`Nest::close`].
    pub(super) fn open(&mut self, node: &Node<'_>) -> serde_json::Result<()> {
        if self.open.last_mut().is_some_and(|has_child| std::mem::replace(has_child, true)) {
            self.json.push(b',');
        }
        serde_json::to_writer(&mut *self.json, node)?;
        if node.what.has_children() {
            self.json.pop();
            self.json.extend_from_slice(b",\"childNodes\":[");
        }
        self.open.push(false);
        Ok(())
    }

    /// Ends a node.
    pub(super) fn close(&mut self, node_has_children: bool) {
        self.open.pop();
        if node_has_children {
            self.json.extend_from_slice(b"]}");
        }
    }

    /// A node without children.
    pub(super) fn leaf(&mut self, node: &Node<'_>) -> serde_json::Result<()> {
        let has_children = node.what.has_children();
        self.open(node)?;
        self.close(has_children);
        Ok(())
    }
}
