//! HTTP, TCP and DNS: what a person reads when something does not answer.

use std::time::Duration;

use chrono::TimeDelta;
use warroom::{
    clock::Clock,
    domain::{
        fact::ErrorClass,
        probe::{Outcome, Spec, Target},
    },
    probe::Probe,
};

use super::{
    http,
    peers::{End, closing, greeting, nobody, raw, silent, web},
    read, read_impatiently, spec,
};

struct Asking {
    status: Option<u16>,
    body: Option<&'static str>,
    follow: bool,
    header: Option<&'static str>,
}

const PLAIN: Asking = Asking {
    status: None,
    body: None,
    follow: false,
    header: None,
};

impl Asking {
    fn at(self, url: String) -> Target {
        Target::Http {
            url,
            status: self.status,
            body: self.body.map(str::to_owned),
            follow: self.follow,
            headers: self.header.map(str::to_owned).into_iter().collect(),
            ca_file: None,
        }
    }
}

#[tokio::test]
async fn a_failure_is_told_in_words() {
    let web = web().await;
    let short = raw(
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        End::Close,
    )
    .await;
    let empty = raw(b"", End::Close).await;
    let reset = raw(b"", End::Reset).await;
    let ssh = greeting(b"SSH-2.0-OpenSSH_9.2\r\n").await;
    for (url, class, words) in [
        (web.at("/status/503"), ErrorClass::Status, "status 503"),
        (
            format!("http://{}", nobody().await),
            ErrorClass::Connect,
            "connection refused",
        ),
        (
            format!("http://{reset}"),
            ErrorClass::Connect,
            "connection reset",
        ),
        (
            format!("http://{empty}"),
            ErrorClass::Connect,
            "closed without an answer",
        ),
        (
            format!("http://{short}"),
            ErrorClass::Body,
            "answer ended early",
        ),
        (format!("http://{ssh}"), ErrorClass::Body, "not HTTP"),
        (
            format!("https://{}", closing().await),
            ErrorClass::Tls,
            "no TLS handshake: the connection was closed",
        ),
    ] {
        let reading = read(http(url.clone())).await;

        assert_eq!(reading.outcome, Outcome::Fail(class), "{url}: {reading:?}");
        assert_eq!(reading.detail.as_str(), words, "{url}");
    }
}

#[tokio::test]
async fn no_answer_and_no_name_are_told_apart() {
    let hanging = read_impatiently(http(format!("http://{}", silent().await))).await;
    let unknown = read(http("http://nonexistent.invalid/")).await;

    assert_eq!(hanging.outcome, Outcome::Fail(ErrorClass::Timeout));
    assert_eq!(hanging.detail.as_str(), "no answer in 1s");
    assert_eq!(unknown.outcome, Outcome::Fail(ErrorClass::Dns));
    assert!(
        unknown
            .detail
            .starts_with("no address for nonexistent.invalid"),
        "{}",
        unknown.detail
    );
}

#[tokio::test]
async fn the_expected_status_is_the_only_right_one() {
    let web = web().await;
    let expecting = |status, path| {
        Asking {
            status: Some(status),
            ..PLAIN
        }
        .at(web.at(path))
    };

    let right = read(expecting(503, "/status/503")).await;
    let wrong = read(expecting(204, "/ok")).await;

    assert_eq!(right.outcome, Outcome::Pass);
    assert_eq!(wrong.outcome, Outcome::Fail(ErrorClass::Status));
    assert_eq!(wrong.detail.as_str(), "status 200, not 204");
}

