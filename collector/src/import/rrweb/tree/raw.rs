//! One node as rrweb says it. In: a serialised node. Out: what it was on the page; whether two say the same.

use super::super::attributes::{self, Given};
use super::super::format::{Node as Raw, node_type};
use super::{Element, What, id_of};
use std::hash::{DefaultHasher, Hash, Hasher};

/// `NodeType`.
pub(super) fn kind_of(raw: &Raw) -> u32 {
    id_of(raw.kind).and_then(|kind| u32::try_from(kind).ok()).unwrap_or(u32::MAX)
}

/// What rrweb says of a node, beside what is in it.
pub(super) fn said(raw: &Raw) -> u64 {
    let mut hasher = DefaultHasher::new();
    kind_of(raw).hash(&mut hasher);
    (&raw.tag_name, &raw.text_content, &raw.name, &raw.public_id, &raw.system_id).hash(&mut hasher);
    (raw.is_svg, raw.need_block, &raw.compat_mode).hash(&mut hasher);
    for (name, value) in &raw.attributes.0 {
        name.hash(&mut hasher);
        format!("{value:?}").hash(&mut hasher);
    }
    hasher.finish()
}

/// The node as the page had it. Nothing for a kind that nobody knows.
pub(super) fn what(raw: Raw) -> Option<What> {
    Some(match kind_of(&raw) {
        node_type::DOCUMENT => What::Document { quirks: raw.compat_mode.as_deref() == Some("BackCompat") },
        node_type::DOCTYPE => {
            let part = |part: Option<String>| part.unwrap_or_default().replace('\n', " ");
            What::Doctype(format!("{}\n{}\n{}", part(raw.name), part(raw.public_id), part(raw.system_id)))
        }
        node_type::TEXT | node_type::CDATA => What::Text(raw.text_content.unwrap_or_default()),
        node_type::COMMENT => What::Comment,
        node_type::ELEMENT => {
            let tag = raw.tag_name.filter(|tag| !tag.is_empty())?;
            let namespace = u8::from(raw.is_svg == Some(true));
            let tag = if namespace == 0 { tag.to_ascii_lowercase() } else { tag };
            let Given { attributes, surface, blocked, was_secret } = attributes::given(&tag, raw.attributes.0);
            let blocked = blocked.or((raw.need_block == Some(true)).then_some((0, 0)));
            What::Element(Box::new(Element {
                namespace,
                tag,
                attributes,
                blocked,
                was_secret,
                surface,
                changed: Vec::new(),
            }))
        }
        _ => return None,
    })
}
