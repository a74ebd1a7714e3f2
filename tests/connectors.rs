//! What a channel does to the other side, and what it makes of each answer.

mod messages;
mod recorder;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use recorder::{Recorder, Reply, Request, answer};
use uuid::Uuid;
use warroom::{
    domain::{
        channel::{Format, Kind, Spec},
        entry::{EntryId, IncidentId},
        notice::{Intent, Outcome, Purpose},
        secret::Secret,
    },
    notify::{Channel, NotifyError},
};

/// The document's own message.
const UPDATE: &str = "🚨 INCIDENT UPDATE\nStatus: Investigating\nImpact: P2 - High latency on video generation\nETA: 2 hours\nNext Update: 14:30 UTC";

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_182_400, 0).unwrap()
}

fn spec(kind: Kind, url: &str) -> Spec {
    Spec {
        kind,
        url: Secret::new(url),
        secret: None,
        format: Format::Json,
        resend_safe: kind.is_resend_safe(),
        ca_file: None,
        public: false,
    }
}

fn channel(kind: Kind, url: &str) -> Channel {
    Channel::new(spec(kind, url)).unwrap()
}

fn intent(purpose: Purpose, text: &str) -> Intent {
    Intent {
        key: "page:INC-142:0:1".into(),
        channel: "incidents".into(),
        incident: IncidentId(Uuid::from_u128(142)),
        origin: EntryId(Uuid::from_u128(7)),
        purpose,
        not_before: noon() - TimeDelta::seconds(10),
        subject: "INC-142 High latency".into(),
        text: text.into(),
        maybe_repeat: false,
    }
}

/// What one answer makes of one update; and the requests it took.
async fn deliver(reply: Reply) -> (Outcome, Vec<Request>) {
    let recorder = Recorder::start(reply).await;
    let outcome = channel(Kind::Webhook, &recorder.url)
        .deliver(&intent(Purpose::Update, UPDATE), false, noon())
        .await;
    (outcome, recorder.requests())
}

fn not_sent(why: &str, seconds: Option<u64>) -> Outcome {
    Outcome::NotSent {
        why: why.into(),
        retry_after: seconds.map(Duration::from_secs),
    }
}

/// Each status and its answer make this of the message, with one request.
async fn check(table: &[(&str, &str, Outcome)]) {
    for (status, body, expected) in table {
        let (outcome, requests) = deliver(answer(status, "", body.as_bytes())).await;

        assert_eq!((&outcome, requests.len()), (expected, 1), "{status}");
    }
}

#[tokio::test]
async fn a_status_below_300_is_sent() {
    let sent = || Outcome::Sent("".into());
    check(&[
        ("200 OK", "ok", sent()),
        ("202 Accepted", "", sent()),
        ("204 No Content", "", sent()),
    ])
    .await;
}

