//! What the masking rules change by mistake: prose in six languages, written for this test, without a number or an address in
//! it. Every word that changes is one that a viewer of the recording misses. Then prices and dates, which follow the settings.
#![allow(clippy::unwrap_used)]

use shared::mask::{Level, Policy, Rules};

const PROSE: [(&str, &str); 6] = [
    ("English", include_str!("prose/english.txt")),
    ("German", include_str!("prose/german.txt")),
    ("French", include_str!("prose/french.txt")),
    ("Spanish", include_str!("prose/spanish.txt")),
    ("Russian", include_str!("prose/russian.txt")),
    ("Japanese", include_str!("prose/japanese.txt")),
];

const NOTHING: Policy =
    Policy { numbers: false, emails: false, form_inputs: false, properties: false, allow_unmask: false };

#[test]
fn no_word_of_prose_changes() {
    let rules = Rules::new(NOTHING, 7);
    for (language, prose) in PROSE {
        let masked = rules.text(prose, Level::Page);
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let (before, after) = (words(prose), words(masked.as_str()));
        // Japanese writes no spaces: its words are counted by two characters.
        let size = if language == "Japanese" { prose.chars().count() / 2 } else { before.len() };
        assert!(size > 240, "{language}: {size} words are no measure");
        assert_eq!(before.len(), after.len(), "{language}: words were drawn together");
        let changed: Vec<_> = before.iter().zip(&after).filter(|(before, after)| before != after).collect();
        assert_eq!(changed.len(), 0, "{language}, of {size} words: {changed:?}");
        // One word after the other, as a page has them in cells and labels.
        for word in before {
            assert_eq!(rules.text(&word, Level::Page).as_str(), word, "{language}");
        }
    }
}

/// As a heading, a link, an option of a menu, a file's name: whole lines in the places where other rules hold.
#[test]
fn prose_is_no_address_and_no_key_in_other_places() {
    let rules = Rules::new(NOTHING, 7);
    for (language, prose) in PROSE {
        for line in prose.lines().filter(|line| !line.contains(['"', '\'', '\\', '(', ')'])) {
            let sheet = format!("p::after {{ content: \"{line}\" }}");
            assert_eq!(rules.css(&sheet, Level::Page).as_str(), sheet, "{language}");
        }
        for word in prose.split(|c: char| !c.is_alphanumeric()) {
            let (path, sheet) = (format!("/blog/{word}/x"), format!(".{word}{{a:b}}"));
            assert_eq!(rules.url(&path).as_str(), path, "{language}");
            assert_eq!(rules.tokens(word).as_str(), word, "{language}");
            if !word.is_empty() {
                assert_eq!(rules.css(&sheet, Level::Page).as_str(), sheet, "{language}");
            }
        }
    }
}

#[test]
fn prices_and_dates_follow_the_settings() {
    let cases = [
        ("It cost $1,234.50 on 24 November 2026, at 7:30 p.m.", "It cost $0,000.00 on 00 November 0000, at 0:00 p.m."),
        ("Am 24.11.2026 um 19.33 Uhr: 1.234,50 € (−15 %)", "Am 00.00.0000 um 00.00 Uhr: 0.000,00 € (−00 %)"),
        ("Le 24/11/2026 à 19 h 33, 1 234,50 €", "Le 00/00/0000 à 00 h 00, 0 000,00 €"),
        ("El 24 de noviembre de 2026: 1.234,50 €", "El 00 de noviembre de 0000: 0.000,00 €"),
        ("24 ноября 2026 г., 1 234,50 ₽", "00 ноября 0000 г., 0 000,00 ₽"),
        ("2026年11月24日、１２３４円", "0000年00月00日、0000円"),
        ("٢٤ نوفمبر ٢٠٢٦", "00 نوفمبر 0000"),
        ("3 for 2 @ 4.99 each", "0 for 0 @ 0.00 each"),
    ];
    for (raw, masked) in cases {
        assert_eq!(Rules::new(NOTHING, 7).text(raw, Level::Page).as_str(), masked);
        let numbers = Rules::new(Policy { numbers: true, ..NOTHING }, 7);
        assert_eq!(numbers.text(raw, Level::Page).as_str(), raw);
    }
}
