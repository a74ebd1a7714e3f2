//! Each address, asked by each who might.

use reqwest::{Method, Response, StatusCode, header::AUTHORIZATION};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use warroom::{
    server::{Route, Scope, Told, routes},
    wire::Channels,
};

use super::{EVENTS, House, code, grants, noon, note};

/// The path of a route, in the workspace `prod`, with things that are not there.
fn path(route: &Route) -> String {
    let path = route.path.replace("{ws}", "prod");
    path.replace("{id}", "INC-404")
        .replace("{key}", "nothing%2Fnothing")
}

async fn ask(house: &House, route: &Route, token: Option<&str>) -> Response {
    let url = format!("{}{}", house.url, path(route));
    let mut request = house.client.request(route.method.clone(), url);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if route.method == Method::POST {
        request = request.json(&json!({ "events": [] }));
    }
    request.send().await.unwrap()
}

/// The scope of each name in [`super::grants`].
const BEARERS: [(&str, Scope); 4] = [
    ("bo", Scope::Read),
    ("ada", Scope::Write),
    ("grace", Scope::Admin),
    ("alerts", Scope::Hook),
];

/// What each scope is enough for, written a second time and by hand.
fn is_enough(given: Scope, wanted: Scope) -> bool {
    match (given, wanted) {
        (Scope::Admin, _) => true,
        (Scope::Write, Scope::Read | Scope::Write) => true,
        (Scope::Read, Scope::Read) => true,
        (Scope::Hook, Scope::Hook) => true,
        (Scope::Write | Scope::Read | Scope::Hook, _) => false,
    }
}

#[tokio::test]
async fn each_address_lets_through_the_scopes_it_names_and_no_other() {
    let house = House::open().await;

    for route in routes() {
        for (token, given) in BEARERS {
            let answer = ask(&house, &route, Some(token)).await;
            let status = answer.status();
            assert_eq!(answer.headers()["cache-control"], "no-store");
            let what = format!("{} {} as {given:?}", route.method, route.path);
            match route.scope {
                Some(wanted) if !is_enough(given, wanted) => {
                    assert_eq!(code(answer).await, (403, "forbidden".to_owned()), "{what}");
                }
                // What is asked for is not there, but they may ask.
                Some(_) | None => assert!(
                    [StatusCode::OK, StatusCode::NOT_FOUND].contains(&status),
                    "{what}: {status}"
                ),
            }
        }
    }
}

#[tokio::test]
async fn without_a_token_of_this_workspace_nothing_in_it_answers() {
    let house = House::open().await;

    for route in routes().into_iter().filter(|route| route.scope.is_some()) {
        let what = format!("{} {}", route.method, route.path);
        let nobody = code(ask(&house, &route, None).await).await;
        let unknown = code(ask(&house, &route, Some("mallory")).await).await;
        let foreign = code(ask(&house, &route, Some("eve")).await).await;

        assert_eq!(nobody, (401, "unauthenticated".to_owned()), "{what}");
        assert_eq!(unknown, (401, "unauthenticated".to_owned()), "{what}");
        assert_eq!(foreign, (403, "foreign_workspace".to_owned()), "{what}");
    }
}

#[tokio::test]
async fn every_address_of_a_workspace_asks_for_a_scope() {
    for route in routes() {
        assert_eq!(
            route.path.starts_with("/v1/ws/{ws}/"),
            route.scope.is_some(),
            "{}",
            route.path
        );
    }
}

#[tokio::test]
async fn a_header_that_is_not_one_bearer_is_refused() {
    let house = House::open().await;
    let url = format!("{}/v1/meta", house.url);

    for values in [
        &["Basic YWRhOmFkYQ=="][..],
        &["ada"],
        &["Bearer ada", "Bearer bo"],
    ] {
        let mut request = house.client.get(&url);
        for value in values {
            request = request.header(AUTHORIZATION, *value);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["www-authenticate"], "Bearer");
        assert_eq!(code(answer).await, (401, "unauthenticated".to_owned()));
    }
}

#[tokio::test]
async fn a_workspace_that_is_not_served_is_said_to_its_own_people_only() {
    let house = House::open().await;

    let own = house.ask(Method::GET, "/v1/ws/elsewhere/events", "eve");
    let other = house.ask(Method::GET, "/v1/ws/elsewhere/events", "ada");

    let own = code(own.send().await.unwrap()).await;
    let other = code(other.send().await.unwrap()).await;
    assert_eq!(own, (404, "no_workspace".to_owned()));
    assert_eq!(other, (403, "foreign_workspace".to_owned()));
}

#[tokio::test]
async fn other_addresses_and_methods_are_refused_in_the_same_shape() {
    let house = House::open().await;

    let nowhere = house.ask(Method::GET, "/v1/nowhere", "ada").send().await;
    let other = house.ask(Method::DELETE, "/v1/meta", "ada").send().await;

    assert_eq!(code(nowhere.unwrap()).await, (404, "not_found".to_owned()));
    assert_eq!(
        code(other.unwrap()).await,
        (405, "method_not_allowed".to_owned())
    );
}

#[tokio::test]
async fn a_path_that_is_no_text_is_refused_in_the_same_shape() {
    let house = House::open().await;

    for path in ["/v1/ws/%ff/events", "/v1/ws/prod/incidents/%ff"] {
        let answer = house.ask(Method::GET, path, "ada").send().await.unwrap();
        assert_eq!(code(answer).await, (400, "malformed".to_owned()), "{path}");
    }
}

#[tokio::test]
async fn the_token_is_told_who_it_is() {
    let house = House::open().await;

    let meta = house.get("/v1/meta").await;

    assert_eq!(
        meta["you"],
        json!({ "name": "ada", "workspace": "prod", "scopes": ["write"] })
    );
}

#[tokio::test]
async fn a_post_that_began_before_its_token_was_revoked_is_not_taken() {
    let house = House::open().await;
    let body = json!({ "events": [note(1, "late")] }).to_string();
    let host = house.url.trim_start_matches("http://");
    let mut way = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "POST {EVENTS} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer ada\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\
         expect: 100-continue\r\nconnection: close\r\n\r\n",
        body.len()
    );
    way.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    way.read_exact(&mut answer).await.unwrap();
    assert_eq!(
        &answer, b"HTTP/1.1 100",
        "it was let in, and is listened to"
    );

    let others = grants().into_iter().filter(|grant| &*grant.name != "ada");
    house.server.tokens.set(others.collect(), noon());
    way.write_all(body.as_bytes()).await.unwrap();

    let mut answer = String::new();
    way.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("HTTP/1.1 401"), "{answer}");
    assert_eq!(house.log.head().await.unwrap(), 0);
}

#[tokio::test]
async fn who_may_not_read_is_told_nothing_of_the_team() {
    let house = House::open().await;
    house.server.tell(Told {
        channels: Channels {
            all: vec!["pager".into()],
            ..Channels::default()
        },
        policy: Some("phone = \"+1 555 0100\"".to_owned()),
    });

    let meta = async |who| {
        let answer = house.ask(Method::GET, "/v1/meta", who).send().await;
        answer.unwrap().text().await.unwrap()
    };

    let (hook, reader) = (meta("alerts").await, meta("bo").await);
    for secret in ["555 0100", "pager", &house.log.replica().to_string()] {
        assert!(!hook.contains(secret), "{hook}");
        assert!(reader.contains(secret), "{reader}");
    }
}
