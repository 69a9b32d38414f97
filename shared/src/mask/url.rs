//! Addresses. In: an address as an attribute, a style sheet or the browser gives it. Out: origin and path with digits and
//! e-mails masked by policy, values of the query and the fragment hidden unless everything is recorded. Secrets go under
//! every policy: user and password before the host, `javascript:`, parameters and path segments that are keys by their
//! name or shape.

use super::read::{byte, find, is_listed, next_item, part, push};
use super::rewrite::Rewrite;
use super::{EMAIL_TOKEN, Level, Masked, Rules, Shows, VALUE_TOKEN, digits, email, secret, text};
use alloc::string::String;
use alloc::vec::Vec;

/// Schemes that run.
const SCRIPTS: &str = "javascript vbscript";
/// Schemes whose address is the content.
const CONTENTS: &str = "data blob";
/// Schemes with a host, for which browsers take any number of slashes for two.
const HOSTED: &str = "http https ws wss ftp";
/// A host's label with fewer digits stays: servers are numbered, phone numbers are longer.
const HOST_MIN_DIGITS: usize = 7;
/// Path segments and values shorter than this are never taken for random keys.
const RANDOM_MIN_CHARS: usize = 20;
/// Names of parameters are short words; a longer one may be a value.
const KEY_MAX_BYTES: usize = 24;
/// A file with such an ending is a resource whose name may hold a build's hash. Digits at its end left out.
const RESOURCES: &str = "js mjs css map png jpg jpeg gif svg webp avif ico woff ttf otf mp webm wasm json";
/// What a candidate of a `srcset` may say after its address: " 2x", " 1200w".
const DESCRIPTOR_MAX_BYTES: usize = 9;

impl Rules {
    /// The address of a page, a referrer or a resource.
    pub fn url<'a>(&self, raw: &'a str) -> Masked<'a> {
        self.url_in(raw, Level::Page)
    }

    /// An address in an attribute at a level: where text is hidden, the path is too.
    pub fn url_in<'a>(&self, raw: &'a str, level: Level) -> Masked<'a> {
        self.address(raw, level, false)
    }

    /// An address whose fragment names a part of a picture or of the document (SVG, CSS): the fragment is an id.
    pub(super) fn url_to_id<'a>(&self, raw: &'a str, level: Level) -> Masked<'a> {
        self.address(raw, level, true)
    }

    /// A list of addresses with descriptors.
    #[inline(never)]
    pub(super) fn srcset<'a>(&self, raw: &'a str, level: Level) -> Masked<'a> {
        let len = raw.len();
        let mut rewrite = Rewrite::new(raw);
        let mut at = 0;
        loop {
            at = find(raw, at, len, |c| !c.is_ascii_whitespace() && c != ',');
            let Some((start, end)) = next_item(raw, at) else {
                return rewrite.finish();
            };
            let bare = without_commas(part(raw, start, end));
            let masked = self.url_in(bare, level);
            // A comma at its end would begin the next candidate, nothing at all would make one of the descriptor.
            let masked = without_commas(masked.as_str());
            rewrite.replace(start, start + bare.len(), if masked.is_empty() { VALUE_TOKEN } else { masked });
            at = end;
            if start + bare.len() == end {
                at = find(raw, end, len, |c| c == ',');
                let odd = find(raw, end, at, |c| {
                    !(c.is_ascii_digit() || c.is_ascii_whitespace() || matches!(c, '.' | 'w' | 'h' | 'x'))
                });
                if odd < at || at - end > DESCRIPTOR_MAX_BYTES {
                    // The space keeps the comma after it from being a part of the address.
                    rewrite.replace(end, at, " ");
                }
            }
        }
    }

    #[inline(never)]
    fn address<'a>(&self, raw: &'a str, level: Level, to_id: bool) -> Masked<'a> {
        // Browsers leave these out, wherever they stand; so nothing can hide behind them.
        if raw.bytes().any(is_left_out) {
            let clean: Vec<u8> = raw.bytes().filter(|byte| !is_left_out(*byte)).collect();
            return String::from_utf8(clean)
                .map_or(Masked::fixed(""), |raw| self.address(&raw, level, to_id).into_owned());
        }
        let mut parts = Parts { rules: self, shows: self.shows(level), to_id, raw, rewrite: Rewrite::new(raw) };
        match parts.all() {
            Some(fixed) => Masked::fixed(fixed),
            None => parts.rewrite.finish(),
        }
    }
}

