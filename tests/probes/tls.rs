//! Certificates: how long they last, and why one is not trusted.

use std::{net::SocketAddr, path::PathBuf};

use chrono::TimeDelta;
use warroom::domain::{
    fact::ErrorClass,
    probe::{Outcome, Reading, Target},
};

use super::{
    certs::{Authority, self_made, shows, wants_one_too},
    https,
    peers::{greeting, nobody},
    read,
};

const HOST: &str = "127.0.0.1";

fn tls(at: SocketAddr, ca_file: Option<PathBuf>) -> Target {
    Target::Tls {
        address: at.to_string(),
        warn: TimeDelta::days(14),
        ca_file,
    }
}

fn days(days: i64) -> TimeDelta {
    // And an hour, so that it is still that many when it is read.
    TimeDelta::days(days) + TimeDelta::hours(1)
}

fn said(reading: &Reading) -> (Outcome, &str) {
    (reading.outcome, reading.detail.as_str())
}

#[tokio::test]
async fn the_days_left_are_counted() {
    let authority = Authority::new();
    let ca = Some(authority.file());
    let long = shows(authority.signs(HOST, days(41))).await;
    let short = shows(authority.signs(HOST, days(3))).await;
    let middle = shows(authority.signs_through(HOST, days(90), days(10))).await;

    let long = read(tls(long, ca.clone())).await;
    let short = read(tls(short, ca.clone())).await;
    let middle = read(tls(middle, ca)).await;

    assert_eq!(said(&long), (Outcome::Pass, "41 days left"));
    assert_eq!(said(&short), (Outcome::Warn, "3 days left"));
    assert_eq!(said(&middle), (Outcome::Warn, "10 days left"));
}

#[tokio::test]
async fn why_one_is_not_trusted_is_told_by_both_kinds() {
    let authority = Authority::new();
    let ca = Some(authority.file());
    let (own, _) = self_made(HOST);
    let failed = Outcome::Fail(ErrorClass::Tls);
    for (shown, ca, words) in [
        (
            authority.signs(HOST, -days(3)),
            ca.clone(),
            "certificate: expired 3 days ago",
        ),
        (
            authority.signs("other.example", days(90)),
            ca.clone(),
            "certificate: wrong name, it is for other.example",
        ),
        (
            Authority::new().signs(HOST, days(90)),
            ca.clone(),
            "certificate: unknown issuer",
        ),
        (
            own,
            ca.clone(),
            "certificate: an authority's own (CA:TRUE), which no server may show",
        ),
    ] {
        let at = shows(shown).await;

        let by_tls = read(tls(at, ca.clone())).await;
        let by_http = read(https(format!("https://{at}"), ca.unwrap())).await;

        assert_eq!(said(&by_tls), (failed, words));
        assert_eq!(said(&by_http), (failed, words));
    }
}

#[tokio::test]
async fn what_ca_file_names_is_trusted() {
    let authority = Authority::new();
    let signed = shows(authority.signs(HOST, days(90))).await;
    let (own, named) = self_made(HOST);
    let own = shows(own).await;
    for (at, ca) in [(signed, authority.file()), (own, named.file())] {
        let by_tls = read(tls(at, Some(ca.clone()))).await;
        let by_http = read(https(format!("https://{at}"), ca)).await;

        assert_eq!(by_tls.outcome, Outcome::Pass, "{by_tls:?}");
        assert_eq!(said(&by_http), (Outcome::Pass, "status 200"));
    }
}

#[tokio::test]
async fn one_that_was_named_still_needs_the_right_name() {
    let (own, named) = self_made("other.example");
    let at = shows(own).await;

    let reading = read(tls(at, Some(named.file()))).await;

    assert_eq!(reading.outcome, Outcome::Fail(ErrorClass::Tls));
    assert!(reading.detail.contains("wrong name"), "{}", reading.detail);
}

#[tokio::test]
async fn a_server_that_wants_a_certificate_too_is_read_all_the_same() {
    let authority = Authority::new();
    let at = wants_one_too(authority.signs(HOST, days(90)), &authority).await;

    let reading = read(tls(at, Some(authority.file()))).await;

    assert_eq!(said(&reading), (Outcome::Pass, "90 days left"));
}

#[tokio::test]
async fn what_does_not_speak_tls_is_told_from_what_does_not_listen() {
    let ssh = greeting(b"SSH-2.0-OpenSSH_9.2\r\n").await;

    let plain = read(tls(ssh, None)).await;
    let closed = read(tls(nobody().await, None)).await;

    assert_eq!(said(&plain), (Outcome::Fail(ErrorClass::Tls), "not TLS"));
    assert_eq!(
        said(&closed),
        (Outcome::Fail(ErrorClass::Connect), "connection refused")
    );
}
