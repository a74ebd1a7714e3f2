//! TLS: the server's certificate, from a private authority.

use std::{
    fs::Permissions,
    net::TcpStream,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustix::process::Signal;
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, ServerName},
};

use super::{
    ask::{Answer, ask},
    served::{Served, house},
};
use crate::cli::house::{House, said};

/// A private authority.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            certificate: certificate.der().clone(),
            pem: certificate.pem(),
            issuer: Issuer::new(params, key),
        }
    }

    /// Writes a certificate that ends in that year, and its key.
    fn writes(&self, house: &House, end: i32) -> (PathBuf, PathBuf) {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.not_after = date_time_ymd(end, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let cert = house.file("cert.pem", &certificate.pem());
        let key = house.file("key.pem", &key.serialize_pem());
        std::fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
        (cert, key)
    }

    /// Asks as one who trusts this authority and no other; answers with the
    /// certificate it was shown as well.
    fn asks(&self, served: &Served) -> Result<(Answer, Vec<u8>), std::io::Error> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut stream: StreamOwned<_, TcpStream> = StreamOwned::new(connection, served.connect());
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        let shown = stream.conn.peer_certificates().unwrap()[0].to_vec();
        Ok((ask(&mut stream, "GET", "/healthz", None), shown))
    }
}

fn with_tls(house: &House, cert: &Path, key: &Path) -> Command {
    let mut command = house.command(["serve", "--listen", "127.0.0.1:0", "--tls-cert"]);
    command.arg(cert).arg("--tls-key").arg(key);
    command
}

#[test]
fn who_trusts_the_authority_is_served_and_who_does_not_is_not() {
    let (house, authority) = (house(), Authority::new());
    let (cert, key) = authority.writes(&house, 2300);
    let served = Served::with(with_tls(&house, &cert, &key));

    let (answer, _) = authority.asks(&served).unwrap();
    let stranger = Authority::new().asks(&served);

    assert_eq!(answer.status, 200, "{answer:?}");
    let error = stranger.map(drop).unwrap_err().to_string();
    assert!(error.contains("invalid peer certificate"), "{error}");
    // Nobody who talks without TLS gets an answer that could be taken for one.
    assert_eq!(authority.asks(&served).unwrap().0.status, 200);
}

#[test]
fn a_renewed_certificate_is_shown_after_sighup() {
    let (house, authority) = (house(), Authority::new());
    let (cert, key) = authority.writes(&house, 2300);
    let served = Served::with(with_tls(&house, &cert, &key));
    let (_, before) = authority.asks(&served).unwrap();

    authority.writes(&house, 2301);
    served.signal(Signal::HUP);
    served.says("the configuration was read again");

    let (answer, after) = authority.asks(&served).unwrap();
    assert_eq!(answer.status, 200);
    assert_ne!(before, after);
}

#[test]
fn a_renewal_that_went_wrong_leaves_the_old_certificate_in_use() {
    let (house, authority) = (house(), Authority::new());
    let (cert, key) = authority.writes(&house, 2300);
    let served = Served::with(with_tls(&house, &cert, &key));
    let (_, before) = authority.asks(&served).unwrap();

    let other = KeyPair::generate().unwrap();
    house.file("key.pem", &other.serialize_pem());
    served.signal(Signal::HUP);
    let said = served.says("warroom: everything stays as it was");

    assert!(said.contains("is not the one of the certificate"), "{said}");
    assert_eq!(authority.asks(&served).unwrap().1, before);
}

#[test]
fn a_certificate_that_can_not_be_used_is_told_in_words() {
    let (house, authority) = (house(), Authority::new());
    let (cert, key) = authority.writes(&house, 2300);
    let nothing = house.file("nothing.pem", "-----BEGIN NOTHING-----\n");
    let absent = house.path().join("absent.pem");
    let told = |cert: &Path, key: &Path| {
        let said = said(with_tls(&house, cert, key).output().unwrap());
        assert_eq!((said.code, said.err.lines().count()), (1, 1), "{said:?}");
        said.err
    };

    assert!(told(&nothing, &key).contains("there is no certificate in"));
    assert!(told(&cert, &cert).contains("there is no private key in"));
    assert!(told(&absent, &key).contains("absent.pem can't be read"));
    std::fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    assert!(told(&cert, &key).contains("chmod 600"));
    let (cert, key) = authority.writes(&house, 2020);
    assert!(told(&cert, &key).contains("ended on 2020-01-01"));
}

/// What a client says that asks for news at this address; it trusts the
/// certificates in `ca`.
fn asks_at(url: &str, ca: Option<&Path>) -> String {
    let client = House::new();
    let ca = ca.map(|ca| format!("ca_file = {ca:?}\n"));
    let ca = ca.unwrap_or_default();
    client.config(&format!("workspace = \"prod\"\nserver = \"{url}\"\n{ca}"));
    let said = client.say("sync");
    assert_ne!(said.code, 0, "{said:?}");
    said.err
}

#[test]
fn a_client_says_in_words_what_is_wrong_with_a_certificate() {
    let (house, authority) = (house(), Authority::new());
    let (cert, key) = authority.writes(&house, 2300);
    let served = Served::with(with_tls(&house, &cert, &key));
    let port = served.address.port();
    let ca = house.file("ca.pem", &authority.pem);

    let unknown = asks_at(&format!("https://localhost:{port}/"), None);
    let other_name = asks_at(&format!("https://127.0.0.1:{port}/"), Some(&ca));
    let without_tls = asks_at(&format!("http://127.0.0.1:{port}/"), None);

    for (said, words) in [
        (
            &unknown,
            "unknown issuer: name the certificate of its authority in ca_file",
        ),
        (&other_name, "wrong name, it is for localhost"),
        (&without_tls, "write https://"),
    ] {
        assert!(said.contains(words), "{words}: {said}");
        // One sentence, and no line of somebody's log.
        assert!(!said.contains("ERROR"), "{said}");
    }
}

#[test]
fn a_client_that_wants_tls_where_there_is_none_says_so() {
    let house = house();
    let served = Served::start(&house, "");
    let url = format!("https://127.0.0.1:{}/", served.address.port());

    let said = asks_at(&url, None);

    assert!(
        said.contains("not TLS: check the port, or write http://"),
        "{said}"
    );
}
