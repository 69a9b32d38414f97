//! What is secret by its shape or by its name. In: a word, or the name of a field, parameter or attribute. Out: whether.
//! Shapes are few and narrow on purpose: they hold under every policy.

use super::kinds::{ALPHANUMERIC, DIGIT, LETTER, LOWER, OTHER, UPPER, count, find, has, kind, next, signs};
use super::read::{begins_with_any, byte, is_listed, next_item, part};

/// Fewer bytes are no key.
const KEY_MIN_BYTES: usize = 20;
/// How keys of well-known services begin.
const KEY_PREFIXES: &str = "sk_ rk_ sk-proj- sk-ant- ghp_ gho_ ghs_ github_pat_ glpat- xoxb- xoxp- akia aiza ya29.";
/// Names of secrets: parts of a name wherever they stand in it, and after `=` whole words of it. First what means payment,
/// an account or a one-time code as a field, then what is secret everywhere, last what is in an address or as an attribute.
const NAMES: &str = "cardnum cardno cardcode cardholder cardexp cardverif nameoncard ccnum ccexp cccvc cccvv cccsc ccname \
    creditcard debitcard kreditkarte kartennummer paymentnumber securitycode verificationcode onetime accountn kontonummer \
    routingnumber sortcode socialsecurity seedphrase mnemonic twofactor 2fa =cvc =cvv =csc =totp =mfa =tan =ssn =iban =bic \
    password passwd passwort kennwort contrase motdepasse passcode passphrase secret token csrf xsrf \
    apikey accesskey privatekey signature credential sessionid sessid nonce =pwd =pass =pin =otp \
    =key =sig =auth =sid =session =jwt =ticket =bearer =authorization";
/// Where the names begin that are secret everywhere, and where they end.
const EVERYWHERE: usize = offset_of(b" password");
const IN_ADDRESSES: usize = offset_of(b" =key");

const fn offset_of(name: &[u8]) -> usize {
    let mut start = 0;
    loop {
        let mut same = 0;
        while same < name.len() && NAMES.as_bytes()[start + same] == name[same] {
            same += 1;
        }
        if same == name.len() {
            return start;
        }
        start += 1;
    }
}

/// Whether the name of a parameter or of an attribute says that its value is secret.
#[inline(never)]
pub(super) fn is_secret_name(name: &str) -> bool {
    is_listed("code", name) || has_any(name, part(NAMES, EVERYWHERE, NAMES.len()))
}

/// Whether a field's name, id or label says that it takes a password, a payment or a code.
pub(super) fn is_secret_field(name: &str) -> bool {
    has_any(name, part(NAMES, 0, IN_ADDRESSES))
}

#[inline(never)]
fn has_any(name: &str, list: &str) -> bool {
    let mut end = 0;
    loop {
        let start = next_item(list, &mut end);
        if start == end {
            return false;
        }
        let is_whole = byte(list, start) == b'=';
        let secret = part(list, start + usize::from(is_whole), end);
        let mut at = 0;
        while at < name.len() {
            let stop = name_end(name, at, secret);
            if stop > 0 && (!is_whole || begins_word(name, at) && begins_word(name, stop)) {
                return true;
            }
            at += 1;
        }
    }
}

/// Where a name ends that stands at an offset, whatever signs are between its letters; 0 when it does not.
fn name_end(text: &str, mut at: usize, name: &str) -> usize {
    let mut index = 0;
    while index < name.len() {
        if index > 0 {
            at = find(text, at, text.len(), ALPHANUMERIC | OTHER);
        }
        if byte(text, at).to_ascii_lowercase() != byte(name, index) {
            return 0;
        }
        (at, index) = (at + 1, index + 1);
    }
    at
}

/// Whether a word ends or begins between two characters: "cardNumber2" has three of them.
fn begins_word(name: &str, at: usize) -> bool {
    const WORD: u32 = ALPHANUMERIC | OTHER;
    let (before, now) = (kind(name, at.wrapping_sub(1)), kind(name, at));
    before & WORD == 0 || now & WORD == 0 || before != UPPER && now == UPPER || (before == DIGIT) != (now == DIGIT)
}

/// Whether a word is a key for its beginning: a signed token (JWT) anywhere in it, or a well-known service's key.
#[inline(never)]
pub(super) fn is_key(word: &str) -> bool {
    const KEY: u32 = ALPHANUMERIC | signs(b"-_.=");
    let len = word.len();
    if len < KEY_MIN_BYTES {
        return false;
    }
    let mut at = 0;
    while at < len {
        // The beginning of every base64 text of a JSON object, as a JWT has it; inside a word it begins nothing.
        let is_token = byte(word, at) == b'e' && byte(word, at + 1) == b'y' && byte(word, at + 2) == b'J';
        if is_token && find(word, at, len, !KEY) - at >= KEY_MIN_BYTES {
            return true;
        }
        at = find(word, find(word, at, len, !ALPHANUMERIC), len, ALPHANUMERIC);
    }
    begins_with_any(word, 0, KEY_PREFIXES) && !has(word, !KEY) && has(word, DIGIT)
}

/// Whether a word looks drawn at random: long, and letters, digits and cases alternate as in no language. Words of
/// `min_chars` and more.
#[inline(never)]
pub(super) fn is_random(word: &str, min_chars: usize) -> bool {
    if word.len() < min_chars || has(word, !(ALPHANUMERIC | const { signs(b"-_.~=+%") })) {
        return false;
    }
    let (mut at, mut before, mut chars, mut switches) = (0, 0, 0, 0);
    while at < word.len() {
        let now = kind(word, at) & (LETTER | DIGIT);
        let is_switch = now != before && now != 0 && before != 0 && !(now == LOWER && before == UPPER);
        switches += usize::from(is_switch);
        chars += 1;
        (before, at) = (now, next(word, at));
    }
    chars >= min_chars && switches * 5 >= chars && count(word, DIGIT) >= 2
}
