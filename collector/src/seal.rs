//! Links that are held nowhere: a short text and its end, signed with the installation's key. In: a purpose, a text, an end.
//! Out: a token that opens to the same text until then, for that purpose only. Nothing in it is secret but the signature.

use crate::auth;
use crate::clock::Millis;
use crate::store::{Failure, Store};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The installation's key.
pub struct Seals([u8; 32]);

impl Seals {
    /// Reads the key, or makes it.
    pub async fn of(store: &dyn Store) -> Result<Self, Failure> {
        Ok(Self(store.key("seals", auth::random_bytes()).await?))
    }

    fn signed(&self, purpose: &str, payload: &str) -> Hmac<Sha256> {
        // A key of any length is a key.
        #[allow(clippy::expect_used)]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of all lengths");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(payload.as_bytes());
        mac
    }

    /// A token for `text`.
    pub fn seal(&self, purpose: &str, text: &str, expires_ms: Millis) -> String {
        let payload = format!("{expires_ms:x}.{}", shared::ids::to_hex(text.as_bytes()));
        let signature = self.signed(purpose, &payload).finalize().into_bytes();
        format!("{payload}.{}", shared::ids::to_hex(&signature))
    }

    /// The text of a token and its end, when it is ours, for this purpose, and not over.
    pub fn open(&self, purpose: &str, token: &str, now_ms: Millis) -> Option<(String, Millis)> {
        let (payload, signature) = token.rsplit_once('.')?;
        let signature = from_hex(signature)?;
        self.signed(purpose, payload).verify_slice(&signature).ok()?;
        let (expires, text) = payload.split_once('.')?;
        let expires_ms = Millis::from_str_radix(expires, 16).ok().filter(|at| *at > now_ms)?;
        Some((String::from_utf8(from_hex(text)?).ok()?, expires_ms))
    }
}

/// HMAC-SHA-256 in hexadecimal digits.
pub fn hmac_hex(key: &[u8], message: &[u8]) -> String {
    #[allow(clippy::expect_used)]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of all lengths");
    mac.update(message);
    shared::ids::to_hex(&mac.finalize().into_bytes())
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_for_its_purpose_until_its_end_and_not_when_changed() {
        let seals = Seals([3; 32]);
        let token = seals.seal("panel", "s_1\nchat 7", 1000);
        assert_eq!(seals.open("panel", &token, 999), Some(("s_1\nchat 7".to_owned(), 1000)));
        assert_eq!(seals.open("panel", &token, 1000), None);
        assert_eq!(seals.open("share", &token, 0), None);
        assert_eq!(Seals([4; 32]).open("panel", &token, 0), None);
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8_lossy(&changed).into_owned();
            assert_eq!(seals.open("panel", &changed, 0), None, "{changed}");
        }
        assert_eq!(hmac_hex(b"key", b"The quick brown fox jumps over the lazy dog").get(..8), Some("f7bc83f4"));
    }
}
