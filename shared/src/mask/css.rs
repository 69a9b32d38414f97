//! Style sheets. In: a sheet, a rule, a style attribute, or a value like them (SVG's presentation and geometry). Out: the
//! same, laid out alike: numbers stay, since they are layout; strings that are shown follow the text rules, addresses the
//! address rules, names in selectors the token rules (so that they still match), comments go.
//!
//! It reads tokens, not grammar: a stretch up to `{` is a selector or an at-rule, up to `;` or `}` a declaration.

use super::rewrite::{self, Rewrite};
use super::{EMAIL_TOKEN, Level, Masked, Policy, Rules, digits, email};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// An integer with as many digits is no measure, but for those that authors write to mean "without end".
const NUMBER_MIN_DIGITS: usize = 9;
/// How the largest integers that browsers know begin.
const LARGEST_INTEGER: &str = "21474836";
/// Hexadecimal digits of the longest colour.
const COLOUR_MAX_DIGITS: usize = 8;
/// Properties whose strings are names, not shown text; by their beginning.
const NAMING_PROPERTIES: [&str; 4] = ["font", "grid", "src", "syntax"];
/// Functions whose strings are names, not shown text.
const NAMING_FUNCTIONS: [&str; 7] = ["format", "local", "tech", "attr", "counter", "counters", "lang"];
/// Functions whose strings are addresses.
const ADDRESS_FUNCTIONS: [&str; 4] = ["url", "src", "image-set", "-webkit-image-set"];
/// What `@namespace` names: no address of anything.
const NAMESPACES: [&str; 4] = [
    "http://www.w3.org/1999/xhtml",
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/1998/Math/MathML",
    "http://www.w3.org/1999/xlink",
];

impl Rules {
    /// A style sheet or a rule of one.
    pub fn css<'a>(&self, raw: &'a str, level: Level) -> Masked<'a> {
        let mut rewrite = Rewrite::new(raw);
        self.rewrite_css(&mut rewrite, level);
        Masked::made(rewrite.finish())
    }

    /// The text nodes of one `style` element, masked as one sheet: as many results as pieces.
    pub fn css_run<'a>(&self, pieces: &[&'a str], level: Level) -> Vec<Masked<'a>> {
        rewrite::joined(pieces, |rewrite| self.rewrite_css(rewrite, level))
    }

    fn rewrite_css(&self, rewrite: &mut Rewrite<'_, '_>, level: Level) {
        let text = rewrite.source();
        let mut sheet = Sheet { rules: self, level, policy: self.shown(level), bytes: text.as_bytes(), rewrite };
        let mut at = 0;
        while at < text.len() {
            at = sheet.stretch(at);
        }
    }

    /// A style attribute.
    pub fn style_attribute<'a>(&self, raw: &'a str, level: Level) -> Masked<'a> {
        self.css(raw, level)
    }
}

/// What a stretch of a sheet is.
#[derive(Clone, Copy, PartialEq)]
enum Stretch<'a> {
    Selector,
    /// An at-rule of this name.
    At(&'a str),
    /// A declaration of this property.
    Declaration(&'a str),
}

/// What the strings of one stretch are, told before they are rewritten.
#[derive(Default)]
struct Strings {
    count: usize,
    has_at: bool,
}

/// One sheet being rewritten.
struct Sheet<'a, 'c, 'r> {
    rules: &'r Rules,
    level: Level,
    policy: Option<Policy>,
    bytes: &'a [u8],
    rewrite: &'r mut Rewrite<'a, 'c>,
}

