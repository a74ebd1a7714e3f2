//! Bodies that are too much, or no entries at all.

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{EVENTS, House, code, entry, note, notes, results};

#[tokio::test]
async fn what_is_no_post_is_refused_and_nothing_is_kept() {
    let house = House::open().await;
    let huge_number = r#"{"events":[],"on_conflict":1e999}"#;
    let wrong_id = note(1, "one").to_string().replace("00000000-", "zzzzzzzz-");
    let bodies: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"\0\x1b[2J\xff\xfe".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"{}".to_vec(),
        br#"{"events":{}}"#.to_vec(),
        br#"{"events":[{}]}"#.to_vec(),
        br#"{"events":[],"on_conflict":"maybe"}"#.to_vec(),
        huge_number.as_bytes().to_vec(),
        b"{\"events\":[\"\xff\"]}".to_vec(),
        format!(r#"{{"events":[{wrong_id}]}}"#).into_bytes(),
        format!(r#"{{"events":[{}]"#, note(1, "cut short")).into_bytes(),
    ];

    for body in bodies {
        let shown = String::from_utf8_lossy(&body).into_owned();
        let answer = house.post_raw(body).await;
        assert_eq!(code(answer).await, (400, "malformed".to_owned()), "{shown}");
    }
    assert_eq!(house.log.head().await.unwrap(), 0);
}

#[tokio::test]
async fn a_refusal_quotes_nothing_that_acts_on_a_terminal() {
    let house = House::open().await;

    let answer = house
        .post_raw("{\"events\":[],\"on_conflict\":\"\u{9b}31m\u{202e}\\u001b[2J\"}")
        .await;

    let text = answer.text().await.unwrap();
    let unsafe_ = |c: char| c.is_control() || c == '\u{202e}';
    assert!(
        !text.contains(unsafe_) && !text.contains("\\u001b"),
        "{text:?}"
    );
}

#[tokio::test]
async fn brackets_without_end_are_refused_before_anybody_walks_them() {
    let house = House::open().await;
    let deep = |n: usize| {
        let body = format!("{}{}", "[".repeat(n), "]".repeat(n));
        let outer = entry(n as u128, "noted", &json!("BODY")).to_string();
        format!(r#"{{"events":[{}]}}"#, outer.replace("\"BODY\"", &body))
    };

    let fits: Value = house.post_raw(deep(32)).await.json().await.unwrap();
    let over: Value = house.post_raw(deep(33)).await.json().await.unwrap();
    let far: Value = house.post_raw(deep(30_000)).await.json().await.unwrap();
    let outer = house.post_raw("[".repeat(200_000)).await;

    assert_eq!(results(&fits), ["appended 1"]);
    assert_eq!(results(&over), ["rejected too_deep"]);
    assert_eq!(results(&far), ["rejected too_deep"]);
    assert_eq!(code(outer).await, (400, "malformed".to_owned()));
}

#[tokio::test]
async fn a_large_entry_is_refused_by_itself_and_a_large_post_as_a_whole() {
    let house = House::open().await;
    let large = entry(1, "noted", &json!({ "text": "x".repeat(65_536) }));

    let posted = house.post(&[large, note(2, "small")]).await;
    let many = house
        .post_as("ada", &json!({ "events": notes(10..511) }))
        .await;
    let most = house.post(&notes(10..510)).await;
    let megabytes = house.post_raw(vec![b' '; (1 << 20) + 1]).await;

    assert_eq!(results(&posted), ["rejected entry_too_large", "appended 1"]);
    assert_eq!(code(many).await, (413, "too_many_entries".to_owned()));
    assert_eq!(most["results"].as_array().unwrap().len(), 500);
    assert_eq!(code(megabytes).await, (413, "too_large".to_owned()));
}

#[tokio::test]
async fn only_plain_json_is_read() {
    let house = House::open().await;
    let body = json!({ "events": [note(1, "one")] }).to_string();
    let send = |kind: &'static str, coding: Option<&'static str>| {
        let request = house.ask(reqwest::Method::POST, EVENTS, "ada");
        let mut request = request.header("content-type", kind).body(body.clone());
        if let Some(coding) = coding {
            request = request.header("content-encoding", coding);
        }
        request.send()
    };

    for (kind, coding) in [
        ("text/plain", None),
        ("application/jsonx", None),
        ("application/json", Some("gzip")),
    ] {
        let answer = send(kind, coding).await.unwrap();
        assert_eq!(
            code(answer).await,
            (415, "unsupported_media_type".to_owned())
        );
    }
    let answer = send("Application/JSON; charset=utf-8", None).await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn what_the_log_can_not_hold_is_refused_entry_by_entry() {
    let house = House::open().await;
    let with = |n: u128, field: &str, value: Value| {
        let mut entry = note(n, "odd");
        entry[field] = value;
        entry
    };

    let posted = house
        .post(&[
            with(1, "kind", json!("")),
            with(2, "kind", json!("a\u{1f}b")),
            with(3, "via", json!("x".repeat(65))),
            with(4, "base", json!(u64::MAX)),
            with(5, "at", json!("+10000-01-01T00:00:00Z")),
            with(6, "recorded_at", json!("1969-12-31T23:59:59Z")),
            with(7, "v", json!(2)),
            with(8, "seq", json!(4_000)),
            with(9, "not_known_yet", json!([1, 2])),
        ])
        .await;

    assert_eq!(
        results(&posted),
        [
            "rejected unfit",
            "rejected unfit",
            "rejected unfit",
            "rejected unfit",
            "rejected unfit",
            "rejected unfit",
            "rejected newer_version",
            "appended 1",
            "appended 2",
        ]
    );
}

#[tokio::test]
async fn a_body_that_ends_early_leaves_nothing_behind() {
    let house = House::open().await;
    let body = json!({ "events": [note(1, "half")] }).to_string();
    let head = format!(
        "POST {EVENTS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let address = house.url.strip_prefix("http://").unwrap();

    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
        .write_all(&body.as_bytes()[..body.len() / 2])
        .await
        .unwrap();
    stream.shutdown().await.unwrap();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.ok();

    assert!(!rest.starts_with(b"HTTP/1.1 200"));
    assert_eq!(house.log.head().await.unwrap(), 0);
    assert_eq!(
        results(&house.post(&[note(1, "whole")]).await),
        ["appended 1"]
    );
}

#[tokio::test]
async fn bodies_that_one_caller_never_ends_keep_no_other_caller_out() {
    let house = House::open().await;
    let address = house.url.strip_prefix("http://").unwrap();
    let head = format!(
        "POST {EVENTS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ada\r\n\
         Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{"
    );
    let mut crowd = Vec::new();
    for _ in 0..300 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        crowd.push(stream);
    }
    // Those that found no place are told so: now all the others have theirs.
    let mut told = [0; 12];
    crowd
        .last_mut()
        .unwrap()
        .read_exact(&mut told)
        .await
        .unwrap();
    assert_eq!(told, *b"HTTP/1.1 429");

    let body = json!({ "events": [note(1, "meanwhile")] });
    let answer = house.post_as("grace", &body).await;

    assert_eq!(answer.status(), 200);
}
