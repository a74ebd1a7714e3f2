//! Which certificates are trusted, and in which words one is not.

use std::{io, path::Path, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        Resumption, WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _},
    server::ParsedCertificate,
};
use tokio::sync::OnceCell;
use x509_cert::{
    Certificate,
    der::{DateTime as DerDateTime, Decode as _},
};

use super::{ProbeError, aside::Aside, sight::Failure};
use crate::domain::{fact::ErrorClass, text::Name};

/// Makes ring the process's cryptography, for clients that ask for a default.
/// Call it once at the start; again does no harm. Probes don't need it.
pub fn install_tls() {
    // An error says that one is installed: whoever was first decides.
    ring::default_provider().install_default().ok();
}

/// The certificates this host trusts, read when first needed.
#[derive(Debug, Default)]
pub(super) struct Roots {
    system: OnceCell<RootCertStore>,
}

impl Roots {
    /// A verifier that trusts the system's certificates, and `extra`.
    pub(super) async fn verifier(
        &self,
        extra: &[CertificateDer<'static>],
    ) -> Result<Verifier, Failure> {
        let system = self.system.get_or_try_init(load).await?;
        let mut roots = system.clone();
        roots.add_parsable_certificates(extra.iter().cloned());
        Verifier::new(roots, extra.to_vec())
    }
}

async fn load() -> Result<RootCertStore, Failure> {
    // Reads a few hundred files; not on a thread that others wait for.
    let found = Aside::new(1)
        .run(rustls_native_certs::load_native_certs)
        .await
        .map_err(|error| broken(&error))?;
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    Ok(roots)
}

fn broken(error: &dyn std::error::Error) -> Failure {
    let detail = format!("the certificates of this host can't be read: {error}");
    Failure::new(ErrorClass::Tls, 77, detail)
}

/// The certificates in a PEM file; none where none is named.
pub(super) fn read_ca_file(
    probe: &Name,
    path: Option<&Path>,
) -> Result<Vec<CertificateDer<'static>>, ProbeError> {
    let Some(path) = path else {
        return Ok(Vec::new());
    };
    let unreadable = |source: io::Error| ProbeError::CaFile {
        probe: probe.clone(),
        path: path.to_owned(),
        source,
    };
    let pem = std::fs::read(path).map_err(unreadable)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match found {
        Ok(certificates) if certificates.iter().any(is_usable) => Ok(certificates),
        Ok(_) | Err(_) => Err(ProbeError::NoCertificate {
            probe: probe.clone(),
            path: path.to_owned(),
        }),
    }
}

fn is_usable(certificate: &CertificateDer<'static>) -> bool {
    RootCertStore::empty().add(certificate.clone()).is_ok()
}

/// A client's TLS settings around `verifier`.
pub(super) fn client_config(
    verifier: Arc<dyn ServerCertVerifier>,
) -> Result<ClientConfig, Failure> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::tls(&error))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    // A resumed session shows no certificate, so its end would pass unseen.
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// Trusts what the web would, and besides any certificate that was named
/// itself: `openssl req -x509` makes servers' certificates that are their own
/// authority, which the web's rules refuse and curl accepts.
#[derive(Debug)]
pub(super) struct Verifier {
    /// Absent where there is nothing to trust.
    web: Option<Arc<WebPkiServerVerifier>>,
    named: Vec<CertificateDer<'static>>,
    provider: CryptoProvider,
}

impl Verifier {
    fn new(roots: RootCertStore, named: Vec<CertificateDer<'static>>) -> Result<Self, Failure> {
        let provider = ring::default_provider();
        let web = if roots.is_empty() {
            None
        } else {
            let shared = Arc::new(provider.clone());
            let built =
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots), shared).build();
            Some(built.map_err(|error| broken(&error))?)
        };
        Ok(Self {
            web,
            named,
            provider,
        })
    }

    /// For a client that never meets a certificate.
    pub(super) fn of_nothing() -> Self {
        Self {
            web: None,
            named: Vec::new(),
            provider: ring::default_provider(),
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.named.iter().any(|named| named == end_entity) {
            return verify_named(end_entity, server_name, now);
        }
        let Some(web) = &self.web else {
            return Err(CertificateError::UnknownIssuer.into());
        };
        web.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// A certificate that was named itself needs no issuer, but the right name,
/// and the right time.
fn verify_named(
    certificate: &CertificateDer<'_>,
    server_name: &ServerName<'_>,
    now: UnixTime,
) -> Result<ServerCertVerified, Error> {
    let Some((not_before, not_after)) = validity(certificate) else {
        return Err(CertificateError::BadEncoding.into());
    };
    if now.as_secs() > not_after.as_secs() {
        let time = now;
        return Err(CertificateError::ExpiredContext { time, not_after }.into());
    }
    if now.as_secs() < not_before.as_secs() {
        let time = now;
        return Err(CertificateError::NotValidYetContext { time, not_before }.into());
    }
    verify_server_name(&ParsedCertificate::try_from(certificate)?, server_name)?;
    Ok(ServerCertVerified::assertion())
}

/// From when to when a certificate is valid; `None` where it can't be read.
fn validity(certificate: &CertificateDer<'_>) -> Option<(UnixTime, UnixTime)> {
    let parsed = Certificate::from_der(certificate).ok()?;
    let validity = parsed.tbs_certificate().validity();
    let unix = |time: DerDateTime| UnixTime::since_unix_epoch(time.unix_duration());
    Some((
        unix(validity.not_before.to_date_time()),
        unix(validity.not_after.to_date_time()),
    ))
}

/// When a certificate ends; `None` where it can't be read.
pub(super) fn not_after(certificate: &CertificateDer<'_>) -> Option<DateTime<Utc>> {
    validity(certificate).and_then(|(_, end)| date(end))
}

/// A time as rustls wants it.
pub(super) fn unix(at: DateTime<Utc>) -> UnixTime {
    let seconds = u64::try_from(at.timestamp()).unwrap_or_default();
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}

fn date(time: UnixTime) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(i64::try_from(time.as_secs()).ok()?, 0)
}

/// Why a TLS connection is not trusted or could not be made.
pub(super) fn in_words(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(reason) => format!("certificate: {}", reason_in_words(reason)),
        Error::AlertReceived(alert) => format!("the server refused TLS: {alert:?}"),
        Error::InvalidMessage(_) => "not TLS".to_owned(),
        Error::PeerIncompatible(_) => "no TLS version or cipher in common".to_owned(),
        other => format!("TLS: {other}"),
    }
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
        // What webpki calls it is the only word there is.
        CertificateError::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            "self-signed, and not named in ca_file".to_owned()
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
pub(super) fn days(span: TimeDelta) -> String {
    let (count, unit) = match span {
        span if span >= TimeDelta::days(1) => (span.num_days(), "day"),
        span if span >= TimeDelta::hours(1) => (span.num_hours(), "hour"),
        span => (span.num_minutes(), "minute"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
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
