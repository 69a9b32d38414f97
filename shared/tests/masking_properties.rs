//! Properties of the masking rules, over generated text: whatever the page holds, no planted canary survives, masking twice
//! is masking once, nothing panics, and the work grows with the length only.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use shared::mask::{ElementFacts, FIELD_TOKEN, Level, Marks, Policy, Rules};
use shared::strings::Kind;

/// What must never be seen: an address, a phone number and a card number, as text shows them.
const EMAILS: [&str; 11] = [
    "canary.jane@example.com",
    "canary.jane＠example.com",
    "canary.jane%40example.com",
    "canary.jane%2540example.com",
    "canary.jane @ example.com",
    "canary.jane (at) example [dot] com",
    "\"canary jane\"@example.com",
    "canary.jäne@bücher.example",
    "canary.jane at example dot com",
    "canary.jane@example[dot]com",
    "canary.jane&commat;example.com",
];
const NUMBERS: [&str; 5] =
    ["+49 151 23456789", "(555) 867-5309", "4111 1111 1111 1111", "٤١١١١١١١١١١١١١١١", "DE89370400440532013000"];

fn policies() -> impl Strategy<Value = Policy> {
    any::<[bool; 5]>().prop_map(|[numbers, emails, form_inputs, properties, allow_unmask]| Policy {
        numbers,
        emails,
        form_inputs,
        properties,
        allow_unmask,
    })
}

fn levels() -> impl Strategy<Value = Level> {
    (0..6_u8).prop_map(Level::from_byte)
}

/// Text made of what the rules look at, so that chance finds their corners.
fn tricky() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        proptest::sample::select(vec![
            "@",
            "＠",
            "%40",
            "%2540",
            "&#64;",
            "(at)",
            " [dot] ",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "<",
            ">",
            "\"",
            "'",
            ";",
            ":",
            "/",
            "//",
            "\\",
            "#",
            "?",
            "&",
            "=",
            "%",
            "%3",
            "%31",
            "%25",
            "%D9%A1",
            ".",
            ",",
            " ",
            "  ",
            "\n",
            "\t",
            "a",
            "Z",
            "anna",
            "x.de",
            "example.com",
            "1",
            "12",
            "٣",
            "４",
            "½",
            "²",
            "eyJhbGciOiJIUzI1NiJ9",
            "sk_",
            "ä",
            "•",
            "•@•",
            "•••",
            "•••••",
            "url(",
            "URL( ",
            "content:",
            "--x:",
            "@media ",
            "@import ",
            "@import",
            "@scope",
            "font:",
            "src:",
            "format(",
            "image-set(",
            "123456789",
            "/*",
            "*/",
            "\\40 ",
            "\\31",
            "javascript:",
            "data:",
            "mailto:",
            "tel:",
            "http://",
            "https:",
            "srcset",
            "token=",
            "q=",
            "2x",
            "0",
            "%2",
            "[a=",
            ".c12345",
            "#i12345",
            "!important",
            "-",
            "_",
            "A1b2C3d4E5f6G7h8I9j0",
            ".woff2",
            "m-abcdefgh",
        ])
        .prop_map(String::from),
        "[a-z0-9]{1,12}",
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

fn words() -> impl Strategy<Value = String> {
    "[a-zäß ,.!?\n-]{0,20}"
}

/// A card's number: what is needed for Luhn's sum comes last.
fn card(first: u32, digits: &[u32]) -> String {
    let digits: Vec<u32> = std::iter::once(first).chain(digits.iter().copied().take(14)).collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| if at % 2 == 0 { digit * 2 - digit / 5 * 9 } else { *digit })
        .sum();
    digits.iter().chain([&((10 - sum % 10) % 10)]).map(u32::to_string).collect()
}

/// A German account's number, whose check digits are what makes the remainder 1.
fn iban(digits: &[u32]) -> String {
    let account: String = digits.iter().chain(&digits[..3]).map(u32::to_string).collect();
    let rest = format!("{account}131400").bytes().fold(0, |rest, digit| (rest * 10 + u32::from(digit & 15)) % 97);
    format!("DE{:02}{account}", 98 - rest)
}

/// Of each property; more by `PROPTEST_CASES`.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(4000)
}

