//! Text of a page with something in it that must not be seen, through every rule: the canary is gone, masking twice is
//! masking once, nothing panics.
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
    for raw in [text, &planted] {
        for masked in [rules.text(raw, level), rules.field_value(raw, level), rules.property(raw)] {
            assert!(!masked.as_str().contains(canary), "{raw:?} is shown as {masked:?}");
        }
        let (text, css) = (rules.text(raw, level), rules.css(raw, level));
        assert_eq!(rules.text(text.as_str(), level), text);
        assert_eq!(rules.css(css.as_str(), level), css);
        for kind in 0..7 {
            let kind = Kind::from_byte(kind);
            let once = rules.again(kind, raw);
            assert_eq!(rules.again(kind, once.as_str()), once, "{kind:?}");
        }
    }
});
