//! A `style` attribute after some of its declarations changed, as rrweb tells it. In: the attribute before, declarations.
//! Out: the attribute after. Knows the sides of `margin` and `padding`; of other shorthands only that they go when a part
//! of them goes.

use super::attributes::Declarations;

/// Shorthands whose sides can be told apart.
const BOXES: [&str; 2] = ["margin", "padding"];
const SIDES: [&str; 4] = ["top", "right", "bottom", "left"];

/// The style after the changes.
pub(super) fn changed(style: &str, changes: &Declarations) -> String {
    let mut list: Vec<(String, String)> = declarations(style);
    for (name, change) in changes {
        let name = if name.starts_with("--") { name.clone() } else { name.to_ascii_lowercase() };
        split_shorthand(&mut list, &name);
        list.retain(|(known, _)| *known != name);
        if let Some((value, priority)) = change {
            let important = if priority == "important" { " !important" } else { "" };
            list.push((name, format!("{value}{important}")));
        }
    }
    let written: Vec<String> = list.iter().map(|(name, value)| format!("{name}: {value};")).collect();
    written.join(" ")
}

/// Takes a shorthand that holds `name` apart, if there is one.
fn split_shorthand(list: &mut Vec<(String, String)>, name: &str) {
    let holds = |(known, _): &(String, String)| {
        name.strip_prefix(known.as_str()).is_some_and(|rest| rest.starts_with('-')) && !known.starts_with("--")
    };
    let Some(place) = list.iter().position(holds) else { return };
    let (shorthand, value) = list.remove(place);
    if !BOXES.contains(&shorthand.as_str()) || value.contains('(') {
        return;
    }
    let (value, important) = match value.strip_suffix("!important") {
        Some(value) => (value.trim_end(), " !important"),
        None => (value.as_str(), ""),
    };
    let values: Vec<&str> = value.split_whitespace().collect();
    let of_side = |side: usize| match (values.as_slice(), side) {
        ([all], _) => Some(*all),
        ([vertical, horizontal], side) => Some(if side % 2 == 0 { *vertical } else { *horizontal }),
        ([top, horizontal, bottom], side) => Some([top, horizontal, bottom, horizontal][side]).copied(),
        ([top, right, bottom, left], side) => Some([top, right, bottom, left][side]).copied(),
        _ => None,
    };
    for (number, side) in SIDES.iter().enumerate().rev() {
        if let Some(value) = of_side(number) {
            list.insert(place.min(list.len()), (format!("{shorthand}-{side}"), format!("{value}{important}")));
        }
    }
}

/// Names and values, in their order. Semicolons inside strings and brackets end nothing.
fn declarations(style: &str) -> Vec<(String, String)> {
    let mut list = Vec::new();
    let (mut start, mut depth, mut quote) = (0, 0usize, None);
    let mut chars = style.char_indices();
    while let Some((at, char)) = chars.next() {
        match (quote, char) {
            (_, '\\') => drop(chars.next()),
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(char),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, ';') if depth == 0 => {
                add(style.get(start..at).unwrap_or_default(), &mut list);
                start = at + 1;
            }
            _ => {}
        }
    }
    add(style.get(start..).unwrap_or_default(), &mut list);
    list
}

fn add(declaration: &str, list: &mut Vec<(String, String)>) {
    if let Some((name, value)) = declaration.split_once(':') {
        list.push((name.trim().to_owned(), value.trim().to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(style: &str, changes: &[(&str, Option<(&str, &str)>)], expected: &str) {
        let owned = |(name, change): &(&str, Option<(&str, &str)>)| {
            ((*name).to_owned(), change.map(|(value, priority)| (value.to_owned(), priority.to_owned())))
        };
        assert_eq!(changed(style, &changes.iter().map(owned).collect()), expected);
    }

    #[test]
    fn declarations_come_go_and_change() {
        check("", &[("color", Some(("red", "")))], "color: red;");
        check("color: red; top:1px", &[("color", Some(("blue", "important")))], "top: 1px; color: blue !important;");
        check("color:red;top:1px;", &[("color", None)], "top: 1px;");
        check(
            "x;b: y; background: url(\"a;b\")",
            &[("top", Some(("0", "")))],
            "b: y; background: url(\"a;b\"); top: 0;",
        );
        check("content: 'a\\';b'; x: y", &[("x", None)], "content: 'a\\';b';");
        check("background: url(a;b", &[("x", None)], "background: url(a;b;");
    }

    #[test]
    fn shorthands_are_taken_apart() {
        check(
            "margin: 1px 2px",
            &[("margin-top", Some(("5px", "")))],
            "margin-right: 2px; margin-bottom: 1px; margin-left: 2px; margin-top: 5px;",
        );
        let all = [("padding-top", None), ("padding-right", None), ("padding-bottom", None), ("padding-left", None)];
        check("padding: 1px; color: red", &all, "color: red;");
        check("border: 1px solid; color: red", &[("border-top-width", None)], "color: red;");
        check("--a: 1; --a-b: 2", &[("--a-b", None)], "--a: 1;");
    }
}
