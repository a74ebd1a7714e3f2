//! What every request passes on its way in: a count, a limit to how long its
//! body may take, a share for each caller, and a net below it all.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use axum::{
    BoxError,
    body::{Body, Bytes, HttpBody as _},
    extract::{MatchedPath, RawPathParams, Request, State, rejection::RawPathParamsRejection},
    http::{HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use futures::{FutureExt as _, StreamExt as _, stream};
use tokio::{
    sync::{OwnedSemaphorePermit, watch},
    time::{Duration, Instant, timeout, timeout_at},
};

use super::{
    Caller, Problem, Route, Scope, Server, Shared, Workspace, auth, draining,
    health::Proof,
    metrics::Metrics,
    share::{Place, Shares},
};
use crate::{
    domain::seen::EngineSeen,
    wire::{BATCH, Code},
};

/// How long a body may take: as long as a request's head, and twice that again
/// for a megabyte over a bad line.
const PACE: Pace = Pace {
    any: Duration::from_secs(10),
    largest: Duration::from_secs(20),
};

/// How long one more waits for its turn to write.
const TURN: Duration = Duration::from_secs(5);

/// What the edge of a server keeps.
#[derive(Debug)]
pub struct Edge {
    /// Who runs the engine, for whoever runs one in this process to tell.
    pub engine: watch::Sender<EngineSeen>,
    /// What was counted.
    pub(super) metrics: Metrics,
    /// Whether the logs take entries.
    pub(super) proof: Proof,
    shares: Shares,
}

impl Edge {
    /// For these addresses.
    pub(super) fn new(routes: impl Iterator<Item = Route>) -> Self {
        Self {
            engine: watch::Sender::new(EngineSeen::default()),
            metrics: Metrics::new(routes),
            proof: Proof::default(),
            shares: Shares::default(),
        }
    }
}

/// A way in: of which server, and what a caller must be allowed; anybody may
/// where absent.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) server: Shared,
    pub(super) scope: Option<Scope>,
}

/// The way in and out of every address: counts a request, ends a body that
/// takes too long, lets in who may, and answers where a handler panicked.
///
/// It is one for all of that: with each layer of a router, a request costs a
/// copy of everything that lies behind it, and a thousand consoles ask at once.
pub(super) async fn enter(
    State(door): State<Door>,
    params: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.extensions().get::<MatchedPath>();
    let path = path.map_or("other", MatchedPath::as_str);
    let counted = door.server.edge.metrics.begin(request.method(), path);
    let late = Arc::new(AtomicBool::new(false));
    let request = request.map(|body| PACE.hold(body, &late));
    let answer = AssertUnwindSafe(door.lead(params, request, next)).catch_unwind();
    let mut response = answer.await.unwrap_or_else(|_| {
        tracing::error!(route = counted.path(), "a handler panicked");
        let sentence = "this request met a fault of the server, and its own log says where";
        Problem::new(Code::Internal, sentence).into_response()
    });
    // Whoever read the body can't tell that from a broken one.
    if late.load(Relaxed) {
        let sentence = "its body came too slowly: send it again, or less of it at once";
        response = Problem::new(Code::TooSlow, sentence).into_response();
    }
    // An answer is of this moment: no proxy may tell it to another.
    let fresh = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, fresh);
    let (route, status) = (counted.path(), response.status().as_u16());
    tracing::debug!(route, status, "answered");
    counted.end(response.status());
    response
}

impl Door {
    /// To the handler, which finds the caller and their workspace as
    /// extensions; or why not.
    async fn lead(
        &self,
        params: Result<RawPathParams, RawPathParamsRejection>,
        mut request: Request,
        next: Next,
    ) -> Response {
        let Self { server, scope } = self;
        let caller = match auth::identify(server, &mut request).await {
            Ok(caller) => caller,
            Err(problem) => return problem.into_response(),
        };
        let place = match &caller {
            Some(caller) => server.edge.share(caller, &mut request).await,
            None => Ok(None),
        };
        let allowed = place.and_then(|place| {
            if let Some(scope) = *scope {
                let caller = caller.as_ref().ok_or_else(auth::needed)?;
                // The turn may have been waited for.
                caller.still()?;
                let workspace = admit(server, caller, scope, params)?;
                request.extensions_mut().insert(workspace);
            }
            Ok(place)
        });
        match allowed {
            Ok(_place) => next.run(request).await,
            Err(problem) => problem.into_response(),
        }
    }
}

/// The caller's own workspace, if they may.
fn admit(
    server: &Server,
    caller: &Caller,
    scope: Scope,
    params: Result<RawPathParams, RawPathParamsRejection>,
) -> Result<Arc<Workspace>, Problem> {
    let params = params.map_err(|error| Problem::new(Code::Malformed, error))?;
    let asked = params.iter().find(|(name, _)| *name == "ws");
    let workspace = server.of_caller(caller, asked.map(|(_, ws)| ws))?;
    caller.may(scope)?;
    if server.drain.is_cancelled() {
        return Err(draining());
    }
    Ok(Arc::clone(workspace))
}

/// How long a body may take.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// Whatever its length.
    any: Duration,
    /// How much longer, where it is as long as it may be. What is shorter has
    /// its part of that, so that a drop now and then holds no place for long.
    largest: Duration,
}

impl Pace {
    /// How long it may have taken until more comes, where so much has come.
    fn until(self, bytes: usize) -> Duration {
        let parts = |bytes| u32::try_from(bytes).unwrap_or(u32::MAX);
        self.any + self.largest * parts(bytes.min(BATCH)) / parts(BATCH)
    }

