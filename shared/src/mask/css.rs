//! Style sheets. In: a sheet, a rule, a style attribute, or a value like them (SVG's presentation and geometry). Out: the
//! same, laid out alike: numbers stay, since they are layout; strings that are shown follow the text rules, addresses the
//! address rules, names in selectors the token rules (so that they still match), comments go.
//!
//! It reads tokens, not grammar: a stretch up to `{` is a selector or an at-rule, up to `;` or `}` a declaration.

use super::read::{byte, char_at, find, is_listed, next_item, part, push, starts};
use super::rewrite::{self, Rewrite};
use super::{EMAIL_TOKEN, Level, Masked, Rules, Shows, digits, email};
use alloc::string::String;
use alloc::vec::Vec;

/// An integer with as many digits is no measure, but for those that authors write to mean "without end".
const NUMBER_MIN_DIGITS: usize = 9;
/// How the largest integers that browsers know begin.
const LARGEST_INTEGER: &str = "21474836";
/// Hexadecimal digits of the longest colour.
const COLOUR_MAX_DIGITS: usize = 8;
/// A name of letters only that is as short is no secret.
const PLAIN_MAX_BYTES: usize = 20;
/// Properties whose strings are names, not shown text; by their beginning.
const NAMING_PROPERTIES: &str = "font grid src syntax";
/// Functions whose strings are names, not shown text.
const NAMING_FUNCTIONS: &str = "format local tech attr counter counters lang";
/// Functions whose strings are addresses.
const ADDRESS_FUNCTIONS: &str = "url src image-set -webkit-image-set";
/// What `@namespace` names: no address of anything.
const NAMESPACES: &str = "http://www.w3.org/1999/xhtml http://www.w3.org/2000/svg http://www.w3.org/1998/Math/MathML";

