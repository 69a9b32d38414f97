//! The marks on an element: those in its attributes, and those that the site's settings put there by selectors. In: the
//! tree, the settings. Out: marks. Understands tags, ids, classes, attributes, descendants and children; a selector that
//! hides and says more than that is refused, since what it means to hide would be shown.

use super::Refused;
use super::tree::{Element, Key, Node, Tree, What};
use super::work::Work;
use shared::mask::Marks;

/// Parts of one selector.
const PARTS_MAX: usize = 12;

/// The site's selectors.
#[derive(Default)]
pub struct Marker {
    selectors: Vec<(Vec<Compound>, Marks)>,
    /// Attributes that one of them asks for.
    asked: Vec<String>,
}

/// What one element has to be; each but the last stands above the next.
#[derive(Default)]
struct Compound {
    tag: String,
    /// Name, operator and value.
    attributes: Vec<(String, char, String)>,
    /// Whether the next one is its child, and not only somewhere below.
    is_parent: bool,
}

impl Marker {
    /// The selectors of a site that block, mask and unmask.
    pub fn new(block: &[String], mask: &[String], unmask: &[String]) -> Result<Self, Refused> {
        let mut marker = Self::default();
        for (list, marks) in [(block, Marks::BLOCK), (mask, Marks::MASK), (unmask, Marks::UNMASK)] {
            for selector in list.iter().flat_map(|list| list.split(',')).map(str::trim) {
                match parse(selector) {
                    Some(parts) => marker.selectors.push((parts, marks)),
                    // Without it more is hidden.
                    None if marks == Marks::UNMASK || selector.is_empty() => {}
                    None => return Err(Refused::Selector(selector.to_owned())),
                }
            }
        }
        let parts = marker.selectors.iter().flat_map(|(parts, _)| parts);
        marker.asked = parts.flat_map(|part| part.attributes.iter().map(|(name, ..)| name.clone())).collect();
        Ok(marker)
    }

    /// Whether an attribute may decide about marks.
    pub(super) fn asks(&self, name: &str) -> bool {
        self.asked.iter().any(|asked| asked == name)
    }

    /// The marks of an element.
    pub(super) fn marks(&self, tree: &Tree, key: Key, work: &mut Work) -> Result<Marks, Refused> {
        let Some(element) = tree.element(key) else { return Ok(Marks::default()) };
        let mut marks = Marks::default();
        for (name, value) in &element.attributes {
            let more = if name == "class" { Marks::of_class(value) } else { Marks::of_attribute(name, value) };
            marks = marks.with(more);
        }
        for (parts, more) in &self.selectors {
            if matches(parts, tree, key, work)? {
                marks = marks.with(*more);
            }
        }
        Ok(marks)
    }
}

/// Whether the parts stand above one another, the last of them being the element.
fn matches(parts: &[Compound], tree: &Tree, key: Key, work: &mut Work) -> Result<bool, Refused> {
    work.spend(32)?;
    let Some((last, above)) = parts.split_last() else { return Ok(true) };
    if !tree.element(key).is_some_and(|element| last.fits(element)) {
        return Ok(false);
    }
    let Some(next) = above.last() else { return Ok(true) };
    let mut at = parent_element(tree, key);
    while let Some(parent) = at {
        if matches(above, tree, parent, work)? {
            return Ok(true);
        }
        if next.is_parent {
            break;
        }
        at = parent_element(tree, parent);
    }
    Ok(false)
}

fn parent_element(tree: &Tree, key: Key) -> Option<Key> {
    let parent = tree.get(key)?.parent?;
    matches!(tree.get(parent), Some(Node { what: What::Element(_), .. })).then_some(parent)
}

