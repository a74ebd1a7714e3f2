//! Which certificates are trusted.

use std::{fmt, io, path::Path, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        Resumption, WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature},
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

/// Says whether a server is trusted that shows a certificate.
pub(super) trait Judge: fmt::Debug + Send + Sync {
    /// Whether the server of that name may show these certificates at `now`.
    ///
    /// # Errors
    ///
    /// Why not, as rustls says it.
    fn judge(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), Error>;
}

/// A client's TLS settings around `judge`.
pub(super) fn client_config(judge: Arc<impl Judge + 'static>) -> Result<ClientConfig, Failure> {
    let provider = ring::default_provider();
    let asked = Asked {
        judge,
        algorithms: provider.signature_verification_algorithms,
    };
    let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::tls(&error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(asked))
        .with_no_client_auth();
    // A resumed session shows no certificate, so its end would pass unseen.
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// A judge as rustls asks it. Signatures are for no judge: whoever holds the
/// certificate's key can make them.
#[derive(Debug)]
struct Asked<J> {
    judge: Arc<J>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl<J: Judge> ServerCertVerifier for Asked<J> {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.judge
            .judge(end_entity, intermediates, server_name, now)
            .map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// Trusts what the web would, and besides any certificate that was named
/// itself: `openssl req -x509` makes servers' certificates that are their own
/// authority, which the web's rules refuse and curl accepts.
#[derive(Debug)]
pub(super) struct Verifier {
    /// Absent where there is nothing to trust.
    web: Option<Arc<WebPkiServerVerifier>>,
    named: Vec<CertificateDer<'static>>,
}

impl Verifier {
    fn new(roots: RootCertStore, named: Vec<CertificateDer<'static>>) -> Result<Self, Failure> {
        if roots.is_empty() {
            return Ok(Self { web: None, named });
        }
        let provider = Arc::new(ring::default_provider());
        let built = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
        let web = Some(built.map_err(|error| broken(&error))?);
        Ok(Self { web, named })
    }

    /// For a client that never meets a certificate.
    pub(super) const fn of_nothing() -> Self {
        Self {
            web: None,
            named: Vec::new(),
        }
    }
}

impl Judge for Verifier {
    fn judge(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), Error> {
        if self.named.iter().any(|named| named == end_entity) {
            return verify_named(end_entity, server_name, now);
        }
        let Some(web) = &self.web else {
            return Err(CertificateError::UnknownIssuer.into());
        };
        web.verify_server_cert(end_entity, intermediates, server_name, &[], now)
            .map(drop)
    }
}

/// A certificate that was named itself needs no issuer, but the right name,
/// and the right time.
fn verify_named(
    certificate: &CertificateDer<'_>,
    server_name: &ServerName<'_>,
    now: UnixTime,
) -> Result<(), Error> {
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
    verify_server_name(&ParsedCertificate::try_from(certificate)?, server_name)
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