impl Rules {
    /// A style sheet or a rule of one.
    #[inline(never)]
    pub fn css<'a>(&self, raw: &'a str, level: Level) -> Masked<'a> {
        let mut rewrite = Rewrite::new(raw);
        self.rewrite_css(&mut rewrite, level);
        rewrite.finish()
    }

    /// The text nodes of one `style` element, masked as one sheet: as many results as pieces.
    pub fn css_run<'a>(&self, pieces: &[&'a str], level: Level) -> Vec<Masked<'a>> {
        rewrite::joined(pieces, &|rewrite| self.rewrite_css(rewrite, level))
    }

    #[inline(never)]
    fn rewrite_css(&self, rewrite: &mut Rewrite<'_>, level: Level) {
        let text = rewrite.source;
        let mut sheet = Sheet { rules: self, level, shows: self.shows(level), text, rewrite };
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

/// What the strings of a stretch are. Told before they are rewritten.
#[derive(Clone, Copy, PartialEq)]
enum Strings {
    /// Names: of fonts, in selectors.
    Names,
    /// Text that is shown.
    Text,
    /// Text that is shown, in several strings with an e-mail address among them.
    Address,
    /// Addresses of other sheets.
    Sheets,
}

/// One sheet being rewritten.
struct Sheet<'a, 'r> {
    rules: &'r Rules,
    level: Level,
    shows: Shows,
    text: &'a str,
    rewrite: &'r mut Rewrite<'a>,
}

impl<'a> Sheet<'a, '_> {
    fn byte(&self, at: usize) -> u8 {
        byte(self.text, at)
    }

    fn part(&self, start: usize, end: usize) -> &'a str {
        part(self.text, start, end)
    }

    #[inline(never)]
    fn find(&self, at: usize, is: fn(char) -> bool) -> usize {
        find(self.text, at, self.text.len(), is)
    }

    /// Where the comment that begins here ends; 0 when none does.
    fn comment(&self, at: usize) -> usize {
        if self.byte(at) != b'/' || self.byte(at + 1) != b'*' {
            return 0;
        }
        let mut end = at + 2;
        while end < self.text.len() && !(self.byte(end) == b'*' && self.byte(end + 1) == b'/') {
            end += 1;
        }
        (end + 2).min(self.text.len())
    }

    /// Where the content ends that runs to an unescaped `close`.
    #[inline(never)]
    fn content_end(&self, mut at: usize, close: u8) -> usize {
        while at < self.text.len() && self.byte(at) != close && (self.byte(at) != b'\n' || close == b')') {
            at = self.character(at);
        }
        at.min(self.text.len())
    }

    /// Where the string ends whose content ends at an offset: behind the quote, or before the line break.
    fn string_end(&self, end: usize) -> usize {
        end + usize::from(end < self.text.len() && self.byte(end) != b'\n')
    }

    /// Where the character here ends, written out or as an escape.
    fn character(&self, at: usize) -> usize {
        if self.byte(at) != b'\\' {
            return at + 1;
        }
        escape(self.text, at).1
    }

    /// Where a name ends, escapes included.
    #[inline(never)]
    fn name(&self, mut at: usize) -> usize {
        while at < self.text.len() && (is_name(self.byte(at)) || self.byte(at) == b'\\') {
            at = self.character(at);
        }
        at
    }

    /// The content of the `url(` without quotes whose name begins here. Empty at offset 0 when none does.
    #[inline(never)]
    fn bare_url(&self, at: usize) -> (usize, usize) {
        if !starts(self.text, at, "url(") || at > 0 && is_name(self.byte(at - 1)) {
            return (0, 0);
        }
        let start = self.find(at + 4, |c| !c.is_ascii_whitespace());
        if matches!(self.byte(start), b'"' | b'\'') {
            return (0, 0);
        }
        (start, self.content_end(start, b')'))
    }

    /// Where what stands together without a gap ends.
    fn run(&self, mut at: usize) -> usize {
        while at < self.text.len() && !is_gap(self.byte(at)) {
            at = self.character(at);
        }
        at
    }

    /// Rewrites one stretch and says where the next begins.
    fn stretch(&mut self, start: usize) -> usize {
        let (mut strings, mut has_at) = (0, false);
        let mut end = start;
        while end < self.text.len() && !matches!(self.byte(end), b';' | b'{' | b'}') {
            if matches!(self.byte(end), b'"' | b'\'') {
                let content_end = self.content_end(end + 1, self.byte(end));
                let plain = unescaped(self.part(end + 1, content_end));
                strings += 1;
                has_at |= email::has_at(&plain) || email::has_at(self.rules.text(&plain, self.level).as_str());
                end = self.string_end(content_end);
            } else {
                let opaque = self.comment(end).max(self.bare_url(end).1);
                end = if opaque > end { opaque } else { self.character(end) };
            }
        }
        let mut first = start;
        loop {
            first = self.find(first, |c| !c.is_ascii_whitespace());
            let after = self.comment(first);
            if after == 0 {
                break;
            }
            first = after;
        }
        let is_at = self.byte(first) == b'@' && !self.part(first + 1, self.run(first)).contains('@');
        let name = first + usize::from(is_at);
        let name_end = self.find(name, |c| !c.is_ascii_alphabetic() && c != '-');
        let name = if is_name(self.byte(name_end)) { "" } else { self.part(name, name_end) };
        let is_selector = !is_at && self.byte(end) == b'{';
        let colon = self.find(name_end, |c| !c.is_ascii_whitespace());
        let kind = if is_at && is_listed("import namespace", name) {
            Strings::Sheets
        } else if is_at || is_selector || self.byte(colon) == b':' && begins_with_any(name, NAMING_PROPERTIES) {
            Strings::Names
        } else if strings > 1 && has_at && !self.shows.emails() {
            Strings::Address
        } else {
            Strings::Text
        };
        self.tokens(start, end, if is_at { first } else { end }, is_selector || is_at && name == "scope", kind);
        end + 1
    }

    /// Rewrites the tokens between two offsets. `at_rule` is the offset of the `@` that begins an at-rule.
    fn tokens(&mut self, start: usize, end: usize, at_rule: usize, in_selector: bool, strings: Strings) {
        let (mut at, mut word) = (start, start);
        let (mut function, mut in_brackets, mut is_value) = ("", false, false);
        while at < end {
            if at == word && !self.shows.emails() {
                // An address that no string holds is nothing a browser would understand: no need to either.
                let run_end = self.run(at).min(end);
                if self.part(at + usize::from(at == at_rule), run_end).contains('@') {
                    self.rewrite.replace(at, run_end, EMAIL_TOKEN);
                    (at, word) = (run_end, run_end + 1);
                    continue;
                }
            }
            let now = self.byte(at);
            let next = match now {
                b'/' if self.comment(at) > 0 => {
                    let comment_end = self.comment(at);
                    if !self.shows.all() {
                        self.rewrite.replace(at, comment_end, "/**/");
                    }
                    comment_end
                }
                b'"' | b'\'' => {
                    let content_end = self.content_end(at + 1, now);
                    if !in_selector && (strings == Strings::Sheets || is_listed(ADDRESS_FUNCTIONS, function)) {
                        self.address(at + 1, content_end, strings != Strings::Sheets);
                    } else {
                        let is_name = in_selector || is_listed(NAMING_FUNCTIONS, function);
                        self.string(at + 1, content_end, if is_name { Strings::Names } else { strings });
                    }
                    self.string_end(content_end)
                }
                b'[' | b']' => {
                    (in_brackets, is_value) = (in_selector && now == b'[', false);
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
                b'#' | b'.' => {
                    let is_number = now == b'.' && self.byte(at + 1).is_ascii_digit();
                    let name_end = self.name(at + 1);
                    if is_number || !in_selector && now == b'.' {
                        self.find(at + 1, |c| !c.is_ascii_digit())
                    } else {
                        if in_selector || name_end - at - 1 > COLOUR_MAX_DIGITS {
                            self.identifier(at + 1, name_end, in_selector);
                        }
                        name_end
                    }
                }
                b'0'..=b'9' => self.integer(at),
                b'-' if self.byte(at + 1).is_ascii_digit() => self.integer(at + 1),
                now if is_name(now) || now == b'\\' => {
                    let (content, close) = self.bare_url(at);
                    if close > 0 {
                        self.address(content, content + self.part(content, close).trim_ascii_end().len(), true);
                        close
                    } else {
                        let name_end = self.name(at);
                        self.identifier(at, name_end, is_value);
                        if self.byte(name_end) == b'(' {
                            function = self.part(at, name_end);
                        }
                        name_end
                    }
                }
                _ => at + 1,
            };
            if next == at + 1 && is_gap(now) || matches!(now, b'/' | b'"' | b'\'') {
                word = next;
            }
            at = next;
        }
    }

    /// Puts a masked text in the place of the raw one, if it differs.
    #[inline(never)]
    fn put(&mut self, start: usize, end: usize, plain: &str, masked: &Masked<'_>) {
        if masked.as_str() != plain {
            self.rewrite.replace(start, end, &escaped(masked.as_str()));
        }
    }

    /// A name: of a class, an id or an attribute's value by the token rule, any other by the rule for names.
    #[inline(never)]
    fn identifier(&mut self, start: usize, end: usize, is_token: bool) {
        let odd = find(self.text, start, end, |c| !(c.is_ascii_alphabetic() || c == '-' || c == '_'));
        if odd == end && end - start < PLAIN_MAX_BYTES {
            return;
        }
        let plain = unescaped(self.part(start, end));
        let masked = if is_token { self.rules.token(&plain) } else { self.rules.name(&plain) };
        self.put(start, end, &plain, &masked);
    }

    /// An integer outside a fraction; where it ends.
    fn integer(&mut self, start: usize) -> usize {
        let end = self.find(start, |c| !c.is_ascii_digit());
        let is_layout = end - start < NUMBER_MIN_DIGITS
            || find(self.text, start, end, |c| c != '9') == end
            || starts(self.text, start, LARGEST_INTEGER)
            || self.shows.numbers();
        if !is_layout {
            digits::zero(self.rewrite, start, end);
        }
        end
    }

    fn string(&mut self, start: usize, end: usize, kind: Strings) {
        let plain = unescaped(self.part(start, end));
        let masked = match kind {
            Strings::Names | Strings::Sheets => self.rules.tokens(&plain),
            // "anna" "@" "example.com" is shown as one address.
            Strings::Address if !plain.is_empty() => Masked::fixed(EMAIL_TOKEN),
            Strings::Address | Strings::Text => self.rules.text(&plain, self.level),
        };
        self.put(start, end, &plain, &masked);
    }

    /// An address; `to_id` when its fragment names a part of a picture.
    fn address(&mut self, start: usize, end: usize, to_id: bool) {
        let plain = unescaped(self.part(start, end));
        if is_listed(NAMESPACES, &plain) {
            return;
        }
        let masked =
            if to_id { self.rules.url_to_id(&plain, self.level) } else { self.rules.url_in(&plain, self.level) };
        self.put(start, end, &plain, &masked);
    }
}

