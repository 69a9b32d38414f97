//! Style sheets. In: a sheet, a rule, a style attribute, or a value like them (SVG's presentation and geometry). Out: the
//! same, laid out alike: numbers stay, since they are layout; strings that are shown follow the text rules, addresses the
//! address rules, names in selectors the token rules (so that they still match), comments go.
//!
//! It reads tokens, not grammar: a stretch up to `{` is a selector or an at-rule, up to `;` or `}` a declaration.

use super::css_escape::{escaped, skip, unescaped};
use super::kinds::{ALPHANUMERIC, AT, DIGIT, Kinds, LETTER, OTHER, SPACE, find, has, kind, next, signs};
use super::read::{begins_with_any, byte, is_listed, part, starts};
use super::rewrite::Rewrite;
use super::{EMAIL_TOKEN, Level, Masked, Rules, Shows, account, digits, email, secret};

/// An integer with as many digits is no measure, but for those that authors write to mean "without end".
const NUMBER_MIN_DIGITS: usize = 9;
/// How the largest integers that browsers know begin.
const LARGEST_INTEGER: &str = "21474836";
/// Hexadecimal digits of the longest colour.
const COLOUR_MAX_DIGITS: usize = 8;
/// A name of letters only that is as short is no secret.
const PLAIN_MAX_BYTES: usize = 20;
/// A shorter name is too short for five digits, or for an `@` as an escape with something at its sides.
const SHORT_MAX_BYTES: usize = 5;
/// Properties whose strings are names, not shown text; by their beginning.
const NAMING_PROPERTIES: &str = "font grid src syntax";
/// Functions whose strings are names, not shown text.
const NAMING_FUNCTIONS: &str = "format local tech attr counter counters lang";
/// Functions whose strings are addresses.
const ADDRESS_FUNCTIONS: &str = "url src image-set -webkit-image-set";
/// What `@namespace` names: no address of anything.
const NAMESPACES: &str = "http://www.w3.org/1999/xhtml http://www.w3.org/2000/svg http://www.w3.org/1998/Math/MathML";

/// What names are made of, escapes included.
const NAME: Kinds = ALPHANUMERIC | OTHER | signs(b"-_\\");
/// What stands between words.
const GAP: Kinds = SPACE | signs(b",:;()[]{}=>+~\"'/");
const QUOTES: Kinds = signs(b"\"'");

impl Rules {
    /// A style sheet or a rule of one.
    pub fn css<'a>(&self, raw: &'a str, level: Level) -> Masked<'a> {
        self.css_run(raw, &mut [], level)
    }

    /// The text nodes of one `style` element, masked as one sheet: `ends` as for [`Rules::text_run`].
    #[inline(never)]
    pub fn css_run<'a>(&self, text: &'a str, ends: &mut [usize], level: Level) -> Masked<'a> {
        let rewrite = Rewrite::of_pieces(text, ends);
        let mut sheet = Sheet { rules: self, level, shows: self.shows(level), text, rewrite };
        let mut at = 0;
        while at < text.len() {
            at = sheet.stretch(at);
        }
        sheet.rewrite.finish()
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
    rewrite: Rewrite<'a, 'r>,
}

