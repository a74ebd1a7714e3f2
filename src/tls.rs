//! In which words a server is not trusted, whoever asked it, and where in an
//! error the reason is.

use std::{error::Error as StdError, io};

use chrono::TimeDelta;
use rustls::{CertificateError, Error, pki_types::UnixTime};

use crate::domain::text::count;

/// Why a TLS connection is not trusted or could not be made.
pub fn in_words(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(reason) => format!("certificate: {}", reason_in_words(reason)),
        Error::AlertReceived(alert) => format!("the server refused TLS: {alert:?}"),
        Error::InvalidMessage(_) => "not TLS".to_owned(),
        Error::PeerIncompatible(_) => "no TLS version or cipher in common".to_owned(),
        other => format!("TLS: {other}"),
    }
}

/// What can be done about it by whoever asks; empty where that is not known.
pub fn way_out(error: &Error) -> &'static str {
    match error {
        Error::InvalidCertificate(reason) => way_out_of(reason),
        Error::InvalidMessage(_) => ": check the port, or write http://",
        _ => "",
    }
}

fn way_out_of(reason: &CertificateError) -> &'static str {
    match reason {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            ": name the certificate of its authority in ca_file"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            ": the server needs a new one"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ": check the clock of this host"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            ": use such a name in the address, or have this one put into the certificate"
        }
        CertificateError::Other(_) if is_an_authority(reason) => {
            ": make it one with basicConstraints CA:FALSE"
        }
        _ => "",
    }
}

/// What webpki calls it is the only word there is.
fn is_an_authority(reason: &CertificateError) -> bool {
    format!("{reason:?}").contains("CaUsedAsEndEntity")
}

/// The first cause of this kind, the error itself among them.
pub fn cause<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// An error and what it was made from, down to the first cause.
pub fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    let first: &'a (dyn StdError + 'static) = error;
    std::iter::successors(Some(first), |&error| {
        inner(error).or_else(|| error.source())
    })
}

/// What an I/O error was made from: its `source` is one further.
fn inner<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    let inner = error.downcast_ref::<io::Error>()?.get_ref()?;
    Some(inner)
}

fn reason_in_words(reason: &CertificateError) -> String {
    match reason {
        CertificateError::ExpiredContext { time, not_after } => {
            format!("expired {} ago", days(between(*not_after, *time)))
        }
        CertificateError::Expired => "expired".to_owned(),
        CertificateError::NotValidYetContext { time, not_before } => {
            format!(
                "not valid for another {}",
                days(between(*time, *not_before))
            )
        }
        CertificateError::NotValidYet => "not valid yet".to_owned(),
        CertificateError::NotValidForNameContext { presented, .. } => wrong_name(presented),
        CertificateError::NotValidForName => "wrong name".to_owned(),
        CertificateError::UnknownIssuer => "unknown issuer".to_owned(),
        CertificateError::Revoked => "revoked".to_owned(),
        CertificateError::BadEncoding => "unreadable".to_owned(),
        CertificateError::BadSignature => "not signed by the authority that it names".to_owned(),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "not for servers".to_owned()
        }
        CertificateError::Other(_) if is_an_authority(reason) => {
            "an authority's own (CA:TRUE), which no server may show".to_owned()
        }
        other => other.to_string(),
    }
}

/// `wrong name, it is for a.example, b.example`.
fn wrong_name(presented: &[String]) -> String {
    let names: Vec<&str> = presented
        .iter()
        .map(|name| {
            name.split_once('(')
                .map_or(name.as_str(), |(_, rest)| rest.trim_end_matches(')'))
                .trim_matches('"')
        })
        .collect();
    if names.is_empty() {
        return "wrong name, it is for none (no subjectAltName)".to_owned();
    }
    format!("wrong name, it is for {}", names.join(", "))
}

fn between(from: UnixTime, to: UnixTime) -> TimeDelta {
    let seconds = to.as_secs().saturating_sub(from.as_secs());
    TimeDelta::seconds(i64::try_from(seconds).unwrap_or(i64::MAX / 1000))
}

/// `41 days`, `1 day`, `5 hours`, `12 minutes`: whole ones, the largest that fit.
pub fn days(span: TimeDelta) -> String {
    let (whole, one, many) = match span {
        span if span >= TimeDelta::days(1) => (span.num_days(), "day", "days"),
        span if span >= TimeDelta::hours(1) => (span.num_hours(), "hour", "hours"),
        span => (span.num_minutes(), "minute", "minutes"),
    };
    count(usize::try_from(whole).unwrap_or(0), one, many)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_in_the_largest_unit_that_fits() {
        for (span, words) in [
            (TimeDelta::days(41), "41 days"),
            (TimeDelta::hours(25), "1 day"),
            (TimeDelta::minutes(119), "1 hour"),
            (TimeDelta::seconds(59), "0 minutes"),
        ] {
            assert_eq!(days(span), words);
        }
    }

    #[test]
    fn a_wrong_name_says_the_right_ones() {
        let presented = ["DnsName(\"a.example\")", "IpAddress(192.0.2.7)"].map(str::to_owned);

        assert_eq!(
            wrong_name(&presented),
            "wrong name, it is for a.example, 192.0.2.7"
        );
    }
}