fn begins_with_any(name: &str, list: &str) -> bool {
    let mut at = 0;
    while let Some((start, end)) = next_item(list, at) {
        if starts(name, 0, part(list, start, end)) {
            return true;
        }
        at = end;
    }
    false
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') || byte >= 0x80
}

/// What stands between words.
fn is_gap(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b",:;()[]{}=>+~\"'/".contains(&byte)
}

/// The character that the escape here stands for (none for a line break), and where the escape ends.
#[inline(never)]
fn escape(text: &str, at: usize) -> (Option<char>, usize) {
    let mut end = find(text, at + 1, (at + 7).min(text.len()), |c| !c.is_ascii_hexdigit());
    if end == at + 1 {
        return char_at(text, end).map_or((None, text.len()), |(c, end)| (Some(c).filter(|c| *c != '\n'), end));
    }
    let mut code = 0;
    for digit in part(text, at + 1, end).chars() {
        code = code << 4 | digit.to_digit(16).unwrap_or(0);
    }
    if byte(text, end).is_ascii_whitespace() {
        end += 1;
    }
    (char::from_u32(code).or(Some(char::REPLACEMENT_CHARACTER)), end)
}

/// A name or a string with its escapes read.
#[inline(never)]
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let end = find(text, at, text.len(), |c| c == '\\');
        plain.push_str(part(text, at, end));
        at = end;
        if end < text.len() {
            let (c, end) = escape(text, at);
            if let Some(c) = c {
                push(&mut plain, c);
            }
            at = end;
        }
    }
    plain
}

/// A text that can stand in a string of either quote, and in `url()`.
#[inline(never)]
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some((c, end)) = char_at(text, at) {
        if c == '\n' {
            out.push_str("\\a ");
        } else {
            if matches!(c, '"' | '\'' | '\\' | '(' | ')') {
                push(&mut out, '\\');
            }
            out.push_str(part(text, at, end));
        }
        at = end;
    }
    out
}