    /// The same body, which ends with an error where it comes too slowly, and
    /// says so in `late`. Its time begins when somebody begins to read it.
    fn hold(self, body: Body, late: &Arc<AtomicBool>) -> Body {
        if body.is_end_stream() {
            return body;
        }
        let late = Arc::clone(late);
        let start = (body.into_data_stream(), None, 0);
        Body::from_stream(stream::unfold(start, move |(mut rest, begun, bytes)| {
            let late = Arc::clone(&late);
            async move {
                let begun = begun.unwrap_or_else(Instant::now);
                let part = timeout_at(begun + self.until(bytes), rest.next()).await;
                late.fetch_or(part.is_err(), Relaxed);
                let part: Result<Bytes, BoxError> = match part {
                    Ok(part) => part?.map_err(Into::into),
                    Err(elapsed) => Err(elapsed.into()),
                };
                let bytes = bytes + part.as_ref().map_or(0, Bytes::len);
                Some((part, (rest, Some(begun), bytes)))
            }
        }))
    }
}

impl Edge {
    /// Holds somebody to their share: of what is asked in a second, and of what
    /// is sent at the same time. Slow bodies of one caller stand in that
    /// caller's own way. What it answers is a place to write at, kept to the end.
    ///
    /// # Errors
    ///
    /// [`Code::RateLimited`], or [`Code::Busy`] where too many write.
    async fn share(
        &self,
        caller: &Caller,
        request: &mut Request,
    ) -> Result<Option<Place<'_>>, Problem> {
        let reads = request.method() == Method::GET || request.method() == Method::HEAD;
        if !self.shares.take(caller, reads, Instant::now()) {
            return Err(Problem::new(
                Code::RateLimited,
                format_args!("{} asks more often than one client may", caller.name),
            ));
        }
        if reads {
            return Ok(None);
        }
        let Ok(Some(mut place)) = timeout(TURN, self.shares.place(caller)).await else {
            if self.shares.has_all(caller) {
                let sentence = format_args!("{} sends too much at the same time", caller.name);
                return Err(Problem::new(Code::RateLimited, sentence));
            }
            let sentence = "too many write at the same time: send it again";
            return Err(Problem::new(Code::Busy, sentence));
        };
        let body = std::mem::take(request.body_mut());
        *request.body_mut() = until_read(body, place.body.take());
        Ok(Some(place))
    }
}

/// The same body, which keeps its place, if it has one, until it is read or
/// dropped.
fn until_read(body: Body, place: Option<OwnedSemaphorePermit>) -> Body {
    if body.is_end_stream() {
        return body;
    }
    Body::from_stream(body.into_data_stream().inspect(move |_| {
        let _held = &place;
    }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use axum::{Extension, Router, http::StatusCode, middleware, routing::get};
    use hyper::service::Service as _;
    use hyper_util::service::TowerToHyperService;

    use super::*;
    use crate::{clock::Clock, server::Server};

    async fn panics() -> StatusCode {
        panic!("on purpose")
    }

    #[tokio::test]
    async fn a_handler_that_panics_is_answered_for() {
        let server = Server::new(BTreeMap::new(), Clock::System).await.unwrap();
        let server = Arc::new(server);
        let door = Door {
            server,
            scope: None,
        };
        let app: Router = Router::new()
            .route("/panics", get(panics))
            .layer(middleware::from_fn_with_state(door, enter));
        let request = Request::get("/panics").body(Body::empty()).unwrap();

        let response = TowerToHyperService::new(app).call(request).await.unwrap();

        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[tokio::test]
    async fn who_used_up_their_share_is_told_when_to_come_again() {
        let server = Server::new(BTreeMap::new(), Clock::System).await.unwrap();
        let server = Arc::new(server);
        let caller = Caller::named("ada");
        let app =
            crate::server::router(Arc::clone(&server)).layer(Extension(Arc::new(caller.clone())));
        // A share that will only be there tomorrow.
        let tomorrow = Instant::now() + Duration::from_hours(24);
        while server.edge.shares.take(&caller, false, tomorrow) {}
        let request = Request::post("/healthz").body(Body::empty()).unwrap();

        let response = TowerToHyperService::new(app).call(request).await.unwrap();

        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(response.headers().contains_key("retry-after"));
    }

    /// How such a body ends, and whether it was too slow.
    async fn ends(body: Body) -> (bool, bool) {
        let late = Arc::default();
        let pace = Pace {
            any: Duration::from_millis(1),
            largest: Duration::from_hours(1),
        };
        let read = axum::body::to_bytes(pace.hold(body, &late), usize::MAX).await;
        (read.is_ok(), late.load(Relaxed))
    }

    #[tokio::test]
    async fn a_body_of_which_nothing_comes_ends_with_an_error() {
        let never = Body::from_stream(stream::pending::<Result<String, BoxError>>());

        assert_eq!(ends(never).await, (false, true));
    }

    #[tokio::test]
    async fn a_body_that_never_ends_and_comes_drop_by_drop_ends_with_an_error() {
        let drops = stream::repeat(()).then(async |()| {
            tokio::time::sleep(Duration::from_millis(2)).await;
            Ok::<_, BoxError>(" ")
        });

        assert_eq!(ends(Body::from_stream(drops)).await, (false, true));
    }

    #[test]
    fn a_large_body_has_the_time_that_it_needs() {
        assert_eq!(PACE.until(0), Duration::from_secs(10));
        assert_eq!(PACE.until(BATCH), Duration::from_secs(30));
        assert_eq!(PACE.until(usize::MAX), Duration::from_secs(30));
    }
}
