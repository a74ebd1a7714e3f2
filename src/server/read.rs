//! The folded state, for scripts; and what people do about deliveries.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{
        Path, Query,
        rejection::{PathRejection, QueryRejection},
    },
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;

use super::{Problem, Room, Workspace, openapi::Refused};
use crate::{
    domain::{board::Board, notice::Delivery},
    journal,
    store::DeliveryFilter,
    wire::{
        Code,
        view::{self, Brief, Sending, Whole},
    },
};

/// How much of a list is wanted.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct Much {
    /// Also those that are over.
    #[param(required = false)]
    all: bool,
}

/// Incidents: those that are active, the worst first; or all there ever were,
/// the newest first.
#[utoipa::path(
    get,
    path = "/v1/ws/{ws}/incidents",
    operation_id = "list_incidents",
    params(("ws" = String, Path, description = "The workspace"), Much),
    responses((status = 200, description = "As `warroom list -o json` has them", body = Vec<Brief<'_>>), Refused),
    security(("token" = ["read"]))
)]
pub(super) async fn incidents(
    Extension(workspace): Extension<Arc<Workspace>>,
    much: Result<Query<Much>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(much) = much?;
    let now = workspace.room.clock.now();
    read(&workspace.room, |board| {
        let incidents = if much.all {
            board.all().rev().collect()
        } else {
            board.active()
        };
        let briefs = incidents.iter().map(|incident| view::brief(incident, now));
        Json(briefs.collect::<Vec<_>>()).into_response()
    })
    .await
}

/// One incident: how it stands, what is owed, who does what.
#[utoipa::path(
    get,
    path = "/v1/ws/{ws}/incidents/{id}",
    operation_id = "show_incident",
    params(
        ("ws" = String, Path, description = "The workspace"),
        ("id" = String, Path, description = "`INC-142`, `142`, or its id"),
    ),
    responses((status = 200, description = "As `warroom show -o json` has it", body = Whole<'_>), Refused),
    security(("token" = ["read"]))
)]
pub(super) async fn incident(
    Extension(workspace): Extension<Arc<Workspace>>,
    place: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Problem> {
    let Path((_, which)) = place?;
    let now = workspace.room.clock.now();
    read(&workspace.room, |board| {
        let incident = board
            .find(Some(&which))
            .map_err(|_| Problem::new(Code::NoIncident, "the list with ?all=true has them all"))?;
        Ok(Json(view::whole(incident, now)).into_response())
    })
    .await?
}

/// Reads the board, as it is after the last entry of the log.
async fn read<T>(room: &Room, look: impl FnOnce(&Board) -> T + Send) -> Result<T, Problem> {
    let mut slot = room.board.lock().await;
    let board = slot.get_or_insert_default();
    journal::catch_up(&room.log, board).await?;
    Ok(look(board))
}

/// Messages on their way: those that are not over, or all there ever were.
#[utoipa::path(
    get,
    path = "/v1/ws/{ws}/deliveries",
    operation_id = "list_deliveries",
    params(("ws" = String, Path, description = "The workspace"), Much),
    responses((status = 200, description = "As `warroom deliveries -o json` has them, the oldest first", body = Vec<Sending<'_>>), Refused),
    security(("token" = ["read"]))
)]
pub(super) async fn deliveries(
    Extension(workspace): Extension<Arc<Workspace>>,
    much: Result<Query<Much>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(much) = much?;
    let filter = if much.all {
        DeliveryFilter::All
    } else {
        DeliveryFilter::Unfinished
    };
    let deliveries = workspace.room.log.deliveries(filter).await?;
    let views: Vec<_> = deliveries.iter().map(view::sending).collect();
    Ok(Json(views).into_response())
}

/// Sends a delivery again at once: one that waits, is dead, or uncertain.
#[utoipa::path(
    post,
    path = "/v1/ws/{ws}/deliveries/{key}/retry",
    operation_id = "retry_delivery",
    params(
        ("ws" = String, Path, description = "The workspace"),
        ("key" = String, Path, description = "As the list has it, percent-encoded"),
    ),
    responses((status = 200, description = "As it is now", body = Sending<'_>), Refused),
    security(("token" = ["write"]))
)]
pub(super) async fn retry(
    Extension(workspace): Extension<Arc<Workspace>>,
    place: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Problem> {
    let (log, now) = (workspace.log(), workspace.room.clock.now());
    let Path((_, key)) = place?;
    Ok(answer(&log.retry(&key, now).await?))
}

/// Takes a person's word that a delivery arrived, or was sent by hand.
#[utoipa::path(
    post,
    path = "/v1/ws/{ws}/deliveries/{key}/mark-sent",
    operation_id = "mark_delivery_sent",
    params(
        ("ws" = String, Path, description = "The workspace"),
        ("key" = String, Path, description = "As the list has it, percent-encoded"),
    ),
    responses((status = 200, description = "As it is now", body = Sending<'_>), Refused),
    security(("token" = ["write"]))
)]
pub(super) async fn mark_sent(
    Extension(workspace): Extension<Arc<Workspace>>,
    place: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Problem> {
    let (log, now) = (workspace.log(), workspace.room.clock.now());
    let Path((_, key)) = place?;
    Ok(answer(&log.mark_sent(&key, now).await?))
}

/// Takes a delivery back: it does not leave any more.
#[utoipa::path(
    post,
    path = "/v1/ws/{ws}/deliveries/{key}/cancel",
    operation_id = "cancel_delivery",
    params(
        ("ws" = String, Path, description = "The workspace"),
        ("key" = String, Path, description = "As the list has it, percent-encoded"),
    ),
    responses((status = 200, description = "As it is now", body = Sending<'_>), Refused),
    security(("token" = ["write"]))
)]
pub(super) async fn cancel(
    Extension(workspace): Extension<Arc<Workspace>>,
    place: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Problem> {
    let Path((_, key)) = place?;
    Ok(answer(&workspace.log().cancel(&key).await?))
}

fn answer(delivery: &Delivery) -> Response {
    Json(view::sending(delivery)).into_response()
}
