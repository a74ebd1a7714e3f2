//! Text that must never be shown: a token, a signing key, a webhook's address.

use std::fmt;

/// A secret; shown as dots, however it is printed.
///
/// There is no `Display` and no `Serialize`, so that it can't end in a
/// message, a log or an export by accident.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// What stands for a secret where a value would be shown.
    pub const DOTS: &str = "••••";

    /// A secret, without the line break that editors add to files.
    pub fn new(raw: &str) -> Self {
        Self(raw.trim().to_owned())
    }

    /// The secret itself: only for the one call that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::DOTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_dots_and_keeps_its_value() {
        let secret = Secret::new("hunter2\n");

        assert_eq!(
            format!("{secret:?} {:#?}", Some(&secret)),
            "•••• Some(\n    ••••,\n)"
        );
        assert_eq!(secret.reveal(), "hunter2");
    }
}