impl<'a> Sheet<'a, '_> {
    fn byte(&self, at: usize) -> u8 {
        byte(self.text, at)
    }

    fn part(&self, start: usize, end: usize) -> &'a str {
        part(self.text, start, end)
    }

    fn find(&self, at: usize, kinds: Kinds) -> usize {
        find(self.text, at, self.text.len(), kinds)
    }

    /// Where the comment that begins here ends; 0 when none does.
    #[inline(never)]
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

    /// Where the content ends that runs to an unescaped `close`, a string's to the line's end at most.
    #[inline(never)]
    fn content_end(&self, mut at: usize, close: u8) -> usize {
        loop {
            at = skip(self.text, at, QUOTES | SPACE | const { signs(b")") });
            let now = self.byte(at);
            if now == close || now == b'\n' && close != b')' || at >= self.text.len() {
                return at;
            }
            at += 1;
        }
    }

    /// Where the string ends whose content ends at an offset: behind the quote, or before the line break.
    fn string_end(&self, end: usize) -> usize {
        end + usize::from(kind(self.text, end) & QUOTES != 0)
    }

    /// The content of the `url(` without quotes whose name begins here. Empty at offset 0 when none does.
    #[inline(never)]
    fn bare_url(&self, at: usize) -> (usize, usize) {
        if !starts(self.text, at, "url(") || kind(self.text, at.wrapping_sub(1)) & NAME != 0 {
            return (0, 0);
        }
        let start = self.find(at + 4, !SPACE);
        if kind(self.text, start) & QUOTES != 0 {
            return (0, 0);
        }
        (start, self.content_end(start, b')'))
    }

    /// Rewrites one stretch and says where the next begins.
    fn stretch(&mut self, start: usize) -> usize {
        let (mut strings, mut has_at) = (0, false);
        let mut end = start;
        loop {
            end = skip(self.text, end, QUOTES | const { signs(b";{}/(") });
            let now = kind(self.text, end);
            if now & const { signs(b";{}") } != 0 || now == 0 {
                break;
            }
            if now & QUOTES != 0 {
                let content_end = self.content_end(end + 1, self.byte(end));
                if content_end > end + 1 {
                    let plain = unescaped(self.part(end + 1, content_end));
                    let masked = self.rules.text(&plain, self.level);
                    strings += 1;
                    has_at |= email::has_at(masked.as_str(), 0, masked.as_str().len());
                }
                end = self.string_end(content_end);
            } else {
                end = self.comment(end).max(self.bare_url(end.wrapping_sub(3)).1).max(end + 1);
            }
        }
        let mut first = start;
        loop {
            first = self.find(first, !SPACE);
            let after = self.comment(first);
            if after == 0 {
                break;
            }
            first = after;
        }
        let run_end = skip(self.text, first, GAP);
        let is_at = self.byte(first) == b'@' && !has(self.text, first + 1, run_end, AT);
        let name = first + usize::from(is_at);
        let name_end = self.find(name, !(LETTER | const { signs(b"-") }));
        let name = if kind(self.text, name_end) & NAME != 0 { "" } else { self.part(name, name_end) };
        let is_selector = !is_at && self.byte(end) == b'{';
        let colon = self.find(name_end, !SPACE);
        let kind = if is_at && is_listed("import namespace", name) {
            Strings::Sheets
        } else if is_at || is_selector || self.byte(colon) == b':' && begins_with_any(name, 0, NAMING_PROPERTIES) {
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
                let run_end = skip(self.text, at, GAP).min(end);
                if has(self.text, at + usize::from(at == at_rule), run_end, AT) {
                    self.rewrite.replace(at, run_end, EMAIL_TOKEN);
                    (at, word) = (run_end, next(self.text, run_end));
                    continue;
                }
            }
            let now = self.byte(at);
            let now_kind = kind(self.text, at);
            let after = next(self.text, at);
            let mut next = after;
            match now {
                b'/' if self.comment(at) > 0 => {
                    next = self.comment(at);
                    if !self.shows.all() || secret::is_secret(self.text, at, next) {
                        self.rewrite.replace(at, next, "/**/");
                    }
                }
                b'"' | b'\'' => {
                    let content_end = self.content_end(next, now);
                    if !in_selector && (strings == Strings::Sheets || is_listed(ADDRESS_FUNCTIONS, function)) {
                        self.address(next, content_end, strings != Strings::Sheets);
                    } else {
                        let is_name = in_selector || is_listed(NAMING_FUNCTIONS, function);
                        self.string(next, content_end, if is_name { Strings::Names } else { strings });
                    }
                    next = self.string_end(content_end);
                }
                b'[' | b']' => (in_brackets, is_value) = (in_selector && now == b'[', false),
                b'=' => is_value = in_brackets,
                b')' => function = "",
                b'#' | b'.' => {
                    let is_number = now == b'.' && (!in_selector || kind(self.text, next) & DIGIT != 0);
                    let name_end = if is_number { self.find(next, !DIGIT) } else { skip(self.text, next, !NAME) };
                    if !is_number && (in_selector || name_end - next > COLOUR_MAX_DIGITS) {
                        self.identifier(next, name_end, in_selector);
                    }
                    next = name_end;
                }
                b'-' if kind(self.text, next) & DIGIT != 0 => {}
                b'0'..=b'9' => next = self.integer(at),
                _ if now_kind & NAME != 0 => {
                    let (content, close) = self.bare_url(at);
                    next = if close > 0 { close } else { skip(self.text, at, !NAME) };
                    if close > 0 {
                        let content_end = content + self.part(content, close).trim_ascii_end().len();
                        let plain = unescaped(self.part(content, content_end));
                        if has(&plain, 0, plain.len(), QUOTES | SPACE | const { signs(b"(") }) {
                            // No address to a browser, which leaves the declaration out.
                            self.rewrite.replace(content, end, ")");
                            return;
                        }
                        self.address(content, content_end, true);
                    } else {
                        self.identifier(at, next, is_value);
                        if self.byte(next) == b'(' {
                            function = self.part(at, next);
                        }
                    }
                }
                _ => {}
            }
            if next == after && now_kind & GAP != 0 || matches!(now, b'/' | b'"' | b'\'') {
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
        let name = self.part(start, end);
        let is_plain = name.len() < PLAIN_MAX_BYTES && !has(name, 0, name.len(), !(LETTER | const { signs(b"-_") }));
        if is_plain || name.len() < SHORT_MAX_BYTES {
            return;
        }
        let plain = unescaped(name);
        let masked = if is_token { self.rules.token(&plain) } else { self.rules.name(&plain) };
        self.put(start, end, &plain, &masked);
    }

    /// An integer outside a fraction; where it ends.
    fn integer(&mut self, start: usize) -> usize {
        let end = self.find(start, !DIGIT);
        let is_layout = end - start < NUMBER_MIN_DIGITS
            || self.part(start, end).bytes().all(|byte| byte == b'9')
            || starts(self.text, start, LARGEST_INTEGER)
            || self.shows.numbers() && !account::has_number(self.text, start, end);
        if !is_layout {
            digits::zero(&mut self.rewrite, start, end);
        }
        end
    }

    fn string(&mut self, start: usize, end: usize, kind: Strings) {
        if start == end {
            return;
        }
        let plain = unescaped(self.part(start, end));
        let masked = match kind {
            Strings::Names | Strings::Sheets => self.rules.tokens(&plain),
            // "anna" "@" "example.com" is shown as one address.
            Strings::Address => Masked::fixed(EMAIL_TOKEN),
            Strings::Text => self.rules.text(&plain, self.level),
        };
        self.put(start, end, &plain, &masked);
    }

    /// An address; `to_id` when its fragment names a part of a picture.
    fn address(&mut self, start: usize, end: usize, to_id: bool) {
        let plain = unescaped(self.part(start, end));
        if !is_listed(NAMESPACES, &plain) {
            let masked = self.rules.address(&plain, self.level, to_id);
            self.put(start, end, &plain, &masked);
        }
    }
}
