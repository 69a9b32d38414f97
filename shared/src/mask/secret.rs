//! What is secret by its shape or by its name. In: a word, or the name of a field, parameter or attribute. Out: whether.
//! Shapes are few and narrow on purpose: they hold under every policy.

use super::digits::is_digit;
use alloc::string::String;

/// Fewer characters are no key.
const KEY_MIN_CHARS: usize = 20;
/// How keys of well-known services begin.
const KEY_PREFIXES: [&str; 14] = [
    "sk_",
    "rk_",
    "sk-proj-",
    "sk-ant-",
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "AIza",
    "ya29.",
];
/// Parts of names of secrets, wherever they stand in the name (written without separators).
const SECRET_PARTS: &str = "password passwd passwort kennwort contrasena motdepasse passcode passphrase secret token csrf xsrf \
    apikey accesskey privatekey signature credential sessionid sessid sessiontoken nonce";
/// Whole words of a name of an address's parameter or of an attribute.
const SECRET_WORDS: &str = "key sig auth sid session pwd pass pin otp jwt ticket bearer authorization";
/// Parts of names of fields for payment, accounts and one-time codes.
const FIELD_PARTS: &str = "cardnumber cardnum cardno cardcode cardholder cardexp cardverif nameoncard ccnumber ccnum ccexp cccvc \
    cccvv cccsc ccname creditcard debitcard kreditkarte kartennummer paymentnumber securitycode verificationcode onetime \
    accountnumber accountno kontonummer routingnumber sortcode socialsecurity seedphrase mnemonic twofactor 2fa";
/// Whole words of the same.
const FIELD_WORDS: &str = "cvc cvv csc otp totp mfa pin tan ssn pwd pass iban bic";

/// A name cut into lowercase words, with and without spaces between (and around) them.
struct Words {
    spaced: String,
    joined: String,
}

impl Words {
    fn of(name: &str) -> Words {
        let mut words = Words { spaced: String::from(" "), joined: String::new() };
        let mut before = ' ';
        for c in name.chars() {
            let new_word =
                c.is_ascii_uppercase() && !before.is_ascii_uppercase() || c.is_ascii_digit() != before.is_ascii_digit();
            if (!c.is_alphanumeric() || new_word) && !words.spaced.ends_with(' ') {
                words.spaced.push(' ');
            }
            if c.is_alphanumeric() {
                words.spaced.push(c.to_ascii_lowercase());
                words.joined.push(c.to_ascii_lowercase());
            }
            before = c;
        }
        words.spaced.push(' ');
        words
    }

    fn has_part(&self, list: &str) -> bool {
        list.split_ascii_whitespace().any(|part| self.joined.contains(part))
    }

    fn has_word(&self, list: &str) -> bool {
        self.spaced.split_ascii_whitespace().any(|word| list.split_ascii_whitespace().any(|listed| listed == word))
    }
}

/// Whether the name of a parameter or of an attribute says that its value is secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let words = Words::of(name);
    words.joined == "code" || words.has_word(SECRET_WORDS) || words.has_part(SECRET_PARTS)
}

/// Whether a field's name, id or label says that it takes a password, a payment or a code.
pub(super) fn is_secret_field(name: &str) -> bool {
    let words = Words::of(name);
    words.has_word(FIELD_WORDS) || words.has_part(FIELD_PARTS) || words.has_part(SECRET_PARTS)
}

/// Whether a word is a key for its beginning: a signed token (JWT) anywhere in it, or a well-known service's key.
pub(super) fn is_key(word: &str) -> bool {
    if word.len() < KEY_MIN_CHARS {
        return false;
    }
    let mut before_is_word = false;
    for (at, c) in word.char_indices() {
        // The beginning of every base64 text of a JSON object, as a JWT has it.
        if c == 'e' && !before_is_word {
            let rest = word.get(at..).unwrap_or_default();
            if rest.starts_with("eyJ")
                && rest.chars().take(KEY_MIN_CHARS).filter(|c| is_key_char(*c)).count() == KEY_MIN_CHARS
            {
                return true;
            }
        }
        before_is_word = c.is_alphanumeric();
    }
    KEY_PREFIXES.iter().any(|prefix| word.starts_with(prefix))
        && word.chars().any(is_digit)
        && word.chars().all(is_key_char)
        && word.chars().count() >= KEY_MIN_CHARS
}

fn is_key_char(c: char) -> bool {
    c.is_ascii_alphabetic() || is_digit(c) || matches!(c, '-' | '_' | '.' | '=')
}

/// Whether a word looks drawn at random: long, and letters, digits and cases alternate as in no language. Words of
/// `min_chars` and more.
pub(super) fn is_random(word: &str, min_chars: usize) -> bool {
    if word.len() < min_chars {
        return false;
    }
    let (mut chars, mut digits, mut switches) = (0, 0, 0);
    let mut before = ' ';
    for c in word.chars() {
        let (digit, was_digit) = (is_digit(c), is_digit(before));
        let (letter, was_letter) = (c.is_ascii_alphabetic(), before.is_ascii_alphabetic());
        if !(digit || letter || matches!(c, '-' | '_' | '.' | '~' | '=' | '+' | '%')) {
            return false;
        }
        chars += 1;
        digits += usize::from(digit);
        let case = c.is_ascii_uppercase() && before.is_ascii_lowercase();
        switches += usize::from(digit && was_letter || letter && was_digit || case);
        before = c;
    }
    chars >= min_chars && digits >= 2 && switches * 5 >= chars
}