/// Every rule that takes one text, applied to it.
fn every_rule(rules: &Rules, level: Level, raw: &str) -> Vec<(&'static str, String)> {
    let mut results = vec![
        ("text", rules.text(raw, level)),
        ("field_value", rules.field_value(raw, level)),
        ("property", rules.property(raw)),
        ("token", rules.token(raw)),
        ("tokens", rules.tokens(raw)),
        ("name", rules.name(raw)),
        ("url", rules.url(raw)),
        ("url_in", rules.url_in(raw, level)),
        ("css", rules.css(raw, level)),
        ("style_attribute", rules.style_attribute(raw, level)),
    ];
    for (tag, name) in ATTRIBUTES {
        results.push((name, rules.attribute(tag, name, raw, level)));
    }
    results.into_iter().map(|(rule, masked)| (rule, masked.as_str().to_owned())).collect()
}

const ATTRIBUTES: [(&str, &str); 22] = [
    ("div", "class"),
    ("div", "id"),
    ("div", "style"),
    ("div", "title"),
    ("div", "data-x"),
    ("div", "data-state"),
    ("div", "data-token"),
    ("div", "aria-label"),
    ("div", "aria-level"),
    ("div", "aria-checked"),
    ("div", "onclick"),
    ("a", "href"),
    ("use", "href"),
    ("img", "src"),
    ("img", "srcset"),
    ("input", "value"),
    ("option", "value"),
    ("input", "max"),
    ("path", "d"),
    ("rect", "fill"),
    ("meta", "content"),
    ("script", "integrity"),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn masking_twice_is_masking_once(raw in tricky(), policy in policies(), level in levels(), salt: u64) {
        let rules = Rules::new(policy, salt);
        let once = every_rule(&rules, level, &raw);
        for (at, (rule, text)) in once.iter().enumerate() {
            let again = every_rule(&rules, level, text);
            prop_assert_eq!(&again[at].1, text, "{} of {:?}", rule, raw);
        }
    }

    #[test]
    fn nothing_panics_and_empty_stays_empty(raw: String, policy in policies(), level in levels()) {
        let rules = Rules::new(policy, 7);
        for (_, text) in every_rule(&rules, level, &raw) {
            prop_assert!(!raw.is_empty() || text.is_empty());
        }
        for byte in 0..=255 {
            let kind = Kind::from_byte(byte);
            let once = rules.again(kind, &raw).into_owned();
            prop_assert_eq!(&rules.again(kind, once.as_str()), &once);
        }
        let facts = ElementFacts { tag: &raw, name: Some(&raw), autocomplete: Some(&raw), role: Some(&raw), ..Default::default() };
        let marks = Marks::of_class(&raw).with(Marks::of_attribute("data-revisit", &raw)).with(Marks::of_attribute(&raw, &raw));
        rules.level(level, &facts, marks);
    }

    #[test]
    fn any_string_of_a_page_is_masked(units in proptest::collection::vec(prop_oneof![any::<u16>(), 0xD800..0xE000_u16, 0..0x80_u16], 0..64), policy in policies(), level in levels()) {
        // A page's strings are UTF-16 with lone surrogates; what the recorder is given is what `TextEncoder` makes of them.
        let raw = String::from_utf16_lossy(&units);
        let rules = Rules::new(policy, 7);
        let once = every_rule(&rules, level, &raw);
        for (at, (rule, text)) in once.iter().enumerate() {
            prop_assert_eq!(&every_rule(&rules, level, text)[at].1, text, "{} of {:?}", rule, raw);
        }
    }

    #[test]
    fn no_address_survives(
        email in proptest::sample::select(EMAILS.to_vec()), before in words(), after in words(), numbers: bool, form_inputs: bool,
    ) {
        let rules = Rules::new(Policy { numbers, form_inputs, ..Policy::default() }, 7);
        let raw = format!("{before} {email} {after}");
        for level in [Level::Page, Level::Hidden, Level::Field, Level::Secret, Level::Clear] {
            let text = rules.text(&raw, level);
            prop_assert!(!text.as_str().contains("canary"), "{:?}", text);
            let field = rules.field_value(&raw, level);
            prop_assert!(!field.as_str().contains("canary"), "{:?}", field);
        }
        let sheet = format!("p::after {{ content: \"{}\"; }}", raw.replace('"', "\\\"").replace('\n', " "));
        prop_assert!(!rules.css(&sheet, Level::Page).as_str().contains("canary"), "{}", sheet);
    }

    #[test]
    fn no_number_survives(
        number in proptest::sample::select(NUMBERS.to_vec()), before in words(), after in words(), emails: bool, form_inputs: bool,
    ) {
        let rules = Rules::new(Policy { emails, form_inputs, ..Policy::default() }, 7);
        let raw = format!("{before}{number}{after}");
        let is_digit = |c: char| c.is_numeric() && c != '0';
        for level in [Level::Page, Level::Hidden, Level::Field, Level::Secret, Level::Clear] {
            let (text, field) = (rules.text(&raw, level), rules.field_value(&raw, level));
            prop_assert!(!text.as_str().contains(is_digit), "{:?}", text);
            prop_assert!(!field.as_str().contains(is_digit), "{:?}", field);
        }
        let address = format!("https://example.com/{}?q={number}#{number}", raw.replace(['?', '#'], " "));
        prop_assert!(!rules.url(&address).as_str().contains(is_digit), "{:?}", rules.url(&address));
        let encoded: String = number.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let address = format!("/{encoded}/x");
        let masked = rules.url(&address);
        prop_assert_eq!(masked.as_str(), "/•••/x");
    }

    #[test]
    fn no_card_or_account_survives_any_policy(
        digits in proptest::collection::vec(0..10_u32, 15), first in 3..7_u32, groups in 0..4_usize, gap in "[ .\u{a0}-]", is_iban: bool,
        zero in proptest::sample::select(vec![0x30, 0x660, 0x966, 0xFF10, 0x1D7CE]), before in words(), after in words(), policy in policies(),
    ) {
        let (number, groups) = if is_iban { (iban(&digits), &[22, 4][..]) } else { (card(first, &digits), [&[16][..], &[4], &[4, 6, 6], &[8]][groups]) };
        let groups = if is_iban { &groups[usize::from(zero != 0x30 || gap == ".")..][..1] } else { groups };
        let script = |digit: char| digit.to_digit(10).map_or(digit, |digit| char::from_u32(zero + digit).unwrap());
        let (mut written, mut at) = (String::new(), 0);
        for size in groups.iter().chain(std::iter::repeat(groups.last().unwrap())) {
            written.extend(number[at..number.len().min(at + size)].chars().map(script));
            at += size;
            if at >= number.len() {
                break;
            }
            written.push_str(&gap);
        }
        let rules = Rules::new(policy, 7);
        for level in [Level::Page, Level::Clear, Level::Field] {
            let masked = rules.text(&format!("{before} {written} {after}"), level).into_owned();
            prop_assert!(!masked.as_str().contains(|c: char| c.is_numeric() && c != '0'), "{} is {:?}", written, masked);
        }
        let address = format!("/pay?number={}", written.replace(' ', "%20"));
        let masked = rules.url(&address).into_owned();
        prop_assert_eq!(masked.as_str(), "/pay?number=•••");
        let title = rules.attribute("p", "title", &written, Level::Page).into_owned();
        prop_assert_eq!(title.as_str(), "•••");
    }

    #[test]
    fn no_canary_survives_in_any_attribute(
        canary in proptest::sample::select(EMAILS.into_iter().chain(NUMBERS).collect::<Vec<_>>()), name in "[a-z][a-z-]{0,20}",
        tag in "[a-z]{1,8}", numbers: bool, form_inputs: bool,
    ) {
        // An unknown name, whatever the element: nothing of the value stays.
        let rules = Rules::new(Policy { numbers, form_inputs, ..Policy::default() }, 7);
        let name = format!("data-{name}-unknown");
        let masked = rules.attribute(&tag, &name, canary, Level::Page);
        prop_assert!(masked.as_str().chars().all(|c| c == '•'), "{:?}", masked);
    }

    #[test]
    fn a_run_keeps_its_pieces(pieces in proptest::collection::vec(tricky(), 0..6), policy in policies(), level in levels()) {
        let rules = Rules::new(policy, 7);
        let (whole, mut ends) = joined(&pieces);
        let masked = rules.text_run(&whole, &mut ends, level);
        prop_assert_eq!(ends.len(), pieces.len());
        prop_assert!(ends.is_sorted());
        prop_assert_eq!(ends.last().copied().unwrap_or(0), masked.as_str().len());
        prop_assert_eq!(&masked, &rules.text(&whole, level));
        let mut again = ends.clone();
        prop_assert_eq!(&rules.text_run(masked.as_str(), &mut again, level), &masked);
        prop_assert_eq!(again, ends);
    }

    #[test]
    fn an_address_cut_anywhere_is_found(cuts in proptest::collection::vec(0..23_usize, 0..5)) {
        let email = EMAILS[0];
        let mut cuts = cuts;
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut start = 0;
        for cut in cuts {
            pieces.push(&email[start..cut]);
            start = cut;
        }
        pieces.push(&email[start..]);
        let (whole, mut ends) = joined(&pieces);
        let shown = Rules::default().text_run(&whole, &mut ends, Level::Page).into_owned();
        let shown = shown.as_str();
        prop_assert!(ends.iter().all(|end| *end == 0 || *end == shown.len()), "the first piece with a part of it holds it all");
        prop_assert_eq!(shown, "•@•");
    }

    #[test]
    fn prose_is_borrowed(raw in "[a-zA-ZäöüßéèñçœåøÆ€ .,!?'\n-]{0,200}", policy in policies()) {
        let rules = Rules::new(policy, 7);
        let text = rules.text(&raw, Level::Page);
        prop_assert_eq!(text.as_str(), raw.as_str());
        prop_assert!(text.is_borrowed());
    }

    #[test]
    fn secrets_stay_secret_under_every_policy(raw in ".{1,40}", policy in policies(), marks in 0..16_u8) {
        let rules = Rules::new(policy, 7);
        let facts = ElementFacts { tag: "input", input_type: Some("password"), ..Default::default() };
        let level = rules.level(Level::Clear, &facts, Marks::from_bits(marks));
        prop_assert!(matches!(level, Level::Secret | Level::Blocked));
        let (value, attribute) = (rules.field_value(&raw, level), rules.attribute("input", "value", &raw, level));
        prop_assert_eq!(value.as_str(), FIELD_TOKEN);
        prop_assert_eq!(attribute.as_str(), FIELD_TOKEN);
    }

    #[test]
    fn what_a_parent_hides_stays_hidden(parent in 2..6_u8, own in 0..6_u8, policy in policies()) {
        let (parent, own) = (Level::from_byte(parent), Level::from_byte(own));
        let level = shared::mask::reduce(parent, Some(own), policy);
        let unmasked_field = parent == Level::Field && own == Level::Clear && policy.allow_unmask;
        prop_assert!(unmasked_field || !matches!(level, Level::Page | Level::Clear), "{:?} in {:?}: {:?}", own, parent, level);
    }
}

