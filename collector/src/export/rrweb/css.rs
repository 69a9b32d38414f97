//! Style sheets for a replay without network. In: CSS as it was recorded. Out: the same CSS without addresses that a
//! browser would fetch, or its rules one by one. Reads tokens as CSS Syntax 3 has them, escapes included; never parses
//! selectors or declarations, and never gives up: what it cannot read stays.

use super::address;
use std::borrow::Cow;
use std::ops::Range;

/// Functions whose strings are addresses.
const ADDRESS_FUNCTIONS: [&str; 7] =
    ["url", "src", "image", "image-set", "-webkit-image-set", "cross-fade", "-webkit-cross-fade"];

/// Which relative addresses stay.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Relative {
    /// In an attribute, which comes back as it was.
    Stays,
    /// In a sheet.
    Goes,
}

/// `css` with every address emptied that would be fetched. `""` and `url("")` load nothing.
pub(super) fn offline(css: &str, relative: Relative) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    // For each open bracket: whether strings in it are addresses.
    let mut open: Vec<bool> = Vec::new();
    let mut at_rule = "";
    let mut tokens = Tokens::new(css);
    while let Some((token, place)) = tokens.next() {
        let mut empty = |content: Range<usize>, with: &str| {
            let address = unescaped(css.get(content).unwrap_or_default());
            if !stays(&address, relative) {
                out.push_str(css.get(copied..place.start).unwrap_or_default());
                out.push_str(with);
                copied = place.end;
            }
        };
        match token {
            Token::Url(content) if at_rule != "namespace" => empty(content, "url(\"\")"),
            Token::String(content) if at_rule != "namespace" => {
                let is_address = open.last().copied().unwrap_or(at_rule == "import");
                if is_address {
                    empty(content, "\"\"");
                }
            }
            Token::Function(name) => {
                let name = unescaped(css.get(name).unwrap_or_default()).to_ascii_lowercase();
                open.push(ADDRESS_FUNCTIONS.contains(&name.as_str()));
            }
            Token::At(name) => {
                let name = unescaped(css.get(name).unwrap_or_default()).to_ascii_lowercase();
                at_rule = ["import", "namespace"].into_iter().find(|known| *known == name).unwrap_or("");
            }
            Token::Open(b) => {
                open.push(false);
                if b == b'{' {
                    at_rule = "";
                }
            }
            Token::Close(_) => drop(open.pop()),
            Token::Semicolon => at_rule = "",
            _ => {}
        }
    }
    if copied == 0 {
        return Cow::Borrowed(css);
    }
    out.push_str(css.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// The rules of a sheet, each as its own text. `@charset` is none.
pub(super) fn rules(css: &str) -> Vec<&str> {
    let mut rules = Vec::new();
    let mut start = None;
    let mut open: Vec<u8> = Vec::new();
    let mut tokens = Tokens::new(css);
    let mut end_rule = |start: &mut Option<usize>, end: usize| {
        let rule = start.take().and_then(|start| css.get(start..end)).unwrap_or_default().trim();
        if !matches!(rule, "" | ";") && !rule.starts_with("@charset") {
            rules.push(rule);
        }
    };
    while let Some((token, place)) = tokens.next() {
        if matches!(token, Token::Comment | Token::Space) {
            continue;
        }
        start.get_or_insert(place.start);
        match token {
            Token::Function(_) => open.push(b'('),
            Token::Open(bracket) => open.push(bracket),
            // A closing bracket without its opening one closes nothing.
            Token::Close(bracket) if open.last().is_some_and(|last| closes(*last) == bracket) => {
                open.pop();
                if bracket == b'}' && open.is_empty() {
                    end_rule(&mut start, place.end);
                }
            }
            Token::Semicolon if open.is_empty() => end_rule(&mut start, place.end),
            _ => {}
        }
    }
    end_rule(&mut start, css.len());
    rules
}

fn closes(open: u8) -> u8 {
    match open {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}

fn stays(address: &str, relative: Relative) -> bool {
    let address = address.trim();
    address.is_empty()
        || address.starts_with('#')
        || address.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"))
        || (relative == Relative::Stays && !address::is_absolute(address))
}

/// `text` with its escapes resolved.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        if char != '\\' {
            out.push(char);
            continue;
        }
        let mut number = 0;
        let mut digits = 0;
        while let Some(digit) = chars.peek().and_then(|char| char.to_digit(16)).filter(|_| digits < 6) {
            number = number << 4 | digit;
            digits += 1;
            chars.next();
        }
        if digits > 0 {
            out.push(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER));
            if chars.peek().is_some_and(char::is_ascii_whitespace) {
                chars.next();
            }
        } else if let Some(char) = chars.next().filter(|char| *char != '\n') {
            out.push(char);
        }
    }
    Cow::Owned(out)
}

