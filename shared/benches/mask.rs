//! What masking costs: nanoseconds per byte of ordinary and of adversarial text, from a kilobyte to ten megabytes.
//! In: nothing. Out: a table on stdout, the worst line last: at most 20 ns/byte is the aim (1 MB in 20 ms), and the cost of a
//! byte must not grow with the length. Only time on the processor counts, so a busy machine disturbs little.
#![allow(clippy::print_stdout, reason = "a bench's output is its purpose")]

use shared::mask::{Level, Masked, Policy, Rules};
use std::hint::black_box;
use std::time::Instant;

const SIZES: [usize; 4] = [1 << 10, 100 << 10, 1 << 20, 10 << 20];
/// As much is masked in each size at least: the processor's time is told in steps of milliseconds.
const MIN_BYTES: usize = 4 << 20;
const AIM_NS: f64 = 20.0;

const ORDINARY: [(&str, &str); 6] = [
    ("English prose", "It was a bright cold day in April, and the clocks were striking; she hurried home. "),
    ("German prose", "Über den Dächern glühte der Abend, während die Straßenbahn langsam zum Bahnhof fuhr. "),
    ("Russian prose", "Все счастливые семьи похожи друг на друга, каждая несчастливая по-своему. "),
    ("Chinese prose", "从前有一座山，山上有一座庙，庙里有一个老和尚在讲故事。"),
    ("a shop's texts", "Nur noch 3 Stück für 49,90 € statt 79,99 € – Lieferung am 24.11.2026 an anna@example.com. "),
    ("a table", "2026-11-24 | 4111 1111 1111 1111 | DE89 3704 0044 0532 0130 00 | +49 151 23456789\n"),
];

/// What a rule may look back or ahead for, again and again.
#[rustfmt::skip]
const ADVERSARIAL: [&str; 60] = [
    "@", "a@", "@ ", "a @b ", "a @ ", "\"", "\"a", "\"a\"", "a\"@", "\"a b\"@", "(at)", "a(at)", "a (at) ", "a[dot]b",
    "a@b[dot]", "(", "<<", "%", "%25", "%2", "%E4", "%E4%25", "&#64;", "\\u0040", "eyJ", "e.eyJ", "A1b2", "sk_1", "1",
    "٣", "/", "/;=", "?&", "#", "//@", ":", "/*", "/**/", "\\", "\\3 ", "url(", "'", "[a=", "{;}", "at ", "a at ", " dot",
    "a at b dot ", "dot ", "s.", "sk.", "sk_live_a-", "eyJ-", "😀", "é", "𞱱", "a\u{a0}", "=", "key=", "•@• ",
];

type Mask = for<'a> fn(&Rules, &'a str) -> Masked<'a>;

const RULES: [(&str, Mask); 6] = [
    ("text", |rules, raw| rules.text(raw, Level::Page)),
    ("hidden text", |rules, raw| rules.text(raw, Level::Hidden)),
    ("address", |rules, raw| rules.url(raw)),
    ("style sheet", |rules, raw| rules.css(raw, Level::Page)),
    ("classes", |rules, raw| rules.tokens(raw)),
    ("srcset", |rules, raw| rules.attribute("img", "srcset", raw, Level::Page)),
];

/// Time on the processor, not on the clock: what other programs take in between does not count.
fn processor_ns() -> f64 {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let spent = spent.split(' ').next().and_then(|ns| ns.parse().ok());
    spent.unwrap_or_else(|| START.with(Instant::elapsed).as_nanos() as f64)
}

thread_local! {
    static START: Instant = Instant::now();
}

fn ns_per_byte(raw: &str, mask: impl Fn(&str)) -> f64 {
    let runs = MIN_BYTES.div_ceil(raw.len());
    let start = processor_ns();
    for _ in 0..runs {
        mask(black_box(raw));
    }
    (processor_ns() - start) / (runs * raw.len()) as f64
}

fn filled(part: &str, len: usize) -> String {
    part.repeat(len.div_ceil(part.len()))
}

/// A line for one input; its largest cost.
fn line(label: &str, part: &str, rules: &Rules, mask: Mask) -> f64 {
    let costs = SIZES.map(|size| ns_per_byte(&filled(part, size), |raw| drop(black_box(mask(rules, raw)))));
    let most = costs.iter().copied().fold(0.0, f64::max);
    let least = costs.iter().copied().fold(f64::INFINITY, f64::min);
    let shown: String = costs.iter().map(|cost| format!("{cost:>9.2}")).collect();
    println!("{label:<34}{shown}{:>9.2}", most / least);
    most
}

fn main() {
    let rules = Rules::new(Policy::default(), 7);
    println!("{:<34}{:>9}{:>9}{:>9}{:>9}{:>9}   ns/byte", "text of a page", "1 KB", "100 KB", "1 MB", "10 MB", "flat");
    for (name, part) in ORDINARY {
        line(name, part, &rules, RULES[0].1);
    }
    println!("\nadversarial: the worst two of {} for each rule", ADVERSARIAL.len());
    let mut worst: (f64, String) = (0.0, String::new());
    for (name, mask) in RULES {
        let cost = |part| ns_per_byte(&filled(part, SIZES[1]), |raw| drop(black_box(mask(&rules, raw))));
        let mut costs = ADVERSARIAL.map(|part| (cost(part), part));
        costs.sort_by(|one, other| other.0.total_cmp(&one.0));
        for (_, part) in costs.iter().take(2) {
            let label = format!("{name}: {part:?}");
            let most = line(&label, part, &rules, mask);
            if most > worst.0 {
                worst = (most, label);
            }
        }
    }
    let word = if worst.0 <= AIM_NS { "within" } else { "over" };
    println!("\nworst: {:.1} ns/byte, {}: {word} the aim of {AIM_NS} ns/byte", worst.0, worst.1);
}
