//! Standard Webhooks: who sent a message, that nothing in it was changed, and
//! the key under which the receiver knows a repeat.

use chrono::{DateTime, Utc};
use reqwest::RequestBuilder;
use ring::hmac;

use super::NotifyError;
use crate::domain::secret::Secret;

const PREFIX: &str = "whsec_";
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The key that signs. It has no `Debug`: there is nothing to see.
pub(super) struct Key(hmac::Key);

impl Key {
    /// Reads `whsec_` and base64, or takes anything else as it is.
    pub(super) fn read(secret: &Secret) -> Result<Self, NotifyError> {
        let bytes = match secret.reveal().strip_prefix(PREFIX) {
            Some(encoded) => decode(encoded).ok_or(NotifyError::Secret)?,
            None => secret.reveal().as_bytes().to_vec(),
        };
        if bytes.is_empty() {
            return Err(NotifyError::NoSecret);
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }
}

/// Adds the three headers; without a key the two that need none.
pub(super) fn headers(
    request: RequestBuilder,
    key: Option<&Key>,
    id: &str,
    now: DateTime<Utc>,
    body: &str,
) -> RequestBuilder {
    let id = header_safe(id);
    let timestamp = now.timestamp();
    let request = request
        .header("webhook-id", &id)
        .header("webhook-timestamp", timestamp);
    match key {
        Some(key) => {
            let tag = hmac::sign(&key.0, format!("{id}.{timestamp}.{body}").as_bytes());
            request.header("webhook-signature", format!("v1,{}", encode(tag.as_ref())))
        }
        None => request,
    }
}

/// `id` as visible ASCII; every other byte as `%XX`, so that two ids stay two.
fn header_safe(id: &str) -> String {
    id.bytes()
        .map(|byte| match byte {
            b'%' => "%25".to_owned(),
            b'!'..=b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let [first, second, third] = [0, 1, 2].map(|at| chunk.get(at).copied().unwrap_or(0));
        let group = u32::from_be_bytes([0, first, second, third]);
        for at in 0..4 {
            let letter = ALPHABET[(group >> (18 - 6 * at) & 63) as usize];
            out.push(if at > chunk.len() { '=' } else { letter.into() });
        }
    }
    out
}

/// Bytes from base64, with or without padding, in either alphabet; `None` if
/// it is something else.
fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut group, mut bits) = (0_u32, 0);
    let letters = text.trim_end_matches('=');
    for letter in letters.bytes() {
        let letter = match letter {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        };
        let value = ALPHABET.iter().position(|known| *known == letter)?;
        group = group << 6 | u32::try_from(value).ok()?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(group >> bits & 0xff).ok()?);
        }
    }
    // One letter alone is no byte, and more than two '=' are not padding.
    (letters.len() % 4 != 1 && text.len() - letters.len() <= 2).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_the_one_of_rfc_4648() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode(plain.as_bytes()), encoded);
            assert_eq!(decode(encoded), Some(plain.into()), "{encoded}");
            assert_eq!(decode(encoded.trim_end_matches('=')), Some(plain.into()));
        }
        for broken in ["Z", "Zm9v*", "Zm 9v", "Zg===", "Zm9vY"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_secret_that_signs_nothing_is_refused() {
        for (raw, expected) in [
            ("whsec_Zm9v", None),
            ("anything else", None),
            ("whsec_not base64", Some(NotifyError::Secret)),
            ("whsec_", Some(NotifyError::NoSecret)),
            ("", Some(NotifyError::NoSecret)),
        ] {
            assert_eq!(Key::read(&Secret::new(raw)).err(), expected, "{raw:?}");
        }
    }

    #[test]
    fn an_id_is_safe_in_a_header_and_stays_unique() {
        assert_eq!(header_safe("page:INC-1:0"), "page:INC-1:0");
        assert_eq!(header_safe("a b\r\né%20"), "a%20b%0D%0A%C3%A9%2520");
    }

    proptest::proptest! {
        #[test]
        fn what_is_encoded_is_decoded(bytes: Vec<u8>) {
            proptest::prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
    }
}
