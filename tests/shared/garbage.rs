//! A server that is none, or gone mad: the client keeps what it has, asks
//! again ever more seldom, and goes on with a real one.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    body::Body,
    extract::Request,
    http::{Method, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use uuid::Uuid;
use warroom::clock::Clock;

use super::{PATIENCE, backend::Backend, copy::Copy};

/// What it answers to a page and to a post, whatever is asked.
type Answer = fn(&Request) -> Response;

/// How long each of them is tried, and how many requests are few: three to a
/// round, and ten rounds. Pauses are random parts of half a second, a second,
/// two, four, and eight from then on; that nine of them fit into two seconds is
/// less likely than one in ten millions. Who asks without end has thousands.
const TRIED: Duration = Duration::from_secs(2);
const FEW: usize = 3 * 10;

/// Nothing a server would say, by the name of what it is.
const ALL: [(&str, Answer); 18] = [
    ("no JSON", |_| "<html>Sign in</html>".into_response()),
    ("nothing", |_| ().into_response()),
    ("no page", |_| Json(json!([1, 2, 3])).into_response()),
    ("deep", |_| "[".repeat(200_000).into_response()),
    ("endless", |_| endless().into_response()),
    ("redirect", |_| redirect(StatusCode::TEMPORARY_REDIRECT)),
    ("moved for ever", |_| {
        redirect(StatusCode::MOVED_PERMANENTLY)
    }),
    ("too many", |_| too_many()),
    ("too many, in a word", |_| problem(429, "rate_limited")),
    ("teapot", |_| StatusCode::IM_A_TEAPOT.into_response()),
    ("always another history", |_| problem(409, "epoch_changed")),
    ("another history's page", |_| page("x", &[], 0, false)),
    ("histories without end", |asked| {
        let epoch = Clock::System.new_id().to_string();
        let query = asked.uri().query().unwrap_or_default();
        if query.contains("epoch") {
            problem(409, "epoch_changed")
        } else {
            page(&epoch, &[], 0, false)
        }
    }),
    ("the end of time", |asked| {
        at_the_time(asked, "+262142-12-31T23:59:59Z", "-262143-01-01T00:00:00Z")
    }),
    ("a gap", |asked| ours(asked, &[3, 4], false)),
    ("the same twice", |asked| ours(asked, &[1, 1], false)),
    ("more, and nothing", |asked| ours(asked, &[], true)),
    ("news at once, and none", |asked| ours(asked, &[], false)),
];

fn endless() -> Body {
    let piece = || Ok::<_, std::io::Error>(vec![b' '; 1 << 16]);
    Body::from_stream(futures::stream::repeat_with(piece))
}

fn redirect(status: StatusCode) -> Response {
    (status, [(header::LOCATION, "/elsewhere")]).into_response()
}

fn too_many() -> Response {
    (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "1")]).into_response()
}

fn problem(status: u16, code: &str) -> Response {
    let body = json!({
        "type": format!("urn:warroom:{code}"), "title": code, "status": status, "code": code,
        "detail": "because"
    });
    (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
}

fn page(epoch: &str, events: &[Value], head: u64, more: bool) -> Response {
    Json(json!({
        "events": events, "head": head, "next": head, "more": more, "epoch": epoch,
        "server_time": "2026-11-23T12:00:00Z", "engine": {}
    }))
    .into_response()
}

/// A page of a server whose clock says so, and whose engine was there then.
fn at_the_time(asked: &Request, now: &str, ticked_at: &str) -> Response {
    Json(json!({
        "events": [], "head": 0, "next": 0, "more": false, "epoch": epoch(asked),
        "server_time": now, "engine": { "holder": "engine", "ticked_at": ticked_at }
    }))
    .into_response()
}

/// Entries under these numbers, all by one id, in the history that was asked
/// for; and an empty answer to every post.
fn ours(asked: &Request, numbers: &[u64], more: bool) -> Response {
    if asked.method() == Method::POST {
        return Json(json!({ "results": [], "epoch": "e" })).into_response();
    }
    let id = Uuid::from_u128(5);
    let event = |seq: &u64| {
        json!({
            "id": id, "seq": seq, "incident": id, "kind": "noted", "at": "2026-11-23T12:00:00Z",
            "recorded_at": "2026-11-23T12:00:00Z", "by": "mallory", "via": "console",
            "replica": id, "base": 0, "body": { "text": "hello" }
        })
    };
    let events: Vec<Value> = numbers.iter().map(event).collect();
    page(epoch(asked), &events, 9, more)
}

/// The history that was asked for.
fn epoch(asked: &Request) -> &str {
    let query = asked.uri().query().unwrap_or_default();
    let epoch = query.split('&').find_map(|one| one.strip_prefix("epoch="));
    epoch.unwrap_or("e")
}

fn meta() -> Value {
    json!({
        "program": "warroom", "version": "1", "entry_version": 1, "server_time": "2026-11-23T12:00:00Z",
        "limits": { "entries": 500, "batch_bytes": 1, "body_bytes": 1, "depth": 1, "wait_s": 25 }
    })
}

/// What it was asked.
#[derive(Default)]
struct Asked {
    all: AtomicUsize,
    elsewhere: AtomicUsize,
}

/// A server that is ours, or nothing would be asked of it, and answers so.
async fn mad(
    answer: impl Fn(&Request) -> Response + Clone + Send + Sync + 'static,
) -> (SocketAddr, Arc<Asked>) {
    let of_itself = |asked: &Request| asked.uri().path() == "/v1/meta";
    mad_of_itself(move |asked| {
        if of_itself(asked) {
            Json(meta()).into_response()
        } else {
            answer(asked)
        }
    })
    .await
}

/// A server that answers so, whatever it is asked; it ends with the test's
/// runtime.
async fn mad_of_itself(
    answer: impl Fn(&Request) -> Response + Clone + Send + Sync + 'static,
) -> (SocketAddr, Arc<Asked>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(Asked::default());
    let counted = Arc::clone(&asked);
    let app = Router::new().fallback(move |request: Request| {
        counted.all.fetch_add(1, Ordering::Relaxed);
        if request.uri().path() == "/elsewhere" {
            counted.elsewhere.fetch_add(1, Ordering::Relaxed);
        }
        let answer = answer(&request);
        async move { answer }
    });
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, asked)
}