/// Pieces put together, and where each of them ends.
fn joined<Piece: AsRef<str>>(pieces: &[Piece]) -> (String, Vec<usize>) {
    let (mut whole, mut ends) = (String::new(), Vec::new());
    for piece in pieces {
        whole.push_str(piece.as_ref());
        ends.push(whole.len());
    }
    (whole, ends)
}

/// A megabyte of each of these is the worst case of a rule that looks back or ahead without bound.
#[rustfmt::skip]
const ADVERSARIAL: [&str; 44] = [
    "@", "a@", "@ ", "a @b ", "a @ ", "\"", "\"a", "\"a\"", "a\"@", "\"a b\"@", "(at)", "a(at)", "a (at) ", "a[dot]b",
    "a@b[dot]", "(", "<<", "%", "%25", "%2", "%E4", "%E4%25", "&#64;", "\\u0040", "eyJ", "e.eyJ", "A1b2", "sk_1", "1",
    "٣", "/", "/;=", "?&", "#", "//@", ":", "/*", "/**/", "\\", "\\3 ", "url(", "'", "[a=", "{;}",
];

#[test]
fn work_and_result_grow_with_the_length_only() {
    const LEN: usize = 1 << 20;
    // Some seconds are needed; a rule that is quadratic in one of the cases needs many minutes.
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(180);
    let (done, finished) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let rules = Rules::new(Policy::default(), 7);
        for part in ADVERSARIAL {
            let raw = part.repeat(LEN / part.len());
            let mut ends: Vec<usize> = (1..=raw.len() / part.len()).map(|count| count * part.len()).collect();
            let run = rules.text_run(&raw, &mut ends, Level::Page);
            let results = [
                rules.text(&raw, Level::Page),
                rules.text(&raw, Level::Hidden),
                rules.url(&raw),
                rules.css(&raw, Level::Page),
                rules.tokens(&raw),
                rules.attribute("img", "srcset", &raw, Level::Page),
            ];
            // The longest token in the place of the shortest word.
            let is_bounded = results.iter().all(|text| text.as_str().len() <= 20 * raw.len());
            done.send((part, is_bounded && ends.last() == Some(&run.as_str().len()))).unwrap();
        }
    });
    for part in ADVERSARIAL {
        assert_eq!(finished.recv_timeout(PATIENCE), Ok((part, true)), "{part:?}");
    }
}
