//! How much of a node may be shown where it is, and what is told anew because that is another level than before. In: the
//! tree, the rules, the marks. Out: levels; nodes that count as never told.

use super::super::Refused;
use super::super::tree::{Element, Key, Node, Tree, What};
use super::Context;
use shared::mask::{ElementFacts, Level, Marks};

/// Attributes that decide how much of an element may be shown, beside the marks.
const FACTS: [&str; 8] = ["type", "autocomplete", "name", "id", "role", "contenteditable", "placeholder", "aria-label"];

/// The subtree is in the recording no more, or is about to leave it: if it is still there, it will be told anew.
pub(super) fn untell(tree: &mut Tree, root: Key, context: &mut Context<'_>) -> Result<(), Refused> {
    let mut open = vec![root];
    while let Some(key) = open.pop() {
        context.work.spend(32)?;
        let Some(node) = tree.get_mut(key) else { continue };
        node.id = 0;
        node.told_parent = None;
        node.told_text = 0;
        let children = std::mem::take(&mut node.told_children);
        open.extend(
            children
                .into_iter()
                .filter(|child| tree.get(*child).is_some_and(|node| node.id != 0 && node.told_parent == Some(key))),
        );
    }
    Ok(())
}

/// Level of a node in its place, and whether it is quiet.
pub(super) fn place_of(
    tree: &Tree,
    key: Key,
    parent: Key,
    context: &mut Context<'_>,
) -> Result<(Level, bool), Refused> {
    let Some(above) = tree.get(parent) else { return Ok((Level::Blocked, true)) };
    let Some(element) = tree.element(key) else { return Ok((above.level, above.is_quiet)) };
    let marks = context.marker.marks(tree, key, context.work)?;
    let marks = if element.blocked.is_some() { marks.with(Marks::BLOCK) } else { marks };
    let level = context.rules.level(above.level, &facts(element), marks);
    Ok((level, above.is_quiet || marks.contains(Marks::IGNORE_EVENTS)))
}

fn facts(element: &Element) -> ElementFacts<'_> {
    ElementFacts {
        tag: &element.tag,
        input_type: element.value("type"),
        autocomplete: element.value("autocomplete"),
        name: element.value("name"),
        id: element.value("id"),
        role: element.value("role"),
        contenteditable: element.value("contenteditable"),
        placeholder: element.value("placeholder"),
        aria_label: element.value("aria-label"),
        was_secret: element.was_secret,
    }
}

/// Before anything of a list is written: what was told, and is now inside something that was not, or may be shown more or
/// less here than where it was, is told anew. So only lists of nodes that stay are written, and only such nodes move.
pub(super) fn prepare(tree: &mut Tree, parent: Key, context: &mut Context<'_>) -> Result<(), Refused> {
    let Some(above) = tree.get(parent).filter(|node| !node.is_out) else { return Ok(()) };
    let is_told = above.id != 0 && above.level != Level::Blocked;
    let children = above.children.clone();
    context.work.spend(children.len())?;
    for child in children {
        let Some(node) = tree.get(child).filter(|node| node.id != 0) else { continue };
        let old = (node.level, node.is_quiet);
        let moved = node.told_parent != Some(parent);
        if !is_told || moved && place_of(tree, child, parent, context)? != old {
            untell_all(tree, child, context)?;
        }
    }
    Ok(())
}

/// The node is told anew with all that is in it now.
fn untell_all(tree: &mut Tree, root: Key, context: &mut Context<'_>) -> Result<(), Refused> {
    let mut open = vec![root];
    while let Some(key) = open.pop() {
        context.work.spend(16)?;
        if tree.get(key).is_some_and(|node| node.id != 0) {
            untell(tree, key, context)?;
        }
        open.extend(tree.get(key).map_or(&[][..], |node| node.children.as_slice()));
    }
    Ok(())
}

/// An attribute may have made an element another kind of place: then it is told anew, with what is in it.
pub(super) fn relevel(tree: &mut Tree, key: Key, context: &mut Context<'_>) -> Result<(), Refused> {
    let Some(Node { what: What::Element(element), id, parent: Some(parent), level, is_quiet, .. }) = tree.get(key)
    else {
        return Ok(());
    };
    let decides = |name: &String| {
        FACTS.contains(&name.as_str()) || name == "class" || name.starts_with("data-") || context.marker.asks(name)
    };
    if *id == 0 || !(element.was_secret || element.changed.iter().any(decides)) {
        return Ok(());
    }
    let (parent, old) = (*parent, (*level, *is_quiet));
    // What was secret once stays it: a password that is shown is one.
    if old.0 == Level::Secret
        && let Some(element) = tree.element_mut(key)
    {
        element.was_secret = true;
    }
    if place_of(tree, key, parent, context)? != old {
        untell_all(tree, key, context)?;
        tree.changed_lists.insert(parent);
    }
    Ok(())
}
