//! Attribute values. In: the attribute's name, its element's tag and level, the value. Out: the value masked; an attribute
//! keeps its name. A list says which rule holds for which name; what it does not know is hidden whole, so a new attribute
//! of the web, of a framework or of the site leaks nothing.

use super::kinds::{ALPHANUMERIC, AT, DIGIT, LETTER, LOWER, count, has, signs};
use super::read::{begins_with_any, is_listed, look_up, part, starts};
use super::{Level, Masked, Rules, VALUE_TOKEN, secret};

/// The attributes that layout, style and structure need, whose value may stay or is masked in part: behind `=` and the letter
/// of their rule (see [`AttributeKind::of_rule`]), for each first letter anew. Sorted by the first letter; namespaced names
/// as they are written. A boolean attribute needs no place: empty stays empty.
#[rustfmt::skip]
const LIST: &str = "\
=s aria-busy aria-current aria-disabled aria-expanded aria-haspopup aria-hidden aria-invalid aria-live aria-modal \
aria-orientation aria-readonly aria-required aria-sort =t align aria-activedescendant aria-controls aria-describedby \
aria-details aria-labelledby aria-owns as async autocomplete autofocus autoplay =n aria-colcount aria-colindex \
aria-level aria-posinset aria-rowcount aria-rowindex aria-setsize aria-valuemax aria-valuemin =k aria-checked \
aria-pressed aria-selected =u action \
=c bgcolor border =u background \
=c cellpadding cellspacing clip-path clip-rule color coords cx cy =t checked class contenteditable controls \
crossorigin =n cols colspan =u cite \
=s data-active data-align data-bs-theme data-color-scheme data-direction data-disabled data-expanded data-hidden \
data-highlighted data-open data-orientation data-part data-placement data-popper-placement data-position data-scope \
data-side data-size data-slot data-state data-theme data-variant =c d display dominant-baseline dx dy =t defer dir \
disabled draggable =k data-selected \
=t exportparts \
=c fill filter frameborder fx fy fill-* flood-* font-* =t filterunits for form =u formaction \
=c gradienttransform =t gradientunits \
=c height =t hidden =n high =u href \
=t id in in2 inputmode is =p integrity \
=t lang list loading loop =c letter-spacing =n low \
=t markerunits maskcontentunits maskunits method mode multiple muted =c markerheight markerwidth mask media marker-* \
=n max maxlength min minlength =u manifest \
=t name nowrap \
=c offset opacity orient overflow =t open operator =n optimum \
=t part patterncontentunits patternunits playsinline popover popovertarget preserveaspectratio =c patterntransform \
pointer-events points =u poster \
=t readonly rel required result reversed role =c r refx refy rx ry =n rows rowspan \
=c sizes startoffset stddeviation stroke style stop-* stroke-* =t scope selected shape slot spellcheck spreadmethod =n \
size span start step =u src =r srcset \
=c text textlength transform transform-origin text-* =t target translate type =n tabindex \
=t usemap \
=c values vector-effect viewbox visibility =t valign \
=c width word-spacing =t wrap \
=c x x1 x2 =p xmlns xmlns:xlink =u xlink:href =t xml:lang \
=c y y1 y2";
/// Where the names with each first letter stand in the list, so that a look-up reads a few dozen names.
const INDEX: [u16; 27] = index();
/// Elements whose address names a part of a picture by its id.
const SVG_REFERENCES: &str = "use image feimage textpath mpath lineargradient radialgradient pattern";
/// Elements whose `value` is a label or a measure at the levels of a page, and at a field's level the field's value.
const VALUE_TAGS: &str = "input button li progress meter option";
/// How public values begin: names of namespaces, checksums.
const PUBLIC: &str = "http://www.w3.org/ sha256- sha384- sha512-";
/// The longest word that is a state ("bottom-start").
const STATE_MAX_BYTES: usize = 24;
/// The most digits of a number that counts something (rows, steps); a date has more.
const COUNT_MAX_DIGITS: usize = 6;

/// Which rule holds for an attribute's value. It depends on the names of element and attribute only, so it can be kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AttributeKind {
    /// Not in the list: hidden whole, unless everything is recorded.
    Whole,
    /// The content of a `meta` element: like the above, and keys by their shape go too.
    Meta,
    /// Secret by its name.
    Secret,
    /// Code: always empty.
    Handler,
    /// Names, words and references to ids.
    Tokens,
    /// Styles, lengths, geometry.
    Css,
    /// A small number.
    Count,
    /// A short word; anything else is hidden.
    State,
    /// A state that tells what a visitor chose.
    Choice,
    /// An address.
    Url,
    /// An address whose fragment is an id.
    UrlToId,
    /// Addresses with descriptors.
    Srcset,
    /// What an element shows or holds as its value.
    Value,
    /// Public, when it is what it should be: a name of a namespace, a checksum of a public file.
    Public,
}