fn without_commas(text: &str) -> &str {
    let mut end = text.len();
    while end > 0 && byte(text, end - 1) == b',' {
        end -= 1;
    }
    part(text, 0, end)
}

fn is_left_out(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r')
}

/// One address being rewritten. Ranges are offsets in `raw`.
struct Parts<'a, 'r> {
    rules: &'r Rules,
    shows: Shows,
    to_id: bool,
    raw: &'a str,
    rewrite: Rewrite<'a>,
}

impl<'a> Parts<'a, '_> {
    fn text(&self, start: usize, end: usize) -> &'a str {
        part(self.raw, start, end)
    }

    fn hide(&mut self, start: usize, end: usize) {
        self.rewrite.replace(start, end, VALUE_TOKEN);
    }

    /// Rewrites the address; something fixed when nothing of it can stay.
    fn all(&mut self) -> Option<&'static str> {
        let (raw, len) = (self.raw, self.raw.len());
        let mut at = find(raw, 0, len, |c| c > ' ');
        let scheme_end =
            find(raw, at, len, |c| !(c.is_ascii_alphabetic() || digits::is_digit(c) || matches!(c, '+' | '-' | '.')));
        let mut has_host = false;
        if byte(raw, scheme_end) == b':' && byte(raw, at).is_ascii_alphabetic() {
            let scheme = self.text(at, scheme_end);
            if is_listed(SCRIPTS, scheme) {
                return Some("");
            }
            if is_listed(CONTENTS, scheme) {
                let is_data = scheme.len() == 4 && byte(scheme, 0) | 0x20 == b'd';
                return if self.shows.all() { None } else { Some(if is_data { "data:," } else { "blob:" }) };
            }
            if is_listed("mailto", scheme) && !self.shows.emails() {
                return Some("mailto:•@•");
            }
            has_host = is_listed(HOSTED, scheme);
            if !has_host && !self.shows.numbers() {
                digits::zero(&mut self.rewrite, at, scheme_end);
            }
            at = scheme_end + 1;
        }
        let after_slashes = find(raw, at, len, |c| !is_slash(c));
        if has_host || after_slashes - at >= 2 {
            at = find(raw, after_slashes, len, |c| is_slash(c) || c == '?' || c == '#');
            self.host(after_slashes, at);
        }
        let fragment = find(raw, at, len, |c| c == '#');
        let query = find(raw, at, fragment, |c| c == '?');
        if self.shows.any() {
            self.path(at, query);
            self.pairs(query + 1, fragment);
        } else {
            let shown = at + usize::from(find(raw, at, at + 1, |c| !is_slash(c)) > at);
            self.hide(shown, if self.to_id { fragment } else { len });
        }
        self.fragment(fragment + 1, len);
        None
    }

    /// User and password go, the host and the port stay but for long numbers.
    fn host(&mut self, start: usize, end: usize) {
        let host = after_last(self.raw, start, end, b'@');
        // Without any host the path would be taken for one.
        self.rewrite.replace(start, host, if host == end { VALUE_TOKEN } else { "" });
        if email::has_at(self.text(host, end)) && !self.shows.emails() {
            return self.hide(host, end);
        }
        let mut at = host;
        while at < end && !self.shows.numbers() {
            let label_end = find(self.raw, at, end, |c| c == '.' || c == ':');
            if digits::count(self.text(at, label_end)) >= HOST_MIN_DIGITS {
                digits::zero(&mut self.rewrite, at, label_end);
            }
            at = label_end + 1;
        }
    }

    /// Segments and, wherever they stand, parameters: "/file;jsessionid=…" and "/token=…".
    #[inline(never)]
    fn path(&mut self, mut at: usize, end: usize) {
        while at < end {
            let part_end = find(self.raw, at, end, |c| is_slash(c) || c == ';');
            if find(self.raw, at, part_end, |c| c == '=') < part_end {
                self.pair(at, part_end);
            } else {
                self.segment(at, part_end, part_end == end);
            }
            at = part_end + 1;
        }
    }

    fn segment(&mut self, start: usize, end: usize, is_last: bool) {
        let segment = self.text(start, end);
        let Some(plain) = decoded(segment) else {
            // What is no text, or could become another escape, cannot be told to be harmless.
            return if digits::count(segment) > 0 && !self.shows.all() {
                self.hide(start, end)
            };
        };
        let is_resource = is_last && is_resource(&plain);
        if secret::is_key(&plain) || !is_resource && secret::is_random(&plain, RANDOM_MIN_CHARS) {
            self.hide(start, end);
        } else if !self.shows.emails() && email::has_at(&plain) {
            self.rewrite.replace(start, end, EMAIL_TOKEN);
        } else if !text::is_shown_number(&plain, self.shows) {
            if plain == segment {
                digits::zero(&mut self.rewrite, start, end);
                return;
            }
            let mut zeroed = Rewrite::new(&plain);
            digits::zero(&mut zeroed, 0, plain.len());
            let zeroed = zeroed.finish();
            if zeroed.as_str() != plain {
                self.rewrite.replace(start, end, &encoded(zeroed.as_str()));
            }
        }
    }

    #[inline(never)]
    fn pairs(&mut self, mut at: usize, end: usize) {
        while at < end {
            let pair_end = find(self.raw, at, end, |c| c == '&' || c == ';');
            self.pair(at, pair_end);
            at = pair_end + 1;
        }
    }

    /// "key=value": the key stays when it is a short word, the value only when everything is recorded.
    #[inline(never)]
    fn pair(&mut self, start: usize, end: usize) {
        let equals = find(self.raw, start, end, |c| c == '=');
        let (key_end, value) = if equals < end { (equals, equals + 1) } else { (start, start) };
        let key = self.text(start, key_end);
        if self.shows.all() {
            let is_secret = secret::is_secret_name(key)
                || decoded(self.text(value, end)).is_none_or(|plain| {
                    // An address inside the value carries its own parameters.
                    let is_nested = plain.contains('=') && secret::is_secret_name(&plain);
                    is_nested || secret::is_key(&plain) || secret::is_random(&plain, RANDOM_MIN_CHARS)
                });
            if !is_secret {
                return;
            }
        } else if key.len() > KEY_MAX_BYTES
            || !key.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-'))
        {
            self.hide(start, key_end);
        }
        self.hide(value, end);
    }

    fn fragment(&mut self, start: usize, end: usize) {
        if self.to_id {
            let masked = self.rules.token(self.text(start, end));
            self.rewrite.replace(start, end, masked.as_str());
        } else if !self.shows.all() {
            self.hide(start, end);
        } else {
            let mut query = find(self.raw, start, end, |c| c == '?');
            if query == end && find(self.raw, start, end, |c| c == '=') < end {
                query = start;
            }
            self.path(start, query);
            self.pairs(query + usize::from(byte(self.raw, query) == b'?'), end);
        }
    }
}

