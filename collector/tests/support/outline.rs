//! What the replay model shows of a page at a time, as one line. In: a page. Out: tags, texts, shadow roots and documents,
//! with attributes where they are asked for. Knows no ids.

use shared::recording::Page;
use shared::replay::{Cursor, Node, NodeKind};
use std::collections::HashMap;

/// The page at `at_ms` of its own time.
pub fn outline(page: &Page, at_ms: u32, with_attributes: bool) -> String {
    let snapshot = Cursor::new(page).seek(at_ms);
    let mut children: HashMap<u32, Vec<usize>> = HashMap::new();
    for (number, node) in snapshot.nodes.iter().enumerate() {
        children.entry(node.parent).or_default().push(number);
    }
    of(0, &snapshot.nodes, &children, with_attributes)
}

fn of(id: u32, nodes: &[Node], children: &HashMap<u32, Vec<usize>>, with_attributes: bool) -> String {
    let one = |number: &usize| {
        let node = &nodes[*number];
        let inside = || of(node.id, nodes, children, with_attributes);
        match &node.what {
            NodeKind::Document { .. } => format!("#document({})", inside()),
            NodeKind::Doctype { .. } => "!".to_owned(),
            NodeKind::Element { tag, attributes, .. } if with_attributes => {
                let mut attributes: Vec<String> =
                    attributes.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
                attributes.sort();
                format!("{tag}[{}]({})", attributes.join(" "), inside())
            }
            NodeKind::Element { tag, .. } => format!("{tag}({})", inside()),
            NodeKind::Text { value } => format!("'{value}'"),
            NodeKind::ShadowRoot { .. } => format!("#shadow({})", inside()),
            _ => "c".to_owned(),
        }
    };
    children.get(&id).into_iter().flatten().map(one).collect()
}