/// What a piece of CSS is, as far as it matters here. Ranges are contents, without quotes and brackets.
enum Token {
    Space,
    Comment,
    String(Range<usize>),
    /// `url(…)` without quotes.
    Url(Range<usize>),
    /// A name and the bracket after it.
    Function(Range<usize>),
    At(Range<usize>),
    Open(u8),
    Close(u8),
    Semicolon,
    Other,
}

struct Tokens<'a> {
    css: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    fn new(css: &'a str) -> Self {
        Self { css, at: 0 }
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.css.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    fn skip_while(&mut self, is: impl Fn(u8) -> bool) {
        while self.at < self.css.len() && is(self.byte(0)) {
            self.at += 1;
        }
    }

    fn next(&mut self) -> Option<(Token, Range<usize>)> {
        let start = self.at;
        if start >= self.css.len() {
            return None;
        }
        let token = self.token();
        self.at = self.at.min(self.css.len());
        Some((token, start..self.at))
    }

    fn token(&mut self) -> Token {
        match self.byte(0) {
            byte if byte.is_ascii_whitespace() => {
                self.skip_while(|byte| byte.is_ascii_whitespace());
                Token::Space
            }
            b'/' if self.byte(1) == b'*' => {
                let rest = self.css.get(self.at + 2..).unwrap_or_default();
                self.at += 2 + rest.find("*/").map_or(rest.len(), |end| end + 2);
                Token::Comment
            }
            quote @ (b'"' | b'\'') => self.string(quote),
            bracket @ (b'{' | b'(' | b'[') => self.one(Token::Open(bracket)),
            bracket @ (b'}' | b')' | b']') => self.one(Token::Close(bracket)),
            b';' => self.one(Token::Semicolon),
            b'@' => {
                self.at += 1;
                Token::At(self.name())
            }
            // A colour, an id, a number with its unit: its name is no function's.
            b'#' | b'0'..=b'9' => {
                self.at += 1;
                self.name();
                Token::Other
            }
            byte if is_name(byte) || byte == b'\\' => self.word(),
            _ => self.one(Token::Other),
        }
    }

    fn one(&mut self, token: Token) -> Token {
        self.at += 1;
        token
    }

    fn string(&mut self, quote: u8) -> Token {
        self.at += 1;
        let start = self.at;
        while self.at < self.css.len() {
            match self.byte(0) {
                b'\\' => self.at += 2,
                // A line's end ends a bad string.
                b'\n' => return Token::String(start..self.at),
                byte if byte == quote => {
                    self.at += 1;
                    return Token::String(start..self.at - 1);
                }
                _ => self.at += 1,
            }
        }
        Token::String(start..self.css.len())
    }

    fn name(&mut self) -> Range<usize> {
        let start = self.at;
        loop {
            self.skip_while(is_name);
            if self.byte(0) != b'\\' || self.byte(1) == b'\n' || self.at + 1 >= self.css.len() {
                return start..self.at;
            }
            self.at += 2;
            // The rest of a number, and the space that ends it.
            if self.css.as_bytes().get(self.at - 1).is_some_and(u8::is_ascii_hexdigit) {
                let limit = self.at + 5;
                while self.at < limit && self.byte(0).is_ascii_hexdigit() {
                    self.at += 1;
                }
                if self.byte(0).is_ascii_whitespace() {
                    self.at += 1;
                }
            }
        }
    }

    fn word(&mut self) -> Token {
        let name = self.name();
        if name.is_empty() {
            return self.one(Token::Other);
        }
        if self.byte(0) != b'(' {
            return Token::Other;
        }
        self.at += 1;
        if !unescaped(self.css.get(name.clone()).unwrap_or_default()).eq_ignore_ascii_case("url") {
            return Token::Function(name);
        }
        let inside = self.at;
        self.skip_while(|byte| byte.is_ascii_whitespace());
        if matches!(self.byte(0), b'"' | b'\'') {
            self.at = inside;
            return Token::Function(name);
        }
        let start = self.at;
        while self.at < self.css.len() && self.byte(0) != b')' {
            self.at += if self.byte(0) == b'\\' { 2 } else { 1 };
        }
        let end = self.at.min(self.css.len());
        self.at += 1;
        Token::Url(start..end)
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::{Relative, offline, rules};

    #[track_caller]
    fn check(css: &str, expected: &str) {
        assert_eq!(offline(css, Relative::Goes), expected);
    }

    #[test]
    fn addresses_go_in_every_dress() {
        check("a{background:url(https://x/y.png)}", "a{background:url(\"\")}");
        check("a{background:URL( 'https://x/y.png' )}", "a{background:URL( \"\" )}");
        check("a{background:u\\72l(//x/y)}", "a{background:url(\"\")}");
        check("a{background:\\75 rl(\"//x\")}", "a{background:\\75 rl(\"\")}");
        check("@import 'a.css' screen;b{}", "@import \"\" screen;b{}");
        check("@IMPORT url(a.css);b{content:'x'}", "@IMPORT url(\"\");b{content:'x'}");
        check("a{b:image-set('x.png' 1x, url(y) 2x)}", "a{b:image-set(\"\" 1x, url(\"\") 2x)}");
        check("a{b:image-set('x' type('image/png'))}", "a{b:image-set(\"\" type('image/png'))}");
        check("@font-face{src:url(f.woff2) format('woff2')}", "@font-face{src:url(\"\") format('woff2')}");
        check("a{b:url(https://x", "a{b:url(\"\")");
        check("a{b:url(\"ht\\74ps://x\")}", "a{b:url(\"\")}");
    }

    #[test]
    fn everything_else_stays() {
        for css in [
            "a{b:url(data:image/png;base64,AA==)}",
            "a{fill:url(#g);b:url('#g')}",
            "@namespace svg url(http://www.w3.org/2000/svg);",
            "@namespace 'http://www.w3.org/1999/xhtml';",
            "/* url(https://x) */a::after{content:\"url(https://x)\"}",
            "#url{} a.image{content:'https://x'}",
            "é{content:'\\",
        ] {
            check(css, css);
        }
    }

    #[test]
    fn relative_addresses_stay_in_attributes() {
        let css = "background:url(a.png)";
        assert_eq!(offline(css, Relative::Stays), css);
        assert_eq!(offline("background:url(http:a.png)", Relative::Stays), "background:url(\"\")");
    }

    #[test]
    fn rules_are_found() {
        assert_eq!(
            rules("@charset 'utf-8'; @import 'x'; a { b: '}' } /* c } */ @media (x) { d { e: f } g {} }\nh[i=\"{\"]{}"),
            ["@import 'x';", "a { b: '}' }", "@media (x) { d { e: f } g {} }", "h[i=\"{\"]{}"]
        );
        assert_eq!(rules("a{b:url(x;y}z)} c{}"), ["a{b:url(x;y}z)}", "c{}"]);
        assert_eq!(rules("a{b:c"), ["a{b:c"]);
        assert!(rules(" /* */ ").is_empty());
    }
}
