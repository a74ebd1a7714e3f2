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
    body::{Body, HttpBody as _},
    extract::{MatchedPath, Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use futures::{FutureExt as _, StreamExt as _, stream};
use tokio::{
    sync::{Semaphore, watch},
    time::{Duration, Instant, timeout, timeout_at},
};

use super::{Caller, Problem, Route, Shared, health::Proof, metrics::Metrics, share::Shares};
use crate::{ui::msg::EngineSeen, wire::Code};

/// How long a request may take to send its body: a megabyte over a bad line.
const BODY: Duration = Duration::from_secs(30);

/// How many may write at the same time; their bodies are in memory.
const WRITING: usize = 256;

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
    writing: Semaphore,
}

impl Edge {
    /// For these addresses.
    pub(super) fn new(routes: impl Iterator<Item = Route>) -> Self {
        Self {
            engine: watch::Sender::new(EngineSeen::default()),
            metrics: Metrics::new(routes),
            proof: Proof::default(),
            shares: Shares::default(),
            writing: Semaphore::new(WRITING),
        }
    }
}

/// Counts a request, ends a body that takes too long, and answers where a
/// handler panicked.
pub(super) async fn pass(State(server): State<Shared>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>();
    let path = path.map_or("other", MatchedPath::as_str);
    let counted = server.edge.metrics.begin(request.method(), path);
    let late = Arc::new(AtomicBool::new(false));
    let answer = next.run(request.map(|body| within(BODY, body, &late)));
    let answer = AssertUnwindSafe(answer).catch_unwind().await;
    let mut response = answer.unwrap_or_else(|_| {
        tracing::error!(route = counted.path(), "a handler panicked");
        let sentence = "this request met a fault of the server, and its own log says where";
        Problem::new(Code::Internal, sentence).into_response()
    });
    // Whoever read the body can't tell that from a broken one.
    if late.load(Relaxed) {
        let sentence = format_args!("its body took longer than {} s", BODY.as_secs());
        response = Problem::new(Code::TooSlow, sentence).into_response();
    }
    let (route, status) = (counted.path(), response.status().as_u16());
    tracing::debug!(route, status, "answered");
    counted.end(response.status());
    response
}

/// The same body, which ends with an error where it takes longer than that,
/// and says so in `late`.
fn within(longest: Duration, body: Body, late: &Arc<AtomicBool>) -> Body {
    if body.is_end_stream() {
        return body;
    }
    let until = Instant::now() + longest;
    let late = Arc::clone(late);
    Body::from_stream(stream::unfold(body.into_data_stream(), move |mut rest| {
        let late = Arc::clone(&late);
        async move {
            let part = timeout_at(until, rest.next()).await;
            late.fetch_or(part.is_err(), Relaxed);
            let part: Result<_, BoxError> = match part {
                Ok(part) => part?.map_err(Into::into),
                Err(elapsed) => Err(elapsed.into()),
            };
            Some((part, rest))
        }
    }))
}

/// Holds everybody who is known to their share.
///
/// # Errors
///
/// [`Code::RateLimited`], or [`Code::Busy`] where too many write.
pub(super) async fn hold(
    State(server): State<Shared>,
    caller: Option<Caller>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let Some(caller) = caller else {
        return Ok(next.run(request).await);
    };
    let reads = request.method() == Method::GET || request.method() == Method::HEAD;
    if !server.edge.shares.take(&caller, reads, Instant::now()) {
        return Err(Problem::new(
            Code::RateLimited,
            format_args!("{} asks more often than one client may", caller.name),
        ));
    }
    if reads {
        return Ok(next.run(request).await);
    }
    let turn = timeout(TURN, server.edge.writing.acquire()).await;
    let Ok(_turn) = turn else {
        let sentence = "too many write at the same time: send it again";
        return Err(Problem::new(Code::Busy, sentence));
    };
    Ok(next.run(request).await)
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
        let app: Router = Router::new()
            .route("/panics", get(panics))
            .layer(middleware::from_fn_with_state(Arc::clone(&server), pass))
            .with_state(server);
        let request = Request::get("/panics").body(Body::empty()).unwrap();

        let response = TowerToHyperService::new(app).call(request).await.unwrap();

        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[tokio::test]
    async fn who_used_up_their_share_is_told_when_to_come_again() {
        let server = Server::new(BTreeMap::new(), Clock::System).await.unwrap();
        let server = Arc::new(server);
        let caller = Caller {
            name: "ada".into(),
            workspace: "prod".into(),
            scopes: std::iter::empty().collect(),
            expires_at: None,
            revoked: tokio_util::sync::CancellationToken::new(),
        };
        let app = crate::server::router(Arc::clone(&server)).layer(Extension(caller.clone()));
        // A share that will only be there tomorrow.
        let tomorrow = Instant::now() + Duration::from_hours(24);
        while server.edge.shares.take(&caller, false, tomorrow) {}
        let request = Request::post("/healthz").body(Body::empty()).unwrap();

        let response = TowerToHyperService::new(app).call(request).await.unwrap();

        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(response.headers().contains_key("retry-after"));
    }

    #[tokio::test]
    async fn a_body_that_takes_too_long_ends_with_an_error() {
        let never = Body::from_stream(stream::pending::<Result<String, BoxError>>());

        let late = Arc::default();

        let body = within(Duration::from_millis(1), never, &late);
        let read = axum::body::to_bytes(body, 100).await;

        assert!(read.is_err() && late.load(Relaxed));
    }
}
