//! The `OpenAPI` document is true.

use std::collections::BTreeSet;

use reqwest::{Method, Response};
use serde_json::{Value, json};
use warroom::{
    server::{Route, Scope, routes},
    wire::{Code, Way},
};

use super::{EVENTS, House, declared, entry, note, schema::faults};

/// The schema under which the document has an answer.
fn schema<'d>(document: &'d Value, method: &str, path: &str, answer: &Response) -> &'d Value {
    let operation = &document["paths"][path][method];
    let status = answer.status().as_u16().to_string();
    let responses = operation["responses"].as_object().unwrap();
    let response = responses.get(&status).unwrap_or(&responses["default"]);
    let kind = answer.headers()["content-type"].to_str().unwrap();
    let content = &response["content"][kind]["schema"];
    assert!(content.is_object(), "{method} {path}: {status} {kind}");
    content
}

/// What is wrong with an answer, by the document; empty where it is true.
pub async fn faults_of(document: &Value, route: &Route, answer: Response) -> Vec<String> {
    let method = route.method.as_str().to_lowercase();
    let schema = schema(document, &method, route.path, &answer);
    let value: Value = answer.json().await.unwrap();
    faults(document, schema, &value)
}

fn route(method: &Method, path: &str) -> Route {
    let mut routes = routes().into_iter();
    let found = routes.find(|route| route.method == method && route.path == path);
    found.expect("there is such a route")
}

async fn assert_true(document: &Value, route: &Route, answer: Response) {
    let faults = faults_of(document, route, answer).await;

    assert!(
        faults.is_empty(),
        "{} {}: {faults:#?}",
        route.method,
        route.path
    );
}

#[tokio::test]
async fn it_has_every_address_and_no_other() {
    let house = House::open().await;
    let document = house.get("/v1/openapi.json").await;

    let mut documented = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            documented.insert(format!("{} {path}", method.to_uppercase()));
        }
    }

    let served = routes().into_iter();
    let served = served.map(|route| format!("{} {}", route.method, route.path));
    assert_eq!(documented, served.collect());
}

#[tokio::test]
async fn it_names_the_scope_that_each_address_asks_for() {
    let house = House::open().await;
    let document = house.get("/v1/openapi.json").await;

    for route in routes() {
        let method = route.method.as_str().to_lowercase();
        let security = &document["paths"][route.path][method]["security"];
        let wanted = match route.scope.map(Scope::word) {
            Some(scope) => json!([{ "token": [scope] }]),
            None => json!([{}, { "token": [] }]),
        };
        assert_eq!(*security, wanted, "{} {}", route.method, route.path);
    }
}

#[tokio::test]
async fn every_good_answer_is_as_it_says() {
    let house = House::open().await;
    let document = house.get("/v1/openapi.json").await;
    let events = [
        declared(1),
        note(2, "hello"),
        entry(3, "unheard_of", &json!([null, 1.5])),
        note(2, "other"),
    ];

    let posted = house.post_as("ada", &json!({ "events": events })).await;
    let path = "/v1/ws/{ws}/events";
    assert_true(&document, &route(&Method::POST, path), posted).await;

    for (path, asked) in [
        (path, EVENTS),
        ("/v1/ws/{ws}/incidents", "/v1/ws/prod/incidents?all=true"),
        ("/v1/ws/{ws}/incidents/{id}", "/v1/ws/prod/incidents/1"),
        ("/v1/ws/{ws}/deliveries", "/v1/ws/prod/deliveries"),
        ("/v1/meta", "/v1/meta"),
        ("/v1/openapi.json", "/v1/openapi.json"),
    ] {
        let answer = house.ask(Method::GET, asked, "ada").send().await.unwrap();
        assert_eq!(answer.status(), 200, "{asked}");
        assert_true(&document, &route(&Method::GET, path), answer).await;
    }
}

#[tokio::test]
async fn every_refusal_is_as_it_says() {
    let house = House::open().await;
    let document = house.get("/v1/openapi.json").await;

    for route in routes().into_iter().filter(|route| route.scope.is_some()) {
        let path = route.path.replace("{ws}", "prod");
        for who in ["mallory", "alerts", "eve"] {
            let answer = house
                .ask(route.method.clone(), &path, who)
                .send()
                .await
                .unwrap();
            assert_true(&document, &route, answer).await;
        }
    }
    let ahead = format!("{EVENTS}?after=9");
    let ahead = house.ask(Method::GET, &ahead, "ada").send().await.unwrap();
    let follow = route(&Method::GET, "/v1/ws/{ws}/events");
    assert_true(&document, &follow, ahead).await;
}

#[tokio::test]
async fn it_lists_every_code() {
    let house = House::open().await;
    let document = house.get("/v1/openapi.json").await;

    let listed = &document["components"]["schemas"]["Code"]["enum"];

    assert_eq!(*listed, json!(Code::ALL));
}

