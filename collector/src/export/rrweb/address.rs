//! Which attributes come out, and under which name. In: an attribute as it was recorded. Out: what the Replayer may set
//! on a real element: nothing that would be fetched or run. See the module above for the rules.

use super::css::{self, Relative};

/// How rrweb names the attribute that keeps an address which was taken out of one.
pub(crate) const TAKEN_OUT: &str = "rrweb-original-";
/// A picture that only keeps a size: what stands before the width, between the two, and behind the height.
pub(crate) const PLACEHOLDER: [&str; 3] =
    ["data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='", "' height='", "'/%3E"];
/// Elements that load a document or a program, never to be loaded whatever the address.
const FRAMES: [&str; 6] = ["iframe", "frame", "embed", "object", "portal", "fencedframe"];
/// Kinds of `<link>` that a browser acts upon the moment they are there, before the guard is in force, although they are
/// no style sheet.
const FETCHED_LINKS: &[&str] = &[
    "preload",
    "prefetch",
    "modulepreload",
    "preconnect",
    "dns-prefetch",
    "prerender",
    "manifest",
    "import",
    "compression-dictionary",
];
/// `<meta http-equiv>` that only describe.
const DESCRIBING: [&str; 4] = ["content-type", "content-language", "x-ua-compatible", "imagetoolbar"];

/// The element that an attribute belongs to, as far as its attributes decide about each other.
pub(super) struct Owner<'a> {
    pub(super) tag: &'a str,
    pub(super) is_svg: bool,
    /// All its attributes as recorded.
    pub(super) attributes: &'a [(String, String)],
    /// The size that its picture gives itself.
    pub(super) natural_size: Option<(u32, u32)>,
}

impl Owner<'_> {
    fn is_link_of(&self, kinds: &[&str]) -> bool {
        let rel = value(self.attributes, "rel").unwrap_or_default();
        self.tag == "link"
            && rel.split_ascii_whitespace().any(|one| kinds.iter().any(|kind| one.eq_ignore_ascii_case(kind)))
    }

    /// Whether it is a `<link>` that stands for a style sheet.
    pub(super) fn is_sheet_link(&self) -> bool {
        self.is_link_of(&["stylesheet"])
    }
}

/// The value of an attribute.
pub(super) fn value<'a>(attributes: &'a [(String, String)], name: &str) -> Option<&'a str> {
    attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// Appends what comes out for one attribute: usually itself.
pub(super) fn translate(owner: &Owner<'_>, name: &str, value: &str, out: &mut Vec<(String, String)>) {
    let lower = name.to_ascii_lowercase();
    // `rr_…` and `_cssText` mean something to the Replayer; a page's own would be taken for ours.
    if lower.is_empty()
        || lower.starts_with("on")
        || lower.starts_with("rr_")
        || lower.starts_with("rrweb-")
        || lower == "_csstext"
    {
        return;
    }
    let mut put = |name: &str, value: &str| out.push((name.to_owned(), value.to_owned()));
    if may_run(&lower, value) {
        return put(name, "");
    }
    let tag = owner.tag.to_ascii_lowercase();
    if FRAMES.contains(&tag.as_str())
        && matches!(lower.as_str(), "src" | "data" | "srcdoc" | "code" | "codebase" | "archive")
    {
        // rrweb's own name for the address of an iframe whose inside it shows by itself.
        let taken = if lower == "src" { "rr_src".to_owned() } else { format!("{TAKEN_OUT}{lower}") };
        return put(&taken, value);
    }
    let is_loaded = match lower.as_str() {
        "src" | "poster" | "background" | "lowsrc" | "dynsrc" => is_absolute(value),
        "href" | "imagesrcset" if tag == "link" => owner.is_link_of(FETCHED_LINKS),
        "srcset" | "imagesrcset" => value.split([',', ' ', '\t', '\n', '\r', '\x0c']).any(is_absolute),
        "href" if tag == "base" => is_absolute(value),
        "href" | "xlink:href" if owner.is_svg && tag != "a" => is_absolute(value),
        "manifest" => tag == "html" && is_absolute(value),
        "http-equiv" => tag == "meta" && !DESCRIBING.iter().any(|one| value.trim().eq_ignore_ascii_case(one)),
        _ => false,
    };
    if is_loaded {
        put(&format!("{TAKEN_OUT}{lower}"), value);
        if lower == "src"
            && let (Some(size), "img" | "input") = (owner.natural_size, tag.as_str())
        {
            put(name, &placeholder(size));
        }
        if lower == "src"
            && let (Some(size), "video", None) =
                (owner.natural_size, tag.as_str(), self::value(owner.attributes, "poster"))
        {
            put("poster", &placeholder(size));
        }
    } else if lower == "style" || (owner.is_svg && value.contains('(')) {
        put(name, &css::offline(value, Relative::Stays));
    } else {
        put(name, value);
    }
}

