//! Addresses. In: an address as an attribute, a style sheet or the browser gives it. Out: origin and path with digits and
//! e-mails masked by policy, values of the query and the fragment hidden unless everything is recorded. Secrets go under
//! every policy: user and password before the host, `javascript:`, parameters and path segments that are keys by their
//! name or shape.

use super::rewrite::Rewrite;
use super::{EMAIL_TOKEN, Level, Masked, Policy, Rules, VALUE_TOKEN, digits, email, secret, text};
use alloc::borrow::Cow;
use alloc::string::String;
use core::ops::Range;

/// What an address whose content is the address becomes.
const EMPTY_DATA: &str = "data:,";
/// A host's label with fewer digits stays: servers are numbered, phone numbers are longer.
const HOST_MIN_DIGITS: usize = 7;
/// Path segments and values shorter than this are never taken for random keys.
const RANDOM_MIN_CHARS: usize = 20;
/// Names of parameters are short words; a longer one may be a value.
const KEY_MAX_BYTES: usize = 24;
/// A file with such an ending is a resource whose name may hold a build's hash. Digits at its end left out.
const RESOURCE_ENDINGS: [&str; 22] = [
    "js", "mjs", "css", "map", "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico", "bmp", "woff", "ttf", "otf",
    "eot", "mp", "webm", "ogg", "wasm", "json",
];
/// The longest name of a scheme that matters, with room.
const SCHEME_MAX_BYTES: usize = 12;
/// What a candidate of a `srcset` may say after its address: "2x", "1200w".
const DESCRIPTOR_MAX_BYTES: usize = 8;

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
    pub(super) fn srcset<'a>(&self, raw: &'a str, level: Level) -> Masked<'a> {
        let mut rewrite = Rewrite::new(raw);
        let is_gap = |c: char| c.is_ascii_whitespace() || c == ',';
        let mut at = 0;
        while let Some(found) = raw.get(at..).and_then(|rest| rest.find(|c| !is_gap(c))) {
            let start = at + found;
            let rest = raw.get(start..).unwrap_or_default();
            let run = rest.split(|c: char| c.is_ascii_whitespace()).next().unwrap_or_default();
            let candidate = run.trim_end_matches(',');
            at = start + run.len();
            let masked = self.url_in(candidate, level);
            // A comma at its end would begin the next candidate, nothing at all would make one of the descriptor.
            let masked = masked.as_str().trim_end_matches(',');
            let masked = if masked.is_empty() { VALUE_TOKEN } else { masked };
            rewrite.replace(start, start + candidate.len(), masked);
            if candidate.len() == run.len() {
                let descriptor = raw.get(at..).unwrap_or_default().split(',').next().unwrap_or_default();
                let is_size =
                    |c: char| c.is_ascii_digit() || matches!(c, '.' | 'w' | 'h' | 'x') || c.is_ascii_whitespace();
                if descriptor.trim().len() > DESCRIPTOR_MAX_BYTES || !descriptor.chars().all(is_size) {
                    // The space keeps the comma after it from being a part of the address.
                    rewrite.replace(at, at + descriptor.len(), " ");
                }
                at += descriptor.len();
            }
        }
        Masked::made(rewrite.finish())
    }

    fn address<'a>(&self, raw: &'a str, level: Level, to_id: bool) -> Masked<'a> {
        // Browsers leave these out, wherever they stand; so nothing can hide behind them.
        if raw.bytes().any(|byte| matches!(byte, b'\t' | b'\n' | b'\r')) {
            let clean: String = raw.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
            return self.address(&clean, level, to_id).into_owned();
        }
        let start = raw.len() - raw.trim_start_matches(|c| c <= ' ').len();
        let mut parts = Parts { rules: self, policy: self.shown(level), to_id, rewrite: Rewrite::new(raw) };
        match parts.all(start) {
            Some(fixed) => Masked::fixed(fixed),
            None => Masked::made(parts.rewrite.finish()),
        }
    }
}

/// One address being rewritten.
struct Parts<'a, 'r> {
    rules: &'r Rules,
    /// `None` where everything but the origin is hidden.
    policy: Option<Policy>,
    to_id: bool,
    rewrite: Rewrite<'a, 'static>,
}

