//! The server's own certificate. It is read whole and checked before it is
//! used, so that a renewal that went wrong does not take the server away.

use std::{fs, io, os::unix::fs::PermissionsExt as _, path::Path, sync::Arc};

use chrono::{DateTime, Utc};
use rustls::{
    Error, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use x509_cert::{Certificate, der::Decode as _};

use super::ListenError;

/// Reads a certificate with its chain, and its key, as they are in these files
/// now.
///
/// # Errors
///
/// Names the file, and says in words what is wrong with it.
pub fn read(cert: &Path, key: &Path, now: DateTime<Utc>) -> Result<Arc<ServerConfig>, ListenError> {
    let chain = chain(cert)?;
    in_time(cert, &chain[0], now)?;
    let unusable = |error: Error| match error {
        Error::InconsistentKeys(_) => ListenError::OtherKey {
            cert: cert.to_owned(),
            key: key.to_owned(),
        },
        other => ListenError::Certificate {
            path: cert.to_owned(),
            why: other.to_string(),
        },
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(chain, private(key)?)
        .map_err(unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn contents(path: &Path) -> Result<Vec<u8>, ListenError> {
    fs::read(path).map_err(|source: io::Error| ListenError::Unreadable {
        path: path.to_owned(),
        source,
    })
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, ListenError> {
    let pem = contents(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let none = || ListenError::NoCertificate {
        path: path.to_owned(),
    };
    found
        .ok()
        .filter(|chain| !chain.is_empty())
        .ok_or_else(none)
}

fn private(path: &Path) -> Result<PrivateKeyDer<'static>, ListenError> {
    let pem = contents(path)?;
    let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|_| ListenError::NoKey {
        path: path.to_owned(),
    })?;
    let mode = fs::metadata(path).map(|there| there.permissions().mode());
    if mode.is_ok_and(|mode| mode & 0o007 != 0) {
        return Err(ListenError::Exposed {
            path: path.to_owned(),
        });
    }
    Ok(key)
}

/// Whether it has not ended; one that can't be read is for rustls to refuse.
fn in_time(
    path: &Path,
    certificate: &CertificateDer<'_>,
    now: DateTime<Utc>,
) -> Result<(), ListenError> {
    let Ok(read) = Certificate::from_der(certificate) else {
        return Ok(());
    };
    let end = read
        .tbs_certificate()
        .validity()
        .not_after
        .to_unix_duration();
    let seconds = i64::try_from(end.as_secs()).unwrap_or(i64::MAX);
    match DateTime::from_timestamp(seconds, 0) {
        Some(at) if at <= now => Err(ListenError::Ended {
            path: path.to_owned(),
            at,
        }),
        Some(_) | None => Ok(()),
    }
}
