//! What the API is, told by itself: `/v1/openapi.json`, made from the handlers
//! and the types they speak; and `/v1/meta`.

use std::sync::Arc;

use axum::{Extension, Json, extract::State};
use serde_json::{Map, Value, json};
use utoipa::{
    IntoResponses, Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use super::{Caller, Scope, Shared, Told, events, read};
use crate::wire::{self, Limits, Meta, You};

/// Every refusal, in one shape.
#[derive(IntoResponses)]
#[response(
    status = "default",
    description = "Refused; `code` says why",
    content_type = "application/problem+json"
)]
#[expect(dead_code, reason = "it only tells the document what a problem is")]
pub(super) struct Refused(wire::Problem);

/// The document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "warroom",
        description = "The log of an incident war room: take entries in, follow them, read how things stand."
    ),
    paths(
        events::post,
        events::follow,
        read::incidents,
        read::incident,
        read::deliveries,
        read::retry,
        read::mark_sent,
        read::cancel,
        meta,
        document,
    ),
    components(schemas(wire::Problem)),
    modifiers(&Token)
)]
struct Document;

struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "A token for one workspace, with the scopes read, write, admin or hook",
            ))
            .build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("token", SecurityScheme::Http(bearer));
    }
}

/// What the server is, what fits, and who you are.
#[utoipa::path(
    get,
    path = "/v1/meta",
    operation_id = "meta",
    responses((status = 200, description = "The server", body = Meta), Refused),
    security((), ("token" = []))
)]
pub(super) async fn meta(
    State(server): State<Shared>,
    caller: Option<Extension<Arc<Caller>>>,
) -> Json<Meta> {
    // The policy has phone numbers, and is not for whoever only posts alerts.
    let reader = caller.as_ref().filter(|one| one.may(Scope::Read).is_ok());
    let Told { channels, policy } = reader.map(|_| server.told()).unwrap_or_default();
    let workspace = reader.and_then(|one| server.of_caller(one, None).ok());
    Json(Meta {
        program: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        entry_version: wire::VERSION,
        server_time: server.clock.now(),
        limits: Limits::here(),
        channels,
        policy,
        log: workspace.map(|workspace| workspace.log().replica()),
        you: caller.map(|Extension(caller)| You {
            scopes: caller
                .scopes
                .iter()
                .map(|one| one.word().to_owned())
                .collect(),
            name: caller.name.clone(),
            workspace: caller.workspace.clone(),
            expires_at: caller.expires_at,
        }),
    })
}

/// Where an answer leads: the operation, the link's name, the operation that it
/// leads to, and what that one is asked with beside the workspace.
type Leads = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

const LINKS: [Leads; 8] = {
    const INCIDENT: &[(&str, &str)] = &[("id", "$response.body#/0/id")];
    const DELIVERY: &[(&str, &str)] = &[("key", "$response.body#/0/key")];
    // From what the author had seen on: there is always such a number, also
    // where an entry was rejected.
    const SEEN: &[(&str, &str)] = &[
        ("after", "$request.body#/events/0/base"),
        ("epoch", "$response.body#/epoch"),
    ];
    const NEXT: &[(&str, &str)] = &[
        ("after", "$response.body#/next"),
        ("epoch", "$response.body#/epoch"),
    ];
    const POSTED: &[(&str, &str)] = &[("id", "$request.body#/events/0/incident")];
    [
        ("post_events", "follow", "follow_events", SEEN),
        ("post_events", "show", "show_incident", POSTED),
        ("post_events", "deliveries", "list_deliveries", &[]),
        ("follow_events", "next", "follow_events", NEXT),
        ("list_incidents", "show", "show_incident", INCIDENT),
        ("list_deliveries", "retry", "retry_delivery", DELIVERY),
        (
            "list_deliveries",
            "mark_sent",
            "mark_delivery_sent",
            DELIVERY,
        ),
        ("list_deliveries", "cancel", "cancel_delivery", DELIVERY),
    ]
};

/// A time, as the word `date-time` alone does not make anybody write it: with
/// a year from 1970 to 9999.
const TIME: &str = r"^(19[7-9]\d|[2-9]\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$";

/// Says of every time in the document how it is written.
fn with_times(part: &mut Value) {
    if part["format"] == "date-time" {
        part["pattern"] = json!(TIME);
    }
    match part {
        Value::Object(parts) => parts.values_mut().for_each(with_times),
        Value::Array(parts) => parts.iter_mut().for_each(with_times),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Adds what the derived document can't say of itself: where answers lead, how
/// times are written, and that a whole number may be of any length.
fn completed(mut document: Value) -> Value {
    with_times(&mut document);
    document["components"]["schemas"]["u64"] = json!({ "type": "integer", "minimum": 0 });
    let paths = document["paths"].as_object_mut().into_iter();
    let operations = paths.flat_map(|paths| paths.values_mut().filter_map(Value::as_object_mut));
    for operation in operations.flat_map(|path| path.values_mut()) {
        let id = operation["operationId"].clone();
        for (_, name, to, asked) in LINKS.iter().filter(|(from, ..)| id == **from) {
            let mut with: Map<String, Value> = asked
                .iter()
                .map(|(name, from)| ((*name).to_owned(), json!(from)))
                .collect();
            with.insert("ws".to_owned(), json!("$request.path.ws"));
            operation["responses"]["200"]["links"][name] =
                json!({ "operationId": to, "parameters": with });
        }
    }
    document
}

/// This document.
#[utoipa::path(
    get,
    path = "/v1/openapi.json",
    operation_id = "openapi",
    responses((status = 200, description = "An OpenAPI document", body = serde_json::Value), Refused),
    security((), ("token" = []))
)]
pub(super) async fn document() -> Json<Value> {
    let document = serde_json::to_value(Document::openapi());
    Json(completed(document.expect("a document has only JSON")))
}