#[tokio::test]
async fn every_link_leads_to_an_address_with_parameters_that_it_has() {
    let house = House::open().await;
    let document = house.get("/v1/openapi.json").await;
    let paths = document["paths"].as_object().unwrap();
    let operations = || {
        paths
            .values()
            .flat_map(|path| path.as_object().unwrap().values())
    };
    let named = |id: &Value| {
        let found = operations().find(|one| one["operationId"] == *id);
        found.unwrap_or_else(|| panic!("{id} is no operation"))
    };

    let mut count = 0;
    for operation in operations() {
        for link in operation["responses"]["200"]["links"]
            .as_object()
            .into_iter()
            .flatten()
        {
            let target = named(&link.1["operationId"]);
            let has = target["parameters"].as_array().unwrap();
            for name in link.1["parameters"].as_object().unwrap().keys() {
                assert!(has.iter().any(|one| one["name"] == *name), "{link:?}");
                count += 1;
            }
        }
    }
    assert!(count > 16, "{count}");
}

/// What a link asks of an operation, by what was asked and answered.
fn asked(link: &Value, request: &Value, answer: &Value) -> String {
    let asked = link["parameters"].as_object().unwrap().iter();
    let asked = asked.filter(|(name, _)| *name != "ws").map(|(name, from)| {
        let (whose, place) = from.as_str().unwrap().split_once('#').unwrap();
        let body = if whose == "$request.body" {
            request
        } else {
            answer
        };
        let value = body
            .pointer(place)
            .unwrap_or_else(|| panic!("{from} in {body}"));
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), ToOwned::to_owned);
        format!("{name}={value}")
    });
    asked.collect::<Vec<_>>().join("&")
}

#[tokio::test]
async fn whoever_follows_a_link_is_answered() {
    let house = House::open().await;
    let document = house.get("/v1/openapi.json").await;
    let links = |path: &str, method: &str| {
        document["paths"][path][method]["responses"]["200"]["links"].clone()
    };
    let mut rejected = note(2, "hello");
    rejected["v"] = json!(2);
    let request = json!({ "events": [declared(1)] });
    let posted: Value = house.post_as("ada", &request).await.json().await.unwrap();
    let refused = json!({ "events": [rejected] });
    let answer: Value = house.post_as("ada", &refused).await.json().await.unwrap();
    let (events, incidents) = ("/v1/ws/{ws}/events", "/v1/ws/{ws}/incidents");
    let page = house.get(EVENTS).await;
    let list = house.get("/v1/ws/prod/incidents").await;

    for (links, request, answer) in [
        (links(events, "post"), &request, &posted),
        (links(events, "post"), &refused, &answer),
        (links(events, "get"), &json!(null), &page),
        (links(incidents, "get"), &json!(null), &list),
    ] {
        for link in links.as_object().unwrap().values() {
            let asked = asked(link, request, answer);
            let path = match link["operationId"].as_str().unwrap() {
                "follow_events" => format!("{EVENTS}?{asked}"),
                "show_incident" => asked.replace("id=", "/v1/ws/prod/incidents/"),
                "list_deliveries" => "/v1/ws/prod/deliveries".to_owned(),
                other => panic!("{other}"),
            };
            house.get(&path).await;
        }
    }
}

#[tokio::test]
async fn numbers_are_judged_as_it_says() {
    let house = House::open().await;
    let mut floats = note(1, "as a script writes it");
    floats["base"] = json!(4_582.0);
    floats["v"] = json!(1.0);
    floats["seq"] = json!(7.0);

    let posted = house.post(&[floats]).await;
    let page = house
        .get(&format!(
            "{EVENTS}?limit=99999999999999999999&wait=99999999999"
        ))
        .await;

    assert_eq!(posted["results"][0]["result"], json!("appended"));
    assert_eq!(page["events"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_person_does_with_a_delivery_has_an_address() {
    let routes = routes();

    for way in Way::ALL {
        let path = format!("/v1/ws/{{ws}}/deliveries/{{key}}/{}", way.segment());
        assert!(routes.iter().any(|route| route.path == path), "{path}");
    }
}

#[tokio::test]
async fn it_says_how_a_time_is_written_and_no_less_than_is_refused_of_an_entry() {
    let house = House::open().await;
    let document = house.get("/v1/openapi.json").await;
    let schemas = &document["components"]["schemas"];

    let pattern = &schemas["Post"]["properties"]["sent_at"]["pattern"];
    assert!(
        pattern
            .as_str()
            .unwrap_or_default()
            .starts_with("^(19[7-9]"),
        "{pattern}"
    );
    // What is too long or too new is told of that entry, and refuses no post.
    for field in ["via", "kind", "v"] {
        let schema = &schemas["Entry"]["properties"][field];
        for rule in ["maxLength", "minLength", "maximum"] {
            assert_eq!(schema.get(rule), None, "{field}");
        }
    }
}
