//! Two thousand requests that nobody would send, from a fixed seed: each is
//! answered as the document says, and none brings the server down.

use fastrand::Rng;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use warroom::server::{Route, routes};

use super::{House, declared, document::faults_of, note};

const CASES: usize = 2_000;

const TEXTS: [&str; 12] = [
    "",
    "prod",
    "ada",
    "noted",
    "declared",
    "\u{1b}[2J",
    "\u{202e}x",
    "INC-1",
    "-1",
    "\0",
    "é",
    "😀",
];

/// A text, of ours or of nobody's.
fn text(rng: &mut Rng) -> String {
    match rng.u8(..4) {
        0 => super::uuid(rng.u128(..8)),
        1 => rng.char(..).to_string().repeat(rng.usize(..200)),
        _ => TEXTS[rng.usize(..TEXTS.len())].to_owned(),
    }
}

fn value(rng: &mut Rng, deep: usize) -> Value {
    match rng.u8(..if deep == 0 { 6 } else { 8 }) {
        0 => Value::Null,
        1 => json!(rng.bool()),
        2 => json!(rng.i64(..)),
        3 => json!(rng.f64() * 1e300),
        4 => json!("2026-11-23T12:00:00Z"),
        5 => json!(text(rng)),
        6 => (0..rng.usize(..4)).map(|_| value(rng, deep - 1)).collect(),
        _ => (0..rng.usize(..4))
            .map(|_| (text(rng), value(rng, deep - 1)))
            .collect(),
    }
}

/// An entry with some of its fields replaced or taken out.
fn entry(rng: &mut Rng) -> Value {
    let n = rng.u128(1..40);
    let mut entry = if rng.bool() {
        note(n, "hello")
    } else {
        declared(n)
    };
    let fields = entry.as_object_mut().unwrap();
    let names: Vec<String> = fields.keys().cloned().collect();
    for name in names {
        match rng.u8(..12) {
            0 => drop(fields.remove(&name)),
            1 => drop(fields.insert(name, value(rng, 3))),
            _ => {}
        }
    }
    if rng.u8(..4) == 0 {
        fields.insert("body".to_owned(), value(rng, 4));
    }
    entry
}

fn body(rng: &mut Rng) -> Vec<u8> {
    let post = match rng.u8(..6) {
        0 => value(rng, 3),
        1 => json!({ "events": [entry(rng)], "on_conflict": value(rng, 1) }),
        _ => json!({ "events": (0..rng.usize(..4)).map(|_| entry(rng)).collect::<Vec<_>>() }),
    };
    let mut bytes = post.to_string().into_bytes();
    if rng.u8(..8) == 0 {
        bytes.truncate(rng.usize(..=bytes.len()));
    }
    if rng.u8(..8) == 0 && !bytes.is_empty() {
        let place = rng.usize(..bytes.len());
        bytes[place] = rng.u8(..);
    }
    bytes
}

/// Every byte as `%xx`, so that it stays one part of a path.
fn encoded(text: &str) -> String {
    let bytes: Vec<String> = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
    bytes.concat()
}

fn path(rng: &mut Rng, route: &Route) -> String {
    let mut parts = Vec::new();
    for part in route.path.split('/').skip(1) {
        parts.push(match part {
            "{ws}" if rng.u8(..10) > 0 => "prod".to_owned(),
            part if part.starts_with('{') => encoded(&format!("1{}", text(rng))),
            part => part.to_owned(),
        });
    }
    let mut query = Vec::new();
    // No wait: nobody has time for it here.
    for name in ["after", "limit", "epoch", "all"] {
        if rng.u8(..5) == 0 {
            let value = if rng.bool() {
                encoded(&text(rng))
            } else {
                rng.u8(..).to_string()
            };
            query.push(format!("{name}={value}"));
        }
    }
    format!("/{}?{}", parts.join("/"), query.join("&"))
}

async fn ask(house: &House, rng: &mut Rng, route: &Route) -> Response {
    let who = [
        "ada", "ada", "ada", "bo", "grace", "alerts", "eve", "mallory",
    ];
    let who = who[rng.usize(..who.len())];
    let mut request = house.ask(route.method.clone(), &path(rng, route), who);
    if route.method == Method::POST {
        let kind = if rng.u8(..10) == 0 {
            "text/html"
        } else {
            "application/json"
        };
        request = request.header("content-type", kind).body(body(rng));
    }
    request.send().await.unwrap()
}

#[tokio::test]
async fn whatever_is_asked_is_answered_as_the_document_says() {
    let house = House::open().await;
    let document = house.get("/v1/openapi.json").await;
    let routes = routes();
    let mut rng = Rng::with_seed(20_261_123);
    let mut good = 0;

    for case in 0..CASES {
        let route = &routes[rng.usize(..routes.len())];
        let answer = ask(&house, &mut rng, route).await;
        let status = answer.status();
        good += usize::from(status.is_success());
        let what = format!("case {case}: {} {}: {status}", route.method, route.path);
        assert!(!status.is_server_error(), "{what}");
        let faults = faults_of(&document, route, answer).await;
        assert!(faults.is_empty(), "{what}: {faults:#?}");
    }

    assert!(good > CASES / 10, "only {good} got through");
    assert_eq!(house.log.verify().await.unwrap().problems, []);
}
