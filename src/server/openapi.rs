//! What the API is, told by itself: `/v1/openapi.json`, made from the handlers
//! and the types they speak; and `/v1/meta`.

use axum::{Json, extract::State};
use utoipa::{
    IntoResponses, Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use super::{Caller, Shared, events, read};
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
pub(super) async fn meta(State(server): State<Shared>, caller: Option<Caller>) -> Json<Meta> {
    Json(Meta {
        program: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        entry_version: wire::VERSION,
        server_time: server.clock.now(),
        limits: Limits::here(),
        channels: match &caller {
            Some(_) => server.channels(),
            None => wire::Channels::default(),
        },
        you: caller.map(|caller| You {
            scopes: caller
                .scopes
                .iter()
                .map(|one| one.word().to_owned())
                .collect(),
            name: caller.name,
            workspace: caller.workspace,
            expires_at: caller.expires_at,
        }),
    })
}

/// This document.
#[utoipa::path(
    get,
    path = "/v1/openapi.json",
    operation_id = "openapi",
    responses((status = 200, description = "An OpenAPI document", body = serde_json::Value), Refused),
    security((), ("token" = []))
)]
pub(super) async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Document::openapi())
}