/// Keeps a copy with such a server for a while, and then with a real one.
async fn survives(name: &str, answer: Answer, server: SocketAddr, token: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("copy.db");
    let (address, asked) = mad(answer).await;
    let mut copy = Copy::open(&file, address, "prod", token).await;
    copy.settle().await.ok();
    let before = asked.all.load(Ordering::Relaxed);

    let id = copy.note(name).await;
    copy.keep();
    tokio::time::sleep(TRIED).await;
    let count = asked.all.load(Ordering::Relaxed) - before;
    drop(copy);

    assert!((1..=FEW).contains(&count), "{name}: {count} requests");
    assert_eq!(asked.elsewhere.load(Ordering::Relaxed), 0, "{name}");
    let copy = Copy::open(&file, server, "prod", token).await;
    copy.give().await;
    copy.settled().await;
    let ids = copy.ids().await;
    let times = ids.iter().filter(|one| **one == id).count();
    assert_eq!(times, 1, "{name}: {ids:?}");
    assert_eq!(copy.log.unsent().await.unwrap(), [], "{name}");
    assert_eq!(copy.log.verify().await.unwrap().problems, [], "{name}");
}

/// Waits until something was asked for twice.
async fn twice(asked: &Semaphore) {
    let asked = tokio::time::timeout(PATIENCE, asked.acquire_many(2)).await;
    assert!(asked.is_ok(), "it was asked for once, and never again");
}

#[tokio::test]
async fn i1_an_entry_that_was_answered_for_and_lost_is_handed_in_again() {
    let folder = tempfile::tempdir().unwrap();
    let posts = Arc::new(Semaphore::new(0));
    let counted = Arc::clone(&posts);
    let answer = move |asked: &Request| {
        if asked.method() != Method::POST {
            return page(epoch(asked), &[], 0, false);
        }
        counted.add_permits(1);
        let id = Uuid::from_u128(9);
        let result = json!({ "id": id, "result": "appended", "seq": 1 });
        Json(json!({ "results": [result], "epoch": "e" })).into_response()
    };
    let (address, _) = mad(answer).await;
    let mut copy = Copy::open(&folder.path().join("copy.db"), address, "prod", "t").await;
    copy.settled().await;
    copy.record(Uuid::from_u128(9), "lost").await;

    copy.keep();

    twice(&posts).await;
}

#[tokio::test]
async fn a_time_beyond_the_calendar_is_told_and_harms_nobody() {
    let (noon, first, last) = (
        "2026-11-23T12:00:00Z",
        "-262143-01-01T00:00:00Z",
        "+262142-12-31T23:59:59Z",
    );
    for (now, ticked_at) in [(first, last), (last, first), (noon, first), (noon, last)] {
        let folder = tempfile::tempdir().unwrap();
        let (address, _) = mad(move |asked| at_the_time(asked, now, ticked_at)).await;
        let mut copy = Copy::open(&folder.path().join("copy.db"), address, "prod", "t").await;

        copy.keep();

        copy.is_offline("is not between the years 1970 and 9999")
            .await;
    }
}

#[tokio::test]
async fn a_server_whose_clock_was_set_is_asked_anew_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let metas = Arc::new(Semaphore::new(0));
    let counted = Arc::clone(&metas);
    let hours = Arc::new(AtomicUsize::new(0));
    let answer = move |asked: &Request| {
        let hour = hours.load(Ordering::Relaxed);
        let now = format!("2026-11-23T{hour:02}:00:00Z");
        if asked.uri().path() != "/v1/meta" {
            return at_the_time(asked, &now, &now);
        }
        hours.fetch_add(1, Ordering::Relaxed);
        counted.add_permits(1);
        Json(json!({
            "program": "warroom", "version": "1", "entry_version": 1, "server_time": now,
            "limits": {
                "entries": 1, "batch_bytes": 1, "body_bytes": 1, "depth": 1, "wait_s": 1
            },
            "you": null
        }))
        .into_response()
    };
    let (address, _) = mad_of_itself(answer).await;
    let mut copy = Copy::open(&folder.path().join("copy.db"), address, "prod", "t").await;

    copy.keep();

    twice(&metas).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_gone_mad_costs_nothing_and_is_not_asked_without_end() {
    let mut backend = Backend::on_a_file();
    let token = backend.token("ada");
    backend.start();
    let server = backend.address();

    let all = ALL.map(|(name, answer)| survives(name, answer, server, &token));
    futures::future::join_all(all).await;

    let log = backend.done("export").out;
    for (name, _) in ALL {
        let text = format!(r#""text":"{name}""#);
        assert_eq!(log.matches(&text).count(), 1, "{name}");
    }
    backend.done("verify");
}
