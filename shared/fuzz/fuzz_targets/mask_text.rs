//! Text of a page with something in it that must not be seen, through every rule: the canary is gone after the rules for text,
//! masking twice is masking once, and nothing panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shared::mask::{Level, Policy, Rules};
use shared::strings::Kind;

const CANARIES: [&str; 3] = ["canary.jane@example.com", "+49 151 23456789", "4111 1111 1111 1111"];

fuzz_target!(|bytes: &[u8]| {
    let [choice, at, rest @ ..] = bytes else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let canary = CANARIES[usize::from(choice >> 4) % CANARIES.len()];
    let cut = text.floor_char_boundary(usize::from(*at).min(text.len()));
    let planted = format!("{} {canary} {}", &text[..cut], &text[cut..]);
    let rules = Rules::new(Policy::default(), 7);
    let level = Level::from_byte(choice & 7);
    let hides = |masked: &str| assert!(!masked.contains(canary), "{planted:?} is shown as {masked:?}");
    for raw in [text, &planted] {
        for masked in [rules.text(raw, level), rules.field_value(raw, level), rules.property(raw)] {
            hides(masked.as_str());
            hides(rules.again(Kind::Text, masked.as_str()).as_str());
        }
        let masks: [fn(&Rules, &str, Level) -> String; 6] = [
            |rules, raw, level| rules.text(raw, level).as_str().to_owned(),
            |rules, raw, level| rules.css(raw, level).as_str().to_owned(),
            |rules, raw, level| rules.url_in(raw, level).as_str().to_owned(),
            |rules, raw, level| rules.attribute("img", "srcset", raw, level).as_str().to_owned(),
            |rules, raw, _| rules.tokens(raw).as_str().to_owned(),
            |rules, raw, _| rules.name(raw).as_str().to_owned(),
        ];
        for (rule, mask) in masks.into_iter().enumerate() {
            let once = mask(&rules, raw, level);
            assert_eq!(mask(&rules, &once, level), once, "rule {rule} of {raw:?}");
        }
        for kind in 0..7 {
            let once = rules.again(Kind::from_byte(kind), raw);
            assert_eq!(rules.again(Kind::from_byte(kind), once.as_str()), once, "kind {kind} of {raw:?}");
        }
    }
});