fn is_slash(c: char) -> bool {
    c == '/' || c == '\\'
}

/// The offset behind the last of a byte between two offsets, the first offset when there is none.
fn after_last(text: &str, start: usize, mut end: usize, last: u8) -> usize {
    while end > start && byte(text, end - 1) != last {
        end -= 1;
    }
    end
}

fn is_resource(segment: &str) -> bool {
    let dot = after_last(segment, 0, segment.len(), b'.');
    let end = find(segment, dot, segment.len(), digits::is_digit);
    find(segment, end, segment.len(), |c| !digits::is_digit(c)) == segment.len()
        && is_listed(RESOURCES, part(segment, dot, end))
}

/// A text with its percent escapes read, encoded once or more often. Nothing when it is none, or has a stray `%`.
#[inline(never)]
fn decoded(text: &str) -> Option<String> {
    let mut plain = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let mut now = byte(text, at);
        at += 1;
        while now == b'%' {
            now = hex(text, at)? << 4 | hex(text, at + 1)?;
            at += 2;
        }
        plain.push(now);
    }
    String::from_utf8(plain).ok()
}

fn hex(text: &str, at: usize) -> Option<u8> {
    char::from(byte(text, at)).to_digit(16).map(|digit| digit as u8)
}

/// A text that means the same in any place of an address: everything but letters is escaped.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            push(&mut out, char::from(byte));
        } else {
            push(&mut out, '%');
            push(&mut out, char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0').to_ascii_uppercase());
            push(&mut out, char::from_digit(u32::from(byte & 15), 16).unwrap_or('0').to_ascii_uppercase());
        }
    }
    out
}