impl AttributeKind {
    /// The rule for an attribute of an element; the element's local name in lowercase.
    #[inline(never)]
    pub fn of(tag: &str, name: &str) -> AttributeKind {
        let first = usize::from(name.bytes().next().unwrap_or_default() | 0x20).wrapping_sub(usize::from(b'a'));
        let (start, end) = (INDEX.get(first), INDEX.get(first.wrapping_add(1)));
        let names = start.zip(end).map_or("", |(start, end)| part(LIST, usize::from(*start), usize::from(*end)));
        let rule = look_up(names, name, 0, name.len());
        let is_href = name.eq_ignore_ascii_case("href") || name.eq_ignore_ascii_case("xlink:href");
        if is_href && is_listed(SVG_REFERENCES, tag) {
            AttributeKind::UrlToId
        } else if rule != 0 {
            AttributeKind::of_rule(rule)
        } else if name.eq_ignore_ascii_case("value") && is_listed(VALUE_TAGS, tag) {
            AttributeKind::Value
        } else if tag == "meta" && name.eq_ignore_ascii_case("content") {
            AttributeKind::Meta
        } else if starts(name, 0, "on") && !has(name, 0, name.len(), !LETTER) {
            AttributeKind::Handler
        } else if secret::is_secret_name(name, 0, name.len()) {
            AttributeKind::Secret
        } else {
            AttributeKind::Whole
        }
    }

    fn of_rule(rule: u8) -> AttributeKind {
        match rule {
            b't' => AttributeKind::Tokens,
            b'c' => AttributeKind::Css,
            b'n' => AttributeKind::Count,
            b's' => AttributeKind::State,
            b'k' => AttributeKind::Choice,
            b'u' => AttributeKind::Url,
            b'r' => AttributeKind::Srcset,
            b'p' => AttributeKind::Public,
            _ => AttributeKind::Whole,
        }
    }
}

impl Rules {
    /// An attribute's value. `tag` is the element's local name in lowercase, `level` the element's own.
    pub fn attribute<'a>(&self, tag: &str, name: &str, raw: &'a str, level: Level) -> Masked<'a> {
        self.attribute_of(AttributeKind::of(tag, name), raw, level)
    }

    /// An attribute's value by a rule that was looked up before.
    #[inline(never)]
    pub fn attribute_of<'a>(&self, kind: AttributeKind, raw: &'a str, level: Level) -> Masked<'a> {
        let shows = self.shows(level);
        let is_kept = match kind {
            _ if raw.is_empty() => true,
            AttributeKind::Handler => return Masked::fixed(""),
            AttributeKind::Tokens => return self.tokens(raw),
            AttributeKind::Css => return self.css(raw, level),
            AttributeKind::Url => return self.url_in(raw, level),
            AttributeKind::UrlToId => return self.address(raw, level, true),
            AttributeKind::Srcset => return self.srcset(raw, level),
            AttributeKind::Value if matches!(level, Level::Page | Level::Clear) => return self.text(raw, level),
            AttributeKind::Value => return self.field_value(raw, level),
            AttributeKind::Count => {
                if !is_count(raw) {
                    return self.text(raw, level);
                }
                true
            }
            AttributeKind::Public => {
                if !is_public(raw) {
                    return self.tokens(raw);
                }
                true
            }
            AttributeKind::State => is_state(raw) || shows.all(),
            AttributeKind::Choice => is_state(raw) && (shows.any() || level == Level::Hidden) || shows.all(),
            AttributeKind::Meta => {
                shows.all()
                    && !secret::is_secret(raw, 0, raw.len())
                    && !secret::is_random(raw, 0, raw.len(), STATE_MAX_BYTES)
            }
            AttributeKind::Whole => shows.all() && !secret::is_secret(raw, 0, raw.len()),
            AttributeKind::Secret => false,
        };
        if is_kept { Masked::made(raw) } else { Masked::fixed(VALUE_TOKEN) }
    }
}

/// Reads where each first letter begins, when the program is built: at the rule before the first of its names.
const fn index() -> [u16; 27] {
    let list = LIST.as_bytes();
    let mut index = [list.len() as u16; 27];
    let (mut at, mut letter, mut rule) = (0, 0, 0);
    while at < list.len() {
        if list[at] == b'=' {
            rule = at;
            at += 2;
        } else {
            while letter <= (list[at] - b'a') as usize {
                index[letter] = rule as u16;
                letter += 1;
            }
            while at < list.len() && list[at] != b' ' {
                at += 1;
            }
        }
        at += 1;
    }
    index
}

fn is_public(value: &str) -> bool {
    begins_with_any(value, 0, PUBLIC) && !has(value, 0, value.len(), AT)
}

/// Whether a value is a small number or a word like "any".
fn is_count(value: &str) -> bool {
    !has(value, 0, value.len(), !(ALPHANUMERIC | const { signs(b".-+%:") }))
        && count(value, 0, value.len(), DIGIT) <= COUNT_MAX_DIGITS
}

/// Whether a value is one short lowercase word.
fn is_state(value: &str) -> bool {
    value.len() <= STATE_MAX_BYTES && !has(value, 0, value.len(), !(LOWER | const { signs(b"-") }))
}