impl Compound {
    fn fits(&self, element: &Element) -> bool {
        let has = |(name, operator, wanted): &(String, char, String)| {
            element.value(name).is_some_and(|value| match operator {
                '=' => value == wanted,
                '~' => value.split_ascii_whitespace().any(|word| word == wanted),
                '^' => !wanted.is_empty() && value.starts_with(wanted.as_str()),
                '$' => !wanted.is_empty() && value.ends_with(wanted.as_str()),
                '*' => !wanted.is_empty() && value.contains(wanted.as_str()),
                '|' => value == wanted || value.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.starts_with('-')),
                _ => true,
            })
        };
        (self.tag.is_empty() || self.tag.eq_ignore_ascii_case(&element.tag)) && self.attributes.iter().all(has)
    }
}

/// One selector without commas. Nothing when it is not understood.
fn parse(selector: &str) -> Option<Vec<Compound>> {
    let mut parts: Vec<Compound> = Vec::new();
    let mut rest = selector.trim();
    while !rest.is_empty() {
        let (compound, after) = parse_compound(rest)?;
        parts.push(compound);
        rest = after.trim_start();
        if let Some(below) = rest.strip_prefix('>') {
            parts.last_mut()?.is_parent = true;
            rest = below.trim_start();
            if rest.is_empty() {
                return None;
            }
        }
    }
    (!parts.is_empty() && parts.len() <= PARTS_MAX).then_some(parts)
}

fn parse_compound(text: &str) -> Option<(Compound, &str)> {
    let mut compound = Compound::default();
    let (tag, mut rest) = name(text);
    compound.tag = tag.to_owned();
    if let (true, Some(after)) = (tag.is_empty(), text.strip_prefix('*')) {
        rest = after;
    }
    loop {
        let mut chars = rest.chars();
        match chars.next() {
            Some('.' | '#') => {
                let (value, after) = name(chars.as_str());
                let (attribute, operator) = if rest.starts_with('.') { ("class", '~') } else { ("id", '=') };
                if value.is_empty() {
                    return None;
                }
                compound.attributes.push((attribute.to_owned(), operator, value.to_owned()));
                rest = after;
            }
            Some('[') => {
                let (inside, after) = chars.as_str().split_once(']')?;
                compound.attributes.push(parse_attribute(inside.trim())?);
                rest = after;
            }
            None | Some(' ' | '\t' | '\n' | '>') if rest.len() < text.len() => return Some((compound, rest)),
            _ => return None,
        }
    }
}

fn parse_attribute(inside: &str) -> Option<(String, char, String)> {
    let (attribute, rest) = name(inside);
    let rest = rest.trim_start();
    if attribute.is_empty() {
        return None;
    }
    if rest.is_empty() {
        return Some((attribute.to_owned(), ' ', String::new()));
    }
    let operator = rest.chars().next().filter(|char| "=~^$*|".contains(*char))?;
    let value = rest.strip_prefix(operator)?;
    let value = if operator == '=' { value } else { value.strip_prefix('=')? }.trim();
    let quoted = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    let value = quoted('"').or(quoted('\'')).or((name(value).1.is_empty() && !value.is_empty()).then_some(value))?;
    (!value.contains(['"', '\'', '\\'])).then(|| (attribute.to_owned(), operator, value.to_owned()))
}

/// A name at the start, and the rest.
fn name(text: &str) -> (&str, &str) {
    let is_char = |char: char| char.is_alphanumeric() || char == '-' || char == '_' || !char.is_ascii();
    text.split_at(text.find(|char| !is_char(char)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn what_is_not_understood_is_no_selector() {
        for good in ["a", "*", ".x", "#y", "div.x#y[z]", "a > .b c", "[data-x='1']", "[a=b]", "[a^=\"b\"] i", "p>q"] {
            assert!(parse(good).is_some(), "{good}");
        }
        for bad in
            ["", ">", "a >", ":hover", "a:not(b)", "a + b", "a ~ b", ".", "[", "[=x]", "[a=\"b]", "a\\:b", "[a=b i]"]
        {
            assert!(parse(bad).is_none(), "{bad}");
        }
    }
}
