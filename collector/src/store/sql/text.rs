//! Free text as the full-text index of each database takes it. SQLite splits text itself; for PostgreSQL it is split here in
//! the same way, so that both find the same: letters and digits make words, without accents, whatever the case.

use super::Connection;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters of a word that are compared.
const WORD_MAX: usize = 200;
/// Bytes of all words of one recording that PostgreSQL keeps at most: it takes a megabyte with their places.
const TEXT_MAX: usize = 400_000;
/// The last place that PostgreSQL can tell from the one after it.
const PLACE_MAX: usize = 16_383;

/// A question: every word must be there, as a whole or as a beginning.
pub(super) fn question(connection: &Connection, text: &str) -> String {
    match connection {
        Connection::Sqlite(_) => sqlite_question(text),
        Connection::Postgres(_) => postgres_question(text),
    }
}

fn sqlite_question(text: &str) -> String {
    let word = |word: &str| format!("\"{}\"*", word.replace('"', "\"\""));
    text.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

/// What stands between spaces is one phrase, of which the last word may go on.
fn postgres_question(text: &str) -> String {
    let phrase = |part: &str| {
        let words: Vec<String> = words(part).map(|word| format!("'{word}'")).collect();
        (!words.is_empty()).then(|| format!("({}:*)", words.join(" <-> ")))
    };
    text.split_whitespace().filter_map(phrase).collect::<Vec<_>>().join(" & ")
}

/// A text as a `tsvector`: its words with their places.
pub(super) fn document(text: &str) -> String {
    let mut all = String::new();
    for (at, word) in words(text).enumerate() {
        if all.len() + word.len() > TEXT_MAX || at >= PLACE_MAX {
            break;
        }
        all.push_str(&format!("'{word}':{} ", at + 1));
    }
    all
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric() && !is_combining_mark(letter)).filter_map(|word| {
        let plain = word.nfd().filter(|letter| !is_combining_mark(*letter));
        let word: String = plain.flat_map(char::to_lowercase).take(WORD_MAX).collect();
        (!word.is_empty()).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_never_operators() {
        assert_eq!(sqlite_question("a\"b OR near("), "\"a\"\"b\"* \"OR\"* \"near(\"*");
        assert_eq!(postgres_question("a'b | !near:* \\"), "('a' <-> 'b':*) & ('near':*)");
    }

    #[test]
    fn both_split_alike() {
        assert_eq!(document("https://Shop.example/Überzug"), "'https':1 'shop':2 'example':3 'uberzug':4 ");
    }
}
