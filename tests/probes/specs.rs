//! What can't be probed is said before anything is.

use std::path::PathBuf;

use warroom::{domain::probe::Target, notify, probe::Probe};

use super::{command, http, https, spec};

fn refusal(target: Target) -> String {
    let refused = Probe::new(spec(target)).expect_err("it can't be probed");
    refused.to_string()
}

fn tcp(address: &str) -> Target {
    Target::Tcp {
        address: address.to_owned(),
    }
}

#[test]
fn a_refusal_names_the_probe_and_the_way_out() {
    let missing = PathBuf::from("/nonexistent/ca.pem");
    let not_pem = tempfile::NamedTempFile::new().unwrap();
    for (target, words) in [
        (http("nonsense"), "http://localhost:8080/health"),
        (http("localhost:8080/health"), r#"starts with "localhost""#),
        (http("ftp://localhost/"), r#"starts with "ftp""#),
        (https("https://localhost", missing), "/nonexistent/ca.pem"),
        (
            https("https://localhost", not_pem.path().to_owned()),
            "BEGIN CERTIFICATE",
        ),
        (tcp("localhost"), "host:port"),
        (command(&[]), "argv = ["),
        (command(&[""]), "argv = ["),
        (
            Target::Dns {
                host: "db:5432".to_owned(),
                expect: None,
            },
            "without a port",
        ),
        (
            Target::Dns {
                host: "localhost".to_owned(),
                expect: Some("everywhere".to_owned()),
            },
            "not an IP address",
        ),
    ] {
        let refusal = refusal(target);

        assert!(refusal.contains("probe checkout"), "{refusal}");
        assert!(refusal.contains(words), "{refusal}");
    }
}

#[test]
fn a_refusal_keeps_secrets_to_itself() {
    let Target::Http { url, status, .. } = http("http://localhost/") else {
        unreachable!("made as http")
    };
    let with_header = Target::Http {
        url,
        status,
        body: None,
        follow: false,
        headers: vec!["Accept: */*".to_owned(), "X Token: hunter2".to_owned()],
        ca_file: None,
    };

    let header = refusal(with_header);
    let url = refusal(http("http://ada:hunter2@[bad/"));

    assert!(header.contains("header 2 of"), "{header}");
    assert!(!header.contains("hunter2") && !url.contains("hunter2"));
}

#[test]
fn the_default_cryptography_may_be_installed_twice() {
    notify::install_tls();
    notify::install_tls();

    assert!(rustls::crypto::CryptoProvider::get_default().is_some());
}