/// Everything that comes out for an element.
pub(super) fn translate_all(owner: &Owner<'_>) -> Vec<(String, String)> {
    let mut out = Vec::with_capacity(owner.attributes.len());
    for (name, value) in owner.attributes {
        translate(owner, name, value, &mut out);
    }
    out
}

/// Whether an address names a place without the page's own address: by a scheme, or by a host. `data:` and `about:` are
/// nowhere.
pub(super) fn is_absolute(address: &str) -> bool {
    let address = plain(address, 8);
    if address.starts_with("data:") || address.starts_with("about:") {
        return false;
    }
    let host = |slash: Option<&u8>| matches!(slash, Some(b'/' | b'\\'));
    let bytes = address.as_bytes();
    if host(bytes.first()) && host(bytes.get(1)) {
        return true;
    }
    let is_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    // A longer scheme than the cut leaves is no scheme that a browser knows.
    bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && bytes.iter().find(|byte| !is_scheme(byte)).is_some_and(|byte| *byte == b':')
}

/// Script as an address, or an SVG animation that would make one.
fn may_run(name: &str, value: &str) -> bool {
    match name {
        "values" | "from" | "to" | "by" => plain(value, usize::MAX).contains("script:"),
        "href" | "xlink:href" | "src" | "action" | "formaction" | "data" | "background" | "poster" | "cite"
        | "codebase" => {
            let start = plain(value, 16);
            start.starts_with("javascript:") || start.starts_with("vbscript:")
        }
        _ => false,
    }
}

/// The start of an address as browsers read it: without control characters, in lower case.
fn plain(address: &str, len: usize) -> String {
    let address = address.trim_start_matches(|char: char| char <= ' ');
    let chars = address.chars().filter(|char| !matches!(char, '\t' | '\n' | '\r')).take(len);
    chars.map(|char| char.to_ascii_lowercase()).collect()
}

/// A picture of nothing, so that a place keeps its size.
fn placeholder((width, height): (u32, u32)) -> String {
    let [start, between, end] = PLACEHOLDER;
    format!("{start}{width}{between}{height}{end}")
}

#[cfg(test)]
mod tests {
    use super::{Owner, is_absolute, translate_all};

    #[track_caller]
    fn check(tag: &str, attributes: &[(&str, &str)], expected: &[(&str, &str)]) {
        let owned = |list: &[(&str, &str)]| -> Vec<(String, String)> {
            list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let owner = Owner { tag, is_svg: tag == "use", attributes: &owned(attributes), natural_size: Some((3, 2)) };
        assert_eq!(translate_all(&owner), owned(expected));
    }

    #[test]
    fn addresses_with_a_host_or_a_scheme_are_absolute() {
        for address in ["http://x", "HTTP:x", "//x", "\\/x", "\t ht\ntp://x", "blob:x", "a+b:", "file:///x"] {
            assert!(is_absolute(address), "{address}");
        }
        for address in ["", "/x", "x.png", "a/b:c", "?a:b", "#x", "data:,", "about:blank", "./x:y", "1x:y"] {
            assert!(!is_absolute(address), "{address}");
        }
    }

    #[test]
    fn nothing_is_fetched_or_run() {
        let data = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='3' height='2'/%3E";
        check("img", &[("src", "http://x/y")], &[("rrweb-original-src", "http://x/y"), ("src", data)]);
        check(
            "img",
            &[("src", "y.png"), ("srcset", "a 1x,//b 2x")],
            &[("src", "y.png"), ("rrweb-original-srcset", "a 1x,//b 2x")],
        );
        check(
            "iframe",
            &[("src", "in.html"), ("srcdoc", "<p>")],
            &[("rr_src", "in.html"), ("rrweb-original-srcdoc", "<p>")],
        );
        check("a", &[("href", " java\nscript:alert(1)"), ("onclick", "x()"), ("ONX", "")], &[("href", "")]);
        check("a", &[("href", "https://x/")], &[("href", "https://x/")]);
        check("use", &[("xlink:href", "#dot")], &[("xlink:href", "#dot")]);
        check(
            "use",
            &[("href", "//x#dot"), ("fill", "url(//x#g)")],
            &[("rrweb-original-href", "//x#dot"), ("fill", "url(\"\")")],
        );
        check("link", &[("rel", "preload"), ("href", "//x")], &[("rel", "preload"), ("rrweb-original-href", "//x")]);
        check("link", &[("rel", "Prefetch x"), ("href", "y")], &[("rel", "Prefetch x"), ("rrweb-original-href", "y")]);
        check("link", &[("rel", "canonical"), ("href", "//x")], &[("rel", "canonical"), ("href", "//x")]);
        check("meta", &[("http-equiv", "Refresh")], &[("rrweb-original-http-equiv", "Refresh")]);
        check("p", &[("rr_dataURL", "//x"), ("_cssText", "x"), ("style", "a:url(//x)")], &[("style", "a:url(\"\")")]);
    }
}