impl<'a> Sheet<'a, '_, '_> {
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn text(&self, range: Range<usize>) -> &'a str {
        self.rewrite.source().get(range).unwrap_or_default()
    }

    fn emails(&self) -> bool {
        self.policy.is_some_and(|policy| policy.emails)
    }

    fn end_while(&self, mut at: usize, is: impl Fn(u8) -> bool) -> usize {
        while self.bytes.get(at).is_some_and(|byte| is(*byte)) {
            at += 1;
        }
        at
    }

    /// Where the comment that begins here ends.
    fn comment(&self, at: usize) -> Option<usize> {
        if self.byte(at) != b'/' || self.byte(at + 1) != b'*' {
            return None;
        }
        let rest = self.text(at + 2..self.bytes.len());
        Some(rest.find("*/").map_or(self.bytes.len(), |end| at + 2 + end + 2))
    }

    /// Where the content of the string whose quote stands here ends, and where the string does.
    fn string(&self, start: usize) -> (usize, usize) {
        let quote = self.byte(start);
        let mut at = start + 1;
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'\\' => at += 1,
                b'\n' => return (at, at),
                byte if *byte == quote => return (at, at + 1),
                _ => {}
            }
            at += 1;
        }
        (self.bytes.len(), self.bytes.len())
    }

    /// Where a name ends, escapes included.
    fn name(&self, mut at: usize) -> usize {
        loop {
            match self.byte(at) {
                b'\\' if at + 1 < self.bytes.len() => {
                    at += 2;
                    // The rest of a character, or of its number with the space that ends it.
                    at = self.end_while(at, |byte| byte >= 0x80);
                    if self.bytes.get(at - 1).is_some_and(u8::is_ascii_hexdigit) {
                        let end = self.end_while(at, |byte| byte.is_ascii_hexdigit()).min(at + 5);
                        at = end + usize::from(self.byte(end) == b' ');
                    }
                }
                byte if is_name(byte) => at += 1,
                _ => return at,
            }
        }
    }

    /// Where what stands together without a gap ends.
    fn run(&self, mut at: usize) -> usize {
        while at < self.bytes.len() && !is_gap(self.byte(at)) {
            at = self.name(at).max(at + 1);
        }
        at
    }

    /// The content of `url(` without quotes whose name begins here, and where its bracket closes.
    fn bare_url(&self, at: usize) -> Option<(Range<usize>, usize)> {
        let is_url = self.bytes.get(at..at + 4).is_some_and(|start| start.eq_ignore_ascii_case(b"url("));
        let inside = at.checked_sub(1).is_some_and(|before| is_name(self.byte(before)));
        let start = self.end_while(at + 4, |byte| byte.is_ascii_whitespace());
        if !is_url || inside || matches!(self.byte(start), b'"' | b'\'') {
            return None;
        }
        let mut end = start;
        while end < self.bytes.len() && self.byte(end) != b')' {
            end += if self.byte(end) == b'\\' { 2 } else { 1 };
        }
        let end = end.min(self.bytes.len());
        let content = self.text(start..end).trim_ascii_end();
        Some((start..start + content.len(), end))
    }

    /// Rewrites one stretch and says where the next begins.
    fn stretch(&mut self, start: usize) -> usize {
        let mut strings = Strings::default();
        let mut at = start;
        let end = loop {
            let byte = self.byte(at);
            match byte {
                _ if at >= self.bytes.len() => break self.bytes.len(),
                b';' | b'{' | b'}' => break at,
                b'"' | b'\'' => {
                    let (end, next) = self.string(at);
                    strings.count += 1;
                    let plain = unescaped(self.text(at + 1..end));
                    strings.has_at |=
                        email::has_at(&plain) || email::has_at(self.rules.text(&plain, self.level).as_str());
                    at = next;
                }
                b'\\' => at += 2,
                _ => {
                    let opaque = self.comment(at).or_else(|| self.bare_url(at).map(|(_, close)| close));
                    at = opaque.unwrap_or(at + 1);
                }
            }
        };
        let mut first = start;
        loop {
            first = self.end_while(first, |byte| byte.is_ascii_whitespace());
            match self.comment(first) {
                Some(after) => first = after,
                None => break,
            }
        }
        let name_end = self.end_while(first, |byte| byte.is_ascii_alphabetic() || byte == b'-');
        let colon = self.end_while(name_end, |byte| byte.is_ascii_whitespace());
        let stretch = match self.byte(first) {
            b'@' if !self.text(first + 1..self.run(first)).contains('@') => {
                Stretch::At(self.text(first + 1..self.name(first + 1)))
            }
            _ if self.byte(end) == b'{' => Stretch::Selector,
            _ if self.byte(colon) == b':' => Stretch::Declaration(self.text(first..name_end)),
            _ => Stretch::Declaration(""),
        };
        self.tokens(start..end, first, stretch, &strings);
        end + 1
    }

    fn tokens(&mut self, range: Range<usize>, first: usize, stretch: Stretch<'_>, strings: &Strings) {
        let in_selector = matches!(stretch, Stretch::Selector | Stretch::At("scope"));
        let (mut at, mut word) = (range.start, range.start);
        let (mut function, mut in_brackets, mut is_value) = ("", false, false);
        while at < range.end {
            if at == word {
                // An address that no string holds is nothing a browser would understand: no need to either.
                let end = self.run(at).min(range.end);
                let looked_at = at + usize::from(at == first && self.byte(at) == b'@');
                if !self.emails() && self.text(looked_at..end).contains('@') {
                    self.rewrite.replace(at, end, EMAIL_TOKEN);
                    (at, word) = (end, end + 1);
                    continue;
                }
            }
            let byte = self.byte(at);
            let next = match byte {
                b'/' => match self.comment(at) {
                    Some(end) => {
                        if !self.policy.is_some_and(Policy::records_all) {
                            self.rewrite.replace(at, end, "/**/");
                        }
                        end
                    }
                    None => at + 1,
                },
                b'"' | b'\'' => {
                    let (end, next) = self.string(at);
                    let is_name = in_brackets || in_selector;
                    self.string_content(at + 1..end, stretch, function, is_name, strings);
                    next
                }
                b'[' | b']' => {
                    (in_brackets, is_value) = (in_selector && byte == b'[', false);
                    at + 1
                }
                b'=' => {
                    is_value = in_brackets;
                    at + 1
                }
                b')' => {
                    function = "";
                    at + 1
                }
                b'#' => {
                    let end = self.name(at + 1);
                    if in_selector || end - at - 1 > COLOUR_MAX_DIGITS {
                        self.identifier(at + 1..end, in_selector);
                    }
                    end
                }
                b'.' if in_selector && !self.byte(at + 1).is_ascii_digit() => {
                    let end = self.name(at + 1);
                    self.identifier(at + 1..end, true);
                    end
                }
                b'.' => self.end_while(at + 1, |byte| byte.is_ascii_digit()),
                b'0'..=b'9' => self.integer(at),
                b'-' if self.byte(at + 1).is_ascii_digit() => self.integer(at + 1),
                byte if is_name(byte) || byte == b'\\' => {
                    if let Some((content, close)) = self.bare_url(at) {
                        self.address(content, true);
                        close
                    } else {
                        let end = self.name(at).max(at + 1);
                        self.identifier(at..end, is_value);
                        if self.byte(end) == b'(' {
                            function = self.text(at..end);
                        }
                        end
                    }
                }
                _ => at + 1,
            };
            if next == at + 1 && is_gap(byte) || matches!(byte, b'/' | b'"' | b'\'') {
                word = next;
            }
            at = next;
        }
    }

    /// A name: of a class, an id or an attribute's value by the token rule, any other by the rule for names.
    fn identifier(&mut self, range: Range<usize>, is_token: bool) {
        let plain = unescaped(self.text(range.clone()));
        let masked = if is_token { self.rules.token(&plain) } else { self.rules.name(&plain) };
        if masked.as_str() != plain {
            self.rewrite.replace(range.start, range.end, masked.as_str());
        }
    }

    /// An integer outside a fraction; where it ends.
    fn integer(&mut self, start: usize) -> usize {
        let end = self.end_while(start, |byte| byte.is_ascii_digit());
        let number = self.text(start..end);
        let is_layout = end - start < NUMBER_MIN_DIGITS
            || number.bytes().all(|byte| byte == b'9')
            || number.starts_with(LARGEST_INTEGER)
            || self.policy.is_some_and(|policy| policy.numbers);
        if !is_layout {
            digits::zero(self.rewrite, start, end);
        }
        end
    }

    fn string_content(
        &mut self,
        range: Range<usize>,
        stretch: Stretch<'_>,
        function: &str,
        is_name: bool,
        strings: &Strings,
    ) {
        let names = match stretch {
            Stretch::At("import" | "namespace") => return self.address(range, false),
            Stretch::Declaration(property) => NAMING_PROPERTIES.iter().any(|start| property.starts_with(start)),
            Stretch::Selector | Stretch::At(_) => true,
        };
        let is_among = |list: &[&str]| list.iter().any(|name| function.eq_ignore_ascii_case(name));
        if !is_name && is_among(&ADDRESS_FUNCTIONS) {
            return self.address(range, true);
        }
        let plain = unescaped(self.text(range.clone()));
        let masked = if is_name || names || is_among(&NAMING_FUNCTIONS) {
            self.rules.tokens(&plain)
        } else if strings.count > 1 && strings.has_at && !self.emails() && !plain.is_empty() {
            // "anna" "@" "example.com" is shown as one address.
            Masked::fixed(EMAIL_TOKEN)
        } else {
            self.rules.text(&plain, self.level)
        };
        if masked.as_str() != plain {
            self.rewrite.replace(range.start, range.end, &escaped(masked.as_str()));
        }
    }

    /// An address; `to_id` when its fragment names a part of a picture.
    fn address(&mut self, range: Range<usize>, to_id: bool) {
        let plain = unescaped(self.text(range.clone()));
        if NAMESPACES.contains(&&*plain) {
            return;
        }
        let masked =
            if to_id { self.rules.url_to_id(&plain, self.level) } else { self.rules.url_in(&plain, self.level) };
        if masked.as_str() != plain {
            self.rewrite.replace(range.start, range.end, &escaped(masked.as_str()));
        }
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') || byte >= 0x80
}

/// What stands between words.
fn is_gap(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || matches!(
            byte,
            b',' | b':'
                | b';'
                | b'('
                | b')'
                | b'['
                | b']'
                | b'{'
                | b'}'
                | b'='
                | b'>'
                | b'+'
                | b'~'
                | b'"'
                | b'\''
                | b'/'
        )
}

/// A name or a string with its escapes read.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        let mut code = 0;
        let mut len = 0;
        while let Some(digit) = chars.peek().and_then(|c| c.to_digit(16)).filter(|_| len < 6) {
            code = code * 16 + digit;
            len += 1;
            chars.next();
        }
        if len > 0 {
            plain.push(char::from_u32(code).filter(|c| *c != '\0').unwrap_or(char::REPLACEMENT_CHARACTER));
            chars.next_if(char::is_ascii_whitespace);
        } else {
            // An escaped line break is none.
            plain.extend(chars.next().filter(|c| *c != '\n'));
        }
    }
    Cow::Owned(plain)
}

/// A text that can stand in a string of either quote, and in `url()`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\a "),
            '"' | '\'' | '\\' | '(' | ')' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