impl<'a> Parts<'a, '_> {
    fn text(&self, range: Range<usize>) -> &'a str {
        self.rewrite.source().get(range).unwrap_or_default()
    }

    fn hide(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.rewrite.replace(range.start, range.end, VALUE_TOKEN);
        }
    }

    fn records_all(&self) -> bool {
        self.policy.is_some_and(Policy::records_all)
    }

    /// Rewrites the address; something fixed when nothing of it can stay.
    fn all(&mut self, start: usize) -> Option<&'static str> {
        let raw = self.rewrite.source();
        let len = raw.len();
        let mut buffer = [0; SCHEME_MAX_BYTES];
        let (scheme, mut at) = scheme(raw, start, &mut buffer).unwrap_or(("", start));
        let has_host = match scheme {
            "javascript" | "vbscript" => return Some(""),
            "data" if !self.records_all() => return Some(EMPTY_DATA),
            "blob" if !self.records_all() => return Some("blob:"),
            "data" | "blob" => return None,
            "mailto" if !self.policy.is_some_and(|policy| policy.emails) => return Some("mailto:•@•"),
            // Browsers take any number of slashes for two.
            "http" | "https" | "ws" | "wss" | "ftp" => true,
            _ => {
                if !self.policy.is_some_and(|policy| policy.numbers) {
                    digits::zero(&mut self.rewrite, start, at);
                }
                slashes(self.text(at..len)) >= 2
            }
        };
        if has_host {
            at += slashes(self.text(at..len));
            let rest = self.text(at..len);
            let end = at + rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
            self.host(at..end);
            at = end;
        }
        let rest = self.text(at..len);
        let fragment = at + rest.find('#').unwrap_or(rest.len());
        let query = at + self.text(at..fragment).find('?').unwrap_or(fragment - at);
        if self.policy.is_none() && !(self.to_id && at == fragment) {
            let shown = at + slashes(rest).min(1);
            self.hide(shown..if self.to_id { fragment } else { len });
        } else {
            self.path(at..query);
            self.pairs(query + 1..fragment);
        }
        if fragment < len {
            self.fragment(fragment + 1..len);
        }
        None
    }

    /// User and password go, the host and the port stay but for long numbers.
    fn host(&mut self, range: Range<usize>) {
        let all = self.text(range.clone());
        let start = range.start + all.rfind('@').map_or(0, |at| at + 1);
        // Without any host the path would be taken for one.
        self.rewrite.replace(range.start, start, if start == range.end { VALUE_TOKEN } else { "" });
        let host = self.text(start..range.end);
        if email::has_at(host) && !self.policy.is_some_and(|policy| policy.emails) {
            return self.hide(start..range.end);
        }
        if self.policy.is_some_and(|policy| policy.numbers) {
            return;
        }
        let mut at = start;
        for label in host.split(['.', ':']) {
            if digits::count(label) >= HOST_MIN_DIGITS {
                digits::zero(&mut self.rewrite, at, at + label.len());
            }
            at += label.len() + 1;
        }
    }

    fn path(&mut self, range: Range<usize>) {
        let path = self.text(range.clone());
        let mut at = range.start;
        for segment in path.split(['/', '\\']) {
            let end = at + segment.len();
            // "/file;jsessionid=…" and "/token=…": parameters wherever they stand.
            let mut part_at = at;
            for part in segment.split(';') {
                let part_end = part_at + part.len();
                if part.contains('=') {
                    self.pair(part_at..part_end);
                } else {
                    self.segment(part_at..part_end, part_end == range.end);
                }
                part_at = part_end + 1;
            }
            at = end + 1;
        }
    }

    fn segment(&mut self, range: Range<usize>, is_last: bool) {
        let Some(policy) = self.policy else {
            return self.hide(range);
        };
        let segment = self.text(range.clone());
        let plain = decoded(segment);
        let is_resource = is_last && is_resource(&plain);
        if secret::is_key(&plain) || !is_resource && secret::is_random(&plain, RANDOM_MIN_CHARS) {
            self.hide(range);
        } else if !policy.emails && email::has_at(&plain) {
            self.rewrite.replace(range.start, range.end, EMAIL_TOKEN);
        } else if !policy.numbers && !text::is_recorded_address(&plain, policy) {
            self.zero(range);
        }
    }

    /// Zeroes the digits of a segment, percent-encoded ones too.
    fn zero(&mut self, range: Range<usize>) {
        let segment = self.text(range.clone());
        let (mut at, mut has_digit, mut has_percent) = (0, false, false);
        while let Some((end, c)) = unit(segment, at) {
            has_digit |= digits::is_digit(c) && c != '0';
            has_percent |= c == '%';
            at = end;
        }
        if has_digit && has_percent {
            // A stray percent sign could join the zeroes after it to a new escape.
            return self.hide(range);
        }
        at = 0;
        while let Some((end, c)) = unit(segment, at).filter(|_| has_digit) {
            if digits::is_digit(c) && c != '0' {
                let is_escape = segment.as_bytes().get(at) == Some(&b'%');
                self.rewrite.replace(range.start + at, range.start + end, if is_escape { "%30" } else { "0" });
            }
            at = end;
        }
    }

    fn pairs(&mut self, range: Range<usize>) {
        let query = self.text(range.clone());
        let mut at = range.start;
        for pair in query.split(['&', ';']) {
            self.pair(at..at + pair.len());
            at += pair.len() + 1;
        }
    }

    /// "key=value": the key stays when it is a short word, the value only when everything is recorded.
    fn pair(&mut self, range: Range<usize>) {
        let pair = self.text(range.clone());
        let (key, value) = pair.split_once('=').unwrap_or(("", pair));
        let value_at = range.end - value.len();
        if self.records_all() {
            let plain = decoded(value);
            // An address inside the value carries its own parameters.
            let nested = plain.contains('=') && secret::is_secret_name(&plain);
            let hidden = secret::is_key(&plain) || secret::is_random(&plain, RANDOM_MIN_CHARS);
            if hidden || nested || secret::is_secret_name(key) {
                self.hide(value_at..range.end);
            }
            return;
        }
        let is_word = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-');
        if key.len() > KEY_MAX_BYTES || !key.bytes().all(is_word) {
            self.hide(range.start..range.start + key.len());
        }
        self.hide(value_at..range.end);
    }

    fn fragment(&mut self, range: Range<usize>) {
        let fragment = self.text(range.clone());
        if self.to_id {
            let masked = self.rules.token(fragment);
            self.rewrite.replace(range.start, range.end, masked.as_str());
        } else if !self.records_all() {
            self.hide(range);
        } else {
            let query = range.start + fragment.find('?').unwrap_or(0);
            self.path(range.start..query);
            if fragment.contains('=') {
                self.pairs(query + usize::from(query > range.start)..range.end);
            } else {
                self.path(query..range.end);
            }
        }
    }
}

