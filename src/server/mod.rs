//! The shared backend: the same log as a local file, spoken to over HTTP.
//!
//! Each workspace has one writer, which takes whatever waits in one
//! transaction and answers only after the commit; one feed, from which every
//! console is told of new entries; and one board, folded from the log. Nothing
//! is kept for a single client: it says where it is, and is told what follows.
//!
//! [`routes`] is the one list of addresses, with the [`Scope`] each asks for.
//! Whatever is refused is a [`Problem`].

mod auth;
mod edge;
pub mod health;
pub mod listen;
mod metrics;
mod problem;
mod share;
pub mod tokens;

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    extract::{DefaultBodyLimit, RawPathParams, Request, State},
    http::Method,
    middleware::{self, Next},
    response::Response,
    routing::MethodRouter,
};
use tokio_util::sync::CancellationToken;

pub use auth::{Caller, Grant, Hash, Scope, Scopes, Tokens};
pub use edge::Edge;
pub use problem::Problem;

use crate::{
    clock::Clock,
    domain::text::Name,
    store::{Log, StoreError},
    wire::{self, Code},
};

/// A server, as its handlers share it.
pub(crate) type Shared = Arc<Server>;

/// What is served: the workspaces, and who may speak to them.
#[derive(Debug)]
pub struct Server {
    workspaces: BTreeMap<Name, Arc<Workspace>>,
    /// Who may.
    pub tokens: Tokens,
    /// What its edge keeps.
    pub edge: Edge,
    clock: Clock,
    drain: CancellationToken,
}

/// One workspace.
#[derive(Debug)]
pub struct Workspace {
    log: Log,
}

impl Server {
    /// Serves these logs by name.
    ///
    /// # Errors
    ///
    /// When one of them can't be read.
    pub async fn new(logs: BTreeMap<Name, Log>, clock: Clock) -> Result<Self, StoreError> {
        let mut workspaces = BTreeMap::new();
        for (name, log) in logs {
            workspaces.insert(name, Arc::new(Workspace { log }));
        }
        Ok(Self {
            workspaces,
            tokens: Tokens::default(),
            edge: Edge::new(all_routes()),
            clock,
            drain: CancellationToken::new(),
        })
    }

    /// Answers everybody who waits, and takes nothing new: the end is near.
    pub fn drain(&self) {
        self.drain.cancel();
    }

    /// The workspaces, by name.
    pub fn workspaces(&self) -> impl Iterator<Item = (&Name, &Workspace)> {
        self.workspaces.iter().map(|(name, one)| (name, &**one))
    }
}

impl Workspace {
    /// Its log.
    pub const fn log(&self) -> &Log {
        &self.log
    }
}

/// An address.
#[derive(Debug, Clone)]
pub struct Route {
    /// How it is asked.
    pub method: Method,
    /// Its path, with its parameters in braces.
    pub path: &'static str,
    /// What the caller must be allowed; anybody may where absent.
    pub scope: Option<Scope>,
    handler: MethodRouter<Shared>,
}

/// Every address.
pub fn routes() -> Vec<Route> {
    Vec::new()
}

/// Every address of the API, and those for whoever runs the server.
fn all_routes() -> impl Iterator<Item = Route> {
    routes().into_iter().chain(health::upkeep())
}

/// Everything the server answers, for a listener to serve.
pub fn router(server: Shared) -> Router {
    let mut router = Router::new();
    for route in all_routes() {
        let handler = match route.scope {
            Some(scope) => {
                let state = (Arc::clone(&server), scope);
                let guard = middleware::from_fn_with_state(state, guard);
                route.handler.route_layer(guard)
            }
            None => route.handler,
        };
        router = router.route(route.path, handler);
    }
    router
        .fallback(async || Problem::new(Code::NotFound, "/v1/openapi.json lists what there is"))
        .method_not_allowed_fallback(async || {
            Problem::new(
                Code::MethodNotAllowed,
                "/v1/openapi.json lists what there is",
            )
        })
        // The last is the outermost.
        .layer(middleware::from_fn_with_state(
            Arc::clone(&server),
            edge::hold,
        ))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&server),
            auth::identify,
        ))
        .layer(DefaultBodyLimit::max(wire::BATCH))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&server),
            edge::pass,
        ))
        .with_state(server)
}

/// Lets a caller through to their own workspace, if they may; the handler
/// finds it as an extension.
async fn guard(
    State((server, scope)): State<(Shared, Scope)>,
    params: RawPathParams,
    caller: Caller,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let asked = params.iter().find(|(name, _)| *name == "ws");
    if asked.is_some_and(|(_, ws)| ws != &*caller.workspace) {
        return Err(Problem::new(
            Code::ForeignWorkspace,
            format_args!("the token is for the workspace {}", caller.workspace),
        ));
    }
    caller.may(scope)?;
    if server.drain.is_cancelled() {
        return Err(draining());
    }
    let workspace = server.workspaces.get(&caller.workspace).ok_or_else(|| {
        Problem::new(
            Code::NoWorkspace,
            format_args!("{} is not served here", caller.workspace),
        )
    })?;
    request.extensions_mut().insert(Arc::clone(workspace));
    Ok(next.run(request).await)
}

/// What everybody is told who asks or waits while the server ends.
fn draining() -> Problem {
    Problem::new(
        Code::Draining,
        "ask again: another one or this one takes over",
    )
}
