//! What is secret by its shape or by its name. In: a word, or the name of a field, parameter or attribute. Out: whether.
//! Shapes are few and narrow on purpose: they hold under every policy.

use super::account;
use super::kinds::{ALPHANUMERIC, DIGIT, LETTER, LOWER, OTHER, UPPER, find, has, kind, kind_here, next, signs};
use super::read::{begins_with_any, byte, look_up, next_item, part};

/// Fewer bytes are no key.
const KEY_MIN_BYTES: usize = 20;
/// A word that looks drawn at random so far is, whatever follows.
const RANDOM_MAX_BYTES: usize = 256;
/// How keys of well-known services begin. Their second letters are looked at first, see [`is_key`].
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

/// Whether the name of a parameter or of an attribute, between two offsets, says that its value is secret.
#[inline(never)]
pub(super) fn is_secret_name(text: &str, start: usize, end: usize) -> bool {
    look_up("code", text, start, end) != 0 || has_any(text, start, end, part(NAMES, EVERYWHERE, NAMES.len()))
}

/// Whether a field's name, id or label says that it takes a password, a payment or a code.
pub(super) fn names_secret(names: &[Option<&str>]) -> bool {
    any_has(names, part(NAMES, 0, IN_ADDRESSES))
}

/// Whether a field's name, type or label says that it takes an e-mail address.
pub(super) fn names_address(names: &[Option<&str>]) -> bool {
    any_has(names, "mail login =user username")
}

#[inline(never)]
fn any_has(names: &[Option<&str>], list: &str) -> bool {
    names.iter().flatten().any(|name| has_any(name, 0, name.len(), list))
}

#[inline(never)]
fn has_any(text: &str, start: usize, end: usize, list: &str) -> bool {
    let mut item_end = 0;
    loop {
        let item = next_item(list, &mut item_end);
        if item == item_end {
            return false;
        }
        let is_whole = byte(list, item) == b'=';
        let mut at = start;
        while at < end {
            let stop = name_end(text, at, list, item + usize::from(is_whole), item_end);
            if stop > 0 && stop <= end && (!is_whole || begins_word(text, at) && begins_word(text, stop)) {
                return true;
            }
            at += 1;
        }
    }
}

/// Where the name ends that a list has between two offsets and that stands at an offset of the text, whatever signs are
/// between its letters; 0 when it does not.
fn name_end(text: &str, mut at: usize, list: &str, mut item: usize, item_end: usize) -> usize {
    loop {
        if byte(text, at).to_ascii_lowercase() != byte(list, item) {
            return 0;
        }
        (at, item) = (at + 1, item + 1);
        if item == item_end {
            return at;
        }
        at = find(text, at, text.len(), ALPHANUMERIC | OTHER);
    }
}

/// Whether a word ends or begins between two characters: "cardNumber2" has three of them.
fn begins_word(name: &str, at: usize) -> bool {
    const WORD: u32 = ALPHANUMERIC | OTHER;
    let (before, now) = (kind(name, at.wrapping_sub(1)), kind(name, at));
    before & WORD == 0 || now & WORD == 0 || before != UPPER && now == UPPER || (before == DIGIT) != (now == DIGIT)
}

/// Whether a word is a key for its beginning: a signed token (JWT) anywhere in it, or a well-known service's key.
#[inline(never)]
pub(super) fn is_key(text: &str, start: usize, end: usize) -> bool {
    const KEY: u32 = ALPHANUMERIC | signs(b"-_.=");
    if end - start < KEY_MIN_BYTES {
        return false;
    }
    let (mut at, mut without_digit) = (start, start);
    while at < end {
        // The beginning of every base64 text of a JSON object, as a JWT has it; inside a word it begins nothing.
        let is_token = byte(text, at) == b'e' && byte(text, at + 1) == b'y' && byte(text, at + 2) == b'J';
        let may_be = matches!(byte(text, at + 1) | 0x20, b'k' | b'h' | b'i' | b'l' | b'o' | b'a');
        if is_token || may_be && at >= without_digit && begins_with_any(text, at, KEY_PREFIXES) {
            let key_end = find(text, at, end, !KEY);
            if key_end - at >= KEY_MIN_BYTES && (is_token || has(text, at, key_end, DIGIT)) {
                return true;
            }
            without_digit = key_end;
        }
        at = find(text, find(text, at, end, !ALPHANUMERIC), end, ALPHANUMERIC);
    }
    false
}

/// Whether a text holds a key, or the number of a card or an account: hidden under every policy.
#[inline(never)]
pub(super) fn is_secret(text: &str, start: usize, end: usize) -> bool {
    is_key(text, start, end) || account::has_number(text, start, end)
}

/// Whether a word looks drawn at random: long, and letters, digits and cases alternate as in no language. Words of
/// `min_chars` and more.
#[inline(never)]
pub(super) fn is_random(text: &str, start: usize, end: usize, min_chars: usize) -> bool {
    if end - start < min_chars {
        return false;
    }
    let end = end.min(start + RANDOM_MAX_BYTES);
    let (mut at, mut before, mut chars, mut switches, mut digits) = (start, 0, 0, 0, 0);
    while at < end {
        let kind = kind_here(text, at);
        if kind & !(ALPHANUMERIC | const { signs(b"-_.~=+%") }) != 0 {
            return false;
        }
        let now = kind & (LETTER | DIGIT);
        let is_switch = now != before && now != 0 && before != 0 && !(now == LOWER && before == UPPER);
        switches += usize::from(is_switch);
        digits += usize::from(now == DIGIT);
        chars += 1;
        (before, at) = (now, next(text, at));
    }
    chars >= min_chars && switches * 5 >= chars && digits >= 2
}
