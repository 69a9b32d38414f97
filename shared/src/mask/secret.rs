//! What is secret by its shape or by its name. In: a word, or the name of a field, parameter or attribute. Out: whether.
//! Shapes are few and narrow on purpose: they hold under every policy.

use super::digits::{self, is_digit};
use super::read::{byte, char_at, find, next_item, part, push, starts};
use alloc::string::String;

/// Fewer bytes are no key.
const KEY_MIN_BYTES: usize = 20;
/// How keys of well-known services begin.
const KEY_PREFIXES: &str = "sk_ rk_ sk-proj- sk-ant- ghp_ gho_ ghs_ github_pat_ glpat- xoxb- xoxp- akia aiza ya29.";
/// Names of secrets: parts of a name wherever they stand in it, and after `=` whole words of it.
const SECRETS: &str = "password passwd passwort kennwort contrasena motdepasse passcode passphrase secret token csrf xsrf \
    apikey accesskey privatekey signature credential sessionid sessid nonce =pwd =pass =pin =otp";
/// More of them that mean a secret in an address or as an attribute.
const PARAMETERS: &str = "=key =sig =auth =sid =session =jwt =ticket =bearer =authorization";
/// More of them that mean payment, an account or a one-time code as a field.
const FIELDS: &str = "cardnum cardno cardcode cardholder cardexp cardverif nameoncard ccnum ccexp cccvc cccvv cccsc ccname \
    creditcard debitcard kreditkarte kartennummer paymentnumber securitycode verificationcode onetime accountn kontonummer \
    routingnumber sortcode socialsecurity seedphrase mnemonic twofactor 2fa =cvc =cvv =csc =totp =mfa =tan =ssn =iban =bic";

/// Whether the name of a parameter or of an attribute says that its value is secret.
#[inline(never)]
pub(super) fn is_secret_name(name: &str) -> bool {
    let words = words(name);
    words == " code " || has_any(&words, SECRETS) || has_any(&words, PARAMETERS)
}

/// Whether a field's name, id or label says that it takes a password, a payment or a code.
#[inline(never)]
pub(super) fn is_secret_field(name: &str) -> bool {
    let words = words(name);
    has_any(&words, SECRETS) || has_any(&words, FIELDS)
}

/// A name cut into lowercase words, a space around each: "cardNumber_2" is " card number 2 ".
fn words(name: &str) -> String {
    let mut words = String::from(" ");
    let mut before = 0_u8;
    for now in name.bytes() {
        let is_word = now.is_ascii_alphanumeric() || now >= 0x80;
        let begins =
            now.is_ascii_uppercase() && !before.is_ascii_uppercase() || now.is_ascii_digit() != before.is_ascii_digit();
        if (!is_word || begins) && !words.ends_with(' ') {
            push(&mut words, ' ');
        }
        if is_word {
            push(&mut words, char::from(now.to_ascii_lowercase()));
        }
        before = now;
    }
    push(&mut words, ' ');
    words
}

#[inline(never)]
fn has_any(words: &str, list: &str) -> bool {
    let mut next = 0;
    while let Some((start, end)) = next_item(list, next) {
        let is_whole = byte(list, start) == b'=';
        let name = part(list, start + usize::from(is_whole), end);
        for at in 0..words.len() {
            if starts_spaced(words, at, name, is_whole) {
                return true;
            }
        }
        next = end;
    }
    false
}

/// Whether a name stands at an offset: as a whole word, or with the spaces between words left out.
fn starts_spaced(words: &str, mut at: usize, name: &str, is_whole: bool) -> bool {
    if is_whole {
        return byte(words, at) == b' ' && starts(words, at + 1, name) && byte(words, at + 1 + name.len()) == b' ';
    }
    for expected in name.bytes() {
        if byte(words, at) == b' ' {
            at += 1;
        }
        if byte(words, at) != expected {
            return false;
        }
        at += 1;
    }
    true
}

/// Whether a word is a key for its beginning: a signed token (JWT) anywhere in it, or a well-known service's key.
#[inline(never)]
pub(super) fn is_key(word: &str) -> bool {
    if word.len() < KEY_MIN_BYTES {
        return false;
    }
    let mut at = 0;
    while at < word.len() {
        // The beginning of every base64 text of a JSON object, as a JWT has it.
        let end = if byte(word, at) == b'e' && part(word, at, at + 3) == "eyJ" { key_end(word, at) } else { at + 1 };
        if end - at >= KEY_MIN_BYTES {
            return true;
        }
        // "eyJ" inside a word begins nothing.
        at = if byte(word, at).is_ascii_alphanumeric() {
            find(word, at, word.len(), |c| !c.is_ascii_alphanumeric() && !is_digit(c))
        } else {
            at + 1
        };
    }
    let mut next = 0;
    while let Some((start, end)) = next_item(KEY_PREFIXES, next) {
        if starts(word, 0, part(KEY_PREFIXES, start, end)) {
            return key_end(word, 0) == word.len() && digits::count(word) > 0;
        }
        next = end;
    }
    false
}

fn key_end(word: &str, at: usize) -> usize {
    find(word, at, word.len(), |c| !(c.is_ascii_alphabetic() || is_digit(c) || matches!(c, '-' | '_' | '.' | '=')))
}

/// Whether a word looks drawn at random: long, and letters, digits and cases alternate as in no language. Words of
/// `min_chars` and more.
#[inline(never)]
pub(super) fn is_random(word: &str, min_chars: usize) -> bool {
    let (mut at, mut chars, mut digits, mut switches) = (0, 0, 0, 0);
    let mut before = 0_u8;
    while let Some((c, end)) = char_at(word, at) {
        let kind = if is_digit(c) {
            1
        } else if c.is_ascii_uppercase() {
            3
        } else if c.is_ascii_lowercase() {
            2
        } else if matches!(c, '-' | '_' | '.' | '~' | '=' | '+' | '%') {
            0
        } else {
            return false;
        };
        chars += 1;
        digits += usize::from(kind == 1);
        let is_switch = kind != before && kind != 0 && before != 0 && !(kind == 2 && before == 3);
        switches += usize::from(is_switch);
        (before, at) = (kind, end);
    }
    chars >= min_chars && digits >= 2 && switches * 5 >= chars
}
