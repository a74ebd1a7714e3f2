//! What a channel sends, byte for byte.

use std::process::{Command, Stdio};

use serde_json::json;

use super::*;

#[tokio::test]
async fn a_webhook_carries_the_message_its_incident_and_its_key() {
    let (_, requests) = deliver(answer("200 OK", "", b"")).await;

    let request = &requests[0];
    assert!(request.head.starts_with("POST / HTTP/1.1\r\n"));
    assert_eq!(
        request.header("content-type"),
        ["application/json; charset=utf-8"]
    );
    assert_eq!(request.header("webhook-id"), ["page:INC-142:0:1"]);
    assert_eq!(request.header("webhook-timestamp"), ["1767182400"]);
    assert!(request.header("webhook-signature").is_empty());
    assert_eq!(
        request.json(),
        json!({
            "type": "warroom.update",
            "timestamp": "2025-12-31T11:59:50Z",
            "data": {
                "key": "page:INC-142:0:1",
                "incident": "00000000-0000-0000-0000-00000000008e",
                "subject": "INC-142 High latency",
                "text": UPDATE,
                "maybe_repeat": false,
            },
        })
    );
}

#[tokio::test]
async fn a_text_webhook_carries_exactly_the_message() {
    let recorder = Recorder::start(answer("200 OK", "", b"")).await;
    let text = Channel::new(Spec {
        format: Format::Text,
        ..spec(Kind::Webhook, &recorder.url)
    })
    .unwrap();

    text.deliver(&intent(Purpose::Update, UPDATE), true, noon())
        .await;

    let request = &recorder.requests()[0];
    assert_eq!(request.body, UPDATE.as_bytes());
    assert_eq!(
        request.header("content-type"),
        ["text/plain; charset=utf-8"]
    );
    assert_eq!(request.header("webhook-id"), ["page:INC-142:0:1"]);
}

#[tokio::test]
async fn a_signature_is_the_one_of_standard_webhooks() {
    for (secret, key) in [
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "31f290f6bf06298aab4f08d43c3f082cf648a362da2da4b0",
        ),
        ("plain words", "706c61696e20776f726473"),
    ] {
        let recorder = Recorder::start(answer("200 OK", "", b"")).await;
        let signing = Channel::new(Spec {
            secret: Some(Secret::new(secret)),
            ..spec(Kind::Webhook, &recorder.url)
        })
        .unwrap();

        signing
            .deliver(&intent(Purpose::Page, "ü & <b>"), false, noon())
            .await;

        let request = &recorder.requests()[0];
        let [signature] = request.header("webhook-signature")[..] else {
            panic!("{}", request.head);
        };
        assert_eq!(signature, expected_by_ring(key, request));
        if let Some(by_python) = expected_by_python(key, request) {
            assert_eq!(signature, by_python);
        }
    }
}

fn signed_content(request: &Request) -> Vec<u8> {
    let id = request.header("webhook-id")[0];
    let timestamp = request.header("webhook-timestamp")[0];
    [format!("{id}.{timestamp}.").as_bytes(), &request.body].concat()
}

fn expected_by_ring(key: &str, request: &Request) -> String {
    let key: Vec<u8> = (0..key.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&key[at..at + 2], 16).unwrap())
        .collect();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &key);
    let tag = ring::hmac::sign(&key, &signed_content(request));
    let mut child = Command::new("base64")
        .arg("-w0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), tag.as_ref()).unwrap();
    let encoded = child.wait_with_output().unwrap().stdout;
    format!("v1,{}", String::from_utf8(encoded).unwrap())
}

/// `None` where there is no python3.
fn expected_by_python(key: &str, request: &Request) -> Option<String> {
    const CHECK: &str = "import base64, hashlib, hmac, sys
tag = hmac.new(bytes.fromhex(sys.argv[1]), sys.stdin.buffer.read(), hashlib.sha256).digest()
print('v1,' + base64.b64encode(tag).decode(), end='')";
    let mut child = Command::new("python3")
        .args(["-c", CHECK, key])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let content = signed_content(request);
    std::io::Write::write_all(&mut child.stdin.take()?, &content).ok()?;
    let output = child.wait_with_output().ok()?;
    Some(String::from_utf8(output.stdout).unwrap())
}

#[tokio::test]
async fn slack_gets_the_message_and_nothing_in_it_can_call_people() {
    let recorder = Recorder::start(answer("200 OK", "", b"ok")).await;
    let slack = channel(Kind::Slack, &recorder.url);

    for (text, shown) in [
        (UPDATE, UPDATE),
        (
            "<!channel> a & b *bold* <@U1>",
            "&lt;!channel&gt; a &amp; b *bold* &lt;@U1&gt;",
        ),
        ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),
    ] {
        slack
            .deliver(&intent(Purpose::Update, text), true, noon())
            .await;

        let request = &recorder.requests()[0];
        assert_eq!(request.json(), json!({ "text": shown }));
        assert_eq!(
            request.header("content-type"),
            ["application/json; charset=utf-8"]
        );
        assert!(!request.head.contains("webhook-"));
    }
}

#[tokio::test]
async fn only_a_repeated_page_says_that_it_may_be_one() {
    let recorder = Recorder::start(answer("200 OK", "", b"ok")).await;
    let slack = channel(Kind::Slack, &recorder.url);

    for (purpose, repeat, shown) in [
        (Purpose::Page, false, "wake up"),
        (
            Purpose::Page,
            true,
            "wake up\n(possible repeat, reference page:INC-142:0:1)",
        ),
        (Purpose::Update, true, "wake up"),
        (Purpose::LateNotice, true, "wake up"),
        (Purpose::Public, true, "wake up"),
    ] {
        slack
            .deliver(&intent(purpose, "wake up"), repeat, noon())
            .await;

        assert_eq!(recorder.requests()[0].json()["text"], shown, "{purpose:?}");
    }
}

#[tokio::test]
async fn a_text_webhook_says_of_a_page_that_it_may_be_a_repeat() {
    let recorder = Recorder::start(answer("200 OK", "", b"")).await;
    let text = Channel::new(Spec {
        format: Format::Text,
        ..spec(Kind::Webhook, &recorder.url)
    })
    .unwrap();

    text.deliver(&intent(Purpose::Page, "wake up"), true, noon())
        .await;

    let body = &recorder.requests()[0].body;
    assert_eq!(
        String::from_utf8_lossy(body),
        "wake up\n(possible repeat, reference page:INC-142:0:1)"
    );
}

#[tokio::test]
async fn nothing_in_a_message_becomes_a_header() {
    let recorder = Recorder::start(answer("200 OK", "", b"")).await;
    let hostile = Intent {
        key: serde_json::from_value(json!("k\r\nX-Injected: 1")).unwrap(),
        subject: "s\r\nX-Injected: 1\r\n\r\nbody".into(),
        ..intent(Purpose::Page, "t\r\nX-Injected: 1")
    };

    channel(Kind::Webhook, &recorder.url)
        .deliver(&hostile, false, noon())
        .await;

    let request = &recorder.requests()[0];
    assert!(request.header("x-injected").is_empty(), "{}", request.head);
    assert_eq!(request.header("webhook-id"), ["k%20X-Injected:%201"]);
    assert_eq!(request.json()["data"]["subject"], "s X-Injected: 1  body");
}