#[tokio::test]
async fn a_status_of_the_400s_is_refused_for_good_and_says_why() {
    let refused = |why: &str| Outcome::Refused(why.into());
    check(&[
        (
            "400 Bad Request",
            "invalid_payload",
            refused("it answered 400 Bad Request: invalid_payload"),
        ),
        (
            "401 Unauthorized",
            "",
            refused("it answered 401 Unauthorized"),
        ),
        (
            "403 Forbidden",
            "action_prohibited",
            refused("it answered 403 Forbidden: action_prohibited"),
        ),
        (
            "404 Not Found",
            "no_service\n",
            refused("it answered 404 Not Found: no_service"),
        ),
        (
            "410 Gone",
            "channel_is_archived",
            refused("it answered 410 Gone: channel_is_archived"),
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_channel_that_is_busy_was_not_told() {
    check(&[
        (
            "408 Request Timeout",
            "",
            not_sent("it answered 408 Request Timeout", None),
        ),
        (
            "420 Calm",
            "slowly",
            not_sent("it answered 420: slowly", None),
        ),
        (
            "429 Too Many Requests",
            "",
            not_sent("it answered 429 Too Many Requests", None),
        ),
        (
            "503 Service Unavailable",
            "",
            not_sent("it answered 503 Service Unavailable", None),
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_channel_that_broke_down_may_have_been_told() {
    let uncertain = |why: &str| Outcome::Uncertain(why.into());
    check(&[
        (
            "500 Oops",
            "rollup_error",
            uncertain("it answered 500 Internal Server Error: rollup_error"),
        ),
        (
            "502 Bad Gateway",
            "",
            uncertain("it answered 502 Bad Gateway"),
        ),
        (
            "504 Gateway Timeout",
            "",
            uncertain("it answered 504 Gateway Timeout"),
        ),
        ("599 Odd", "", uncertain("it answered 599")),
    ])
    .await;
}

#[tokio::test]
async fn the_name_a_provider_gives_is_kept() {
    let (outcome, _) = deliver(answer("200 OK", "X-Slack-Req-Id: abc-1\r\n", b"ok")).await;

    assert_eq!(outcome, Outcome::Sent("abc-1".into()));
}

#[tokio::test]
async fn a_wait_is_taken_from_the_answer_in_seconds_or_as_a_date() {
    let at = (noon() + TimeDelta::seconds(90)).format("%a, %d %b %Y %H:%M:%S GMT");
    for (header, seconds) in [
        ("Retry-After: 2\r\n".to_owned(), Some(2)),
        (format!("Retry-After: {at}\r\n"), Some(90)),
        ("Retry-After: later\r\n".to_owned(), None),
        (String::new(), None),
    ] {
        for status in ["429 Too Many Requests", "503 Service Unavailable"] {
            let (outcome, requests) = deliver(answer(status, &header, b"")).await;

            let expected = not_sent(&format!("it answered {status}"), seconds);
            assert_eq!((outcome, requests.len()), (expected, 1), "{header}");
        }
    }
}

#[tokio::test]
async fn a_redirect_is_refused_and_not_followed() {
    let target = Recorder::start(answer("200 OK", "", b"ok")).await;
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let (outcome, requests) = deliver(answer(
            status,
            &format!("Location: {}\r\n", target.url),
            b"",
        ))
        .await;

        let Outcome::Refused(why) = outcome else {
            panic!("{status}: {outcome:?}");
        };
        assert!(why.starts_with("it answered a redirect (30"), "{why}");
        assert_eq!((requests.len(), target.requests().len()), (1, 0));
    }
}

#[tokio::test]
async fn what_could_not_connect_was_not_sent() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);

    for (url, why) in [
        (
            format!("http://127.0.0.1:{port}/"),
            "no connection: connection refused",
        ),
        (
            // No name can be that long, so no server is asked.
            format!("http://{}.invalid/", "a".repeat(70)),
            "the name of the host was not found: ",
        ),
    ] {
        let outcome = channel(Kind::Slack, &url)
            .deliver(&intent(Purpose::Page, "up"), false, noon())
            .await;

        let Outcome::NotSent {
            why: said,
            retry_after: None,
        } = outcome
        else {
            panic!("{url}: {outcome:?}");
        };
        assert!(said.starts_with(why), "{said}");
    }
}

#[tokio::test]
async fn a_certificate_must_be_known_and_can_be_made_known() {
    let (recorder, pem) = Recorder::start_tls(answer("200 OK", "", b"ok")).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, pem).unwrap();
    let known = Spec {
        ca_file: Some(file.path().into()),
        ..spec(Kind::Webhook, &recorder.url)
    };
    let missing = Spec {
        ca_file: Some("/nowhere/ca.pem".into()),
        ..spec(Kind::Webhook, &recorder.url)
    };
    let mut outcomes = Vec::new();

    for spec in [spec(Kind::Webhook, &recorder.url), missing, known] {
        let channel = Channel::new(spec).unwrap();
        outcomes.push(
            channel
                .deliver(&intent(Purpose::Page, "up"), false, noon())
                .await,
        );
    }

    assert_eq!(
        outcomes,
        [
            not_sent(
                "no connection: invalid peer certificate: UnknownIssuer",
                None
            ),
            not_sent(
                "the certificates in /nowhere/ca.pem could not be read: No such file or directory (os error 2)",
                None
            ),
            Outcome::Sent("".into()),
        ]
    );
    assert_eq!(recorder.requests().len(), 1);
}

#[tokio::test]
async fn a_host_that_never_speaks_tls_was_not_told() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", silent.local_addr().unwrap());

    let outcome = channel(Kind::Webhook, &url)
        .with_timeout(Duration::from_millis(400))
        .deliver(&intent(Purpose::Page, "up"), false, noon())
        .await;

    assert_eq!(outcome, not_sent("no connection in time", None));
}

#[tokio::test]
async fn silence_after_the_request_leaves_it_uncertain() {
    let recorder = Recorder::start(Reply::Unfinished(Vec::new())).await;

    let outcome = channel(Kind::Webhook, &recorder.url)
        .with_timeout(Duration::from_millis(400))
        .deliver(&intent(Purpose::Update, UPDATE), false, noon())
        .await;

    assert_eq!(
        outcome,
        Outcome::Uncertain("it was sent, and no answer came in time".into())
    );
    assert_eq!(recorder.requests().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_leaves_it_uncertain_and_is_not_repeated() {
    for (reply, seen) in [
        (Reply::Lost, 1),
        (Reply::Bytes(b"HTTP/1.1 20".to_vec()), 1),
        (Reply::Bytes(b"\x16\x03nonsense\r\n\r\n".to_vec()), 1),
        (Reply::HungUp, 0),
    ] {
        let (outcome, requests) = deliver(reply).await;

        let Outcome::Uncertain(why) = outcome else {
            panic!("{outcome:?}");
        };
        assert!(
            why.starts_with("it was sent, and the connection broke before the answer: "),
            "{why}"
        );
        assert_eq!(requests.len(), seen);
    }
}

#[tokio::test]
async fn an_answer_that_says_taken_need_not_be_finished() {
    let endless = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\no".to_vec();

    let (outcome, _) = deliver(Reply::Unfinished(endless)).await;

    assert_eq!(outcome, Outcome::Sent("".into()));
}

#[tokio::test]
async fn an_answer_is_cleaned_and_shortened() {
    let page = b"<!DOCTYPE html><html><head><style>p { color: red }</style><title>502</title></head>\r\n<body>\x1b]52;c;aGk=\x07b\xff\xfed</body></html>";
    for (body, said) in [
        (
            vec![b'x'; 10_000_000],
            format!("it answered 400 Bad Request: {}…", "x".repeat(170)),
        ),
        (
            page.to_vec(),
            "it answered 400 Bad Request: 502 ·b\u{fffd}\u{fffd}d".to_owned(),
        ),
        (
            vec![0xff; 3],
            "it answered 400 Bad Request: \u{fffd}\u{fffd}\u{fffd}".to_owned(),
        ),
    ] {
        let (outcome, _) = deliver(answer("400 Bad Request", "", &body)).await;

        assert_eq!(outcome, Outcome::Refused(said.as_str().into()));
    }
}

#[tokio::test]
async fn x2_what_is_meant_for_people_inside_never_goes_where_the_public_reads() {
    let recorder = Recorder::start(answer("200 OK", "", b"")).await;
    let outside = Channel::new(Spec {
        public: true,
        ..spec(Kind::Webhook, &recorder.url)
    })
    .unwrap();

    for purpose in [Purpose::Update, Purpose::Page, Purpose::LateNotice] {
        let outcome = outside
            .deliver(&intent(purpose, "db-7 is down"), false, noon())
            .await;
        assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
    }
    let news = intent(Purpose::Public, "we are on it");
    let outcome = outside.deliver(&news, false, noon()).await;

    assert!(matches!(outcome, Outcome::Sent(_)), "{outcome:?}");
    assert_eq!(recorder.requests().len(), 1);
}

#[tokio::test]
async fn no_secret_is_shown_whatever_happens() {
    const SENTINEL: &str = "c4n4ry-t0ken";
    let echo = format!("the URL /hook/{SENTINEL}?sig={SENTINEL} is unknown to {SENTINEL}");
    for reply in [
        answer(
            "404 Not Found",
            &format!("X-Request-Id: {SENTINEL}\r\n"),
            echo.as_bytes(),
        ),
        answer("200 OK", &format!("X-Request-Id: {SENTINEL}\r\n"), b""),
        answer("500 Oops", "", echo.as_bytes()),
        answer("302 Found", &format!("Location: /{SENTINEL}\r\n"), b""),
        Reply::Lost,
    ] {
        let recorder = Recorder::start(reply).await;
        let secretive = Channel::new(Spec {
            secret: Some(Secret::new(SENTINEL)),
            ..spec(
                Kind::Webhook,
                &format!("{}/hook/{SENTINEL}?sig={SENTINEL}", recorder.url),
            )
        })
        .unwrap();

        let outcome = secretive
            .deliver(&intent(Purpose::Page, "up"), false, noon())
            .await;

        let shown = format!("{outcome:?} {secretive:?} {:?}", secretive.spec());
        assert!(!shown.contains(SENTINEL), "{shown}");
        assert_eq!(recorder.requests().len(), 1);
    }
}

#[test]
fn an_address_that_is_none_is_refused_without_being_shown() {
    for url in [
        "",
        "hooks.example/c4n4ry",
        "ftp://h/c4n4ry",
        "https://",
        "unix:/c4n4ry",
    ] {
        let error = Channel::new(spec(Kind::Slack, url)).unwrap_err();

        assert_eq!(error, NotifyError::Address, "{url:?}");
        assert!(!error.to_string().contains("c4n4ry"));
    }
}
