//! Attribute values. In: the attribute's name, its element's tag and level, the value. Out: the value masked; an attribute
//! keeps its name. A list says which rule holds for which name; what it does not know is hidden whole, so a new attribute
//! of the web, of a framework or of the site leaks nothing.

use super::read::{find, is_listed, look_up, next_item, part, starts};
use super::{Level, Masked, Rules, VALUE_TOKEN, digits, secret};

/// The attributes that layout, style and structure need, whose value may stay or is masked in part, with the letter of its rule (see [`AttributeKind::of_rule`]).
/// Sorted by the first letter; namespaced names as they are written. A boolean attribute needs no place: empty stays empty.
#[rustfmt::skip]
const LIST: &str = " \
action=u align=t aria-activedescendant=t aria-busy=s aria-checked=k aria-colcount=n aria-colindex=n aria-controls=t \
aria-current=s aria-describedby=t aria-details=t aria-disabled=s aria-expanded=s aria-haspopup=s aria-hidden=s \
aria-invalid=s aria-labelledby=t aria-level=n aria-live=s aria-modal=s aria-orientation=s aria-owns=t \
aria-posinset=n aria-pressed=k aria-readonly=s aria-required=s aria-rowcount=n aria-rowindex=n aria-selected=k \
aria-setsize=n aria-sort=s aria-valuemax=n aria-valuemin=n as=t async=t autocomplete=t autofocus=t autoplay=t \
background=u bgcolor=c border=c cellpadding=c cellspacing=c checked=t cite=u class=t clip-path=c clip-rule=c \
color=c cols=n colspan=n contenteditable=t controls=t coords=c crossorigin=t cx=c cy=c d=c data-active=s \
data-align=s data-bs-theme=s data-color-scheme=s data-direction=s data-disabled=s data-expanded=s data-hidden=s \
data-highlighted=s data-open=s data-orientation=s data-part=s data-placement=s data-popper-placement=s \
data-position=s data-scope=s data-selected=k data-side=s data-size=s data-slot=s data-state=s data-theme=s \
data-variant=s defer=t dir=t disabled=t display=c dominant-baseline=c draggable=t dx=c dy=c exportparts=t \
fill-opacity=c fill-rule=c fill=c filter=c filterunits=t flood-color=c flood-opacity=c font-family=c font-size=c \
font-style=c font-weight=c for=t form=t formaction=u frameborder=c fx=c fy=c gradienttransform=c gradientunits=t \
height=c hidden=t high=n href=u id=t in2=t in=t inputmode=t integrity=p is=t lang=t letter-spacing=c list=t \
loading=t loop=t low=n manifest=u marker-end=c marker-mid=c marker-start=c markerheight=c markerunits=t \
markerwidth=c mask=c maskcontentunits=t maskunits=t max=n maxlength=n media=c method=t min=n minlength=n mode=t \
multiple=t muted=t name=t nowrap=t offset=c opacity=c open=t operator=t optimum=n orient=c overflow=c part=t \
patterncontentunits=t patterntransform=c patternunits=t playsinline=t pointer-events=c points=c popover=t \
popovertarget=t poster=u preserveaspectratio=t r=c readonly=t refx=c refy=c rel=t required=t result=t reversed=t \
role=t rows=n rowspan=n rx=c ry=c scope=t selected=t shape=t size=n sizes=c slot=t span=n spellcheck=t \
spreadmethod=t src=u srcset=r start=n startoffset=c stddeviation=c step=n stop-color=c stop-opacity=c \
stroke-dasharray=c stroke-dashoffset=c stroke-linecap=c stroke-linejoin=c stroke-miterlimit=c stroke-opacity=c \
stroke-width=c stroke=c style=c tabindex=n target=t text-anchor=c text-decoration=c text=c textlength=c \
transform-origin=c transform=c translate=t type=t usemap=t valign=t values=c vector-effect=c viewbox=c visibility=c \
width=c word-spacing=c wrap=t x1=c x2=c x=c xlink:href=u xml:lang=t xmlns:xlink=p xmlns=p y1=c y2=c y=c ";
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
        let rule = look_up(names, name);
        let is_href = name.eq_ignore_ascii_case("href") || name.eq_ignore_ascii_case("xlink:href");
        if is_href && is_listed(SVG_REFERENCES, tag) {
            AttributeKind::UrlToId
        } else if rule != 0 {
            AttributeKind::of_rule(rule)
        } else if name.eq_ignore_ascii_case("value") && is_listed(VALUE_TAGS, tag) {
            AttributeKind::Value
        } else if tag == "meta" && name.eq_ignore_ascii_case("content") {
            AttributeKind::Meta
        } else if starts(name, 0, "on") && find(name, 0, name.len(), |c| !c.is_ascii_alphabetic()) == name.len() {
            AttributeKind::Handler
        } else if secret::is_secret_name(name) {
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
            AttributeKind::UrlToId => return self.url_to_id(raw, level),
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
            AttributeKind::Meta => shows.all() && !has_key(raw) && !secret::is_random(raw, STATE_MAX_BYTES),
            AttributeKind::Whole => shows.all() && !has_key(raw),
            AttributeKind::Secret => false,
        };
        if is_kept { Masked::made(raw) } else { Masked::fixed(VALUE_TOKEN) }
    }
}

/// Reads where each first letter begins, when the program is built.
const fn index() -> [u16; 27] {
    let list = LIST.as_bytes();
    let mut index = [0; 27];
    let (mut at, mut letter) = (0, 0);
    while at + 1 < list.len() {
        if list[at] == b' ' {
            while letter <= (list[at + 1] - b'a') as usize {
                index[letter] = at as u16;
                letter += 1;
            }
        }
        at += 1;
    }
    while letter < 27 {
        index[letter] = at as u16;
        letter += 1;
    }
    index
}

fn has_key(value: &str) -> bool {
    let mut at = 0;
    while let Some((start, end)) = next_item(value, at) {
        if secret::is_key(part(value, start, end)) {
            return true;
        }
        at = end;
    }
    false
}

fn is_public(value: &str) -> bool {
    let mut at = 0;
    while let Some((start, end)) = next_item(PUBLIC, at) {
        if starts(value, 0, part(PUBLIC, start, end)) {
            return find(value, 0, value.len(), |c| c == '@') == value.len();
        }
        at = end;
    }
    false
}

/// Whether a value is a small number or a word like "any".
fn is_count(value: &str) -> bool {
    let odd = find(value, 0, value.len(), |c| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '%' | ':')));
    odd == value.len() && digits::count(value) <= COUNT_MAX_DIGITS
}

/// Whether a value is one short lowercase word.
fn is_state(value: &str) -> bool {
    value.len() <= STATE_MAX_BYTES
        && find(value, 0, value.len(), |c| !(c.is_ascii_lowercase() || c == '-')) == value.len()
}