#[tokio::test]
async fn a_sign_in_page_is_not_the_answer_that_was_asked_for() {
    let web = web().await;
    let looking_for_up = |path| {
        Asking {
            body: Some(r#""status":"UP""#),
            ..PLAIN
        }
        .at(web.at(path))
    };

    let right = read(looking_for_up("/ok")).await;
    let wrong = read(looking_for_up("/page")).await;
    let endless = read(looking_for_up("/endless")).await;

    assert_eq!(right.outcome, Outcome::Pass);
    assert_eq!(wrong.outcome, Outcome::Fail(ErrorClass::Body));
    assert!(
        wrong.detail.ends_with("is not in the answer"),
        "{}",
        wrong.detail
    );
    assert_eq!(endless.outcome, Outcome::Fail(ErrorClass::Body));
    assert!(endless.detail.ends_with("the first MiB of the answer"));
}

#[tokio::test]
async fn redirects_are_followed_on_request_and_not_for_ever() {
    let web = web().await;
    let following = |path| {
        Asking {
            follow: true,
            ..PLAIN
        }
        .at(web.at(path))
    };

    let stays = read(http(web.at("/status/301"))).await;
    let good = read(following("/to/200")).await;
    let bad = read(following("/to/503")).await;
    let circle = read(following("/loop")).await;

    assert_eq!(stays.detail.as_str(), "status 301");
    assert_eq!(stays.outcome, Outcome::Pass);
    assert_eq!(good.detail.as_str(), "status 200");
    assert_eq!(bad.detail.as_str(), "status 503");
    assert_eq!(circle.outcome, Outcome::Fail(ErrorClass::Status));
    assert_eq!(circle.detail.as_str(), "redirects for ever");
}

#[tokio::test]
async fn headers_are_sent() {
    let web = web().await;
    let with_token = Asking {
        header: Some("X-Token: hunter2"),
        ..PLAIN
    };

    let without = read(http(web.at("/secret"))).await;
    let with = read(with_token.at(web.at("/secret"))).await;

    assert_eq!(without.detail.as_str(), "status 401");
    assert_eq!(with.detail.as_str(), "status 200");
}

#[tokio::test]
async fn each_reading_connects_anew() {
    let web = web().await;
    let probe = Probe::new(spec(http(web.at("/ok")))).unwrap();

    for _ in 0..3 {
        probe.read(&Clock::System).await;
    }

    assert_eq!(web.connections(), 3);
}

#[tokio::test]
async fn slower_than_its_limit_is_a_warning() {
    let web = web().await;
    let probe = Probe::new(Spec {
        slow: Some(TimeDelta::nanoseconds(1)),
        ..spec(http(web.at("/ok")))
    })
    .unwrap();

    let reading = probe.read(&Clock::System).await;

    assert_eq!(reading.outcome, Outcome::Warn);
    assert!(
        reading.detail.starts_with("status 200, slow: "),
        "{}",
        reading.detail
    );
    assert!(reading.took.is_some_and(|took| took > Duration::ZERO));
}

#[tokio::test]
async fn a_port_is_open_or_refuses() {
    let tcp = |address: std::net::SocketAddr| Target::Tcp {
        address: address.to_string(),
    };
    let open = silent().await;

    let accepts = read(tcp(open)).await;
    let by_name = read(Target::Tcp {
        address: format!("localhost:{}", open.port()),
    })
    .await;
    let refuses = read(tcp(nobody().await)).await;

    assert_eq!(accepts.outcome, Outcome::Pass);
    assert_eq!(by_name.outcome, Outcome::Pass);
    assert_eq!(refuses.outcome, Outcome::Fail(ErrorClass::Connect));
    assert_eq!(refuses.detail.as_str(), "connection refused");
    assert_eq!(refuses.took, None);
}

#[tokio::test]
async fn a_name_resolves_to_the_expected_address_or_not() {
    let localhost = |expect: &str| Target::Dns {
        host: "localhost".to_owned(),
        expect: Some(expect.to_owned()),
    };

    let right = read(localhost("127.0.0.1")).await;
    let wrong = read(localhost("192.0.2.7")).await;
    let unknown = read(Target::Dns {
        host: "nonexistent.invalid".to_owned(),
        expect: None,
    })
    .await;

    assert_eq!(right.outcome, Outcome::Pass, "{right:?}");
    assert_eq!(wrong.outcome, Outcome::Fail(ErrorClass::Body));
    assert!(
        wrong.detail.ends_with(", not 192.0.2.7"),
        "{}",
        wrong.detail
    );
    assert_eq!(unknown.outcome, Outcome::Fail(ErrorClass::Dns));
}
