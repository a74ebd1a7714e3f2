//! The folded state, for scripts; and what people do about deliveries.

use std::{panic::resume_unwind, sync::Arc};

use axum::{
    Extension, Json,
    extract::{
        Path, Query,
        rejection::{PathRejection, QueryRejection},
    },
    http::{Uri, header},
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use super::{Caller, Problem, Room, Workspace, openapi::Refused};
use crate::{
    domain::{
        board::Board,
        entry::{IncidentId, Seq, Via},
        incident::Incident,
        notice::Delivery,
    },
    journal::{self, Author},
    store::StoreError,
    wire::{
        Code, number,
        view::{self, Brief, Sending, Whole},
    },
};

/// Which deliveries are wanted.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct Much {
    /// Also those that are over.
    #[param(required = false)]
    all: bool,
    /// Also those that are over and among the last so many there were.
    #[serde(deserialize_with = "number::asked_or_none")]
    #[param(value_type = Option<Seq>)]
    last: Option<u32>,
    /// At most so many; never more than 500.
    #[serde(deserialize_with = "number::asked_or_none")]
    #[param(value_type = Option<Seq>)]
    limit: Option<u32>,
    /// Those that follow this one in the list: the key of the last of the page
    /// before.
    after: Option<String>,
}

/// Which incidents are wanted.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Also those that are over.
    #[param(required = false)]
    all: bool,
    /// At most so many; never more than 500.
    #[serde(deserialize_with = "number::asked_or_none")]
    #[param(value_type = Option<Seq>)]
    limit: Option<u32>,
    /// Those that follow this one in the list: the last of the page before.
    #[param(value_type = Option<String>, format = "uuid")]
    after: Option<IncidentId>,
}

impl Much {
    /// Of those that are over, how many of the last ones are wanted.
    fn last(&self) -> u64 {
        match (self.all, self.last) {
            (true, _) => u64::MAX,
            (false, last) => last.unwrap_or(0).into(),
        }
    }

    /// The same, as it is asked for.
    fn asked(&self) -> String {
        let last = self.last.map(|last| format!("&last={last}"));
        format!("all={}{}", self.all, last.unwrap_or_default())
    }
}

/// The most of a page.
const PAGE: usize = 500;

/// How long a page is, where so much is asked for.
fn most(limit: Option<u32>) -> usize {
    let most = limit.map_or(PAGE, |limit| limit as usize);
    most.clamp(1, PAGE)
}

/// A page of a list, and where the next one is, as a `Link` header has it.
fn paged(page: &impl Serialize, next: Option<String>) -> Response {
    let answer = Json(page);
    match next {
        Some(link) => ([(header::LINK, link)], answer).into_response(),
        None => answer.into_response(),
    }
}

/// Where the page is that begins after the one with the name `after`.
fn link(uri: &Uri, asked: &str, limit: Option<u32>, after: &str) -> String {
    let limit = limit.map(|limit| format!("&limit={limit}"));
    let limit = limit.unwrap_or_default();
    let after: String = form_urlencoded::byte_serialize(after.as_bytes()).collect();
    let path = uri.path();
    format!("<{path}?{asked}{limit}&after={after}>; rel=\"next\"")
}

impl Which {
    /// The page of the list, and whether more follow.
    ///
    /// # Errors
    ///
    /// [`Code::NoIncident`] where the one before is not in the list.
    fn of<'b>(&self, board: &'b Board) -> Result<(Vec<&'b Incident>, bool), Problem> {
        let mut list: Vec<&Incident> = if self.all {
            board.all().rev().collect()
        } else {
            board.open()
        };
        if let Some(after) = self.after {
            let place = list.iter().position(|incident| incident.id == after);
            let gone = "the incident `after` is not in this list any more: begin without it";
            let place = place.ok_or_else(|| Problem::new(Code::NoIncident, gone))?;
            list.drain(..=place);
        }
        let most = most(self.limit);
        let more = list.len() > most;
        list.truncate(most);
        Ok((list, more))
    }
}

/// Incidents: those that are active, the worst first; or all there ever were,
/// the newest first.
///
/// At most 500 at once. Where more follow, the header `Link` has the address of
/// the next page, as `<…>; rel="next"`.
#[utoipa::path(
    get,
    path = "/v1/ws/{ws}/incidents",
    operation_id = "list_incidents",
    params(("ws" = String, Path, description = "The workspace"), Which),
    responses((
        status = 200,
        description = "As `warroom list -o json` has them",
        body = Vec<Brief<'_>>,
        headers(("link" = Option<String>, description = "Where more follow: the next page"))
    ), Refused),
    security(("token" = ["read"]))
)]
pub(super) async fn incidents(
    Extension(workspace): Extension<Arc<Workspace>>,
    uri: Uri,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(which) = which?;
    let now = workspace.room.clock.now();
    read(&workspace.room, move |board| {
        let (list, more) = which.of(board)?;
        let briefs = list.iter().map(|incident| view::brief(incident, now));
        let briefs: Vec<_> = briefs.collect();
        let end = list.last().filter(|_| more).map(|end| end.id.to_string());
        let next = end.map(|end| link(&uri, &format!("all={}", which.all), which.limit, &end));
        Ok(paged(&briefs, next))
    })
    .await?
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
    read(&workspace.room, move |board| {
        let incident = board
            .find(Some(&which))
            .map_err(|_| Problem::new(Code::NoIncident, "the list with ?all=true has them all"))?;
        Ok(Json(view::whole(incident, now)).into_response())
    })
    .await?
}

