//! Texts and attributes, masked at the level of their place. In: the tree. Out: numbers of masked strings in the record under
//! way. No other file here gives a text of the tree to the writer.

use super::super::Refused;
use super::super::tree::{Element, Key, Node, Tree, What};
use super::{Context, Record};
use shared::dom::token;
use shared::mask::{Level, Rules};
use shared::strings::Kind;
use shared::varint::put;

/// Writes an element's token, and its shape where that is new.
pub(super) fn write_element(
    element: &Element,
    level: Level,
    blocked: Option<(u32, u32)>,
    record: &mut Record,
    context: &mut Context<'_>,
) {
    let tag = context.writer.string(Kind::Name, &context.rules.name(&element.tag));
    let mut attributes = Vec::with_capacity(element.attributes.len());
    for (name, value) in &element.attributes {
        let number = context.writer.string(Kind::Name, &context.rules.name(name));
        attributes.push((number, attribute(element, name, value, level, context)));
    }
    let (shape, is_new) = context.writer.shape((element.namespace, tag, attributes.clone()));
    put(&mut record.lists, shape << 3 | if blocked.is_some() { token::BLOCKED } else { token::ELEMENT });
    if is_new {
        record.lists.push(element.namespace);
        put(&mut record.lists, tag);
        put(&mut record.lists, attributes.len() as u32);
        for (name, value) in attributes {
            put(&mut record.lists, name);
            put(&mut record.lists, value);
        }
    }
    if let Some((width, height)) = blocked {
        put(&mut record.lists, width);
        put(&mut record.lists, height);
    }
}

/// The number of an attribute's masked value.
fn attribute(element: &Element, name: &str, value: &str, level: Level, context: &mut Context<'_>) -> u32 {
    let tag = element.tag.to_ascii_lowercase();
    context.writer.string(Kind::of_attribute(name), &context.rules.attribute(&tag, name, value, level))
}

/// Tells the attributes of an element that changed.
pub(super) fn change_attributes(tree: &mut Tree, key: Key, record: &mut Record, context: &mut Context<'_>) {
    let Some(Node { what: What::Element(element), id, level, is_out: false, .. }) = tree.get_mut(key) else { return };
    let changed = std::mem::take(&mut element.changed);
    if *id == 0 {
        return;
    }
    for name in changed {
        let number = context.writer.string(Kind::Name, &context.rules.name(&name));
        let value = element.value(&name).map(|value| attribute(element, &name, value, *level, context));
        record.attributes.push((key, number, value));
    }
}

/// Tells a text that changed.
pub(super) fn change_text(
    tree: &mut Tree,
    key: Key,
    record: &mut Record,
    context: &mut Context<'_>,
) -> Result<(), Refused> {
    let Some(Node { parent: Some(parent), is_out: false, .. }) = tree.get(key) else { return Ok(()) };
    let parent = *parent;
    let Some(Node { children, id: 1.., .. }) = tree.get(parent) else { return Ok(()) };
    context.work.spend(children.len())?;
    let Some(index) = children.iter().position(|child| *child == key) else { return Ok(()) };
    text_at(tree, parent, index, key, record, context)?;
    Ok(())
}

/// Masks the text at a place together with the texts at its sides, which an address may be split over. Gives its number;
/// those of the others that were told otherwise are told again.
pub(super) fn text_at(
    tree: &mut Tree,
    parent: Key,
    index: usize,
    wanted: Key,
    record: &mut Record,
    context: &mut Context<'_>,
) -> Result<u32, Refused> {
    let Some(above) = tree.get(parent) else { return Ok(0) };
    let siblings = above.children.as_slice();
    let before = siblings.get(..index).unwrap_or_default().iter().rev().take_while(|key| tree.is_text(**key)).count();
    let run: Vec<Key> = siblings.iter().skip(index - before).take_while(|key| tree.is_text(**key)).copied().collect();
    let is_style = matches!(&above.what, What::Element(element) if element.tag.eq_ignore_ascii_case("style"));
    let level = above.level;
    let mut joined = String::new();
    let mut ends = Vec::with_capacity(run.len());
    for key in &run {
        if let Some(Node { what: What::Text(text), .. }) = tree.get(*key) {
            joined.push_str(text);
        }
        ends.push(joined.len());
    }
    context.work.spend(joined.len() * 8 + run.len() * 64)?;
    let mask = if is_style { Rules::css_run } else { Rules::text_run };
    let kind = if is_style { Kind::Css } else { Kind::Text };
    let masked = mask(context.rules, &joined, &mut ends, level);
    let (mut start, mut found) = (0, 0);
    for (key, end) in run.into_iter().zip(ends) {
        let part = masked.part(start, end);
        let number = context.writer.string(kind, &part);
        start = end;
        let Some(node) = tree.get_mut(key) else { continue };
        node.is_masked = !matches!(&node.what, What::Text(text) if text == part.as_str());
        if key == wanted {
            found = number;
        }
        let is_other = std::mem::replace(&mut node.told_text, number) != number;
        let is_new = node.id == 0 || node.id >= record.first_id;
        if is_other && !is_new {
            record.texts.insert(key, number);
        }
    }
    Ok(found)
}
