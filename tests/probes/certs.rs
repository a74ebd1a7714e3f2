//! Servers with certificates, made for the moment.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use chrono::TimeDelta;
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer},
    server::WebPkiClientVerifier,
};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;
use warroom::clock::Clock;

use super::peers::serve;

/// What a server shows.
pub struct Shown {
    pub chain: Vec<CertificateDer<'static>>,
    key: Vec<u8>,
}

/// A private authority, and the file that names it.
pub struct Authority {
    pub issuer: Issuer<'static, KeyPair>,
    pub certificate: CertificateDer<'static>,
    dir: TempDir,
}

/// For `names`, valid since long ago and for `left` from now.
fn params(names: &[&str], left: TimeDelta) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    let end = (Clock::System.now() + left).timestamp();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(1970, 1, 1) + Duration::from_secs(end.unsigned_abs());
    params
}

fn authority_params(left: TimeDelta) -> CertificateParams {
    let mut params = params(&[], left);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(
        rcgen::DnType::CommonName,
        // Two of the same name would each seem to have forged the other's.
        format!("authority {}", Clock::System.new_id()),
    );
    params
}

impl Authority {
    pub fn new() -> Self {
        let params = authority_params(TimeDelta::days(3650));
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("ca.pem"), certificate.pem()).unwrap();
        Self {
            issuer: Issuer::new(params, key),
            certificate: certificate.der().clone(),
            dir,
        }
    }

    pub fn file(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// A server's certificate for `name`, ending `left` from now.
    pub fn signs(&self, name: &str, left: TimeDelta) -> Shown {
        signed(&self.issuer, name, left, Vec::new())
    }

    /// The same, by way of an intermediate that ends `between` from now.
    pub fn signs_through(&self, name: &str, left: TimeDelta, between: TimeDelta) -> Shown {
        let params = authority_params(between);
        let key = KeyPair::generate().unwrap();
        let middle = params.signed_by(&key, &self.issuer).unwrap();
        let issuer = Issuer::new(params, key);
        signed(&issuer, name, left, vec![middle.der().clone()])
    }
}

fn signed(
    issuer: &Issuer<'_, KeyPair>,
    name: &str,
    left: TimeDelta,
    rest: Vec<CertificateDer<'static>>,
) -> Shown {
    let key = KeyPair::generate().unwrap();
    let mut params = params(&[name], left);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.signed_by(&key, issuer).unwrap();
    let mut chain = vec![certificate.der().clone()];
    chain.extend(rest);
    Shown {
        chain,
        key: key.serialize_der(),
    }
}

/// A certificate that is its own authority, as `openssl req -x509` makes them,
/// and the file that names it.
pub fn self_made(name: &str) -> (Shown, Authority) {
    let mut params = params(&[name], TimeDelta::days(30));
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("ca.pem"), certificate.pem()).unwrap();
    let shown = Shown {
        chain: vec![certificate.der().clone()],
        key: key.serialize_der(),
    };
    let authority = Authority {
        certificate: certificate.der().clone(),
        issuer: Issuer::new(params, key),
        dir,
    };
    (shown, authority)
}

/// A web server that shows this, and answers 200.
pub async fn shows(shown: Shown) -> SocketAddr {
    let config = builder().with_no_client_auth();
    answer(with(config, shown)).await
}

/// A web server that shows this, and wants a certificate in return.
pub async fn wants_one_too(shown: Shown, authority: &Authority) -> SocketAddr {
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate.clone()).unwrap();
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    // The older version, in which the refusal comes before the end of the handshake.
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS12])
        .unwrap()
        .with_client_cert_verifier(verifier.build().unwrap());
    answer(with(config, shown)).await
}

type Builder = rustls::ConfigBuilder<ServerConfig, rustls::WantsVerifier>;

fn builder() -> Builder {
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
}

fn with(
    config: rustls::ConfigBuilder<ServerConfig, rustls::server::WantsServerCert>,
    shown: Shown,
) -> ServerConfig {
    let key = PrivateKeyDer::try_from(shown.key).unwrap();
    config.with_single_cert(shown.chain, key).unwrap()
}

async fn answer(config: ServerConfig) -> SocketAddr {
    let acceptor = TlsAcceptor::from(Arc::new(config));
    serve(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            let mut request = [0; 4096];
            if stream.read(&mut request).await.is_ok() {
                let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
                stream.write_all(answer).await.ok();
                stream.shutdown().await.ok();
            }
        }
    })
    .await
}