/// Reads the board, as it is after the last entry of the log. Entries are taken
/// in meanwhile: what is read is the reader's own.
async fn read<T: Send + 'static>(
    room: &Room,
    look: impl FnOnce(&Board) -> T + Send + 'static,
) -> Result<T, Problem> {
    let board = now(room).await?;
    // A long list takes as long as a screen of others' questions.
    let looked = tokio::task::spawn_blocking(move || look(&board)).await;
    Ok(looked.unwrap_or_else(|error| resume_unwind(error.into_panic())))
}

async fn now(room: &Room) -> Result<Arc<Board>, StoreError> {
    let mut slot = room.board.lock().await;
    let board = slot.get_or_insert_default();
    if room.log.head().await? != board.head() {
        journal::catch_up(&room.log, Arc::make_mut(board)).await?;
    }
    Ok(Arc::clone(board))
}

/// Messages on their way: those that are not over, or all there ever were.
///
/// At most 500 at once. Where more follow, the header `Link` has the address of
/// the next page, as `<…>; rel="next"`.
#[utoipa::path(
    get,
    path = "/v1/ws/{ws}/deliveries",
    operation_id = "list_deliveries",
    params(("ws" = String, Path, description = "The workspace"), Much),
    responses((
        status = 200,
        description = "As `warroom deliveries -o json` has them, the oldest first",
        body = Vec<Sending<'_>>,
        headers(("link" = Option<String>, description = "Where more follow: the next page"))
    ), Refused),
    security(("token" = ["read"]))
)]
pub(super) async fn deliveries(
    Extension(workspace): Extension<Arc<Workspace>>,
    uri: Uri,
    much: Result<Query<Much>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(much) = much?;
    let log = &workspace.room.log;
    let (page, more) = log
        .deliveries_page(much.last(), much.after.as_deref(), most(much.limit))
        .await?;
    let end = page.last().filter(|_| more);
    let next = end.map(|end| link(&uri, &much.asked(), much.limit, &end.intent.key));
    let views: Vec<_> = page.iter().map(view::sending).collect();
    Ok(paged(&views, next))
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
    Extension(caller): Extension<Arc<Caller>>,
    place: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Problem> {
    let Path((_, key)) = place?;
    let by = author(&workspace, &caller);
    Ok(answer(&by.mark_sent(workspace.log(), &key).await?))
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
    Extension(caller): Extension<Arc<Caller>>,
    place: Result<Path<(String, String)>, PathRejection>,
) -> Result<Response, Problem> {
    let Path((_, key)) = place?;
    let by = author(&workspace, &caller);
    Ok(answer(&by.cancel(workspace.log(), &key).await?))
}

/// Who decides about a delivery, as its entry names them.
fn author(workspace: &Workspace, caller: &Caller) -> Author {
    Author {
        name: caller.name.clone(),
        via: Via::Cli,
        replica: workspace.log().replica(),
        clock: workspace.room.clock,
    }
}

fn answer(delivery: &Delivery) -> Response {
    Json(view::sending(delivery)).into_response()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::mpsc};

    use super::*;
    use crate::{
        clock::Clock,
        server::{Server, accept::Order},
        store::{Log, OpenMode},
    };

    #[tokio::test]
    async fn entries_are_taken_in_while_somebody_reads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        let log = Log::open(path, OpenMode::ReadWrite).await.unwrap();
        let logs = BTreeMap::from([("prod".into(), log)]);
        let server = Server::new(logs, Clock::System).await.unwrap();
        let workspace = &server.workspaces["prod"];
        let (written, until) = mpsc::channel::<()>();

        // Whoever reads does not come to the end before the writer was answered.
        let reading = read(&workspace.room, move |board| {
            until.recv().unwrap();
            board.head()
        });
        let writing = async {
            let offer = super::super::accept::tests::note();
            let order = Order {
                items: vec![offer],
                ..Order::default()
            };
            let answer = workspace.writer.post(order, 1).await.unwrap();
            written.send(()).unwrap();
            answer[0].seq
        };
        let (read, seq) = tokio::join!(reading, writing);

        assert_eq!((read.unwrap(), seq), (0, Some(1)));
    }
}
