//! What one look gave, before it becomes a reading.

use std::{io, time::Duration};

use crate::domain::{fact::ErrorClass, probe::System};

/// What one look gave.
pub(super) type Saw = Result<Sight, Failure>;

/// Something answered, and rightly.
#[derive(Debug)]
pub(super) struct Sight {
    /// Rightly, but not well.
    pub(super) warn: bool,
    /// In words.
    pub(super) detail: String,
    /// Only from a `system` probe.
    pub(super) system: Option<System>,
}

impl Sight {
    pub(super) fn well(detail: impl Into<String>) -> Self {
        Self {
            warn: false,
            detail: detail.into(),
            system: None,
        }
    }

    pub(super) fn warn_if(self, warn: bool) -> Self {
        Self { warn, ..self }
    }
}

/// Why it counts as failed.
#[derive(Debug)]
pub(super) struct Failure {
    /// What kind of thing went wrong.
    pub(super) class: ErrorClass,
    /// In words, without an address: that may hold a secret.
    pub(super) detail: String,
    /// The exit status of `curl -f` for the same.
    pub(super) curl: u8,
}

impl Failure {
    pub(super) fn new(class: ErrorClass, curl: u8, detail: impl Into<String>) -> Self {
        Self {
            class,
            detail: detail.into(),
            curl,
        }
    }

    /// Nothing came in time.
    pub(super) fn no_answer(limit: Duration) -> Self {
        let detail = format!("no answer in {}", in_words(limit));
        Self::new(ErrorClass::Timeout, 28, detail)
    }

    /// The name could not be turned into addresses.
    pub(super) fn no_address(host: &str, why: &str) -> Self {
        let detail = format!("no address for {host}: {why}");
        Self::new(ErrorClass::Dns, 6, detail)
    }

    /// A connection could not be made.
    pub(super) fn connect(error: &io::Error, limit: Duration) -> Self {
        if error.kind() == io::ErrorKind::TimedOut {
            return Self::no_answer(limit);
        }
        Self::new(ErrorClass::Connect, 7, io_words(error))
    }

    /// An encrypted connection could not be made, or not be trusted.
    pub(super) fn tls(error: &rustls::Error) -> Self {
        let curl = match error {
            rustls::Error::InvalidCertificate(_) => 60,
            // Of the many others, curl makes one.
            _ => 35,
        };
        Self::new(ErrorClass::Tls, curl, crate::tls::in_words(error))
    }
}

/// An I/O error as a person would say it: `connection refused`.
pub(super) fn io_words(error: &io::Error) -> String {
    let words = error.to_string();
    let words = words
        .split_once(" (os error")
        .map_or(words.as_str(), |(words, _)| words);
    match error.kind() {
        io::ErrorKind::ConnectionReset => "connection reset".to_owned(),
        _ => words.to_lowercase(),
    }
}

/// `5s`, `1m30s`, `300ms`.
pub(super) fn in_words(span: Duration) -> String {
    if span.subsec_millis() == 0 {
        let span = chrono::TimeDelta::from_std(span).unwrap_or(chrono::TimeDelta::MAX);
        return crate::domain::span::format(span);
    }
    format!("{}ms", span.as_millis())
}
