//! Addresses that people add: of the web, and without a name or password.

use super::text::{Address, one_line};

/// An address that is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// It can't be read as an address.
    #[error("{found}: {why}; write it as https://host/path")]
    Unreadable {
        /// What was typed, cleaned.
        found: String,
        /// What is wrong with it.
        why: String,
    },
    /// Another scheme, or credentials in it.
    #[error("a link is http or https, and carries no name or password")]
    NotPlain,
    /// More than fits.
    #[error(transparent)]
    TooLong(#[from] super::text::TooLong),
}

/// Reads an address that somebody typed.
///
/// # Errors
///
/// Says what is wrong with it.
pub fn read(text: &str) -> Result<Address, LinkError> {
    let url = url::Url::parse(text).map_err(|error| LinkError::Unreadable {
        found: one_line(text),
        why: error.to_string(),
    })?;
    let is_web = matches!(url.scheme(), "http" | "https");
    if !is_web || !url.username().is_empty() || url.password().is_some() {
        return Err(LinkError::NotPlain);
    }
    Ok(Address::typed(url.as_str())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_of_the_web_are_links() {
        assert!(read("https://grafana.example/d/1?from=now-1h").is_ok());
        for text in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://ada:secret@host/",
        ] {
            assert_eq!(read(text), Err(LinkError::NotPlain), "{text}");
        }
        assert!(matches!(read("grafana"), Err(LinkError::Unreadable { .. })));
    }
}