/// The scheme before the first colon, in lowercase, and where it ends. Schemes too long for the buffer are none we know.
fn scheme<'b>(raw: &str, start: usize, buffer: &'b mut [u8; SCHEME_MAX_BYTES]) -> Option<(&'b str, usize)> {
    let rest = raw.get(start..)?;
    let len = rest.find(|c: char| !c.is_ascii_alphabetic() && !digits::is_digit(c) && !matches!(c, '+' | '-' | '.'))?;
    let name = rest.get(..len).filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))?;
    if !rest.get(len..)?.starts_with(':') {
        return None;
    }
    let Some(lower) = buffer.get_mut(..len) else {
        return Some(("", start + len + 1));
    };
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    Some((core::str::from_utf8(lower).unwrap_or_default(), start + len + 1))
}

fn slashes(text: &str) -> usize {
    text.bytes().take_while(|byte| matches!(byte, b'/' | b'\\')).count()
}

fn is_resource(segment: &str) -> bool {
    let ending = segment.rsplit_once('.').map_or("", |(_, ending)| ending.trim_end_matches(digits::is_digit));
    RESOURCE_ENDINGS.contains(&ending)
}

/// A text with its percent escapes read.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut at = 0;
    while let Some((end, c)) = unit(text, at) {
        plain.push(c);
        at = end;
    }
    Cow::Owned(plain)
}

/// The next character at an offset, percent escapes read (encoded once or more often), and where it ends.
fn unit(text: &str, at: usize) -> Option<(usize, char)> {
    let c = text.get(at..)?.chars().next()?;
    let Some((first, end)) = escape(text.as_bytes(), at) else {
        return Some((at + c.len_utf8(), c));
    };
    let len = match first {
        0..0x80 => return Some((end, char::from(first))),
        0xC0..0xE0 => 2,
        0xE0..0xF0 => 3,
        0xF0.. => 4,
        _ => 1,
    };
    let mut bytes = [first, 0, 0, 0];
    let mut next = end;
    for byte in bytes.iter_mut().take(len).skip(1) {
        if let Some((more, end)) = escape(text.as_bytes(), next) {
            (*byte, next) = (more, end);
        }
    }
    let c = bytes.get(..len).and_then(|bytes| core::str::from_utf8(bytes).ok()).and_then(|text| text.chars().next());
    Some(c.map_or((end, char::REPLACEMENT_CHARACTER), |c| (next, c)))
}

/// The byte that an escape stands for, and where the escape ends.
fn escape(text: &[u8], at: usize) -> Option<(u8, usize)> {
    let hex = |at: usize| {
        let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        Some((digit(at)? * 16 + digit(at + 1)?) as u8)
    };
    text.get(at).filter(|byte| **byte == b'%')?;
    let (mut byte, mut end) = (hex(at + 1)?, at + 3);
    while let (b'%', Some(inner)) = (byte, hex(end)) {
        (byte, end) = (inner, end + 2);
    }
    Some((byte, end))
}
