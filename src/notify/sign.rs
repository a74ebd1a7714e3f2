//! Standard Webhooks: who sent a message, that nothing in it was changed, and
//! the key under which the receiver knows a repeat.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use chrono::{DateTime, Utc};
use reqwest::RequestBuilder;
use ring::hmac;

use super::NotifyError;
use crate::domain::secret::Secret;

const PREFIX: &str = "whsec_";

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
            request.header("webhook-signature", format!("v1,{}", STANDARD.encode(tag)))
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

/// Secrets are copied with and without padding.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const READER: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);

/// Bytes from base64, with or without padding, in either alphabet; `None` if
/// it is something else.
fn decode(text: &str) -> Option<Vec<u8>> {
    let standard = text.replace('-', "+").replace('_', "/");
    READER.decode(standard).ok()
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
            assert_eq!(STANDARD.encode(plain), encoded);
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
            proptest::prop_assert_eq!(decode(&STANDARD.encode(&bytes)), Some(bytes));
        }
    }
}
