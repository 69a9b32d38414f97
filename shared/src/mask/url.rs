//! Addresses. In: an address as an attribute, a style sheet or the browser gives it. Out: origin and path with digits and
//! e-mails masked by policy, values of the query and the fragment hidden unless everything is recorded. Secrets go under
//! every policy: user and password before the host, `javascript:`, parameters and path segments that are keys by their
//! name or shape.

use super::kinds::{ALPHANUMERIC, DIGIT, Kinds, LETTER, LOWER, SPACE, count, find, has, kind, signs};
use super::read::{byte, hex, look_up, next_item, part, starts};
use super::rewrite::Rewrite;
use super::{Level, Masked, Rules, Shows, VALUE_TOKEN, digits, email, secret, text};
use crate::utf8;
use alloc::vec::Vec;

/// Schemes that run; whose address is the content; with a host, for which browsers take any number of slashes for two.
const SCHEMES: &str = "=s javascript vbscript =d data =b blob =m mailto =h http https ws wss ftp";
/// What stands before a colon and is longer is no scheme.
const SCHEME_MAX_BYTES: usize = 32;
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

const SLASH: Kinds = signs(b"/\\");

impl Rules {
    /// The address of a page, a referrer or a resource.
    pub fn url<'a>(&self, raw: &'a str) -> Masked<'a> {
        self.url_in(raw, Level::Page)
    }

    /// An address in an attribute at a level: where text is hidden, the path is too.
    pub fn url_in<'a>(&self, raw: &'a str, level: Level) -> Masked<'a> {
        self.address(raw, level, false)
    }

    /// A list of addresses with descriptors.
    #[inline(never)]
    pub(super) fn srcset<'a>(&self, raw: &'a str, level: Level) -> Masked<'a> {
        let len = raw.len();
        let mut rewrite = Rewrite::new(raw);
        let mut at = 0;
        loop {
            at = find(raw, at, len, !(SPACE | const { signs(b",") }));
            let mut end = at;
            let start = next_item(raw, &mut end);
            if start == end {
                return rewrite.finish();
            }
            let bare = without_commas(part(raw, start, end));
            let masked = self.url_in(bare, level);
            // A comma at its end would begin the next candidate, nothing at all would make one of the descriptor.
            let masked = without_commas(masked.as_str());
            rewrite.replace(start, start + bare.len(), if masked.is_empty() { VALUE_TOKEN } else { masked });
            at = end;
            if start + bare.len() == end {
                at = find(raw, end, len, const { signs(b",") });
                let is_descriptor = !has(raw, end, at, !(DIGIT | SPACE | LOWER | const { signs(b".") }));
                if !is_descriptor || at - end > DESCRIPTOR_MAX_BYTES {
                    // The space keeps the comma after it from being a part of the address.
                    rewrite.replace(end, at, " ");
                }
            }
        }
    }

    /// An address; `to_id` when its fragment names a part of a picture or of the document (SVG, CSS) by its id.
    #[inline(never)]
    pub(super) fn address<'a>(&self, raw: &'a str, level: Level, to_id: bool) -> Masked<'a> {
        let mut rewrite = Rewrite::new(raw);
        // Browsers leave these out, wherever they stand; so nothing can hide behind them.
        let mut at = 0;
        while at < raw.len() {
            if matches!(byte(raw, at), b'\t' | b'\n' | b'\r') {
                rewrite.replace(at, at + 1, "");
            }
            at += 1;
        }
        if rewrite.is_changed() {
            return self.address(rewrite.finish().as_str(), level, to_id).into_owned();
        }
        let mut parts = Parts { rules: self, shows: self.shows(level), raw, rewrite };
        match parts.all(to_id) {
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

/// One address being rewritten. Ranges are offsets in `raw`.
struct Parts<'a, 'r> {
    rules: &'r Rules,
    shows: Shows,
    raw: &'a str,
    rewrite: Rewrite<'a, 'r>,
}

impl<'a> Parts<'a, '_> {
    fn find(&self, at: usize, kinds: Kinds) -> usize {
        find(self.raw, at, self.raw.len(), kinds)
    }

    fn hide(&mut self, start: usize, end: usize) {
        self.rewrite.replace(start, end, VALUE_TOKEN);
    }

    /// Rewrites the address; something fixed when nothing of it can stay.
    fn all(&mut self, to_id: bool) -> Option<&'static str> {
        let (raw, shows) = (self.raw, self.shows);
        let mut at = self.find(0, !SPACE);
        let scheme_max = raw.len().min(at + SCHEME_MAX_BYTES);
        let scheme_end = find(raw, at, scheme_max, !(ALPHANUMERIC | const { signs(b"+-.") }));
        let mut has_host = false;
        if byte(raw, scheme_end) == b':' && kind(raw, at) & LETTER != 0 {
            match look_up(SCHEMES, raw, at, scheme_end) {
                b's' => return Some(""),
                b'd' => {
                    let is_binary = starts(raw, self.find(at, const { signs(b";,") }), ";base64");
                    let is_shown = shows.all() && (is_binary || !secret::is_secret(raw, at, raw.len()));
                    return if is_shown { None } else { Some("data:,") };
                }
                b'b' => return if shows.all() { None } else { Some("blob:") },
                b'm' if !shows.emails() => return Some("mailto:•@•"),
                b'h' => has_host = true,
                _ if !shows.numbers() => digits::zero(&mut self.rewrite, at, scheme_end),
                _ => {}
            }
            at = scheme_end + 1;
        }
        let after_slashes = self.find(at, !SLASH);
        if has_host || after_slashes - at >= 2 {
            at = self.find(after_slashes, SLASH | const { signs(b"?#") });
            self.host(after_slashes, at);
        }
        if !shows.any() {
            let shown = at + usize::from(kind(raw, at) & SLASH != 0);
            let fragment = if to_id { self.find(at, const { signs(b"#") }) } else { raw.len() };
            self.hide(shown, fragment);
            at = fragment;
        }
        let mut stops = SLASH | const { signs(b";?#") };
        while at < raw.len() {
            let end = self.find(at, stops);
            if stops & SLASH == 0 || has(raw, at, end, const { signs(b"=") }) {
                self.pair(at, end);
            } else {
                self.segment(at, end);
            }
            at = end + 1;
            match byte(raw, end) {
                b'?' => stops = const { signs(b"&;#") },
                b'#' if to_id => {
                    let masked = self.rules.token(part(raw, at, raw.len()));
                    self.rewrite.replace(at, raw.len(), masked.as_str());
                    break;
                }
                b'#' if !shows.all() => {
                    self.hide(at, raw.len());
                    break;
                }
                // A fragment can hold a path, a query, or both.
                b'#' => {
                    let is_query = has(raw, at, self.find(at, const { signs(b"?") }), const { signs(b"=") });
                    stops = const { signs(b"&;?") } | if is_query { 0 } else { SLASH };
                }
                _ => {}
            }
        }
        None
    }

    /// User and password go, the host and the port stay but for long numbers.
    fn host(&mut self, start: usize, end: usize) {
        let mut host = end;
        while host > start && byte(self.raw, host - 1) != b'@' {
            host -= 1;
        }
        // Without any host the path would be taken for one.
        self.rewrite.replace(start, host, if host == end { VALUE_TOKEN } else { "" });
        if !self.shows.emails() && email::has_at(self.raw, host, end) {
            return self.hide(host, end);
        }
        let mut at = host;
        while at < end && !self.shows.numbers() {
            let label_end = find(self.raw, at, end, const { signs(b".:") });
            if count(self.raw, at, label_end, DIGIT) >= HOST_MIN_DIGITS {
                digits::zero(&mut self.rewrite, at, label_end);
            }
            at = label_end + 1;
        }
    }

    fn segment(&mut self, start: usize, end: usize) {
        let segment = part(self.raw, start, end);
        if segment.is_empty() {
            return;
        }
        let mut buffer = Vec::new();
        let Some(plain) = decoded(segment, &mut buffer) else {
            // What is no text, or could become another escape, cannot be told to be harmless.
            return if !self.shows.all() {
                self.hide(start, end)
            };
        };
        let len = plain.len();
        let is_resource = kind(self.raw, end) & SLASH == 0 && is_resource(plain);
        let mut rewrite = Rewrite::new(plain);
        text::scan(&mut rewrite, self.shows);
        if !is_resource && secret::is_random(plain, 0, len, RANDOM_MIN_CHARS) {
            self.hide(start, end);
        } else if rewrite.is_changed() {
            let masked = rewrite.finish();
            self.rewrite.replace(start, end, if len == segment.len() { masked.as_str() } else { VALUE_TOKEN });
        }
    }

    /// "key=value": the key stays when it is a short word, the value only when everything is recorded.
    fn pair(&mut self, start: usize, end: usize) {
        let equals = find(self.raw, start, end, const { signs(b"=") });
        let (key_end, value) = if equals < end { (equals, equals + 1) } else { (start, start) };
        if self.shows.all() {
            let mut buffer = Vec::new();
            let is_secret = secret::is_secret_name(self.raw, start, key_end)
                || decoded(part(self.raw, value, end), &mut buffer).is_none_or(|plain| {
                    // An address inside the value carries its own parameters.
                    let len = plain.len();
                    let is_nested = has(plain, 0, len, const { signs(b"=") }) && secret::is_secret_name(plain, 0, len);
                    is_nested || secret::is_secret(plain, 0, len) || secret::is_random(plain, 0, len, RANDOM_MIN_CHARS)
                });
            if !is_secret {
                return;
            }
        } else if key_end - start > KEY_MAX_BYTES || has(self.raw, start, key_end, !(LOWER | const { signs(b"_-") })) {
            self.hide(start, key_end);
        }
        self.hide(value, end);
    }
}

fn is_resource(segment: &str) -> bool {
    let (mut dot, mut at) = (0, 0);
    while at < segment.len() {
        at = find(segment, at, segment.len(), const { signs(b".") }) + 1;
        dot = if at > segment.len() { dot } else { at };
    }
    let end = find(segment, dot, segment.len(), DIGIT);
    look_up(RESOURCES, segment, dot, end) != 0 && !has(segment, end, segment.len(), !DIGIT)
}

/// A text with its percent escapes read, encoded once or more often. Nothing when it is none, or has a stray `%`.
#[inline(never)]
fn decoded<'b>(text: &'b str, buffer: &'b mut Vec<u8>) -> Option<&'b str> {
    let mut at = find(text, 0, text.len(), const { signs(b"%") });
    if at == text.len() {
        return Some(text);
    }
    buffer.extend_from_slice(text.as_bytes().get(..at)?);
    while at < text.len() {
        let mut now = byte(text, at);
        at += 1;
        while now == b'%' {
            let (high, low) = (hex(text, at), hex(text, at + 1));
            if high | low > 15 {
                return None;
            }
            now = high << 4 | low;
            at += 2;
        }
        buffer.push(now);
    }
    utf8::checked(buffer)
}
